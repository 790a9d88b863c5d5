"""Every view in every state that matters. `python -m tests.slack.views.gallery` paints the golden pictures anew."""

import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.audit import clocks
from bot.audit.outbreak import step
from bot.domain.hats import Hat
from bot.domain.incident import commands as c
from bot.domain.incident.lifecycle import Stage
from bot.domain.incident.record import Recorded
from bot.domain.severity import Severity
from bot.slack.kit import Message
from bot.slack.views.announcement import announcement
from bot.slack.views.audit import audit
from bot.slack.views.brief import brief
from bot.slack.views.card import card
from bot.slack.views.help import help_, unknown
from bot.slack.views.home import home
from bot.slack.views.listing import listing, pick
from bot.slack.views.mitigation import Track, mitigation, plan_view
from bot.slack.views.offer import offer
from bot.slack.views.timeline import timeline
from bot.slack.views.told import told
from tests.slack.views.scene import ANA, BEN, CY, DEE, POLICY, START, TWO_VOTES, Scene, names

GOLDEN = Path(__file__).parents[2] / "golden" / "views"

Picture = Message | dict[str, Any]

TRACK = Track(runs=5, cleared=4, median_minutes=6, last_rolled_back=START - timedelta(days=193))


def gallery() -> dict[str, Picture]:
    """Paint everything, by name: `<view>/<state>`."""
    return {**_incidents(), **_mitigations(), **_plans(), **_told(), **_personal(), **_lists(), **_audits()}


def verified() -> Scene:
    return approved().ran().reads("degraded", healthy=False).reads().later(seconds=60).reads()


def approved(**changes: Any) -> Scene:
    return Scene().commanded().proposed(**changes).votes(ANA, comment="go")


def failed(**changes: Any) -> Scene:
    return approved(**changes).step(0).step(1).step(2, ok=False, detail="503 Service Unavailable")


def resolved() -> Scene:
    return verified().does(c.Resolve, ANA, summary="Card payments work again after a restart.")


def states() -> dict[str, Scene]:
    """Name the incidents that a card and an announcement are shown of."""
    troubled = {"effect": "invite", "why": "Slack would not let Dee in.", "cure": "Invite her by hand."}
    return {
        "declared": Scene(),
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
        "closed": resolved().later(minutes=20).does(c.Tick).does(c.ChangeStage, ANA, to=Stage.CLOSED),
        "private": Scene(private=True).commanded(),
        "unspecific": Scene(severity=Severity.P4, service=None, summary="").in_channel(),
        "right-to-left": Scene(title="התשלומים לא עובדים", summary="لا أحد يستطيع الدفع").commanded(),
    }


def _incidents() -> dict[str, Picture]:
    announced = ("declared", "commanded", "mitigated", "resolved", "private", "right-to-left")
    scenes = states()
    return {
        **{f"card/{name}": card(scene.incident, POLICY, names, scene.now) for name, scene in scenes.items()},
        **{f"announcement/{name}": announcement(scenes[name].incident, names) for name in announced},
    }


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
        "half-approved": Scene(policy=TWO_VOTES).commanded().proposed().votes(CY, comment="I tried it in staging"),
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
        "rejected": Scene().commanded().proposed().votes(ANA, "reject", "try the cache first"),
        "expired": Scene().commanded().proposed().later(minutes=31).does(c.Tick),
        "withdrawn": Scene().commanded().proposed().does(c.Withdraw, BEN, mitigation="m1"),
    }


def _mitigations() -> dict[str, Picture]:
    tracks = {"asked": TRACK}
    return {
        f"mitigation/{name}": mitigation(scene.incident, scene.mitigation, names, scene.now, tracks.get(name))
        for name, scene in mitigations().items()
    }


def _plans() -> dict[str, Picture]:
    asked, bare = Scene().commanded().proposed(), Scene().commanded().proposed(rollback=(), parameters={})
    return {
        "plan/whole": plan_view(asked.incident, asked.mitigation, names),
        "plan/without-rollback": plan_view(bare.incident, bare.mitigation, names),
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
    update, severity = lived.last("update.posted"), lived.last("severity.changed")
    return {
        **{f"told/{kind}": in_channel(scene, record) for kind, (scene, record) in sorted(kinds.items())},
        "told/update.posted to all": told(update, lived.incident, names, "announce"),
        "told/update.posted to managers": told(update, lived.incident, names, "managers"),
        "told/severity.changed to managers": told(severity, lived.incident, names, "managers"),
        "told/update.posted of a private incident": told(
            secret.last("update.posted"), secret.incident, names, "managers"
        ),
    }


def _personal() -> dict[str, Picture]:
    calm, asked, late = Scene().commanded(), Scene().commanded().proposed(), resolved()
    return {
        **{f"brief/{hat.value}": brief(hat, calm.incident) for hat in (Hat.COMMANDER, Hat.MITIGATOR, Hat.AUTHOR)},
        "offer/commander": offer(calm.incident, Hat.COMMANDER, ANA, names),
        "home/quiet": home(DEE, [], [], names, START),
        "home/waiting-for-a-vote": home(ANA, [asked.incident], [asked.incident, late.incident], names, asked.now),
        "home/own-proposal": home(BEN, [asked.incident], [], names, asked.now),
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
            f"timeline/part-{number}": page
            for number, page in enumerate(timeline(lived.records, lived.incident, names, "INC-42 so far"), start=1)
        },
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
