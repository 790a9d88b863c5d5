"""Incidents for these tests, made by the real rules: commands in, records out."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.dry_run import Answer
from bot.domain.gates.policy import Choice
from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident import commands as c
from bot.domain.incident.decide import decide
from bot.domain.incident.events import AnyEvent
from bot.domain.incident.evolve import evolve
from bot.domain.incident.record import GENESIS, Recorded, chain
from bot.domain.incident.state import Incident
from bot.domain.runbook import HttpStep, Plan, Signal, TrialStep, Verify, WaitStep
from bot.domain.severity import Severity
from bot.domain.workflow.policy import Policy
from bot.exporters.export import Export
from tests.harness.orders import casting
from tests.harness.people import ANA, BEN, CY, DEE
from tests.harness.plans import POLICY, edited

NAMES = {ANA: "Ana Ruiz", BEN: "Ben Okafor", CY: "Cy Lindqvist", DEE: "Dee Park"}


TRY = TrialStep(id="try", says="What a restart would do", path="/restart", shows="would")


def plan(title: str = "Restart checkout", **changes: Any) -> Plan:
    return Plan(
        runbook="restart-checkout",
        title=title,
        target="checkout",
        environment="production",
        url="http://checkout.local",
        risk="Carts in flight are lost: about 40 customers.",
        expect="Error rate below 1 % within two minutes.",
        steps=(
            HttpStep(id="drain", says="Take the node out of the pool", path="/drain"),
            WaitStep(id="settle", says="Let connections finish", seconds=5),
            HttpStep(id="restart", says="Restart the process", path="/restart"),
        ),
        rollback=(HttpStep(id="undrain", says="Put the node back", path="/undrain"),),
        verify=Verify(settle=60, within=300),
        signal=Signal(path="/health"),
    ).model_copy(update=changes)


class Story:
    """One incident as it unfolds: `story.after(minutes=2).by(ANA, TakeHat, hat=…)`."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.policy = policy
        self.now = datetime(2026, 7, 1, 21, 48, 3, tzinfo=UTC)
        self.incident: Incident | None = None
        self.records: list[Recorded] = []

    def after(self, **time: float) -> "Story":
        self.now += timedelta(**time)
        return self

    def by(self, who: str, order: type[c.Command], /, **words: Any) -> "Story":
        command: Any = order(incident="INC-42", by=who, at=self.now, cause=self._cause, **words)
        return self.happens(*decide(command, self.incident, self.policy))

    def happens(self, *events: AnyEvent) -> "Story":
        head = self.records[-1].hash if self.records else GENESIS
        for record in chain("INC-42", events, self._cause, len(self.records), head):
            self.records.append(record)
            self.incident = evolve(self.incident, record.event, record.incident)
        return self

    @property
    def _cause(self) -> str:
        return f"cause-{len(self.records) + 1}"

    def votes(self, who: str, choice: Choice, comment: str = "") -> "Story":
        return self.by(who, c.AtGate, gate="m1", order=casting(who, self.now, choice, comment))

    def export(self) -> Export:
        return Export(self.records, lambda by: NAMES.get(by, by), self.now + timedelta(minutes=1))


def declared(
    title: str = "Checkout is down", severity: Severity = Severity.P1, policy: Policy = POLICY, **facts: Any
) -> Story:
    return Story(policy).by(ANA, c.Declare, title=title, severity=severity, **facts)


def noted(*texts: str) -> Story:
    story = declared()
    for text in texts:
        story.after(seconds=1).by(BEN, c.AddNote, text=text)
    return story


def rich() -> Story:
    """A night with everything in it: hats, pins, two mitigations of which one is undone, a resolution, an export."""
    story = declared(
        "Checkout is down in <eu-west> | 90 % of payments fail",
        service="checkout",
        summary="Customers see “payment failed” after\na long wait. כל הלקוחות באירופה מושפעים.",
        origin="C0CHECKOUT:1782942400.000100",
    )
    story.after(seconds=2).by(SYSTEM, c.RecordChannel, channel="C42", name="inc-42-checkout-is-down")
    story.after(seconds=50).by(ANA, c.TakeHat, hat=Hat.COMMANDER)
    story.after(seconds=8).by(BEN, c.TakeHat, hat=Hat.FIRST_RESPONDER)
    story.after(minutes=1).by(BEN, c.AddNote, text="Errors began 21:41, right after deploy `4f2a91c`.\n# not a heading")
    pin = {"channel": "C42", "ts": "1.1", "author": DEE, "text": "p99 is 31 s on |checkout-3| <@UBEN> 🔥"}
    story.after(seconds=20).by(CY, c.PinMessage, **pin)
    story.after(seconds=40).by(DEE, c.RecordPinEdited, ts="1.1", text="p99 is 13 s on checkout-3")
    story.after(minutes=1).by(ANA, c.PostUpdate, text="We see it. Payments in Europe fail; next word in 30 min.")
    story.after(seconds=30).by(BEN, c.Propose, plan=plan())
    story.after(seconds=40).by(BEN, c.Propose, plan=plan(parameters={"nodes": 3}, dry_run=(TRY,)))
    would = Answer(step="try", ok=True, text="3 of 8 nodes would restart, *one* by one <@UBEN>\n# not a heading |")
    story.after(seconds=2).by(SYSTEM, c.RecordDryRun, mitigation="m1", trial=1, answers=(would,))
    story.after(seconds=38).votes(CY, "approve", "*seen* the plan")
    story.after(seconds=5).votes(DEE, "reject")
    _runs(story, "m1", "drain", "settle")
    started = {"mitigation": "m1", "phase": "plan", "step": 2}
    story.after(seconds=1).by(SYSTEM, c.RecordStepStarted, **started)
    story.after(seconds=9).by(SYSTEM, c.RecordStepFinished, **started, ok=False, detail="HTTP 503 after 3 tries")
    undone = {"mitigation": "m1", "phase": "rollback", "step": 0}
    story.after(seconds=1).by(SYSTEM, c.RecordStepStarted, **undone)
    story.after(seconds=2).by(SYSTEM, c.RecordStepFinished, **undone, ok=True, detail="HTTP 200")
    story.after(minutes=111).by(ANA, c.OfferHat, hat=Hat.COMMANDER, to=DEE)
    story.after(seconds=20).by(DEE, c.AnswerOffer, hat=Hat.COMMANDER, accept=True)
    story.after(minutes=2).by(DEE, c.ChangeSeverity, to=Severity.P2, because="Europe only; cards work again")
    linear = edited(name="linear")
    story.by(DEE, c.AdoptPolicy, to=linear, because="compliance wants a sign-off *on paper*")
    story.after(minutes=1).by(CY, c.Propose, plan=plan("Roll back the deploy", runbook="roll-back"))
    _runs(story, "m2", "drain", "settle", "restart")
    for healthy in (False, True, True):
        reading = "status is ok" if healthy else "status is degraded"
        story.after(seconds=60).by(SYSTEM, c.RecordSignal, mitigation="m2", healthy=healthy, reading=reading)
    story.after(minutes=6).by(DEE, c.Resolve, summary="The deploy is rolled back; payments are at their usual rate.")
    story.after(minutes=15).by(SYSTEM, c.Tick)
    trouble = {"effect": "invite", "why": "Slack does not know this person any more.", "cure": "Invite somebody else."}
    story.after(seconds=1).by(SYSTEM, c.RecordTrouble, **trouble)
    return story.after(minutes=1).by(DEE, c.RequestExport, format="html")


def long(events: int) -> Story:
    """Many events of the kinds that make incidents long: notes, and a signal that is read and read."""
    story = declared(severity=Severity.P3).by(ANA, c.TakeHat, hat=Hat.COMMANDER).by(BEN, c.Propose, plan=plan())
    _runs(story, "m1", "drain", "settle", "restart")
    while len(story.records) < events:
        n = len(story.records)
        story.after(seconds=0.01 if n < events - 2 else 1)
        if n % 2:
            story.by((ANA, BEN, CY, DEE)[n % 4], c.AddNote, text=f"Reading {n}: error rate {n % 97} %, p99 {n % 31} s.")
        else:
            story.by(SYSTEM, c.RecordSignal, mitigation="m1", healthy=bool(n % 3), reading=f"error rate {n % 97} %")
    return story


def _runs(story: Story, mitigation: str, *steps: str) -> None:
    for number, _ in enumerate(steps):
        step = {"mitigation": mitigation, "phase": "plan", "step": number}
        story.after(seconds=1).by(SYSTEM, c.RecordStepStarted, **step)
        story.after(seconds=3).by(SYSTEM, c.RecordStepFinished, **step, ok=True, detail="HTTP 200")
