"""The page's side of the server: what a person sees and does, JSON in and JSON out."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox import person
from bot.sandbox.errors import NotPossibleError
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.shapes import view_json
from bot.sandbox.typed import stored
from bot.sandbox.workspace import TEAM, Json, Message

Act: TypeAlias = Callable[[Sandbox, str, Json], Json | Awaitable[Json | None] | None]


def routes() -> list[Route]:
    reads = [Route(f"/{name}", _reading(read)) for name, read in READS.items()]
    acts = [Route(f"/{name}", _acting(act), methods=["POST"]) for name, act in ACTS.items()]
    return [*reads, *acts, Route("/stream", stream)]


def boot(slack: Sandbox, user: str, _asked: Json) -> Json:
    workspace = slack.workspace
    app = workspace.app
    people = [_person(slack, id_) for id_ in workspace.people]
    return {
        "team": {"id": TEAM["id"], "name": TEAM["name"]},
        "me": _person(slack, user),
        "people": people,
        "channels": [slack.changes.for_page(c, user) for c in workspace.channels.values() if c.seen_by(user)],
        "app": {
            "app_id": app.app_id,
            "name": app.name,
            "bot_user_id": app.bot_user_id,
            "connected": slack.connected,
        },
        "commands": list(app.commands),
        "shortcuts": list(app.shortcuts),
        "links": list(slack.links),
        "usergroups": [slack.changes.group_for_page(group) for group in workspace.groups.values()],
    }


def messages(slack: Sandbox, user: str, asked: Json) -> Json:
    workspace = slack.workspace
    channel = person.channel_of(slack, user, asked.get("channel"))
    thread_ts = asked.get("thread_ts")
    whispered = [m for m in workspace.ephemerals[channel.id].values() if m.only_for == user]
    if thread_ts:
        root = person.message_of(slack, user, channel, thread_ts)
        shown: list[Message] = [root, *workspace.replies(channel.id, root.ts)]
        shown += [m for m in whispered if m.thread_ts == root.ts]
    else:
        shown = [*workspace.in_channel(channel.id), *(m for m in whispered if not m.is_reply)]
    shown.sort(key=lambda message: message.ts)
    return {"messages": [slack.changes.shown(m) for m in shown[-int(asked.get("limit") or 200) :]]}


def home(slack: Sandbox, user: str, _asked: Json) -> Json:
    view = slack.views.home(user)
    return {"view": view_json(slack.workspace, view) if view else None}


def views(slack: Sandbox, user: str, _asked: Json) -> Json:
    return {"stack": slack.views.shown(user)}


def say(slack: Sandbox, user: str, asked: Json) -> Json:
    channel = person.channel_of(slack, user, asked.get("channel"), member=True)
    text = str(asked.get("text", "")).strip()
    if not text:
        raise NotPossibleError("There is nothing to say yet.")
    if any(text.split()[0] == command["command"] for command in slack.workspace.app.commands):
        raise NotPossibleError("That is a command, not a message.")
    thread_ts = asked.get("thread_ts")
    if thread_ts:
        root = person.message_of(slack, user, channel, thread_ts)
        thread_ts = root.thread_ts or root.ts
    more = {"client_msg_id": str(uuid4())}
    message = slack.changes.post(channel, user, stored(slack.workspace, text), thread_ts=thread_ts, more=more)
    return {"message": slack.changes.shown(message)}


async def command(slack: Sandbox, user: str, asked: Json) -> None:
    await person.command(slack, user, asked.get("channel"), str(asked.get("text", "")))


async def click(slack: Sandbox, user: str, asked: Json) -> None:
    container, state = asked.get("container") or {}, asked.get("state") or {}
    await person.click(slack, user, container, _place(asked), raw=asked.get("value"), state=state)


async def options(slack: Sandbox, user: str, asked: Json) -> Json:
    typed = str(asked.get("value") or "")
    return await person.options(slack, user, asked.get("container") or {}, _place(asked), typed=typed)


async def submit(slack: Sandbox, user: str, asked: Json) -> Json:
    return await person.submit(slack, user, str(asked.get("view_id")), asked.get("state") or {})


def close(slack: Sandbox, user: str, asked: Json) -> None:
    person.close(slack, user, str(asked.get("view_id")))


async def shortcut(slack: Sandbox, user: str, asked: Json) -> None:
    callback_id = str(asked.get("callback_id"))
    await person.shortcut(slack, user, callback_id, asked.get("channel"), asked.get("message_ts"))


def open_home(slack: Sandbox, user: str, _asked: Json) -> None:
    person.open_home(slack, user)


def react(slack: Sandbox, user: str, asked: Json) -> None:
    message, name = _message(slack, user, asked), str(asked.get("name", "")).strip(":")
    if user not in message.reactions.get(name, []):
        slack.changes.react(message, user, name)


def unreact(slack: Sandbox, user: str, asked: Json) -> None:
    message, name = _message(slack, user, asked), str(asked.get("name", "")).strip(":")
    if user in message.reactions.get(name, []):
        slack.changes.unreact(message, user, name)


def edit(slack: Sandbox, user: str, asked: Json) -> None:
    text = stored(slack.workspace, str(asked.get("text", "")).strip())
    if not text:
        raise NotPossibleError("A message can't be empty: delete it instead.")
    slack.changes.edit(_own(slack, user, asked), user, text=text)


def delete(slack: Sandbox, user: str, asked: Json) -> None:
    slack.changes.delete(_own(slack, user, asked))


def join(slack: Sandbox, user: str, asked: Json) -> None:
    channel = person.channel_of(slack, user, asked.get("channel"))
    if channel.is_archived:
        raise NotPossibleError(f"#{channel.name} is archived.")
    if user not in channel.members:
        slack.changes.join(channel, user)


def leave(slack: Sandbox, user: str, asked: Json) -> None:
    channel = person.channel_of(slack, user, asked.get("channel"), member=True)
    if channel.is_general:
        raise NotPossibleError("Nobody can leave #general.")
    if channel.kind == "im":
        raise NotPossibleError("A direct message can't be left.")
    slack.changes.leave(channel, user)


def dm(slack: Sandbox, user: str, asked: Json) -> Json:
    peer = str(asked.get("with"))
    if peer not in slack.workspace.people or peer == user:
        raise NotPossibleError("There is nobody like that to write to.")
    return {"channel": slack.changes.for_page(slack.changes.open_dm([user, peer]), user)}


def read(slack: Sandbox, user: str, asked: Json) -> None:
    slack.changes.read(person.channel_of(slack, user, asked.get("channel")), user)


async def stream(request: Request) -> Response:
    slack: Sandbox = request.app.state.slack
    news = slack.pages.stream(_user(slack, request.query_params.get("user")))
    return StreamingResponse(news, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def _person(slack: Sandbox, user: str) -> Json:
    known = slack.workspace.people[user]
    return {
        key: getattr(known, key) for key in ("id", "name", "real_name", "color", "tz", "title", "is_bot", "deleted")
    }


def _place(asked: Json) -> person.Place:
    return str(asked.get("block_id")), str(asked.get("action_id"))


def _message(slack: Sandbox, user: str, asked: Json) -> Message:
    channel = person.channel_of(slack, user, asked.get("channel"), member=True)
    message = person.message_of(slack, user, channel, asked.get("ts"))
    if message.only_for:
        raise NotPossibleError("Only you can see this message; it can't be changed.")
    return message


def _own(slack: Sandbox, user: str, asked: Json) -> Message:
    message = _message(slack, user, asked)
    if message.user != user or message.subtype:
        raise NotPossibleError("Only your own messages are yours to change.")
    return message


def _user(slack: Sandbox, user: Any) -> str:
    known = slack.workspace.people.get(str(user))
    if known is None or known.is_bot:
        raise NotPossibleError(f"There is nobody called {user!r} here.")
    if known.deleted:
        raise NotPossibleError(f"{known.real_name}'s account was deactivated.")
    return known.id


def _reading(read: Callable[[Sandbox, str, Json], Json]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        slack: Sandbox = request.app.state.slack
        asked = dict(request.query_params)
        return JSONResponse(read(slack, _user(slack, asked.get("user")), asked))

    return endpoint


def _acting(act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        slack: Sandbox = request.app.state.slack
        asked = await request.json()
        done = act(slack, _user(slack, asked.get("user")), asked)
        return JSONResponse({"ok": True} | ((await done if isinstance(done, Awaitable) else done) or {}))

    return endpoint


READS: dict[str, Callable[[Sandbox, str, Json], Json]] = {
    "boot": boot,
    "messages": messages,
    "home": home,
    "views": views,
}
ACTS: dict[str, Act] = {
    act.__name__: act
    for act in (
        *(say, command, click, options, submit, close, shortcut, open_home),
        *(react, unreact, edit, delete, join, leave, dm, read),
    )
}
