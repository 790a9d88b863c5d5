"""`muster web`: take what Slack sends, by signed HTTP or over Socket Mode, as the settings say."""

import argparse
import logging
import signal
import sys
from contextlib import suppress
from threading import Event

from granian.constants import Interfaces
from granian.server import Server as Granian
from redis.exceptions import RedisError
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.settings import Settings, read
from bot.wiring import Wired, bolt_app, caretaker, configure_logging, learn_workspace, wire

log = logging.getLogger("muster.web")

THREADS = 8
"""Requests served side by side in one process; each waits for Redis most of its time."""


def arguments(_: argparse.ArgumentParser) -> None:
    """Take no arguments: HOST, PORT and the tokens come from the environment."""


def run(_: argparse.Namespace) -> int:
    settings = read()
    configure_logging(settings)
    wired = wire(settings, in_a_hurry=True)  # a mistake in a manifest is said here, before anything is served
    if settings.mode == "socket" and not settings.slack_app_token:
        print("SLACK_APP_TOKEN is empty, and SLACK_MODE=socket needs it. `muster doctor` says more.", file=sys.stderr)
        return 2
    if settings.mode == "socket":
        return _socket(wired)
    if not settings.slack_signing_secret:
        print(
            "Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (signed HTTP) is set: nothing could be "
            "served. `muster doctor` says what to do.",
            file=sys.stderr,
        )
        return 2
    try:
        serve("bot.wiring:web_app", settings)
    except RuntimeError as error:  # Granian's own: the address is in use, or is not this machine's
        print(f"Can't serve at http://{settings.muster_host}:{settings.port}: {error}.", file=sys.stderr)
        return 1
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


def _socket(wired: Wired) -> int:
    """Keep a connection to Slack until told to stop; if Slack is away, keep trying."""
    app, manifests, stopped = bolt_app(wired), caretaker(wired), Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    learn_workspace(wired, stopped)
    handler = SocketModeHandler(app, wired.settings.slack_app_token, web_client=app.client, ping_interval=2)
    while not stopped.is_set():
        try:
            handler.connect()  # type: ignore[no-untyped-call]
            break
        except Exception as error:
            log.warning("Slack is out of reach; trying again", exc_info=error)
            stopped.wait(2)
    while not stopped.wait(1):
        _hang_up_if_dead(handler)
        manifests.look()
        with suppress(RedisError):
            if handler.client.is_connected():
                wired.heartbeats.beat("web")
    handler.close()  # type: ignore[no-untyped-call]
    with suppress(RedisError):
        wired.heartbeats.leave("web")
    return 0


def _hang_up_if_dead(handler: SocketModeHandler) -> None:
    """One ping that can't be sent tells that the connection is gone: the SDK connects anew after five of them."""
    session = handler.client.current_session
    if session is not None and session.consecutive_check_state_error_count:
        session.disconnect()
