"""What holds the house together: families complete and in their lists, manifests and settings as the code has them.

What `match` and `assert_never` prove at type-checking time is not repeated here.
"""

import ast
import importlib
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from slack_sdk import WebClient

from bot import audit, calendars, cli, exporters, notifiers, steps, verbs
from bot.cli import checkup
from bot.domain.effects import AnyEffect
from bot.domain.gates.choice import GateChoice
from bot.domain.oncall.escalation import EscalationPolicy, Target, Tier
from bot.domain.oncall.notifier import Notifier
from bot.domain.oncall.people import Choice, Contact, Person, Team
from bot.domain.oncall.schedule import Elsewhere, Layer, Schedule
from bot.domain.runbook import HttpStep, Parameter, Runbook, Service, Signal, Step, TrialStep, Verify, WaitStep
from bot.domain.workflow.criterion import Criterion
from bot.domain.workflow.lifecycle import StagePolicy, Transition
from bot.domain.workflow.policy import Channels, PagePolicy, Policy, SeverityPolicy
from bot.domain.workflow.reminders import HatReminder, ReminderPolicy, Reminders, StuckReminder
from bot.domain.workflow.wearing import Brief, Conflict, HatPolicy
from bot.settings import RIGHT, Settings
from bot.slack import clicks, controls, forms
from bot.slack.manifest import METHODS
from bot.store.waker import PERFORM, QUEUES
from bot.verbs import request
from workers import effects as performers

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for room in ("bot", "workers", "tests") for path in (ROOT / room).rglob("*.py"))
OURS = [path for path in SOURCES if path.is_relative_to(ROOT / "bot") or path.is_relative_to(ROOT / "workers")]
BOTS = [path for path in OURS if "sandbox" not in path.parts]
"""What runs in production: the local workspace stands in for Slack."""


def of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=of)
def test_every_file_says_in_its_first_line_what_it_is(path: Path) -> None:
    said = ast.get_docstring(ast.parse(path.read_text()))
    assert said, f"{of(path)} has no docstring"
    assert said.partition("\n")[0].strip()


# Families: what lies in the folder is in the list


def modules_in(family: ModuleType, shared: set[str]) -> set[str]:
    """Name the files of a family's folder, but those that its members share."""
    assert family.__file__ is not None
    return {path.stem for path in Path(family.__file__).parent.glob("*.py")} - {"__init__"} - shared


def homes(members: Iterable[Any]) -> set[str]:
    """Name the files that these functions come from."""
    return {member.__module__.rpartition(".")[2] for member in members}


@pytest.mark.parametrize(
    ("family", "members", "shared"),
    [
        (verbs, homes(verb.act for verb in verbs.ALL), {"meant", "request", "signature", "times", "words"}),
        (forms, homes(form.submit for form in forms.ALL), {"form", "fields"}),
        (clicks, homes(clicks.ALL.values()), {"click"}),
        (exporters, homes(exporter.render for exporter in exporters.ALL), {"approvals", "export", "facts", "verify"}),
        (steps, {module.__name__.rpartition(".")[2] for module in steps.ALL.values()}, {"step"}),
        (
            notifiers,
            {module.__name__.rpartition(".")[2] for module in notifiers.ALL.values()},
            {"notifier", "call", "redaction"},
        ),
        (calendars, homes(calendars.ALL.values()), {"calendar", "events", "feed", "lines", "web"}),
        (performers, homes(performers.ALL.values()), set()),
        (audit, homes(audit.ALL.values()), {"facts", "finding", "outbreak"}),
        (checkup, homes(checkup.ALL.values()), {"finding", "notifiers"}),
        (cli, {module.__name__.rpartition(".")[2] for module in cli.ALL}, {"embedded", "tables"}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, ModuleType) else "",
)
def test_a_familys_list_and_its_folder_name_the_same_files(
    family: ModuleType, members: set[str], shared: set[str]
) -> None:
    assert modules_in(family, shared) == members


def test_every_wish_has_somebody_who_fulfils_it() -> None:
    assert set(performers.ALL) == set(get_args(AnyEffect))


def test_every_button_is_known_and_does_something() -> None:
    kinds = set(controls.Control.__subclasses__())
    assert set(controls.CONTROLS) == kinds
    assert set(clicks.ALL) == kinds
    assert len({kind.id for kind in kinds}) == len(kinds)


def test_every_form_that_can_be_asked_for_is_there() -> None:
    names = set(get_args(request.FormName))
    assert names == set(forms.BY_NAME)
    assert len(forms.ALL) == len(names)


def test_every_step_type_that_a_runbook_may_use_can_be_carried_out() -> None:
    kinds = get_args(get_args(Step)[0])
    assert {kind.model_fields["uses"].default for kind in kinds} == set(steps.ALL)


def test_every_kind_of_notifier_that_may_be_declared_has_its_way_out() -> None:
    kinds = get_args(get_args(Notifier)[0])
    assert {kind.model_fields["uses"].default for kind in kinds} == set(notifiers.ALL)


def test_every_place_that_a_schedule_may_be_kept_can_be_read() -> None:
    assert set(get_args(Elsewhere.model_fields["uses"].annotation)) == set(calendars.ALL)


def test_no_word_means_two_verbs_and_every_verb_says_how_it_is_used() -> None:
    words = [word for verb in verbs.ALL for word in (verb.name, *verb.aliases)]
    assert sorted(words) == sorted(set(words))
    for verb in verbs.ALL:
        assert re.fullmatch("[a-z-]+", verb.name)
        assert re.fullmatch(r"[A-Z].*\.", verb.summary)


def test_no_word_means_two_formats() -> None:
    words = [word for exporter in exporters.ALL for word in (exporter.name, *exporter.aliases)]
    assert sorted(words) == sorted(set(words))


def test_the_address_that_rq_calls_is_a_function() -> None:
    module, _, name = PERFORM.rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))


def test_every_lane_wakes_a_queue_that_workers_look_at() -> None:
    from bot.domain.effects import queue_of

    lanes = {
        "run:x",
        "dry-run:x",
        "signal:x",
        "export:x",
        "slack:x",
        "card:x",
        "gate:x",
        "home:x",
        "whisper:x",
        "pin:x",
        "page:x",
        "audit",
    }
    assert {queue_of(lane) for lane in lanes} == set(QUEUES)


# Slack: what is called is listed, what is listed is called

WEB_API = {name for name in dir(WebClient) if "_" in name.strip("_") and not name.startswith("_")} - {"api_call"}
BY_THE_SDK = {"apps.connections.open"}
"""Called for us: the Socket Mode client opens its own connection."""


def methods_called() -> Iterator[str]:
    for path in BOTS:
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(args=[ast.Constant(value=str(name)), *_]) if name.replace(".", "_") in WEB_API:
                    yield name
                case ast.Call(func=ast.Attribute(attr="files_upload_v2")):
                    yield from ("files.getUploadURLExternal", "files.completeUploadExternal")
                case ast.Call(func=ast.Attribute(attr=name)) if name in WEB_API:
                    yield name.replace("_", ".")
                case _:
                    pass


def test_every_web_api_method_that_is_called_is_listed_with_its_scope_and_no_other() -> None:
    assert set(methods_called()) | BY_THE_SDK == METHODS


# What operators read


@pytest.mark.parametrize(
    "model",
    [
        StagePolicy, Transition, Criterion, HatPolicy, Brief, Conflict,
        Policy, SeverityPolicy, GateChoice, Channels, Reminders, ReminderPolicy, HatReminder, StuckReminder,
        Service, Signal, Runbook, Verify, HttpStep, WaitStep, TrialStep, Parameter,
        PagePolicy, Person, Contact, Team, Choice, Schedule, Layer, Elsewhere, EscalationPolicy, Tier, Target,
        *get_args(get_args(Notifier)[0]),
    ],
)  # fmt: skip
def test_every_key_that_a_manifest_may_have_is_in_one_that_is_shipped(model: type[BaseModel]) -> None:
    shipped = "\n".join(path.read_text() for path in (ROOT / "manifests").rglob("*.yaml"))
    keys = {field.alias or name for name, field in model.model_fields.items()} - {"id", "name"}
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", shipped)) == []


def test_every_setting_is_in_the_example_with_its_default() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    given = dict(line.removeprefix("# ").split("=", 1) for line in lines if re.match(r"(# )?[A-Z_]+=", line))
    defaults = {
        name.upper(): str(field.default) for name, field in Settings.model_fields.items() if name != "environment"
    }
    defaults["MANIFESTS"] = "manifests"
    assert {name: value for name, value in given.items() if name in defaults} == defaults
    assert set(given) - set(defaults) == {"SERVICE_URL_CHECKOUT"}


def test_every_setting_that_not_every_text_fits_says_what_would_be_right() -> None:
    picky = {name for name, field in Settings.model_fields.items() if field.annotation is not str or field.metadata}
    assert picky - {"manifests", "environment"} == set(RIGHT)


def test_every_dependency_has_its_reason_beside_it() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)["project"]
    extras = project["optional-dependencies"]
    for wanted in (*project["dependencies"], *extras["demo"], *extras["dev"]):
        line = next(line for line in text.splitlines() if f'"{wanted}"' in line)
        assert re.search(r"# \S+ \w+|\"(muster\[demo\]|pytest|ruff|mypy)", line), f"{wanted}: why?"


@pytest.mark.parametrize("page", ["README.md", *(of(page) for page in sorted((ROOT / "docs").rglob("*.md")))])
def test_every_path_that_a_page_names_is_there(page: str) -> None:
    text = (ROOT / page).read_text()
    named = set(re.findall(r"`((?:bot|workers|tests|manifests|docs|\.ci)/[\w./-]*)`", text))
    linked = {link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link}
    missing = {path for path in named if not (ROOT / path).exists()}
    missing |= {link for link in linked if not ((ROOT / page).parent / link).exists()}
    assert sorted(missing) == []
