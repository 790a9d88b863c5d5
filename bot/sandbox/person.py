"""What a person does that the app answers: commands, clicks, forms, shortcuts."""

from typing import Any, TypeAlias

from bot.sandbox import payloads
from bot.sandbox.blocks import find_element
from bot.sandbox.delivery import UndeliveredError
from bot.sandbox.errors import NotPossibleError, SlackError
from bot.sandbox.inputs import FIELD, chosen, complaint, state_of
from bot.sandbox.responses import answer
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.shapes import view_json
from bot.sandbox.typed import for_command
from bot.sandbox.workspace import Channel, Json, Message, View

Place: TypeAlias = tuple[str, str]
"""Where an element is: its block_id and action_id."""

TROUBLE = "We had some trouble connecting. Try again?"


def channel_of(slack: Sandbox, user: str, channel_id: Any, *, member: bool = False) -> Channel:
    channel = slack.workspace.channels.get(str(channel_id))
    if channel is None or not channel.seen_by(user):
        raise NotPossibleError("There is no such channel, or you aren't in it.")
    if member and user not in channel.members:
        raise NotPossibleError(f"Join #{channel.name} first.")
    if member and channel.is_archived:
        raise NotPossibleError(f"#{channel.name} is archived.")
    return channel


def message_of(slack: Sandbox, user: str, channel: Channel, ts: Any) -> Message:
    message = slack.workspace.message(channel.id, str(ts)) or slack.workspace.ephemerals[channel.id].get(str(ts))
    if message is None or message.only_for not in {None, user}:
        raise NotPossibleError("That message isn't there any more.")
    return message


async def command(slack: Sandbox, user: str, channel_id: Any, line: str) -> None:
    """A slash command; the app has three seconds to take it."""
    channel = channel_of(slack, user, channel_id, member=True)
    word, _, text = line.strip().partition(" ")
    known = next((c for c in slack.workspace.app.commands if c["command"] == word), None)
    if known is None:
        raise NotPossibleError(f"{word} is not a valid command.")
    token = slack.tickets.responder(channel.id, user)
    payload = payloads.command(
        slack.workspace,
        user,
        channel,
        word,
        for_command(slack.workspace, text.strip(), should_escape=known.get("should_escape", False)),
        trigger_id=slack.tickets.trigger(user),
        response_url=f"{slack.base_url}/response/{token}",
    )
    try:
        said = await slack.delivery.deliver("slash_commands", payload)
    except UndeliveredError as failed:
        raise NotPossibleError(f'{word} failed with the error "{failed.code}"') from failed
    try:
        answer(slack, slack.tickets.responders[token], said or {})
    except SlackError as refused:
        raise NotPossibleError(f'{word} failed with the error "invalid_command_response" ({refused.code})') from refused


async def click(slack: Sandbox, user: str, container: Json, place: Place, *, raw: Any, state: Json) -> None:
    """A button pressed or a choice made, in a message or in a view."""
    trigger_id = slack.tickets.trigger(user)
    if container.get("type") == "view":
        view = view_of(slack, user, str(container.get("view_id")))
        element, value = _chosen(view.content["blocks"], place, raw)
        _fill_in(view, state)
        _remember(view.state, place, value)
        slack.views.choose(view, view.state)
        action = payloads.action(element, place[0], value)
        await _deliver(slack, payloads.view_click(slack.workspace, view, action, trigger_id=trigger_id))
        return
    channel = channel_of(slack, user, container.get("channel"))
    message = message_of(slack, user, channel, container.get("ts"))
    element, value = _chosen(message.blocks or [], place, raw)
    chosen_so_far = state_of(message.blocks or [], message.state)
    _remember(chosen_so_far, place, value)
    slack.changes.choose(message, chosen_so_far)
    token = slack.tickets.responder(
        channel.id,
        user,
        message.ts,
        ephemeral=message.only_for is not None,
        thread_ts=message.thread_ts if message.is_reply else None,
    )
    payload = payloads.message_click(
        slack.workspace,
        user,
        channel,
        message,
        payloads.action(element, place[0], value),
        trigger_id=trigger_id,
        response_url=f"{slack.base_url}/response/{token}",
    )
    await _deliver(slack, payload)


async def options(slack: Sandbox, user: str, container: Json, place: Place, *, typed: str) -> Json:
    """What an external menu offers for what was typed so far."""
    where: Json
    if container.get("type") == "view":
        view = view_of(slack, user, str(container.get("view_id")))
        blocks = view.content["blocks"]
        where = {"container": {"type": "view", "view_id": view.id}, "view": view_json(slack.workspace, view)}
    else:
        channel = channel_of(slack, user, container.get("channel"))
        message = message_of(slack, user, channel, container.get("ts"))
        blocks = message.blocks or []
        where = {"container": {"type": "message", "message_ts": message.ts, "channel_id": channel.id}}
    element = find_element(blocks, *place)
    if element is None or "external" not in element["type"]:
        raise NotPossibleError("There is no such menu.")
    asked = payloads.suggestion(slack.workspace, user, typed, element=element, block_id=place[0], container=where)
    return await _deliver(slack, asked) or {"options": []}


async def submit(slack: Sandbox, user: str, view_id: str, raw: Json) -> Json:
    """A form sent off: checked here as Slack does, then by the app."""
    view = view_of(slack, user, view_id)
    if view.id != slack.workspace.stacks[user].views[-1]:
        raise NotPossibleError("Another form is open on top of this one.")
    _fill_in(view, raw)
    slack.views.choose(view, view.state)
    inputs = [block for block in view.content["blocks"] if block["type"] == "input"]
    complaints = {
        block["block_id"]: said
        for block in inputs
        if (said := complaint(block, view.state[block["block_id"]][block["element"]["action_id"]]))
    }
    if complaints:
        return {"ok": False, "errors": complaints}
    payload = payloads.submission(
        slack.workspace,
        view,
        trigger_id=slack.tickets.trigger(user),
        response_urls=_response_urls(slack, user, inputs, view),
    )
    answered = await _deliver(slack, payload, TROUBLE)
    try:
        return _react(slack, view, inputs, answered or {})
    except SlackError as refused:
        messages = refused.more.get("response_metadata", {}).get("messages", [])
        raise NotPossibleError(f"{TROUBLE} ({'; '.join([refused.code, *messages])})") from refused


def close(slack: Sandbox, user: str, view_id: str) -> None:
    """The view's Cancel or cross; the app hears of it if it asked to."""
    view = view_of(slack, user, view_id)
    cleared = bool(view.content.get("clear_on_close"))
    for closed in slack.views.close(view):
        if closed.content.get("notify_on_close"):
            told = payloads.closing(slack.workspace, closed, cleared=cleared)
            slack.delivery.in_background(_told_or_lost(slack, told))


async def shortcut(slack: Sandbox, user: str, callback_id: str, channel_id: Any, ts: Any) -> None:
    known = next((s for s in slack.workspace.app.shortcuts if s["callback_id"] == callback_id), None)
    if known is None:
        raise NotPossibleError("There is no such shortcut.")
    trigger_id = slack.tickets.trigger(user)
    if known["type"] == "global":
        payload = payloads.global_shortcut(slack.workspace, user, callback_id, trigger_id=trigger_id)
    else:
        channel = channel_of(slack, user, channel_id)
        message = message_of(slack, user, channel, ts)
        token = slack.tickets.responder(channel.id, user)
        payload = payloads.message_shortcut(
            slack.workspace,
            user,
            channel,
            message,
            callback_id,
            trigger_id=trigger_id,
            response_url=f"{slack.base_url}/response/{token}",
        )
    await _deliver(slack, payload)


def open_home(slack: Sandbox, user: str) -> None:
    workspace = slack.workspace
    dm = slack.changes.open_dm([user, workspace.app.bot_user_id])
    event: Json = {
        "type": "app_home_opened",
        "user": user,
        "channel": dm.id,
        "tab": "home",
        "event_ts": workspace.ts(),
    }
    if view := slack.views.home(user):
        event["view"] = view_json(workspace, view)
    workspace.emit(event, dm)


def view_of(slack: Sandbox, user: str, view_id: str) -> View:
    view = slack.workspace.views.get(view_id)
    if view is None or view.user != user:
        raise NotPossibleError("That form isn't open any more.")
    return view


async def _deliver(
    slack: Sandbox, payload: Json, trouble: str = "That didn't work: the app didn't answer."
) -> Json | None:
    try:
        return await slack.delivery.deliver("interactive", payload)
    except UndeliveredError as failed:
        raise NotPossibleError(f"{trouble} ({failed.code})") from failed


async def _told_or_lost(slack: Sandbox, payload: Json) -> None:
    try:
        await slack.delivery.deliver("interactive", payload)
    except UndeliveredError:
        return  # Slack doesn't repeat it, and the person has gone on


def _chosen(blocks: list[Json], place: Place, raw: Any) -> tuple[Json, Json]:
    element = find_element(blocks, *place)
    if element is None:
        raise NotPossibleError("There is nothing like that to click on any more.")
    if element["type"] not in FIELD:
        return element, {}
    return element, chosen(element, raw)


def _remember(state: Json, place: Place, value: Json) -> None:
    """Put the value into the state, if its element is one that holds a value."""
    block_id, action_id = place
    if action_id in state.get(block_id, {}):
        state[block_id][action_id] = value


def _fill_in(view: View, raw: Json) -> None:
    """Put what stands in the form's fields into the view's state; fields left out stay as they are."""
    for block_id, actions in raw.items():
        for action_id, typed in actions.items():
            place = block_id, action_id
            _remember(view.state, place, _chosen(view.content["blocks"], place, typed)[1])


def _response_urls(slack: Sandbox, user: str, inputs: list[Json], view: View) -> list[Json]:
    """A response URL for each channel that was chosen in a menu which asked for one."""
    urls = []
    for block in inputs:
        element = block["element"]
        channel = view.state[block["block_id"]][element["action_id"]].get(FIELD[element["type"]])
        if element.get("response_url_enabled") and channel in slack.workspace.channels:
            token = slack.tickets.responder(channel, user)
            urls.append(
                {
                    "block_id": block["block_id"],
                    "action_id": element["action_id"],
                    "channel_id": channel,
                    "response_url": f"{slack.base_url}/response/{token}",
                }
            )
    return urls


def _react(slack: Sandbox, view: View, inputs: list[Json], said: Json) -> Json:
    """Do what the app's answer to a submission asks for."""
    match said.get("response_action"):
        case None:
            still_open = view.id in slack.workspace.views
            if still_open:
                slack.views.close(view)
            return {"ok": True, "result": "closed"}
        case "clear":
            slack.views.clear(view.user)
            return {"ok": True, "result": "cleared"}
        case "update":
            slack.views.update(view, said.get("view"))
            return {"ok": True, "result": "updated"}
        case "push":
            slack.views.push(view.user, said.get("view"))
            return {"ok": True, "result": "pushed"}
        case "errors":
            errors = said.get("errors") or {}
            unknown = errors.keys() - {block["block_id"] for block in inputs}
            if unknown or not errors:
                raise NotPossibleError(f"{TROUBLE} (errors name no input: {', '.join(sorted(unknown)) or 'none'})")
            return {"ok": False, "errors": errors}
        case other:
            raise NotPossibleError(f"{TROUBLE} (there is no response_action {other!r})")
