"""The Bolt app: one listener per kind of payload and a table behind it; each decides and answers in the ack."""

import logging
import re
from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.domain.incident.rejections import Rejected
from bot.slack import answers, events, shortcuts
from bot.slack.clicks import ALL as CLICKS
from bot.slack.controls import FormFacts, read_control
from bot.slack.door import Door, Opens, Refuses, Reply, Updates
from bot.slack.errors import sentence
from bot.slack.forms import BY_NAME as FORMS
from bot.slack.forms import propose
from bot.slack.kit import Message
from bot.slack.requests import Click, SlashCommand, Submission, click, slash_command, submission
from bot.slack.requests import shortcut as read_shortcut
from bot.verbs import Request, run

log = logging.getLogger("muster.slack")

ANY = re.compile("")
WEB_API_TIMEOUT = 2
"""Seconds for the one call a listener makes: a trigger lives three."""


def build_app(door: Door, client: WebClient, token: str) -> App:
    """Make the app. Signatures are checked by the HTTP door, before anything is parsed."""
    app = App(
        client=client,
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id=None, bot_token=token),
        process_before_response=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        ignoring_self_events_enabled=False,
        attaching_conversation_kwargs_enabled=False,
        attaching_function_token_enabled=False,
    )

    @app.command(ANY)
    def on_command(ack: Ack, body: dict[str, Any]) -> None:
        _command(slash_command(body), door, client, ack)

    @app.action(ANY)
    def on_action(ack: Ack, body: dict[str, Any]) -> None:
        _action(click(body), door, client)
        ack()

    @app.view(ANY)
    def on_submission(ack: Ack, body: dict[str, Any]) -> None:
        _submission(submission(body), door, ack)

    @app.shortcut(ANY)
    def on_shortcut(ack: Ack, body: dict[str, Any]) -> None:
        request = read_shortcut(body)
        door.house.people.learn(request.user, request.user_name)
        reply = _guarded(lambda: shortcuts.reply_to(request, door), request.cause)
        _deliver(reply, request.user, request.cause, request.trigger_id, door, client, channel=request.channel)
        ack()

    for name, handler in events.ALL.items():
        app.event(name)(_event_listener(handler, door))

    return app


def _command(command: SlashCommand, door: Door, client: WebClient, ack: Ack) -> None:
    door.house.people.learn(command.user, command.user_name)
    request = Request(
        by=command.user,
        at=door.clock.now(),
        cause=command.cause,
        incident=None,
    )

    def answer() -> Reply:
        here = Request(
            by=request.by,
            at=request.at,
            cause=request.cause,
            incident=door.house.engine.in_channel(command.channel),
        )
        return answers.reply_to(run(command.text, here, door.house), here, door)

    reply = _guarded(answer, command.cause)
    if isinstance(reply, Opens):
        reply = _open(reply, command.trigger_id, client)
    if isinstance(reply, Message):
        ack(text=reply.text, blocks=list(reply.blocks), response_type="ephemeral")
    else:
        ack()


def _action(clicked: Click, door: Door, client: WebClient) -> None:
    door.house.people.learn(clicked.user, clicked.user_name)
    if clicked.action_id == propose.PICK:
        _show_parameters(clicked, door, client)
        return
    control = read_control(clicked.action_id, clicked.value)
    if control is None:
        reply: Reply = answers.said(
            "This button is from an older version of me. `/incident help` has what I can do now."
        )
    else:
        handler = CLICKS[type(control)]
        reply = _guarded(lambda: handler(clicked, control, door), clicked.cause)
    _deliver(
        reply,
        clicked.user,
        clicked.cause,
        clicked.trigger_id,
        door,
        client,
        channel=clicked.channel,
        response_url=clicked.response_url,
    )


def _submission(submitted: Submission, door: Door, ack: Ack) -> None:
    door.house.people.learn(submitted.user, submitted.user_name)
    form = FORMS.get(submitted.facts.form)
    if form is None:
        ack()
        return
    first = next(iter(submitted.values), "")
    try:
        reply = form.submit(submitted, door)
    except Exception as error:  # noqa: BLE001 - the error door: answered beside a field, and logged there
        field = error.field if isinstance(error, Rejected) and error.field in submitted.values else first
        reply = Refuses(field or first, sentence(error, submitted.cause))
    match reply:
        case Refuses():
            ack(response_action="errors", errors={reply.field: reply.sentence})
        case Updates():
            ack(response_action="update", view=reply.view)
        case _:
            ack()


def _show_parameters(clicked: Click, door: Door, client: WebClient) -> None:
    """Show the parameters of the runbook that was picked in the propose form."""
    view = clicked.view or {}
    facts = FormFacts.model_validate_json(view.get("private_metadata") or "{}")
    facts = facts.model_copy(update={"runbook": clicked.value or ""})
    try:
        client.views_update(view_id=view["id"], hash=view["hash"], view=propose.view(facts, door))
    except (SlackApiError, OSError) as error:
        log.warning("form not updated cause=%s", clicked.cause, exc_info=error)


def _guarded(answer: Callable[[], Reply], cause: str) -> Reply:
    """Answer, or say in a sentence why not: nothing that goes wrong here leaves a person without one."""
    try:
        return answer()
    except Exception as error:  # noqa: BLE001 - the error door: answered and logged there
        return answers.said(sentence(error, cause))


def _deliver(
    reply: Reply,
    person: str,
    cause: str,
    trigger_id: str,
    door: Door,
    client: WebClient,
    *,
    channel: str | None,
    response_url: str | None = None,
) -> None:
    """Bring the answer to a click where the person looks: a view now, or a whisper by a worker."""
    if isinstance(reply, Opens):
        reply = _open(reply, trigger_id, client)
    if isinstance(reply, Message):
        _guarded(lambda: door.whisper(person, reply.text, cause, channel=channel, response_url=response_url), cause)


def _open(reply: Opens, trigger_id: str, client: WebClient) -> Message | None:
    """Open the view; where Slack can't, say how to do it in words."""
    try:
        client.views_open(trigger_id=trigger_id, view=reply.view)
    except (SlackApiError, OSError) as error:
        log.warning("view not opened", exc_info=error)
        return answers.said(f"Slack could not open the form just now. In words it is: {reply.words}")
    return None


def _event_listener(handler: Callable[[dict[str, Any], str, Door], None], door: Door) -> Callable[..., None]:
    def listener(ack: Ack, body: dict[str, Any]) -> None:
        cause = f"event:{body['event_id']}"
        _guarded(lambda: handler(body["event"], cause, door), cause)
        ack()

    return listener
