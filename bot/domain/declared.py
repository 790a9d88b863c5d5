"""The kinds of values that operators declare: names, words, durations, urls. Each says what would be right."""

import re
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any
from zoneinfo import available_timezones

import whenever
from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError


def misfit(what: str, instead: str) -> PydanticCustomError:
    """Build the error of a value that breaks a rule of ours: what is wrong, and what would be right."""
    return PydanticCustomError("misfit", "{what}. {instead}", {"what": what, "instead": instead})


def _shaped(pattern: str, instead: str) -> AfterValidator:
    def check(word: str) -> str:
        if re.fullmatch(pattern, word) is None:
            raise misfit(f"“{word}” doesn't fit" if word.strip() else "it is empty", instead)
        return word

    return AfterValidator(check)


Words = Annotated[str, _shaped(r"(?s).*\S.*", "Say it in a few words.")]
"""Something for people to read; never empty."""

Name = Annotated[
    str, _shaped(r"[a-z0-9][a-z0-9-]{0,40}", "Use lower-case letters, digits and “-”, 41 at most: restart-checkout.")
]

ParameterName = Annotated[
    str, _shaped(r"[a-z][a-z0-9_]{0,40}", "Use lower-case letters, digits and “_”, 41 at most: new_version.")
]

Path = Annotated[str, _shaped(r"/\S*", "Begin with a slash, below the service's url: /admin/restart.")]

Url = Annotated[
    str,
    _shaped(
        r"https?://[^\s/?#@]+(/[^\s?#@]+)?(?<!/)",
        "Write http:// or https://, a host and no slash at the end, without a password: https://checkout.internal.",
    ),
]

ChannelName = Annotated[
    str,
    _shaped(
        r"(?=.*[a-z0-9])[a-z0-9_-]{1,80}",
        "Write it as Slack does, without “#”: lower-case letters, digits, “-” and “_”, 80 at most: incidents.",
    ),
]

ChannelPrefix = Annotated[
    str,
    _shaped(r"[a-z0-9][a-z0-9_-]{0,20}", "Use lower-case letters, digits, “-” and “_”, 21 at most: inc-."),
]
"""Leaves room for a number and a title within Slack's 80 characters."""

SlackPerson = Annotated[
    str, _shaped(r"[UW][A-Z0-9]{2,20}", "Write the member id, from the person's profile in Slack: U024BE7LH.")
]

SlackGroup = Annotated[
    str, _shaped(r"S[A-Z0-9]{2,20}", "Write the user group's id, from its page in Slack: S0614TZR7.")
]

Variable = Annotated[
    str,
    _shaped(r"[A-Z][A-Z0-9_]{0,60}", "Name the environment variable that holds it, never the secret itself: SMTP_URL."),
]

DAY = "(?:mon|tue|wed|thu|fri|sat|sun)"
CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"

Weekly = Annotated[
    str,
    _shaped(
        rf"{DAY}(-{DAY})? {CLOCK}-({CLOCK}|24:00)", "Write days and times: mon-fri 09:00-17:00, or sat 00:00-24:00."
    ),
]
"""Times of a week. Where the end is not after the beginning, it runs past midnight and belongs to the day it begins."""


WeeklyTime = Annotated[str, _shaped(rf"{DAY} {CLOCK}", "Write a day and a time: mon 09:00.")]
"""A time that comes once a week."""


def _day(given: Any) -> date:
    word = str(given)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word, re.ASCII) is None:
        raise misfit(f"“{word}” is no day", "Write it like 2026-11-01.")
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise misfit(f"there is no day “{word}”", "Write one that a calendar has: 2026-11-01.") from None


Day = Annotated[date, BeforeValidator(_day)]
"""A day of a calendar: `2026-11-01`."""


def _zone(word: str) -> str:
    try:
        whenever.Instant.from_utc(2026, 1, 1).to_tz(word)
    except (whenever.TimeZoneNotFoundError, ValueError):
        near = get_close_matches(word, available_timezones(), n=1)
        instead = f"Did you mean “{near[0]}”?" if near else "Write a name of the tz database: Europe/Berlin."
        raise misfit(f"there is no time zone “{word}”", instead) from None
    return word


Zone = Annotated[str, AfterValidator(_zone)]


def _local(word: str) -> str:
    try:
        shown = whenever.PlainDateTime(word.replace(" ", "T", 1))
    except ValueError:
        raise misfit(f"“{word}” is no date and time", "Write it as on a wall: 2026-11-02 09:00.") from None
    if not 1970 <= shown.year <= 2999:
        raise misfit(f"the year {shown.year} is out of reach", "Write one from 1970 to 2999.")
    return word


LocalTime = Annotated[str, AfterValidator(_local)]
"""A date and a time on some wall, without a zone: `2026-11-02 09:00`."""

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")


def _in(unit: int, name: str) -> BeforeValidator:
    """Read `90s`, `5m` or `1h 30m`; a plain number already is in the field's unit."""

    def read(given: Any) -> Any:
        if isinstance(given, int | float) and not isinstance(given, bool):
            return given
        if given is None:
            raise misfit("it is empty", f"Write 90s, 5m, 1h, or a number of {name}.")
        word = str(given).strip().lower()
        if re.fullmatch(rf"({DURATION.pattern}\s*)+", word) is None:
            raise misfit(f"“{word}” is not a duration", f"Write 90s, 5m, 1h, or a number of {name}.")
        seconds = sum(float(amount) * SECONDS[letter] for amount, letter in DURATION.findall(word))
        return seconds / unit

    return BeforeValidator(read)


IN_SECONDS = _in(1, "seconds")
IN_MINUTES = _in(60, "minutes")

Seconds = Annotated[float, IN_SECONDS]
Minutes = Annotated[float, IN_MINUTES]
WholeMinutes = Annotated[int, IN_MINUTES]
