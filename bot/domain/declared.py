"""The kinds of values that operators declare: names, words, durations, urls. Each says what would be right."""

import re
from typing import Annotated, Any

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
