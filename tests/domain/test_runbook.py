"""Runbooks and plans: parameters as people type them, placeholders, and the hash that votes bind to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.runbook import BadParameter, HttpStep, Parameter, Runbook, fill_in
from tests.harness.plans import POLICY, RESTART, SCALE, VERIFY, plan, policy

EVERY_TYPE = Runbook(
    id="every",
    title="Every type",
    target="checkout",
    risk="None.",
    expect="Nothing.",
    parameters={
        "name": Parameter(label="A name"),
        "zone": Parameter(type="choice", label="A zone", choices=("north", "south")),
        "count": Parameter(type="integer", label="A count", minimum=1, maximum=9),
        "force": Parameter(type="boolean", label="By force", default=False),
    },
    steps=(
        HttpStep(id="go", says="Go.", path="/${zone}/go", body={"n": "${count}", "say": "${name}!", "f": ["${force}"]}),
    ),
    no_rollback_because="it does nothing.",
    verify=VERIFY,
)
WORDS = {"name": "ana", "zone": "north", "count": "3"}


def test_words_become_typed_parameters() -> None:
    assert fill_in(EVERY_TYPE, WORDS) == {"name": "ana", "zone": "north", "count": 3, "force": False}
    assert fill_in(EVERY_TYPE, {**WORDS, "force": "Yes"})["force"] is True


@pytest.mark.parametrize(
    ("name", "word", "sentence"),
    [
        ("colour", "red", "has no parameter “colour”. It takes: name, zone, count, force."),
        ("name", "", "Please give name (A name): name=…"),
        ("zone", "west", "zone must be one of north, south; it was “west”."),
        ("count", "many", "count must be a whole number; it was “many”."),
        ("count", "0", "count must be between 1 and 9; it was 0."),
        ("count", "10", "count must be between 1 and 9; it was 10."),
        ("force", "maybe", "force must be yes or no; it was “maybe”."),
    ],
)
def test_a_word_that_does_not_fit_is_named_with_what_would(name: str, word: str, sentence: str) -> None:
    with pytest.raises(BadParameter) as refused:
        fill_in(EVERY_TYPE, {**WORDS, name: word})
    assert refused.value.name == name
    assert sentence in str(refused.value)


def test_placeholders_are_filled_and_one_alone_keeps_its_type() -> None:
    step = plan(EVERY_TYPE, POLICY, **WORDS).steps[0]
    assert isinstance(step, HttpStep)
    assert step.path == "/north/go"
    assert step.body == {"n": 3, "say": "ana!", "f": [False]}


def test_the_same_plan_has_the_same_hash_and_any_change_another() -> None:
    assert plan(SCALE).hash == plan(SCALE, replicas="4").hash
    hashes = {
        plan(SCALE).hash,
        plan(SCALE, replicas="5").hash,
        plan(RESTART).hash,
        plan(SCALE, policy(quorum=2)).hash,
        plan(SCALE).model_copy(update={"target": "search"}).hash,
        plan(SCALE).model_copy(update={"steps": plan(SCALE).steps[:1]}).hash,
    }
    assert len(hashes) == 6
    assert plan(SCALE).policy == POLICY.hash


@pytest.mark.parametrize(
    ("other", "changed"),
    [
        (plan(SCALE), ()),
        (plan(SCALE, replicas="5"), ("title", "replicas")),
        (plan(SCALE).model_copy(update={"risk": "More."}), ("risk",)),
        (plan(SCALE).model_copy(update={"steps": plan(SCALE).steps[:1]}), ("steps",)),
        (plan(SCALE).model_copy(update={"rollback": ()}), ("rollback",)),
        (plan(SCALE).model_copy(update={"parameters": {}}), ("replicas",)),
    ],
)
def test_a_plan_says_what_changed(other: object, changed: tuple[str, ...]) -> None:
    assert plan(SCALE).differs_from(other) == changed  # type: ignore[arg-type]


VALUES = st.dictionaries(st.sampled_from("abc"), st.one_of(st.integers(0, 2), st.booleans(), st.sampled_from("01x")))


@given(mine=VALUES, theirs=VALUES)
def test_plans_differ_exactly_where_their_hashes_do(
    mine: dict[str, str | int | bool], theirs: dict[str, str | int | bool]
) -> None:
    """Also where Python calls 1 and True equal: a hash does not, and votes bind to the hash."""
    one, other = (
        plan(SCALE).model_copy(update={"parameters": mine}),
        plan(SCALE).model_copy(update={"parameters": theirs}),
    )
    assert bool(one.differs_from(other)) == (one.hash != other.hash)
