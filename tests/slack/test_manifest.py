"""What the code uses of Slack and what app.yaml asks Slack for are the same."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.slack.manifest import COMMAND, EVENTS, FREE_METHODS, METHODS, SCOPES, SHORTCUTS

FILE = Path(__file__).parents[2] / "manifests" / "slack" / "app.yaml"


@pytest.fixture(scope="module")
def app() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(FILE)
    return loaded


def test_the_one_command_arrives_with_ids_instead_of_names(app: dict[str, Any]) -> None:
    (command,) = app["features"]["slash_commands"]
    assert command["command"] == COMMAND
    assert command["should_escape"] is True
    assert command["usage_hint"]


def test_every_shortcut_that_is_offered_is_one_that_is_listened_to(app: dict[str, Any]) -> None:
    offered = {(it["callback_id"], it["name"], it["type"]) for it in app["features"]["shortcuts"]}
    assert offered == {(it.callback_id, it.name, it.on) for it in SHORTCUTS}


def test_every_event_that_is_sent_is_one_that_is_listened_to(app: dict[str, Any]) -> None:
    assert app["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS)


def test_no_scope_is_asked_for_that_nothing_needs_and_none_is_missing(app: dict[str, Any]) -> None:
    assert app["oauth_config"]["scopes"] == {"bot": [scope.name for scope in SCOPES]}


def test_each_scope_says_beside_it_what_it_is_for() -> None:
    beside = dict(re.findall(r"^      - ([a-z:]+) +# (.+)$", FILE.read_text(encoding="utf-8"), re.MULTILINE))
    assert {scope.name: beside.get(scope.name) for scope in SCOPES} == {
        scope.name: ", ".join(scope.needed_for) for scope in SCOPES
    }


def test_every_event_but_the_home_tab_has_its_scope() -> None:
    allowed = {need for scope in SCOPES for need in scope.needed_for}
    assert set(EVENTS) - allowed == {"app_home_opened"}


def test_no_method_is_both_free_and_in_need_of_a_scope() -> None:
    allowed = {need for scope in SCOPES for need in scope.needed_for}
    assert not set(FREE_METHODS) & allowed
    assert set(FREE_METHODS) < METHODS


def test_direct_messages_buttons_and_the_home_tab_are_switched_on(app: dict[str, Any]) -> None:
    home = app["features"]["app_home"]
    assert home["home_tab_enabled"]
    assert home["messages_tab_enabled"]
    assert app["settings"]["interactivity"]["is_enabled"]


def test_it_runs_without_a_public_address_and_without_expiring_tokens(app: dict[str, Any]) -> None:
    settings = app["settings"]
    assert settings["socket_mode_enabled"] is True
    assert settings["org_deploy_enabled"] is False
    assert settings["token_rotation_enabled"] is False
