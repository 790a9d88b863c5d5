"""Markdown: no words of anybody's make structure."""

import re

import pytest
from hypothesis import given

from bot.exporters.export import Export
from bot.exporters.markdown import escape, render
from tests.exporters.hostile import HOSTILE, texts
from tests.exporters.incidents import declared, noted

ACTIVE = re.compile(r"(?<!\\)(?:\\\\)*[`*_\[\]~|#$]")
HTML = re.compile(r"<(?!br>)|>(?<!<br>)")


def outline(markdown: bytes) -> list[str]:
    """Each line's structural part: what it begins with."""
    return [re.match(r"#* ?\|?-? ?", line)[0] for line in markdown.decode().split("\n")]  # type: ignore[index]


@given(texts)
def test_no_text_makes_markup(text: str) -> None:
    escaped = escape(text)
    assert not ACTIVE.search(escaped)
    assert not HTML.search(escaped)
    assert "\n" not in escaped


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_leave_the_outline_as_it_is(text: str) -> None:
    calm, hostile = noted("calm").export(), noted(text).export()
    assert outline(render(hostile)) == outline(render(calm))


def test_a_hostile_name_and_title_leave_the_outline_as_it_is() -> None:
    story = declared("a | b\n# c", service="x\n\n| y", summary="```")
    hostile = Export(story.records, lambda _: "Eve **\n# |", story.now)
    story = declared("calm", service="calm", summary="calm")
    assert outline(render(hostile)) == outline(render(Export(story.records, lambda _: "Eve", story.now)))


def test_what_people_wrote_is_all_there() -> None:
    assert "noted: a \\| b<br>\\# c &lt;d&gt; _(note)_" in render(noted("a | b\n# c <d>").export()).decode()
