"""A page on trial: every contact of a person's is tried, without an incident, and they are told what came of each."""

import time
from dataclasses import dataclass, replace

from bot import notifiers
from bot.domain.effects import TestPages
from bot.domain.oncall.notifier import Notifier
from bot.domain.oncall.people import Contact
from bot.domain.severity import Severity
from bot.notifiers import Means, Notice, Passing, Undeliverable
from bot.slack.views.trial import Tried, sample, trial
from workers.crew import Done, Job
from workers.effects.oncall import KEPT
from workers.effects.paging import translated

TEXT = (
    "This is a test of your contacts, which you asked for.\n"
    "Nothing is wrong, and there is nothing to do. A page would reach you like this."
)


def test_pages(effect: TestPages, job: Job) -> Done:
    """Try each contact once, in its order; the direct message is edited as results come in."""
    crew = job.crew
    known = crew.house.book.by_slack.get(effect.person)
    contacts = known.contacts if known else (Contact(by="slack"),)
    tried = [Tried(by=contact.by) for contact in contacts]
    channel = crew.desk.call("conversations.open", users=effect.person)["channel"]["id"]

    def show() -> None:
        message = trial(tried, is_known=known is not None)
        crew.desk.show(KEPT, f"trial:{job.waiting.id}", channel, message, again=job.again, since=job.since)

    show()
    for number, contact in enumerate(contacts):
        tried[number] = _try(contact, number, effect.person, channel, job)
        show()
    return Done()


def _try(contact: Contact, number: int, person: str, channel: str, job: Job) -> Tried:
    tried, began = Tried(by=contact.by), time.monotonic()
    notifier = job.crew.house.book.notifiers.get(contact.by)
    if notifier is None:
        cure = "Declare it under manifests/oncall/."
        return replace(tried, state="failed", detail=f"There is no notifier “{contact.by}”.", cure=cure)
    to = person if notifier.uses == "slack" else contact.to
    slack = _Slack(f"trial:{job.waiting.id}:{number}", channel, job)
    try:
        detail = _send(notifier, to, _notice(number, person, job), slack)
    except Undeliverable as never:
        return replace(tried, state="failed", detail=never.why, cure=never.cure)
    except Passing as passing:
        cure = "Test again in a minute; a page would try again by itself."
        return replace(tried, state="failed", detail=passing.why, cure=cure)
    return replace(tried, state="sent", seconds=time.monotonic() - began, detail=detail)


def _send(notifier: Notifier, to: str, notice: Notice, slack: "_Slack") -> str:
    """Send, and leave nothing open where the other side keeps a state: it would page whoever is on call there."""
    means = Means(secrets=slack.job.crew.secrets, slack=slack, now=slack.job.crew.clock.now())
    detail = notifiers.send(notifier, to, notice, means).detail
    notifiers.settle(notifier, to, notice, "resolved", means)
    return detail


def _notice(number: int, person: str, job: Job) -> Notice:
    return Notice(
        key=f"test/{job.waiting.id}/{number}",
        incident="TEST",
        severity=Severity.P4,
        title="Test of your contacts",
        headline="TEST",
        text=f"TEST\n{TEXT}",
        person=job.crew.names(person),
        at=job.since,
    )


@dataclass(frozen=True, slots=True)
class _Slack:
    """The way out by Slack: a direct message of its own, beside the one with the results."""

    name: str
    channel: str
    job: Job

    def tell(self, _: str, notice: Notice) -> None:
        """Send the direct message. Raises Passing, Undeliverable."""
        desk, job = self.job.crew.desk, self.job
        with translated():
            desk.say(KEPT, self.name, self.channel, sample(notice.headline), again=job.again, since=job.since)
