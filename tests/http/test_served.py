"""The same door behind Granian, as it is served: what a server could get in the way of."""

import socket

import httpx
import pytest

from bot.http.app import LARGEST
from tests.harness import signed
from tests.harness.world import World

pytestmark = pytest.mark.story


def test_a_body_too_large(world: World) -> None:
    assert signed.send(world, b"x" * (LARGEST + 1)).status_code == 413


def test_a_body_of_unknown_length(world: World) -> None:
    """Slack always says how long a body is."""
    body = signed.command("help")
    answer = httpx.post(world.url("web") + "/slack/events", content=iter([body]), headers=signed.headers(body))
    assert answer.status_code == 401


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/slack/events", 405), ("POST", "/nowhere%FF", 404)])
def test_another_method_or_address(world: World, method: str, path: str, status: int) -> None:
    assert httpx.request(method, world.url("web") + path).status_code == status


@pytest.mark.parametrize("length", ["many", "-1", "5"], ids=["a word", "below nothing", "too long"])
def test_a_length_that_is_wrong_harms_nobody_else(world: World, length: str) -> None:
    with socket.create_connection(("127.0.0.1", world.ports["web"]), timeout=5) as raw:
        raw.sendall(f"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())
    assert signed.send(world, signed.command("help")).status_code == 200
