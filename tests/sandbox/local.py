"""The local workspace as tests see it: a process of its own, the people in it, and what its doors answer."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

ROOT = Path(__file__).parents[2]
T = TypeVar("T")

COMMANDS = [{"command": "/incident", "description": "Everything about incidents", "usage_hint": "declare | list"}]
SHORTCUTS = [
    {"name": "Add to timeline", "type": "message", "callback_id": "to_timeline", "description": "Keep this message"},
    {"name": "Declare", "type": "global", "callback_id": "declare", "description": "Declare an incident"},
]
EVENTS = [
    *("app_home_opened", "app_mention", "channel_archive", "channel_created", "channel_rename"),
    *("member_joined_channel", "message.channels", "message.groups", "message.im", "pin_added", "reaction_added"),
]
INSTALLED: dict[str, Any] = {
    "commands": COMMANDS,
    "shortcuts": SHORTCUTS,
    "bot_events": EVENTS,
    "retry_delays": [0, 0.05, 0.1],
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(port: int, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bot.sandbox", "--port", str(port), *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == f"local workspace at http://127.0.0.1:{port}\n"
    return process


def stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    assert process.wait(5) == 0
    assert process.stdout
    process.stdout.close()


def eventually(look: Callable[[], T], within: float = 3.0) -> T:
    """What ``look`` finds, once it finds something."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, "it didn't happen in time"
        time.sleep(0.01)
    return found


@dataclass
class Person:
    """Someone in front of the page."""

    id: str
    slack: "Slack"

    def does(self, what: str, **asked: Any) -> dict[str, Any]:
        return self.slack.post(f"/client/{what}", user=self.id, **asked)

    def sees(self, channel: str, thread_ts: str | None = None) -> list[dict[str, Any]]:
        asked = {"channel": channel} | ({"thread_ts": thread_ts} if thread_ts else {})
        messages: list[dict[str, Any]] = self.slack.get("/client/messages", user=self.id, **asked)["messages"]
        return messages

    def types(self, line: str, channel: str = "CINCIDENTS") -> dict[str, Any]:
        return self.does("command", channel=channel, text=line)

    def clicks(self, message: dict[str, Any], action_id: str, value: Any = None, channel: str = "CINCIDENTS") -> Any:
        block = next(b for b in message["blocks"] if action_id in str(b))
        place = {"type": "message", "channel": channel, "ts": message["ts"]}
        return self.does("click", container=place, block_id=block["block_id"], action_id=action_id, value=value)

    @property
    def forms(self) -> list[dict[str, Any]]:
        stack: list[dict[str, Any]] = self.slack.get("/client/views", user=self.id)["stack"]
        return stack


@dataclass
class Slack:
    url: str
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=10))

    @property
    def bot(self) -> WebClient:
        """The SDK's own client, without its retries: a test wants to see every refusal."""
        return WebClient("xoxb-local", base_url=f"{self.url}/api/", retry_handlers=[])

    @property
    def ana(self) -> Person:
        return Person("UANA", self)

    @property
    def ben(self) -> Person:
        return Person("UBEN", self)

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.post(self.url + path, json=body).json()
        return answer

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.get(self.url + path, params=query).json()
        return answer

    def install(self, **described: Any) -> None:
        assert self.post("/control/app", **INSTALLED | described) == {"ok": True}

    def fail(self, *faults: dict[str, Any]) -> None:
        assert self.post("/control/faults", faults=list(faults))["ok"]

    def calls(self) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = self.get("/control/calls")["calls"]
        return calls

    def refuses(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
        """The body of the refusal with which the call is answered."""
        with pytest.raises(SlackApiError) as refusal:
            self.bot.api_call(method, json=args)
        body: dict[str, Any] = refusal.value.response.data
        return body
