"""What approvals name and Slack must be asked about: are the user groups there, and the people's accounts?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.config import Manifests
from bot.domain.gates.feasible import orphans, shortfalls
from bot.domain.gates.policy import ApprovalPolicy
from bot.domain.gates.seat import Seat
from bot.domain.gates.seating import Surroundings, find
from bot.domain.hats import Hat
from bot.domain.oncall.book import Arranged
from bot.domain.severity import Severity
from bot.domain.workflow.policy import Policy
from bot.slack.accounts import FOR_GOOD, why_out
from bot.slack.errors import Refused, translate

Call = Callable[..., Mapping[str, Any]]
"""Calls a Web API method; raises SlackApiError, and what its owner raises for what passes."""

CURE = "Correct approvals under manifests/workflows/, or people, teams and schedules under manifests/oncall/."


@dataclass(frozen=True, slots=True)
class Trouble:
    key: str
    """The same while the same approval is in trouble."""
    why: str
    cure: str
    stops: bool = False
    """Gates of it would go to their last resort at once."""


def troubles(manifests: Manifests, arranged: Arranged, at: datetime, ours: frozenset[str], call: Call) -> list[Trouble]:
    """List the approvals in use that could not work now, each with what stands in the way."""
    policies = list(manifests.workflows.in_use())
    used = [(policy, approval) for policy in policies for approval in _used(policy)]
    seats = [seat for _, approval in used for seat in _seats(approval)]
    around = Surroundings(
        book=manifests.book,
        arranged=arranged,
        at=at,
        severity=Severity.P1,
        groups={seat.group: members(seat.group, call) for seat in seats if seat.group is not None},
    )
    out = _out(seats, around, ours, call)
    found = [trouble for policy, approval in used if (trouble := _trouble(policy, approval, around, out))]
    owners = {name: service.owner for name, service in manifests.services.items()}
    if without := orphans([approval for _, approval in used], owners, list(manifests.book.teams)):
        why = f"A route asks whoever owns a service, and no team of the on-call book owns {', '.join(without)}."
        found.append(Trouble("approval:owners", why, "Write owner in manifests/services.yaml, or among in the route."))
    return found


def _used(policy: Policy) -> Iterator[ApprovalPolicy]:
    names = dict.fromkeys(choice.use for choice in policy.gates)
    return (policy.approvals[name] for name in names if name in policy.approvals)


def _seats(approval: ApprovalPolicy) -> Iterator[Seat]:
    tiers = [tier for step in approval.steps for tier in step.tiers]
    for tier in (*tiers, *([approval.override] if approval.override is not None else [])):
        yield from tier.seats
    if approval.glass is not None:
        yield from (*approval.glass.who, *approval.glass.countersigned_by)


def members(group: str, call: Call) -> tuple[str, ...] | str:
    """Ask Slack who is in a user group; or say why that can't be known."""
    try:
        return tuple(call("usergroups.users.list", usergroup=group)["users"])
    except SlackApiError as error:
        meaning = translate(error)
        if isinstance(meaning, Refused):
            return f"Slack does not name the members of the user group {group}: {meaning.why}"
        raise meaning or error from error


def _out(seats: Sequence[Seat], around: Surroundings, ours: frozenset[str], call: Call) -> dict[str, str]:
    """Ask about each account that sits in some seat, once."""
    found, _ = find([seat for seat in seats if seat.route is None], around)
    accounts = dict.fromkeys(one.account for one in found)
    return {account: why for account in accounts if (why := account_out(account, ours, call))}


def account_out(account: str, ours: frozenset[str], call: Call) -> str:
    """Ask Slack why somebody can't be asked; empty: they can."""
    try:
        return why_out(call("users.info", user=account)["user"], ours)
    except SlackApiError as error:
        code = str(error.response.get("error"))
        if code in FOR_GOOD:
            return FOR_GOOD[code]
        raise translate(error) or error from error


def _trouble(policy: Policy, approval: ApprovalPolicy, around: Surroundings, out: Mapping[str, str]) -> Trouble | None:
    found = list(shortfalls(approval, around, out, [hat for hat in Hat if not policy.hat(hat).exclusive]))
    if not found:
        return None
    stops = any(one.stops for one in found)
    said = " ".join(one.why for one in found)
    what = (
        f"The approval “{approval.id}” of {policy.name} can't pass today"
        if stops
        else (f"The approval “{approval.id}” of {policy.name} is not whole today")
    )
    then = f" Gates that ask for it end by their last resort: {approval.last_resort}." if stops else ""
    return Trouble(f"approval:{policy.name}:{approval.id}", f"{what}: {said}{then}", CURE, stops)
