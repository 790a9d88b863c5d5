"""Slack user groups that hold whoever is on shift, so that a mention of the group reaches them."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError

from bot.slack.desk import Desk
from bot.slack.errors import Refused, translate

CURES = {
    "no_such_subteam": "Correct user_group under manifests/oncall/, or switch the group on again in Slack.",
    "user_group_disabled": "Switch the group on again in Slack, or remove user_group under manifests/oncall/.",
    "permission_denied": "Let the app manage user groups: Workspace settings → Permissions → User groups.",
    "invalid_users": "Correct their Slack ids under manifests/oncall/; guests and apps can't be in a user group.",
}
"""What a person can do about the codes on the pages of `usergroups.users.list` and `usergroups.users.update`."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What came of it, in a sentence; and what stood in the way, with its cure, where not all could be done."""

    said: str
    why: str = ""
    cure: str = ""


def sync(desk: Desk, group: str, people: Sequence[str]) -> Synced:
    """Have a user group hold exactly these people, by their Slack ids.

    The second time changes nothing. Slack lets no group be empty, so with nobody on shift it stays as it is; and it
    takes nobody who has left, so they are left out and named. A plan without user groups is said, not refused.
    Raises RetryLater, Refused.
    """
    wanted = list(dict.fromkeys(people))
    if not wanted:
        return Synced("Nobody is on shift. Slack lets no user group be empty, so it stays as it was.")
    try:
        return _hold(desk, group, wanted)
    except SlackApiError as error:
        code = _code(error)
        if code == "plan_upgrade_required":
            why = "This workspace's Slack plan has no user groups, so nobody was put into one."
            cure = "People are paged as ever. Remove user_group under manifests/oncall/, or change the plan."
            return Synced(why, why, cure)
        meaning = translate(error)
        if isinstance(meaning, Refused) and code in CURES:
            raise Refused(meaning.why, CURES[code]) from error
        raise meaning or error from error


def _hold(desk: Desk, group: str, wanted: list[str]) -> Synced:
    held = desk.call("usergroups.users.list", usergroup=group)["users"]
    if set(held) == set(wanted):
        return Synced(f"The user group holds {_named(wanted)} already.")
    try:
        desk.call("usergroups.users.update", usergroup=group, users=",".join(wanted))
    except SlackApiError as error:
        left = [person for person in wanted if _has_left(desk, person)] if _code(error) == "invalid_users" else []
        if not left:
            raise
        return _without(desk, group, wanted, left)
    return Synced(f"The user group holds {_named(wanted)} now.")


def _without(desk: Desk, group: str, wanted: list[str], left: list[str]) -> Synced:
    """Do what can be done where some of the people are no longer in Slack."""
    gone, cure = f"{_named(left)} left Slack and can't be in a user group.", "Correct manifests/oncall/."
    there = [person for person in wanted if person not in left]
    said = f"{_hold(desk, group, there).said} {gone}" if there else f"{gone} It stays as it was."
    return Synced(said, gone, cure)


def _has_left(desk: Desk, person: str) -> bool:
    try:
        user = desk.call("users.info", user=person)["user"]
    except SlackApiError as error:
        if _code(error) in {"user_not_found", "user_not_visible"}:
            return True
        raise
    return bool(user.get("deleted"))


def _code(error: SlackApiError) -> str:
    return str(error.response.get("error", ""))


def _named(people: Sequence[str]) -> str:
    return ", ".join(f"<@{person}>" for person in people)
