"""What the app gets for a moment only: trigger ids (3 s, once) and response URLs (5 posts within 30 minutes)."""

import secrets
from dataclasses import dataclass

from bot.sandbox.clock import now
from bot.sandbox.errors import SlackError

TRIGGER_LIVES = 3.0
RESPONSE_LIVES = 30 * 60.0
RESPONSES = 5


@dataclass
class Trigger:
    user: str
    expires: float
    used: bool = False


@dataclass
class Responder:
    """Where a response URL leads: the channel and person of the interaction, and the message that it came from."""

    channel: str
    user: str
    message: str | None
    ephemeral: bool
    thread_ts: str | None
    expires: float
    left: int = RESPONSES


class Tickets:
    def __init__(self) -> None:
        self.triggers: dict[str, Trigger] = {}
        self.responders: dict[str, Responder] = {}

    def trigger(self, user: str) -> str:
        at = now()
        self.triggers = {id_: kept for id_, kept in self.triggers.items() if kept.expires > at - 60}
        trigger_id = f"{int(at * 1000)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        self.triggers[trigger_id] = Trigger(user, at + TRIGGER_LIVES)
        return trigger_id

    def redeem(self, trigger_id: str) -> str:
        """Whose trigger it is; it can't be used again."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if trigger.expires < now():
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def responder(
        self,
        channel: str,
        user: str,
        message: str | None = None,
        *,
        ephemeral: bool = True,
        thread_ts: str | None = None,
    ) -> str:
        token = secrets.token_hex(16)
        self.responders[token] = Responder(channel, user, message, ephemeral, thread_ts, now() + RESPONSE_LIVES)
        return token

    def respond(self, token: str) -> Responder:
        responder = self.responders.get(token)
        if responder is None or responder.expires < now():
            raise SlackError("expired_url")
        if not responder.left:
            raise SlackError("used_url")
        responder.left -= 1
        return responder
