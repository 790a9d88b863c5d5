"""The engine on a real Redis: many at once, the same twice, and what a process remembers never makes a wrong no."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from bot.domain.effects import AnyEffect
from bot.domain.gates.events import GateClosed, VoteCast
from bot.domain.gates.orders import BreakGlass, Countersign
from bot.domain.gates.policy import Glass
from bot.domain.hats import Hat
from bot.domain.incident.events import NoteAdded
from bot.domain.incident.evolve import replay
from bot.domain.incident.record import Recorded, breaks
from bot.domain.incident.rejections import HatIsWorn, NoSuchIncident
from bot.domain.incident.state import Incident
from bot.domain.rejected import Rejected
from bot.domain.severity import Severity
from bot.engine import Engine, TooBusy
from bot.ports import Appended, Conflict, Seen, Stored
from bot.store.client import Client
from bot.store.event_store import RedisEventStore
from bot.store.keys import Keys
from tests.harness.clock import at
from tests.harness.memory import MemoryStore, NobodyToWake
from tests.harness.orders import INC, approve, at_gate, declare, note, propose, release, resolve, stop, take
from tests.harness.people import ANA, BEN, CY, DEE, EVERYBODY, MO
from tests.harness.plans import POLICY, anybody, edited, plan
from tests.harness.redis_server import connection
from tests.store.conftest import Boot


def test_eight_at_once_lose_nothing(boot: Boot, store: RedisEventStore) -> None:
    """Four threads in each of two processes, fifty orders each, all at one incident."""
    processes = [boot(), boot()]
    processes[0].submit(declare())

    def write(thread: int) -> list[int]:
        engine = processes[thread % 2]
        return [engine.submit(note(f"{thread}/{n}", by=EVERYBODY[thread % 5])).version for n in range(50)]

    with ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(write, range(8)))
    history = store.history(INC)
    texts = [record.event.text for record in history if isinstance(record.event, NoteAdded)]
    assert Counter(texts) == Counter(f"{thread}/{n}" for thread in range(8) for n in range(50))
    assert [record.version for record in history] == list(range(1, 402))
    assert sorted(v for mine in versions for v in mine) == list(range(2, 402))
    assert all(mine == sorted(mine) for mine in versions)
    assert list(breaks(store.raw_history(INC))) == []
    stored = store.load(INC)
    assert stored is not None
    assert stored.incident == replay((record.event for record in history), INC)


def test_orders_that_are_submitted_together_each_come_true_or_change_nothing(
    boot: Boot, store: RedisEventStore
) -> None:
    engine = boot()
    names = [f"INC-{number}" for number in range(4)]
    for name in names:
        engine.submit(declare().model_copy(update={"incident": name}))
    engine.submit(take(Hat.COMMANDER, by=BEN).model_copy(update={"incident": names[1]}))
    orders = [take(Hat.COMMANDER, by=BEN).model_copy(update={"incident": name}) for name in names[:3]]
    lanes = engine.submit_all(orders)
    assert [boot().incident(name).wearers(Hat.COMMANDER) for name in names] == [(BEN,), (BEN,), (BEN,), ()]
    briefs = {f"slack:{name}:{BEN}" for name in names}
    assert briefs & set(lanes) == {f"slack:{names[0]}:{BEN}", f"slack:{names[2]}:{BEN}"}, "INC-1's was ordered before"
    assert engine.submit_all(orders) == ()
    taken = [[record.event.type for record in store.history(name)].count("hat.taken") for name in names]
    assert taken == [1, 1, 1, 0]
    assert all(list(breaks(store.raw_history(name))) == [] for name in names)


def test_of_orders_that_are_submitted_together_what_the_rules_refuse_keeps_none_of_the_others_up(
    boot: Boot, redis: Client, caplog: pytest.LogCaptureFixture
) -> None:
    engine = boot()
    names = [f"INC-{number}" for number in (1, 2, 3)]
    for name in names:
        engine.submit(declare().model_copy(update={"incident": name}))
    engine.submit(take(Hat.COMMANDER, by=CY).model_copy(update={"incident": "INC-2"}))
    wanted = [*names[:2], "INC-99", names[2]]
    engine.submit_all([take(Hat.COMMANDER, by=BEN).model_copy(update={"incident": name}) for name in wanted])
    assert [boot().incident(name).wearers(Hat.COMMANDER) for name in names] == [(BEN,), (CY,), (BEN,)]
    told = [record.getMessage() for record in caplog.records if record.name == "muster.engine"]
    assert [line.partition(" why=")[0] for line in told] == [
        "refused command=TakeHat incident=INC-2",
        "refused command=TakeHat incident=INC-99",
    ]


def test_of_orders_that_are_submitted_together_a_lost_race_is_run_again(boot: Boot, redis: Client) -> None:
    class Overtaken(RedisEventStore):
        """Somebody writes to the first incident whenever several were loaded."""

        def load_all(self, incidents: Sequence[str]) -> list[Stored | None]:
            found = super().load_all(incidents)
            boot().submit(note("I was faster").model_copy(update={"incident": incidents[0]}))
            return found

    store = Overtaken(redis, Keys("test"))
    engine = Engine(store, NobodyToWake(), POLICY)
    for name in ("INC-1", "INC-2"):
        engine.submit(declare().model_copy(update={"incident": name}))
    engine.submit_all([take(Hat.COMMANDER, by=BEN).model_copy(update={"incident": f"INC-{n}"}) for n in (1, 2)])
    types = [record.event.type for record in store.history("INC-1")]
    assert types[:3] == ["incident.declared", "note.added", "hat.taken"]
    assert boot().incident("INC-2").wearers(Hat.COMMANDER) == (BEN,)


def test_one_hat_and_five_people_make_one_wearer(boot: Boot, store: RedisEventStore) -> None:
    processes = [boot() for _ in EVERYBODY]
    processes[0].submit(declare())

    def grab(n: int) -> bool:
        try:
            return bool(processes[n].submit(take(Hat.COMMANDER, by=EVERYBODY[n])).events)
        except HatIsWorn:
            return False

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(grab, range(5))) == 1
    assert len(processes[0].incident(INC).wearers(Hat.COMMANDER)) == 1


def test_votes_at_once_are_all_counted_and_the_gate_opens_once(boot: Boot, store: RedisEventStore) -> None:
    for number in range(10):
        incident = f"INC-{number}"
        processes = [boot() for _ in range(4)]
        for order in (declare(), propose(by=ANA)):
            processes[0].submit(order.model_copy(update={"incident": incident}))
        ballots = [
            approve(by=voter, seen=plan(), asks=anybody(2)).model_copy(update={"incident": incident})
            for voter in (BEN, CY, DEE, MO)
        ]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda process, ballot: process.submit(ballot), processes, ballots))
        events = [record.event for record in store.history(incident)]
        assert sum(isinstance(event, VoteCast) for event in events) == 2
        assert sum(event.type == "gate.late-vote" for event in events) == 2
        assert sum(isinstance(event, GateClosed) for event in events) == 1


def test_an_order_that_meets_a_newer_state_is_decided_again(boot: Boot) -> None:
    ana, ben = boot(), boot()
    ana.submit(declare())
    ben.submit(note("ben's process knows the incident"))
    ana.submit(take(Hat.COMMANDER, by=ANA))
    with pytest.raises(HatIsWorn):
        ben.submit(take(Hat.COMMANDER, by=BEN))
    assert ben.submit(note("and goes on")).version == 5


def test_what_a_process_remembers_makes_no_wrong_no(boot: Boot) -> None:
    """It remembers the hat as worn; somewhere else it was put down."""
    ana, ben = boot(), boot()
    ana.submit(declare())
    ben.submit(take(Hat.COMMANDER, by=ANA))
    ana.submit(release(Hat.COMMANDER, by=ANA))
    assert ben.submit(take(Hat.COMMANDER, by=BEN)).incident.wearers(Hat.COMMANDER) == (BEN,)


def test_what_a_process_remembers_makes_no_wrong_so_it_is_already(boot: Boot) -> None:
    ana, ben = boot(), boot()
    ana.submit(declare())
    ben.submit(take(Hat.COMMANDER, by=ANA))
    ana.submit(release(Hat.COMMANDER, by=ANA))
    assert ben.submit(take(Hat.COMMANDER, by=ANA)).events


def test_an_order_obeyed_before_is_no_longer_refused(boot: Boot) -> None:
    """The first click won; its retry reaches another process, whose rules would say no by now."""
    ana, ben = boot(), boot()
    ana.submit(declare())
    order = take(Hat.COMMANDER, by=ANA)
    ana.submit(order)
    ana.submit(release(Hat.COMMANDER, by=ANA))
    ana.submit(take(Hat.COMMANDER, by=BEN))
    for process in (ana, ben):
        receipt = process.submit(order)
        assert receipt.repeated
        assert receipt.incident.wearers(Hat.COMMANDER) == (BEN,)


def test_a_refused_order_leaves_no_trace_and_may_come_again(boot: Boot, store: RedisEventStore) -> None:
    engine = boot()
    engine.submit(declare())
    engine.submit(take(Hat.COMMANDER, by=ANA))
    order = take(Hat.COMMANDER, by=BEN)
    with pytest.raises(HatIsWorn):
        engine.submit(order)
    engine.submit(release(Hat.COMMANDER, by=ANA))
    assert not engine.submit(order).repeated


def test_the_same_declaration_is_one_incident(boot: Boot) -> None:
    order = declare()
    first, again = boot().declare(order), boot().declare(order)
    assert first.incident.id == again.incident.id == "INC-1"
    assert again.repeated
    assert boot().declare(declare()).incident.id == "INC-2"


def test_the_same_declaration_from_everywhere_at_once_is_one_incident(boot: Boot) -> None:
    order = declare()
    processes = [boot() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda process: process.declare(order), processes))
    assert len({receipt.incident.id for receipt in receipts}) == 1
    assert sum(not receipt.repeated for receipt in receipts) == 1
    assert len(boot().open()) == 1


def test_different_declarations_at_once_are_different_incidents(boot: Boot) -> None:
    engine = boot()
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: engine.declare(declare()), range(24)))
    assert {receipt.incident.id for receipt in receipts} == {f"INC-{n}" for n in range(1, 25)}


def test_what_was_true_once_an_event_had_happened_can_be_asked_for(boot: Boot) -> None:
    engine = boot()
    for order in (declare(), take(Hat.COMMANDER, by=ANA), release(Hat.COMMANDER, by=ANA)):
        engine.submit(order)
    history = engine.history(INC)
    taken, given_back = (record.version for record in history if record.event.type.startswith("hat."))
    assert [bool(engine.incident_at(INC, at).wearers(Hat.COMMANDER)) for at in (1, taken, given_back)] == [0, 1, 0]


def test_an_order_that_loses_every_race_gives_up_and_has_done_nothing() -> None:
    class Crowd(MemoryStore):
        """Somebody else is always faster."""

        def append(
            self,
            incident: Incident,
            records: Sequence[Recorded],
            effects: Sequence[AnyEffect],
            *,
            expected: int,
            at: datetime,
            due: datetime | None,
        ) -> Appended | Conflict | Seen:
            if expected > 0:
                return Conflict(self.load(incident.id))
            return super().append(incident, records, effects, expected=expected, at=at, due=due)

    store = Crowd()
    engine = Engine(store, NobodyToWake(), POLICY)
    engine.submit(declare())
    with pytest.raises(TooBusy):
        engine.submit(note("nobody hears me"))
    assert len(store.history(INC)) == 1


def test_asking_for_what_is_not_there_is_refused(boot: Boot) -> None:
    engine = boot()
    with pytest.raises(NoSuchIncident):
        engine.incident("INC-404")
    with pytest.raises(Rejected, match="INC-1"):
        engine.submit(note("hello?"))


def test_queries_tell_what_is_true(boot: Boot) -> None:
    engine = boot()
    for _ in range(3):
        engine.declare(declare(Severity.P3))
    assert [incident.id for incident in engine.open()] == ["INC-1", "INC-2", "INC-3"]
    assert {incident.id for incident in engine.recent(2)} <= {"INC-1", "INC-2", "INC-3"}
    assert [record.version for record in engine.history("INC-2")] == [1]
    assert engine.in_channel("C1") is None


def test_an_order_costs_the_same_at_event_ten_and_at_event_ten_thousand(
    boot: Boot, redis: Client, keys: Keys, store: RedisEventStore
) -> None:
    """One script call, as many bytes, and a state that has not grown: counted, not timed."""
    engine = boot()
    engine.submit(declare())

    def cost_of_a_note() -> tuple[dict[str, int], int, int]:
        before = _calls(redis)
        engine.submit(note("0123456789", at=1))
        after = _calls(redis)
        calls = {name: n - before.get(name, 0) for name, n in after.items() if n > before.get(name, 0)}
        stored = store.load(INC)
        assert stored is not None
        return calls, len(stored.incident.model_dump_json()), len(store.history(INC)[-1].text())

    for n in range(8):
        engine.submit(note(f"note {n}", at=1))
    early = cost_of_a_note()
    for n in range(9_990):
        engine.submit(note(f"note {n}", at=1))
    late = cost_of_a_note()
    assert connection(redis).xlen(keys.log(INC)) == 10_001
    assert late[:2] == early[:2]
    assert late[2] - early[2] <= len("10001") - len("10") + len("cause-12345") - len("cause-1")


def _calls(redis: Client) -> dict[str, int]:
    """How often each command has run, inside scripts too."""
    stats = connection(redis).info("commandstats")
    skipped = {"cmdstat_info", "cmdstat_xrange"}
    return {name: line["calls"] for name, line in stats.items() if name not in skipped}


def test_an_incident_that_owes_a_countersignature_is_gone_through_however_long_it_is_over(
    store: RedisEventStore,
) -> None:
    anyone = ({"anyone": True},)
    glassy = anybody().model_copy(update={"glass": Glass.model_validate({"who": anyone, "countersigned_by": anyone})})
    engine = Engine(store, NobodyToWake(), edited(POLICY, approvals={"anybody": glassy}))
    breaks = at_gate(BreakGlass, by=BEN, because="customers wait", here=True)
    for order in (declare(), propose(by=ANA), breaks, stop(by=BEN), resolve(by=BEN)):
        engine.submit(order)
    later = at(30 * 24 * 3600)
    assert not engine.open()
    assert [incident.id for incident in engine.active_since(later)] == [INC]
    engine.submit(at_gate(Countersign, by=CY, agrees=True, here=True))
    assert list(engine.active_since(later)) == []
