"""The mailbox: takes every letter that is sent to it by SMTP, whoever it is for, and shows them on one page."""

import argparse
import asyncio
import logging
import mailbox
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeAlias

from aiosmtpd.smtp import SMTP, Envelope
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.clock import now
from bot.sandbox.serving import serve

Json: TypeAlias = dict[str, Any]

PAGE = Path(__file__).parent / "page"
SHOWN = 100
CAME = "X-Came-At"
"""Header with the second at which a letter came, since the epoch."""


class Letters:
    """Letters as they came; each in a file of its own, if there is a folder for them."""

    def __init__(self, folder: Path | None) -> None:
        self._kept = mailbox.Maildir(folder) if folder is not None else None
        raw = [self._kept.get_bytes(key) for key in self._kept.iterkeys()] if self._kept is not None else []
        self._letters = sorted((_parsed(one) for one in raw), key=_came_at)

    async def handle_DATA(self, _server: SMTP, _session: object, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's
        assert isinstance(envelope.content, bytes)
        letter = _parsed(envelope.content)
        letter[CAME] = f"{now():.3f}"
        self._letters.append(letter)
        if self._kept is not None:
            self._kept.add(letter)
        return "250 It is in the box"

    def latest(self) -> list[Json]:
        """List the letters that the page shows, newest first."""
        return [_shown(letter) for letter in reversed(self._letters[-SHOWN:])]


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw.replace(b"\r\n", b"\n"), policy=policy.default)


def _came_at(letter: EmailMessage) -> float:
    return float(letter[CAME])


def _shown(letter: EmailMessage) -> Json:
    body = letter.get_body(("plain",))
    return {
        "at": _came_at(letter),
        "to": str(letter["To"]),
        "subject": str(letter["Subject"]),
        "text": str(body.get_content()) if body is not None else "",
    }


def application(box: Letters) -> Starlette:
    async def page(_request: Request) -> Response:
        return FileResponse(PAGE / "mail.html")

    async def letters(_request: Request) -> Response:
        return JSONResponse({"letters": box.latest()})

    return Starlette(
        routes=[Route("/", page), Route("/letters.json", letters), Mount("/page", StaticFiles(directory=PAGE))]
    )


async def run(host: str, port: int, smtp: int, box: Letters) -> None:
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd logs every line that it hears
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: SMTP(box, enable_SMTPUTF8=True, loop=loop), host, smtp)
    await serve(application(box), host, port, name="mail")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox.mail", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8704, help="of the page")
    parser.add_argument("--smtp", type=int, default=8705, help="to which letters are sent")
    parser.add_argument("--data", type=Path, help="folder in which letters are kept; without it, none is")
    options = parser.parse_args()
    asyncio.run(run(options.host, options.port, options.smtp, Letters(options.data)))


if __name__ == "__main__":
    main()
