"""Every view in every state that matters. `python -m tests.slack.views.gallery` paints the golden pictures anew."""

import json
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bot.audit import clocks
from bot.audit.outbreak import step
from bot.domain.freshness import Freshness
from bot.domain.gates.choice import GateChoice
from bot.domain.gates.gate import Debt
from bot.domain.gates.policy import Glass, Tier
from bot.domain.gates.report import GateRecord, Report
from bot.domain.gates.report import report as measures
from bot.domain.gates.seat import Seat
from bot.domain.gates.stricter import Known
from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident import commands as c
from bot.domain.incident.criteria import Item, bare_hats, exits, missing, owed
from bot.domain.incident.due import outlook, stage_due
from bot.domain.incident.events import ConflictMet
from bot.domain.incident.record import Recorded
from bot.domain.incident.rejections import NeedsApproval
from bot.domain.incident.state import Incident
from bot.domain.incident.ways import ways
from bot.domain.oncall import calling as whom
from bot.domain.oncall.arrange import AskToStandIn, Stretch
from bot.domain.oncall.duty import duty, shifts_of
from bot.domain.oncall.reach import Reachable
from bot.domain.oncall.spans import Span
from bot.domain.severity import Severity
from bot.domain.workflow.criterion import Criterion
from bot.domain.workflow.differences import differences
from bot.domain.workflow.lifecycle import Purpose, StagePolicy
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.reminders import Kind
from bot.domain.workflow.wearing import Deed
from bot.slack.kit import Message
from bot.slack.views.announcement import announcement
from bot.slack.views.audit import audit
from bot.slack.views.brief import brief
from bot.slack.views.card import card
from bot.slack.views.debt import call_in, debt
from bot.slack.views.digest import digest
from bot.slack.views.digest import report as gates_report
from bot.slack.views.escalation import escalation
from bot.slack.views.gate import gate
from bot.slack.views.help import help_, unknown
from bot.slack.views.home import OwnShifts, home
from bot.slack.views.listing import listing, pick
from bot.slack.views.mitigation import Track, mitigation, plan_view
from bot.slack.views.offer import offer, offer_ended
from bot.slack.views.oncall import on_call, shifts
from bot.slack.views.page import page
from bot.slack.views.policy import policy as policy_view
from bot.slack.views.reminder import Pinged, nudge, overview, reminder
from bot.slack.views.shift import shift_began
from bot.slack.views.stage import held, refused, stage
from bot.slack.views.stand_in import answered, coming, going, made_known, question, reply, taken_back, unanswered
from bot.slack.views.timeline import timeline
from bot.slack.views.told import told
from bot.slack.views.trial import Tried, sample, trial
from bot.slack.views.warning import warning
from bot.verbs.request import Called, ShowOnCall, ShowPolicy, ShowShifts, ShowStage
from tests.domain.gates import asking
from tests.harness.book import by_ways, policy
from tests.harness.clock import NOON
from tests.harness.orders import casting
from tests.harness.plans import anybody, edited
from tests.harness.rota import BOOK, FIRST, SEARCH, SECOND, Roster, hours, put_on
from tests.harness.stages import Stages
from tests.slack.views.scene import (
    ANA,
    ASKING,
    BEN,
    CAREFUL,
    CY,
    DEE,
    POLICY,
    REMINDING,
    START,
    TRY,
    TWO_VOTES,
    Scene,
    names,
    plan,
)

GOLDEN = Path(__file__).parents[2] / "golden" / "views"

Picture = Message | dict[str, Any]

UNDONE = START - timedelta(days=193)
TRACK = Track(
    runs=5,
    cleared=4,
    median_minutes=6,
    last_run=START - timedelta(days=2),
    last_failed=UNDONE,
    last_rolled_back=UNDONE,
    review=Freshness(reviewed=date(2026, 11, 1), until=date(2027, 1, 30)),
)
STALE = Track(
    runs=0,
    cleared=0,
    last_run=START - timedelta(days=120),
    last_failed=START - timedelta(days=150),
    last_rolled_back=UNDONE,
    review=Freshness(reviewed=date(2026, 5, 12), until=date(2026, 8, 10)),
)
NEVER = Track(runs=0, cleared=0, review=Freshness())
STRICTER = edited(
    POLICY,
    approvals={"anybody": anybody(1, seats=[{"anyone": True, "voices": 2}], stricter={"stale-runbook": 1})},
)
"""A policy that wants another yes where the runbook is stale."""


def gallery() -> dict[str, Picture]:
    """Paint everything, by name: `<view>/<state>`."""
    incidents = {
        **_incidents(),
        **_mitigations(),
        **_gates(),
        **_digests(),
        **_plans(),
        **_calling(),
        **_reminders(),
        **_told(),
        **_stages(),
    }
    return {**incidents, **_personal(), **_lists(), **_on_call(), **_policies(), **_audits()}


def verified(policy: Policy = POLICY) -> Scene:
    return approved(policy).ran().reads("degraded", healthy=False).reads().later(seconds=60).reads()


def approved(policy: Policy = POLICY, **changes: Any) -> Scene:
    return Scene(policy=policy).commanded().proposed(**changes).votes(ANA, comment="go")


def failed(policy: Policy = POLICY, **changes: Any) -> Scene:
    return approved(policy, **changes).step(0).step(1).step(2, ok=False, detail="503 Service Unavailable")


def resolved() -> Scene:
    return verified().does(c.Resolve, ANA, summary="Card payments work again after a restart.")


def states() -> dict[str, Scene]:
    """Name the incidents that a card and an announcement are shown of."""
    troubled = {"effect": "invite", "why": "Slack would not let Dee in.", "cure": "Invite her by hand."}
    return {
        "declared": Scene(),
        "called": calling()["called"],
        "answered": calling()["answered"],
        "commanded": Scene().commanded(),
        "offered": Scene().commanded().does(c.OfferHat, ANA, hat=Hat.COMMANDER, to=CY),
        "gate-open": Scene().commanded().proposed(),
        "running": approved().step(0).begins(1),
        "waiting": approved().does(c.RecordTargetBusy, mitigation="m1", holder="m3 of INC-41"),
        "verifying": approved().ran(),
        "needs-human": failed(rollback=(), no_rollback_because="a restart can't be undone."),
        "late": Scene().commanded().later(minutes=40),
        "updated": Scene().commanded().does(c.PostUpdate, ANA, text="We restart it."),
        "in-trouble": Scene().commanded().does(c.RecordTrouble, **troubled),
        "mitigated": verified(),
        "resolved": resolved(),
        "post-mortem": resolved().later(minutes=20).does(c.Tick),
        "closed": resolved().later(minutes=20).does(c.Tick).does(c.ChangeStage, ANA, to=Stages.CLOSED.id),
        "reviewed": _reviewed(),
        "private": Scene(private=True).commanded(),
        "unspecific": Scene(severity=Severity.P4, service=None, summary="").in_channel(),
        "rollback-asked": failed(CAREFUL),
        "right-to-left": Scene(title="התשלומים לא עובדים", summary="لا أحد يستطيع الدفع").commanded(),
    }


def _reviewed() -> Scene:
    """An incident whose review has opened, with owners and a meeting."""
    opening = tuple(
        {**move.model_dump(), "actions": ["open-review"] if move.to == "post-mortem" else []}
        for move in POLICY.transitions
    )
    policy = edited(POLICY, transitions=opening, review={"meeting": {"p1": "3d"}, "zone": "Europe/Berlin"})
    over = Scene(policy=policy).commanded().does(c.Resolve, ANA, summary="The cache was cold.")
    return over.later(minutes=20).does(c.Tick)


def _incidents() -> dict[str, Picture]:
    announced = ("declared", "commanded", "mitigated", "resolved", "private", "right-to-left")
    scenes = states()
    return {
        **{f"card/{name}": card(scene.incident, POLICY, names, scene.now) for name, scene in scenes.items()},
        **{f"announcement/{name}": announcement(scenes[name].incident, names) for name in announced},
    }


LATELY = Known(stale="the runbook was reviewed on 2026-05-12, which held until 2026-08-10")


def trying() -> Scene:
    return Scene(policy=TWO_VOTES).commanded().proposed(dry_run=(TRY,))


def tried_again() -> Scene:
    """One vote came, and then the dry run says something else."""
    scene = trying().tried("3 instances would restart one by one").votes(CY)
    return scene.does(c.TryAgain, BEN, mitigation="m1").tried("2 instances would restart one by one")


def mitigations() -> dict[str, Scene]:
    again = Scene().commanded().proposed().proposed(risk="Carts of the last hour are lost.", parameters={"wave": 3})
    touchy: dict[str, Any] = {
        "touches": ("customer-data",),
        "rollback": (),
        "no_rollback_because": "what is deleted is gone.",
    }
    stopping = approved().step(0).begins(1)
    return {
        "asked": Scene().commanded().proposed(),
        "asked-by-the-commander": Scene().commanded().proposed(by=ANA),
        "asked-without-rollback": Scene().commanded().proposed(**touchy),
        "asked-again": again,
        "asked-stricter": Scene(policy=STRICTER).commanded().does(c.Propose, BEN, plan=plan(), known=LATELY),
        "asked-of-what-was-never-read": Scene().commanded().proposed(),
        "half-approved": Scene(policy=TWO_VOTES).commanded().proposed().votes(CY, comment="I tried it in staging"),
        "being-tried": trying(),
        "tried": trying().tried("3 instances would restart one by one"),
        "tried-in-vain": trying().tried("POST /restart answered 503: <!here> *not* today", ok=False),
        "tried-without-an-answer": trying().later(seconds=31).does(c.Tick),
        "tried-again-with-another-answer": tried_again(),
        "approved": approved(),
        "needs-nobody": Scene(severity=Severity.P3).commanded().proposed(),
        "waiting": approved().does(c.RecordTargetBusy, mitigation="m1", holder="m3 of INC-41"),
        "running": approved().step(0).begins(1),
        "verifying": approved().ran(),
        "unhealthy": approved().ran().reads("degraded", healthy=False),
        "settling": approved().ran().reads().later(seconds=20).reads(),
        "rolling-back": failed().begins(0, "rollback"),
        "rolled-back": failed().step(0, phase="rollback"),
        "needs-human": failed(rollback=(), no_rollback_because="a restart can't be undone."),
        "rollback-failed": failed().step(0, phase="rollback", ok=False, detail="refused"),
        "stopped": stopping.does(c.StopRun, CY, mitigation="m1"),
        "verified": verified(),
        "rollback-asked": failed(CAREFUL),
        "rollback-rejected": failed(CAREFUL).votes_on("g1", BEN, "reject", "it makes it worse"),
        "rollback-asked-of-what-was-proven": verified(CAREFUL).does(c.RollBack, CY, mitigation="m1"),
        "rejected": Scene().commanded().proposed().votes(ANA, "reject", "try the cache first"),
        "expired": Scene().commanded().proposed().later(minutes=31).does(c.Tick),
        "withdrawn": Scene().commanded().proposed().does(c.Withdraw, BEN, mitigation="m1"),
    }


def _gates() -> dict[str, Picture]:
    """Show gates before what is no mitigation."""
    gated = POLICY.model_copy(update={"gates": (*POLICY.gates, GateChoice(use="anybody", before=("resolution",)))})
    asked = Scene(policy=gated).commanded().does(c.Resolve, ANA, summary="The cache was cold; it is warm again.")
    order = casting(CY, asked.soon, "reject", "orders still fail in Lyon")
    no = Scene(policy=gated).commanded().does(c.Resolve, ANA, summary="The cache was cold.")
    no = no.does(c.AtGate, CY, gate="g1", order=order)
    scenes = {"resolution": asked, "rejected": no, **questions()}
    asks = {f"gate/{name}": gate(scene.incident, scene.incident.gates["g1"], names) for name, scene in scenes.items()}
    return {**asks, **glass()}


NOTICE = "Card payments work again for everybody.\nWhoever paid twice gets it back by tomorrow."


def noticed(text: str = NOTICE) -> Scene:
    return Scene(policy=CAREFUL).commanded().does(c.TellCustomers, ANA, text=text)


def questions() -> dict[str, Scene]:
    """Name what is asked before something is undone, before customers are told, and where time undoes."""
    undo: dict[str, Any] = {"mitigation": "m1", "because": "carts are slow"}
    proven = verified(CAREFUL).does(c.RollBack, CY, **undo)
    touchy = failed(CAREFUL, touches=("customer-data",))
    return {
        "rollback": failed(CAREFUL),
        "rollback-of-what-was-proven": proven,
        "rollback-of-customer-data": touchy,
        "rolled-back-by-a-yes": failed(CAREFUL).votes_on("g1", BEN, comment="it got worse"),
        "rolled-back-in-time": failed(CAREFUL).later(minutes=6).does(c.Tick),
        "resolution-or-undone": Scene(policy=CAREFUL).commanded().does(c.Resolve, ANA, summary="The cache was cold."),
        "resolution-expired": Scene(policy=CAREFUL)
        .commanded()
        .does(c.Resolve, ANA, summary="The cache was cold.")
        .later(minutes=11)
        .does(c.Tick),
        "notification": noticed(),
        "notification-changed": noticed().does(c.TellCustomers, ANA, text="Card payments work again for most."),
        "notification-approved": noticed().votes_on("g1", BEN),
    }


def glass() -> dict[str, Picture]:
    """Show an approval whose glass may be broken, and what is owed once it is."""
    urgent = anybody(2).model_copy(update={"glass": Glass(who=(Seat(hat=Hat.COMMANDER),), within=14400)})
    urgently = POLICY.model_copy(update={"approvals": {"anybody": urgent}})

    def asking() -> Scene:
        return Scene(policy=urgently).commanded().proposed()

    def broken() -> Scene:
        return asking().broken("customers can't pay")

    open_, late = asking(), broken().later(minutes=241).does(c.Tick)
    debts = {
        "owed": broken(),
        "overdue": late,
        "signed": broken().countersigned(CY, agrees=True),
        "not-agreed-with": broken().countersigned(CY, agrees=False, comment="there was time to ask"),
    }
    loud = broken()
    return {
        **_contested(),
        **{f"debt/{name}": _debt(scene) for name, scene in debts.items()},
        "told/gate.glass-broken to managers": told(loud.last("gate.glass-broken"), loud.incident, names, "managers"),
        "card/countersignature-owed": card(late.incident, POLICY, names, late.now),
        "debt/reminder": call_in(late.incident, late.incident.gates["m1"], _owed(late), [CY, DEE], names),
        "mitigation/with-glass": mitigation(open_.incident, open_.mitigation, names, open_.now, None),
    }


def _contested() -> dict[str, Picture]:
    """Show a rejection that can be overridden, and once it was."""
    override = Tier(seats=(Seat(anyone=True, voices=5),), quorum=3)
    mild = POLICY.model_copy(update={"approvals": {"anybody": anybody(2).model_copy(update={"override": override})}})

    def contested() -> Scene:
        return Scene(policy=mild).commanded().proposed().votes(CY, "reject", "orders would be lost")

    asked, over = contested(), contested().votes(ANA).votes(CY).votes(DEE)
    assert over.incident.gates["m1"].how == "override"
    return {
        "told/gate.contested": told(asked.last("gate.contested"), asked.incident, names, "channel"),
        "mitigation/rejected-unless-overridden": mitigation(asked.incident, asked.mitigation, names, asked.now, None),
        "card/rejected-unless-overridden": card(asked.incident, POLICY, names, asked.now),
        "home/rejected-unless-overridden": home(ANA, [asked.incident], [], names, asked.now),
        "mitigation/overridden": mitigation(over.incident, over.mitigation, names, over.now, None),
    }


def _owed(scene: Scene) -> Debt:
    owed = scene.incident.gates["m1"].debt
    assert owed is not None
    return owed


def _debt(scene: Scene) -> Message:
    return debt(scene.incident, scene.incident.gates["m1"], _owed(scene), names)


def _mitigations() -> dict[str, Picture]:
    tracks = {"asked": TRACK, "asked-stricter": STALE, "asked-of-what-was-never-read": NEVER}
    return {
        f"mitigation/{name}": mitigation(scene.incident, scene.mitigation, names, scene.now, tracks.get(name))
        for name, scene in mitigations().items()
    }


def _plans() -> dict[str, Picture]:
    asked, bare = Scene().commanded().proposed(), Scene().commanded().proposed(rollback=(), parameters={})
    return {
        "plan/whole": plan_view(asked.incident, asked.mitigation, names),
        "plan/tried": plan_view((tried := tried_again()).incident, tried.mitigation, names),
        "plan/without-rollback": plan_view(bare.incident, bare.mitigation, names),
    }


PAYMENTS = policy(300, 600)
THE_FIRST = by_ways(CY, ("slack", 0), ("email", 120), because="on call for Payments, first line")
THE_SECOND = by_ways(DEE, ("slack", 0), ("phone", 60), because="on call for Payments, second line")


def calling() -> dict[str, Scene]:
    """Name the escalations that are shown, with who is called."""

    def called(**facts: Any) -> Scene:
        why = "Nobody can pay by card."
        order: dict[str, Any] = {"team": "payments", "policy": PAYMENTS, "because": why, "assigned": (CY,)}
        return Scene().in_channel().does(c.StartEscalation, **order | facts)

    def finds(scene: Scene, call: int, *people: Reachable, missing: tuple[str, ...] = ()) -> Scene:
        return scene.does(c.RecordCalled, escalation="e1", call=call, called=people, missing=missing)

    def tries(scene: Scene, page: str, way: int) -> Scene:
        return scene.does(c.TryPage, page=page, way=way)

    def reached(scene: Scene, page: str, way: int = 0) -> Scene:
        return tries(scene, page, way).does(c.RecordPageSent, page=page, way=way, detail="a direct message")

    first = reached(finds(called(), 1, THE_FIRST), "e1.1.1")
    bounced = tries(reached(finds(called(), 1, THE_FIRST), "e1.1.1"), "e1.1.1", 1)
    bounced.does(
        c.RecordPageFailed, page="e1.1.1", way=1, why="The server answered 550: no such user.", cure="Correct it."
    )
    second = reached(
        finds(reached(finds(called(), 1, THE_FIRST), "e1.1.1").later(seconds=301).does(c.Tick), 2, THE_SECOND), "e1.2.1"
    )
    spent = reached(
        finds(reached(finds(called(), 1, THE_FIRST), "e1.1.1").later(seconds=301).does(c.Tick), 2, THE_SECOND), "e1.2.1"
    )
    return {
        "called": first,
        "bounced": bounced,
        "second-tier": second,
        "exhausted": spent.later(seconds=601).does(c.Tick),
        "answered": reached(finds(called(), 1, THE_FIRST), "e1.1.1").later(seconds=70).does(c.Acknowledge, CY),
        "passed-on": reached(finds(called(), 1, THE_FIRST), "e1.1.1").does(c.PassOn, CY, to=DEE, because="on a train"),
        "resolved": reached(finds(called(), 1, THE_FIRST), "e1.1.1").does(c.Resolve, ANA, summary="It works."),
        "nobody": finds(called(), 1, missing=("Nobody is on shift in Payments, first line.",)),
    }


def _calling() -> dict[str, Picture]:
    scenes = calling()
    told = whom.place("incidents-critical", "hears of each P1")
    elsewhere = (
        Scene().in_channel().does(c.RecordNobodyOnCall, why="It names no service.", cure="Page somebody.", told=(told,))
    )
    pages = {name: scene for name, scene in scenes.items() if name != "nobody"}
    along = ("At the same time: P1 INC-43 search is down", "At the same time: P1 INC-44 mail is down")
    first = scenes["called"].incident
    return {
        **{
            f"escalation/{name}": escalation(scene.incident, scene.incident.escalations["e1"], names)
            for name, scene in scenes.items()
        },
        **{
            f"page/{name}": page(scene.incident, scene.incident.pages["e1.1.1"], names) for name, scene in pages.items()
        },
        "page/last-resort": page(scenes["exhausted"].incident, scenes["exhausted"].incident.pages["e1.3.1"], names),
        "page/told": page(elsewhere.incident, elsewhere.incident.pages["told.0.1"], names),
        "page/bundled": page(first, first.pages["e1.1.1"], names, along),
    }


def life() -> Scene:
    """One of everything that a channel may be told of."""
    pin = {"channel": "C042", "ts": "1.0", "author": CY, "text": "p99 is at 9 s", "permalink": "https://a.b/p1?c=1&d=2"}
    export: dict[str, Any] = {"format": "pdf", "request": "cause-9", "ok": False, "detail": "no fonts"}
    trouble = {"effect": "invite", "why": "Slack would not let Dee in.", "cure": "Invite her by hand."}
    return (
        Scene()
        .commanded()
        .does(c.GiveHat, ANA, hat=Hat.MITIGATOR, to=BEN)
        .does(c.OfferHat, ANA, hat=Hat.COMMANDER, to=CY)
        .does(c.AnswerOffer, CY, hat=Hat.COMMANDER, accept=False)
        .does(c.OfferHat, ANA, hat=Hat.COMMANDER, to=DEE)
        .does(c.AnswerOffer, DEE, hat=Hat.COMMANDER, accept=True)
        .does(c.AddNote, BEN, text="The leak began with build 918.")
        .does(c.PinMessage, BEN, **pin)
        .does(c.RecordPinEdited, CY, ts="1.0", text="p99 is at 90 s")
        .does(c.RecordPinDeleted, CY, ts="1.0")
        .does(c.PostUpdate, DEE, text="Card payments fail. We restart checkout in waves.\nCash and invoices work.")
        .does(c.ChangeSeverity, DEE, to=Severity.P2, because="traffic is back")
        .does(c.AdoptPolicy, DEE, to=LINEAR, because="compliance wants a sign-off")
        .does(c.RecordTrouble, **trouble)
        .does(c.RequestExport, ANA, format="md")
        .does(c.RecordExport, **export)
        .does(c.ReleaseHat, BEN, hat=Hat.MITIGATOR)
    )


def _told() -> dict[str, Picture]:
    lived, broken = life(), failed(rollback=(), no_rollback_because="a restart can't be undone.")
    ended, undone, closed = verified(), failed().step(0, phase="rollback"), resolved()
    secret = Scene(private=True).commanded().does(c.PostUpdate, ANA, text="We look into a break-in.")

    def in_channel(scene: Scene, record: Recorded) -> Message:
        return told(record, scene.incident, names, "channel")

    kinds = {
        record.event.type: (scene, record)
        for scene in (ended, undone, broken, closed, lived)
        for record in scene.records
    }
    sent, changed = noticed().votes_on("g1", BEN), noticed().does(c.TellCustomers, ANA, text="Most can pay again.")
    undone_late = failed(CAREFUL).later(minutes=6).does(c.Tick)
    left = verified(CAREFUL).does(c.RollBack, CY, mitigation="m1").votes_on("g1", BEN, "reject", "it helped")
    careful = {
        "customers.told": (sent, sent.last("customers.told")),
        "gate.subject-changed of a notice": (changed, changed.last("gate.subject-changed")),
        "rollback.started without a decision": (undone_late, undone_late.last("rollback.started")),
        "gate.ended of a rollback": (left, left.last("gate.ended")),
        "mitigation.needs-human and asks": (failed(CAREFUL), failed(CAREFUL).last("mitigation.needs-human")),
    }
    update, severity = lived.last("update.posted"), lived.last("severity.changed")
    return {
        **{f"told/{kind}": in_channel(scene, record) for kind, (scene, record) in sorted(kinds.items())},
        **{f"told/{name}": in_channel(scene, record) for name, (scene, record) in careful.items()},
        "told/customers.told to customers": told(sent.last("customers.told"), sent.incident, names, "customers"),
        "told/update.posted to all": told(update, lived.incident, names, "announce"),
        "told/update.posted to managers": told(update, lived.incident, names, "managers"),
        "told/severity.changed to managers": told(severity, lived.incident, names, "managers"),
        "told/update.posted of a private incident": told(
            secret.last("update.posted"), secret.incident, names, "managers"
        ),
    }


def _personal() -> dict[str, Picture]:
    calm, asked, late = Scene().commanded(), Scene().commanded().proposed(), resolved()
    briefed, bare = (Hat.COMMANDER, Hat.MITIGATOR, Hat.AUTHOR), POLICY.model_copy(update={"hats": {}})
    because = "Whoever decides keeps their hands free"
    both = ConflictMet(by=SYSTEM, at=START, person=ANA, hats=(Hat.COMMANDER, Hat.MITIGATOR), because=because)
    hands = both.model_copy(update={"hats": (Hat.COMMANDER,), "deed": Deed.RUNNING_THE_FIX})
    return {
        **{f"brief/{hat.value}": brief(hat, calm.incident, POLICY) for hat in briefed},
        "brief/of-which-nobody-said-anything": brief(Hat.AUTHOR, calm.incident, bare),
        "warning/two-hats": warning(both, calm.incident, POLICY),
        "warning/hands": warning(hands, calm.incident, POLICY),
        "offer/commander": offer(calm.incident, Hat.COMMANDER, ANA, names, POLICY),
        "offer/accepted": offer_ended(calm.incident, Hat.COMMANDER, "accepted", names),
        "offer/declined": offer_ended(calm.incident, Hat.COMMANDER, "declined", names),
        "offer/withdrawn": offer_ended(calm.incident, Hat.COMMANDER, "withdrawn", names),
        "offer/overtaken": offer_ended(states()["offered"].incident, Hat.COMMANDER, "overtaken", names),
        "offer/closed": offer_ended(calm.incident, Hat.COMMANDER, "closed", names),
        "home/quiet": home(DEE, [], [], names, START),
        "home/waiting-for-a-vote": home(ANA, [asked.incident], [asked.incident, late.incident], names, asked.now),
        "home/waiting-for-votes-on-other-things": home(
            BEN, [noticed().incident, failed(CAREFUL).incident], [], names, asked.now
        ),
        "home/own-proposal": home(BEN, [asked.incident], [], names, asked.now),
    }


def _on_call() -> dict[str, Picture]:
    roster, now = Roster(), NOON
    roster.orders(put_on(CY, 2, 5, by=BEN).model_copy(update={"because": "Ana is at the dentist's"}))
    back = Stretch(schedule=FIRST, start=hours(24 * 8), end=hours(24 * 9))
    ahead = Stretch(schedule=FIRST, start=hours(24), end=hours(48))
    asking = AskToStandIn(by=ANA, at=now, cause="ask", person=BEN, when=ahead, in_return=back, because="My flight")
    roster.orders(asking)
    made, asked = roster.now.overrides["o1"], roster.now.asked["o2"]
    arranged, schedules = roster.arranged, BOOK.schedules
    called = [
        Called("Payments", (duty(schedules[FIRST], now, arranged), duty(schedules[SECOND], now, arranged))),
        Called("Search", ()),
        Called("Without a team", (duty(schedules[SEARCH], now, arranged),)),
    ]
    mine = shifts_of(BOOK, "ana", now, hours(14 * 24), arranged)
    first, span = schedules[FIRST], [Span(made.start, made.end)]
    results = (
        Tried(by="slack", state="sent", seconds=0.21, detail="direct message"),
        Tried(by="email", state="failed", detail="SMTP_URL is not set.", cure="Set SMTP_URL in the environment."),
        Tried(by="phone"),
    )
    own = OwnShifts(book=BOOK, shifts=mine, asked=(asked,), calendar="https://muster.test/oncall/5ecre7/ana.ics")
    everything = ShowOnCall(called, now, overrides=[made], asked=[asked.override])
    return {
        "oncall/everybody": on_call(everything, BOOK),
        "oncall/at-a-time": on_call(ShowOnCall(called[:1], hours(3), "your clock, Europe/Madrid"), BOOK),
        "oncall/own-shifts": shifts(ShowShifts(BOOK.people["ana"], mine, now, 14), ANA, BOOK),
        "oncall/somebodys-shifts": shifts(ShowShifts(BOOK.people["ana"], mine, now, 14), BEN, BOOK),
        "oncall/no-shifts": shifts(ShowShifts(BOOK.people["dee"], (), now, 14), DEE, BOOK),
        "stand-in/question": question(asked, BOOK, names),
        "stand-in/accepted": answered(asked, "✓ You accepted", BOOK, names),
        "stand-in/reply-yes": reply(asked, BOOK, accepted=True),
        "stand-in/reply-no": reply(asked, BOOK, accepted=False),
        "stand-in/unanswered": unanswered(asked, BOOK, now),
        "stand-in/unanswered-and-over": unanswered(asked, BOOK, asked.override.end),
        "stand-in/coming": coming(first, span, made, by=BEN, names=names),
        "stand-in/going": going(first, span, made, by=BEN, names=names),
        "stand-in/made-known": made_known(made, BOOK),
        "stand-in/taken-back": taken_back(made, ANA, BOOK, names),
        "shift/begun": shift_began(mine[1], BOOK),
        "trial/going-on": trial(results),
        "trial/over": trial(results[:2]),
        "trial/unknown-person": trial(results[:1], is_known=False),
        "trial/sample": sample("TEST"),
        "home/on-call": home(ANA, [], [], names, now, own=own),
        "home/not-on-call": home(DEE, [], [], names, now, own=OwnShifts(book=BOOK)),
    }


def reminded(minutes: float = 61, **facts: Any) -> Scene:
    """An incident that Ana commands and nobody has touched for a while."""
    return Scene(policy=REMINDING, **facts).commanded().later(minutes=minutes).does(c.Tick)


def forgotten(minutes: float = 6) -> Scene:
    """An incident that nobody commands."""
    return Scene(policy=REMINDING).in_channel().later(minutes=minutes).does(c.Tick)


def reminders() -> dict[str, tuple[Scene, Kind]]:
    """Name the reminders that are shown: of which incident, and which kind."""
    commander, update = Kind.NO_COMMANDER, Kind.UPDATE_OVERDUE
    offered = Scene(policy=REMINDING).commanded().does(c.OfferHat, ANA, hat=Hat.COMMANDER, to=CY)
    spent = forgotten().later(minutes=6).does(c.Tick).later(minutes=6).does(c.Tick)
    return {
        "no-commander": (forgotten(), commander),
        "no-commander-for-the-last-time": (spent, commander),
        "no-commander-snoozed": (forgotten().does(c.SnoozeReminders, BEN, kinds=(commander,)), commander),
        "no-commander-stopped": (
            forgotten().does(c.StopReminders, BEN, kinds=(commander,), because="a drill"),
            commander,
        ),
        "no-commander-ended": (forgotten().does(c.TakeHat, BEN, hat=Hat.COMMANDER), commander),
        "empty-hat": (reminded(), Kind.EMPTY_HAT),
        "empty-hat-ended": (reminded().does(c.TakeHat, BEN, hat=Hat.FIRST_RESPONDER), Kind.EMPTY_HAT),
        "stuck": (reminded(), Kind.STUCK),
        "stuck-ended": (reminded().does(c.ChangeStage, BEN, to=Stages.INVESTIGATING.id), Kind.STUCK),
        "no-activity": (reminded(), Kind.NO_ACTIVITY),
        "no-activity-ended": (reminded().does(c.AddNote, BEN, text="Still looking."), Kind.NO_ACTIVITY),
        "update-overdue": (reminded(), update),
        "update-overdue-ended": (reminded().does(c.PostUpdate, ANA, text="We restart it."), update),
        "offer-waits": (offered.later(minutes=6).does(c.Tick), Kind.OFFER_WAITS),
        "offer-waits-ended": (
            Scene(policy=REMINDING)
            .commanded()
            .does(c.OfferHat, ANA, hat=Hat.COMMANDER, to=CY)
            .later(minutes=6)
            .does(c.Tick)
            .does(c.AnswerOffer, CY, hat=Hat.COMMANDER, accept=True),
            Kind.OFFER_WAITS,
        ),
        "over": (reminded().does(c.Resolve, ANA, summary="Fine again."), Kind.STUCK),
        "no-longer-wanted": (reminded().does(c.ChangeSeverity, ANA, to=Severity.P3, because="few carts"), Kind.STUCK),
    }


def _reminders() -> dict[str, Picture]:
    lost, night = forgotten(), Pinged(awake=(), asleep=(ANA,))
    quiet = Scene(policy=REMINDING).commanded().does(c.SnoozeReminders, BEN, kinds=(Kind.STUCK,))
    quiet = quiet.does(c.StopReminders, CY, kinds=(Kind.UPDATE_OVERDUE,), because="the status page tells it")
    spent = forgotten().later(minutes=6).does(c.Tick).later(minutes=6).does(c.Tick)

    def due(scene: Scene) -> Message:
        return overview(scene.incident, tuple(outlook(scene.incident, REMINDING, scene.now)), names)

    return {
        **{
            f"reminder/{name}": reminder(scene.incident, kind, REMINDING, names)
            for name, (scene, kind) in reminders().items()
        },
        "reminder/told": reminder(lost.incident, Kind.NO_COMMANDER, REMINDING, names, Pinged(awake=(ANA,))),
        "reminder/told-at-night": reminder(lost.incident, Kind.NO_COMMANDER, REMINDING, names, night),
        "reminder/nudge": nudge(lost.incident, Kind.NO_COMMANDER, REMINDING, names, (ANA,)),
        "reminder/overview": due(quiet),
        "reminder/overview-of-what-was-told-enough": due(spent),
        "reminder/overview-of-nothing": overview(Scene().incident, (), names),
        "reminder/overview-of-what-is-over": overview(resolved().incident, (), names),
        "card/reminded": card(quiet.incident, REMINDING, names, quiet.now),
    }


def stages() -> dict[str, Scene]:
    """Name the incidents whose stage is shown."""
    responding = Scene(policy=ASKING).commanded().does(c.TakeHat, BEN, hat=Hat.FIRST_RESPONDER)
    evidence = {"criterion": "blast-radius", "evidence": "eu-west, carts; https://graphs.example/d/1"}
    seen = Scene(policy=ASKING).commanded().does(c.TakeHat, BEN, hat=Hat.FIRST_RESPONDER)
    seen = seen.does(c.ConfirmCriterion, BEN, **evidence)
    seen = seen.does(c.AddNote, CY, text="p99", source="https://graphs.example/2")
    return {
        "fresh": Scene(policy=ASKING).commanded(),
        "half-done": seen,
        "late": responding.later(minutes=40),
        "owing": Scene(policy=ASKING).commanded().does(c.ChangeStage, ANA, to=Stages.MITIGATING.id),
        "asking-nothing": Scene().commanded(),
    }


def shown(scene: Scene, person: str) -> Message:
    incident, policy = scene.incident, scene.policy
    owes = tuple(item for item in owed(incident, policy) if not item.done)
    due = stage_due(incident, policy)
    bare = bare_hats(incident, policy)
    on = ways(incident, policy, scene.now)
    answer = ShowStage(incident, person, exits(incident, policy), on, owes, due, bare)
    return stage(answer, names, scene.now)


def _stages() -> dict[str, Picture]:
    scenes = stages()
    half = scenes["half-done"]
    lacking = missing(half.incident, Stages.INVESTIGATING, ASKING)
    title = "Something with a long name that must be so before it goes on"
    way = "whoever wears one of several hats with long names (nobody yet) or the commander confirms it: `/incident …`"
    many = Criterion(id="x", title=title, confirmed_by=(Hat.AUTHOR,))
    crowd = [
        Item(many.model_copy(update={"id": f"x{n}"}), Stages.TRIAGE, done=False, shown="", confirmation=None, takes=way)
        for n in range(26)
    ]
    guarded = held(half.incident, NeedsApproval(severity="P1"))
    assert guarded is not None
    return {
        **{f"stage/{name}": shown(scene, BEN) for name, scene in scenes.items()},
        "stage/half-done-for-somebody-else": shown(half, DEE),
        "stage/refused-by-a-guard": guarded,
        "stage/refused": refused(half.incident, Stages.INVESTIGATING, lacking, BEN, names),
        "stage/refused-for-many-things": refused(half.incident, Stages.CLOSED, crowd, BEN, names),
        "card/half-done": card(half.incident, ASKING, names, half.now),
    }


LINEAR = edited(
    POLICY,
    name="linear",
    stages={**POLICY.stages, "eradication": StagePolicy(purpose=Purpose.MITIGATING, hats=(Hat.VERIFIER,))},
    approvals={"anybody": anybody(2, 90, last_resort="reject")},
)


def _policies() -> dict[str, Picture]:
    incident = Scene().commanded().incident
    lost = incident.model_copy(update={"policy": "0" * 64})
    closed = incident.model_copy(update={"stage": Stages.CLOSED})

    def compared(incident: Incident, own: Policy, now: Policy) -> Message:
        return policy_view(ShowPolicy(incident, own, now, differences(own, now)))

    many = edited(LINEAR, stages={f"stage-{n}": StagePolicy(purpose=Purpose.TRIAGE) for n in range(40)})
    return {
        "policy/in-force": compared(incident, POLICY, POLICY),
        "policy/older": compared(incident, POLICY, LINEAR),
        "policy/much-older": compared(incident, POLICY, many),
        "policy/older-of-what-is-closed": compared(closed, POLICY, LINEAR),
        "policy/same-fields": compared(incident, POLICY, POLICY.under("f" * 64)),
        "policy/lost": compared(lost, POLICY, POLICY),
        "policy/lost-and-another-in-force": compared(lost, POLICY, LINEAR),
    }


VERBS = (
    ("declare", "[p1] what is wrong", "Open an incident."),
    ("hat", "name [@somebody]", "Take a hat, or give a free one."),
    ("propose", "runbook [name=value]", "Ask for a mitigation."),
    ("update", "text", "Tell stakeholders."),
    ("resolve", "how it ended", "Customers are fine again."),
    ("dance", "", "Not in any group."),
)


def _lists() -> dict[str, Picture]:
    foreign = Scene(title="支払いができない", id_="INC-43", severity=Severity.P3)
    open_ = [Scene().commanded(), foreign, Scene(id_="INC-44", private=True)]
    incidents, lived = [scene.incident for scene in open_], verified()
    return {
        "listing/open": listing(DEE, incidents, names, START + timedelta(hours=2)),
        "listing/many": listing(DEE, incidents * 20, names, START + timedelta(hours=2), "p3"),
        "listing/none": listing(DEE, [], names, START),
        "listing/none-like-this": listing(DEE, [], names, START, "payments"),
        "listing/pick": pick(DEE, incidents, "update we are on it"),
        "listing/pick-none": pick(DEE, [], "update"),
        "help/all": help_(VERBS, "/incident"),
        "help/unknown": unknown("declar", "declare"),
        "help/unknown-at-all": unknown("xyzzy", None),
        **{
            f"timeline/part-{number}": part
            for number, part in enumerate(timeline(lived.records, names, "INC-42 so far"), start=1)
        },
    }


def _digests() -> dict[str, Picture]:
    """Show how approvals did, in good weeks and in bad ones."""
    since, until = NOON - timedelta(days=7), NOON + timedelta(hours=9)

    def told(*records: GateRecord) -> Report:
        return measures(records, since, until, until)

    def ended(number: int, seconds: float) -> GateRecord:
        return GateRecord(f"INC-{number}", asking.approved(seconds))

    costly = asking.policy(
        id="costly",
        title="Payments, by <!here> *day*",
        kind="parallel",
        seats=[{"team": "payments"}],
        cost_per_hour=1200,
        glass={"who": [{"anyone": True}]},
    )
    broken = asking.Asking(costly).after(60)
    broken.breaks_glass(DEE)
    silent = asking.Asking(asking.IN_TURN.model_copy(update={"id": "turns", "title": "In turn"}))
    silent.ticks(2 * asking.HOUR)
    silent.ticks(4 * asking.HOUR)
    waiting = asking.Asking(costly)
    good = told(*(ended(number, 60.0 * number) for number in range(1, 8)))
    bad = told(
        GateRecord("INC-1", broken.facts),
        GateRecord("INC-2", silent.facts),
        GateRecord("INC-3", waiting.facts),
        GateRecord("INC-4", waiting.facts, is_private=True),
        *(ended(number, 3) for number in range(5, 8)),
    )
    crowd = told(*(GateRecord(f"INC-{number}", waiting.facts) for number in range(40)))
    return {
        "digest/nothing-stands-out": digest(good, names),
        "digest/much-stands-out": digest(bad, names),
        "digest/many-wait": digest(crowd, names),
        "digest/nothing-was-asked": digest(told(), names),
        "report/nothing-was-asked": gates_report(told(), names),
        "report/much-stands-out": gates_report(bad, names),
    }


def _audits() -> dict[str, Picture]:
    later = [START + timedelta(minutes=minutes) for minutes in (3, 27, 40)]
    gone = clocks.missing("worker", START - timedelta(minutes=1), START)
    away = clocks.apart(timedelta(seconds=12), "Redis")
    assert gone is not None
    assert away is not None
    (begun,) = step(None, [gone, away], START)
    (eased,) = step(begun, [away], later[0])
    (well,) = step(eased, [], later[1])
    (mild,) = step(None, [away], START)
    worse, _ = step(mild, [gone, away], later[2])
    many = [away.model_copy(update={"key": f"k{n}", "what": f"Problem {n} <!here> of *many*."}) for n in range(14)]
    (crowd,) = step(None, many, START)
    outbreaks = {"begun": begun, "eased": eased, "well": well, "worse": worse, "many": crowd}
    return {f"audit/{name}": audit(outbreak) for name, outbreak in outbreaks.items()}


def painted(picture: Picture) -> str:
    whole = asdict(picture) if isinstance(picture, Message) else picture
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def place(name: str) -> Path:
    return GOLDEN / f"{name.replace(' ', '-')}.json"


if __name__ == "__main__":
    for name_, picture_ in gallery().items():
        place(name_).parent.mkdir(parents=True, exist_ok=True)
        place(name_).write_text(painted(picture_), encoding="utf-8")
