"""Bolt apps for the workspace to reach: by signed requests, or over a socket."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient

from tests.sandbox.local import Slack, eventually


def bolt(slack: Slack) -> App:
    logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)
    return App(
        client=slack.bot,
        signing_secret="local-signing-secret",
        process_before_response=True,
        raise_error_for_unhandled_request=False,
    )


@contextmanager
def by_http(slack: Slack) -> Iterator[App]:
    app = bolt(slack)
    server = _Server(("127.0.0.1", 0), _Quiet)
    server.set_app(SlackRequestHandler(app))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    slack.install(request_url=f"http://127.0.0.1:{server.server_port}/slack/events", socket_mode=False)
    yield app
    server.shutdown()
    server.server_close()


@contextmanager
def by_socket(slack: Slack) -> Iterator[App]:
    app = bolt(slack)
    handler = SocketModeHandler(app, "xapp-local", trace_enabled=False)
    handler.client.web_client = WebClient("xapp-local", base_url=f"{slack.url}/api/")
    handler.connect()  # type: ignore[no-untyped-call]
    eventually(lambda: slack.get("/client/boot", user="UANA")["app"]["connected"])
    yield app
    handler.close()  # type: ignore[no-untyped-call]
    eventually(lambda: not slack.get("/client/boot", user="UANA")["app"]["connected"])


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        return
