"""Notices hold nothing but text, whatever was typed; and what is too long for somebody is cut by one rule."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from bot.notifiers.notifier import cut, named
from tests.notifiers.ways import notice

NO_TEXT = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode's categories of control characters, half characters, and separators of lines."""

anything = st.text(st.characters(), max_size=300)
sendable = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(anything)
def test_a_headline_is_one_line_that_can_be_sent_and_shown(typed: str) -> None:
    headline = notice(headline=typed).headline
    assert headline == " ".join(headline.split())
    assert not [letter for letter in headline if unicodedata.category(letter) in NO_TEXT]
    headline.encode()


@given(anything)
def test_a_text_keeps_its_lines_and_nothing_else_that_is_no_text(typed: str) -> None:
    text = notice(text=typed).text
    assert not [
        letter for letter in text.replace("\n", "").replace("\t", "") if unicodedata.category(letter) in NO_TEXT
    ]
    text.encode()


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=100))
def test_letters_digits_and_signs_come_through_as_they_were_typed(typed: str) -> None:
    assert notice(title=typed).title == typed


def test_what_makes_up_an_emoji_and_the_marks_of_other_scripts_stay() -> None:
    words = "👩🏽\u200d🚒 \u200fكل شيء\u200f क्\u200dष"
    assert notice(title=words).title == words


def test_marks_that_would_turn_our_own_words_around_are_taken_out() -> None:
    assert notice(title="\u202egnp.exe\u202c \u2066x\u2069").title == "gnp.exe x"


@given(sendable, st.integers(1, 50))
def test_a_cut_fits_begins_as_the_text_does_and_says_that_it_is_cut(text: str, limit: int) -> None:
    kept = cut(text, limit)
    assert units(kept) <= limit
    if units(text) <= limit:
        assert kept == text
    else:
        assert kept.endswith("…")
        assert text.startswith(kept[:-1])
        assert units(kept) >= limit - 1


def test_long_keys_that_differ_only_at_their_end_stay_two() -> None:
    one, other = (named("k" * 300 + end, 255) for end in "ab")
    assert one != other
    assert named("k" * 300 + "a", 255) == one
    assert named("INC-42/ana/1", 255) == "INC-42/ana/1"
