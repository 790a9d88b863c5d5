"""What holds of outbreaks and of processes, whatever is found when."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audit import clocks, findings, outbox
from bot.audit.clocks import FORGOTTEN, SILENCE, lost
from bot.audit.facts import Facts, Head, Process, Queue
from bot.audit.finding import Finding, counted, several
from bot.audit.outbreak import CALM, UNSEEN, Outbreak, step, wants_contact
from tests.harness.clock import NOON, at

SEVERE = {"a", "b"}
FOUND = st.frozensets(st.sampled_from("abcd"))
ROUNDS = st.lists(st.tuples(st.integers(1, 400), FOUND), max_size=25)


def finding(key: str) -> Finding:
    return Finding(key=key, what=f"{key} is wrong.", cure="Mend it.", severe=key in SEVERE)


def lived(rounds: list[tuple[int, frozenset[str]]]) -> list[tuple[float, frozenset[str], tuple[Outbreak, ...]]]:
    """Each round: its second, what it found, what `step` made of it."""
    told = list[tuple[float, frozenset[str], tuple[Outbreak, ...]]]()
    outbreak, seconds = None, 0.0
    for pause, found in rounds:
        seconds += pause
        after = step(outbreak, [finding(key) for key in sorted(found)], at(seconds))
        outbreak = after[-1] if after else outbreak
        told.append((seconds, found, after))
    return told


@given(ROUNDS)
def test_what_is_shown_is_what_is_so(rounds: list[tuple[int, frozenset[str]]]) -> None:
    for _, found, after in lived(rounds):
        shown = {one.key for outbreak in after for one in outbreak.findings}
        assert shown == found
        assert all(outbreak.ended for outbreak in after[:-1])


@given(ROUNDS)
def test_an_outbreak_ends_only_in_a_calm_or_because_it_got_worse(rounds: list[tuple[int, frozenset[str]]]) -> None:
    for seconds, found, after in lived(rounds):
        for outbreak in after:
            if outbreak.ended and outbreak is after[-1]:
                assert not found
                assert outbreak.well_since is not None
                assert at(seconds) - outbreak.well_since >= CALM
            elif outbreak.ended:
                assert after[-1].since == outbreak.ended
        assert len(after) <= 2


@given(ROUNDS)
def test_the_first_severe_finding_of_an_outbreak_is_there_from_its_beginning(
    rounds: list[tuple[int, frozenset[str]]],
) -> None:
    first = dict[str, frozenset[str]]()
    for _, found, after in lived(rounds):
        for outbreak in after:
            first.setdefault(outbreak.id, found)
            assert outbreak.is_severe == bool(first[outbreak.id] & SEVERE)


@given(ROUNDS)
def test_nothing_is_forgotten_of_an_outbreak_and_each_change_is_an_edition(
    rounds: list[tuple[int, frozenset[str]]],
) -> None:
    before = dict[str, Outbreak]()
    for _, found, after in lived(rounds):
        for outbreak in after:
            old = before.get(outbreak.id, outbreak)
            assert {one.key for one in old.was} <= {one.key for one in outbreak.was}
            assert found <= {one.key for one in outbreak.was} or outbreak.ended
            assert (old == outbreak) == (old.edition == outbreak.edition)
            before[outbreak.id] = outbreak


@given(ROUNDS)
def test_what_begins_again_in_a_calm_is_no_new_outbreak_and_after_it_is_one(
    rounds: list[tuple[int, frozenset[str]]],
) -> None:
    outbreak: Outbreak | None = None
    for _, found, after in lived(rounds):
        known = {one.key for one in outbreak.was} if outbreak and not outbreak.ended else set[str]()
        if found and outbreak and found <= known and (outbreak.is_severe or not found & SEVERE):
            assert after[-1].id == outbreak.id
        if found and (outbreak is None or outbreak.ended):
            assert outbreak is None or after[-1].id != outbreak.id
        outbreak = after[-1] if after else outbreak


@given(st.integers(0, 300), st.booleans(), st.booleans(), st.booleans())
def test_the_contact_is_told_of_what_slack_does_not_show_and_once(
    age: int, mutes: bool, is_shown: bool, contacted: bool
) -> None:
    one = finding("a").model_copy(update={"mutes": mutes})
    outbreak = Outbreak(id="1", since=NOON, findings=(one,), was=(one,), contacted=contacted)
    wanted = wants_contact(outbreak, at(age), is_shown=is_shown)
    late = timedelta(seconds=age) >= UNSEEN
    assert wanted == (not contacted and (mutes or (late and not is_shown)))
    over = outbreak.model_copy(update={"findings": ()})
    assert not wants_contact(over, at(age), is_shown=is_shown)


# Processes

LIVES = st.tuples(st.sampled_from(["clock", "worker"]), st.integers(-7200, 0), st.integers(0, 7200))


def processes(lives: list[tuple[str, int, int]]) -> list[Process]:
    return [
        Process(kind, f"vm:{number}", at(since), min(NOON, at(since + long)))
        for number, (kind, since, long) in enumerate(lives)
    ]


@given(st.lists(LIVES, max_size=12))
def test_a_process_is_missed_unless_it_lives_is_forgotten_or_was_replaced(lives: list[tuple[str, int, int]]) -> None:
    known = processes(lives)
    missed = lost(known, NOON)
    for kind in ("clock", "worker"):
        silent = [one for one in known if one.kind == kind and SILENCE < NOON - one.last <= FORGOTTEN]
        fresh = [one for one in known if one.kind == kind and NOON - one.last <= SILENCE]
        gone = [one for one in missed if one.kind == kind]
        assert set(gone) <= set(silent)
        assert len(gone) >= len(silent) - len(fresh)
        if gone and fresh:
            assert any(one.since < gone[0].last for one in fresh) or len(silent) > len(fresh)


@given(st.lists(LIVES, max_size=8))
def test_starting_as_many_as_are_missed_is_the_cure(lives: list[tuple[str, int, int]]) -> None:
    known = processes(lives)
    started = [Process(one.kind, f"new:{n}", NOON, NOON) for n, one in enumerate(lost(known, NOON))]
    assert lost([*known, *started], NOON) == []


def test_who_was_there_all_along_replaces_nobody() -> None:
    dead, old = Process("clock", "vm:1", at(-900), at(-300)), Process("clock", "vm:2", at(-900), NOON)
    assert lost([dead, old], NOON) == [dead]
    assert lost([dead, old, Process("worker", "vm:3", at(-200), NOON)], NOON) == [dead]
    assert lost([dead, old, Process("clock", "vm:3", at(-200), NOON)], NOON) == []


# Effects


@pytest.mark.parametrize(("waited", "length", "keys"), [(59, 3, []), (61, 3, ["queue:slack"]), (61, 0, [])])
def test_wake_up_calls_are_found_that_wait_for_more_than_a_minute(waited: int, length: int, keys: list[str]) -> None:
    queue = Queue("slack", length, NOON - timedelta(seconds=waited) if length else None)
    found = list(outbox.check(Facts(now=NOON, store_now=NOON, info={}, queues=(queue,))))
    assert [finding.key for finding in found] == keys
    assert not any(finding.severe for finding in found)


@pytest.mark.parametrize(
    ("waited", "tries", "is_held", "keys"),
    [
        (60, 0, False, []),
        (61, 0, False, ["effects:untried"]),
        (61, 0, True, []),
        (61, 1, False, []),
        (301, 19, False, []),
        (300, 20, False, []),
        (301, 20, True, ["effects:endless"]),
    ],
)
def test_an_effect_is_found_that_nobody_tries_or_that_is_tried_without_end(
    waited: int, tries: int, is_held: bool, keys: list[str]
) -> None:
    head = Head("card:INC-1", "show-card", NOON - timedelta(seconds=waited), tries, is_held)
    found = list(outbox.check(Facts(now=NOON, store_now=NOON, info={}, heads=(head,))))
    assert [finding.key for finding in found] == keys
    assert all("show-card in the lane card:INC-1" in finding.what and finding.severe for finding in found)


# Words


def test_several_are_named_and_the_rest_is_counted() -> None:
    assert several(["a"]) == "a"
    assert several(["a", "b", "c"]) == "a, b, c"
    assert several(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
    assert [counted(n, "effect") for n in (1, 2, 2000)] == ["1 effect", "2 effects", "2,000 effects"]


def test_severe_findings_come_first_and_each_is_there_once() -> None:
    facts = Facts(now=NOON, store_now=at(60), info={}, expected=("worker",))
    found = findings(facts)
    assert [finding.key for finding in found] == ["record:append-only", "process:worker", "clock:skew:Redis"]


def test_every_cure_of_a_missing_process_says_how_to_start_it() -> None:
    assert set(clocks.CURES) == {"worker", "clock", "web"}
    assert all("Start it: " in cure for cure in clocks.CURES.values())
