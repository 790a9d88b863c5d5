"""Every way out with a real receiver at its end: what the contract test sends by, breaks and looks at."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.oncall.notifier import (
    SLACK,
    EmailNotifier,
    Notifier,
    OpsgenieNotifier,
    PagerDutyNotifier,
    WebhookNotifier,
)
from bot.domain.severity import Severity
from bot.notifiers import Means, Notice, Passing, Sent, Undeliverable, send
from tests.harness.clock import NOON
from tests.harness.mailbox import Mailbox
from tests.harness.receivers import Hook, Opsgenie, PagerDuty, Receiver

SIGNING = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I="
TOKEN = "tok-5ecre7/with=signs"
PASSWORD = "5ecre7 & w/ ümläut"

NOTICE = Notice(
    key="INC-42/ana/1",
    incident="INC-42",
    severity=Severity.P1,
    title="checkout is down",
    service="checkout",
    headline="P1 INC-42 checkout is down",
    text="Checkout is down since 11:40.\nYou are on call for payments.\nAcknowledge, or Ben is called at 12:05.",
    link="https://muster.example.com/INC-42",
    person="Ana",
    at=NOON,
)


def notice(**changes: Any) -> Notice:
    return Notice.model_validate({**NOTICE.model_dump(), **changes})


@dataclass
class Desk:
    """Keeps the seam to Slack as the worker must: once per key."""

    told: dict[str, tuple[str, Notice]] = field(default_factory=dict)
    trouble: Passing | Undeliverable | None = None

    def tell(self, to: str, notice: Notice) -> None:
        if self.trouble:
            raise self.trouble
        self.told.setdefault(notice.key, (to, notice))


@dataclass
class Way:
    notifier: Notifier
    to: str
    secrets: dict[str, str]
    kept_secret: tuple[str, ...]
    """What may never be said."""
    told: Callable[[], list[str]]
    """What a person would read, page by page."""
    broken: Callable[[str], None]
    """Break the other side in this way."""
    mended: Callable[[], None]
    """Mend it again, unless it is gone."""
    desk: Desk = field(default_factory=Desk)

    def means(self, now: datetime = NOON) -> Means:
        return Means(secrets={**self.secrets, "HOME": "/root"}, slack=self.desk, now=now)

    def send(self, told: Notice = NOTICE) -> Sent:
        return send(self.notifier, self.to, told, self.means())


HTTP_PASSING = ("408", "429", "500", "502", "503", "hangs", "hangs up", "babbles", "is gone")
HTTP_FINAL = ("301", "307", "400", "401", "403", "404", "413", "422", "a missing variable", "a broken variable")
MAIL_PASSING = (
    "EHLO 421", "AUTH 454", "MAIL 451", "RCPT 450", "DATA 452", "MAIL hangs", "RCPT hangs up", "DATA hangs", "is gone",
)  # fmt: skip
MAIL_FINAL = (
    "AUTH 535", "MAIL 553", "RCPT 550", "DATA 554", "a missing variable", "a broken variable", "a bad address",
)  # fmt: skip


@contextmanager
def by_slack() -> Iterator[Way]:
    desk = Desk()

    def break_it(how: str) -> None:
        is_passing = how == "rate limit"
        desk.trouble = Passing("a pause", 7) if is_passing else Undeliverable("Slack refuses.", "Invite me.")

    def mend_it() -> None:
        desk.trouble = None

    def told() -> list[str]:
        return [f"{each.headline}\n{each.text}\n{each.link}" for _, each in desk.told.values()]

    yield Way(SLACK, "UANA", {}, (), told, break_it, mend_it, desk)


@contextmanager
def by_email() -> Iterator[Way]:
    with Mailbox(user="muster", password="5ecre7-p@ss") as mailbox:
        notifier = EmailNotifier(id="mail", server="SMTP_URL", sender="Müster <muster@example.com>")
        url = f"smtp://muster:5ecre7-p%40ss@127.0.0.1:{mailbox.port}"

        def told() -> list[str]:
            return [f"{letter.subject}\n{letter.text}" for letter in mailbox.letters()]

        def break_it(how: str) -> None:
            match how.split(" ", 1):
                case ["is", "gone"]:
                    mailbox.goes_away()
                case ["a", "missing variable"]:
                    del way.secrets["SMTP_URL"]
                case ["a", "broken variable"]:
                    way.secrets["SMTP_URL"] = url.replace("smtp:", "ftp:")
                case ["a", "bad address"]:
                    way.to = "ana, ben"
                case [step, "hangs"]:
                    mailbox.hangs(step)  # type: ignore[arg-type]
                case [step, "hangs up"]:
                    mailbox.replies(step, "")  # type: ignore[arg-type]
                case [step, code]:
                    echo = "5ecre7-p@ss 5ecre7-p%40ss AG11c3RlcgA1ZWNyZTctcEBzcw== no"
                    mailbox.replies(step, f"{code} {echo}")  # type: ignore[arg-type]
                case _:
                    raise AssertionError(how)

        hidden = ("5ecre7", "AG11c3RlcgA1ZWNyZTctcEBzcw")
        way = Way(notifier, "ana@example.com", {"SMTP_URL": url}, hidden, told, break_it, mailbox.works)
        yield way


@contextmanager
def by_pagerduty() -> Iterator[Way]:
    with PagerDuty() as receiver:
        notifier = PagerDutyNotifier(id="pd", key="PD_KEY", url=receiver.url)
        yield _http(receiver, notifier, "", {"PD_KEY": receiver.key}, (receiver.key,))


@contextmanager
def by_opsgenie() -> Iterator[Way]:
    with Opsgenie() as receiver:
        notifier = OpsgenieNotifier(id="og", key="OG_KEY", url=receiver.url)
        yield _http(receiver, notifier, "ana@example.com", {"OG_KEY": receiver.key}, (receiver.key,))


@contextmanager
def by_webhook() -> Iterator[Way]:
    with Hook(SIGNING) as receiver:
        notifier = WebhookNotifier(
            id="hook",
            url=receiver.url + "/send/${TOKEN}?to=${to}",
            body={"who": "${to}", "about": ["${headline}", {"all": "${text}\n${link}"}], "token": "${TOKEN}", "n": 4},
            headers={"X-About": "${headline}", "X-Token": "${TOKEN}"},
            user="HOOK_USER",
            password="HOOK_PASSWORD",
            secret="HOOK_SECRET",
        )
        secrets = {"HOOK_USER": "muster", "HOOK_PASSWORD": PASSWORD, "HOOK_SECRET": SIGNING, "TOKEN": TOKEN}
        way = _http(receiver, notifier, "+49 151 23", secrets, ("5ecre7", SIGNING, SIGNING[6:], "bXVzdGVyOjVlY3JlNyAm"))
        way.told = lambda: [_all_texts(json.loads(page.text)) for page in receiver.pages()]
        yield way


def _http(receiver: Receiver, notifier: Notifier, to: str, secrets: dict[str, str], hidden: tuple[str, ...]) -> Way:
    def told() -> list[str]:
        return [f"{page.title}\n{page.text}\n{page.link}" for page in receiver.pages()]

    def break_it(how: str) -> None:
        match how:
            case "hangs":
                receiver.hangs()
            case "hangs up":
                receiver.hangs_up()
            case "babbles":
                receiver.babbles()
            case "is gone":
                receiver.goes_away()
            case "a missing variable":
                del way.secrets[notifier.variables[-1]]
            case "a broken variable":
                way.secrets[notifier.variables[-1]] += "\x07 and 5ecre7\n."
            case "301" | "307":
                receiver.answers(int(how), headers={"Location": receiver.url + "/elsewhere"})
            case status:
                receiver.echoes(int(status))

    way = Way(notifier, to, secrets, hidden, told, break_it, receiver.works)
    return way


def _all_texts(value: Any) -> str:
    match value:
        case dict():
            return "\n".join(map(_all_texts, value.values()))
        case list():
            return "\n".join(map(_all_texts, value))
        case _:
            return str(value)


WAYS: dict[str, Callable[[], AbstractContextManager[Way]]] = {
    "slack": by_slack,
    "email": by_email,
    "pagerduty": by_pagerduty,
    "opsgenie": by_opsgenie,
    "webhook": by_webhook,
}
_HTTP = ("pagerduty", "opsgenie", "webhook")
PASSING = [
    ("slack", "rate limit"),
    *(("email", how) for how in MAIL_PASSING),
    *((name, how) for name in _HTTP for how in HTTP_PASSING),
]
FINAL = [
    ("slack", "no channel"),
    *(("email", how) for how in MAIL_FINAL),
    *((name, how) for name in _HTTP for how in HTTP_FINAL),
]
