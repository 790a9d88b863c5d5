"""The parts that forms are made of: a modal, and inputs whose block id is the field's name."""

from collections.abc import Sequence
from typing import Any

from bot.slack.controls import FormFacts
from bot.slack.kit import cut, plain

VALUE = "value"
"""The action id of every input; the block id says which field it is."""


def modal(
    facts: FormFacts, title: str, blocks: Sequence[dict[str, Any]], submit: str | None = "Send"
) -> dict[str, Any]:
    view: dict[str, Any] = {
        "type": "modal",
        "callback_id": facts.form,
        "private_metadata": facts.model_dump_json(exclude_defaults=True),
        "title": plain(title, 24),
        "close": plain("Cancel" if submit else "Close", 24),
        "blocks": list(blocks),
    }
    return {**view, "submit": plain(submit, 24)} if submit else view


def text(
    field: str,
    label: str,
    *,
    multiline: bool = False,
    initial: str = "",
    hint: str = "",
    placeholder: str = "",
    optional: bool = False,
    limit: int = 3000,
) -> dict[str, Any]:
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": VALUE,
        "multiline": multiline,
        "max_length": limit,
    }
    if initial:
        element["initial_value"] = initial[:limit]
    if placeholder:
        element["placeholder"] = plain(placeholder, 150)
    return _input(field, label, element, hint, optional=optional)


def number(
    field: str, label: str, *, initial: int | None, low: int | None, high: int | None, hint: str = ""
) -> dict[str, Any]:
    element: dict[str, Any] = {"type": "number_input", "action_id": VALUE, "is_decimal_allowed": False}
    for name, value in (("initial_value", initial), ("min_value", low), ("max_value", high)):
        if value is not None:
            element[name] = str(value)
    return _input(field, label, element, hint)


def select(
    field: str,
    label: str,
    options: Sequence[tuple[str, str]],
    *,
    initial: str = "",
    hint: str = "",
    optional: bool = False,
    action_id: str = VALUE,
    dispatch: bool = False,
) -> dict[str, Any]:
    """Offer `options` as (value, what it says)."""
    shown = [{"text": plain(says, 75), "value": value} for value, says in options[:100]]
    element: dict[str, Any] = {"type": "static_select", "action_id": action_id, "options": shown}
    if (chosen := next((option for option in shown if option["value"] == initial), None)) is not None:
        element["initial_option"] = chosen
    block = _input(field, label, element, hint, optional=optional)
    return {**block, "dispatch_action": True} if dispatch else block


def moment(field: str, label: str, *, initial: int | None, hint: str = "", optional: bool = False) -> dict[str, Any]:
    """Ask for a date and a time; it is given and comes back in seconds since 1970, shown on the reader's own clock."""
    element: dict[str, Any] = {"type": "datetimepicker", "action_id": VALUE}
    if initial is not None:
        element["initial_date_time"] = initial
    return _input(field, label, element, hint, optional=optional)


def day(field: str, label: str, *, optional: bool = False) -> dict[str, Any]:
    """Ask for a date; it comes back as 2026-12-24."""
    return _input(field, label, {"type": "datepicker", "action_id": VALUE}, optional=optional)


def people(field: str, label: str, *, hint: str = "", initial: str = "") -> dict[str, Any]:
    element: dict[str, Any] = {"type": "users_select", "action_id": VALUE}
    if initial:
        element["initial_user"] = initial
    return _input(field, label, element, hint)


def _input(
    field: str, label: str, element: dict[str, Any], hint: str = "", *, optional: bool = False
) -> dict[str, Any]:
    block: dict[str, Any] = {
        "type": "input",
        "block_id": field,
        "label": plain(label, 2000),
        "element": element,
        "optional": optional,
    }
    return {**block, "hint": plain(cut(hint, 2000), 2000)} if hint else block
