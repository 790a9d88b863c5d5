"""The installed app: its names, tokens, scopes, commands, and how Slack reaches it."""

from dataclasses import dataclass, fields
from typing import Any, Literal, TypedDict

from bot.sandbox.errors import NotPossibleError

SCOPES = (
    *("app_mentions:read", "bookmarks:read", "bookmarks:write", "channels:history", "channels:join"),
    *("channels:manage", "channels:read", "chat:write", "chat:write.customize", "chat:write.public", "commands"),
    *("emoji:read", "files:read", "files:write", "groups:history", "groups:read", "groups:write", "im:history"),
    *("im:read", "im:write", "mpim:history", "mpim:read", "mpim:write", "pins:read", "pins:write", "reactions:read"),
    *("reactions:write", "team:read", "usergroups:read", "usergroups:write", "users:read", "users:read.email"),
)
"""All that an incident bot may want; an installed app says which of them it has."""


class Command(TypedDict, total=False):
    command: str
    description: str
    usage_hint: str
    should_escape: bool


class Shortcut(TypedDict):
    name: str
    type: Literal["message", "global"]
    callback_id: str
    description: str


@dataclass(frozen=True, kw_only=True)
class App:
    app_id: str = "A0LOCAL"
    name: str = "Muster"
    bot_user_id: str = "UMUSTER"
    bot_id: str = "BMUSTER"
    bot_token: str = "xoxb-local"  # noqa: S105  the local workspace's fixed token opens nothing else
    app_token: str = "xapp-local"  # noqa: S105  as above
    signing_secret: str = "local-signing-secret"  # noqa: S105  as above
    scopes: tuple[str, ...] = SCOPES
    commands: tuple[Command, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    bot_events: tuple[str, ...] = ()
    request_url: str | None = None
    socket_mode: bool = True
    retry_delays: tuple[float, ...] = (0.0, 1.0, 5.0)
    """Seconds before an event's first, second and third retry. Slack waits 0, 60 and 300."""
    keep_events: float = 60.0
    """Seconds for which events are kept while a Socket Mode app has no connection."""

    @classmethod
    def read(cls, described: dict[str, Any]) -> "App":
        """The app as its JSON file describes it; an unknown key is named rather than ignored."""
        unknown = described.keys() - {known.name for known in fields(cls)}
        if unknown:
            raise NotPossibleError(
                f"The app's description has keys that mean nothing here: {', '.join(sorted(unknown))}."
            )
        read: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in described.items()}
        return cls(**read)
