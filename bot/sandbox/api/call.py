"""One call of a Web API method: its arguments, and what every method asks of the workspace."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from bot.sandbox.errors import SlackError, invalid
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.workspace import Channel, Json, Message

Scopes: TypeAlias = Mapping[str, tuple[str, ...]]
"""Kind of channel → scopes of which one is enough; ``*`` for methods that need the same everywhere."""

T = TypeVar("T")
TS = re.compile(r"\d{1,10}(\.\d{1,6})?")


@dataclass(frozen=True)
class Method:
    """A method as its page documents it."""

    handler: Callable[["Call"], Json]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    scopes: Scopes | None = None
    per_minute: int = 50
    token: str = "bot"  # noqa: S105  the kind of token it takes
    missing: Mapping[str, str] | None = None
    """What Slack answers when a required argument is missing, where that has its own error."""


@dataclass(frozen=True)
class Call:
    slack: Sandbox
    method: Method
    args: Json

    @property
    def bot(self) -> str:
        return self.slack.workspace.app.bot_user_id

    # Arguments: from a form everything is text, from JSON it may be typed

    def text(self, name: str) -> str:
        value = self.maybe(name)
        return value if value is not None else ""

    def maybe(self, name: str) -> str | None:
        value = self.args.get(name)
        if isinstance(value, (dict, list)):
            raise invalid("invalid_arguments", f"must be a string [json-pointer:/{name}]")
        return None if value is None else str(value)

    def given(self, name: str) -> str:
        """An argument that must be there but may be empty."""
        if (value := self.maybe(name)) is None:
            raise invalid("invalid_arguments", f"missing required field: {name}")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.args.get(name)
        return default if value is None else str(value).lower() in {"1", "true"}

    def number(self, name: str, default: int, most: int) -> int:
        value = self.maybe(name)
        if not value:
            return default
        if not value.isdigit() or not 0 < int(value) <= most:
            raise SlackError("invalid_limit")
        return int(value)

    def parsed(self, name: str, error: str = "invalid_arguments") -> Any:
        """An argument that is JSON, whether it came as an object or as text."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise SlackError(error) from None

    def ids(self, name: str) -> list[str]:
        value = self.args.get(name)
        listed = value if isinstance(value, list) else str(value or "").strip("[]").split(",")
        return [str(one).strip(' "') for one in listed if str(one).strip(' "')]

    def ts(self, name: str, error: str) -> str:
        value = self.text(name)
        if value and not TS.fullmatch(value):
            raise SlackError(error)
        return value

    # The workspace as the bot may see it

    def need(self, *any_of: str) -> None:
        have = self.slack.workspace.app.scopes
        if any_of and not set(any_of) & set(have):
            raise SlackError("missing_scope", needed=",".join(any_of), provided=",".join(have))

    def channel(self, name: str = "channel") -> Channel:
        """The channel named by its id; one that the bot may not see doesn't exist for it."""
        return self._seen(self.slack.workspace.channels.get(self.text(name)))

    def joined(self, name: str = "channel") -> Channel:
        channel = self.channel(name)
        if self.bot not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def destination(self) -> Channel:
        """Where a message may go: an id, a public channel's name, or a person's id for a direct message.

        That the person has left is no reason for Slack to refuse (its answer to issue 1156 of python-slack-sdk).
        """
        name = self.text("channel")
        workspace = self.slack.workspace
        if name in workspace.people and not workspace.people[name].is_bot:
            channel = self.slack.changes.open_dm([name, self.bot])
        else:
            channel = self._seen(workspace.channels.get(name) or workspace.named(name.removeprefix("#")))
        if channel.is_archived:
            raise SlackError("is_archived")
        if self.bot not in channel.members and "chat:write.public" not in workspace.app.scopes:
            raise SlackError("not_in_channel")
        return channel

    def open_channel(self, name: str = "channel") -> Channel:
        channel = self.joined(name)
        if channel.is_archived:
            raise SlackError("is_archived")
        return channel

    def message(self, channel: Channel, name: str, error: str = "message_not_found") -> Message:
        message = self.slack.workspace.message(channel.id, self.text(name))
        if message is None:
            raise SlackError(error)
        return message

    def user(self, name: str = "user") -> str:
        user = self.text(name)
        if user not in self.slack.workspace.people:
            raise SlackError("user_not_found")
        return user

    def page(self, things: Sequence[T], default: int, most: int = 1000) -> tuple[list[T], Json]:
        """This page of the things, and the ``response_metadata`` that leads to the next."""
        start = _position(self.text("cursor"))
        limit = self.number("limit", default, most)
        cursor = _cursor(start + limit) if start + limit < len(things) else ""
        return list(things[start : start + limit]), {"response_metadata": {"next_cursor": cursor}}

    def _seen(self, channel: Channel | None) -> Channel:
        if channel is None or not channel.seen_by(self.bot):
            raise SlackError("channel_not_found")
        if self.method.scopes:
            self.need(*self.method.scopes.get("*", self.method.scopes.get(channel.kind, ())))
        return channel


def _cursor(position: int) -> str:
    return base64.b64encode(f"next:{position}".encode()).decode()


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
    except (binascii.Error, ValueError):
        raise SlackError("invalid_cursor") from None
