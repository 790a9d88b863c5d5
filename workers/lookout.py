"""The clock's look at who is on call: what is to be read or synced again, and whose shift has begun."""

import json
import logging
from dataclasses import dataclass
from datetime import datetime

from bot.domain.effects import AnyEffect, CheckApprovals, ReadSchedule, SyncGroup, TellShift, TellUnanswered
from bot.domain.oncall.book import Arranged, Book
from bot.domain.oncall.check import is_known
from bot.domain.oncall.roster import RosterState, began_by_arrangement
from bot.domain.oncall.rota import on_call
from bot.domain.oncall.schedule import Schedule, Shift
from bot.ports import Outbox, Problems, Roster, Rounds, Waker

log = logging.getLogger("muster.clock")

APART = 1.0
"""Seconds between two looks: so late a shift is told at most, plus the work."""

AGAIN = 3600.0
"""Seconds after which user groups and approvals are looked at anew: somebody may have changed a group in Slack."""


@dataclass(slots=True)
class Lookout:
    book: Book
    roster: Roster
    rounds: Rounds
    problems: Problems
    outbox: Outbox
    waker: Waker
    manifests: str = ""
    """The hash of all that operators declare; empty: nobody asks whether approvals could pass."""
    looked: datetime | None = None

    def go_by(self, book: Book, manifests: str = "") -> None:
        """Look at the schedules of this book from now on."""
        self.book, self.manifests = book, manifests

    def look(self, now: datetime) -> None:
        """Line up what is due, unless the last look was a moment ago."""
        if self.looked is not None and 0 <= (now - self.looked).total_seconds() < APART:
            return
        self.looked = now
        _, state = self.roster.state()
        arranged = Arranged(overrides=tuple(state.overrides.values()), elsewhere=self.roster.elsewhere())
        self._tell_unanswered(state, now)
        self._check_approvals(now)
        for schedule in self.book.schedules.values():
            self._read(schedule, now)
            if is_known(schedule, arranged):
                shifts = on_call(schedule, now, arranged)
                self._tell(schedule, shifts, state, now)
                self._sync(schedule, shifts, now)

    def _check_approvals(self, now: datetime) -> None:
        """Have approvals looked at at the first start, when manifests have changed, and each hour: people leave."""
        if self.manifests and self.rounds.claim("approvals", self.manifests, AGAIN, now) is not None:
            self._line_up(CheckApprovals(), f"approvals:{now.timestamp():.3f}", now)

    def _read(self, schedule: Schedule, now: datetime) -> None:
        if schedule.elsewhere is None:
            return
        every = schedule.elsewhere.every
        if self.rounds.claim(f"read:{schedule.id}", "", every, now) is not None:
            self._line_up(ReadSchedule(schedule=schedule.id), f"read:{schedule.id}:{now.timestamp():.3f}", now)

    def _tell(self, schedule: Schedule, shifts: tuple[Shift, ...], state: RosterState, now: datetime) -> None:
        """Tell whoever has come on shift since the last look. At the very first, nobody has."""
        on = sorted([shift.person, shift.start.isoformat()] for shift in shifts)
        before = self.rounds.claim(f"on:{schedule.id}", json.dumps(on), None, now)
        if not before:
            return
        known = json.loads(before)
        for shift in shifts:
            is_new = [shift.person, shift.start.isoformat()] not in known
            if is_new and not began_by_arrangement(schedule.id, shift, state):
                begun = TellShift(schedule=schedule.id, person=shift.person, start=shift.start)
                self._line_up(begun, f"shift:{schedule.id}:{shift.person}:{shift.start.isoformat()}", now)

    def _tell_unanswered(self, state: RosterState, now: datetime) -> None:
        """Tell, once, who asked somebody to stand in and would find out too late that nobody does."""
        for override, asked in state.asked.items():
            if asked.told_at <= now and self.rounds.claim(f"asked:{override}", "told", None, now) is not None:
                self._line_up(TellUnanswered(override=override), f"asked:{override}", now)

    def _sync(self, schedule: Schedule, shifts: tuple[Shift, ...], now: datetime) -> None:
        """Sync when who is on shift has changed, and each hour; what Slack refused, each hour only."""
        if schedule.user_group is None:
            return
        people = ",".join(sorted({shift.person for shift in shifts}))
        refused = f"group:{schedule.id}" in self.problems.all()
        what = f"group:{schedule.id}"
        if self.rounds.claim(what, people, AGAIN, now, patient=refused) is not None:
            self._line_up(SyncGroup(schedule=schedule.id), f"{what}:{now.timestamp():.3f}", now)

    def _line_up(self, effect: AnyEffect, id_: str, now: datetime) -> None:
        self.waker.wake(self.outbox.put(effect, id=id_, at=now))
