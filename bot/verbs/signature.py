"""Reading a countersignature: does somebody answer for it, or not, and why? It is for good, so nothing is guessed."""

import re

from bot.domain.gates.rejections import YesOrNo
from bot.verbs.words import because

BREAK = r"[\s.,:;!\u2013\u2014-]*"
YES = re.compile(rf"(?:yes|i agree|agreed?|ok(?:ay)?)?{BREAK}(?:because\s+(?P<why>.+))?", re.IGNORECASE | re.DOTALL)
NO = re.compile(
    r"(?:nope|not?(?:\s+(?:ok(?:ay)?|right|agreed))?|(?:i\s+)?disagreed?"
    r"|(?:i\s+)?(?:do\s+not|don't|can't|cannot|won't)(?:\s+(?:agree|countersign|sign))?)"
    rf"(?P<break>{BREAK})(?P<why>.*)",
    re.IGNORECASE | re.DOTALL,
)
NOT_A_NO = re.compile(
    r"(?:(?:a|any|one|further)\s+)?(?:sure|certain|yet|problem|objection|doubt|issue|worr|question|concern)",
    re.IGNORECASE,
)
"""What follows a “no” that means yes, or nothing: no objections; not yet."""


def read_signature(words: str) -> tuple[bool, str]:
    """Read `yes`, `because …` or nothing as a yes, `no because …` as a no, each with its reason.

    Raises YesOrNo for anything else, so that whoever wrote it says which they mean.
    """
    said = words.strip().replace("\u2019", "'")
    if (yes := YES.fullmatch(said)) is not None:
        return True, yes["why"] or ""
    no = NO.fullmatch(said)
    if no is None or (no["why"] and (not no["break"] or NOT_A_NO.match(no["why"]))):
        raise YesOrNo
    return False, because(no["why"])
