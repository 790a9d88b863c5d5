"""What an incident's channel is called, and its topic."""

import re
import unicodedata
from datetime import date, timedelta

from bot.domain.durations import lasted
from bot.domain.hats import Hat
from bot.domain.incident.state import Incident
from bot.domain.workflow.policy import Policy
from bot.slack.kit import Names, each, line, trim

NAME_LIMIT = 80
TOPIC_LIMIT = 250
SPELT = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"})
"""Letters that Unicode does not take apart."""


def channel_name(prefix: str, number: int, title: str, attempt: int = 0, *, on: date | None = None) -> str:
    """Name the channel `inc-42-checkout-is-down`, in the lower-case ASCII that Slack takes.

    A title in a script that leaves next to nothing gives the day instead: `inc-42-20261121`, or `inc-42-incident`
    where no day is given. `attempt` counts the names that Slack said were taken.
    """
    suffix = f"-{attempt + 1}" if attempt else ""
    slug = _slug(title) or (f"{on:%Y%m%d}" if on else "incident")
    return f"{prefix.rstrip('-_')}-{number}-{slug}"[: NAME_LIMIT - len(suffix)].rstrip("-_") + suffix


def topic(incident: Incident, policy: Policy, names: Names) -> str:
    commander = each(incident.wearers(Hat.COMMANDER), names) or "nobody yet"
    within = lasted(timedelta(minutes=policy.of(incident.severity).sla_minutes))
    aim = f" · to be mitigated within {within}" if incident.mitigated_at is None else " · mitigated"
    aim = aim if incident.is_open else ""
    told = f"{incident.severity.label} · {incident.stage.label} · commander: {commander}{aim} · {line(incident.title)}"
    return trim(told, TOPIC_LIMIT)


def _slug(title: str) -> str:
    """Fold the title to ASCII words; empty where fewer than two letters of another script survive."""
    folded = unicodedata.normalize("NFKD", title.casefold().translate(SPELT)).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", folded.replace("'", "")).strip("-")
    survives = title.isascii() or sum(char.isalpha() for char in slug) > 1
    return slug if survives else ""
