"""Block Kit's limits, each told with the place where it is broken."""

from typing import Any

import pytest

from tests.sandbox.local import Slack

Json = dict[str, Any]


def plain(text: str = "text") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "text") -> Json:
    return {"type": "mrkdwn", "text": text}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain(), "action_id": "press", **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def option(value: str = "one") -> Json:
    return {"text": plain(), "value": value}


def section(**more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(), **more}


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "choose", **more}


def table(rows: int, cells: int) -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "cell"}] * cells] * rows}


REFUSED: list[tuple[list[Json], str]] = [
    ([{"type": "nope"}], "unsupported type: nope [json-pointer:/blocks/0]"),
    ([{}], "missing required field: type [json-pointer:/blocks/0]"),
    ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ([{"type": "alert", "text": plain()}], "unsupported type: alert [json-pointer:/blocks/0]"),
    ([{"type": "section"}], "must define either `text` or `fields` [json-pointer:/blocks/0]"),
    ([section(text=mrkdwn(""))], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ([section(text=mrkdwn("t" * 3001))], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ([section(fields=[mrkdwn()] * 11)], "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
    ([section(colour="red")], "invalid additional property: colour [json-pointer:/blocks/0]"),
    ([section(block_id="b" * 256)], "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
    ([{"type": "header", "text": mrkdwn()}], "unsupported type: mrkdwn [json-pointer:/blocks/0/text]"),
    (
        [{"type": "header", "text": plain("h" * 151)}],
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    ([{"type": "context", "elements": []}], "no less than 1 items allowed [json-pointer:/blocks/0/elements]"),
    (
        [{"type": "context", "elements": [mrkdwn()] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    ([actions(*([button()] * 26))], "no more than 25 items allowed [json-pointer:/blocks/0/elements]"),
    ([actions(button(), button())], '`action_id`: "press" already exists [json-pointer:/blocks/0]'),
    ([section(block_id="b"), section(block_id="b")], '`block_id`: "b" already exists [json-pointer:/blocks]'),
    (
        [actions(button(text=plain("t" * 76)))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (
        [actions(button(value="v" * 2001))],
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    ([actions(button(style="blue"))], "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]"),
    ([actions(button(disabled=True))], "invalid additional property: disabled [json-pointer:/blocks/0/elements/0]"),
    (
        [actions({"type": "plain_text_input", "action_id": "a"})],
        "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0]",
    ),
    ([actions(select())], "must define either `options` or `option_groups` [json-pointer:/blocks/0/elements/0]"),
    (
        [actions(select(options=[option(str(n)) for n in range(101)]))],
        "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        [actions(select(options=[option()], initial_option=option("two")))],
        "initial option is not among the options [json-pointer:/blocks/0/elements/0/initial_option]",
    ),
    (
        [actions({"type": "overflow", "action_id": "o", "options": [option(str(n)) for n in range(6)]})],
        "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        [actions({"type": "checkboxes", "action_id": "c", "options": [option(), option()]})],
        "options must have distinct values [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        [actions(button(confirm={"title": plain(), "text": plain(), "confirm": plain("c" * 31), "deny": plain()}))],
        "must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/confirm/text]",
    ),
    ([{"type": "image", "alt_text": "i"}], "must define either `image_url` or `slack_file` [json-pointer:/blocks/0]"),
    ([table(101, 1)], "no more than 100 items allowed [json-pointer:/blocks/0/rows]"),
    ([table(1, 21)], "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]"),
]


@pytest.mark.parametrize(("blocks", "problem"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_a_message_that_breaks_a_limit_is_refused_with_the_place(slack: Slack, blocks: Any, problem: Any) -> None:
    refusal = slack.refuses("chat.postMessage", {"channel": "COPS", "text": "hello", "blocks": blocks})
    assert refusal["error"] == "invalid_blocks"
    assert f"[ERROR] {problem}" in refusal["response_metadata"]["messages"]


def test_all_the_text_of_a_message_together_has_a_limit_too(slack: Slack) -> None:
    blocks = [section(text=mrkdwn("t" * 2700)) for _ in range(5)]
    refusal = slack.refuses("chat.postMessage", {"channel": "COPS", "text": "hello", "blocks": blocks})
    assert refusal["error"] == "msg_blocks_too_long"


def test_everything_slack_accepts_is_accepted(slack: Slack) -> None:
    menus = [
        select(options=[option()], initial_option=option()),
        {"type": "users_select", "action_id": "u", "placeholder": plain()},
        {"type": "datepicker", "action_id": "d", "initial_date": "2026-11-20"},
        {"type": "datetimepicker", "action_id": "dt", "initial_date_time": 1_795_000_000},
        {"type": "overflow", "action_id": "o", "options": [option()]},
        button(style="danger", value="v", url="https://example.com"),
    ]
    blocks = [
        {"type": "header", "text": plain()},
        section(fields=[mrkdwn(), plain()], accessory=button()),
        {"type": "divider"},
        actions(*menus),
        {
            "type": "context",
            "elements": [mrkdwn(), {"type": "image", "image_url": "https://x.test/i", "alt_text": "i"}],
        },
        {"type": "markdown", "text": "# Title"},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "t"}]}]},
        table(2, 2),
    ]
    message = slack.bot.chat_postMessage(channel="COPS", text="hello", blocks=blocks)["message"]
    assert all(block["block_id"] for block in message["blocks"])


VIEWS: list[tuple[Json, str]] = [
    ({"title": plain("t" * 25)}, "must be less than 25 characters [json-pointer:/view/title/text]"),
    ({"submit": plain("s" * 25)}, "must be less than 25 characters [json-pointer:/view/submit/text]"),
    ({"private_metadata": "m" * 3001}, "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
    ({"callback_id": "c" * 256}, "must be less than 256 characters [json-pointer:/view/callback_id]"),
    ({"blocks": [{"type": "divider"}] * 101}, "no more than 100 items allowed [json-pointer:/view/blocks]"),
    ({"footer": plain()}, "invalid additional property: footer [json-pointer:/view]"),
    (
        {"blocks": [{"type": "input", "label": plain(), "element": {"type": "email_text_input", "action_id": "e"}}]},
        "missing required field: submit [json-pointer:/view]",
    ),
    (
        {"blocks": [{"type": "input", "label": plain(), "element": button()}], "submit": plain()},
        "unsupported type: button [json-pointer:/view/blocks/0/element]",
    ),
]


@pytest.mark.parametrize(("broken", "problem"), VIEWS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_form_that_breaks_a_limit_is_refused_with_the_place(slack: Slack, broken: Any, problem: Any) -> None:
    view = {"type": "modal", "title": plain(), "blocks": [], **broken}
    refusal = slack.refuses("views.open", {"trigger_id": "1.2.x", "view": view})
    assert refusal["error"] == "invalid_arguments"
    assert f"[ERROR] {problem}" in refusal["response_metadata"]["messages"]


def test_a_view_may_not_weigh_more_than_250_kilobytes(slack: Slack) -> None:
    blocks = [{"type": "section", "fields": [mrkdwn("t" * 2000)] * 10}] * 13
    view = {"type": "modal", "title": plain(), "blocks": blocks}
    assert slack.refuses("views.open", {"trigger_id": "1.2.x", "view": view})["error"] == "view_too_large"
