"""One listener per kind of payload and a table behind it; each decides and answers in the ack."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from redis.exceptions import RedisError
from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.middleware import Middleware
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.domain.effects import ShowHome
from bot.domain.incident.rejections import CriteriaMissing, GateStillOpen, NeedsApproval, StillRunning
from bot.domain.rejected import Rejected
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
    kind_of,
    shortcut,
    slash_command,
    submission,
    teams_of,
)
from bot.slack.views.stage import held, refused
from bot.verbs import Request, run

log = logging.getLogger("muster.slack")


class Listeners(Middleware):
    """One listener per kind of payload.

    Bolt's own way to a listener builds every argument that any listener may ask for, twice a request: a tenth of it.
    """

    def __init__(self, door: Door, client: WebClient) -> None:
        self._door = door
        self._client = client
        self._of_kind: Mapping[str, Callable[[dict[str, Any]], BoltResponse]] = {
            "command": self._on_command,
            "block_actions": self._on_action,
            "view_submission": self._on_submission,
            "shortcut": self._on_shortcut,
            "message_action": self._on_shortcut,
            **{f"event_callback {event}": partial(self._on_event, handler) for event, handler in events.ALL.items()},
        }

    def process(  # Bolt calls with these names
        self,
        *,
        req: BoltRequest,
        resp: BoltResponse,  # noqa: ARG002
        next: Callable[[], BoltResponse],  # noqa: A002
    ) -> BoltResponse:
        """Answer what is of a kind we know; Bolt refuses the rest."""
        listener = self._of_kind.get(kind_of(req.body))
        return next() if listener is None else listener(req.body)

    def _on_command(self, body: dict[str, Any]) -> BoltResponse:
        command = slash_command(body)
        reply = self._open(_guarded(lambda: _typed(command, self._door), command, self._door), command)
        if reply is None:
            return _answer()
        return _answer(text=reply.text, blocks=reply.blocks, response_type="ephemeral")

    def _on_action(self, body: dict[str, Any]) -> BoltResponse:
        clicked = click(body)
        return self._whispered(
            _guarded(lambda: _clicked(clicked, self._door, self._client), clicked, self._door), clicked
        )

    def _on_submission(self, body: dict[str, Any]) -> BoltResponse:
        match _submitted(submission(body), self._door):
            case Refuses(field, words):
                return _answer(response_action="errors", errors={field: words})
            case Updates(view):
                return _answer(response_action="update", view=view)
            case _:
                return _answer()

    def _on_shortcut(self, body: dict[str, Any]) -> BoltResponse:
        picked = shortcut(body)
        return self._whispered(_guarded(lambda: _picked(picked, self._door), picked, self._door), picked)

    def _on_event(self, handler: Callable[[dict[str, Any], str, Door], None], body: dict[str, Any]) -> BoltResponse:
        cause = f"event:{body['event_id']}"
        if self._door.is_foreign(teams_of(body)):
            log.info("event of another workspace cause=%s", cause)
            return _answer()
        try:
            handler(body["event"], cause, self._door)
        except Rejected as rejected:
            log.info("event not wanted cause=%s why=%s", cause, rejected)
        return _answer()

    def _open(self, reply: Reply, asked: Asked) -> Message | None:
        """Open the view that is the answer; where Slack can't, say how to do it in words. Messages pass."""
        if isinstance(reply, Message):
            return reply
        if isinstance(reply, Opens):
            try:
                self._client.views_open(trigger_id=asked.trigger_id, view=reply.view)
            except (SlackApiError, OSError) as error:
                if isinstance(error, SlackApiError) and error.response.get("error") == "exchanged_trigger_id":
                    return None  # delivered twice: the form is open
                log.warning("view not opened cause=%s", asked.cause, exc_info=error)
                return answers.said(f"Slack could not open the form just now. In words it is: {reply.words}")
        return None

    def _whispered(self, reply: Reply, asked: Asked) -> BoltResponse:
        """Have a worker tell the person: a click has no answer of its own."""
        message = self._open(reply, asked)
        if message is not None:
            _whisper(message, asked, self._door)
        return _answer()


def _answer(**answer: Any) -> BoltResponse:
    """Make the ack, with what Slack shall show or do."""
    return BoltResponse(status=200, body=answer or "")


def _typed(command: SlashCommand, door: Door) -> Reply:
    door.meet(command)
    here = door.house.engine.in_channel(command.channel) if command.channel else None
    request = Request(by=command.user, at=door.clock.now(), cause=command.cause, incident=here, here=here is not None)
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
        if (shown := _remedies(error, submitted, door)) is not None:
            _whisper(shown, submitted, door)
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


def _guarded(answer: Callable[[], Reply], asked: Asked, door: Door) -> Reply:
    """Answer, or say in a sentence why not: nothing that goes wrong here leaves a person without one."""
    try:
        return answer()
    except Exception as error:  # noqa: BLE001 - the error door: answered and logged there
        return _remedies(error, asked, door) or answers.said(sentence(error, asked.cause))


def _whisper(message: Message, asked: Asked, door: Door) -> None:
    """Have a worker tell the person; where the record is out of reach, the log has it."""
    try:
        about = asked.facts.incident if isinstance(asked, Submission) else ""
        door.whisper(message, asked, door.house.engine.incident(about).channel if about else None)
    except RedisError as error:
        log_with_reference(f"answer not delivered: {message.text}", error, asked.cause)


def _remedies(error: Exception, asked: Asked, door: Door) -> Message | None:
    """Say why a move was refused, with the buttons that help; None where there are none, or they can't be had now."""
    try:
        match error:
            case CriteriaMissing():
                return refused(error.incident, error.to, error.items, asked.user, door.names)
            case NeedsApproval() | StillRunning() | GateStillOpen():
                about = _about(asked, door)
                return held(door.house.engine.incident(about), error) if about else None
            case _:
                return None
    except RedisError as failed:
        log_with_reference("no buttons with a refusal", failed, asked.cause)
        return None


def _about(asked: Asked, door: Door) -> str | None:
    """Return the id of the incident that somebody acts in."""
    if isinstance(asked, Submission):
        return asked.facts.incident
    control = read_control(asked.action_id, asked.value) if isinstance(asked, Click) else None
    if control is not None and control.incident:
        return control.incident
    return door.house.engine.in_channel(asked.channel) if asked.channel else None
