"""`muster web`: take what Slack sends, by signed HTTP or over Socket Mode, as the settings say."""

import argparse
import logging
import signal
import sys
from threading import Event

from granian.constants import Interfaces
from granian.server import Server as Granian
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.settings import Settings, read
from bot.wiring import bolt_app, configure_logging, wire

log = logging.getLogger("muster.web")

THREADS = 8
"""Requests served side by side in one process; each waits for Redis most of its time."""


def arguments(_: argparse.ArgumentParser) -> None:
    """Take no arguments: HOST, PORT and the tokens come from the environment."""


def run(_: argparse.Namespace) -> int:
    settings = read()
    configure_logging(settings)
    wire(settings)  # a mistake in a manifest is said here, before anything is served
    if settings.mode == "socket":
        return _socket(settings)
    if not settings.slack_signing_secret:
        print(
            "SLACK_SIGNING_SECRET is empty: every request would be refused. Copy it from the app's page.",
            file=sys.stderr,
        )
        return 2
    serve("bot.wiring:web_app", settings)
    return 0


def serve(target: str, settings: Settings) -> None:
    """Serve the WSGI app that the factory at this address builds, until told to stop."""
    Granian(
        target,
        factory=True,
        address=settings.muster_host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        log_enabled=settings.log_level == "debug",
        respawn_failed_workers=True,
    ).serve()


def _socket(settings: Settings) -> int:
    """Keep a connection to Slack until told to stop; if Slack is away, keep trying."""
    app, stopped = bolt_app(wire(settings, in_a_hurry=True)), Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    handler = SocketModeHandler(app, settings.slack_app_token, web_client=app.client, ping_interval=2)
    while not stopped.is_set():
        try:
            handler.connect()  # type: ignore[no-untyped-call]
            break
        except Exception as error:
            log.warning("Slack is out of reach; trying again", exc_info=error)
            stopped.wait(2)
    while not stopped.wait(1):
        _hang_up_if_dead(handler)
    handler.close()  # type: ignore[no-untyped-call]
    return 0


def _hang_up_if_dead(handler: SocketModeHandler) -> None:
    """One ping that can't be sent tells that the connection is gone: the SDK connects anew after five of them."""
    session = handler.client.current_session
    if session is not None and session.consecutive_check_state_error_count:
        session.disconnect()
