"""`muster demo`: everything on this machine: Redis, a local Slack, the bot, its workers, a service that can break."""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.cli import embedded
from bot.settings import Settings, read

FOLDER = Path(".muster/demo")
PATIENCE = 30
"""Seconds until something that was started must answer."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fresh", action="store_true", help="forget what earlier demos left behind")
    parser.add_argument("--socket", action="store_true", help="Socket Mode instead of signed HTTP")
    parser.add_argument("--port", type=int, default=8700, help="of the local workspace; the next free ones follow")


def run(chosen: argparse.Namespace) -> int:
    settings = read(os.environ)  # noqa: TID251 - without .env: what it names is the real Slack's, and its Redis
    if chosen.fresh:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    demo = Demo(settings, socket_mode=chosen.socket, ports=_free_ports(chosen.port, 6))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        demo.start()
        demo.watch()
    except (embedded.NoServer, NotRunning) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nStopping. What happened is kept in {FOLDER}; `--fresh` forgets it.")
    finally:
        demo.stop()
    return 0


class NotRunning(Exception):
    """A part of the demo does not run; the message says which, and what its log says last."""

    def __init__(self, name: str, what: str) -> None:
        log = FOLDER / ("redis/server.log" if name == "redis" else f"{name}.log")
        last = log.read_text(errors="replace").strip()[-1500:] if log.exists() else ""
        super().__init__(f"{name} {what}; the end of {log}:\n{last or '(it is empty)'}")


@dataclass
class Demo:
    settings: Settings
    socket_mode: bool
    ports: tuple[int, ...]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    commands: dict[str, list[str]] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        slack, web, checkout, redis, mail, smtp = self.ports
        url = self.settings.environment.get("REDIS_URL") or f"redis://127.0.0.1:{redis}/0"
        if not self.settings.environment.get("REDIS_URL"):
            self.running["redis"] = embedded.start(FOLDER / "redis", redis)
            self._wait("redis", lambda: _answers_tcp(redis))
        self.environment = {
            **os.environ,  # noqa: TID251 - handed on to the children as it is
            "REDIS_URL": url,
            "SLACK_API_URL": f"http://127.0.0.1:{slack}/api/",
            "SLACK_LINK": f"http://127.0.0.1:{slack}/archives/{{channel}}",
            "SLACK_BOT_TOKEN": "xoxb-local",
            "SLACK_SIGNING_SECRET": "local-signing-secret",
            "SLACK_APP_TOKEN": "xapp-local" if self.socket_mode else "",
            "SLACK_MODE": "socket" if self.socket_mode else "http",
            "PORT": str(web),
            "SERVICE_URL_CHECKOUT": f"http://127.0.0.1:{checkout}",
            "SMTP_URL": f"smtp://127.0.0.1:{smtp}",
        }
        app = FOLDER / "app.json"
        app.write_text(json.dumps(self._installed_app(web)))
        python = sys.executable
        kept = ["--data", str(FOLDER / "slack"), "--app", str(app)]
        links = {"Checkout, to break": checkout, "Everybody's mail": mail}
        beside = [word for title, port in links.items() for word in ("--link", title, f"http://127.0.0.1:{port}/")]
        state = ["--data", str(FOLDER / "checkout.json")]
        box = ["--smtp", str(smtp), "--data", str(FOLDER / "mail")]
        self.commands = {
            "slack": [python, "-m", "bot.sandbox", "--port", str(slack), *kept, *beside],
            "checkout": [python, "-m", "bot.sandbox.checkout", "--port", str(checkout), *state],
            "mail": [python, "-m", "bot.sandbox.mail", "--port", str(mail), *box],
            "web": [python, "-m", "bot", "web"],
            "worker": [python, "-m", "workers", "worker"],
            "clock": [python, "-m", "workers", "clock"],
        }
        for name in self.commands:
            self._start(name)
        self._wait("slack", lambda: _answers_http(f"http://127.0.0.1:{slack}/"))
        self._wait("checkout", lambda: _answers_http(f"http://127.0.0.1:{checkout}/health"))
        self._wait("mail", lambda: _answers_http(f"http://127.0.0.1:{mail}/"))
        if self.socket_mode:
            self._wait("web", lambda: _is_connected(slack))
        else:
            self._wait("web", lambda: _answers_http(f"http://127.0.0.1:{web}/readyz"))
        print(
            f"""
  Muster runs. Open this in a browser:

      http://127.0.0.1:{slack}/

  You are Ana there. Open “Checkout, to break” in the sidebar (http://127.0.0.1:{checkout}/) and break it,
  then type in #incidents

      /incident declare p1 checkout is down

  Who you are is switched at the top left: Ana proposes, somebody else has to approve.
  In a terminal it is   REDIS_URL={url} .venv/bin/muster incident --as UANA list
  Ctrl-C stops everything; what happened is kept for the next time.
""",
            flush=True,
        )

    def watch(self) -> None:
        """Start again what ends by itself: an incident bot that stays down is none."""
        while True:
            time.sleep(0.5)
            for name, process in list(self.running.items()):
                if process.poll() is None:
                    continue
                if name not in self.commands:
                    raise NotRunning(name, f"ended with {process.returncode}")
                print(
                    f"{name} ended with {process.returncode}; starting it again (see {FOLDER}/{name}.log)", flush=True
                )
                time.sleep(1)
                self._start(name)

    def stop(self) -> None:
        for process in reversed(self.running.values()):
            if process.poll() is None:
                process.terminate()
        for process in self.running.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()

    def _wait(self, name: str, answers: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not answers():
            if (ended := self.running[name].poll()) is not None:
                raise NotRunning(name, f"ended with {ended}")
            if time.monotonic() > until:
                raise NotRunning(name, "does not answer")
            time.sleep(0.05)

    def _start(self, name: str) -> None:
        with (FOLDER / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(  # noqa: S603 - our own words
                self.commands[name],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _installed_app(self, web: int) -> dict[str, Any]:
        url = None if self.socket_mode else f"http://127.0.0.1:{web}/slack/events"
        return installed_app(self.settings.manifests / "slack" / "app.yaml", url)


def installed_app(manifest: Path, request_url: str | None) -> dict[str, Any]:
    """Describe our app to the local workspace, as installing its manifest would to Slack."""
    declared = YAML(typ="safe").load(manifest)
    features, oauth, wants = declared["features"], declared["oauth_config"], declared["settings"]
    return {
        "app_id": "A0MUSTER",
        "name": declared["display_information"]["name"],
        "bot_user_id": "UMUSTER",
        "bot_id": "B0MUSTER",
        "bot_token": "xoxb-local",
        "app_token": "xapp-local",
        "signing_secret": "local-signing-secret",
        "scopes": oauth["scopes"]["bot"],
        "commands": features["slash_commands"],
        "shortcuts": features["shortcuts"],
        "bot_events": wants["event_subscriptions"]["bot_events"],
        "request_url": request_url,
        "socket_mode": request_url is None,
    }


def _free_ports(first: int, count: int) -> tuple[int, ...]:
    """Find free ports from `first` on, so that a second demo, or anything else, is no obstacle."""
    found: list[int] = []
    port = first
    while len(found) < count:
        if not _answers_tcp(port) and _can_be_served(port):
            found.append(port)
        port += 1
    return tuple(found)


def _can_be_served(port: int) -> bool:
    """Try it as servers do: a port that nobody serves may be the near end of somebody's connection."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _answers_tcp(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _is_connected(slack: int) -> bool:
    """Tell whether the bot holds a socket to the local workspace."""
    with urllib.request.urlopen(f"http://127.0.0.1:{slack}/client/boot?user=UANA", timeout=1) as answer:
        return bool(json.load(answer)["app"]["connected"])


def _answers_http(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 - loopback
            return bool(answer.status < 400)
    except (urllib.error.URLError, OSError):
        return False
