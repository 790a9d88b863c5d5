"""A real local workspace for all tests, back at its beginning for each, and real Bolt apps beside it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler

from tests.sandbox.apps import bolt, by_http, by_socket
from tests.sandbox.local import Slack, free_port, start, stop


@pytest.fixture(scope="session")
def server() -> Iterator[Slack]:
    """A workspace that nothing is connected to."""
    with _running() as slack:
        yield slack


@pytest.fixture(scope="module")
def connected() -> Iterator[tuple[Slack, SocketModeHandler]]:
    """Another one, with a socket that stays open from test to test.

    Not from module to module: the SDK's thread draws from `random`, which trips property tests elsewhere.
    """
    with _running() as slack, by_socket(slack) as handler:
        yield slack, handler


@pytest.fixture(params=["http", "socket"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def slack(server: Slack, request: pytest.FixtureRequest) -> Slack:
    """The workspace as it begins, with the app installed; with an ``app``, the one it is connected to."""
    slack: Slack = server
    if "transport" in request.fixturenames and request.getfixturevalue("transport") == "socket":
        slack, _ = request.getfixturevalue("connected")
    slack.post("/control/reset")
    slack.install()
    return slack


@pytest.fixture
def app(slack: Slack, transport: str, request: pytest.FixtureRequest) -> Iterator[App]:
    """A Bolt app, reached by signed requests or over a socket: what holds for one must hold for the other."""
    if transport == "http":
        with by_http(slack) as app:
            yield app
    else:
        _, handler = request.getfixturevalue("connected")
        handler.app = bolt(slack)
        yield handler.app


@pytest.fixture
def room(slack: Slack) -> str:
    """#incidents, which the bot has joined."""
    slack.bot.conversations_join(channel="CINCIDENTS")
    return "CINCIDENTS"


@contextmanager
def _running() -> Iterator[Slack]:
    port = free_port()
    process = start(port)
    slack = Slack(f"http://127.0.0.1:{port}")
    yield slack
    slack.http.close()
    stop(process)
