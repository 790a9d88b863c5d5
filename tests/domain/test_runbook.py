"""Runbooks: a person's words become typed parameters, and a runbook becomes the plan that people vote on."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain.runbook import (
    BadParameter,
    HttpStep,
    Parameter,
    Plan,
    Runbook,
    Service,
    Signal,
    Verify,
    fill_in,
    plan_of,
)

SIGNAL = Signal(path="/health")
BAKERY = Service(id="bakery", title="Bakery", owner="team-bread", url="http://bakery.internal", signal=SIGNAL)

BAKE = Runbook(
    id="bake",
    title="Bake ${loaves} ${bread}",
    target="bakery",
    risk="${loaves} loaves may burn",
    expect="The queue shrinks",
    parameters={
        "loaves": Parameter(type="integer", label="How many", minimum=1, maximum=20, default=6),
        "bread": Parameter(type="choice", label="Which bread", choices=("rye", "spelt")),
        "note": Parameter(label="A word to the baker", default="none"),
        "sliced": Parameter(type="boolean", label="Slice it", default=False),
    },
    steps=(
        HttpStep(
            id="bake",
            says="Bake ${bread}",
            path="/ovens/${note}?sliced=${sliced}",
            body={"loaves": "${loaves}", "say": "${loaves} of ${bread}", "${bread}": ["${sliced}", 3, None]},
        ),
    ),
    rollback=(HttpStep(id="bin", says="Throw ${bread} away", path="/bin"),),
    verify=Verify(settle=5, within=60),
)


def plan(runbook: Runbook = BAKE, **words: str) -> Plan:
    return plan_of(runbook, BAKERY, SIGNAL, fill_in(runbook, {"bread": "rye", **words}), policy="p1")


# Words become parameters


def test_words_become_typed_values() -> None:
    given = {"loaves": "7", "bread": "rye", "note": "with love", "sliced": "Yes"}
    assert fill_in(BAKE, given) == {"loaves": 7, "bread": "rye", "note": "with love", "sliced": True}


def test_what_is_not_said_takes_its_default() -> None:
    assert fill_in(BAKE, {"bread": "spelt"}) == {"loaves": 6, "bread": "spelt", "note": "none", "sliced": False}


def test_an_empty_word_counts_as_not_said() -> None:
    assert fill_in(BAKE, {"bread": "rye", "loaves": ""})["loaves"] == 6


@pytest.mark.parametrize(
    ("words", "name", "sentence"),
    [
        ({}, "bread", "Please give bread (Which bread): bread=…"),
        ({"bread": "toast"}, "bread", "bread must be one of rye, spelt; it was “toast”."),
        ({"bread": "rye", "loaves": "many"}, "loaves", "loaves must be a whole number; it was “many”."),
        ({"bread": "rye", "loaves": "21"}, "loaves", "loaves must be between 1 and 20; it was 21."),
        ({"bread": "rye", "loaves": "0"}, "loaves", "loaves must be between 1 and 20; it was 0."),
        ({"bread": "rye", "sliced": "perhaps"}, "sliced", "sliced must be yes or no; it was “perhaps”."),
        ({"cake": "1"}, "cake", "bake has no parameter “cake”. It takes: loaves, bread, note, sliced."),
    ],
)
def test_a_word_that_does_not_fit_is_named_in_a_sentence(words: dict[str, str], name: str, sentence: str) -> None:
    with pytest.raises(BadParameter) as refused:
        fill_in(BAKE, words)
    assert (refused.value.name, str(refused.value)) == (name, sentence)


@pytest.mark.parametrize(
    ("bounds", "word", "sentence"),
    [
        ({"minimum": 2}, "1", "n must be at least 2; it was 1."),
        ({"maximum": 0}, "1", "n must be at most 0; it was 1."),
    ],
)
def test_a_range_open_to_one_side_is_said_as_such(bounds: dict[str, int], word: str, sentence: str) -> None:
    runbook = BAKE.model_copy(update={"parameters": {"n": Parameter(type="integer", label="n", **bounds)}})
    with pytest.raises(BadParameter, match=sentence):
        fill_in(runbook, {"n": word})


@pytest.mark.parametrize(
    "spec",
    [
        {"type": "integer", "default": True},
        {"type": "integer", "default": "6"},
        {"type": "integer", "default": 0, "minimum": 1},
        {"type": "integer", "minimum": 0, "maximum": -1},
        {"type": "boolean", "default": "yes"},
        {"type": "boolean", "default": 1},
        {"type": "text", "default": 5},
        {"type": "text", "default": False},
        {"type": "text", "maximum": 5},
        {"type": "choice"},
        {"type": "choice", "choices": ["a"], "default": "b"},
        {"type": "integer", "choices": ["1"]},
    ],
)
def test_a_parameter_that_contradicts_itself_cannot_be_declared(spec: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Parameter.model_validate({"label": "x", **spec})


def test_a_signal_that_could_not_settle_in_time_cannot_be_declared() -> None:
    with pytest.raises(ValidationError, match="could never settle"):
        Verify(settle=60, within=60)


# A runbook becomes a plan


def test_placeholders_are_filled_in_wherever_people_read() -> None:
    baked = plan(loaves="2")
    assert baked.title == "Bake 2 rye"
    assert baked.risk == "2 loaves may burn"
    assert [step.says for step in (*baked.steps, *baked.rollback)] == ["Bake rye", "Throw rye away"]


def test_a_value_that_is_one_placeholder_keeps_its_type() -> None:
    (step,) = plan(loaves="2", sliced="on").steps
    assert isinstance(step, HttpStep)
    assert step.body == {"loaves": 2, "say": "2 of rye", "rye": [True, 3, None]}


def test_a_title_that_is_one_placeholder_is_text() -> None:
    assert plan(BAKE.model_copy(update={"title": "${loaves}"})).title == "6"


def test_no_word_leads_a_call_to_another_path() -> None:
    (step,) = plan(note="../admin?x=1#/é").steps
    assert isinstance(step, HttpStep)
    assert step.path == "/ovens/..%2Fadmin%3Fx%3D1%23%2F%C3%A9?sliced=false"


def test_a_word_that_looks_like_a_placeholder_stays_a_word() -> None:
    (step,) = plan(
        BAKE.model_copy(update={"steps": (HttpStep(id="s", says="Say ${note}", path="/"),)}), note="${bread}"
    ).steps
    assert step.says == "Say ${bread}"


def test_a_plan_carries_the_facts_of_its_target() -> None:
    baked = plan()
    assert (baked.target, baked.url, baked.environment, baked.signal) == (
        "bakery",
        "http://bakery.internal",
        "production",
        SIGNAL,
    )


def test_a_plan_survives_being_stored() -> None:
    assert Plan.model_validate_json(plan().model_dump_json()) == plan()
    assert Plan.model_validate_json(plan().model_dump_json()).hash == plan().hash


# Votes bind to a plan


def test_the_same_words_make_the_same_plan() -> None:
    assert plan(loaves="2").hash == plan(loaves="2").hash
    assert plan().differs_from(plan()) == ()


def test_a_changed_parameter_is_named_alone_though_title_and_steps_follow_it() -> None:
    same_words = BAKE.model_copy(update={"title": "Bake", "risk": "Heat"})
    assert plan(same_words, loaves="2").differs_from(plan(same_words)) == ("loaves",)
    assert plan(same_words, loaves="2").hash != plan(same_words).hash


def test_every_changed_parameter_is_named() -> None:
    changed = plan(loaves="2", note="hi").differs_from(plan())
    assert {"loaves", "note"} <= set(changed)


def test_another_policy_is_another_plan() -> None:
    other = plan_of(BAKE, BAKERY, SIGNAL, fill_in(BAKE, {"bread": "rye"}), policy="p2")
    assert other.differs_from(plan()) == ("policy",)
    assert other.hash != plan().hash


def test_steps_that_changed_under_the_same_words_are_named() -> None:
    edited = BAKE.model_copy(update={"rollback": (HttpStep(id="bin", says="Throw it away", path="/bin"),)})
    assert plan(edited).differs_from(plan()) == ("rollback",)


VALUES = st.dictionaries(st.sampled_from("abc"), st.one_of(st.integers(0, 2), st.booleans(), st.sampled_from("01x")))


@given(mine=VALUES, theirs=VALUES)
def test_plans_differ_exactly_where_their_hashes_do(
    mine: dict[str, str | int | bool], theirs: dict[str, str | int | bool]
) -> None:
    """Also where Python calls 1 and True equal: a hash does not, and votes bind to the hash."""
    one, other = (plan().model_copy(update={"parameters": values}) for values in (mine, theirs))
    assert bool(one.differs_from(other)) == (one.hash != other.hash)
