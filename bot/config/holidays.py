"""Public holidays, from the `holidays` library of the extra `calendars`. Without it there are none."""

from datetime import date
from functools import lru_cache
from types import ModuleType

EXTRA = "Install what the extra brings: pip install 'muster[calendars]'. Or remove this line."


def holiday(region: str, day: date) -> str | None:
    """Name the holiday of a day; None where it is none, the region is unknown, or the library is not installed.

    `region` is a country, or a country and one of its parts, as ISO 3166 writes them: `DE`, `DE-BE`.
    """
    return _of_year(region, day.year).get(day)


def unusable(region: str) -> tuple[str, str] | None:
    """Say what is wrong with a region, and what would be right; None where its holidays are known."""
    library = _library()
    if library is None:
        return "holidays can't be looked up: a library is not installed", EXTRA
    country, _, part = region.partition("-")
    countries = library.list_supported_countries()
    if country not in countries:
        return f"no holidays are known of “{country}”", "Write a country, or country and region: DE, or DE-BE."
    if part and part not in countries[country]:
        known = ", ".join(f"{country}-{each}" for each in countries[country]) or f"only {country} as a whole"
        return f"no holidays are known of “{region}”", f"There are: {known}."
    return None


@lru_cache(maxsize=512)
def _of_year(region: str, year: int) -> dict[date, str]:
    library = _library()
    if library is None:
        return {}
    country, _, part = region.partition("-")
    try:
        return dict(library.country_holidays(country, subdiv=part or None, years=year))
    except NotImplementedError:  # the library's word for a region that it does not know
        return {}


def _library() -> ModuleType | None:
    try:
        import holidays  # noqa: PLC0415 - it is an extra
    except ImportError:
        return None
    return holidays
