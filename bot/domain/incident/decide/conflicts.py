"""What does not go together: refused where the workflow enforces it, else allowed, recorded and said in private."""

from collections.abc import Iterable, Iterator, Sequence

from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident.commands import AdoptPolicy, Command
from bot.domain.incident.decide.moves import following
from bot.domain.incident.events import (
    AnyEvent,
    ConflictMet,
    HatGiven,
    HatHandedOver,
    HatTaken,
    MitigationProposed,
    RollbackStarted,
)
from bot.domain.incident.mitigations import Mitigation, Progress
from bot.domain.incident.rejections import HandsOff, HatsConflict
from bot.domain.incident.state import Incident
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.wearing import Conflict, Deed, Firmness


def met(command: Command, events: Sequence[AnyEvent], incident: Incident, policy: Policy) -> list[AnyEvent]:
    """List what the workflow warns of in these events. Raises Rejected for what it enforces, of what people do.

    What Muster gives by itself is never refused: an order, a vote or a tick would fail for what nobody asked for.
    """
    found = list[AnyEvent]()
    if not policy.conflicts or not any(isinstance(event, MINDED) for event in events):
        return found
    for event in events:
        incident = following(incident, [event])
        found += _on(event, command, incident, policy)
    return found


MINDED = (HatTaken, HatHandedOver, HatGiven, MitigationProposed, RollbackStarted)
"""Events by which somebody may come to wear, or to do, what does not go together."""


def _on(event: AnyEvent, command: Command, after: Incident, policy: Policy) -> Iterator[ConflictMet]:
    match event:
        case HatTaken() | HatHandedOver():
            yield from _of_hats(event.by, event.hat, command, after, policy)
        case HatGiven():
            yield from _of_hats(event.to, event.hat, command, after, policy, may_refuse=event.by != SYSTEM)
        case MitigationProposed() if after.mitigations[event.mitigation].progress is Progress.APPROVED:
            yield from _of_hands(event.by, command, after, policy)
        case RollbackStarted() if event.by != SYSTEM and not _was_decided(event, after):
            yield from _of_hands(event.by, command, after, policy)
        case _:
            pass


def _was_decided(event: RollbackStarted, after: Incident) -> bool:
    """Say whether a gate has just let it begin: voting, and breaking the glass, are decisions."""
    return any(
        gate.closed_at == event.at and gate.subject.parameters.get("mitigation") == event.mitigation
        for gate in after.gates.values()
        if gate.subject.purpose == "rollback"
    )


def _of_hats(
    person: str, hat: Hat, command: Command, after: Incident, policy: Policy, *, may_refuse: bool = True
) -> Iterator[ConflictMet]:
    for conflict in policy.conflicts:
        other = conflict.other(hat)
        if other is None or person not in after.wearers(other):
            continue
        if conflict.firmness is Firmness.ENFORCED and may_refuse:
            raise HatsConflict(person, (hat, other), policy, conflict.because)
        yield _warning(person, (other, hat), command, conflict)


def _of_hands(person: str, command: Command, after: Incident, policy: Policy) -> Iterator[ConflictMet]:
    """Whoever decides does not press what runs the fix."""
    for conflict in policy.conflicts:
        if conflict.deed is not Deed.RUNNING_THE_FIX or person not in after.wearers(conflict.pair[0]):
            continue
        if conflict.firmness is Firmness.ENFORCED:
            raise HandsOff(conflict.pair[0], policy, conflict.because)
        yield _warning(person, (conflict.pair[0],), command, conflict, conflict.deed)


def _warning(
    person: str, hats: tuple[Hat, ...], command: Command, conflict: Conflict, deed: Deed | None = None
) -> ConflictMet:
    return ConflictMet(by=SYSTEM, at=command.at, person=person, hats=hats, deed=deed, because=conflict.because)


def there_already(command: AdoptPolicy, incident: Incident, policy: Policy) -> list[ConflictMet]:
    """List what people wear that does not go together in a policy that is adopted, and did in the one before."""
    return [
        _warning(person, conflict.pair, command, conflict)
        for conflict in command.to.conflicts
        if conflict not in policy.conflicts
        for person in incident.wearers(conflict.pair[0])
        if person in incident.wearers(conflict.pair[1])
    ]


Own = tuple[Hat, Conflict, Mitigation | None]
"""For which hat somebody does not speak, by which conflict, and what they ran, if that is why."""


def own_work(person: str, hat: Hat, criterion: str, incident: Incident, policy: Policy) -> Own | None:
    """Find what keeps somebody from speaking for a hat: an enforced conflict of whose other hat they are.

    They wear that, or spoke for it; or it is the mitigator's, and what ran last is their work, whatever they wear now.
    """
    for conflict, other in _enforced(hat, policy):
        if _has_spoken(person, other, criterion, incident):
            return hat, conflict, None
        if other is Hat.MITIGATOR and (ran := incident.latest_run) is not None and ran.is_work_of(person):
            return hat, conflict, ran
    return None


def _enforced(hat: Hat, policy: Policy) -> Iterable[tuple[Conflict, Hat]]:
    for conflict in policy.conflicts:
        if conflict.firmness is Firmness.ENFORCED and conflict.deed is None and (other := conflict.other(hat)):
            yield conflict, other


def _has_spoken(person: str, hat: Hat, criterion: str, incident: Incident) -> bool:
    said = (one for name, one in incident.confirmed.items() if name != criterion and one.by == person)
    return person in incident.wearers(hat) or any(one.hat is hat for one in said)
