"""The rules' no: each class is one reason, and its docstring is the sentence that the person reads."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from bot.domain.hats import Hat
from bot.domain.incident.criteria import Item, worn_by
from bot.domain.incident.mitigations import Mitigation, Progress
from bot.domain.incident.state import Incident
from bot.domain.rejected import Rejected
from bot.domain.workflow.criterion import Criterion
from bot.domain.workflow.lifecycle import Stage
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.wearing import Conflict


class FromAnotherWorkspace(Rejected):
    """I take orders from members of the workspace that I am installed in. Ask one of them to do it."""


class NoSuchIncident(Rejected):
    """There is no incident {incident}. `/incident list` shows the open ones."""


class IncidentExists(Rejected):
    """{incident} is declared already."""


class HatIsWorn(Rejected):
    """<@{wearer}> wears the {hat} hat. Ask them to hand it over: `/incident hand-over {word} @you`, typed by them."""

    field = "hat"

    def __init__(self, wearer: str, hat: Hat, called: str = "") -> None:
        super().__init__(wearer=wearer, hat=called or hat.label, word=hat.value)


class HatsConflict(Rejected):
    """<@{person}> wears the {other} hat, which does not go with the {hat} hat: {because}. {instead}"""

    field = "hat"

    def __init__(self, person: str, hats: tuple[Hat, Hat], policy: Policy, because: str) -> None:
        hat, other = hats
        super().__init__(
            person=person,
            hat=policy.called(hat),
            other=policy.called(other),
            because=because.rstrip("."),
            instead=f"Somebody else takes it, or hands over first: `/incident hand-over {other.value} @somebody`.",
        )


class HandsOff(Rejected):
    """You wear the {hat} hat, and its wearer does not run the fix: {because}. {instead}"""

    def __init__(self, hat: Hat, policy: Policy, because: str) -> None:
        super().__init__(
            hat=policy.called(hat),
            because=because.rstrip("."),
            instead=f"Ask somebody else, or hand it over first: `/incident hand-over {hat.value} @somebody`.",
        )


class OwnWork(Rejected):
    """{why}: {because}. Somebody else confirms it: {who}. To call one: `/incident page @somebody because …`."""

    field = "criterion"

    def __init__(
        self,
        person: str,
        own: tuple[Hat, Conflict, Mitigation | None],
        others: Sequence[str],
        incident: Incident,
        policy: Policy,
    ) -> None:
        """`others` could confirm it as things stand."""
        hat, conflict, ran = own
        called, other = policy.called(hat), policy.called(conflict.other(hat) or hat)
        if ran is None:
            why = f"You speak for the {other} hat here, so not for the {called} hat, too"
        elif person == ran.proposer:
            why = f"You proposed “{ran.plan.title}”, so you don't speak for the {called} hat"
        else:
            why = f"You wore the {other} hat while “{ran.plan.title}” ran, so you don't speak for the {called} hat"
        verb = "hand-over" if person in incident.wearers(hat) else "hat"
        able = f"{' and '.join(f'<@{one}>' for one in others)} can, or " if others else ""
        who = f"{able}whoever takes the hat (`/incident {verb} {hat.value} @somebody`)"
        super().__init__(why=why, because=conflict.because.rstrip("."), who=who)


class HatIsNotYours(Rejected):
    """You don't wear the {hat} hat{worn}."""

    field = "hat"

    def __init__(self, hat: Hat, wearers: Sequence[str]) -> None:
        worn = ", ".join(f"<@{person}>" for person in wearers)
        super().__init__(hat=hat.label, worn=f": {worn} does" if worn else ". Nobody does: take it")


class OfferIsGone(Rejected):
    """The {hat} hat isn't offered to you now."""

    def __init__(self, hat: Hat) -> None:
        super().__init__(hat=hat.label)


class HandOverToYourself(Rejected):
    """You wear it already. Name somebody else: `/incident hand-over {hat} @somebody`."""

    field = "to"


class SeverityNeedsReason(Rejected):
    """Lowering a severity needs evidence in words, two at least, or a link: `/incident severity {to} because …`."""

    field = "because"


class SeverityStays(Rejected):
    """{incident} is {stage}; what its review owes hangs on {severity}: it stays. `/incident note …` says the rest."""

    field = "to"


class NoSuchStage(Rejected):
    """“{stage}” is no stage. There are: {stages}."""

    field = "to"


class NoSuchMove(Rejected):
    """{before} can't be followed by {to}. From here: {choices}."""

    field = "to"

    def __init__(self, before: Stage, to: Stage, choices: Sequence[Stage]) -> None:
        names = ", ".join(choice.label for choice in choices) or "nothing; the incident is closed"
        super().__init__(before=before.label, to=to.label, choices=names)


class CriteriaMissing(Rejected):
    """{to} asks for more: {missing}. `/incident stage` shows what is missing, with a button for each."""

    field = "to"

    def __init__(self, incident: Incident, to: Stage, items: Sequence[Item]) -> None:
        self.incident, self.to, self.items = incident, to, tuple(items)
        titles = [f"“{item.criterion.title}” (`{item.criterion.id}`)" for item in items[:NAMED]]
        more = [f"and {len(items) - NAMED} more"] if len(items) > NAMED else []
        super().__init__(to=to.label, missing=", ".join([*titles, *more]))


NAMED = 8
"""Missing criteria that a refusal names one by one."""


class NoSuchCriterion(Rejected):
    """“{given}” is no criterion that is confirmed by somebody. {instead}"""

    field = "criterion"

    def __init__(self, given: str, known: Sequence[str]) -> None:
        near = get_close_matches(given.lower(), known, n=1)
        instead = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(known) or 'none'}."
        super().__init__(given=given, instead=instead)


class SeenInTheRecord(Rejected):
    """“{title}” is nobody's word: it is seen in the record. `/incident stage` says what it takes."""

    field = "criterion"


class NotYoursToConfirm(Rejected):
    """“{title}” is confirmed by whoever wears the hat of {hats}, or the commander. Take it: `/incident hat {hat}`."""

    field = "criterion"

    def __init__(self, criterion: Criterion, incident: Incident, policy: Policy) -> None:
        super().__init__(
            title=criterion.title,
            hats=" or ".join(worn_by(hat, incident, policy) for hat in criterion.confirmed_by),
            hat=criterion.confirmed_by[0].value,
        )


class EvidenceMissing(Rejected):
    """Say what shows it, in a few words or by a link: `/incident confirm {criterion} …`."""

    field = "evidence"


class TakingBackNeedsReason(Rejected):
    """Say why it is not so: `/incident unconfirm {criterion} because …`."""

    field = "because"


class NoSuchHypothesis(Rejected):
    """There is no hypothesis “{given}”. There are: {known}."""

    field = "hypothesis"

    def __init__(self, given: str, known: Iterable[str]) -> None:
        super().__init__(given=given, known=", ".join(known) or "none; `/incident hypothesis …` states one")


class RuledOutAlready(Rejected):
    """<@{person}> has ruled it out already: {because}"""

    field = "hypothesis"


class RulingOutNeedsEvidence(Rejected):
    """Say what rules it out: `/incident rule-out {hypothesis} because …`."""


class NotYoursToAdopt(Rejected):
    """Only the incident commander, <@{commander}>, can move this incident to another policy."""


class TakePartFirst(Rejected):
    """You don't take part in this incident yet, and nobody commands it. Take a hat first: `/incident hat commander`."""


class AdoptionNeedsReason(Rejected):
    """Say why, for the record: `/incident policy adopt because …`."""

    field = "because"


class NoSuchActionItem(Rejected):
    """There is no action item “{given}”. There are: {known}."""

    field = "item"

    def __init__(self, given: str, known: Iterable[str]) -> None:
        super().__init__(given=given, known=", ".join(known) or "none; `/incident action …` adds one")


class NoLink(Rejected):
    """“{given}” is no link. Write it from https:// on, or leave it out."""

    field = "link"


class TooManyFindings(Rejected):
    """{limit} {what} are written down already. Put the rest into a note or a document."""


class StageNotInPolicy(Rejected):
    """{workflow} has no stage {stage}. Which is it there? `/incident policy adopt {workflow} to {there} because …`."""

    field = "to"

    def __init__(self, stage: Stage, workflow: str, there: Sequence[Stage]) -> None:
        super().__init__(stage=stage.label, workflow=workflow, there="|".join(one.id for one in there))


class NoStageLikeIt(Rejected):
    """{workflow} has no stage for what {stage} is for. Move the incident on first: `/incident stage …`."""

    field = "to"

    def __init__(self, stage: Stage, workflow: str) -> None:
        super().__init__(stage=stage.label, workflow=workflow)


class StageMeansSomethingElse(Rejected):
    """{named} is not for what {stage} is for; a policy changes no work. For the same there is: {same}."""

    field = "to"

    def __init__(self, stage: Stage, named: Stage, same: Sequence[Stage]) -> None:
        super().__init__(named=named.label, stage=stage.label, same=", ".join(one.id for one in same))


class NeedsApproval(Rejected):
    """At {severity}, mitigating needs an approved mitigation. {way}"""

    field = "to"

    def __init__(self, *, severity: str, waiting: str = "", gate: str = "") -> None:
        """`waiting`: the title of one that waits for its votes; `gate`: where."""
        self.gate = gate
        votes = f"“{waiting}” waits for its votes: `/incident gates` tells who decides."
        super().__init__(severity=severity, way=votes if waiting else "Propose one: `/incident propose`.")


class StillRunning(Rejected):
    """“{title}” is still {progress}. Wait for its end{or_stop}."""

    def __init__(self, title: str, progress: Progress) -> None:
        way = "" if progress is Progress.ROLLING_BACK else ", or press Stop on its message"
        super().__init__(title=title, progress=progress.value.replace("-", " "), or_stop=way)


class IsOver(Rejected):
    """{incident} is {stage}. Nothing more can be changed in production from here."""


class IsClosed(Rejected):
    """{incident} is closed. Its timeline stands as it is."""


class GateStillOpen(Rejected):
    """{title} waits for its votes already. Vote on it or withdraw it first; one change at a time."""

    def __init__(self, *, title: str, gate: str) -> None:
        self.gate = gate
        super().__init__(title=title)


class NotForMachines(Rejected):
    """At {severity} no machine begins anything by itself. Somebody proposes it: `/incident propose`."""


class NotInThisStage(Rejected):
    """Nothing is changed in {stage}: this workflow takes mitigations in {stages}. `/incident stage` leads on."""

    def __init__(self, stage: Stage, policy: Policy) -> None:
        super().__init__(stage=stage.label, stages=" and ".join(one.label for one in policy.stages_to_mitigate))


class NoCustomersChannel(Rejected):
    """No channel for customers is named in this incident's workflow. Add `customers: status`, say, {where}."""

    def __init__(self, workflow: str) -> None:
        where = f"under channels in manifests/workflows/{workflow}.yaml, then type `/incident policy adopt because …`"
        super().__init__(where=where)


class NoSuchMitigation(Rejected):
    """There is no such mitigation in this incident."""


class NoSuchRunbook(Rejected):
    """There is no runbook “{runbook}” any more. `/incident propose` shows those that there are."""

    field = "runbook"


class NothingProposed(Rejected):
    """Nothing has been proposed in this incident yet, so nothing runs."""


class NothingToVoteOn(Rejected):
    """Nothing waits for a vote in this incident."""


class TooLate(Rejected):
    """The gate is closed: {outcome}. Your vote is recorded as late and changes nothing."""


class NothingRuns(Rejected):
    """“{title}” isn't running: it is {progress}."""

    def __init__(self, title: str, progress: Progress) -> None:
        super().__init__(title=title, progress=progress.value.replace("-", " "))


class NoDryRun(Rejected):
    """“{title}” has no dry run: its runbook declares none."""


class NotTriedNow(Rejected):
    """“{title}” is {progress}. A dry run is for what waits for approval."""

    def __init__(self, title: str, progress: Progress) -> None:
        super().__init__(title=title, progress=progress.value.replace("-", " "))


class NoRollback(Rejected):
    """{title} has no rollback: {because}"""


class TooManyPins(Rejected):
    """{limit} messages are pinned in this incident. Write what matters as a note: `/incident note …`."""


class ResolutionMissing(Rejected):
    """Say how it ended, in customers' terms: `/incident resolve checkout works again after a restart`."""

    field = "text"


class AlreadyCalled(Rejected):
    """{title} is being called already. `/incident escalate` calls the next tier without waiting."""


class AcknowledgedAlready(Rejected):
    """<@{person}> has acknowledged it. `/incident take-over` makes it yours."""


class NobodyIsCalled(Rejected):
    """Nobody is being called in this incident. `/incident page` calls a team or a person."""


class NobodyIsLeft(Rejected):
    """Everybody was called, and the last resort was told. `/incident page @somebody because …` calls one more."""


class PassOnToYourself(Rejected):
    """That is you. Name somebody else: `/incident not-me @somebody`."""


class NothingToRemindOf(Rejected):
    """The workflow has no such reminder at {severity}. `/incident remind` shows those it has."""


class SnoozeDoesNotFit(Rejected):
    """A reminder sleeps for a minute at least and a day at most. To hear no more of it: `/incident remind stop`."""
