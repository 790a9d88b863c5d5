"""Block Kit's text objects, options and interactive elements: what each may have, and how much.

Figures are those of slack_sdk 3.47's models, @slack/types and the Block Kit reference on docs.slack.dev.
"""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.schema import Check, also, anything, boolean, integer, listing, one_of, problem, record, string, tagged


def text(most: int, *kinds: str, least: int = 1) -> Check:
    """A text object; ``kinds`` are the allowed types, both when none is named."""
    objects = {
        "plain_text": record({"text": string(least, most)}, {"emoji": boolean}),
        "mrkdwn": record({"text": string(least, most)}, {"verbatim": boolean}),
    }
    return tagged(objects, kinds or None)


def plain(most: int) -> Check:
    return text(most, "plain_text")


CONFIRM = record(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
OPTION = record({"text": text(75), "value": string(1, 150)}, {"description": text(75), "url": string(1, 3000)})
GROUP = record({"label": plain(75), "options": listing(OPTION, 1, 100)})
DISPATCH = record({"trigger_actions_on": listing(one_of("on_enter_pressed", "on_character_entered"), 1, 2)})
FILTER = record(
    {},
    {
        "include": listing(one_of("im", "mpim", "private", "public"), 1),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)

ACTION = {"action_id": string(1, 255), "confirm": CONFIRM, "focus_on_load": boolean}
SELECT = ACTION | {"placeholder": plain(150)}
MULTI = SELECT | {"max_selected_items": integer(1)}
TYPED = {"action_id": string(1, 255), "placeholder": plain(150), "focus_on_load": boolean}
TYPED |= {"dispatch_action_config": DISPATCH}
IDS = listing(string())


def _options_or_groups(value: Any, at: str) -> Iterator[str]:
    if ("options" in value) == ("option_groups" in value):
        yield problem("must define either `options` or `option_groups`", at)


def _initial_among_options(value: Any, at: str) -> Iterator[str]:
    """Slack refuses an initial option that isn't, to the letter, one of the options."""
    initial = value.get("initial_options") or ([value["initial_option"]] if value.get("initial_option") else [])
    offered = options_of(value)
    if any(option not in offered for option in initial):
        name = "initial_options" if "initial_options" in value else "initial_option"
        yield problem("initial option is not among the options", f"{at}/{name}")


def _distinct_values(value: Any, at: str) -> Iterator[str]:
    values = [option["value"] for option in options_of(value)]
    if len(values) != len(set(values)):
        yield problem("options must have distinct values", f"{at}/options")


def options_of(element: dict[str, Any]) -> list[dict[str, Any]]:
    """The options that the element offers, whether in one list or in groups."""
    if "options" in element:
        return list(element["options"])
    return [option for group in element.get("option_groups") or [] for option in group["options"]]


def _choice(optional: dict[str, Check]) -> Check:
    lists = {"options": listing(OPTION, 1, 100), "option_groups": listing(GROUP, 1, 100)}
    return also(record({}, optional | lists), _options_or_groups, _initial_among_options)


def _buttons_or_boxes(initial: dict[str, Check]) -> Check:
    return also(record({"options": listing(OPTION, 1, 10)}, ACTION | initial), _initial_among_options, _distinct_values)


ELEMENTS: dict[str, Check] = {
    "button": record(
        {"text": plain(75)},
        {
            "action_id": string(1, 255),
            "url": string(1, 3000),
            "value": string(0, 2000),
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(1, 75),
        },
    ),
    "static_select": _choice(SELECT | {"initial_option": OPTION}),
    "multi_static_select": _choice(MULTI | {"initial_options": listing(OPTION)}),
    "external_select": record({}, SELECT | {"initial_option": OPTION, "min_query_length": integer(0)}),
    "multi_external_select": record({}, MULTI | {"initial_options": listing(OPTION), "min_query_length": integer(0)}),
    "users_select": record({}, SELECT | {"initial_user": string()}),
    "multi_users_select": record({}, MULTI | {"initial_users": IDS}),
    "channels_select": record({}, SELECT | {"initial_channel": string(), "response_url_enabled": boolean}),
    "multi_channels_select": record({}, MULTI | {"initial_channels": IDS}),
    "conversations_select": record(
        {},
        SELECT
        | {
            "initial_conversation": string(),
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": FILTER,
        },
    ),
    "multi_conversations_select": record(
        {}, MULTI | {"initial_conversations": IDS, "default_to_current_conversation": boolean, "filter": FILTER}
    ),
    "overflow": record({"options": listing(OPTION, 1, 5)}, {"action_id": string(1, 255), "confirm": CONFIRM}),
    "radio_buttons": _buttons_or_boxes({"initial_option": OPTION}),
    "checkboxes": _buttons_or_boxes({"initial_options": listing(OPTION, 1)}),
    "datepicker": record({}, SELECT | {"initial_date": string(10, 10)}),
    "timepicker": record({}, SELECT | {"initial_time": string(5, 5), "timezone": string()}),
    "datetimepicker": record({}, ACTION | {"initial_date_time": integer(1_000_000_000, 9_999_999_999)}),
    "plain_text_input": record(
        {},
        TYPED
        | {
            "initial_value": string(0, 3000),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
    ),
    "number_input": record(
        {"is_decimal_allowed": boolean},
        TYPED | {"initial_value": string(), "min_value": string(), "max_value": string()},
    ),
    "email_text_input": record({}, TYPED | {"initial_value": string()}),
    "url_text_input": record({}, TYPED | {"initial_value": string()}),
    "rich_text_input": record({}, TYPED | {"initial_value": anything}),
    "file_input": record(
        {}, {"action_id": string(1, 255), "filetypes": listing(string()), "max_files": integer(1, 10)}
    ),
    "image": also(
        record(
            {"alt_text": string(1, 2000)},
            {"image_url": string(1, 3000), "slack_file": record({}, {"id": string(), "url": string()})},
        ),
    ),
}

INPUTS = ELEMENTS.keys() - {"button", "overflow", "image"}
"""What an input block may hold."""
ACTIONS = ELEMENTS.keys() - {"image", "plain_text_input", "number_input", "email_text_input", "url_text_input"}
ACTIONS -= {"file_input", "rich_text_input"}
"""What an actions block may hold."""
ACCESSORIES = ACTIONS | {"image"}
"""What may stand beside a section."""
