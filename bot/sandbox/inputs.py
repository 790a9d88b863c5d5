"""What a person put into an element, in the shape in which Slack tells the app."""

import re
from typing import Any

from bot.sandbox.blocks import elements
from bot.sandbox.elements import INPUTS, options_of
from bot.sandbox.errors import NotPossibleError
from bot.sandbox.workspace import Json

FIELD = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
}
LISTS = {"selected_options", "selected_users", "selected_channels", "selected_conversations", "files"}
INITIAL = {
    "value": "initial_value",
    "rich_text_value": "initial_value",
    "files": "initial_files",
} | {field: field.replace("selected_", "initial_", 1) for field in FIELD.values() if field.startswith("selected_")}

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def state_of(blocks: list[Json], before: Json | None = None) -> Json:
    """block_id → action_id → value, for every element that holds one.

    What was chosen ``before`` stays where block_id, action_id and type are the same, as when Slack updates a view;
    everything else begins with its initial value.
    """
    state: Json = {}
    for block in blocks:
        for element in elements(block):
            kind = element["type"]
            if kind not in INPUTS:
                continue
            field = FIELD[kind]
            old = (before or {}).get(block["block_id"], {}).get(element["action_id"])
            initial = element.get(INITIAL[field], [] if field in LISTS else None)
            fresh = {"type": kind, field: initial}
            kept = old if old and old["type"] == kind else fresh
            state.setdefault(block["block_id"], {})[element["action_id"]] = kept
    return state


def chosen(element: Json, raw: Any) -> Json:
    """The element's value as Slack tells it: ``{"type": …, "selected_option": {…}}`` and the like."""
    kind = element["type"]
    field = FIELD[kind]
    match field:
        case "selected_option":
            value: Any = _option(element, raw) if raw is not None else None
        case "selected_options":
            value = [_option(element, one) for one in raw or []]
        case "selected_date_time":
            value = int(raw) if raw is not None else None
        case "value":
            value = str(raw) if raw not in (None, "") else None
        case _:
            value = (raw or []) if field in LISTS else raw or None
    most = element.get("max_selected_items")
    if most and isinstance(value, list) and len(value) > most:
        raise NotPossibleError(f"No more than {most} can be chosen here.")
    return {"type": kind, field: value}


def _option(element: Json, raw: Any) -> Json:
    """The option with this value; an external menu's comes whole, since only the app knows its options."""
    if isinstance(raw, dict) and "external" in element["type"]:
        return {"text": raw["text"], "value": raw["value"]}
    wanted = raw["value"] if isinstance(raw, dict) else raw
    option = next((o for o in options_of(element) if o["value"] == wanted), None)
    if option is None:
        raise NotPossibleError(f"There is no option {wanted!r} here.")
    return dict(option)


def complaint(block: Json, value: Json) -> str | None:
    """What Slack itself says beside an input before the form goes to the app."""
    element = block["element"]
    held = value[FIELD[element["type"]]]
    if held in (None, "", []):
        return None if block.get("optional") else "Please complete this required field."
    match element["type"]:
        case "plain_text_input":
            if len(held) < element.get("min_length", 0):
                return f"Please enter at least {element['min_length']} characters."
            if len(held) > (most := element.get("max_length", 3000)):
                return f"Please enter at most {most} characters."
        case "email_text_input" if not EMAIL.fullmatch(held):
            return "Please enter a valid email address."
        case "url_text_input" if not held.startswith(("http://", "https://")):
            return "Please enter a valid URL."
        case "number_input":
            return _number_complaint(element, held)
        case _:
            pass
    return None


def _number_complaint(element: Json, held: str) -> str | None:
    if not NUMBER.fullmatch(held) or ("." in held and not element["is_decimal_allowed"]):
        return "Please enter a valid number."
    if "min_value" in element and float(held) < float(element["min_value"]):
        return f"Please enter a number no smaller than {element['min_value']}."
    if "max_value" in element and float(held) > float(element["max_value"]):
        return f"Please enter a number no greater than {element['max_value']}."
    return None
