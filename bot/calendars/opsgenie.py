"""Opsgenie's schedules, by its REST API v2.

Fields as on docs.opsgenie.com, “Schedule API”, “Get Schedule Timeline”: `data.finalTimeline.rotations[].periods[]`
with `startDate`, `endDate`, `type` (default, override, forwarding, historical) and `recipient` (`id`, `type`, and
`name`, which for users is their e-mail address). Rotations run side by side: all of them count.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from bot.calendars.calendar import Found, Reading, key_of, moment
from bot.calendars.web import Source, get_json, unlike
from bot.domain.oncall.schedule import Elsewhere, Schedule

BASE = "https://api.opsgenie.com"
"""Accounts in the EU have https://api.eu.opsgenie.com."""

PLACE = "Opsgenie"

NOBODY = {"none", "noone"}
"""Kinds of recipients that stand for an empty turn."""


def read(schedule: Schedule, start: datetime, end: datetime, secrets: Mapping[str, str]) -> Reading:
    """Read who is on call between two times. Raises Passing, Unreadable."""
    elsewhere = schedule.elsewhere
    assert elsewhere is not None
    days = math.ceil((end - start) / timedelta(days=1)) + 1  # a day more: it may begin at its midnight
    asked = {
        "identifierType": "id",
        "interval": str(days),
        "intervalUnit": "days",
        "date": start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    answer = get_json(_source(elsewhere, secrets), asked)
    found = Found(elsewhere, start, end)
    try:
        for rotation in answer["data"]["finalTimeline"].get("rotations") or ():
            for period in rotation.get("periods") or ():
                _take(period, found)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise unlike(PLACE, f"finalTimeline can't be read ({type(error).__name__})") from None
    return found.reading()


def _take(period: Mapping[str, object], found: Found) -> None:
    begins, ends = moment(period["startDate"]), moment(period["endDate"])
    recipient = period.get("recipient")
    if not isinstance(recipient, dict) or recipient.get("type") in NOBODY or not found.overlaps(begins, ends):
        return
    called = [str(recipient.get(name) or "") for name in ("name", "id", "username")]
    if person := found.who(called):
        found.on_shift(person, begins, ends, str(period.get("type") or PLACE))
    else:
        found.nobody(next(filter(None, called), ""))


def _source(elsewhere: Elsewhere, secrets: Mapping[str, str]) -> Source:
    schedule, key = elsewhere.schedule, key_of(elsewhere, secrets)
    return Source(
        place=PLACE,
        url=f"{elsewhere.url or BASE}/v2/schedules/{quote(schedule, safe='')}/timeline",
        headers={"Authorization": f"GenieKey {key}"},
        cures={
            401: f"Put a valid API key into {elsewhere.key}: Settings → API key management.",
            403: f"Give the key in {elsewhere.key} the right to read and configuration access.",
            404: f"Correct schedule: {schedule}. The id stands in the address of the schedule's page.",
            422: f"Correct schedule: {schedule}. The id stands in the address of the schedule's page.",
        },
    )
