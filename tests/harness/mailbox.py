"""A real mail server for tests: it keeps every letter, and refuses, hangs up or asks for TLS as it is told.

with Mailbox() as mailbox:
    ...                                   # smtp://127.0.0.1:{mailbox.port}
    (letter,) = mailbox.letters()
    assert letter.subject == "P1 INC-42 checkout is down"
    mailbox.replies("RCPT", "450 try later")   # from now on, until mailbox.works()
"""

import asyncio
import logging
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread
from typing import Any, Literal, Self, cast

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from tests.harness.trust import certificate

Step = Literal["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]


HANG = "…"


@dataclass(frozen=True)
class Letter:
    """One letter as it came: its envelope, and what is in it."""

    sender: str
    to: tuple[str, ...]
    message: EmailMessage
    raw: bytes
    encrypted: bool
    user: str
    """Who logged in; empty: nobody."""

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return str(self.message.get_content()).replace("\r\n", "\n")


class Mailbox:
    """A mail server on 127.0.0.1. `protected` says how: not at all, by STARTTLS, or TLS from the first byte."""

    def __init__(
        self, protected: Literal["plain", "starttls", "tls"] = "plain", *, user: str = "", password: str = ""
    ) -> None:
        self.protected = protected
        self.user = user
        self.password = password
        self.tried: list[tuple[str, str]] = []
        """Users and passwords that anybody showed."""
        self._letters: list[Letter] = []
        self._replies: dict[Step, str] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    def letters(self) -> list[Letter]:
        return list(self._letters)

    def replies(self, step: Step, reply: str) -> None:
        """From now on reply this at that step: `450 try later`; an empty reply hangs up."""
        self._replies[step] = reply

    def hangs(self, step: Step) -> None:
        """From now on say nothing any more at that step."""
        self._replies[step] = HANG

    def goes_away(self) -> None:
        """Close the port for good."""
        self._loop.call_soon_threadsafe(self._server.close)
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self._loop).result(10)

    def works(self) -> None:
        self._replies.clear()

    def __enter__(self) -> Self:
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # it logs every line that it hears
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop.is_closed():
            return  # whoever it was lent to has closed it
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _start(self) -> asyncio.Server:
        context = certificate() if self.protected == "tls" else None
        return await self._loop.create_server(self._session, "127.0.0.1", 0, ssl=context)

    async def _stop(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _session(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail.example.test",
            enable_SMTPUTF8=True,
            timeout=20,
            loop=self._loop,
            tls_context=certificate() if self.protected == "starttls" else None,
            require_starttls=self.protected == "starttls",
            auth_exclude_mechanism=None if self.user else ["LOGIN", "PLAIN"],
            auth_require_tls=self.protected == "starttls",
            authenticator=self._check if self.user else None,
        )

    def _check(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, shown: Any) -> AuthResult:
        login = cast("LoginPassword", shown)
        user, password = login.login.decode(), login.password.decode()
        self.tried.append((user, password))
        if (reply := self._replies.get("AUTH")) is not None:
            return AuthResult(success=False, handled=False, message=reply)
        return AuthResult(success=(user, password) == (self.user, self.password), handled=False, auth_data=user)

    # What aiosmtpd calls at each step

    async def handle_EHLO(self, server: Any, session: Any, _envelope: Any, name: str, replies: list[str]) -> list[str]:  # noqa: N802
        session.host_name = name
        return [reply] if (reply := await self._reply("EHLO", server)) else replies

    async def handle_HELO(self, server: Any, session: Any, _envelope: Any, name: str) -> str:  # noqa: N802
        session.host_name = name
        return await self._reply("EHLO", server) or "250 mail.example.test"

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, sender: str, _options: Any) -> str:  # noqa: N802
        if reply := await self._reply("MAIL", server):
            return reply
        if self.user and not session.authenticated:
            return "530 Log in first"
        envelope.mail_from = sender
        return "250 OK"

    async def handle_RCPT(self, server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if reply := await self._reply("RCPT", server):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if reply := await self._reply("DATA", server):
            return reply
        message = message_from_bytes(envelope.content, policy=policy.default)
        encrypted = isinstance(server.transport.get_extra_info("ssl_object"), ssl.SSLObject)
        user = str(session.auth_data or "")
        self._letters.append(
            Letter(envelope.mail_from, tuple(envelope.rcpt_tos), message, envelope.content, encrypted, user)
        )
        return "250 Taken"

    async def handle_QUIT(self, server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        return await self._reply("QUIT", server) or "221 Bye"

    async def _reply(self, step: Step, server: Any) -> str:
        reply = self._replies.get(step)
        if reply == HANG:
            await asyncio.sleep(30)
        if reply == "":
            server.transport.abort()
            return "421 gone"
        return reply or ""


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as box:
        yield box
