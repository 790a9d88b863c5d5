"""The Bolt app: one listener per kind of payload and a table behind it; each decides and answers in the ack."""

import logging
import re
from collections.abc import Callable
from typing import Any

from redis.exceptions import RedisError
from slack_bolt import Ack, App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.domain.effects import ShowHome
from bot.domain.incident.rejections import Rejected
from bot.slack import answers, events, shortcuts
from bot.slack.clicks import ALL as CLICKS
from bot.slack.controls import FormFacts, read_control
from bot.slack.door import Door, Opens, Refuses, Reply, Updates
from bot.slack.errors import log_with_reference, sentence
from bot.slack.forms import BY_NAME as FORMS
from bot.slack.forms import propose
from bot.slack.kit import Message
from bot.slack.requests import (
    Asked,
    Click,
    Shortcut,
    SlashCommand,
    Submission,
    click,
    shortcut,
    slash_command,
    submission,
)
from bot.verbs import Request, run

log = logging.getLogger("muster.slack")

ANY = re.compile("")
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)
"""What goes wrong where a payload is not of the shape that Slack documents."""

WEB_API_TIMEOUT = 2
"""Seconds for the one call a listener makes: a trigger lives three."""


def build_app(door: Door, client: WebClient, token: str) -> App:
    """Make the app. The HTTP door checks signatures and answers what is no payload: Slack's checks of the address."""
    app = App(
        client=client,
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id=None, bot_token=token),
        process_before_response=True,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        attaching_conversation_kwargs_enabled=False,
        attaching_function_token_enabled=False,
    )

    @app.command(ANY)
    def on_command(ack: Ack, body: dict[str, Any]) -> None:
        command = slash_command(body)
        reply = _open(_guarded(lambda: _typed(command, door), command), command, client)
        if reply is None:
            ack()
        else:
            ack(text=reply.text, blocks=list(reply.blocks), response_type="ephemeral")

    @app.action(ANY)
    def on_action(ack: Ack, body: dict[str, Any]) -> None:
        clicked = click(body)
        _whisper(_open(_guarded(lambda: _clicked(clicked, door, client), clicked), clicked, client), clicked, door)
        ack()

    @app.view(ANY)
    def on_submission(ack: Ack, body: dict[str, Any]) -> None:
        match _submitted(submission(body), door):
            case Refuses(field, words):
                ack(response_action="errors", errors={field: words})
            case Updates(view):
                ack(response_action="update", view=view)
            case _:
                ack()

    @app.shortcut(ANY)
    def on_shortcut(ack: Ack, body: dict[str, Any]) -> None:
        picked = shortcut(body)
        _whisper(_open(_guarded(lambda: _picked(picked, door), picked), picked, client), picked, door)
        ack()

    for name, handler in events.ALL.items():
        app.event(name)(_event_listener(handler, door))

    @app.error
    def on_error(error: Exception, body: dict[str, Any]) -> BoltResponse:
        """Answer what no listener could: a payload out of shape, or an event that Slack shall tell again later."""
        status, why = (400, "the payload can't be read") if isinstance(error, UNREADABLE) else (503, "try again later")
        reference = log_with_reference(why, error, str(body.get("event_id") or body.get("trigger_id")))
        return BoltResponse(status=status, body=f"Refused: {why}. Reference {reference}.\n")

    return app


def _typed(command: SlashCommand, door: Door) -> Reply:
    door.meet(command)
    here = door.house.engine.in_channel(command.channel) if command.channel else None
    request = Request(by=command.user, at=door.clock.now(), cause=command.cause, incident=here)
    return answers.reply_to(run(command.text, request, door.house), request, door)


def _clicked(clicked: Click, door: Door, client: WebClient) -> Reply:
    door.meet(clicked)
    if clicked.action_id == propose.PICK:
        _show_parameters(clicked, door, client)
        return None
    control = read_control(clicked.action_id, clicked.value)
    if control is None:
        return answers.said("This button is from an older version of me. `/incident help` has what I can do now.")
    try:
        return CLICKS[type(control)](clicked, control, door)
    finally:
        if (clicked.view or {}).get("type") == "home":  # also after a no: what Home showed may be out of date
            door.later(ShowHome(person=clicked.user), f"home:{clicked.cause}")


def _submitted(submitted: Submission, door: Door) -> Reply:
    form = FORMS.get(submitted.facts.form)
    if form is None:
        return None  # a view that only shows
    first = next(iter(submitted.values), "")
    try:
        door.meet(submitted)
        return form.submit(submitted, door)
    except Exception as error:  # noqa: BLE001 - the error door: answered beside a field, and logged there
        field = error.field if isinstance(error, Rejected) and error.field in submitted.values else first
        return Refuses(field or first, sentence(error, submitted.cause))


def _picked(picked: Shortcut, door: Door) -> Reply:
    door.meet(picked)
    return shortcuts.reply_to(picked, door)


def _show_parameters(clicked: Click, door: Door, client: WebClient) -> None:
    """Show the parameters of the runbook that was picked in the propose form."""
    view = clicked.view or {}
    facts = FormFacts.model_validate_json(view.get("private_metadata") or "{}")
    facts = facts.model_copy(update={"runbook": clicked.value or ""})
    try:
        client.views_update(view_id=view["id"], hash=view["hash"], view=propose.view(facts, door))
    except (SlackApiError, OSError) as error:
        log.warning("form not updated cause=%s", clicked.cause, exc_info=error)


def _guarded(answer: Callable[[], Reply], asked: Asked) -> Reply:
    """Answer, or say in a sentence why not: nothing that goes wrong here leaves a person without one."""
    try:
        return answer()
    except Exception as error:  # noqa: BLE001 - the error door: answered and logged there
        return answers.said(sentence(error, asked.cause))


def _open(reply: Reply, asked: Asked, client: WebClient) -> Message | None:
    """Open the view that is the answer; where Slack can't, say how to do it in words. Messages pass."""
    if isinstance(reply, Message):
        return reply
    if isinstance(reply, Opens):
        try:
            client.views_open(trigger_id=asked.trigger_id, view=reply.view)
        except (SlackApiError, OSError) as error:
            if isinstance(error, SlackApiError) and error.response.get("error") == "exchanged_trigger_id":
                return None  # delivered twice: the form is open
            log.warning("view not opened cause=%s", asked.cause, exc_info=error)
            return answers.said(f"Slack could not open the form just now. In words it is: {reply.words}")
    return None


def _whisper(message: Message | None, asked: Asked, door: Door) -> None:
    """Have a worker tell the person: a click has no answer of its own."""
    if message is None:
        return
    try:
        door.whisper(message.text, asked)
    except RedisError as error:
        log_with_reference(f"answer not delivered: {message.text}", error, asked.cause)


def _event_listener(handler: Callable[[dict[str, Any], str, Door], None], door: Door) -> Callable[..., None]:
    def listener(ack: Ack, body: dict[str, Any]) -> None:
        cause = f"event:{body['event_id']}"
        try:
            handler(body["event"], cause, door)
        except Rejected as rejected:
            log.info("event not wanted cause=%s why=%s", cause, rejected)
        ack()

    return listener
