"""The Bolt app: what it checks, who listens, and what is said where no listener could answer."""

from typing import Any

from slack_bolt import App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.slack.door import Door
from bot.slack.errors import log_with_reference
from bot.slack.listeners import Listeners

UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)
"""What goes wrong where a payload is not of the shape that Slack documents."""

WEB_API_TIMEOUT = 2
"""Seconds for the one call a listener makes: a trigger lives three."""


def build_app(door: Door, client: WebClient, token: str) -> App:
    """Make the app. The HTTP door checks signatures and answers what is no payload: Slack's checks of the address."""
    app = App(
        client=client,
        before_authorize=Listeners(door, client),  # they need no client of their own: one bot token answers for all
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id=None, bot_token=token),
        process_before_response=True,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        attaching_conversation_kwargs_enabled=False,
        attaching_function_token_enabled=False,
    )

    @app.error
    def on_error(error: Exception, body: dict[str, Any]) -> BoltResponse:
        """Answer what no listener could: a payload out of shape, or an event that Slack shall tell again later."""
        status, why = (400, "the payload can't be read") if isinstance(error, UNREADABLE) else (503, "try again later")
        reference = log_with_reference(why, error, str(body.get("event_id") or body.get("trigger_id")))
        return BoltResponse(status=status, body=f"Refused: {why}. Reference {reference}.\n")

    return app
