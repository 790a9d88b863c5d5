"""Whom a call means at an instant: who is on shift, a team's members, deputies; and by which ways each is reached."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from bot.domain.oncall.book import Arranged, Book
from bot.domain.oncall.escalation import EscalationPolicy, Target
from bot.domain.oncall.hours import covers
from bot.domain.oncall.people import Person, Team
from bot.domain.oncall.reach import SLACK, Reachable, Way
from bot.domain.oncall.rota import on_call
from bot.domain.severity import Severity


@dataclass(frozen=True, slots=True)
class Manner:
    """How an incident is called about."""

    severity: Severity
    through: tuple[str, ...] = ()
    """Only these notifiers; empty: all."""
    wakes: bool = True
    """Quiet hours don't hold it."""


@dataclass(frozen=True, slots=True)
class Found:
    reachable: tuple[Reachable, ...]
    missing: tuple[str, ...] = ()
    """Who was meant and can't be called, each as a sentence with its reason."""


@dataclass(frozen=True, slots=True)
class Directory:
    """The on-call book at one instant."""

    book: Book
    arranged: Arranged
    at: datetime

    def policy_of(self, team: Team, severity: Severity) -> EscalationPolicy | None:
        """Return the policy that holds for a team now: the first choice that fits."""
        for choice in team.escalations:
            fits = not choice.severities or severity.value in choice.severities
            if fits and (not choice.hours or covers(choice.hours, choice.zone, self.at)):
                return self.book.escalations[choice.use]
        return None

    def on_duty(self, policy: EscalationPolicy) -> tuple[str, ...]:
        """Return the Slack ids of whoever the first tier calls by name or shift: they answer for it."""
        people = (self._people_of(target) for target in policy.tiers[0].notify if target.kind in {"schedule", "person"})
        return tuple(dict.fromkeys(person.slack for found in people for person, _ in found))

    def tier(self, policy: EscalationPolicy, tier: int, manner: Manner) -> Found:
        """Find whom a tier calls now."""
        is_quiet = manner.severity.value not in policy.loud and covers(policy.quiet, policy.zone, self.at)
        reachable, missing = dict[str, Reachable](), list[str]()
        for target in policy.tiers[tier].notify:
            if is_quiet and target.kind != "schedule":
                missing.append(f"{_called(target)} is left in peace: {policy.title} has quiet hours.")
                continue
            found = self._target(target, manner)
            for one in found.reachable:
                reachable.setdefault(one.who, one)
            missing += found.missing
        return Found(tuple(reachable.values()), tuple(missing))

    def person(self, slack: str, because: str, manner: Manner) -> Found:
        """Find how to reach one person. Whom the book doesn't know is reached by a direct message."""
        known = self.book.by_slack.get(slack)
        if known is None:
            return Found((Reachable(who=slack, because=because, ways=(Way(by=SLACK),)),))
        return self._reach(known, because, manner)

    def deputy(self, slack: str, but: Sequence[str], manner: Manner) -> Found:
        """Find who stands in for a person: the first deputy, or deputy of a deputy, who isn't among `but`."""
        known = self.book.by_slack.get(slack)
        if known is None:
            return Found((), (f"<@{slack}> can't be reached, and has no deputy.",))
        missing = list[str]()
        for deputy in self._deputies(known, {known.id}):
            if deputy.slack in but:
                continue
            found = self._reach(deputy, f"deputy of <@{slack}>, who can't be reached", manner, deputies=False)
            if found.reachable:
                return Found(found.reachable, tuple(missing))
            missing += found.missing
        return Found((), (*missing, f"<@{slack}> can't be reached, and nobody stands in."))

    def _deputies(self, person: Person, seen: set[str]) -> Iterator[Person]:
        """Go through deputies, then through theirs; `seen` keeps it finite, whatever was declared."""
        near = [self.book.people[name] for name in person.deputies if name in self.book.people and name not in seen]
        yield from near
        seen |= {deputy.id for deputy in near}
        for deputy in near:
            yield from self._deputies(deputy, seen)

    def _target(self, target: Target, manner: Manner) -> Found:
        match target.kind:
            case "channel":
                return Found((place(target.name, "named in the policy"),))
            case "group":
                return Found((_group(target.name),))
            case "person" | "team" | "schedule":
                return self._everybody(target, manner)
            case _:
                assert_never(target.kind)

    def _everybody(self, target: Target, manner: Manner) -> Found:
        people = self._people_of(target)
        if not people:
            return Found((), (self._nobody(target),))
        found = [self._reach(person, because, manner) for person, because in people]
        return Found(
            tuple(one for each in found for one in each.reachable), tuple(why for each in found for why in each.missing)
        )

    def _people_of(self, target: Target) -> list[tuple[Person, str]]:
        """Return the people behind a target, each with the reason why they are asked."""
        book = self.book
        match target.kind:
            case "person":
                named = book.people.get(target.name)
                return [(named, "named in the policy")] if named else []
            case "team":
                team = book.teams.get(target.name)
                members = [book.people[name] for name in team.members if name in book.people] if team else []
                return [(member, f"in {team.title}") for member in members] if team else []
            case "schedule":
                schedule = book.schedules.get(target.name)
                if schedule is None:
                    return []
                shifts = on_call(schedule, self.at, self.arranged)
                because = f"on call for {schedule.title}"
                return [(book.people[shift.person], because) for shift in shifts if shift.person in book.people]
            case _:
                return []

    def _nobody(self, target: Target) -> str:
        book = self.book
        match target.kind:
            case "schedule" if target.name in book.schedules:
                return f"Nobody is on shift in {book.schedules[target.name].title}."
            case "team" if target.name in book.teams:
                return f"{book.teams[target.name].title} has no members any more."
            case _:
                return f"{_called(target)} is no longer in the on-call book."

    def _reach(self, person: Person, because: str, manner: Manner, *, deputies: bool = True) -> Found:
        ways = self._ways(person, manner)
        if ways:
            return Found((Reachable(who=person.slack, because=because, ways=ways),))
        why = f"<@{person.slack}> has no contact that may be used now."
        if not deputies:
            return Found((), (why,))
        found = self.deputy(person.slack, (person.slack,), manner)
        return Found(found.reachable, (why, *found.missing))

    def _ways(self, person: Person, manner: Manner) -> tuple[Way, ...]:
        """List the contacts that may be used now, in their order. The first one goes at once."""
        in_peace = not manner.wakes and covers(person.quiet, person.zone, self.at)
        used = [
            (number, contact)
            for number, contact in enumerate(person.contacts)
            if contact.by in self.book.notifiers
            and (not manner.through or contact.by in manner.through)
            and not (in_peace and self.book.notifiers[contact.by].wakes)
        ]
        first = min((contact.after for _, contact in used), default=0)
        return tuple(Way(by=contact.by, contact=number, after=contact.after - first) for number, contact in used)


def place(channel: str, because: str, mention: str = "") -> Reachable:
    """Name a channel as somebody to tell."""
    return Reachable(kind="channel", who=channel, because=because, ways=(Way(by=SLACK),), mention=mention)


def home_of(team: Team) -> tuple[Reachable, ...]:
    """Name the team's own channel, with its user group mentioned there; nothing where it has none."""
    return (place(team.channel, f"{team.title} is paged", team.user_group or ""),) if team.channel else ()


def _group(group: str) -> Reachable:
    because = "named in the policy"
    return Reachable(kind="group", who=group, because=because, ways=(Way(by=SLACK),), mention=group)


def _called(target: Target) -> str:
    return f"The {target.kind} {target.name}"
