"""Redaction: whatever repeats a secret, and however it spells it, a failure does not."""

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.notifiers.notifier import Passing, Undeliverable
from bot.notifiers.redaction import LONGEST, redacted

secrets = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=4, max_size=40).filter(
    lambda word: len(word.strip()) >= 4 and "•" not in word
)
SPELLINGS = [
    str,
    quote,
    quote_plus,
    lambda word: quote(word, safe=""),
    lambda word: json.dumps(word)[1:-1],
    lambda word: base64.b64encode(word.encode()).decode(),
]


@example("s3cret with+spaces & more", quote_plus)
@given(secrets, st.sampled_from(SPELLINGS))
def test_no_spelling_of_a_secret_comes_through(secret: str, spelling: object) -> None:
    spelt = spelling(secret)  # type: ignore[operator]
    with pytest.raises(Passing) as caught, redacted([secret]):
        raise Passing(f"«{spelt}»", 3)
    assert caught.value.why == "«•••»"
    assert caught.value.seconds == 3


def test_user_and_password_together_are_hidden_as_headers_have_them() -> None:
    pair = base64.b64encode(b"muster:5ecre7").decode()
    with pytest.raises(Undeliverable) as caught, redacted(["muster", "5ecre7"]):
        raise Undeliverable(f"Basic {pair}", "Correct it.")
    assert (caught.value.why, caught.value.cure) == ("Basic •••.", "Correct it.")


def test_the_password_of_a_url_is_hidden_quoted_or_not_and_the_rest_can_be_read() -> None:
    with pytest.raises(Passing) as caught, redacted(["smtp://muster:p%40ss-word@mail.example.com:587"]):
        raise Passing("p@ss-word p%40ss-word at mail.example.com for muster")
    assert caught.value.why == "••• ••• at mail.example.com for muster"


def test_a_long_answer_is_cut_after_hiding_so_that_no_half_of_a_secret_is_left() -> None:
    for before in range(LONGEST - 12, LONGEST + 2):
        with pytest.raises(Passing) as caught, redacted(["5ecre7-5ecre7"]):
            raise Passing("x" * before + "5ecre7-5ecre7" + "y" * 100)
        assert "5ecre7" not in caught.value.why
        assert len(caught.value.why) <= LONGEST


def test_a_reason_is_one_line_of_text() -> None:
    with pytest.raises(Passing) as caught, redacted([]):
        raise Passing("<html>\n  <b>\x1b[31mno\x00</b>\r\n</html>")
    assert caught.value.why == "<html> <b> [31mno </b> </html>"
