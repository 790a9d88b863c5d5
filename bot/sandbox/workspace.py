"""The workspace itself: its people, channels, messages, views and files, kept on disk as they change."""

import secrets
import string
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

from bot.sandbox.app import App
from bot.sandbox.clock import now
from bot.sandbox.store import Store

Json: TypeAlias = dict[str, Any]
Kind: TypeAlias = Literal["channel", "group", "im", "mpim"]

TEAM = {"id": "T0LOCAL", "name": "Local workspace", "domain": "local"}


@dataclass(kw_only=True)
class Person:
    id: str
    name: str
    real_name: str
    tz: str
    email: str = ""
    title: str = ""
    color: str = "4a7d74"
    is_bot: bool = False
    deleted: bool = False
    """The account was deactivated. Its messages and conversations stay."""
    team: str = TEAM["id"]
    """Whose member it is: a shared channel has people of other workspaces, too."""


@dataclass(kw_only=True)
class Channel:
    id: str
    kind: Kind
    name: str
    creator: str
    created: int
    members: list[str]
    topic: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    purpose: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    is_archived: bool = False
    is_general: bool = False
    previous_names: list[str] = field(default_factory=list)
    bookmarks: list[Json] = field(default_factory=list)
    pins: list[Json] = field(default_factory=list)
    """What is pinned: ``{"ts", "by", "at"}``, in the order of pinning."""
    last_read: dict[str, str] = field(default_factory=dict)

    def seen_by(self, user: str) -> bool:
        """Public channels are everyone's to see, the others their members'."""
        return self.kind == "channel" or user in self.members


@dataclass(kw_only=True)
class Message:
    channel: str
    ts: str
    user: str
    text: str
    by_app: bool = False
    subtype: str | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    metadata: Json | None = None
    edited: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    more: Json = field(default_factory=dict)
    """What only this subtype has: topic, inviter, username, icons …"""
    only_for: str | None = None
    """The one person who sees an ephemeral message."""
    state: Json = field(default_factory=dict)
    """Choices made in the message's menus: block_id → action_id → value."""

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(kw_only=True)
class View:
    id: str
    user: str
    content: Json
    """What the app sent: type, title, blocks (their ids filled in), private_metadata …"""
    hash: str
    state: Json
    root_view_id: str
    previous_view_id: str | None = None


@dataclass(kw_only=True)
class File:
    id: str
    name: str
    title: str
    user: str
    size: int
    created: int
    mimetype: str
    alt_txt: str = ""
    uploaded: bool = False
    completed: bool = False
    channels: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class UserGroup:
    id: str
    handle: str
    name: str
    users: list[str]
    description: str = ""
    channels: list[str] = field(default_factory=list)
    is_enabled: bool = True
    created: int = 0
    updated: int = 0
    created_by: str = ""
    updated_by: str = ""


@dataclass(kw_only=True)
class Stack:
    """The modals that a person has open, by id; the last is on top."""

    id: str
    views: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class Home:
    """Which view a person's Home tab shows; ``id`` is the person's."""

    id: str
    view: str


Thing: TypeAlias = Person | Channel | Message | View | File | UserGroup | Stack | Home
KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (Person, Channel, Message, View, File, UserGroup, Stack, Home)
}


class Workspace:
    """Everything that is true in the workspace. Whoever changes a thing calls ``keep`` with it."""

    def __init__(self, store: Store, base_url: str) -> None:
        self.store = store
        self.base_url = base_url
        self.app = App()
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, dict[str, Message]] = {}
        self.ephemerals: dict[str, dict[str, Message]] = {}
        self.views: dict[str, View] = {}
        self.files: dict[str, File] = {}
        self.groups: dict[str, UserGroup] = {}
        self.stacks: dict[str, Stack] = {}
        self.homes: dict[str, Home] = {}
        self.last_ts = 0
        self.tell: Callable[[Iterable[str], Json], None] = lambda _people, _news: None
        """Shows news to people's pages; the server plugs it in."""
        self.emit: Callable[[Json, Channel | None], None] = lambda _event, _channel: None
        """Sends an event to the installed app, if it may see it; the server plugs it in."""
        for kind, stored in store.everything():
            if kind == "App":
                self.app = App.read(stored)
            else:
                self._place(KINDS[kind](**stored))

    def install(self, app: App) -> None:
        """Install the app, in place of the one before; its bot becomes one of the people."""
        self.app = app
        self.store.put("App", "app", asdict(app))
        self.keep(Person(id=app.bot_user_id, name=app.name.lower(), real_name=app.name, tz="UTC", is_bot=True))

    def ts(self) -> str:
        """A message's time stamp, which is also its id: no two are the same, and later ones are greater."""
        self.last_ts = max(int(now() * 1_000_000), self.last_ts + 1)
        return f"{self.last_ts // 1_000_000}.{self.last_ts % 1_000_000:06d}"

    def keep(self, thing: Thing) -> None:
        """Put the thing in its place and write it down, as it is now."""
        self._place(thing)
        if isinstance(thing, Message) and thing.only_for:
            return
        self.store.put(type(thing).__name__, _key(thing), asdict(thing))

    def forget(self, thing: Message | View | Home) -> None:
        match thing:
            case Message(only_for=None):
                self.messages[thing.channel].pop(thing.ts, None)
            case Message():
                self.ephemerals[thing.channel].pop(thing.ts, None)
            case View():
                self.views.pop(thing.id, None)
            case Home():
                self.homes.pop(thing.id, None)
        self.store.drop(type(thing).__name__, _key(thing))

    def _place(self, thing: Thing) -> None:
        match thing:
            case Person():
                self.people[thing.id] = thing
            case Channel():
                self.channels[thing.id] = thing
                self.messages.setdefault(thing.id, {})
                self.ephemerals.setdefault(thing.id, {})
            case Message():
                shelf = self.ephemerals if thing.only_for else self.messages
                shelf.setdefault(thing.channel, {})[thing.ts] = thing
                self.last_ts = max(self.last_ts, int(thing.ts.replace(".", "")))
            case View():
                self.views[thing.id] = thing
            case File():
                self.files[thing.id] = thing
            case UserGroup():
                self.groups[thing.id] = thing
            case Stack():
                self.stacks[thing.id] = thing
            case Home():
                self.homes[thing.id] = thing

    def message(self, channel: str, ts: str) -> Message | None:
        return self.messages.get(channel, {}).get(ts)

    def in_channel(self, channel: str) -> Iterator[Message]:
        """What the channel itself shows, oldest first: replies stay in their threads unless broadcast."""
        return (m for m in self.messages[channel].values() if not m.is_reply or m.broadcast)

    def replies(self, channel: str, thread_ts: str) -> list[Message]:
        return [m for m in self.messages[channel].values() if m.is_reply and m.thread_ts == thread_ts]

    def named(self, name: str) -> Channel | None:
        return next((c for c in self.channels.values() if c.kind in {"channel", "group"} and c.name == name), None)

    def dm(self, people: Iterable[str]) -> Channel | None:
        wanted = set(people)
        return next((c for c in self.channels.values() if c.kind in {"im", "mpim"} and set(c.members) == wanted), None)

    def stack(self, user: str) -> list[View]:
        return [self.views[view] for view in self.stacks[user].views] if user in self.stacks else []

    def humans(self) -> list[str]:
        return [person.id for person in self.people.values() if not person.is_bot]


def new_id(prefix: str) -> str:
    """An id of Slack's look: a letter for the kind of thing, then ten letters or digits."""
    return prefix + "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(10))


def _key(thing: Thing) -> str:
    return f"{thing.channel}/{thing.ts}" if isinstance(thing, Message) else thing.id
