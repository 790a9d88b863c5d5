"""What pydantic found, as a sentence for the person who edits the file."""

import re
from collections.abc import Collection, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.config.approvals import as_written, not_written_out
from bot.config.documents import Document
from bot.config.mistakes import Mistake, Place, listed, shown, suggest
from bot.domain.declared import IN_MINUTES, IN_SECONDS, IN_WHOLE_MINUTES, SECONDS
from bot.domain.gates.policy import ApprovalPolicy
from bot.domain.gates.short import SHORT_KEYS
from bot.domain.oncall.notifier import Notifier

EXAMPLES = {
    "after": "5m",
    "announce": "incidents",
    "at": '"mon 09:00"',
    "approval": "true",
    "auto_remediation": "false",
    "body": "{percent: 0}",
    "because": '"Whoever changed it does not judge it"',
    "before": "[mitigation]",
    "by": "slack",
    "channels": "{announce: incidents, managers: incident-managers}",
    "customers": "status",
    "digest": '{at: "mon 09:00", zone: Europe/Berlin}',
    "environment": "production",
    "expect": '"Errors stop within a minute"',
    "field": "status",
    "focus": '"Decide, delegate, keep the picture"',
    "from": "triage",
    "healthy": "ok",
    "id": "restart",
    "key": "PAGERDUTY_KEY",
    "label": '"How many instances"',
    "limit": "5m",
    "managers": "incident-managers",
    "maximum": "20",
    "meeting": "{p1: 3d, p2: 5wd}",
    "means": '"Customers cannot pay"',
    "members": "[ana, ben]",
    "minimum": "1",
    "name": '"Ana Ruiz"',
    "never": '"Fix it yourself"',
    "no_rollback_because": '"It only reads"',
    "notify": "[{schedule: payments}]",
    "owner": "team-payments",
    "path": "/admin/restart",
    "people": "[ana, ben, cy]",
    "prefix": "inc-",
    "produces": '"Decisions, and an update at every due time"',
    "quorum": "2",
    "review_every": "90d",
    "reviewed": "2026-11-01",
    "risk": '"Requests in flight are lost"',
    "rotation": "weekly",
    "runbooks": "{review_every: 90d}",
    "says": '"Restart every instance"',
    "seats": "[{anyone: true}]",
    "seconds": "30s",
    "sender": "muster@example.org",
    "server": "SMTP_URL",
    "settle": "2m",
    "severities": "with p1, p2, p3 and p4 below it",
    "sla_minutes": "15",
    "slack": "U024BE7LH",
    "stages": "with detected, triage, mitigating, resolved and closed below it",
    "starts": "2026-11-02 09:00",
    "stale-runbook": "1",
    "rubber-stamps": "1",
    "steps": '[{uses: http, id: restart, says: "Restart it", path: /admin/restart}]',
    "stricter": "{stale-runbook: 1, rubber-stamps: 1}",
    "target": "checkout",
    "tier": "2",
    "tiers": "[{notify: [{schedule: payments}], limit: 5m}]",
    "title": '"Restart checkout"',
    "to": "mitigating",
    "transitions": "[{from: detected, to: triage}]",
    "url": "https://checkout.internal",
    "use": "payments-day",
    "uses": "ics",
    "verify": "{settle: 2m, within: 10m}",
    "who": "[{hat: commander}]",
    "within": "10m",
    "zone": "Europe/Berlin",
}
"""What a key could look like; a key that must be there is among them."""

OF_APPROVALS = {"owner": "3", "tiers": "[{seats: [{anyone: true}]}]"}
"""What keys of approvals look like that mean something else elsewhere."""

LISTS = {
    "before": "[mitigation]",
    "chain": "[{hat: reviewer}, {hat: commander}]",
    "channels": "[ops]",
    "conflicts": "[{hats: [mitigator, verifier], is: enforced, because: Nobody judges their own work}]",
    "confirmed_by": "[verifier]",
    "contacts": "[{by: slack}]",
    "deputies": "[ben]",
    "entry": "[{id: rollback, title: There is a way back, check: rollback-declared}]",
    "escalations": "[{use: payments-day}]",
    "exit": "[{id: told, title: Stakeholders have been told, check: stakeholders-told}]",
    "fallback": "[{anyone: true}]",
    "from": "[triage, investigating]",
    "gates": "[{use: anybody, before: [mitigation]}]",
    "guards": "[nothing-runs]",
    "hats": "[first-responder]",
    "hours": '["mon-fri 09:00-17:00"]',
    "layers": '[{rotation: weekly, starts: "2026-11-02 09:00", people: [ana, ben]}]',
    "lengths": "[5d, 2d]",
    "loud": "[p1]",
    "needed": '["mon-fri 09:00-17:00"]',
    "of": "[failed, verified]",
    "only": '["mon-fri 09:00-17:00"]',
    "quiet": '["mon-sun 22:00-07:00"]',
    "required": "[p1, p2]",
    "seats": "[{anyone: true}]",
    "second": "[{anyone: true}]",
    "severities": "[p1, p2]",
    "transitions": "[{from: detected, to: triage}]",
    "when": "[mitigation]",
}
"""What a key could look like where a list is wanted."""

UNITS = {IN_SECONDS: 1, IN_MINUTES: 60, IN_WHOLE_MINUTES: 60}


def mistake_of(
    error: ErrorDetails, model: Any, document: Document, top: Place, named: Collection[str] = ()
) -> Mistake | None:
    """Translate one error of a model that stands at `top`; None where it only echoes another.

    `named` are the keys that the place says, so that nobody writes them.
    """
    below, kind = _locate(model, error["loc"])
    place = as_written((*top, *below), document)
    if document.spoiled & {place[:depth] for depth in range(len(place) + 1)}:
        return None
    if not top and place[:1] and place[0] in named and error["type"] == "misfit":
        ctx = error["ctx"]
        return document.mistake((), f"the file's name {ctx['what']}", f"Rename the file. {ctx['instead']}")
    if error["type"] == "extra_forbidden" and place[:1] == ("approvals",) and place[2:] in SHORT_PLACES:
        beside = not_written_out(str(place[2]), document.at(place[:2]))
        return document.mistake(place, *beside) if beside else None
    told = _sentence(error, model, kind, place, document.at(place), named={top: frozenset(named)})
    return document.mistake(*told) if told else None


SHORT_PLACES = {(key,) for key in SHORT_KEYS}


def _sentence(
    error: ErrorDetails, model: Any, kind: Any, place: Place, value: Any, *, named: Mapping[Place, frozenset[str]]
) -> tuple[Place, str, str] | None:
    """Say where it is, what it is and what would be right; `named`: the keys that are not written at a place."""
    ctx, called = error.get("ctx", {}), _called(value)
    key = place[-1] if place else ""
    known = EXAMPLES | (OF_APPROVALS if place[:1] == ("approvals",) else {})
    examples = known | LISTS if get_origin(_bare(kind)) is tuple else known
    like = f"Write it like: {key}: {examples[key]}" if key in examples else _like(kind, named.get(place, frozenset()))
    match error["type"]:
        case "misfit":
            said = ctx["instead"].replace("quorum:", "second_quorum:") if key == "second_quorum" else ctx["instead"]
            return place, ctx["what"], said
        case "missing":
            return place, "it is missing", f"Add it, for example: {key}: {known[str(key)]}"
        case "extra_forbidden":
            above = _locate(model, error["loc"][:-1])[1]
            keys = [*_keys(above, named.get(place[:-1], frozenset())), *(SHORT_KEYS if above is ApprovalPolicy else ())]
            return place, f"unknown key {shown(key)}", suggest(key, keys, "The keys here are")
        case "union_tag_invalid":
            choices = _quoted(ctx["expected_tags"])
            return (*place, "uses"), f"there is no {_noun(kind)} {shown(ctx['tag'])}", _choose(ctx["tag"], choices)
        case "union_tag_not_found":
            kinds = listed(member.model_fields["uses"].default for member in _members(kind))
            return (*place, "uses"), "it is missing", f"Say what the {_noun(kind)} uses: {kinds}."
        case "too_short" if value:
            return None  # pydantic counts only the items that fit, and has named those that do not
        case "too_short":
            return place, "it is empty", like
        case "too_long":
            return place, "the list is too long", f"Write {ctx['max_length']} at most."
        case "literal_error" | "enum":
            given = key if error["loc"][-1] == "[key]" else value
            return place, f"{_called(given)} is not among the choices", _choose(given, _quoted(ctx["expected"]))
        case _ if value is None:
            return place, "it is empty", like
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal" as bound:
            limit = next(f"{words} {_amount(ctx[name], kind)}" for name, words in LIMITS.items() if name in ctx)
            return place, f"{called} is too {'small' if bound.startswith('greater') else 'large'}", f"Write {limit}."
        case _ if _is_scalar_union(kind) and any(get_origin(each) is dict for each in get_args(kind)):
            return place, f"{called} cannot stand here", "Write a text in quotes, or keys and texts."
        case _ if _is_scalar_union(kind):
            return place, f"{called} cannot stand here", "Write a text in quotes, a whole number, true or false."
        case "model_type" | "model_attributes_type" | "dict_type":
            keys = _keys(kind, named.get(place, frozenset()))
            return place, f"{called} cannot stand here", f"Write keys and values{': ' + listed(keys) if keys else ''}."
        case "tuple_type":
            return place, f"{called} cannot stand here", "Write a list: each item begins with “- ”."
        case "string_type" if isinstance(value, bool | int | float):
            return place, f"{called} is not text", f'Put it in quotes: "{called.strip("“”")}".'
        case "string_type":
            return place, f"{called} is not text", like
        case "bool_type" | "bool_parsing":
            return place, f"{called} is neither true nor false", "Write true or false."
        case "int_type" | "int_parsing" | "int_from_float":
            return place, f"{called} is not a whole number{' of minutes' if _unit(kind) else ''}", like
        case "float_type" | "float_parsing":
            return place, f"{called} is not a number", like
        case _:
            return place, error["msg"][:1].lower() + error["msg"][1:], like


def _like(kind: Any, named: frozenset[str]) -> str:
    """Say what a type takes, where no key says it by an example."""
    bare = _bare(kind)
    if _is_model(bare):
        keys = f"keys and values: {listed(_keys(bare, named))}"
        may_be_bare = not any(field.is_required() for name, field in bare.model_fields.items() if name not in named)
        return f"Write {{}}, or {keys}." if may_be_bare else f"Write {keys}."
    return next((words for one, words in TAKES.items() if bare is one or get_origin(bare) is one), "Write a word here.")


TAKES = {
    bool: "Write true or false.",
    int: "Write a whole number: 3.",
    float: "Write a number: 1.5.",
    tuple: "Write a list: each item begins with “- ”.",
    dict: "Write keys and values.",
}

LIMITS = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}


def _quoted(words: str) -> list[str]:
    return re.findall("'([^']*)'", words)


def _choose(given: object, choices: list[str]) -> str:
    near = suggest(given, choices, "")
    return f"Choose from: {listed(choices)}." + (f" {near}" if near.startswith("Did") else "")


def _called(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case bool():
            return shown(str(value).lower())
        case _:
            return shown(value)


UNIONS = {Union, UnionType}


def _locate(model: Any, loc: Place) -> tuple[Place, Any]:
    """Find the place in the file, and the type wanted there: pydantic's location also names members of unions."""
    place, kind = Place(), model
    for part in loc:
        inner, args = _bare(kind), get_args(_bare(kind))
        match get_origin(inner):
            case _ if part == "[key]":
                pass
            case _ if _is_scalar_union(inner):
                pass
            case origin if origin in UNIONS:
                kind = next(member for member in args if member.model_fields["uses"].default == part)
            case origin if origin in {dict, tuple}:
                place, kind = (*place, part), args[1 if origin is dict else 0]
            case _:
                field = _field(inner, part) if _is_model(inner) else None
                place, kind = (*place, part), field.rebuild_annotation() if field else Any
    return place, kind


def _bare(kind: Any) -> Any:
    """Take off `Annotated` and `| None`."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in UNIONS and len(members := [each for each in get_args(kind) if each is not NoneType]) == 1:
        return _bare(members[0])
    return kind


def _members(kind: Any) -> list[Any]:
    return [member for member in get_args(_bare(kind)) if _is_model(member)]


def _keys(kind: Any, named: frozenset[str]) -> list[str]:
    """Keys to write below this type, without those that the file's name or the key above says."""
    fields = _bare(kind).model_fields if _is_model(_bare(kind)) else {}
    return [field.alias or name for name, field in fields.items() if name not in named]


def _field(model: type[BaseModel], key: Any) -> FieldInfo | None:
    """Find a field by what is written: its name, or another word where its name means something to Python."""
    written = (field for name, field in model.model_fields.items() if key == (field.alias or name))
    return next(written, None)


def _noun(union: Any) -> str:
    return "notifier" if _members(union) == _members(Notifier) else "step"


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _is_scalar_union(kind: Any) -> bool:
    return get_origin(_bare(kind)) in UNIONS and not _members(kind)


def _unit(kind: Any) -> int | None:
    """Return the unit of a duration in seconds; None for anything else."""
    marks = [mark for mark in getattr(kind, "__metadata__", ()) if mark in UNITS]
    return UNITS[marks[0]] if marks else next((unit for inner in get_args(kind) if (unit := _unit(inner))), None)


def _amount(limit: float, kind: Any) -> str:
    """Say a limit the way durations are written: 2h rather than 7200."""
    unit = _unit(kind)
    if unit is None or limit == 0:
        return f"{limit:g}"
    letter = max((each for each in SECONDS if limit * unit % SECONDS[each] == 0), key=SECONDS.__getitem__)
    return f"{limit * unit / SECONDS[letter]:g}{letter}"
