"""A real local workspace for all tests, back at its beginning for each, and real Bolt apps beside it."""

from collections.abc import Iterator

import pytest
from slack_bolt import App

from tests.sandbox.apps import by_http, by_socket
from tests.sandbox.local import Slack, free_port, start, stop


@pytest.fixture(scope="session")
def server() -> Iterator[Slack]:
    port = free_port()
    process = start(port)
    slack = Slack(f"http://127.0.0.1:{port}")
    yield slack
    slack.http.close()
    stop(process)


@pytest.fixture
def slack(server: Slack) -> Slack:
    """The workspace as it begins, with the app installed."""
    server.post("/control/reset")
    server.install()
    return server


@pytest.fixture
def room(slack: Slack) -> str:
    """#incidents, which the bot has joined."""
    slack.bot.conversations_join(channel="CINCIDENTS")
    return "CINCIDENTS"


@pytest.fixture(params=["http", "socket"])
def app(slack: Slack, request: pytest.FixtureRequest) -> Iterator[App]:
    """A Bolt app, reached by signed requests or over a socket: what holds for one must hold for the other."""
    with (by_http if request.param == "http" else by_socket)(slack) as app:
        yield app
