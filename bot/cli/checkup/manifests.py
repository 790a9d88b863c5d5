"""Manifests: what operators declared, and whether Slack's own manifest asks for what the code uses."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from redis.exceptions import RedisError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.caretaker import KEY
from bot.cli.checkup.finding import Finding, failure, ok
from bot.slack.manifest import COMMAND, EVENTS, SCOPES, SHORTCUTS
from bot.verbs import BY_NAME
from bot.wiring import Wired

APP = "slack/app.yaml"
CURE = f"Take manifests/{APP} of this version, then update the app from it in Slack and reinstall it."


def check(wired: Wired) -> Iterator[Finding]:
    house = wired.house
    yield ok(
        f"{len(house.services)} services, {len(house.runbooks)} runbooks, workflow {house.engine.workflows.chosen}: "
        "no mistakes."
    )
    yield from _told_by_others(wired)
    file = wired.settings.manifests / APP
    try:
        app = YAML(typ="safe").load(file)
    except OSError as error:
        yield failure(f"{APP} can't be read: {error.strerror}.", CURE)
        return
    except YAMLError as error:
        yield failure(f"{APP} is no YAML: {' '.join(str(error).split())}.", CURE)
        return
    differences = list(differing(app))
    for difference in differences:
        yield failure(f"{APP} {difference}.", CURE)
    if not differences:
        yield ok(f"{APP} asks Slack for what the code uses.")


def _told_by_others(wired: Wired) -> Iterator[Finding]:
    """Show what a process that runs says of its manifests: they may be others, on another machine."""
    with suppress(RedisError):  # whether there is one is asked further down
        if (problem := wired.problems.all().get(KEY)) is not None:
            cure = f"{problem.cure} Here they are fine: look at the other machines, or wait some seconds."
            yield failure(f"A process that runs says: {problem.why}", cure)


def differing(app: Any) -> Iterator[str]:
    """Hold Slack's manifest against the code: one difference each, as the end of a sentence."""
    commands = {command.get("command"): command for command in _at(app, "features", "slash_commands")}
    if COMMAND not in commands:
        yield f"has no command {COMMAND}"
    else:
        hint = str(commands[COMMAND].get("usage_hint", ""))
        unknown = [words.split()[0] for words in hint.strip("[]").split("|") if words.split()]
        for word in sorted(set(unknown) - set(BY_NAME)):
            yield f"hints at “{COMMAND} {word}”, which is no verb"
        if commands[COMMAND].get("should_escape") is not True:
            yield f"lets {COMMAND} send names instead of ids (should_escape)"
    for what, asked, used in (
        (
            "shortcut",
            {shortcut.get("callback_id") for shortcut in _at(app, "features", "shortcuts")},
            {shortcut.callback_id for shortcut in SHORTCUTS},
        ),
        ("event", set(_at(app, "settings", "event_subscriptions", "bot_events")), set(EVENTS)),
        ("scope", set(_at(app, "oauth_config", "scopes", "bot")), {scope.name for scope in SCOPES}),
    ):
        for name in sorted(used - asked):
            yield f"lacks the {what} {name}"
        for name in sorted(asked - used):
            yield f"asks for the {what} {name}, which nothing uses"


def _at(tree: Any, *path: str) -> list[Any]:
    for key in path:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree if isinstance(tree, list) else []
