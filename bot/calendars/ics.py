"""Calendar files (RFC 5545) at an address: an on-call calendar of Google's, Outlook's, or of another on-call tool."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from bot.calendars.calendar import Reading, Unreadable
from bot.calendars.web import SHELF, Source, get, host
from bot.domain.oncall.schedule import Elsewhere, Schedule

SCHEMES = {"http": "http", "https": "https", "webcal": "https", "webcals": "https"}
"""What an address may begin with, and how it is then fetched."""


def read(schedule: Schedule, start: datetime, end: datetime, secrets: Mapping[str, str]) -> Reading:
    """Read who is on call between two times. Raises Passing, Unreadable."""
    try:
        from bot.calendars import events  # noqa: PLC0415 - its libraries are an extra
    except ImportError:
        raise Unreadable(
            "Calendar files can't be read here.", "Install Muster with its extra: muster[calendars]."
        ) from None
    assert schedule.elsewhere is not None
    return events.read(get(_source(schedule.elsewhere, secrets), shelf=SHELF), schedule, start, end)


def _source(elsewhere: Elsewhere, secrets: Mapping[str, str]) -> Source:
    address = _address(elsewhere, secrets)
    where = "key" if elsewhere.key else "url"
    shared = f"Check that the calendar is still shared, and put its secret iCal address into {elsewhere.key or 'url'}."
    return Source(
        place=f"The calendar at {host(address)}",
        url=address,
        headers={"Accept": "text/calendar"},
        cures={401: shared, 403: shared, 404: shared, 410: shared} | {400: f"Check the address in {where}."},
    )


def _address(elsewhere: Elsewhere, secrets: Mapping[str, str]) -> str:
    """Find the address: in `url`, or, where it is a secret, in the variable that `key` names."""
    address = (elsewhere.url or secrets.get(elsewhere.key, "")).strip()
    if not address:
        raise Unreadable(f"{elsewhere.key} is not set.", f"Set {elsewhere.key} in .env and restart.")
    scheme, _, rest = address.partition("://")
    try:
        is_one = scheme.lower() in SCHEMES and bool(urlsplit(address).hostname)
    except ValueError:
        is_one = False
    if not is_one:
        raise Unreadable("The calendar's address is none.", "Let it begin with https://, http:// or webcal://.")
    return f"{SCHEMES[scheme.lower()]}://{rest}"
