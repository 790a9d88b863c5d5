"""The policy of a response: severities, channels, gates and limits, as the workflow manifest declares them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from bot.domain.declared import ChannelName, ChannelPrefix, Minutes, Name, WholeMinutes, Words, misfit
from bot.domain.gates.choice import GateChoice, chosen
from bot.domain.gates.policy import ApprovalPolicy, Undoes
from bot.domain.gates.policy import Purpose as GatePurpose
from bot.domain.hats import Hat
from bot.domain.ids import digest
from bot.domain.runbook import Frozen
from bot.domain.severity import Severity
from bot.domain.workflow.criterion import Criterion
from bot.domain.workflow.digest import DigestPolicy
from bot.domain.workflow.lifecycle import Purpose, Stage, StagePolicy, Transition, Trigger
from bot.domain.workflow.reminders import Kind, ReminderPolicy, Reminders
from bot.domain.workflow.review import ReviewPolicy
from bot.domain.workflow.wearing import Conflict, HatPolicy


class PagePolicy(Frozen):
    """Who hears of an incident at once, and how loudly people are called."""

    channels: tuple[ChannelName, ...] = ()
    """Told at once, without `#`."""
    contacts: tuple[Name, ...] = ()
    """Only a person's contacts by these notifiers are used; empty: all of them."""
    wakes: bool = True
    """People's quiet hours do not hold it."""


class SeverityPolicy(Frozen):
    means: Words
    """When to choose it, in customers' terms."""
    sla_minutes: WholeMinutes = Field(gt=0, le=30 * 24 * 60)
    """Minutes until the incident should be mitigated."""
    approval: bool
    """A mitigation waits for somebody else's yes."""
    auto_remediation: bool
    """Machines may propose and run runbooks by themselves."""
    update_every_minutes: WholeMinutes | None = Field(default=None, gt=0, le=7 * 24 * 60)
    """Cadence of stakeholder updates; None: none is owed."""
    page: PagePolicy | None = None
    """How people are paged; None: nobody is."""
    workflow: Name | None = None
    """New incidents of this severity go by another workflow; asked only of the one in force. None: by this one."""

    @property
    def wakes(self) -> bool:
        """Say whether people's quiet hours don't hold it."""
        return self.page is not None and self.page.wakes

    @cached_property
    def cadence(self) -> timedelta | None:
        minutes = self.update_every_minutes
        return timedelta(minutes=minutes) if minutes else None


class Channels(Frozen):
    announce: ChannelName
    """The channel that hears of every incident, without `#`."""
    managers: ChannelName
    """The channel that gets updates and the timeline by itself."""
    ops: ChannelName = "ops"
    """The channel that hears what is wrong with Muster itself."""
    customers: ChannelName | None = None
    """The channel in which customers are told, or those who speak to them; None: nobody is told from here."""
    prefix: ChannelPrefix = "inc-"
    """What an incident's own channel is called before its number."""


class RunbookPolicy(Frozen):
    """What is asked of all runbooks."""

    review_every: Minutes = Field(default=90 * 24 * 60, gt=0, le=5 * 365 * 24 * 60)
    """Minutes for which a review holds; a quarter unless said (mission.md, G5)."""

    @cached_property
    def review_holds(self) -> timedelta:
        return timedelta(minutes=self.review_every)


UNSAID = HatPolicy()
"""A hat of which nobody said anything."""


class Policy(Frozen):
    """What `manifests/workflows/<name>.yaml` declares. An incident records the hash of the one that it began with."""

    name: Name
    severities: dict[Severity, SeverityPolicy]
    """What each of the four asks for."""
    stages: dict[Name, StagePolicy] = Field(min_length=1)
    """In the order in which a response goes through them."""
    transitions: tuple[Transition, ...]
    """The moves between stages; there are no others."""
    hats: dict[Hat, HatPolicy] = {}
    """What it says otherwise than `manifests/hats.yaml`; once loaded, all that is said of each."""
    conflicts: tuple[Conflict, ...] = ()
    """What one person does not wear, or do, together."""
    approvals: dict[Name, ApprovalPolicy] = {}
    """Who is asked, and how many must agree: by name."""
    gates: tuple[GateChoice, ...] = Field(default=(), validate_default=True)
    """Which of them is asked before what: the first that fits."""
    review: ReviewPolicy | None = None
    """When the meeting of a review is; None: a review that opens has none."""
    channels: Channels
    """Channels by their names in Slack."""
    reminders: dict[Severity, Reminders] = {}
    """By severity; none: nobody is reminded of anything."""
    runbooks: RunbookPolicy = RunbookPolicy()
    digest: DigestPolicy | None = None
    """When managers are told how approvals did in the past week; None: never by itself."""

    @field_validator("approvals", mode="before")
    @classmethod
    def _are_named(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: {"id": name, **one} if isinstance(one, dict) else one for name, one in value.items()}

    @field_validator("gates")
    @classmethod
    def _ask_before_mitigations(cls, gates: tuple[GateChoice, ...], info: ValidationInfo) -> tuple[GateChoice, ...]:
        """Any runbook may touch customers' data, and then somebody must say yes, at any severity and any hour."""
        for choice in gates:
            if choice.use not in info.data.get("approvals", {choice.use: None}):
                raise misfit(f"no approval is called “{choice.use}”", "Declare it under approvals.")
        for severity in Severity:
            if not any(choice.always_fits("mitigation", severity.value) for choice in gates):
                raise misfit(
                    f"nobody is asked before a mitigation at {severity.label} that touches customers' data",
                    "End the list with one that always fits: {use: anybody, before: [mitigation]}.",
                )
        return gates

    @cached_property
    def hash(self) -> str:
        return hash_of(self.model_dump(mode="json"))

    def under(self, hash_: str) -> "Policy":
        """Return it under the hash that it was kept by: whoever kept it may not have known a key that came since."""
        kept = self.model_copy()
        kept.__dict__["hash"] = hash_
        return kept

    def of(self, severity: Severity) -> SeverityPolicy:
        return self.severities[severity]

    @cached_property
    def stage_by_id(self) -> dict[str, Stage]:
        """The stages as incidents remember them."""
        return {
            name: Stage(id=name, title=one.title or name.capitalize(), purpose=one.purpose or Purpose(name))
            for name, one in self.stages.items()
        }

    @cached_property
    def _moves(self) -> dict[tuple[str, str], Transition]:
        return {(before, move.to): move for move in self.transitions for before in move.before}

    def stage(self, word: str) -> Stage | None:
        """Read `mitigating`, `mitigate`, `post mortem`: as people write a stage; None for anything else."""
        name = word.strip().lower().replace("_", "-").replace(" ", "-")
        name = {"investigate": "investigating", "mitigate": "mitigating", "postmortem": "post-mortem"}.get(name, name)
        return self.stage_by_id.get(name)

    @property
    def first(self) -> Stage:
        """The stage in which every incident begins."""
        return next(iter(self.stage_by_id.values()))

    def stage_for(self, purpose: Purpose) -> Stage:
        """Return the first stage of a purpose; every workflow has one for what is resolved and what is closed."""
        return next(stage for stage in self.stage_by_id.values() if stage.purpose is purpose)

    def move(self, before: Stage, to: Stage) -> Transition | None:
        return self._moves.get((before.id, to.id))

    def next_stages(self, stage: Stage) -> tuple[Stage, ...]:
        return tuple(self.stage_by_id[to] for before, to in self._moves if before == stage.id)

    def move_by_itself(self, stage: Stage, trigger: Trigger) -> Transition | None:
        return next(
            (move for (before, _), move in self._moves.items() if before == stage.id and trigger in move.when), None
        )

    def move_in_time(self, stage: Stage) -> Transition | None:
        """Return the move that happens after a while in a stage."""
        moves = (move for (before, _), move in self._moves.items() if before == stage.id)
        return next((move for move in moves if move.after is not None), None)

    def with_hats(self, shared: Mapping[Hat, HatPolicy]) -> "Policy":
        """Take what all workflows say of hats, but for what this one says otherwise."""
        hats = {
            hat: shared.get(hat, UNSAID).with_own(self.hat(hat)) for hat in Hat if hat in shared or hat in self.hats
        }
        return self.model_copy(update={"hats": hats})

    def hat(self, hat: Hat) -> HatPolicy:
        return self.hats.get(hat, UNSAID)

    def called(self, hat: Hat) -> str:
        """Return what people call a hat."""
        return self.hat(hat).title or hat.label

    def own_title(self, hat: Hat) -> str:
        """Return what this workflow calls a hat; empty where that is what it is called anyway."""
        title = self.called(hat)
        return "" if title == hat.label else title

    def requires(self, stage: Stage, severity: Severity) -> tuple[Hat, ...]:
        """Name the hats that somebody must wear in a stage at a severity, the commander's where it says so."""
        wanted = {hat: self.hat(hat).required for hat in (Hat.COMMANDER, *self.needs(stage))}
        if wanted[Hat.COMMANDER] is None or stage.purpose is Purpose.CLOSED:
            del wanted[Hat.COMMANDER]
        return tuple(hat for hat, severities in wanted.items() if severities is None or severity in severities)

    def needs(self, stage: Stage) -> tuple[Hat, ...]:
        """Name the hats that a stage asks for, beside the commander's."""
        found = self.stages.get(stage.id)
        return found.hats if found is not None else ()

    def takes_mitigations(self, stage: Stage) -> bool:
        """Say whether mitigations may be proposed in a stage."""
        found = self.stages.get(stage.id)
        return not stage.is_over and (found is None or found.mitigations)

    @property
    def stages_to_mitigate(self) -> tuple[Stage, ...]:
        """The stages in which mitigations may be proposed."""
        return tuple(stage for stage in self.stage_by_id.values() if self.takes_mitigations(stage))

    def criterion(self, name: str) -> tuple[Criterion, Stage] | None:
        """Find a criterion by its id, with the stage that asks for it."""
        return self.criteria.get(name)

    @cached_property
    def criteria(self) -> dict[str, tuple[Criterion, Stage]]:
        return {
            criterion.id: (criterion, self.stage_by_id[name])
            for name, stage in self.stages.items()
            for criterion in (*stage.entry, *stage.exit)
        }

    def sla(self, stage: Stage, severity: Severity) -> timedelta | None:
        """Return how long a stage may take at a severity; None where nothing is promised."""
        return self._slas.get((stage.id, severity))

    @cached_property
    def _slas(self) -> dict[tuple[str, Severity], timedelta]:
        return {
            (name, severity): timedelta(minutes=minutes)
            for name, stage in self.stages.items()
            for severity, minutes in stage.sla.items()
        }

    def approval(
        self, purpose: GatePurpose, severity: Severity, at: datetime, stage: str = ""
    ) -> ApprovalPolicy | None:
        """Return who is asked before something; None: nobody. Before a mitigation there is always somebody to ask."""
        return self._approval(chosen(self.gates, purpose, severity.value, at, stage))

    def approval_of_rollback(self, of: Undoes, severity: Severity, at: datetime) -> ApprovalPolicy | None:
        """Return who is asked before something is undone; None: nobody."""
        return self._approval(chosen(self.gates, "rollback", severity.value, at, of=of))

    def _approval(self, name: str | None) -> ApprovalPolicy | None:
        return self.approvals[name] if name is not None else None

    def approval_of_move(self, to: Stage, severity: Severity, at: datetime) -> ApprovalPolicy | None:
        """Return who is asked before a move; None: nobody."""
        return self.approval(to.purpose.asks, severity, at, to.id)

    def reminders_at(self, severity: Severity) -> dict[Kind, ReminderPolicy]:
        found = self.reminders.get(severity)
        return found.rules if found is not None else {}


def hash_of(dumped: Mapping[str, Any]) -> str:
    """Hash a policy as it is written in JSON. The order of its stages counts, and hashes know no order of keys."""
    return digest({**dumped, "stages": [*dumped["stages"].items()]})
