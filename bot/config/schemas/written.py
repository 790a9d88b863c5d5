"""What people may write where the models have it otherwise, and rules between keys: what no single field's type says.

A schema may take more than our own reading, which has the last word; it never takes less.
"""

from collections.abc import Callable, Iterable
from typing import Literal, get_args

from pydantic import BaseModel, Field
from pydantic.json_schema import JsonSchemaValue

from bot.domain.declared import Seconds
from bot.domain.gates.policy import HOUR, ApprovalPolicy, Tier
from bot.domain.gates.seat import SEAT_KINDS, Route, Seat
from bot.domain.gates.short import SHORT_KEYS
from bot.domain.oncall.escalation import KINDS as TARGET_KINDS
from bot.domain.oncall.escalation import EscalationPolicy, Target
from bot.domain.oncall.notifier import Notifier
from bot.domain.oncall.people import Person, Team
from bot.domain.oncall.schedule import Schedule
from bot.domain.runbook import Runbook, Service
from bot.domain.severity import Severity
from bot.domain.workflow.criterion import Criterion
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.wearing import Conflict

NAMED: dict[type[BaseModel], str] = {
    Policy: "name",
    Runbook: "id",
    **dict.fromkeys((Service, Person, Team, Schedule, EscalationPolicy, *get_args(get_args(Notifier)[0])), "id"),
}
"""Keys that nobody writes: the file's name says them, or the key above."""


def _as_it_is(found: JsonSchemaValue) -> JsonSchemaValue:
    return found


def _one_or_several(found: JsonSchemaValue) -> JsonSchemaValue:
    return {"anyOf": [found["items"], found]}


BEFORE: dict[str, Callable[[JsonSchemaValue], JsonSchemaValue]] = {
    "Transition._one_or_several": _one_or_several,
    "Policy._are_named": _as_it_is,
    "ApprovalPolicy._written_out": _as_it_is,  # its short forms are in RULES
}
"""What is taken where a function reads a value before its model does, by the function's name."""


def _all_severities(found: JsonSchemaValue) -> JsonSchemaValue:
    found["properties"]["severities"]["required"] = [severity.value for severity in Severity]
    return found


def _one_seat(found: JsonSchemaValue) -> JsonSchemaValue:
    return {**found, "oneOf": list(_named(SEAT_KINDS))}


def _one_target(found: JsonSchemaValue) -> JsonSchemaValue:
    return {**found, "oneOf": list(_named(TARGET_KINDS))}


def _named(kinds: Iterable[str]) -> Iterable[JsonSchemaValue]:
    """Ask for one of these keys; `null`, and `anyone: false`, name nobody."""
    for kind in kinds:
        yield {"required": [kind], "properties": {kind: {"not": NO if kind == "anyone" else {"type": "null"}}}}


NO: JsonSchemaValue = {
    "anyOf": [
        {"enum": [None, False, 0]},
        {"type": "string", "pattern": "^([fF]|[fF][aA][lL][sS][eE]|[nN][oO]?|[oO][fF][fF]|0)$"},
    ]
}
FILLED: JsonSchemaValue = {"type": "array", "minItems": 1}
WRITTEN: JsonSchemaValue = {"type": "string"}


def _is_met_somehow(found: JsonSchemaValue) -> JsonSchemaValue:
    ways = [_has(check=WRITTEN), _has(confirmed_by=FILLED)]
    return {**found, "anyOf": ways}


def _two_hats_or_a_deed(found: JsonSchemaValue) -> JsonSchemaValue:
    found["properties"]["hats"] |= {"maxItems": 2}
    deed: JsonSchemaValue = {"required": ["hat", "not"]}
    return {**found, "oneOf": [_has(hats={"type": "array", "minItems": 2}), deed]}


def _way_back(found: JsonSchemaValue) -> JsonSchemaValue:
    return {**found, "oneOf": [_has(rollback=FILLED), _has(no_rollback_because=WRITTEN)]}


def _kept_somewhere(found: JsonSchemaValue) -> JsonSchemaValue:
    return {**found, "oneOf": [_has(layers=FILLED), _has(elsewhere={"type": "object"})]}


def _has(**keys: JsonSchemaValue) -> JsonSchemaValue:
    return {"required": [*keys], "properties": keys}


class ShortForm(Tier):
    """What an approval may have in place of `steps`; see gates/policy.py."""

    chain: tuple[Seat, ...] = Field(min_length=1)
    """With `kind: sequential`: who is asked, one after the other."""
    seats: tuple[Seat, ...] = Field(min_length=1, max_length=20)
    """With `kind: parallel`: who is asked at once."""
    route: Route | Literal[True] | None
    """With `kind: dynamic`: how whoever fits best is found; true: by the weights that hold unless said."""
    fallback: tuple[Seat, ...] | None = None
    """With `route`: who is asked, one after the other, where it finds nobody, or nobody decides in time."""
    second: tuple[Seat, ...] | None = None
    """With `chain` or `seats`: who is asked, too, when nobody has decided in time."""
    second_quorum: int | None = Field(default=None, ge=1)
    """The weight of yeses that is enough in the second tier; 1 unless said."""
    next_after: Seconds = Field(default=2 * HOUR, gt=0, le=30 * 24 * HOUR)
    """Seconds without a decision until the next tier is asked, too."""


BESIDE: dict[type[BaseModel], type[BaseModel]] = {ApprovalPolicy: ShortForm}
"""Models whose keys may stand beside another's, as its rules say."""


def _short_forms(found: JsonSchemaValue) -> JsonSchemaValue:
    """Take an approval with `steps`, or with the keys of its kind's short form in their place."""
    found["required"] = [key for key in found["required"] if key != "id"]
    of_short_forms = [key for key in SHORT_KEYS if key not in ApprovalPolicy.model_fields]
    return {
        **found,
        "if": {"required": ["steps"]},
        "then": _without(of_short_forms),
        "else": {"required": ["kind"], "oneOf": [_of_kind(*one) for one in SHORT_FORMS]},
    }


SHORT_FORMS = (
    ("sequential", "chain", ("seats", "route", "fallback")),
    ("parallel", "seats", ("chain", "route", "fallback")),
    ("dynamic", "route", ("chain", "seats", "second", "second_quorum")),
)
"""Each kind with the key that says who is asked, and those that belong to others."""


def _of_kind(kind: str, key: str, others: Iterable[str]) -> JsonSchemaValue:
    return {"required": [key], "properties": {"kind": {"const": kind}, **_without(others)["properties"]}}


def _without(keys: Iterable[str]) -> JsonSchemaValue:
    return {"properties": dict.fromkeys(keys, False)}


RULES: dict[type[BaseModel], Callable[[JsonSchemaValue], JsonSchemaValue]] = {
    Policy: _all_severities,
    ApprovalPolicy: _short_forms,
    Seat: _one_seat,
    Target: _one_target,
    Criterion: _is_met_somehow,
    Conflict: _two_hats_or_a_deed,
    Runbook: _way_back,
    Schedule: _kept_somewhere,
}
"""What holds between the keys of a model."""
