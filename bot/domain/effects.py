"""Effects: wishes for the world outside. Each has a lane that is served in order; RQ workers carry them out."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from bot.domain.hats import Hat
from bot.domain.runbook import Frozen, Phase
from bot.domain.workflow.reminders import Kind

Place = Literal["channel", "announce", "managers", "customers"]


class EffectBase(Frozen):
    incident: str

    @property
    def lane(self) -> str:
        """Effects of one lane happen in order, one at a time; lanes go on side by side."""
        return f"slack:{self.incident}"

    @property
    def once(self) -> str | None:
        """Two waiting effects of one lane with the same word here are one: they show the state as it then is."""
        return None

    @property
    def after(self) -> float:
        """Seconds to wait before the first try."""
        return 0


class OpenChannel(EffectBase):
    type: Literal["open-channel"] = "open-channel"


class Invite(EffectBase):
    type: Literal["invite"] = "invite"

    @property
    def once(self) -> str:
        return self.type


class DressChannel(EffectBase):
    """Topic, and a bookmark to where it was declared from."""

    type: Literal["dress-channel"] = "dress-channel"

    @property
    def once(self) -> str:
        return self.type


class PinCard(EffectBase):
    """Pin the card and bookmark it, once."""

    type: Literal["pin-card"] = "pin-card"

    @property
    def lane(self) -> str:
        return f"card:{self.incident}"


class ShowCard(EffectBase):
    """Edit the card to what is true now."""

    type: Literal["show-card"] = "show-card"

    @property
    def lane(self) -> str:
        return f"card:{self.incident}"

    @property
    def once(self) -> str:
        return self.type


class ShowAnnouncement(EffectBase):
    type: Literal["show-announcement"] = "show-announcement"

    @property
    def lane(self) -> str:
        return f"slack:{self.incident}:announce"

    @property
    def once(self) -> str:
        return self.type


class Tell(EffectBase):
    """Post the sentence of one event in one place."""

    type: Literal["tell"] = "tell"
    place: Place = "channel"
    version: int
    """The event's number in the incident."""

    @property
    def lane(self) -> str:
        return f"slack:{self.incident}" if self.place == "channel" else f"slack:{self.incident}:{self.place}"


class PostTimeline(EffectBase):
    """The timeline posts itself to the managers: what has happened since it last did, up to `version`."""

    type: Literal["post-timeline"] = "post-timeline"
    version: int
    whole: bool = False
    """At the end: from the first event on."""

    @property
    def lane(self) -> str:
        return f"slack:{self.incident}:managers"


class GiveBrief(EffectBase):
    type: Literal["give-brief"] = "give-brief"
    person: str
    hat: Hat

    @property
    def lane(self) -> str:
        return f"slack:{self.incident}:{self.person}"


OfferStanding = Literal["asked", "accepted", "declined", "withdrawn", "overtaken", "closed"]
"""What became of a hand-over that somebody was asked to accept; `asked`: nothing yet."""


class ShowOffer(EffectBase):
    """Ask the other side of a hand-over, in private, to accept; later, say there in one line what became of it."""

    type: Literal["show-offer"] = "show-offer"
    person: str
    hat: Hat
    at: AwareDatetime | None = None
    """When it was offered: the same hat may be offered to the same person again."""
    standing: OfferStanding = "asked"

    @property
    def lane(self) -> str:
        return f"slack:{self.incident}:{self.person}"


class ShowMitigation(EffectBase):
    """Post the approval message, or edit it: votes, progress, outcome."""

    type: Literal["show-mitigation"] = "show-mitigation"
    mitigation: str

    @property
    def lane(self) -> str:
        return f"gate:{self.incident}:{self.mitigation}"

    @property
    def once(self) -> str:
        return self.type


class ShowGate(EffectBase):
    """Post the message of a gate that stands before something else than a mitigation, or edit it."""

    type: Literal["show-gate"] = "show-gate"
    gate: str

    @property
    def lane(self) -> str:
        return f"gate:{self.incident}:{self.gate}"

    @property
    def once(self) -> str:
        return self.type


class ShowDebt(EffectBase):
    """Post the message that a countersignature is owed, or edit it. `number`: which reminder of it this is; 0: none."""

    type: Literal["show-debt"] = "show-debt"
    gate: str
    number: int = 0

    @property
    def lane(self) -> str:
        return f"gate:{self.incident}:{self.gate}"

    @property
    def once(self) -> str:
        return f"{self.type}:{self.number}"


class LookUpSeats(EffectBase):
    """Find out who sits in the seats that a gate asks now."""

    type: Literal["look-up-seats"] = "look-up-seats"
    gate: str
    turn: int

    @property
    def lane(self) -> str:
        return f"seats:{self.incident}:{self.gate}"


class AskPerson(EffectBase):
    """Ask somebody in private for their vote; from the second time on, say there that it still waits."""

    type: Literal["ask-person"] = "ask-person"
    gate: str
    turn: int
    person: str
    number: int

    @property
    def lane(self) -> str:
        return f"slack:{self.incident}:{self.person}"


class ShowAsked(EffectBase):
    """Edit what somebody was asked in private: their answer isn't wanted any more."""

    type: Literal["show-asked"] = "show-asked"
    gate: str
    turn: int
    person: str

    @property
    def lane(self) -> str:
        return f"slack:{self.incident}:{self.person}"


class RememberAnswers(EffectBase):
    """Keep how a gate that is over did: how soon people answered, and how it ended, for later gates to go by."""

    type: Literal["remember-answers"] = "remember-answers"
    gate: str

    @property
    def lane(self) -> str:
        return f"seats:{self.incident}:{self.gate}"


class DryRun(EffectBase):
    """Ask what a plan would do, before people decide on it."""

    type: Literal["dry-run"] = "dry-run"
    mitigation: str
    trial: int

    @property
    def lane(self) -> str:
        return f"dry-run:{self.incident}:{self.mitigation}:{self.trial}"


class RunStep(EffectBase):
    type: Literal["run-step"] = "run-step"
    mitigation: str
    phase: Phase
    step: int

    @property
    def lane(self) -> str:
        return f"run:{self.incident}:{self.mitigation}"


class ReadSignal(EffectBase):
    type: Literal["read-signal"] = "read-signal"
    mitigation: str
    delay: float
    """Seconds until the reading."""

    @property
    def lane(self) -> str:
        return f"signal:{self.incident}:{self.mitigation}"

    @property
    def after(self) -> float:
        return self.delay


class HoldTarget(EffectBase):
    """Keep the target of what may be rolled back, while people decide about that."""

    type: Literal["hold-target"] = "hold-target"
    mitigation: str
    gate: str

    @property
    def lane(self) -> str:
        return f"run:{self.incident}:{self.mitigation}"


class ReleaseTarget(EffectBase):
    type: Literal["release-target"] = "release-target"
    mitigation: str
    target: str

    @property
    def lane(self) -> str:
        return f"run:{self.incident}:{self.mitigation}"


class MakeExport(EffectBase):
    type: Literal["make-export"] = "make-export"
    format: str
    request: str

    @property
    def lane(self) -> str:
        return f"export:{self.incident}"


class Summon(EffectBase):
    """Find out who is on call for what broke, and have them called as the severity asks for."""

    type: Literal["summon"] = "summon"
    again: bool = False
    """Also where they were called before, once that was answered: a move wants it."""

    @property
    def lane(self) -> str:
        return f"page:{self.incident}"


class LookUp(EffectBase):
    """Find out whom a call of an escalation means now: a tier, or one person who was named."""

    type: Literal["look-up"] = "look-up"
    escalation: str
    call: int
    tier: int
    person: str | None = None
    by: str
    """Who named the person."""

    @property
    def lane(self) -> str:
        return f"page:{self.incident}:{self.escalation}"


class FindDeputy(EffectBase):
    """None of a person's ways works: find out who stands in for them."""

    type: Literal["find-deputy"] = "find-deputy"
    page: str

    @property
    def lane(self) -> str:
        return f"page:{self.incident}:deputies"


class SendPage(EffectBase):
    """Tell one person or place by one way, unless somebody has answered by then."""

    type: Literal["send-page"] = "send-page"
    page: str
    way: int
    delay: float = 0
    """Seconds to wait; 0 also for a way that comes early, because the one before it does not work."""

    @property
    def lane(self) -> str:
        return f"page:{self.incident}:{self.page}:{self.way}{'' if self.delay else ':now'}"

    @property
    def after(self) -> float:
        return self.delay


class SettlePage(EffectBase):
    """Tell a system that keeps state of its own, such as PagerDuty, that somebody has answered, or that it is over."""

    type: Literal["settle-page"] = "settle-page"
    page: str
    way: int
    how: Literal["acknowledged", "resolved"]

    @property
    def lane(self) -> str:
        return f"settle:{self.incident}:{self.page}:{self.way}"


class ShowPage(EffectBase):
    """Edit a direct message that called somebody to what is true now."""

    type: Literal["show-page"] = "show-page"
    page: str

    @property
    def lane(self) -> str:
        return f"slack:{self.incident}:{self.page}"

    @property
    def once(self) -> str:
        return self.type


class ShowEscalation(EffectBase):
    """Post the message about an escalation, or edit it: who is called, by which ways, who answered."""

    type: Literal["show-escalation"] = "show-escalation"
    escalation: str

    @property
    def lane(self) -> str:
        return f"slack:{self.incident}:{self.escalation}"

    @property
    def once(self) -> str:
        return self.type


class Remind(EffectBase):
    """Tell for the `count`-th time in this incident what is missing, and ping whoever owes it and may be pinged."""

    type: Literal["remind"] = "remind"
    kind: Kind
    count: int

    @property
    def lane(self) -> str:
        return f"slack:{self.incident}:{self.kind.value}"


class ShowReminder(EffectBase):
    """Edit the message of a kind of reminder to what is true now; nobody is pinged by it."""

    type: Literal["show-reminder"] = "show-reminder"
    kind: Kind

    @property
    def lane(self) -> str:
        return f"slack:{self.incident}:{self.kind.value}"

    @property
    def once(self) -> str:
        return self.type


class TellArrangement(EffectBase):
    """Tell whom it concerns of a fact about who is on call: whoever is asked, comes on, goes off, and their team."""

    type: Literal["tell-arrangement"] = "tell-arrangement"
    incident: str = ""
    number: int
    """The fact's."""
    override: str

    @property
    def lane(self) -> str:
        return f"roster:{self.override}"


class TellUnanswered(EffectBase):
    """Tell whoever asked somebody to stand in that they have not answered, if they still have not."""

    type: Literal["tell-unanswered"] = "tell-unanswered"
    incident: str = ""
    override: str

    @property
    def lane(self) -> str:
        return f"roster:{self.override}"


class TellShift(EffectBase):
    """Tell somebody that their shift has begun."""

    type: Literal["tell-shift"] = "tell-shift"
    incident: str = ""
    schedule: str
    person: str
    """Their name in the book."""
    start: AwareDatetime

    @property
    def lane(self) -> str:
        return f"shift:{self.schedule}"


class ReadSchedule(EffectBase):
    """Read a schedule that another system keeps."""

    type: Literal["read-schedule"] = "read-schedule"
    incident: str = ""
    schedule: str

    @property
    def lane(self) -> str:
        return f"elsewhere:{self.schedule}"

    @property
    def once(self) -> str:
        return self.type


class CheckApprovals(EffectBase):
    """Look whether each approval in use could pass with the people there are."""

    type: Literal["check-approvals"] = "check-approvals"
    incident: str = ""

    @property
    def lane(self) -> str:
        return "approvals"

    @property
    def once(self) -> str:
        return self.type


class SyncGroup(EffectBase):
    """Have a schedule's user group hold whoever is on shift."""

    type: Literal["sync-group"] = "sync-group"
    incident: str = ""
    schedule: str

    @property
    def lane(self) -> str:
        return f"group:{self.schedule}"

    @property
    def once(self) -> str:
        return self.type


class PostDigest(EffectBase):
    """Tell the managers how approvals did in the week until `due`."""

    type: Literal["post-digest"] = "post-digest"
    incident: str = ""
    due: AwareDatetime

    @property
    def lane(self) -> str:
        return "digest"

    @property
    def once(self) -> str:
        return f"{self.type}:{self.due.isoformat()}"


class TestPages(EffectBase):
    """Try every contact of a person's, and tell them what came of each."""

    __test__ = False  # pytest would take it for a class of tests
    type: Literal["test-pages"] = "test-pages"
    incident: str = ""
    person: str
    """A Slack id."""

    @property
    def lane(self) -> str:
        return f"trial:{self.person}"

    @property
    def once(self) -> str:
        return self.type


class FetchPin(EffectBase):
    """Somebody put a 📌 on a message: read what it says, for the timeline."""

    type: Literal["fetch-pin"] = "fetch-pin"
    channel: str
    ts: str
    person: str
    """Who pinned it."""

    @property
    def lane(self) -> str:
        return f"pin:{self.incident}"


class ShowHome(EffectBase):
    """Publish one person's App Home. `incident` is empty: it is about all of them."""

    type: Literal["show-home"] = "show-home"
    incident: str = ""
    person: str

    @property
    def lane(self) -> str:
        return f"home:{self.person}"

    @property
    def once(self) -> str:
        return self.type


class Warn(EffectBase):
    """Tell one person, in private, what the workflow would rather not see them do or wear together."""

    type: Literal["warn"] = "warn"
    version: int
    """Of the record that says it."""
    person: str

    @property
    def lane(self) -> str:
        return f"whisper:{self.person}"


class Whisper(EffectBase):
    """Say something to one person only, where they look: the answer to a click."""

    type: Literal["whisper"] = "whisper"
    incident: str = ""
    person: str
    channel: str | None = None
    response_url: str | None = None
    text: str
    blocks: tuple[dict[str, Any], ...] = ()
    """Slack's blocks, where it is more than a text."""

    @property
    def lane(self) -> str:
        return f"whisper:{self.person}"


class ShowAudit(EffectBase):
    """Post what the self-audit has found in the ops channel, or edit it. `incident` is empty: it is about all."""

    type: Literal["show-audit"] = "show-audit"
    incident: str = ""
    outbreak: str

    @property
    def lane(self) -> str:
        return "audit"

    @property
    def once(self) -> str:
        return f"{self.type}:{self.outbreak}"


AnyEffect = (
    OpenChannel
    | Invite
    | DressChannel
    | PinCard
    | ShowCard
    | ShowAnnouncement
    | Tell
    | PostTimeline
    | GiveBrief
    | ShowOffer
    | ShowMitigation
    | ShowGate
    | ShowDebt
    | LookUpSeats
    | AskPerson
    | ShowAsked
    | RememberAnswers
    | DryRun
    | RunStep
    | ReadSignal
    | HoldTarget
    | ReleaseTarget
    | MakeExport
    | Summon
    | LookUp
    | FindDeputy
    | SendPage
    | SettlePage
    | ShowPage
    | ShowEscalation
    | TellArrangement
    | TellUnanswered
    | TellShift
    | ReadSchedule
    | SyncGroup
    | PostDigest
    | CheckApprovals
    | TestPages
    | Remind
    | ShowReminder
    | FetchPin
    | ShowHome
    | Warn
    | Whisper
    | ShowAudit
)

EFFECTS: TypeAdapter[AnyEffect] = TypeAdapter(Annotated[AnyEffect, Field(discriminator="type")])


def queue_of(lane: str) -> str:
    """Name the RQ queue that wakes workers for a lane: `pages`, `slack`, `remediation` or `exports`."""
    kind = lane.partition(":")[0]
    return QUEUE_OF.get(kind, "slack")


QUEUE_OF = {
    "page": "pages",
    "settle": "pages",
    "run": "remediation",
    "signal": "remediation",
    "dry-run": "remediation",
    "export": "exports",
}
"""By the first word of a lane."""
