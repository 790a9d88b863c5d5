"""PagerDuty's schedules, by its REST API v2.

Fields as on developer.pagerduty.com, “Get a schedule” and “List users on call”: `schedule.final_schedule` holds what
all layers and overrides amount to, as `rendered_schedule_entries` with `start`, `end` and a reference to a user (`id`,
`summary`: the name). `overflow=true` leaves entries whole that reach over the time asked for.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from bot.calendars.calendar import Found, Reading, key_of, moment
from bot.calendars.web import Source, get_json, unlike
from bot.domain.oncall.schedule import Elsewhere, Schedule

BASE = "https://api.pagerduty.com"
"""Accounts in the EU have https://api.eu.pagerduty.com."""

PLACE = "PagerDuty"


def read(schedule: Schedule, start: datetime, end: datetime, secrets: Mapping[str, str]) -> Reading:
    """Read who is on call between two times. Raises Passing, Unreadable."""
    elsewhere = schedule.elsewhere
    assert elsewhere is not None
    time = {"since": _written(start), "until": _written(end), "time_zone": "UTC"}
    answer = get_json(_source(elsewhere, secrets, ""), {**time, "overflow": "true"})
    found = Found(elsewhere, start, end)
    strangers = list[tuple[Mapping[str, Any], datetime, datetime]]()
    try:
        for entry in answer["schedule"]["final_schedule"]["rendered_schedule_entries"]:
            user, begins, ends = entry["user"], moment(entry["start"]), moment(entry["end"])
            if person := found.who((str(user["id"]), str(user.get("summary") or ""))):
                found.on_shift(person, begins, ends, PLACE)
            elif found.overlaps(begins, ends):
                strangers.append((user, begins, ends))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise unlike(PLACE, f"final_schedule can't be read ({type(error).__name__})") from None
    if strangers:
        addresses = _addresses(elsewhere, secrets, time)
        for user, begins, ends in strangers:
            if person := found.who((addresses.get(str(user["id"]), ""),)):
                found.on_shift(person, begins, ends, PLACE)
            else:
                found.nobody(str(user.get("summary") or user["id"]))
    return found.reading()


def _addresses(elsewhere: Elsewhere, secrets: Mapping[str, str], time: Mapping[str, str]) -> dict[str, str]:
    """Ask for the e-mail addresses by user id, where the declaration knows people by theirs."""
    if not any("@" in called for called in elsewhere.people):
        return {}
    answer = get_json(_source(elsewhere, secrets, "/users"), {name: time[name] for name in ("since", "until")})
    try:
        return {str(user["id"]): str(user.get("email") or "") for user in answer["users"]}
    except (LookupError, TypeError, AttributeError) as error:
        raise unlike(PLACE, f"users can't be read ({type(error).__name__})") from None


def _source(elsewhere: Elsewhere, secrets: Mapping[str, str], below: str) -> Source:
    schedule, key = elsewhere.schedule, key_of(elsewhere, secrets)
    return Source(
        place=PLACE,
        url=f"{elsewhere.url or BASE}/schedules/{quote(schedule, safe='')}{below}",
        headers={"Authorization": f"Token token={key}", "Accept": "application/vnd.pagerduty+json;version=2"},
        cures={
            401: f"Put a valid REST API key into {elsewhere.key}: Integrations → API Access Keys.",
            403: f"Let the key in {elsewhere.key} read schedules, or use another: Integrations → API Access Keys.",
            404: f"Correct schedule: {schedule}. The id stands in the address of the schedule's page.",
        },
    )


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
