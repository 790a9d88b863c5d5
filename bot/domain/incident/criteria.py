"""Which criteria are met, by what, and which are missing: the incident and its workflow in, what is to be done out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.gates.gate import Gate
from bot.domain.gates.policy import ApprovalPolicy
from bot.domain.hats import Hat
from bot.domain.incident.checks import TAKES, look, still_counts
from bot.domain.incident.findings import Confirmation
from bot.domain.incident.state import Incident
from bot.domain.rejected import Rejected
from bot.domain.workflow.criterion import Criterion, Strictness
from bot.domain.workflow.lifecycle import Stage, Transition
from bot.domain.workflow.policy import Policy


@dataclass(frozen=True, slots=True)
class Item:
    """One criterion, as things stand."""

    criterion: Criterion
    stage: Stage
    """The one that asks for it."""
    done: bool
    shown: str
    """What shows it: evidence, or what is in the record so far."""
    confirmation: Confirmation | None
    takes: str = ""
    """Who can do what is missing, and how, with people as `<@id>`."""
    titles: Mapping[Hat, str] = field(default_factory=dict)
    """What the workflow calls the hats that may confirm it."""

    @property
    def by(self) -> str | None:
        return self.confirmation.by if self.confirmation else None

    @property
    def at(self) -> datetime | None:
        return self.confirmation.at if self.confirmation else None


@dataclass(frozen=True, slots=True)
class Way:
    """One way on from a stage: what it asks for, and what of that is missing."""

    to: Stage
    strictness: Strictness
    missing: tuple[Item, ...]
    held: tuple[Rejected, ...] = ()
    """What refuses it beside criteria, as it would be said to whoever ordered it."""
    approval: ApprovalPolicy | None = None
    """Whose yes it waits for."""
    asked: Gate | None = None
    """The gate at which just this is asked right now."""


def exits(incident: Incident, policy: Policy) -> tuple[Item, ...]:
    """Go through what the stage that the incident is in asks for before it ends."""
    stage = policy.stages.get(incident.stage.id)
    return _items(stage.exit if stage else (), incident.stage, incident, policy)


def asked(incident: Incident, to: Stage, policy: Policy) -> tuple[Item, ...]:
    """Go through what a move asks for: to leave here, to enter there, and what is owed from before."""
    move, entered = policy.move(incident.stage, to), policy.stages.get(to.id)
    if move is None or move.criteria is Strictness.IGNORE:
        return ()
    entries = _items(entered.entry if entered else (), to, incident, policy)
    found = [*exits(incident, policy), *entries, *(owed(incident, policy) if move.owed else ())]
    return tuple({item.criterion.id: item for item in found}.values())


def owed(incident: Incident, policy: Policy) -> tuple[Item, ...]:
    """Go through what was missing when the incident moved on all the same, and the workflow still asks for."""
    found = (policy.criterion(name) for name in incident.owed)
    return tuple(
        _item(criterion, stage, incident, policy)
        for criterion, stage in filter(None, found)
        if criterion.holds_at(incident.severity)
    )


def missing(incident: Incident, to: Stage, policy: Policy) -> tuple[Item, ...]:
    """Go through what a move asks for and nobody has shown."""
    return tuple(item for item in asked(incident, to, policy) if not item.done)


def enforced(move: Transition, incident: Incident, policy: Policy) -> tuple[Item, ...]:
    """Go through what holds a move up."""
    return missing(incident, policy.stage_by_id[move.to], policy) if move.criteria is Strictness.ENFORCED else ()


def ways_on(incident: Incident, policy: Policy) -> tuple[Way, ...]:
    found = ((to, policy.move(incident.stage, to)) for to in policy.next_stages(incident.stage))
    return tuple(Way(to, move.criteria, missing(incident, to, policy)) for to, move in found if move is not None)


def bare_hats(incident: Incident, policy: Policy) -> dict[Hat, str]:
    """Return the hats that somebody must wear here and now, and nobody does, with what they are called."""
    wanted = policy.requires(incident.stage, incident.severity)
    return {hat: policy.called(hat) for hat in wanted if not incident.wearers(hat)}


def spoken_for(person: str, criterion: Criterion, incident: Incident) -> tuple[Hat, ...]:
    """Return the hats for which somebody may confirm: those that they wear; the commander speaks for all of them."""
    worn = tuple(hat for hat in criterion.confirmed_by if person in incident.wearers(hat))
    return worn or (criterion.confirmed_by if person in incident.wearers(Hat.COMMANDER) else ())


def word_for(criterion: Criterion, incident: Incident) -> Confirmation | None:
    """Return the word that somebody gave for a criterion and that counts now."""
    said = incident.confirmed.get(criterion.id) if criterion.confirmed_by else None
    return said if said is not None and still_counts(said, criterion.check, incident) else None


def _takes(criterion: Criterion, incident: Incident, policy: Policy) -> str:
    seen = TAKES[criterion.check].format(severity=incident.severity.value) if criterion.check is not None else ""
    said = f"{_who(criterion, incident, policy)} confirms it: `/incident confirm {criterion.id} …`"
    return ", or ".join(filter(None, (seen, said if criterion.confirmed_by else "")))


def _who(criterion: Criterion, incident: Incident, policy: Policy) -> str:
    hats = [worn_by(hat, incident, policy) for hat in criterion.confirmed_by]
    named = ", ".join(f"<@{person}>" for person in incident.wearers(Hat.COMMANDER))
    commander = f"the commander ({named})" if named else "the commander"
    return " or ".join(hats if Hat.COMMANDER in criterion.confirmed_by else [*hats, commander])


def worn_by(hat: Hat, incident: Incident, policy: Policy) -> str:
    """Name a hat and who wears it."""
    wearers = ", ".join(f"<@{person}>" for person in incident.wearers(hat))
    return f"{policy.called(hat)} ({wearers or 'nobody yet'})"


def _items(criteria: Iterable[Criterion], stage: Stage, incident: Incident, policy: Policy) -> tuple[Item, ...]:
    held = (criterion for criterion in criteria if criterion.holds_at(incident.severity))
    return tuple(_item(criterion, stage, incident, policy) for criterion in held)


def _item(criterion: Criterion, stage: Stage, incident: Incident, policy: Policy) -> Item:
    said = word_for(criterion, incident)
    found = look(criterion.check, stage, incident, policy) if criterion.check is not None else None
    if found is not None and (found.done or said is None):
        done, shown, said = found.done, found.shown, None
    else:
        done, shown = said is not None, said.evidence if said else ""
    return Item(
        criterion=criterion,
        stage=stage,
        done=done,
        shown=shown,
        confirmation=said,
        takes="" if done else _takes(criterion, incident, policy),
        titles={hat: policy.called(hat) for hat in criterion.confirmed_by},
    )
