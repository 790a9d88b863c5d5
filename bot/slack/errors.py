"""The one error door: a rejection becomes its sentence, anything else a reference that the log knows."""

import logging
import secrets
from http.client import HTTPException

from redis.exceptions import RedisError
from slack_sdk.errors import SlackApiError

from bot.domain.rejected import Rejected
from bot.domain.runbook import BadParameter
from bot.engine import TooBusy

log = logging.getLogger("muster.slack")


def sentence(error: Exception, cause: str) -> str:
    """Say what a person should know of an error, and log what they need not."""
    match error:
        case Rejected():
            return error.sentence
        case BadParameter():
            return str(error)
        case TooBusy():
            return (
                "Many people are changing this incident at this moment. Nothing was changed by you; please try again."
            )
        case RedisError():
            reference = log_with_reference("store out of reach", error, cause)
            return (
                "I can't reach my record right now, so this was most likely not done: `/incident timeline` will tell. "
                f"Try again in a moment; if it lasts, tell whoever runs Muster: `muster doctor`, reference {reference}."
            )
        case _:
            reference = log_with_reference("listener failed", error, cause)
            return f"Something went wrong on my side (reference {reference}). Nothing was changed; please try again."


def log_with_reference(what: str, error: Exception, cause: str) -> str:
    reference = secrets.token_hex(4)
    log.error("%s reference=%s cause=%s", what, reference, cause, exc_info=error)
    return reference


class RetryLater(Exception):
    """It may work in a while: the lane rests for `seconds` and tries again."""

    def __init__(self, seconds: float | None = None, why: str = "", *, is_try: bool = True) -> None:
        super().__init__(why)
        self.seconds = seconds
        """None: the caller's backoff."""
        self.is_try = is_try
        """False: it only waited for its turn; nothing was attempted."""


class Refused(Exception):
    """It will never work like this; `cure` is what a person can do about it."""

    def __init__(self, why: str, cure: str) -> None:
        super().__init__(f"{why} {cure}")
        self.why = why
        self.cure = cure


PASSING = {
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
    "ratelimited",
}
"""Error codes that Slack documents as its own passing trouble."""

CURES = {
    "is_archived": "Unarchive the channel, or go on in the terminal.",
    "missing_scope": "Add the scope named here to the app, reinstall it, and run `muster doctor`.",
    "channel_not_found": "Invite the app to the channel, or correct its name under manifests/workflows/.",
    "not_in_channel": "Invite the app to the channel.",
    "restricted_action": "Ask a workspace admin to let the app do this.",
    "invalid_auth": "Renew SLACK_BOT_TOKEN and restart.",
    "account_inactive": "Reinstall the app and renew SLACK_BOT_TOKEN.",
    "token_revoked": "Reinstall the app and renew SLACK_BOT_TOKEN.",
}


def translate(error: Exception) -> RetryLater | Refused | None:
    """Read what a Web API call's failure means: later, never, or not Slack's failure at all (None)."""
    match error:
        case SlackApiError():
            status = getattr(error.response, "status_code", 200)
            code = str(error.response.get("error", "")) if hasattr(error.response, "get") else ""
            if status == 429:
                return RetryLater(float(error.response.headers.get("Retry-After", 1)), "rate limited")
            if status >= 500 or code in PASSING or not code:
                return RetryLater(None, code or f"HTTP {status}")
            scope = str(error.response.get("needed", "")) if code == "missing_scope" else ""
            why = f"Slack refused {_method(error)}: {code}{f' ({scope})' if scope else ''}."
            return Refused(why, CURES.get(code, "Run `muster doctor`; it checks tokens, scopes and channels."))
        case OSError() | HTTPException():
            return RetryLater(None, f"Slack is out of reach: {error}")
        case _:
            return None


def _method(error: SlackApiError) -> str:
    url = str(getattr(error.response, "api_url", ""))
    return url.rstrip("/").rpartition("/")[2] or "a call"
