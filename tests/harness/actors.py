"""People in the local Slack: they type, click, submit and read, as a person in the page does."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from tests.harness.world import World, until

Seen = dict[str, Any]


class RefusedError(AssertionError):
    """The workspace says that it didn't work: the app didn't answer, or there is nothing like that any more."""


@dataclass(frozen=True)
class Person:
    """Somebody with a Slack window open."""

    world: World
    id: str

    def does(self, path: str, **body: Any) -> Seen:
        """Do something in the client. Raises RefusedError where it doesn't succeed."""
        answer = self.post(path, **body)
        if "error" in answer:
            raise RefusedError(f"{path}: {answer['error']}")
        return answer

    def post(self, path: str, **body: Any) -> Seen:
        """Do something in the client; a refusal comes back as {"error": …}."""
        answer = httpx.post(self.world.url("slack") + path, json={"user": self.id, **body}, timeout=30)
        return dict(answer.json())

    def get(self, path: str, **query: Any) -> Seen:
        answer = httpx.get(self.world.url("slack") + path, params={"user": self.id, **query}, timeout=30)
        return dict(answer.json())

    def types(self, line: str, channel: str = "CINCIDENTS") -> str:
        """Type a slash command; returns what was answered to this person alone."""
        before = {m["ts"] for m in self.messages(channel)}
        answer = self.post("/client/command", channel=channel, text=line)
        if "error" in answer:
            return str(answer["error"])
        fresh = [m for m in self.messages(channel) if m["ts"] not in before and m.get("is_ephemeral")]
        return "\n".join(m["text"] for m in fresh)

    def says(self, text: str, channel: str) -> str:
        """Write a plain message; returns its ts."""
        answer = self.does("/client/say", channel=channel, text=text)
        return str(answer["message"]["ts"] if "message" in answer else answer["ts"])

    def messages(self, channel: str, **query: Any) -> list[Seen]:
        return list(self.get("/client/messages", channel=channel, **query).get("messages", []))

    def channels(self) -> list[Seen]:
        return list(self.get("/client/boot")["channels"])

    def clicks(self, button: str, on: Seen, channel: str) -> Seen:
        """Click a button by what it says, on a message."""
        block_id, action_id = _find(button, on["blocks"])
        container: Seen = {"type": "message", "channel": channel, "ts": on["ts"]}
        if on.get("is_ephemeral"):
            container["is_ephemeral"] = True
        return self.does("/client/click", container=container, block_id=block_id, action_id=action_id, value=None)

    def clicks_in_view(self, button: str, view: Seen, value: Any = None) -> Seen:
        block_id, action_id = _find(button, view["blocks"])
        container = {"type": "view", "view_id": view["id"]}
        return self.does("/client/click", container=container, block_id=block_id, action_id=action_id, value=value)

    def view(self) -> Seen:
        """The form that is open, once it is."""
        return until("a form to open", lambda: (self.get("/client/views")["stack"] or [None])[-1])

    def opens(self, line: str, channel: str = "CINCIDENTS") -> Seen:
        """Type a command that answers with a form; returns the form."""
        said = self.types(line, channel)
        assert not said, said
        return self.view()

    def shortcut(self, callback_id: str, **on: Any) -> Seen:
        return self.does("/client/shortcut", callback_id=callback_id, **on)

    def post_control(self, path: str, **body: Any) -> Seen:
        """Tell the local Slack something that no person could: what goes wrong, which app is installed."""
        return dict(httpx.post(self.world.url("slack") + path, json=body, timeout=30).raise_for_status().json())

    def home(self, *words: str) -> Seen:
        """Open the bot's Home; returns the view once it says these words."""
        self.does("/client/open_home")
        return until(f"“{' … '.join(words)}” in the Home: {self._home()}", lambda: self._home(*words))

    def _home(self, *words: str) -> Seen | None:
        view = self.get("/client/home")["view"]
        return view if view and all(word in all_text({"blocks": view["blocks"]}) for word in words) else None

    def whispered(self, *words: str, channel: str) -> str:
        """Wait for a message that only this person sees, with these words."""

        def look() -> str | None:
            seen = [m for m in self.messages(channel) if m.get("is_ephemeral")]
            return next((m["text"] for m in reversed(seen) if all(w in m["text"] for w in words)), None)

        return until(f"a whisper “{' … '.join(words)}”", look)

    def direct(self, *words: str) -> Seen:
        """Wait for a direct message of the bot's with these words."""

        def look() -> Seen | None:
            return next((m for m in reversed(self.direct_messages()) if all(w in all_text(m) for w in words)), None)

        return until(f"a direct message “{' … '.join(words)}”", look)

    def pick(self, field: str, value: str) -> Seen:
        """Choose an option that changes the open form; returns the form once it has changed."""
        before = self.view()
        block = next(block for block in before["blocks"] if block["block_id"] == field)
        container = {"type": "view", "view_id": before["id"]}
        action_id = block["element"]["action_id"]
        self.does("/client/click", container=container, block_id=field, action_id=action_id, value=value)
        return until("the form to change", lambda: view if (view := self.view())["hash"] != before["hash"] else None)

    def submits(self, **values: Any) -> Seen:
        """Fill in the open form by its fields' names, and send it."""
        view = self.view()
        state: Seen = {block["block_id"]: {} for block in view["blocks"] if block["type"] == "input"}
        for block in view["blocks"]:
            if block["type"] != "input":
                continue
            element, name = block["element"], block["block_id"]
            value = values[name] if name in values else _initial(element)
            state[name] = {element["action_id"]: value}
        unknown = set(values) - set(state)
        assert not unknown, f"the form has no {unknown}; it has {set(state)}"
        return self.does("/client/submit", view_id=view["id"], state=state)

    def reacts(self, name: str, ts: str, channel: str) -> Seen:
        return self.does("/client/react", channel=channel, ts=ts, name=name)

    def direct_messages(self) -> list[Seen]:
        """What the bot wrote to this person alone."""
        return [
            {**message, "channel": channel["id"]}
            for channel in self.channels()
            if channel.get("is_im")
            for message in self.messages(channel["id"])
        ]


@dataclass(frozen=True)
class Place:
    """A channel as a reader sees it."""

    reader: Person
    id: str

    def sees(self, *words: str) -> Seen:
        """Wait for a message that says all of these words."""
        return until(f"“{' … '.join(words)}” in {self.id}: {self._texts()}", lambda: self.message(*words))

    def asks(self, button: str) -> Seen:
        """Wait for a message with this button."""
        return until(
            f"the button “{button}”: {self._texts()}",
            lambda: next((m for m in reversed(self.messages()) if button in buttons(m)), None),
        )

    def message(self, *words: str) -> Seen | None:
        return next((m for m in reversed(self.messages()) if all(w in all_text(m) for w in words)), None)

    def messages(self) -> list[Seen]:
        return [m for m in self.reader.messages(self.id) if not m.get("is_ephemeral")]

    def count(self, *words: str) -> int:
        return sum(all(w in all_text(m) for w in words) for m in self.messages())

    def _texts(self) -> list[str]:
        return [m["text"][:80] for m in self.messages()]


def all_text(message: Seen) -> str:
    blocks = json.dumps([b for b in message.get("blocks") or [] if b.get("type") != "actions"], ensure_ascii=False)
    return f"{message.get('text', '')} {blocks}"


def buttons(message: Seen) -> list[str]:
    """What the buttons on a message say."""
    return [e["text"]["text"] for b in message.get("blocks") or [] for e in _elements(b) if e.get("type") == "button"]


def _elements(block: Seen) -> list[Seen]:
    return [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]


def _find(button: str, blocks: list[Seen]) -> tuple[str, str]:
    for block in blocks:
        for element in _elements(block):
            if element.get("type") == "button" and button in element["text"]["text"]:
                return block["block_id"], element["action_id"]
    says = [e["text"]["text"] for b in blocks for e in _elements(b) if e.get("type") == "button"]
    raise AssertionError(f"there is no button “{button}”; there are {says}")


def _initial(element: Seen) -> Any:
    for key in ("initial_value", "initial_user", "initial_users", "initial_date_time"):
        if key in element:
            return element[key]
    return (element.get("initial_option") or {}).get("value")


@dataclass(frozen=True)
class Story:
    """One incident, the people in it, and the places where it shows."""

    world: World
    id: str
    channel: Place
    ana: Person
    ben: Person
    cy: Person

    @property
    def announcements(self) -> Place:
        return Place(self.ana, "CINCIDENTS")

    @property
    def managers(self) -> Place:
        return Place(self.ana, "CMANAGERS")

    def card(self) -> Seen:
        return until("the card", lambda: self.channel.message(f"{self.id} ·"))

    def when(self, look: Callable[[], Any], what: str) -> Any:
        return until(what, look)


def declare(world: World, words: str = "p1 checkout is down") -> Story:
    """Ana declares; returns when the channel and the card are there."""
    ana, ben, cy = (Person(world, id_) for id_ in ("UANA", "UBEN", "UCY"))
    said = ana.types(f"/incident declare {words}")
    assert said.startswith("INC-"), said
    incident = said.split()[0]
    return join(world, incident, ana, ben, cy)


def join(world: World, incident: str, ana: Person, ben: Person, cy: Person) -> Story:
    prefix = f"{incident.lower()}-"
    found = until(
        f"the channel of {incident}", lambda: [c for c in ana.channels() if str(c.get("name", "")).startswith(prefix)]
    )
    channel = found[0]["id"]
    until("the invitation", lambda: any(c["id"] == channel and ana.id in c["members"] for c in ana.channels()))
    for person in (ben, cy):
        person.post("/client/join", channel=channel)
    story = Story(world, incident, Place(ana, channel), ana, ben, cy)
    story.card()
    return story
