"""Calling people: who is on call, whom a tier means, one page by one way, and the messages about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPException

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
from bot.domain.oncall.calling import Directory, Found, Manner, place
from bot.domain.oncall.notifier import Notifier
from bot.domain.oncall.reach import SLACK, Reachable
from bot.domain.policy import PagePolicy
from bot.domain.runbook import Service
from bot.notifiers import Means, Notice, Passing, Undeliverable
from bot.slack.errors import Refused, RetryLater, translate
from bot.slack.views.escalation import escalation as escalation_view
from bot.slack.views.page import page as page_view
from workers.crew import Done, Job
from workers.effects.messages import EDITS_APART

TRIES = 5
"""Tries of one way while what is behind it is out of reach; then it has failed."""

SHORT = 5
"""Seconds; for a pause that is longer, the next way is taken meanwhile."""


def summon(_: Summon, job: Job) -> Done:
    """Have those called who are on call for what broke, as the severity asks for."""
    incident, crew = job.incident(), job.crew
    page, book = crew.engine.policy.of(incident.severity).page, crew.house.book
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
        told=told,
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
    known = {page.who for page in incident.pages.values() if page.kind == "channel"}
    return tuple(place(channel, because) for channel, because in named.items() if channel not in known)


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
    incident, crew = job.incident(), job.crew
    page = incident.pages[effect.page]
    if not is_wanted(page, incident):
        return Done()
    where = {"page": page.id, "way": effect.way}
    tried = f"tried:{job.waiting.id}:{job.waiting.tries}"
    facts = job.facts("tried") | {"cause": tried}
    receipt = crew.engine.submit(TryPage(**facts, **where, again=job.again))
    if not (receipt.events or receipt.repeated):
        return Done()
    due = page.at.timestamp() + (effect.delay or 0)
    try:
        detail = _send(page, effect.way, incident, job)
    except Undeliverable as never:
        return Done((RecordPageFailed(**job.facts("failed"), **where, why=never.why, cure=never.cure),))
    except Passing as trouble:
        return _later(trouble, where, job)
    late = max(0.0, crew.clock.now().timestamp() - max(due, job.since.timestamp() + effect.delay))
    return Done((RecordPageSent(**job.facts("sent"), **where, detail=detail, late=late),))


def _later(trouble: Passing, where: dict[str, object], job: Job) -> Done:
    """Try again; the next way is taken meanwhile, if it may take long. After some tries this way has failed."""
    pause = trouble.seconds
    if pause is None and job.waiting.tries >= TRIES:
        why = f"{trouble.why}; tried {job.waiting.tries} times."
        return Done((RecordPageFailed(**job.facts("failed"), **where, why=why),))
    if job.waiting.tries == 1 or (pause or 0) > SHORT:
        facts = job.facts("delayed") | {"cause": f"delayed:{job.waiting.id}:{job.waiting.tries}"}
        job.crew.engine.submit(RecordPageDelayed(**facts, **where, why=trouble.why, seconds=pause or 0))
    raise RetryLater(pause, trouble.why, is_try=pause is None)


def _send(page: Page, number: int, incident: Incident, job: Job) -> str:
    """Send by one way; return what to say of it. Raises Passing, Undeliverable."""
    if page.kind == "person":
        notifier, to = _contact(page, number, job)
        means = Means(secrets=job.crew.secrets, slack=_Slack(page, incident, job), now=job.crew.clock.now())
        return notifiers.send(notifier, to, _notice(page, number, incident, job), means).detail
    _Slack(page, incident, job).post()
    return ""


def _contact(page: Page, number: int, job: Job) -> tuple[Notifier, str]:
    """Find the notifier and the address of a way, as the book has them now. Raises Undeliverable."""
    way, book = page.ways[number], job.crew.house.book
    notifier = book.notifiers.get(way.by)
    if notifier is None:
        raise Undeliverable(f"There is no notifier “{way.by}” any more.", "Declare it under manifests/oncall/.")
    if way.by == SLACK:
        return notifier, page.who
    person = book.by_slack.get(page.who)
    contacts = person.contacts if person else ()
    if way.contact >= len(contacts) or contacts[way.contact].by != way.by:
        contact = next((contact for contact in contacts if contact.by == way.by), None)
    else:
        contact = contacts[way.contact]
    if contact is None:
        raise Undeliverable(f"<@{page.who}> has no contact by {way.by} any more.", "See manifests/oncall/.")
    return notifier, contact.to


def _notice(page: Page, number: int, incident: Incident, job: Job) -> Notice:
    crew = job.crew
    escalation = incident.escalations.get(page.escalation)
    link = f"https://slack.com/app_redirect?channel={incident.channel}" if incident.channel else ""
    said = f"{incident.severity.label} {incident.id} {incident.title}"
    lines = [
        said,
        escalation.because if escalation else "",
        f"You are called: {page.because}.",
        f"Acknowledge: /incident ack in its channel{f', #{incident.channel_name}' if incident.channel_name else ''}",
        f"or in a terminal: muster incident --in {incident.number} ack",
        link,
    ]
    return Notice(
        key=f"{incident.id}/{page.id}/{number}",
        incident=incident.id,
        severity=incident.severity,
        title=incident.title,
        service=incident.service or "",
        headline=said,
        text="\n".join(line for line in lines if line),
        link=link,
        person=crew.names(page.who),
        at=page.at,
    )


def settle_page(effect: SettlePage, job: Job) -> Done:
    """Tell a system with a state of its own what became of a page. It is no page: if it can't be told, so be it."""
    incident = job.incident()
    page = incident.pages[effect.page]
    try:
        notifier, to = _contact(page, effect.way, job)
        means = Means(secrets=job.crew.secrets, slack=_Slack(page, incident, job), now=job.crew.clock.now())
        notifiers.settle(notifier, to, _notice(page, effect.way, incident, job), effect.how, means)
    except Passing as trouble:
        if job.waiting.tries < TRIES:
            raise RetryLater(trouble.seconds, trouble.why) from trouble
    except Undeliverable as never:
        raise Refused(never.why, never.cure) from never
    return Done()


@dataclass(frozen=True, slots=True)
class _Slack:
    """The way out by Slack, for one page: a direct message, or a post, found again and edited when it is answered."""

    page: Page
    incident: Incident
    job: Job

    def tell(self, to: str, _: Notice) -> None:
        """Send the direct message. Raises Passing, Undeliverable."""
        with translated():
            channel = self.job.crew.desk.call("conversations.open", users=to)["channel"]["id"]
            self._say(channel)

    def post(self) -> None:
        """Post in a channel: the one that is told, or the incident's own for a user group."""
        desk = self.job.crew.desk
        with translated():
            if self.page.kind == "channel":
                self._say(desk.channel_id(self.page.who))
            else:
                self._say(self.job.channel_of(self.incident))

    def _say(self, channel: str) -> None:
        desk, job = self.job.crew.desk, self.job
        message = page_view(job.incident(), self.page, job.crew.names)
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
    name = f"page:{effect.page}"
    if (post := crew.desk.find(incident.id, name)) is not None:
        message = page_view(incident, incident.pages[effect.page], crew.names)
        crew.desk.show(incident.id, name, post.channel, message, again=job.again, since=job.since)
    return Done(rest=EDITS_APART)


def show_escalation(effect: ShowEscalation, job: Job) -> Done:
    incident, crew = job.incident(), job.crew
    message = escalation_view(incident, incident.escalations[effect.escalation], crew.names)
    name, channel = f"escalation:{effect.escalation}", job.channel_of(incident)
    crew.desk.show(incident.id, name, channel, message, again=job.again, since=job.since)
    return Done(rest=EDITS_APART)
