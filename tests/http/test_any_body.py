"""Whatever is sent, signed, is answered: taken, or refused as unreadable. Nothing answers 500, nobody waits in vain."""

import itertools
import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from tests.harness.signed import FORM, JSON, interaction
from tests.http.conftest import Caller
from tests.http.payloads import CLICK, EVENTS, INTERACTIONS, SUBMISSION, copied

ANSWERS = {200, 400}
TYPES = st.sampled_from([FORM, JSON, "application/json; charset=utf-8", "text/plain", ""])
COUNT = itertools.count(1)
"""Makes each body a new one: the same is refused as a replay."""

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
WORDS = st.sampled_from(
    ["", "UANA", "INC-1", "{}", "[]", "null", "[" * 3000, "\x00", "<!everyone>", "\u202e", "🔥" * 999]
)


def places(payload: Any, before: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """List the way to everything in a payload."""
    inside = payload.items() if isinstance(payload, dict) else enumerate(payload) if isinstance(payload, list) else ()
    return [before, *(place for key, value in inside for place in places(value, (*before, key)))]


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A real payload in which some things are gone or are something else."""
    payload = copied(draw(st.sampled_from([*INTERACTIONS.values(), *EVENTS.values()])))
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from([place for place in places(payload) if place]))
        around: Any = payload
        for key in way:
            around = around[key]
        if draw(st.booleans()):
            around[last] = draw(values | WORDS)
        else:
            del around[last]
    return payload


def status(caller: Caller, body: bytes, content_type: str) -> int:
    number = next(COUNT)
    answer = caller.slack(body, content_type, at=str(1_700_000_000 + number % 299), X_Slack_Retry_Num="x")
    if answer.status == 401 and "answered before" in answer.text:
        return 200  # shrinking sends the same again
    return answer.status


@given(body=st.binary(max_size=200), content_type=TYPES)
@example(body=b"payload=%22%22", content_type=FORM)
def test_any_bytes(caller: Caller, body: bytes, content_type: str) -> None:
    assert status(caller, body, content_type) in ANSWERS


@given(sent=values, content_type=TYPES)
def test_any_json(caller: Caller, sent: Any, content_type: str) -> None:
    body = json.dumps(sent).encode()
    assert status(caller, body, content_type) in ANSWERS
    assert status(caller, b"payload=" + body, content_type) in ANSWERS


@given(payload=mutated())
@example(payload=CLICK | {"actions": [{}]})
@example(payload=CLICK | {"enterprise": 5})
@example(payload=SUBMISSION | {"view": {"id": "V1"}})
def test_real_payloads_with_something_wrong(caller: Caller, payload: dict[str, Any]) -> None:
    if payload.get("type") == "event_callback":
        assert status(caller, json.dumps(payload).encode(), JSON) in ANSWERS
    else:
        assert status(caller, interaction(payload), FORM) in ANSWERS
