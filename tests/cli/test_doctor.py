"""`muster doctor` over the real installation: what is well is said, what is not is said with its cure."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.cli import checkup
from bot.engine import Engine
from bot.settings import read
from bot.slack.manifest import SCOPES
from bot.store.client import Client
from bot.store.event_store import RedisEventStore
from bot.store.keys import Keys
from bot.store.policies import RedisPolicies
from bot.store.problems import RedisProblems
from bot.store.read_models import RedisHeartbeats
from bot.wiring import SystemClock, Wired, wire
from tests.cli.conftest import Muster, Typed
from tests.harness.clock import WoundClock
from tests.harness.memory import NobodyToWake
from tests.harness.orders import declare
from tests.harness.plans import edited
from tests.harness.redis_server import RedisServer, connection
from tests.harness.world import ROOT, World, until

MAKE_THE_APP = (
    "At https://api.slack.com/apps make the app from manifests/slack/app.yaml, install it, copy the token of "
    "“OAuth & Permissions”."
)
NOWHERE = "redis://127.0.0.1:1/0"


def cleaned(typed: Typed) -> list[str]:
    return [line for line in typed.out.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def sound(world: World) -> World:
    """The whole installation, once worker and clock were heard of."""
    until("both heartbeats", lambda: world.muster("doctor").returncode == 0)
    return world


@pytest.fixture
def bare(redis: Client, redis_server: RedisServer, world: World) -> dict[str, str]:
    """The installation, but with an empty Redis that no process knows of."""
    return {**world.environment, "REDIS_URL": redis_server.url}


def installed(world: World) -> dict[str, Any]:
    return dict(json.loads((world.folder / "app.json").read_text()))


@pytest.fixture
def reinstalled(world: World) -> Iterator[Any]:
    """Install the app anew with something changed, until the test is over."""
    app = installed(world)
    yield lambda **changes: httpx.post(world.url("slack") + "/control/app", json={**app, **changes})
    httpx.post(world.url("slack") + "/control/app", json=app)


def test_a_sound_installation_is_told_so_in_a_line_for_each_check(sound: World) -> None:
    said = sound.muster("doctor")
    lines = [line for line in said.stdout.splitlines() if line]
    assert said.returncode == 0
    assert said.stderr == ""
    assert [line for line in lines if line[0] not in "✓MRSOPA"] == []
    matters = [line for line in lines if line[0] != "✓"][:-1]
    assert matters == ["Manifests", "Redis", "Slack", "On call", "Approvals", "Processes", "Policies"]
    assert lines[-1] == f"All is well: {sum(line[0] == '✓' for line in lines)} checks."
    told = "\n".join(lines)
    for words in (
        "3 services, 3 runbooks, workflow hybrid",
        "app.yaml asks Slack for what the code uses",
        "answers at redis://127.0.0.1:",
        "every write is on disk before it is answered",
        "noeviction",
        "agrees with Redis's",
        "Slack knows me as",
        f"All {len(SCOPES)} scopes are granted",
        "#incidents is there",
        "#incident-managers is there",
        "#status is there",
        "The worker process is alive (",
        "The clock process is alive",
        "The web process answers at http://127.0.0.1:",
    ):
        assert words in told


def test_a_newcomers_first_run_reads_like_a_list_of_things_to_do(muster: Muster, tmp_path: Path) -> None:
    said = muster("doctor", environment={"REDIS_URL": NOWHERE})
    assert said.code == 1
    assert said.err == ""
    assert cleaned(said) == [
        "Manifests",
        "✓ 3 services, 3 runbooks, workflow hybrid: no mistakes.",
        "✓ slack/app.yaml asks Slack for what the code uses.",
        "Redis",
        "✗ No Redis to use at redis://127.0.0.1:1/0: Error 111 connecting to 127.0.0.1:1. Connection refused.",
        "    → Start one (redis-server --appendonly yes), or name yours in .env: REDIS_URL=redis://host:6379/0.",
        "Slack",
        f"! There is no .env in {tmp_path}.",
        "    → cp .env.example .env; the next lines say what goes into it.",
        "✗ SLACK_BOT_TOKEN is empty.",
        f"    → {MAKE_THE_APP}",
        "✗ Slack has no way in: neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set.",
        "    → Socket Mode needs no public address: “Basic Information → App-Level Tokens”, scope connections:write.",
        "On call",
        "✓ The on-call book: 5 people, 3 teams, 2 schedules.",
        "✓ Notifier slack (slack) has what it needs.",
        "✗ Notifier email: SMTP_URL is not set.",
        "    → Set SMTP_URL in the environment of the workers.",
        "Approvals",
        "! Whether approvals could pass can't be told without Slack.",
        "    → Set SLACK_BOT_TOKEN, see above.",
        "Processes",
        "! Whether worker and clock are alive can't be told without Redis.",
        "    → Mend Redis first, and run this again.",
        "Policies",
        "! Which policies open incidents go by can't be told without Redis.",
        "    → Mend Redis first, and run this again.",
        "4 to mend (✗), 4 to consider (!), 4 well. Then run `muster doctor` again.",
    ]


def test_what_stands_in_the_env_file_counts_and_the_environment_wins(muster: Muster, bare: dict[str, str]) -> None:
    folder = Path(bare["HOME"]) / "project"
    folder.mkdir(exist_ok=True)
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in bare.items()))
    assert "✓ Slack knows me as" in muster("doctor", folder=folder).out
    told = muster("doctor", folder=folder, environment={"SLACK_BOT_TOKEN": "xoxb-other"})
    assert "Slack refuses SLACK_BOT_TOKEN: invalid_auth" in told.out


@pytest.mark.parametrize(
    ("changes", "what", "cure"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "Slack refuses SLACK_BOT_TOKEN: invalid_auth", "Reinstall the app"),
        ({"SLACK_BOT_TOKEN": "xapp-local"}, "SLACK_BOT_TOKEN is no xoxb-… token", "OAuth & Permissions"),
        ({"SLACK_BOT_TOKEN": "xoxb-“quoted”"}, "SLACK_BOT_TOKEN is no xoxb-… token", "OAuth & Permissions"),
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is empty", "OAuth & Permissions"),
        ({"SLACK_MODE": "socket"}, "SLACK_APP_TOKEN is empty", "App-Level Tokens"),
        ({"SLACK_APP_TOKEN": "xoxb-local", "SLACK_MODE": ""}, "SLACK_APP_TOKEN is no xapp-… token", "App-Level"),
        ({"SLACK_APP_TOKEN": "xapp-wrong", "SLACK_MODE": ""}, "Slack refuses Socket Mode", "connections:write"),
        ({"SLACK_SIGNING_SECRET": ""}, "SLACK_SIGNING_SECRET is empty", "App Credentials"),
        ({"SLACK_SIGNING_SECRET": "", "SLACK_MODE": ""}, "Slack has no way in", "Socket Mode needs no public"),
        ({"SLACK_API_URL": "http://127.0.0.1:1/api/"}, "Slack is out of reach at http://127.0.0.1:1/api/", "network"),
        ({"SLACK_API_URL": "slack.example/api/"}, "Slack is out of reach at slack.example", "SLACK_API_URL"),
        ({"REDIS_URL": NOWHERE}, "No Redis to use at redis://127.0.0.1:1/0", "REDIS_URL"),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL can't be used: it must begin with redis://", ".env"),
        ({"PORT": "eighty"}, "PORT can't be used: it must be a number", ".env"),
        ({"WORKFLOW": "hybird"}, "workflows: no workflow is called “hybird”", "Did you mean “hybrid”?"),
        ({"SERVICE_URL_CHECKOUT": "checkout:80"}, "SERVICE_URL_CHECKOUT", "http"),
    ],
)
def test_each_thing_that_is_wrong_is_found_and_has_its_cure(
    muster: Muster, bare: dict[str, str], changes: dict[str, str], what: str, cure: str
) -> None:
    said = muster("doctor", environment={**bare, **changes})
    line, remedy = said.finding(what)
    assert said.code == 1
    assert line.startswith("✗ ")
    assert cure in remedy
    assert "to mend (✗)" in said.out.splitlines()[-1]


def test_another_server_in_slacks_place_is_told_apart_from_a_bad_token(
    muster: Muster, bare: dict[str, str], world: World
) -> None:
    said = muster("doctor", environment={**bare, "SLACK_API_URL": world.url("checkout") + "/"})
    line, cure = said.finding("is not Slack's Web API")
    assert line.startswith("✗ ")
    assert "SLACK_API_URL" in cure


def test_slacks_own_trouble_is_no_fault_of_the_token(muster: Muster, bare: dict[str, str], world: World) -> None:
    fault = {"kind": "status", "method": "auth.test", "status": 503, "error": "service_unavailable", "times": 1}
    httpx.post(world.url("slack") + "/control/faults", json={"faults": [fault]})
    try:
        line, cure = muster("doctor", environment=bare).finding("Slack answers")
    finally:
        httpx.post(world.url("slack") + "/control/faults", json={"faults": []})
    assert "service_unavailable" in line
    assert "again in a minute" in cure


def test_a_missing_scope_is_named(muster: Muster, bare: dict[str, str], world: World, reinstalled: Any) -> None:
    reinstalled(scopes=[scope for scope in installed(world)["scopes"] if scope not in {"pins:write", "files:write"}])
    said = muster("doctor", environment=bare)
    line, cure = said.finding("Scopes are missing")
    assert said.code == 1
    assert line == "✗ Scopes are missing: files:write, pins:write."
    assert "manifests/slack/app.yaml" in cure


def test_a_scope_too_many_is_a_warning(muster: Muster, bare: dict[str, str], world: World, reinstalled: Any) -> None:
    reinstalled(scopes=[*installed(world)["scopes"], "admin"])
    line, cure = muster("doctor", environment=bare).finding("don't need")
    assert line == "! Scopes are granted that I don't need: admin."
    assert cure


def test_a_scope_that_looking_up_channels_takes_is_missed_without_falling_over(
    muster: Muster, bare: dict[str, str], world: World, reinstalled: Any
) -> None:
    reinstalled(scopes=[scope for scope in installed(world)["scopes"] if scope != "channels:read"])
    said = muster("doctor", environment=bare)
    assert said.finding("Scopes are missing: channels:read")
    assert said.finding("Channels can't be looked up: missing_scope")


def test_a_channel_that_the_workflow_names_must_be_there(
    muster: Muster, bare: dict[str, str], world: World, tmp_path: Path
) -> None:
    manifests = tmp_path / "manifests"
    shutil.copytree(world.manifests, manifests)
    workflow = manifests / "workflows" / "hybrid.yaml"
    workflow.write_text(workflow.read_text().replace("announce: incidents ", "announce: firefighting "))
    said = muster("doctor", environment={**bare, "MANIFESTS": str(manifests)})
    line, cure = said.finding("#firefighting")
    assert said.code == 1
    assert line == "✗ There is no public channel #firefighting."
    assert "manifests/workflows/" in cure
    assert said.finding("✓ #incident-managers is there")


def test_a_redis_without_an_append_only_file_loses_incidents(
    muster: Muster, world: World, mortal_server: RedisServer
) -> None:
    admin = connection(mortal_server.client())
    admin.config_set("appendonly", "no")
    said = muster("doctor", environment={**world.environment, "REDIS_URL": mortal_server.url})
    line, cure = said.finding("append-only file")
    assert said.code == 1
    assert line == "✗ The append-only file is off: a crash of Redis loses incidents."
    assert "appendonly yes" in cure
    admin.close()


@pytest.mark.parametrize(
    ("option", "value", "line"),
    [
        ("maxmemory-policy", "allkeys-lru", "✗ Redis may throw parts of the record away"),
        ("appendfsync", "everysec", "✓ The append-only file is on: a power cut may cost the last second"),
        ("appendfsync", "no", "! Redis leaves it to the system when to write"),
    ],
)
def test_how_redis_keeps_the_record_is_said(muster: Muster, sound: World, option: str, value: str, line: str) -> None:
    admin = connection(sound.redis.client())
    before = admin.config_get(option)
    admin.config_set(option, value)
    try:
        said = muster("doctor", environment=sound.environment)
    finally:
        admin.config_set(option, str(before[option]))
        admin.close()
    assert said.finding(line)
    assert said.code == (1 if line.startswith("✗") else 0), said.out


def test_the_password_of_redis_is_never_shown(muster: Muster, bare: dict[str, str]) -> None:
    for url in ("redis://muster:hunter2@127.0.0.1:1/0", "http://muster:hunter2@127.0.0.1:1"):
        for arguments in (("doctor",), ("incident", "list")):
            said = muster(*arguments, environment={**bare, "REDIS_URL": url})
            assert said.code
            assert "hunter2" not in said.out + said.err


def test_without_worker_and_clock_each_is_missed_with_the_command_that_starts_it(
    muster: Muster, bare: dict[str, str]
) -> None:
    said = muster("doctor", environment=bare)
    assert said.code == 1
    for process in ("worker", "clock"):
        line, cure = said.finding(f"No {process} process was ever started")
        assert line.startswith("✗ ")
        assert f"python -m workers {process}" in cure


def test_a_clock_that_has_died_is_missed_by_when_it_was_last_heard_of(
    muster: Muster, bare: dict[str, str], redis: Client
) -> None:
    earlier = WoundClock(wired_to(bare).clock.now() - timedelta(minutes=7))
    RedisHeartbeats(redis, Keys(), earlier).beat("clock")
    line, cure = muster("doctor", environment=bare).finding("The clock process is gone")
    assert line == "✗ The clock process is gone: last heard of 7 min ago."
    assert "python -m workers clock" in cure


def test_a_worker_process_whose_workers_are_gone_is_missed(muster: Muster, bare: dict[str, str], redis: Client) -> None:
    wired = wired_to(bare)
    wired.heartbeats.beat("worker")
    line, _ = muster("doctor", environment=bare).finding("none of its RQ workers")
    assert line.startswith("✗ ")


def test_a_web_process_that_does_not_answer_is_a_warning_for_it_may_run_elsewhere(muster: Muster, sound: World) -> None:
    said = muster("doctor", environment={**sound.environment, "PORT": "1"})
    line, cure = said.finding("Nothing answers at http://127.0.0.1:1")
    assert line.startswith("! ")
    assert "muster web" in cure
    assert said.code == 0
    assert said.out.splitlines()[-1].startswith("1 to consider (!), ")


def test_over_socket_mode_the_web_process_is_known_by_its_heartbeat(muster: Muster, tmp_path: Path) -> None:
    world = World(tmp_path / "world", socket_mode=True)
    world.redis.start()
    try:
        world.start("slack")
        assert muster("doctor", environment=world.environment).finding("✓ Socket Mode is open to me")
        assert muster("doctor", environment=world.environment).finding("✗ No web process was ever started")
        world.start("web")
        until(
            "its heartbeat", lambda: "✓ The web process is alive" in muster("doctor", environment=world.environment).out
        )
    finally:
        world.stop()


def test_clocks_that_disagree_are_named(bare: dict[str, str]) -> None:
    wired = wired_to(bare)
    late = replace(wired, clock=WoundClock(wired.clock.now() - timedelta(seconds=90)))
    for whose in ("Redis", "Slack"):
        findings = [finding for finding in checkup.ALL[whose](late) if "clock" in finding.what]
        assert [finding.level for finding in findings] == ["failure"]
        assert f"{whose}'s are " in findings[0].what
        assert "time synchronisation" in findings[0].cure


def test_effects_that_pile_up_are_a_warning(muster: Muster, bare: dict[str, str], redis: Client) -> None:
    keys = Keys()
    connection(redis).zadd(keys.lanes, {"slack:INC-1": 1})
    connection(redis).rpush(keys.lane("slack:INC-1"), *["{}"] * 101)
    line, cure = muster("doctor", environment=bare).finding("Waiting for a worker")
    assert line == "! Waiting for a worker: 101 effects in 1 lane."
    assert "WORKERS=4" in cure


def test_what_a_process_says_of_its_manifests_is_told_where_they_are_fine(
    muster: Muster, bare: dict[str, str], redis: Client
) -> None:
    RedisProblems(redis, Keys(), SystemClock()).raise_("manifests", "hybrid.yaml:6: it is wrong.", "Mend it.")
    line, cure = muster("doctor", environment=bare).finding("A process that runs says", "hybrid.yaml:6")
    assert line.startswith("✗")
    assert cure.startswith("Mend it. Here they are fine")


def test_mistakes_in_manifests_are_told_without_starting_anything(
    muster: Muster, bare: dict[str, str], tmp_path: Path
) -> None:
    manifests = tmp_path / "manifests"
    shutil.copytree(ROOT / "manifests", manifests)
    file = manifests / "workflows" / "hybrid.yaml"
    file.write_text(file.read_text().replace("quorum: 1 ", "quorm: 1 "))
    said = muster("doctor", environment={**bare, "MANIFESTS": str(manifests)})
    line, cure = said.finding("manifests/workflows/hybrid.yaml:", "unknown key “quorm”")
    assert (line[0], cure) == ("✗", "Did you mean “quorum”?")
    assert "What runs goes on with the last good ones." in said.out


def test_which_policies_incidents_go_by_is_said(muster: Muster, bare: dict[str, str], redis: Client) -> None:
    keys, store = Keys(), RedisEventStore(redis, Keys())
    kept, never, damaged = (edited(name=name) for name in ("kept", "never", "damaged"))
    for number, (policy, policies) in enumerate(
        ((kept, RedisPolicies(redis, keys)), (never, None), (damaged, RedisPolicies(redis, keys))), start=1
    ):
        order = declare().model_copy(update={"incident": f"INC-{number}"})
        Engine(store, NobodyToWake(), policy, policies).submit(order)
    connection(redis).hset(keys.policies, damaged.hash, "{}")
    said = muster("doctor", environment=bare)
    assert said.finding("INC-1: by an older policy than is in force now.")[0].startswith("✓")
    unknown, cure = said.finding(f"INC-2: the policy {never.hash[:12]} can't be had: it was never kept")
    assert unknown.startswith("!")
    assert "The workflow in force stands in for it." in cure
    assert "adopt because" in cure
    assert said.finding(f"INC-3: the policy {damaged.hash[:12]} can't be had: it was damaged since it was kept.")


APP = (ROOT / "manifests" / "slack" / "app.yaml").read_text()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("- command: /incident", "- command: /muster"), "has no command /incident"),
        (("| hat |", "| crown |"), "hints at “/incident crown”, which is no verb"),
        (("should_escape: true", "should_escape: false"), "lets /incident send names instead of ids"),
        (("callback_id: pin-to-timeline", "callback_id: pin"), "lacks the shortcut pin-to-timeline"),
        (("- reaction_removed", "- team_join"), "asks for the event team_join, which nothing uses"),
        (("- pins:write", "- pins:read"), "lacks the scope pins:write"),
        (("display_information:", "display_information: ["), "is no YAML"),
        ((APP, ""), "has no command /incident"),
    ],
)
def test_slacks_manifest_is_held_against_the_code(
    muster: Muster, bare: dict[str, str], tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    manifests = tmp_path / "manifests"
    shutil.copytree(ROOT / "manifests", manifests)
    assert change[0] in APP
    (manifests / "slack" / "app.yaml").write_text(APP.replace(*change, 1))
    told = muster("doctor", environment={**bare, "MANIFESTS": str(manifests)})
    line, cure = told.finding(f"slack/app.yaml {said}")
    assert line.startswith("✗ ")
    assert "reinstall" in cure
    assert told.code == 1


def test_a_missing_app_manifest_is_told(muster: Muster, bare: dict[str, str], tmp_path: Path) -> None:
    manifests = tmp_path / "manifests"
    shutil.copytree(ROOT / "manifests", manifests)
    (manifests / "slack" / "app.yaml").unlink()
    told = muster("doctor", environment={**bare, "MANIFESTS": str(manifests)})
    assert told.finding("✗ slack/app.yaml can't be read: No such file or directory.")


def wired_to(environment: dict[str, str]) -> Wired:
    return wire(read(environment))
