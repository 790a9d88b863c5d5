"""What Muster asks of Slack: its command, shortcuts, events, Web API methods, and the scopes that allow them.

`manifests/slack/app.yaml` says the same to Slack, and a test holds the two together.
"""

from dataclasses import dataclass
from typing import Literal

COMMAND = "/incident"


@dataclass(frozen=True, slots=True)
class Shortcut:
    callback_id: str
    name: str
    """As Slack's menus show it: 24 characters at most."""
    on: Literal["global", "message"]


SHORTCUTS = (
    Shortcut("declare", "Declare incident", on="global"),
    Shortcut("declare-from-message", "Declare incident", on="message"),
    Shortcut("pin-to-timeline", "Pin to timeline", on="message"),
)

EVENTS = (
    "app_home_opened",
    "message.channels",
    "message.groups",
    "reaction_added",
    "reaction_removed",
)


@dataclass(frozen=True, slots=True)
class Scope:
    name: str
    needed_for: tuple[str, ...]
    """Methods and events that Slack refuses without it."""


CHANNEL_CARE = ("conversations.create", "conversations.invite", "conversations.setTopic")
CHANNEL_FACTS = ("conversations.list",)

SCOPES = (
    Scope("bookmarks:read", ("bookmarks.list",)),
    Scope("bookmarks:write", ("bookmarks.add",)),
    Scope("channels:history", ("conversations.history", "conversations.replies", "message.channels")),
    Scope("channels:join", ("conversations.join",)),
    Scope("channels:manage", CHANNEL_CARE),
    Scope("channels:read", CHANNEL_FACTS),
    Scope("chat:write", ("chat.postMessage", "chat.postEphemeral", "chat.update")),
    Scope("commands", (COMMAND, "shortcuts")),
    Scope("files:write", ("files.getUploadURLExternal", "files.completeUploadExternal")),
    Scope("groups:history", ("conversations.history", "conversations.replies", "message.groups")),
    Scope("groups:read", CHANNEL_FACTS),
    Scope("groups:write", CHANNEL_CARE),
    Scope("im:history", ("conversations.history",)),
    Scope("im:write", ("conversations.open",)),
    Scope("pins:write", ("pins.add",)),
    Scope("reactions:read", ("reaction_added", "reaction_removed")),
    Scope("usergroups:read", ("usergroups.users.list",)),
    Scope("usergroups:write", ("usergroups.users.update",)),
    Scope("users:read", ("users.info",)),
)
"""The smallest set that allows everything below; `groups:` is the same as `channels:` for private incidents."""

FREE_METHODS = (
    "apps.connections.open",
    "auth.test",
    "chat.getPermalink",
    "views.open",
    "views.publish",
    "views.update",
)
"""Methods that need no scope of the bot's. Opening a connection takes the app-level token's `connections:write`."""

METHODS = frozenset(FREE_METHODS) | {
    need for scope in SCOPES for need in scope.needed_for if "." in need and need not in EVENTS
}
"""Every Web API method that Muster calls."""
