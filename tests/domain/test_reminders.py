"""Reminders: told when their time has come, to whoever owes it, and no more once it is done, snoozed or stopped."""

from datetime import timedelta

import pytest

from bot.domain.effects import Remind, ShowReminder
from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident.due import next_due, outlook, reminder_due
from bot.domain.incident.events import (
    HatTaken,
    NoteAdded,
    ReminderEnded,
    ReminderGiven,
    ReminderHeld,
    RemindersResumed,
    RemindersSnoozed,
    RemindersStopped,
    StageChanged,
    UpdatePosted,
)
from bot.domain.incident.rejections import IsClosed, IsOver, NothingToRemindOf, SnoozeDoesNotFit
from bot.domain.incident.reminders import kind
from bot.domain.incident.state import Incident
from bot.domain.severity import Severity
from bot.domain.words import TextTooLong
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.reminders import Kind, ReminderPolicy, Reminders
from tests.harness.clock import at
from tests.harness.given import Given, given
from tests.harness.orders import (
    INC,
    accept,
    acknowledge,
    approve,
    called,
    change_severity,
    declare,
    decline,
    finished,
    hold,
    move,
    note,
    offer,
    open_channel,
    pin,
    pin_edited,
    propose,
    release,
    resolve,
    resume_reminders,
    signal,
    snooze,
    start_escalation,
    started,
    stop_reminders,
    take,
    tick,
    unpin,
    update,
    want_export,
)
from tests.harness.people import ANA, BEN, CY, DEE
from tests.harness.plans import POLICY, REMINDERS, REMINDING, plan, policy
from tests.harness.stages import Stages

COMMANDER, FIRST = Hat.COMMANDER, Hat.FIRST_RESPONDER
MIN = 60


def only(**reminders: ReminderPolicy | None) -> Policy:
    return policy(reminders=Reminders.model_validate(reminders))


COMMANDERS = only(no_commander=REMINDERS.no_commander)
ACTIVITY = only(no_activity=REMINDERS.no_activity)
UPDATES = only(update_overdue=REMINDERS.update_overdue)
OFFERS = only(offer_waits=REMINDERS.offer_waits)


def told(world: Given, kind: Kind) -> list[ReminderGiven]:
    return [event for event in world.events if isinstance(event, ReminderGiven) and event.kind is kind]


def due(kind: Kind, world: Given) -> object:
    incident = world.incident
    rule = world.policy.reminders_at(incident.severity)[kind]
    return reminder_due(kind, rule, incident, world.policy)


# when


def test_a_missing_commander_is_told_after_five_minutes_and_not_a_second_earlier() -> None:
    world = given(declare(), policy=COMMANDERS)
    assert next_due(world.incident, COMMANDERS) == at(5 * MIN)
    world.when(tick(5 * MIN - 1)).then_nothing()
    first = world.when(tick(5 * MIN))
    first.then(ReminderGiven(by=SYSTEM, at=at(300), kind=Kind.NO_COMMANDER, since=at(0), number=1, count=1, to=(ANA,)))
    assert first.effects[0] == Remind(incident=INC, kind=Kind.NO_COMMANDER, count=1)
    assert next_due(first.incident, COMMANDERS) == at(10 * MIN)


def test_it_is_told_as_often_as_the_policy_wants_and_the_last_time_says_so() -> None:
    world = given(declare(), *(tick(minute * MIN) for minute in range(60)), policy=COMMANDERS)
    assert [(event.at, event.number, event.last) for event in told(world, Kind.NO_COMMANDER)] == [
        (at(5 * MIN), 1, False),
        (at(10 * MIN), 2, False),
        (at(15 * MIN), 3, True),
    ]
    assert next_due(world.incident, COMMANDERS) is None
    assert [one.told is not None and one.told.last for one in outlook(world.incident, COMMANDERS, at(0))] == [True]


def test_a_clock_that_slept_tells_it_once_and_goes_on_from_there() -> None:
    world = given(declare(), tick(3600), policy=COMMANDERS)
    assert [event.number for event in told(world, Kind.NO_COMMANDER)] == [1]
    assert next_due(world.incident, COMMANDERS) == at(3600 + 300)


def test_the_same_tick_twice_tells_it_once() -> None:
    given(declare(), tick(300), policy=COMMANDERS).when(tick(300)).then_nothing()


def test_a_commander_in_time_is_never_asked_for() -> None:
    world = given(declare(), take(COMMANDER, by=BEN, at=60), tick(3600), policy=COMMANDERS)
    assert not told(world, Kind.NO_COMMANDER)
    assert next_due(world.incident, COMMANDERS) is None


def test_a_hat_that_is_put_down_is_missed_from_then_on() -> None:
    world = given(declare(), take(COMMANDER, by=BEN), release(COMMANDER, by=BEN, at=100), policy=COMMANDERS)
    assert next_due(world.incident, COMMANDERS) == at(100 + 300)


def test_a_hat_that_is_handed_over_is_never_missed() -> None:
    handed = (take(COMMANDER, by=BEN), offer(COMMANDER, CY, by=BEN), accept(COMMANDER, by=CY))
    assert next_due(given(declare(), *handed, policy=COMMANDERS).incident, COMMANDERS) is None


def test_only_the_hats_that_the_stage_needs_are_missed() -> None:
    world = given(declare(), policy=REMINDING)
    assert due(Kind.EMPTY_HAT, world) == at(10 * MIN)
    world.takes(take(FIRST, by=BEN, at=60))
    assert due(Kind.EMPTY_HAT, world) is None
    world.takes(move(Stages.INVESTIGATING, by=BEN, at=120))
    assert due(Kind.EMPTY_HAT, world) is None, "nobody minds an investigator here"
    world.takes(StageChanged(by=BEN, at=at(180), before=Stages.INVESTIGATING, to=Stages.MITIGATING))
    assert due(Kind.EMPTY_HAT, world) == at(180 + 10 * MIN), "a mitigator is missed from that stage on"


def test_each_stage_has_its_own_patience() -> None:
    world = given(declare(), policy=REMINDING)
    assert due(Kind.STUCK, world) == at(60 * MIN)
    world.takes(move(Stages.TRIAGE, by=BEN, at=100))
    assert due(Kind.STUCK, world) == at(100 + 15 * MIN)


MOVES = {
    "a note": (note("looking", by=BEN, at=600),),
    "an update": (update("we look", by=BEN, at=600),),
    "a pinned message": (pin("1.0", by=BEN, at=600),),
    "a pin taken off": (pin("1.0", at=1), unpin("1.0", by=BEN, at=600)),
    "a severity": (change_severity(Severity.P2, "fewer carts", at=1), change_severity(Severity.P1, by=BEN, at=600)),
    "a stage": (move(Stages.TRIAGE, by=BEN, at=600),),
    "a hat": (take(FIRST, by=BEN, at=600),),
    "a hat put down": (take(FIRST, by=BEN, at=1), release(FIRST, by=BEN, at=600)),
    "an offer": (take(FIRST, by=BEN, at=1), offer(FIRST, CY, by=BEN, at=600)),
    "a proposal": (propose(by=BEN, at=600),),
    "a vote": (propose(by=ANA, at=1), approve(by=BEN, at=600)),
    "an answer to a page": (start_escalation(at=1), acknowledge(by=BEN, at=600)),
    "a step of a run": (propose(by=ANA, at=1), approve(by=BEN, at=2), started(0, at=600)),
    "a signal of a run": (
        propose(by=ANA, at=1),
        approve(by=BEN, at=2),
        *(order for step in (0, 1) for order in (started(step, at=3), finished(step, at=4))),
        signal(healthy=False, at=600),
    ),
}


@pytest.mark.parametrize("orders", MOVES.values(), ids=MOVES)
def test_what_people_and_runs_do_moves_it_on(orders: tuple[Given, ...]) -> None:
    world = given(declare(), *orders, policy=ACTIVITY)  # type: ignore[arg-type]
    assert next_due(world.incident.model_copy(update={"timers": {}}), ACTIVITY) == at(600 + 20 * MIN)


IDLES = {
    "reading": want_export(by=BEN, at=600),
    "a snooze": snooze(Kind.NO_ACTIVITY, minutes=1, by=BEN, at=600),
    "an edit of a pinned message": pin_edited("1.0", "now 50 %", at=600),
    "the channel": open_channel(at=600),
    "a page that calls": start_escalation(by=SYSTEM, at=600),
    "a lookup": called(1, at=600),
    "a clock": tick(600),
}


@pytest.mark.parametrize("order", IDLES.values(), ids=IDLES)
def test_reading_chatting_and_putting_off_move_nothing(order: Given) -> None:
    world = given(declare(), pin("1.0", at=1), order, policy=ACTIVITY)  # type: ignore[arg-type]
    assert next_due(world.incident.model_copy(update={"timers": {}}), ACTIVITY) == at(1 + 20 * MIN)


def test_the_first_update_is_owed_by_the_cadence_and_the_next_by_what_the_last_one_promised() -> None:
    world = given(declare(), policy=UPDATES)
    assert next_due(world.incident, UPDATES) == at(30 * MIN)
    world.takes(update("we look", by=BEN, at=60))
    assert next_due(world.incident, UPDATES) == at(60 + 30 * MIN)
    world.takes(update("tomorrow", by=BEN, at=120, next_in_minutes=90))
    assert next_due(world.incident, UPDATES) == at(120 + 90 * MIN)


def test_where_no_update_was_promised_a_severity_that_wants_one_counts_from_the_last() -> None:
    world = given(declare(Severity.P4), update("we look", at=60), policy=UPDATES)
    assert next_due(world.incident, UPDATES) is None
    world.takes(change_severity(Severity.P1, at=90))
    assert next_due(world.incident, UPDATES) == at(60 + 30 * MIN)


def test_an_offer_that_nobody_answers_is_told_to_both_sides() -> None:
    world = given(declare(), take(COMMANDER, by=BEN), offer(COMMANDER, CY, by=BEN, at=60), policy=OFFERS)
    world.when(tick(60 + 5 * MIN)).then(
        ReminderGiven(by=SYSTEM, at=at(360), kind=Kind.OFFER_WAITS, since=at(60), number=1, count=1, to=(CY, BEN))
    )
    for answer in (accept, decline):
        ended = given(*world.events, tick(360), policy=OFFERS).when(answer(COMMANDER, by=CY, at=400))
        assert ReminderEnded(by=CY, at=at(400), kind=Kind.OFFER_WAITS) in ended.events


# to whom


def test_whoever_commands_is_asked_and_nobody_else() -> None:
    world = given(declare(by=ANA), take(COMMANDER, by=BEN, at=1), tick(30 * MIN), policy=UPDATES)
    assert [event.to for event in told(world, Kind.UPDATE_OVERDUE)] == [(BEN,)]


def test_without_a_commander_whoever_is_on_call_is_asked_and_whoever_answered_before_them() -> None:
    on_call = start_escalation(assigned=(CY, DEE), by=SYSTEM, at=1)
    assert given(declare(), on_call, policy=COMMANDERS).when(tick(300)).events[-1].to == (CY, DEE)  # type: ignore[union-attr]
    answered = given(declare(), on_call, acknowledge(by=DEE, at=2), policy=COMMANDERS)
    assert told_to(answered, 400) == (DEE,)


def told_to(world: Given, seconds: float) -> tuple[str, ...]:
    given_ = next(event for event in world.would(tick(seconds)) if isinstance(event, ReminderGiven))
    return given_.to


def test_a_commander_is_asked_before_whoever_answered_the_page() -> None:
    answered = (start_escalation(assigned=(CY,), by=SYSTEM, at=1), acknowledge(by=CY, at=2), take(COMMANDER, by=DEE))
    assert told_to(given(declare(), *answered, policy=UPDATES), 1800) == (DEE,)


def test_the_same_thing_may_ping_again_sooner_than_another() -> None:
    hasty = only(no_commander=ReminderPolicy(after=1, every=1))
    world = given(declare(by=BEN), start_escalation(assigned=(CY,), by=SYSTEM), tick(60), policy=hasty)
    assert told_to(world, 120) == (CY,)


def test_an_incident_that_no_person_declared_asks_nobody_by_name() -> None:
    assert told_to(given(declare(by=SYSTEM), policy=COMMANDERS), 300) == ()


def test_whoever_acted_within_five_minutes_is_not_pinged() -> None:
    world = given(declare(), note("looking", by=ANA, at=1), policy=COMMANDERS)
    assert told_to(world, 300) == ()
    assert told_to(world, 301) == (ANA,)
    assert told_to(given(declare(), want_export(by=ANA, at=200), policy=COMMANDERS), 300) == (), "reading is an act"


def test_nobody_is_pinged_for_two_things_at_a_time() -> None:
    both = only(no_commander=ReminderPolicy(after=5), no_activity=ReminderPolicy(after=5))
    first, second = given(declare(), policy=both).when(tick(300)).events
    assert isinstance(first, ReminderGiven)
    assert isinstance(second, ReminderGiven)
    assert (first.to, second.to) == ((ANA,), ())


def test_a_kind_that_only_edits_pings_the_first_time() -> None:
    quiet = only(no_activity=ReminderPolicy(after=5, every=5, again="edit"))
    world = given(declare(), tick(300), tick(600), policy=quiet)
    assert [event.to for event in told(world, Kind.NO_ACTIVITY)] == [(ANA,), ()]
    assert world.incident.reminders[Kind.NO_ACTIVITY].asked == (ANA,)


def test_what_the_state_keeps_of_peoples_acts_does_not_grow() -> None:
    people = [f"U{number:03}" for number in range(100)]
    world = given(declare(), *(note("x", by=person, at=n * MIN) for n, person in enumerate(people)))
    assert list(world.incident.acted) == people[-5:]


# and no more


def test_what_is_put_right_ends_its_reminder_in_the_same_step() -> None:
    world = given(declare(), tick(300), policy=COMMANDERS)
    ended = world.when(take(COMMANDER, by=BEN, at=400))
    ended.then(
        HatTaken(by=BEN, at=at(400), hat=COMMANDER),
        StageChanged,
        ReminderEnded(by=BEN, at=at(400), kind=Kind.NO_COMMANDER, because="done"),
    )
    assert ShowReminder(incident=INC, kind=Kind.NO_COMMANDER) in ended.effects
    assert next_due(ended.incident, COMMANDERS) is None


def test_whoever_was_asked_the_time_before_is_not_counted_this_time() -> None:
    world = given(declare(), tick(300), take(COMMANDER, by=BEN, at=400), policy=COMMANDERS)
    world.takes(start_escalation(assigned=(CY,), by=SYSTEM, at=450))
    world.takes(release(COMMANDER, by=BEN, at=500))
    world.takes(tick(800))
    assert world.incident.reminders[Kind.NO_COMMANDER].asked == (CY,)


def test_a_shared_hat_that_somebody_still_wears_is_not_put_down() -> None:
    shared = (take(Hat.INVESTIGATOR, by=ANA), take(Hat.INVESTIGATOR, by=BEN), release(Hat.INVESTIGATOR, by=ANA))
    assert given(declare(), *shared).incident.put_down_at == {}
    bare = given(declare(), *shared, release(Hat.INVESTIGATOR, by=BEN, at=9))
    assert bare.incident.put_down_at == {Hat.INVESTIGATOR: at(9)}
    bare.takes(take(Hat.INVESTIGATOR, by=CY, at=10))
    assert bare.incident.put_down_at == {}


def test_what_goes_missing_again_is_told_anew() -> None:
    world = given(declare(), tick(300), tick(600), policy=COMMANDERS)
    world.takes(take(COMMANDER, by=BEN, at=700))
    world.takes(release(COMMANDER, by=BEN, at=800))
    world.takes(tick(1100))
    assert [(event.since, event.number, event.count) for event in told(world, Kind.NO_COMMANDER)] == [
        (at(0), 1, 1),
        (at(0), 2, 2),
        (at(800), 1, 3),
    ]


def test_a_note_ends_the_silence_and_lets_the_next_one_begin() -> None:
    world = given(declare(), tick(20 * MIN), policy=ACTIVITY)
    noted = world.when(note("looking", by=BEN, at=1300))
    noted.then(NoteAdded, ReminderEnded(by=BEN, at=at(1300), kind=Kind.NO_ACTIVITY, because="done"))
    assert next_due(noted.incident, ACTIVITY) == at(1300 + 20 * MIN)


def test_an_update_ends_the_reminder_of_it() -> None:
    given(declare(), tick(1800), policy=UPDATES).when(update("we look", by=BEN, at=1900)).then(
        UpdatePosted, ReminderEnded(by=BEN, at=at(1900), kind=Kind.UPDATE_OVERDUE, because="done")
    )


def test_resolving_ends_all_reminders_and_none_comes_after() -> None:
    world = given(declare(), move(Stages.TRIAGE, by=ANA), tick(3600), policy=REMINDING)
    world.takes(resolve(by=BEN, at=3700))
    ended = [event for event in world.events if isinstance(event, ReminderEnded)]
    assert {event.kind for event in ended} == set(Kind) - {Kind.OFFER_WAITS}
    assert {event.because for event in ended} == {"over"}
    assert next_due(world.incident, REMINDING) == at(3700 + 15 * MIN), "only the review is due"
    assert list(outlook(world.incident, REMINDING, at(3700))) == []
    assert not [event for event in world.would(tick(10**6)) if isinstance(event, ReminderGiven)]


def test_a_severity_that_is_not_reminded_at_ends_the_reminder() -> None:
    world = given(declare(), tick(300), policy=COMMANDERS)
    events = world.would(change_severity(Severity.P3, "one customer", by=BEN, at=400))
    assert ReminderEnded(by=BEN, at=at(400), kind=Kind.NO_COMMANDER, because="changed") in events


def test_a_policy_that_wants_it_no_more_ends_it_at_the_next_look() -> None:
    world = given(declare(), tick(300), policy=COMMANDERS)
    given(*world.events, policy=POLICY).when(tick(301)).then(
        ReminderEnded(by=SYSTEM, at=at(301), kind=Kind.NO_COMMANDER, because="changed")
    )


def test_a_new_policy_holds_from_now_on_and_nothing_is_told_twice() -> None:
    hasty = only(no_commander=ReminderPolicy(after=1, every=1, most=2))
    world = given(*given(declare(), tick(300), policy=COMMANDERS).events, policy=hasty)
    assert next_due(world.incident, hasty) == at(360)
    world.when(tick(359)).then_nothing()
    assert world.when(tick(360)).incident.reminders[Kind.NO_COMMANDER].last


# snooze, stop, and taking it back


def test_a_snooze_delays_and_says_until_when() -> None:
    world = given(declare(), tick(300), policy=COMMANDERS)
    snoozed = world.when(snooze(Kind.NO_COMMANDER, by=BEN, at=400))
    snoozed.then(RemindersSnoozed(by=BEN, at=at(400), kinds=(Kind.NO_COMMANDER,), until=at(400 + 15 * MIN)))
    assert ShowReminder(incident=INC, kind=Kind.NO_COMMANDER) in snoozed.effects
    assert next_due(snoozed.incident, COMMANDERS) == at(1300)
    world.takes(snooze(by=BEN, at=400))
    world.when(tick(1299)).then_nothing()
    world.when(tick(1300)).then(ReminderGiven)


def test_putting_off_what_has_ended_leaves_its_message_alone() -> None:
    world = given(declare(), tick(300), take(COMMANDER, by=BEN, at=400), policy=COMMANDERS)
    effects = world.when(stop_reminders(by=ANA, at=500)).effects
    assert not [effect for effect in effects if isinstance(effect, ShowReminder)]


def test_a_snooze_ahead_of_time_holds_too_and_never_brings_a_reminder_forward() -> None:
    world = given(declare(), snooze(minutes=15, at=1), policy=COMMANDERS)
    assert next_due(world.incident, COMMANDERS) == at(1 + 15 * MIN)
    early = given(declare(), snooze(minutes=1, at=1), policy=COMMANDERS)
    assert next_due(early.incident, COMMANDERS) == at(5 * MIN)


@pytest.mark.parametrize("minutes", [0, 0.5, -1, 24 * 60 + 1, float("nan")])
def test_a_snooze_is_a_minute_at_least_and_a_day_at_most(minutes: float) -> None:
    given(declare(), policy=COMMANDERS).when(snooze(minutes=minutes)).then_rejected(SnoozeDoesNotFit, "remind stop")


def test_a_stop_holds_for_the_incident_and_says_who_and_why() -> None:
    world = given(declare(), tick(300), policy=COMMANDERS)
    order = stop_reminders(Kind.NO_COMMANDER, because="a drill", by=BEN, at=400)
    world.when(order).then(RemindersStopped(by=BEN, at=at(400), kinds=(Kind.NO_COMMANDER,), because="a drill"))
    world.takes(order)
    world.when(stop_reminders(by=CY, at=500)).then_nothing()
    world.when(tick(7200)).then_nothing()
    assert next_due(world.incident, COMMANDERS) is None
    (seen,) = outlook(world.incident, COMMANDERS, at(500))
    assert seen.stop is not None
    assert (seen.stop.by, seen.stop.because) == (BEN, "a drill")


def test_a_stop_without_a_word_of_which_stops_all() -> None:
    world = given(declare(), stop_reminders(), policy=REMINDING)
    assert set(world.incident.stopped) == set(Kind)
    assert next_due(world.incident, REMINDING) is None


def test_stops_and_snoozes_can_be_taken_back() -> None:
    world = given(declare(), stop_reminders(at=1), snooze(at=2), policy=COMMANDERS)
    world.when(resume_reminders(by=CY, at=3)).then(RemindersResumed(by=CY, at=at(3), kinds=(Kind.NO_COMMANDER,)))
    world.takes(resume_reminders(by=CY, at=3))
    assert next_due(world.incident, COMMANDERS) == at(300)
    world.when(resume_reminders(by=CY, at=4)).then_nothing()


def test_a_snooze_that_is_over_need_not_be_taken_back() -> None:
    world = given(declare(), snooze(minutes=1, at=1), policy=COMMANDERS)
    world.when(resume_reminders(at=61)).then_nothing()


def test_what_is_not_reminded_of_can_neither_be_snoozed_nor_stopped() -> None:
    for order in (snooze, stop_reminders, resume_reminders):
        given(declare()).when(order()).then_rejected(NothingToRemindOf, "P1")
        given(declare(), policy=COMMANDERS).when(order(Kind.STUCK)).then_rejected(NothingToRemindOf)
        over = given(declare(), resolve(), policy=COMMANDERS)
        over.when(order()).then_rejected(IsOver, "resolved")
        closed = given(*over.events, move(Stages.POST_MORTEM), move(Stages.CLOSED), policy=COMMANDERS)
        closed.when(order()).then_rejected(IsClosed)


def test_a_reason_fits_into_a_message() -> None:
    given(declare(), policy=COMMANDERS).when(stop_reminders(because="x" * 3001)).then_rejected(TextTooLong)


# at night


def test_what_is_held_back_was_not_told_and_comes_in_the_morning() -> None:
    world = given(declare(), tick(20 * MIN), policy=ACTIVITY)
    held = hold(Kind.NO_ACTIVITY, 1, until=8 * 3600, at=1201)
    world.when(held).then(ReminderHeld)
    world.takes(held)
    kept = world.incident.reminders[Kind.NO_ACTIVITY]
    assert (kept.number, kept.count, kept.asked, kept.is_on) == (0, 0, (), True)
    assert next_due(world.incident, ACTIVITY) == at(8 * 3600)
    world.when(tick(8 * 3600 - 1)).then_nothing()
    morning = world.when(tick(8 * 3600)).events[0]
    assert isinstance(morning, ReminderGiven)
    assert (morning.number, morning.count, morning.to) == (1, 1, (ANA,))


def test_whoever_comes_before_the_morning_ends_what_was_held() -> None:
    world = given(declare(), tick(1200), hold(Kind.NO_ACTIVITY, 1, until=9000, at=1201), policy=ACTIVITY)
    ended = world.when(note("awake", by=BEN, at=2000))
    ended.then(NoteAdded, ReminderEnded)
    assert next_due(ended.incident, ACTIVITY) == at(2000 + 20 * MIN)


def test_a_worker_that_comes_late_holds_nothing() -> None:
    late = hold(Kind.NO_ACTIVITY, 1, until=9000, at=3000)
    given(declare(), policy=ACTIVITY).when(late).then_nothing()
    given(declare(), tick(1200), note("x", at=1300), policy=ACTIVITY).when(late).then_nothing()
    given(declare(), tick(1200), tick(2400), policy=ACTIVITY).when(late).then_nothing()
    held = given(declare(), tick(1200), hold(Kind.NO_ACTIVITY, 1, until=8000, at=1201), policy=ACTIVITY)
    held.when(hold(Kind.NO_ACTIVITY, 0, until=9000, at=1202)).then_nothing()


# around it


def test_a_reminder_is_no_change_of_the_incident() -> None:
    world = given(declare(), note("looking", by=BEN, at=10), tick(300), snooze(by=CY, at=310), policy=COMMANDERS)
    assert (world.incident.last_change.by, world.incident.last_change.type) == (BEN, "note.added")


def test_a_policy_without_reminders_costs_nothing_and_tells_nothing() -> None:
    world = given(declare(), tick(10**6))
    assert next_due(world.incident, POLICY) is None
    assert list(outlook(world.incident, POLICY, at(0))) == []


def test_a_gate_and_a_reminder_are_due_by_whichever_comes_first() -> None:
    world = given(declare(), propose(plan(), by=ANA, at=0), policy=COMMANDERS)
    assert next_due(world.incident, COMMANDERS) == at(300)
    world.takes(take(COMMANDER, by=BEN))
    assert next_due(world.incident, COMMANDERS) == at(30 * MIN)


def test_every_kind_has_words_that_can_be_typed() -> None:
    for one in Kind:
        assert kind(one.value) is kind(one.value.replace("-", "_")) is kind(f" {one.value.upper()} ") is one
        assert one.label
    assert kind("commander") is Kind.NO_COMMANDER
    assert kind("lunch") is None


def test_a_state_from_before_reminders_counts_from_its_declaration() -> None:
    new = given(declare(), take(COMMANDER, by=ANA, at=1), offer(COMMANDER, BEN, by=ANA, at=2)).incident
    fresh = {"moved_at", "acted", "stage_at", "put_down_at", "offered_at", "reminders", "snoozed", "stopped"}
    old = Incident.model_validate(new.model_dump(exclude=fresh))
    dues = {kind: reminder_due(kind, rule, old, REMINDING) for kind, rule in REMINDERS.rules.items()}
    assert dues == {
        Kind.NO_COMMANDER: None,
        Kind.EMPTY_HAT: at(0) + timedelta(minutes=10),
        Kind.STUCK: at(0) + timedelta(minutes=15),
        Kind.NO_ACTIVITY: at(0) + timedelta(minutes=20),
        Kind.UPDATE_OVERDUE: at(0) + timedelta(minutes=30),
        Kind.OFFER_WAITS: at(0) + timedelta(minutes=5),
    }
