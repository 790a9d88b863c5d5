"""Words that have broken somebody's page, table, terminal or spreadsheet before."""

from hypothesis import strategies as st

from bot.domain.words import has_words

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "'; DROP TABLE incidents; --",
    "<!-- ]]> --> &lt;b&gt; &#60;",
    "$title $script ${csp}",
    "| a | b |\n| --- | --- |\n| 1 | 2 |",
    "# heading\n## another\n- item\n1. item\n> quote",
    "```\ncode\n```\n~~~",
    "[link](javascript:alert(1)) ![image](http://evil.example/x.png) <http://evil.example>",
    "\\| \\\\| \\` \\*",
    "\u202egnp.exe\u202c \u2066isolated",
    "null \x00 byte, bell \x07, escape \x1b[31m",
    "🔥👩🏽\u200d🚒 決済が落ちた كل شيء معطل",
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\uff1d1+1",
    "x" * 3000,
    "<@UANA> <@EVIL|x> <!channel> <@>",
]

texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200).filter(has_words),
)
"""Anything that a person can type: Slack sends no half emoji, and the commands take none."""
