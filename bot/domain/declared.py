"""The kinds of values that operators declare: names, words, durations, urls. Each says what would be right."""

import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any
from zoneinfo import available_timezones

import whenever
from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


def misfit(what: str, instead: str) -> PydanticCustomError:
    """Build the error of a value that breaks a rule of ours: what is wrong, and what would be right."""
    return PydanticCustomError("misfit", "{what}. {instead}", {"what": what, "instead": instead})


@dataclass(frozen=True, slots=True)
class Shape:
    """What a text must look like, and what would be right where it doesn't; schemas tell editors the same.

    The pattern means one thing to Python and to JavaScript, in which editors are written.
    """

    pattern: str
    instead: str

    def check(self, word: str) -> str:
        if re.fullmatch(self.pattern, word) is None:
            raise misfit(f"“{word}” doesn't fit" if word.strip() else "it is empty", self.instead)
        return word

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), **looks_like(self.pattern, self.instead)}


def looks_like(pattern: str, instead: str) -> JsonSchemaValue:
    """Tell editors how a text looks; what its validator knows besides, they don't."""
    return {"type": "string", "pattern": f"^(?:{pattern})$", "patternErrorMessage": instead}


Words = Annotated[str, Shape(r"[\s\S]*\S[\s\S]*", "Say it in a few words.")]
"""Something for people to read; never empty."""

Name = Annotated[
    str, Shape(r"[a-z0-9][a-z0-9-]{0,40}", "Use lower-case letters, digits and “-”, 41 at most: restart-checkout.")
]

ParameterName = Annotated[
    str, Shape(r"[a-z][a-z0-9_]{0,40}", "Use lower-case letters, digits and “_”, 41 at most: new_version.")
]

Path = Annotated[str, Shape(r"/\S*", "Begin with a slash, below the service's url: /admin/restart.")]

Url = Annotated[
    str,
    Shape(
        r"https?://[^\s/?#@]+(/[^\s?#@]+)?(?<!/)",
        "Write http:// or https://, a host and no slash at the end, without a password: https://checkout.internal.",
    ),
]

ChannelName = Annotated[
    str,
    Shape(
        r"(?=.*[a-z0-9])[a-z0-9_-]{1,80}",
        "Write it as Slack does, without “#”: lower-case letters, digits, “-” and “_”, 80 at most: incidents.",
    ),
]

ChannelPrefix = Annotated[
    str,
    Shape(r"[a-z0-9][a-z0-9_-]{0,20}", "Use lower-case letters, digits, “-” and “_”, 21 at most: inc-."),
]
"""Leaves room for a number and a title within Slack's 80 characters."""

SlackPerson = Annotated[
    str, Shape(r"[UW][A-Z0-9]{2,20}", "Write the member id, from the person's profile in Slack: U024BE7LH.")
]

SlackGroup = Annotated[str, Shape(r"S[A-Z0-9]{2,20}", "Write the user group's id, from its page in Slack: S0614TZR7.")]

Variable = Annotated[
    str,
    Shape(r"[A-Z][A-Z0-9_]{0,60}", "Name the environment variable that holds it, never the secret itself: SMTP_URL."),
]

DAY = "(?:mon|tue|wed|thu|fri|sat|sun)"
CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"

Weekly = Annotated[
    str,
    Shape(rf"{DAY}(-{DAY})? {CLOCK}-({CLOCK}|24:00)", "Write days and times: mon-fri 09:00-17:00, or sat 00:00-24:00."),
]
"""Times of a week. Where the end is not after the beginning, it runs past midnight and belongs to the day it begins."""


WeeklyTime = Annotated[str, Shape(rf"{DAY} {CLOCK}", "Write a day and a time: mon 09:00.")]
"""A time that comes once a week."""


ON_A_PAGE = "Write it like 2026-11-01."


def _day(given: Any) -> date:
    word = str(given)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word, re.ASCII) is None:
        raise misfit(f"“{word}” is no day", ON_A_PAGE)
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise misfit(f"there is no day “{word}”", "Write one that a calendar has: 2026-11-01.") from None


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema(looks_like("[0-9]{4}-[0-9]{2}-[0-9]{2}", ON_A_PAGE))]
"""A day of a calendar: `2026-11-01`."""


A_ZONE = "Write a name of the tz database: Europe/Berlin."


def _zone(word: str) -> str:
    try:
        whenever.Instant.from_utc(2026, 1, 1).to_tz(word)
    except (whenever.TimeZoneNotFoundError, ValueError):
        near = get_close_matches(word, available_timezones(), n=1)
        instead = f"Did you mean “{near[0]}”?" if near else A_ZONE
        raise misfit(f"there is no time zone “{word}”", instead) from None
    return word


Zone = Annotated[str, AfterValidator(_zone), WithJsonSchema(looks_like("[A-Za-z][A-Za-z0-9_+/-]*", A_ZONE))]


ON_A_WALL = "Write it as on a wall: 2026-11-02 09:00."


def _local(word: str) -> str:
    try:
        shown = whenever.PlainDateTime(word.replace(" ", "T", 1))
    except ValueError:
        raise misfit(f"“{word}” is no date and time", ON_A_WALL) from None
    if not 1970 <= shown.year <= 2999:
        raise misfit(f"the year {shown.year} is out of reach", "Write one from 1970 to 2999.")
    return word


LocalTime = Annotated[
    str, AfterValidator(_local), WithJsonSchema(looks_like(r"\d{4}-?\d\d-?\d\d[ Tt]\d\d[0-9:.,]*", ON_A_WALL))
]
"""A date and a time on some wall, without a zone: `2026-11-02 09:00`."""

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")


def _in(unit: int, name: str, like: str = "90s, 5m, 1h") -> BeforeValidator:
    """Read `90s`, `5m` or `1h 30m`; a plain number already is in the field's unit."""

    def read(given: Any) -> Any:
        if isinstance(given, int | float) and not isinstance(given, bool):
            return given
        if given is None:
            raise misfit("it is empty", f"Write {like}, or a number of {name}.")
        word = str(given).strip().lower()
        if re.fullmatch(rf"({DURATION.pattern}\s*)+", word) is None:
            raise misfit(f"“{word}” is not a duration", f"Write {like}, or a number of {name}.")
        seconds = sum(float(amount) * SECONDS[letter] for amount, letter in DURATION.findall(word))
        return seconds / unit

    return BeforeValidator(read)


IN_SECONDS = _in(1, "seconds")
IN_MINUTES = _in(60, "minutes")
IN_WHOLE_MINUTES = _in(60, "minutes", like="5m, 1h, 3d")

Seconds = Annotated[float, IN_SECONDS]
Minutes = Annotated[float, IN_MINUTES]
WholeMinutes = Annotated[int, IN_WHOLE_MINUTES]
