"""The auditor: each minute one process looks whether Muster does what it should, tells who can cure it, and beats."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from secrets import token_hex
from threading import Event

from redis.exceptions import RedisError

from bot import notifiers
from bot.audit import findings
from bot.audit.clocks import SILENCE
from bot.audit.finding import Finding
from bot.audit.outbreak import UNSEEN, Outbreak, step, wants_contact
from bot.domain.effects import ShowAudit
from bot.domain.oncall.notifier import Notifier
from bot.domain.severity import Severity
from bot.notifiers import Means, Notice, Passing, Undeliverable
from bot.notifiers.call import Call, post
from bot.notifiers.redaction import redacted
from bot.ports import Clock
from bot.store.audit import Book, RedisAudits, suspects
from bot.store.outbox import RedisOutbox
from bot.store.waker import RqWaker
from bot.wiring import Wired

log = logging.getLogger("muster.audit")

PACE = timedelta(minutes=1)

LOOKS = 1.0
"""Seconds between two looks whose turn it is."""

STAND_IN = 3
"""Rounds that must have been missed before a process that is no clock does one."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Who is told when Slack can't be."""

    notifier: Notifier | None
    """None: it is not declared, or it is Slack."""
    name: str
    to: str


@dataclass(slots=True)
class Auditor:
    """One process's part in the audit. Any number may run: they take turns."""

    audits: RedisAudits
    outbox: RedisOutbox
    waker: RqWaker
    clock: Clock
    expected: tuple[str, ...]
    pace: timedelta
    url: str
    """Where heartbeats go; empty: nowhere."""
    every: timedelta
    """Between two heartbeats."""
    contact: Contact | None
    secrets: Mapping[str, str]
    patience: timedelta = timedelta()
    """How long nobody else must have done a round: a worker stands in where no clock is left."""
    _cut_off: Outbreak | None = field(default=None, init=False)

    def run(self, stopped: Event) -> None:
        """Go rounds until told to stop. The others get the time to start: what is a moment late then is no news."""
        stopped.wait(min(SILENCE, self.pace).total_seconds())
        while not stopped.wait(min(LOOKS, self.pace.total_seconds() / 2)):
            try:
                self.look()
            except Exception as error:
                log.exception("round failed; no heartbeat goes out", exc_info=error)

    def go_by(self, contact: Contact | None) -> None:
        """Tell this contact from now on."""
        self.contact = contact

    def look(self) -> bool:
        """Do a round if it is time and nobody else does; says whether it was done."""
        try:
            done = self._round()
        except RedisError as error:
            log.warning("the store is out of reach: %s", error)
            self._tell_cut_off(error)
            return False
        self._tell_back()
        return done

    def _round(self) -> bool:
        token = token_hex(8)
        if not self.audits.take_turn(token, max(self.pace, self.patience)):
            return False
        before = self.audits.book()
        facts, after = self.audits.look(before, self.expected)
        found = (*findings(facts), *self._unreachable_contact())
        outbreaks = step(before.outbreak, found, facts.now)
        _note(before.outbreak, found)
        outbreaks = tuple(self._contacted(outbreak, facts.now) for outbreak in outbreaks)
        book = replace(after, suspects=suspects(found), outbreak=outbreaks[-1] if outbreaks else before.outbreak)
        book = self._beaten(book, found, facts.now)
        if self.audits.end_turn(token, book, was=_replaced(before.outbreak, book.outbreak, outbreaks)):
            self._show(outbreaks, facts.now)
        return True

    def _show(self, outbreaks: Sequence[Outbreak], now: datetime) -> None:
        """Have what changed shown in Slack; also what should have been, and was not."""
        id_, edition = self.audits.shown()
        for outbreak in reversed(outbreaks):  # what is news comes first
            if (outbreak.id, outbreak.edition) != (id_, edition):
                effect = ShowAudit(outbreak=outbreak.id)
                self.outbox.put(effect, id=f"audit:{outbreak.id}:{outbreak.edition}", at=now)
                self.waker.remind((effect.lane,))  # where no clock lives, nobody else wakes a lane that rests

    # The contact: a way that is not limited by what it reports

    def _unreachable_contact(self) -> tuple[Finding, ...]:
        if self.contact is None or self.contact.notifier is not None:
            return ()
        name = self.contact.name
        why = "Slack, which may be what is down" if name == "slack" else f"no notifier “{name}” is declared"
        return (
            Finding(
                key="contact",
                what=f"AUDIT_CONTACT tells nobody: {why}.",
                cure="Name a notifier of manifests/oncall/ that is not Slack, and an address: email:ops@example.org.",
            ),
        )

    def _contacted(self, outbreak: Outbreak, now: datetime) -> Outbreak:
        """Tell the contact of what Slack can't hear of, and of its end."""
        is_shown = self.audits.shown()[0] == outbreak.id
        if wants_contact(outbreak, now, is_shown=is_shown):
            return outbreak.model_copy(update={"contacted": self._tell(outbreak, now)})
        if outbreak.contacted and outbreak.ended == now:
            self._tell_end(outbreak, now)
        return outbreak

    def _tell(self, outbreak: Outbreak, now: datetime) -> bool:
        """Tell the contact; a failure is logged, and tried again in the next round."""
        if self.contact is None or self.contact.notifier is None:
            return False
        try:
            notifiers.send(self.contact.notifier, self.contact.to, notice(outbreak), self._means(now))
        except (Passing, Undeliverable) as trouble:
            log.error("contact not told outbreak=%s why=%s", outbreak.id, trouble.why)  # noqa: TRY400 - it says it all
            return False
        log.warning("contact told outbreak=%s", outbreak.id)
        return True

    def _tell_end(self, outbreak: Outbreak, now: datetime) -> None:
        assert self.contact is not None
        if self.contact.notifier is None:
            return
        try:
            settled = notifiers.settle(
                self.contact.notifier, self.contact.to, notice(outbreak, key=""), "resolved", self._means(now)
            )
        except (Passing, Undeliverable) as trouble:
            log.error("contact not settled outbreak=%s why=%s", outbreak.id, trouble.why)  # noqa: TRY400
            return
        if settled is None and not outbreak.is_worse:
            self._tell(outbreak, now)

    def _means(self, now: datetime) -> Means:
        return Means(secrets=self.secrets, slack=_NoSlack(), now=now)

    # Redis itself

    def _tell_cut_off(self, error: RedisError) -> None:
        """Tell the contact once that Redis is away: nothing can be kept of it, so each process tells for itself."""
        now = self.clock.now()
        if self._cut_off is None:
            said = " ".join(str(error).split()).rstrip(".") or type(error).__name__
            what = f"The record is out of reach: {said}."
            cure = "Start Redis, or look at REDIS_URL: `muster doctor`. Until it is back nothing goes on."
            finding = Finding(key="record:away", what=what, cure=cure, severe=True, mutes=True)
            self._cut_off = Outbreak(id=f"{now:%Y%m%dT%H%M%S.%f}", since=now, findings=(finding,), was=(finding,))
        elif not self._cut_off.contacted and now - self._cut_off.since >= UNSEEN:
            self._cut_off = self._cut_off.model_copy(update={"contacted": self._tell(self._cut_off, now)})

    def _tell_back(self) -> None:
        outbreak, self._cut_off = self._cut_off, None
        if outbreak is not None and outbreak.contacted:
            now = self.clock.now()
            self._tell_end(outbreak.model_copy(update={"findings": (), "well_since": now, "ended": now}), now)

    # The heartbeat

    def _beaten(self, book: Book, found: Sequence[Finding], now: datetime) -> Book:
        """Send a heartbeat if it is time and nothing severe was found."""
        if not self.url or any(finding.severe for finding in found):
            return book
        if book.beaten is not None and timedelta() <= now - book.beaten < self.every * 0.9:
            return book
        try:
            with redacted([self.url]):
                post(Call("Whoever waits for it", self.url, b"", {}, keys=("HEARTBEAT_URL",)))
        except (Passing, Undeliverable) as trouble:
            log.warning("heartbeat did not get through: %s", trouble.why)
            return replace(book, heartbeat_fails=trouble.why)
        return replace(book, beaten=now, heartbeat_fails="")


def auditor(wired: Wired, *, stands_in: bool = False) -> Auditor:
    """Build this process's auditor, as the settings say. `stands_in`: it only goes rounds where no clock does."""
    settings = wired.settings
    every = timedelta(seconds=settings.heartbeat_every)
    pace = min(PACE, every)
    made = Auditor(
        audits=wired.audits,
        outbox=wired.outbox,
        waker=wired.waker,
        clock=wired.clock,
        expected=settings.processes,
        pace=pace,
        url=settings.heartbeat_url,
        every=every,
        contact=None,
        secrets=settings.environment,
        patience=pace * STAND_IN if stands_in else timedelta(),
    )
    wired.house.in_force.hear(lambda read: made.go_by(_contact(settings.audit_contact, read.book.notifiers)))
    return made


def _contact(declared: str, known: Mapping[str, Notifier]) -> Contact | None:
    if not declared:
        return None
    name, _, to = declared.partition(":")
    return Contact(known.get(name) if name != "slack" else None, name, to.strip())


def notice(outbreak: Outbreak, *, key: str | None = None) -> Notice:
    """Put an outbreak into words for whatever carries them. Its end is another notice, unless `key` says which."""
    wrong = outbreak.findings
    headline = f"Muster: {wrong[0].what}" if wrong else f"Muster: all is well again. It was: {outbreak.was[0].what}"
    ending = key if key is not None else "" if wrong else "/well"
    more = f" And {len(wrong) - 1} more." if len(wrong) > 1 else ""
    lines = [f"{finding.what}\n→ {finding.cure}" for finding in wrong or outbreak.was]
    return Notice(
        key=f"audit/{outbreak.id}{ending}",
        incident=f"audit {outbreak.id}",
        severity=Severity.P1 if outbreak.is_severe else Severity.P3,
        title=headline,
        headline=headline + more,
        text="\n\n".join([*([] if wrong else ["All is well again. It was:"]), *lines]),
        at=(outbreak.since if wrong else outbreak.well_since) or outbreak.since,
    )


def _replaced(before: Outbreak | None, now: Outbreak | None, outbreaks: Sequence[Outbreak]) -> tuple[Outbreak, ...]:
    """Name the outbreak that is no longer the one in force, as it ended."""
    if before is None or now is None or before.id == now.id:
        return ()
    return (next((one for one in outbreaks if one.id == before.id), before),)


def _note(before: Outbreak | None, found: Sequence[Finding]) -> None:
    """Log what came and went; the log is a way that is always there."""
    known = {finding.key: finding for finding in before.findings} if before else {}
    for finding in found:
        if finding.key not in known:
            log.warning("found key=%s what=%s cure=%s", finding.key, finding.what, finding.cure)
    for key in known.keys() - {finding.key for finding in found}:
        log.warning("over key=%s", key)


class _NoSlack:
    """The contact never is Slack."""

    def tell(self, to: str, notice: Notice) -> None:  # noqa: ARG002 - the seam's words
        raise Undeliverable("Slack is no contact of the audit.", "Name another notifier in AUDIT_CONTACT.")
