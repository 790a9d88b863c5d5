"""Calling people: who is on call, whom a tier means, one page by one way, and the messages about it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from http.client import HTTPException
from typing import Any, Literal

from slack_sdk.errors import SlackApiError

from bot import notifiers
from bot.domain.effects import FindDeputy, LookUp, SendPage, SettlePage, ShowEscalation, ShowPage, Summon
from bot.domain.incident.commands import (
    RecordCalled,
    RecordNobodyOnCall,
    RecordPageDelayed,
    RecordPageFailed,
    RecordPageSent,
    StartEscalation,
    TryPage,
)
from bot.domain.incident.decide.escalations import is_wanted
from bot.domain.incident.escalations import Escalation, Page
from bot.domain.incident.state import Incident
from bot.domain.oncall.calling import Directory, Found, Manner, home_of, place
from bot.domain.oncall.notifier import Notifier
from bot.domain.oncall.reach import SLACK, Reachable
from bot.domain.runbook import Service
from bot.domain.workflow.policy import PagePolicy
from bot.notifiers import Means, Notice, Passing, Undeliverable
from bot.ports import Post
from bot.slack.errors import Refused, RetryLater, translate
from bot.slack.views.escalation import escalation as escalation_view
from bot.slack.views.page import page as page_view
from workers.crew import EDITS_APART, Done, Job

TRIES = 5
"""Tries of one way while what is behind it is out of reach; then it has failed."""

ALONG = "At the same time:"
"""How a page tells of others that it stands for."""

SHORT = 5
"""Seconds; for a pause that is longer, the next way is taken meanwhile."""


def summon(effect: Summon, job: Job) -> Done:
    """Have those called who are on call for what broke, as the severity asks for."""
    incident, crew = job.incident(), job.crew
    page, book = crew.engine.policy_of(incident).of(incident.severity).page, crew.house.book
    if page is None or not incident.is_open:
        return Done()
    told = _places(page, incident, job)
    service = crew.house.services.get(incident.service or "")
    team = book.teams.get(service.owner) if service else None
    if service is None or team is None:
        return _nobody(_unowned(service), told, job) if book.teams or told else Done()
    directory = _directory(job)
    policy = directory.policy_of(team, incident.severity)
    if policy is None:
        return _nobody(f"{team.title} has no escalation for {incident.severity.label} at this time.", told, job)
    order = StartEscalation(
        **job.facts("summon"),
        team=team.id,
        policy=policy,
        through=page.contacts,
        wakes=page.wakes,
        because=incident.summary or incident.title,
        assigned=directory.on_duty(policy),
        told=_once((*told, *home_of(team)), incident),
        again=effect.again,
    )
    return Done((order,))


def _unowned(service: Service | None) -> str:
    return f"Nobody in the on-call book answers for {service.title}." if service else "It names no service."


def _nobody(why: str, told: tuple[Reachable, ...], job: Job) -> Done:
    cure = "`/incident page` calls a team or a person."
    return Done((RecordNobodyOnCall(**job.facts("summon"), why=why, cure=cure, told=told),))


def _places(page: PagePolicy, incident: Incident, job: Job) -> tuple[Reachable, ...]:
    """Name the channels of the severity and of the service; a private incident is told nowhere."""
    if incident.private:
        return ()
    service = job.crew.house.services.get(incident.service or "")
    named = dict.fromkeys(page.channels, f"hears of each {incident.severity.label}")
    if service is not None:
        named |= dict.fromkeys(service.channels, f"hears of {service.title}")
    return _once((place(channel, because) for channel, because in named.items()), incident)


def _once(places: Iterable[Reachable], incident: Incident) -> tuple[Reachable, ...]:
    """Leave out what was told already, and what stands there twice: then the one with a mention stays."""
    known = {page.who for page in incident.pages.values() if page.kind == "channel"}
    wanted = {one.who: one for one in sorted(places, key=lambda one: bool(one.mention))}
    return tuple(one for name, one in wanted.items() if name not in known)


def look_up(effect: LookUp, job: Job) -> Done:
    """Find out whom a call means now."""
    incident = job.incident()
    escalation = incident.escalations[effect.escalation]
    if not escalation.standing.wants_answer:
        return Done()
    directory, manner = _directory(job), _manner(incident, escalation)
    if effect.person is None:
        found = directory.tier(escalation.policy, effect.tier, manner)
    else:
        found = directory.person(effect.person, f"named by <@{effect.by}>", replace(manner, through=()))
    return _found(found, escalation, effect.call, job)


def find_deputy(effect: FindDeputy, job: Job) -> Done:
    """Find who stands in for somebody whom no way reaches."""
    incident = job.incident()
    page = incident.pages[effect.page]
    escalation = incident.escalations.get(page.escalation)
    if escalation is None:
        return Done()
    called = [other.who for other in incident.called(escalation.id, page.call)]
    found = _directory(job).deputy(page.who, called, _manner(incident, escalation))
    return _found(found, escalation, page.call, job)


def _found(found: Found, escalation: Escalation, call: int, job: Job) -> Done:
    facts = job.facts("called")
    called = RecordCalled(**facts, escalation=escalation.id, call=call, called=found.reachable, missing=found.missing)
    return Done((called,))


def _directory(job: Job) -> Directory:
    house = job.crew.house
    return Directory(house.book, house.roster.arranged(), job.crew.clock.now())


def _manner(incident: Incident, escalation: Escalation) -> Manner:
    return Manner(incident.severity, escalation.through, escalation.wakes)


def send_page(effect: SendPage, job: Job) -> Done:
    """Tell one person or place by one way, unless somebody has answered: that is asked last, in the record itself."""
    incident = job.incident()
    page = incident.pages[effect.page]
    if not is_wanted(page, incident) or page.ways[effect.way].is_over:
        return Done()
    sending = Sending(job, incident, page, effect.way)
    bundled = sending.in_turn() if page.kind == "person" else ()
    if not sending.may_go(again=job.again):
        return Done()
    along = [other for other in bundled if other.may_go(again=True)]
    try:
        detail = sending.send(along)
    except Undeliverable as never:
        return Done(tuple(one.failed(never.why, never.cure) for one in (sending, *along)))
    except Passing as trouble:
        return _later(trouble, (sending, *along), job)
    told = f"{detail}, one for {len(along) + 1} pages" if along else detail
    return Done(tuple(one.sent(told) for one in (sending, *along)))


def _later(trouble: Passing, pages: tuple["Sending", ...], job: Job) -> Done:
    """Try again; the next way is taken meanwhile, as this may take long. After some tries this way has failed."""
    pause = trouble.seconds
    if pause is None and job.waiting.tries >= TRIES:
        why = f"{trouble.why}; tried {job.waiting.tries} times."
        return Done(tuple(one.failed(why, "") for one in pages))
    if job.waiting.tries == 1 or (pause or 0) > SHORT:
        for one in pages:
            job.crew.engine.submit(one.delayed(trouble.why, pause or 0))
    raise RetryLater(pause, trouble.why)


@dataclass(frozen=True, slots=True)
class Sending:
    """One page on its way out."""

    job: Job
    incident: Incident
    page: Page
    way: int

    @property
    def ref(self) -> str:
        return f"{self.incident.id}/{self.page.id}/{self.way}"

    def in_turn(self) -> tuple["Sending", ...]:
        """Wait for this destination's turn; whoever has it takes along all that waits for the same one.

        Raises RetryLater.
        """
        crew = self.job.crew
        way, now = self.page.ways[self.way], crew.clock.now()
        notifier = crew.house.book.notifiers.get(way.by)
        if notifier is None:
            return ()
        destination = f"{way.by}:{self.page.who}:{way.contact}"
        wait = crew.limits.take(destination, notifier.most, notifier.within, now)
        if wait > 0:
            crew.limits.hold(destination, self.ref, now)
            raise RetryLater(wait, f"{notifier.most} pages to one destination already", is_try=False)
        held = crew.limits.take_held(destination, self.ref)
        return tuple(self._of(ref) for ref in held if ref != self.ref)

    def _of(self, ref: str) -> "Sending":
        incident, page, way = ref.split("/")
        stored = self.job.crew.engine.incident(incident)
        return Sending(self.job, stored, stored.pages[page], int(way))

    def may_go(self, *, again: bool) -> bool:
        """Ask the record, in the same step as an answer would be written to it."""
        tries = self.job.waiting.tries
        order = TryPage(**self._facts(f"tried:{tries}"), page=self.page.id, way=self.way, again=again)
        receipt = self.job.crew.engine.submit(order)
        return bool(receipt.events or receipt.repeated)

    def send(self, along: Sequence["Sending"]) -> str:
        """Send it; return what to say of it. Raises Passing, Undeliverable."""
        slack = _Slack(self.job, self.incident, self.page)
        if self.page.kind != "person":
            slack.post()
            return ""
        notifier, to = self._contact()
        return notifiers.send(notifier, to, self._notice(along), self._means(slack)).detail

    def settle(self, how: Literal["acknowledged", "resolved"]) -> None:
        """Tell a system with a state of its own. Raises Passing, Undeliverable."""
        notifier, to = self._contact()
        means = self._means(_Slack(self.job, self.incident, self.page))
        notifiers.settle(notifier, to, self._notice(()), how, means)

    def _means(self, slack: "_Slack") -> Means:
        return Means(secrets=self.job.crew.secrets, slack=slack, now=self.job.crew.clock.now())

    def sent(self, detail: str) -> RecordPageSent:
        due = self.page.at + timedelta(seconds=self.page.ways[self.way].after)
        late = (self.job.crew.clock.now() - min(due, self.job.since + timedelta(seconds=self._delay))).total_seconds()
        return RecordPageSent(
            **self._facts("sent"), page=self.page.id, way=self.way, detail=detail, late=max(0.0, late)
        )

    @property
    def _delay(self) -> float:
        effect = self.job.waiting.effect
        return effect.delay if isinstance(effect, SendPage) else 0.0

    def failed(self, why: str, cure: str) -> RecordPageFailed:
        return RecordPageFailed(**self._facts("failed"), page=self.page.id, way=self.way, why=why, cure=cure)

    def delayed(self, why: str, seconds: float) -> RecordPageDelayed:
        facts = self._facts(f"delayed:{self.job.waiting.tries}")
        return RecordPageDelayed(**facts, page=self.page.id, way=self.way, why=why, seconds=seconds)

    def _facts(self, outcome: str) -> dict[str, Any]:
        """The effect is the cause, also of what becomes of pages that go along with it."""
        return self.job.facts(f"{outcome}:{self.ref}") | {"incident": self.incident.id}

    def _contact(self) -> tuple[Notifier, str]:
        """Find the notifier and the address of this way, as the book has them now. Raises Undeliverable."""
        way, book = self.page.ways[self.way], self.job.crew.house.book
        notifier = book.notifiers.get(way.by)
        if notifier is None:
            raise Undeliverable(f"There is no notifier “{way.by}” any more.", "Declare it under manifests/oncall/.")
        if way.by == SLACK:
            return notifier, self.page.who
        person = book.by_slack.get(self.page.who)
        contacts = [contact for contact in (person.contacts if person else ()) if contact.by == way.by]
        if person is None or not contacts:
            raise Undeliverable(f"There is no contact by {way.by} any more.", "Declare it under manifests/oncall/.")
        same = person.contacts[way.contact] if way.contact < len(person.contacts) else contacts[0]
        return notifier, (same if same in contacts else contacts[0]).to

    def _notice(self, along: Sequence["Sending"]) -> Notice:
        incident, page, crew = self.incident, self.page, self.job.crew
        escalation = incident.escalations.get(page.escalation)
        where = f", in #{incident.channel_name}" if incident.channel_name else ""
        because = escalation.because if escalation and escalation.because != incident.title else ""
        link = crew.link.replace("{channel}", incident.channel) if incident.channel else ""
        lines = [
            _headline(incident),
            because,
            f"Why you: {page.because}.",
            f"Acknowledge: /incident ack{where}; in a terminal: muster incident --in {incident.number} ack",
            *(f"{ALONG} {_headline(other.incident)}" for other in along),
            link,
        ]
        return Notice(
            key=self.ref,
            incident=incident.id,
            severity=incident.severity,
            title=incident.title,
            service=incident.service or "",
            headline=_headline(incident) + (f" and {len(along)} more" if along else ""),
            text="\n".join(line for line in lines if line),
            link=link,
            person=crew.names(page.who),
            at=page.at,
            bundled=len(along) + 1,
        )


def _headline(incident: Incident) -> str:
    return f"{incident.severity.label} {incident.id} {incident.title}"


def settle_page(effect: SettlePage, job: Job) -> Done:
    """Tell a system with a state of its own what became of a page. It is no page: if it can't be told, so be it."""
    incident = job.incident()
    try:
        Sending(job, incident, incident.pages[effect.page], effect.way).settle(effect.how)
    except Passing as trouble:
        if job.waiting.tries < TRIES:
            raise RetryLater(trouble.seconds, trouble.why) from trouble
    except Undeliverable as never:
        raise Refused(never.why, never.cure) from never
    return Done()


@dataclass(frozen=True, slots=True)
class _Slack:
    """The way out by Slack, for one page: a direct message, or a post, found again and edited when it is answered."""

    job: Job
    incident: Incident
    page: Page

    def tell(self, to: str, notice: Notice) -> None:
        """Send the direct message. Raises Passing, Undeliverable."""
        with translated():
            channel = self.job.crew.desk.call("conversations.open", users=to)["channel"]["id"]
            self._say(channel, [line for line in notice.text.splitlines() if line.startswith(ALONG)])

    def post(self) -> None:
        """Post in a channel: the one that is told, or the incident's own for a user group."""
        desk = self.job.crew.desk
        with translated():
            if self.page.kind == "channel":
                self._say(desk.channel_id(self.page.who))
            else:
                self._say(self.job.channel_of(self.incident))

    def _say(self, channel: str, along: Sequence[str] = ()) -> None:
        desk, job = self.job.crew.desk, self.job
        message = page_view(self.incident, self.page, job.crew.names, along)
        desk.say(self.incident.id, f"page:{self.page.id}", channel, message, again=job.again, since=job.since)


@contextmanager
def translated() -> Iterator[None]:
    """Say Slack's failures in the notifiers' words."""
    try:
        yield
    except RetryLater as later:
        raise Passing(str(later), later.seconds) from later
    except Refused as refused:
        raise Undeliverable(refused.why, refused.cure) from refused
    except (SlackApiError, OSError, HTTPException) as error:
        meaning = translate(error)
        if isinstance(meaning, RetryLater):
            raise Passing(str(meaning), meaning.seconds) from error
        if isinstance(meaning, Refused):
            raise Undeliverable(meaning.why, meaning.cure) from error
        raise


def show_page(effect: ShowPage, job: Job) -> Done:
    """Edit what whoever was called sees, once it is answered; what was never posted is not posted for that."""
    incident, crew = job.incident(), job.crew
    page, name = incident.pages[effect.page], f"page:{effect.page}"
    if (post := crew.desk.find(incident.id, name) or _unheard_of(page, job)) is not None:
        message = page_view(incident, page, crew.names)
        crew.desk.show(incident.id, name, post.channel, message, again=job.again, since=job.since)
    return Done(rest=EDITS_APART)


def _unheard_of(page: Page, job: Job) -> Post | None:
    """Find the direct message over which a worker died: it stands there with its buttons, and nobody remembers it."""
    if page.kind != "person" or not any(way.by == SLACK and way.state == "tried" for way in page.ways):
        return None
    desk = job.crew.desk
    channel = desk.call("conversations.open", users=page.who)["channel"]["id"]
    return desk.recover(job.waiting.effect.incident, f"page:{page.id}", channel, page.at)


def show_escalation(effect: ShowEscalation, job: Job) -> Done:
    incident, crew = job.incident(), job.crew
    message = escalation_view(incident, incident.escalations[effect.escalation], crew.names)
    name, channel = f"escalation:{effect.escalation}", job.channel_of(incident)
    crew.desk.show(incident.id, name, channel, message, again=job.again, since=job.since)
    return Done(rest=EDITS_APART)
