"""Past Muster somebody changes what Redis holds: each kind of damage is found, named, and cured as it says."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.domain.ids import digest
from bot.domain.severity import Severity
from bot.store.audit import Book
from tests.audit.conftest import Watch
from tests.harness import orders as o
from tests.harness.people import ANA, BEN, MO
from tests.harness.plans import edited

pytestmark = pytest.mark.story


def called(watch: Watch) -> str:
    """An incident with a running escalation, in which nothing happens for the next two minutes."""
    incident = watch.night.declared(by=MO)
    watch.minutes(3)
    assert watch.found() == {}
    return incident


def test_a_timer_that_is_missing_in_the_index_is_found_and_a_note_puts_it_back(watch: Watch) -> None:
    incident = called(watch)
    watch.raw.zrem(watch.keys.timers, incident)
    watch.minutes()
    assert watch.found()["incidents:timers"] == f"1 incident with a timer that the clocks don't know of: {incident}."
    watch.night.does(o.note("still there", by=ANA), incident)
    watch.minutes()
    assert watch.found() == {}
    watch.minutes(5)
    assert watch.night.paged(BEN, incident), "and the next tier is called"


def test_a_timer_that_was_put_off_in_the_index_is_found(watch: Watch) -> None:
    incident = called(watch)
    watch.raw.zincrby(watch.keys.timers, 3_600_000, incident)
    watch.minutes()
    assert "incidents:timers" in watch.found()


def test_an_open_incident_that_no_list_shows_is_found_and_a_closed_one_that_is_shown(watch: Watch) -> None:
    hidden = called(watch)
    closed = watch.night.declared(by=BEN, title="the search is slow", severity=Severity.P2)
    watch.night.does(o.resolve(by=BEN), closed)
    watch.night.passes(seconds=10)
    watch.raw.zrem(watch.keys.open, hidden)
    watch.raw.zadd(watch.keys.open, {closed: 1})
    watch.minutes()
    said = watch.found()["incidents:listed"]
    assert said.startswith("2 incidents in the wrong list, open or over: ")
    assert hidden in said
    assert closed in said


def test_a_state_that_cannot_be_read_is_found_and_the_others_are_looked_at(watch: Watch) -> None:
    broken, other = called(watch), watch.night.declared(by=MO, title="the search is slow")
    watch.night.passes(seconds=10)
    watch.raw.hset(watch.keys.incident(broken), "s", '{"id": 7}')
    watch.raw.delete(watch.keys.log(broken))  # and so it can't be folded anew
    watch.raw.zrem(watch.keys.timers, other)
    watch.minutes(1)
    assert broken in watch.found()["incidents:unreadable"]
    assert other in watch.found()["incidents:timers"]


def test_a_policy_that_cannot_be_read_is_found_and_another_one_cures_it(watch: Watch) -> None:
    incident = called(watch)
    engine = watch.night.wired.house.engine
    own = engine.incident(incident).policy
    kept = str(watch.raw.hget(watch.keys.policies, own))
    watch.raw.hset(watch.keys.policies, own, kept.replace('"quorum":1', '"quorum":0'))
    watch.minutes()
    said = watch.found()["policies:unreadable"]
    assert said == f"1 incident with a policy that can't be read as kept: {incident}."
    assert "`/incident policy adopt because …`" in watch.ops("can't be read as kept")[0]
    assert watch.beaten(), "nothing stands still for it"
    watch.night.does(o.adopt(edited(engine.workflows.in_force, name="other"), by=MO), incident)
    watch.minutes()
    assert watch.found() == {}


def test_what_is_resolved_waits_for_no_review_that_its_policy_does_not_open(watch: Watch) -> None:
    incident = watch.night.declared(by=MO)
    watch.night.does(o.resolve(by=MO), incident)
    never = [one.model_copy(update={"after": None}) for one in watch.night.wired.house.manifests.policy.transitions]
    watch.night.does(o.adopt(edited(watch.night.wired.house.manifests.policy, transitions=never), by=MO), incident)
    watch.minutes(2)
    assert watch.found() == {}


def test_a_running_escalation_without_its_timer_stands_still(watch: Watch) -> None:
    incident = called(watch)
    state = json.loads(str(watch.raw.hget(watch.keys.incident(incident), "s")))
    watch.raw.hset(watch.keys.incident(incident), "s", json.dumps(state | {"timers": {}}))
    watch.raw.zrem(watch.keys.timers, incident)
    watch.minutes()
    assert incident in watch.found()["incidents:still"]


def test_a_run_that_nobody_goes_on_with_is_found(watch: Watch) -> None:
    incident = called(watch)
    watch.night.does(o.take_over(by=ANA), incident)
    watch.night.workers_sleep = True
    watch.dead = {"worker"}
    proposed = watch.night.does(o.propose(by=BEN), incident)
    watch.night.does(o.approve(by=ANA), incident)
    assert watch.night.incident(incident).mitigations["m1"].progress.is_live, proposed
    watch.minutes()
    assert "incidents:driven" not in watch.found(), "its next step waits"
    watch.raw.delete(watch.keys.lane(f"run:{incident}:m1"))
    watch.minutes()
    assert incident in watch.found()["incidents:driven"]


def rewritten(record: dict[str, Any]) -> dict[str, Any]:
    return record | {"event": record["event"] | {"by": "USOMEBODYELSE"}}


def forged(record: dict[str, Any]) -> dict[str, Any]:
    changed = {name: value for name, value in rewritten(record).items() if name != "hash"}
    return changed | {"hash": digest(changed)}


DAMAGE: dict[str, Callable[[Watch, str, list[Any]], object]] = {
    "an event was rewritten": lambda watch, log, entries: _replace(watch, log, entries, 2, rewritten),
    "the first event was rewritten": lambda watch, log, entries: _replace(watch, log, entries, 0, rewritten),
    "the last event was rewritten": lambda watch, log, entries: _replace(watch, log, entries, -1, rewritten),
    "an event is gone": lambda watch, log, entries: watch.raw.xdel(log, entries[2][0]),
    "the last event is gone": lambda watch, log, entries: watch.raw.xdel(log, entries[-1][0]),
    "the whole log is gone": lambda watch, log, entries: watch.raw.delete(log),
    "the beginning is gone": lambda watch, log, entries: watch.raw.xtrim(log, maxlen=3, approximate=False),
    "the last event was forged, with a chain of its own": lambda watch, log, entries: _replace(
        watch, log, entries, -1, forged
    ),
    "an event is no JSON": lambda watch, log, entries: _replace(watch, log, entries, 1, lambda _: "…"),
}


def _replace(watch: Watch, log: str, entries: list[Any], which: int, change: Callable[[Any], Any]) -> None:
    watch.raw.delete(log)
    for number, (id_, fields) in enumerate(entries):
        is_it = number == which % len(entries)
        changed = json.dumps(change(json.loads(fields["r"]))) if is_it else fields["r"]
        watch.raw.xadd(log, {"r": changed}, id=id_)


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_record_that_was_changed_is_found_by_its_chain(watch: Watch, damage: str) -> None:
    incident = called(watch)
    log = watch.keys.log(incident)
    entries: Any = watch.raw.xrange(log)
    assert len(entries) > 4
    DAMAGE[damage](watch, log, entries)
    watch.minutes()
    assert incident in watch.found()["incidents:chain"]


def test_the_end_of_a_long_record_is_looked_at(watch: Watch) -> None:
    incident = called(watch)
    for number in range(120):
        watch.night.does(o.note(f"{number}", by=ANA), incident)
    watch.minutes()
    assert watch.found() == {}
    log = watch.keys.log(incident)
    entries: Any = watch.raw.xrange(log)
    _replace(watch, log, entries, -30, rewritten)
    watch.minutes()
    assert "incidents:chain" in watch.found()


def test_what_was_found_is_looked_at_again_before_its_turn_comes_again(watch: Watch) -> None:
    """With more incidents than one round looks at, a finding neither flaps nor is forgotten."""
    incident = called(watch)
    watch.raw.zrem(watch.keys.timers, incident)
    watch.minutes()
    watch.raw.zrem(watch.keys.all, incident)
    watch.raw.zrem(watch.keys.open, incident)
    watch.minutes()
    assert incident in watch.found()["incidents:timers"]


def test_each_incident_has_its_turn_however_many_there_are(watch: Watch) -> None:
    ids = {watch.night.declared(by=MO, title=f"{n}") for n in range(300)}
    seen, book = set[str](), Book()
    for _ in range(30):
        facts, book = watch.audits.look(book, ())
        seen |= {one.id for one in facts.looked}
        assert len(facts.looked) <= 1200
        if not book.any_at:
            break
    assert seen == ids
    assert {one.id for one in watch.audits.look_at_all(()).looked} == ids


def test_a_lane_whose_head_cannot_be_read_is_found(watch: Watch) -> None:
    watch.raw.rpush(watch.keys.lane("slack:INC-9"), "{}")
    watch.raw.zadd(watch.keys.lanes, {"slack:INC-9": 4e12})
    watch.minutes()
    assert "slack:INC-9" in watch.found()["effects:unreadable"]


def test_a_redis_that_is_nearly_full_is_found(watch: Watch) -> None:
    # Grown inside Redis: what a client sends lies in a buffer too, which is freed when Redis likes. With 64 MB, other
    # changes (some hundred kB) are small beside the 5 % that are left on either side.
    watch.raw.setrange("ballast", 64 << 20, ".")
    used = int(watch.facts().info["used_memory"])
    watch.raw.config_set("maxmemory", str(int(used * 1.05)))
    watch.minutes()
    assert "record:memory" in watch.found()
    watch.raw.config_set("maxmemory", str(2 * used))
    watch.minutes()
    assert watch.found() == {}


@pytest.mark.parametrize("skew", [6.0, -6.0])
def test_a_clock_that_is_off_is_found(watch: Watch, skew: float) -> None:
    watch.audits.skew = skew
    watch.minutes()
    assert watch.found() == {"clock:skew:Redis": "This machine's clock and Redis's are 6 s apart."}


def test_a_page_that_was_tried_and_never_heard_of_again_is_found(watch: Watch) -> None:
    incident = called(watch)
    page = next(iter(watch.night.incident(incident).pages.values()))
    state = json.loads(str(watch.raw.hget(watch.keys.incident(incident), "s")))
    state["pages"][page.id]["ways"][0]["state"] = "tried"
    watch.raw.hset(watch.keys.incident(incident), "s", json.dumps(state))
    watch.minutes()
    assert incident in watch.found()["pages:tried"]
    watch.night.does(o.acknowledge(by=ANA), incident)
    watch.minutes()
    assert watch.found() == {}, "nobody is called any more"


def test_a_notifier_that_fails_is_found_by_its_share_of_the_last_hour(watch: Watch) -> None:
    watch.night.mailbox.replies("RCPT", "550 never heard of")
    incidents = [watch.night.declared(by=MO, title=f"checkout is down {n}") for n in range(2)]
    watch.minutes(3)
    assert watch.found()["notifier:email"].startswith("2 of 2 pages by email failed in the last hour: INC-")
    watch.night.mailbox.works()
    for incident in incidents:
        watch.night.does(o.acknowledge(by=ANA), incident)
    watch.minutes(62)
    assert watch.found() == {}
