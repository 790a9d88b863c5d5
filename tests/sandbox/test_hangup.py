"""Hanging up ends one connection, and leaves nothing behind."""

import os
import socket
from pathlib import Path

from starlette.requests import HTTPConnection

from bot.sandbox.hangup import hang_up


def test_it_ends_the_callers_connection_and_leaves_no_descriptor_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as caller:
        answering, _ = server.accept()
        with answering, Path(os.devnull).open("rb"):
            before = descriptors()
            hang_up(HTTPConnection({"type": "http", "client": caller.getsockname()}))
            assert descriptors() == before
            assert caller.recv(1) == b""


def descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))
