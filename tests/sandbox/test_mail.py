"""The demo's mailbox, as a real process: it takes every letter, shows it, and keeps it."""

import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email import policy
from email.message import EmailMessage
from pathlib import Path
from socket import create_server

import httpx

HOST = "127.0.0.1"


@contextmanager
def running(*options: str) -> Iterator[tuple[httpx.Client, int]]:
    """Start it; hands over its page, and the port for letters."""
    with ExitStack() as free:
        port, smtp = (free.enter_context(create_server((HOST, 0))).getsockname()[1] for _ in range(2))
    command = [sys.executable, "-m", "bot.sandbox.mail", "--port", str(port), "--smtp", str(smtp), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            assert process.stdout.readline() == f"mail at http://{HOST}:{port}\n"
            with httpx.Client(base_url=f"http://{HOST}:{port}", trust_env=False) as page:
                yield page, smtp
        finally:
            process.terminate()


def letter(to: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "muster@local.test", to, subject
    message.set_content(text)
    return message


def send(smtp: int, message: EmailMessage) -> None:
    with smtplib.SMTP(HOST, smtp, timeout=10) as server:
        server.sendmail(message["From"], [message["To"]], message.as_bytes(policy=policy.SMTP))


def test_letters_are_shown_newest_first_in_any_script() -> None:
    with running() as (page, smtp):
        assert page.get("/letters.json").json() == {"letters": []}
        send(
            smtp, letter("ana@local.test", "P1 · checkout is down", "Why you: on call.\n\nhttps://slack.example/c/1\n")
        )
        send(smtp, letter("ben@local.test", "決済が落ちた 🔥", "From now on\nFrom the start it is down"))
        newest, oldest = page.get("/letters.json").json()["letters"]
        assert (newest["to"], newest["subject"]) == ("ben@local.test", "決済が落ちた 🔥")
        assert newest["text"] == "From now on\nFrom the start it is down\n"
        assert oldest["text"].strip() == "Why you: on call.\n\nhttps://slack.example/c/1"
        assert newest["at"] >= oldest["at"]
        assert "Mail" in page.get("/").text


def test_letters_are_there_again_after_a_restart(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "mail"))
    with running(*data) as (page, smtp):
        send(smtp, letter("ana@local.test", "checkout is down", "From Muster: 決済"))
        before = page.get("/letters.json").json()
    with running(*data) as (page, _):
        assert page.get("/letters.json").json() == before
