"""What Slack says of an account: can whoever has it be asked, and decide?"""

from collections.abc import Collection, Mapping
from typing import Any

UNKNOWN = "Slack knows no such account"

FOR_GOOD = {
    "user_not_found": UNKNOWN,
    "user_not_visible": "this app may not see their account",
    "user_disabled": "their account is deactivated",
    "cannot_dm_bot": "it is an app's account",
    "invalid_user_combination": "they share no channel with this app",
}
"""Why nobody can be written to in private, by what `conversations.open` and `chat.postMessage` answer."""

NOBODYS = frozenset({"user_not_found", "user_disabled", "cannot_dm_bot"})
"""Answers after which an account decides nothing, either."""

SLACKBOT = "USLACKBOT"


def why_out(user: Mapping[str, Any], ours: Collection[str]) -> str:
    """Say why nobody can be asked there, by what `users.info` shows; empty: somebody can. `ours`: our workspace."""
    if user.get("deleted"):
        return FOR_GOOD["user_disabled"]
    if user.get("is_bot") or user.get("id") == SLACKBOT:
        return FOR_GOOD["cannot_dm_bot"]
    if user.get("is_stranger") or (ours and user.get("team_id") and user["team_id"] not in ours):
        return "they belong to another workspace"
    return ""
