"""The report on gates: which belong to a span, what stands out, and how it is said."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.gates import orders as o
from bot.domain.gates.events import AnyFact
from bot.domain.gates.measures import ended, usual
from bot.domain.gates.report import GateRecord, Report, attention, carried, measured, report, summary, waits
from tests.domain.gates.asking import HOUR, IN_TURN, MINUTE, TWO_OF_THREE, Asking, approved, policy
from tests.harness.clock import NOON, at
from tests.harness.people import ANA, BEN, CY, DEE, MO

COSTLY = policy(
    id="costly",
    title="Costly",
    kind="parallel",
    seats=[{"team": "payments"}],
    cost_per_hour=1200,
    glass={"who": [{"anyone": True}]},
)
BEFORE, AFTER = NOON - timedelta(hours=1), NOON + timedelta(days=7)


def broken_open() -> list[AnyFact]:
    asking = Asking(COSTLY).after(60)
    asking.breaks_glass(MO)
    return asking.facts


def told(*histories: Sequence[AnyFact], since: datetime = BEFORE, until: datetime = AFTER) -> Report:
    records = [GateRecord(f"INC-{n}", history) for n, history in enumerate(histories, start=1)]
    return report(records, since, until, until)


def test_a_span_without_gates_says_so() -> None:
    assert told().is_empty
    assert summary(told()) == "No approval was asked for."
    later = told(approved(60), since=at(HOUR))
    assert later.is_empty, "it was over before the span began"


def test_a_gate_counts_where_it_was_open_and_its_outcome_where_it_ended() -> None:
    history = approved(HOUR)
    first, second = told(history, until=at(HOUR / 2)), told(history, since=at(HOUR / 2))
    assert (first.whole.gates, first.whole.closed) == (1, 0)
    assert (second.whole.gates, second.whole.closed) == (1, 1)


def test_the_summary_counts_and_times() -> None:
    found = told(*(approved(minutes * MINUTE) for minutes in range(1, 21)))
    assert summary(found) == (
        "20 approvals asked for, 20 decided or ended, 10 min in the mean, 95 of 100 within 19 min."
    )
    assert attention(found) == []


def test_policies_kinds_and_people_are_told_apart() -> None:
    found = told(approved(60), approved(60, IN_TURN.model_copy(update={"id": "turns", "title": "In turn"})))
    assert {name: one.gates for name, one in found.policies.items()} == {"a-gate": 1, "turns": 1}
    assert sorted(found.models) == ["parallel", "sequential"]
    assert found.titles["turns"] == "In turn"
    assert found.people[BEN].voted == 2
    assert carried(found.people[BEN]) == "asked 2 times, 2 answered (half of them within 1 min)"
    assert measured(found.policies["turns"]) == (
        "1 asked for, 1 ended · 1 min in the mean, 95 of 100 within 1 min · 1 approved · 1 rubber stamp"
    ), "the second was asked at this moment"


def test_what_stands_out_comes_with_what_to_do() -> None:
    silent = Asking(IN_TURN.model_copy(update={"id": "turns", "title": "In turn"}))
    silent.ticks(2 * HOUR)
    silent.ticks(4 * HOUR)
    quick = [approved(3) for _ in range(3)]
    lines = attention(told(broken_open(), broken_open(), silent.facts, *quick))
    assert lines[0] == (
        "<@UMO> broke the glass for “Restart checkout” (INC-1 g1), and nobody has countersigned it, "
        "which is due 2026-11-03 12:01 UTC: `/incident countersign` there."
    )
    strict = "Costly: 2 of 2 were overridden. Over 20 % an approval is in the way more than it helps: ask fewer people"
    assert any(line.startswith(strict) for line in lines)
    assert any(line.startswith("In turn: 1 of 1 ran out of time. Ask whoever is on shift") for line in lines)
    assert any(line.startswith("A gate: 6 of 6 votes came within 10 s") for line in lines)


def test_a_debt_is_told_with_its_incident_for_as_long_as_it_is_owed() -> None:
    later = told(broken_open(), since=at(30 * 24 * HOUR), until=at(31 * 24 * HOUR))
    assert later.whole.gates == 0, "the gate itself ended a month before"
    assert not later.is_empty
    assert "“Restart checkout” (INC-1 g1), and nobody has countersigned it" in attention(later)[0]


def test_a_refused_countersignature_stands_out_in_the_span_in_which_it_was_refused() -> None:
    asking = Asking(COSTLY).after(60)
    asking.breaks_glass(MO)
    asking.after(10 * 24 * HOUR).countersigns(BEN, agrees=False, comment="there was time")
    then = told(asking.facts, since=at(7 * 24 * HOUR), until=at(14 * 24 * HOUR))
    assert attention(then) == [
        "<@UMO> broke the glass for “Restart checkout” (INC-1 g1), and <@UBEN> did not agree: there was time."
    ]
    assert told(asking.facts, since=at(14 * 24 * HOUR), until=at(21 * 24 * HOUR)).is_empty
    whole = told(asking.facts, until=at(14 * 24 * HOUR)).whole
    assert "1 broken glass, 1 not agreed with" in measured(whole)


def test_a_private_incidents_debt_keeps_to_itself_what_it_is_about() -> None:
    record = GateRecord("INC-7", broken_open(), is_private=True)
    (line,) = [one for one in attention(report([record], BEFORE, AFTER, AFTER)) if "glass" in one]
    assert "something in a private incident (INC-7 g1)" in line


def test_who_leaves_most_questions_unanswered_stands_out() -> None:
    alone = policy(kind="parallel", seats=[{"person": "ben"}], next_after="20m")

    def silent() -> list[AnyFact]:
        asking = Asking(alone)
        asking.ticks(20 * MINUTE)
        return asking.facts

    line = attention(told(silent(), silent(), silent()))[-1]
    assert line.startswith(f"<@{BEN}> left 3 of 3 questions unanswered")
    assert not any("unanswered" in one for one in attention(told(silent(), silent())))


def test_what_waits_is_told_with_its_cost_oldest_first() -> None:
    young, old = Asking(COSTLY), Asking(COSTLY)
    records = [GateRecord("INC-1", young.facts), GateRecord("INC-2", old.facts)]
    shifted = [fact.model_copy(update={"at": fact.at - timedelta(hours=2)}) for fact in old.facts]
    found = report([records[0], GateRecord("INC-2", shifted)], BEFORE, at(60), at(60))
    assert [one.incident for one in found.waiting] == ["INC-2", "INC-1"]
    first, second = map(waits, found.waiting)
    asked = f"<@{BEN}>, <@{CY}>, <@{DEE}>"
    assert first == f"“Restart checkout” (INC-2 g1) has waited 2 h 1 min for {asked}; it has cost 2,420 so far."
    assert "has waited 1 min" in second
    assert "it has cost 20 so far" in second
    assert attention(found) == [
        "1 approval open for over an hour, INC-2 for 2 h 1 min: `/incident gates` there says why."
    ]


def test_what_waits_does_not_wait_for_who_proposed_it() -> None:
    asking = Asking(COSTLY, sits={"team payments": (ANA, BEN, CY)})
    (one,) = told(asking.facts).waiting
    assert one.people == (BEN, CY)


def test_a_private_incident_keeps_to_itself_what_it_is_about() -> None:
    record = GateRecord("INC-7", Asking(COSTLY).facts, is_private=True)
    (one,) = report([record], BEFORE, at(60), at(60)).waiting
    assert waits(one).startswith("Something in a private incident (INC-7 g1) has waited")


def test_rubber_stamps_and_late_votes_are_counted_for_each_person() -> None:
    asking = Asking(TWO_OF_THREE).after(9)
    asking.approves(BEN)
    asking.takes(o.OpenPlan(by=CY, at=at(9)))
    asking.approves(CY)
    asking.after(20).approves(DEE)
    people = told(asking.facts).people
    assert [(people[one].stamps, people[one].late) for one in (BEN, CY, DEE)] == [(1, 0), (0, 0), (0, 1)]
    assert carried(people[BEN]) == "asked 1 time, 1 answered (half of them within 9 s) · 1 rubber stamp"
    assert ANA not in people


def test_what_is_kept_of_a_gate_says_what_is_usual() -> None:
    kept = [end for minutes in (2, 4, 9) if (end := ended(approved(minutes * MINUTE))) is not None]
    silent = Asking(IN_TURN)
    silent.ticks(2 * HOUR)
    silent.ticks(4 * HOUR)
    late = ended(silent.facts)
    assert late is not None
    assert (late.in_time, late.votes, late.stamps) == (False, 0, 0)
    assert usual(kept[:2]) == "", "of two nothing is usual"
    assert usual([*kept, late]) == "usually decided in 4 min; 1 of 4 ran out of time"
    assert usual([late, late, late]) == "never decided so far; 3 of 3 ran out of time"
    assert ended(Asking(IN_TURN).facts) is None


def test_broken_glass_is_no_decision_and_what_nobody_could_decide_is_no_lack_of_time() -> None:
    four = policy(kind="parallel", seats=[{"team": "payments", "voices": 4}], quorum=4)
    stuck = Asking(four, sits={"team payments": (ANA, BEN, CY, DEE)})
    kept = [end for facts in (approved(4 * MINUTE), broken_open(), stuck.facts) if (end := ended(facts)) is not None]
    assert usual(kept) == (
        "usually decided in 4 min; 0 of 3 ran out of time; 1 of 3 could be decided by nobody; "
        "the glass was broken at 1 of 3"
    )
    (line,) = [one for one in attention(told(stuck.facts)) if "A gate" in one]
    assert line.startswith("A gate: 1 of 1 could be decided by nobody")
    assert "Ask for fewer, seat more people, or name a second tier." in line
