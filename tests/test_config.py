"""Manifests: those that are shipped can be used, and those that are broken say where and how to mend them."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.config import ManifestMistakes, Manifests, Mistake, load
from bot.config.sentences import EXAMPLES
from bot.domain.gates.choice import GateChoice
from bot.domain.gates.policy import ApprovalPolicy, Glass, Step, Tier
from bot.domain.gates.seat import Route, Seat
from bot.domain.hats import Hat
from bot.domain.runbook import HttpStep, Parameter, Runbook, Service, Signal, Verify, WaitStep, fill_in, plan_of
from bot.domain.severity import Severity
from bot.domain.workflow.policy import Channels, Policy, SeverityPolicy
from bot.domain.workflow.reminders import HatReminder, Kind, ReminderPolicy, Reminders, StuckReminder
from bot.domain.workflow.review import ReviewPolicy
from tests.harness.stages import Stages

SHIPPED = Path(__file__).parents[1] / "manifests"

WORKFLOW = """\
severities:
  p1: {means: Everything is down, sla_minutes: 15, approval: true, auto_remediation: false}
  p2: {means: Much is down, sla_minutes: 60, approval: false, auto_remediation: true}
  p3: {means: A little is down, sla_minutes: 8h, approval: false, auto_remediation: true}
  p4: {means: Nothing is down, sla_minutes: 3d, approval: false, auto_remediation: true}
approvals: {anybody: {title: Anybody, kind: parallel, seats: [{anyone: true}], quorum: 1, last_resort: expire}}
channels: {announce: incidents, managers: incident-managers}
stages: {detected: {}, triage: {hats: [first-responder]}, resolved: {}, closed: {}}
transitions: [{from: detected, to: triage}, {from: triage, to: resolved}, {from: resolved, to: closed}]
gates: [{use: anybody, before: [mitigation]}]
"""

ASKS = "{id: told, title: People know, check: stakeholders-told}"
APART = "conflicts: [{hats: [mitigator, verifier], is: enforced, because: Nobody judges their own work}]\n"

SERVICES = """\
bakery:
  title: Bakery
  owner: team-bread
  url: http://bakery.internal
  signal: {path: /health}
mill:
  title: Mill
  owner: team-flour
  url: http://mill.internal
"""

RUNBOOK = """\
title: Heat the oven to ${degrees}
target: bakery
risk: Bread burns
expect: Bread rises
parameters:
  degrees: {type: integer, label: How hot, minimum: 50, maximum: 250, default: 200}
steps:
  - uses: http
    id: heat
    says: Heat to ${degrees}
    path: /oven
    body: {degrees: "${degrees}"}
rollback:
  - {uses: wait, id: cool, says: Let it cool, seconds: 5m}
verify: {settle: 10s, within: 1h, every: 5}
"""

FILES = {"workflows/hybrid.yaml": WORKFLOW, "services.yaml": SERVICES, "runbooks/heat-oven.yaml": RUNBOOK}


Files = Mapping[str, str | bytes]


def folder(root: Path, changed: Files = {}) -> Path:  # noqa: B006 - read only
    """Write a folder of good manifests but for the files named."""
    for name, content in {**FILES, **changed}.items():
        path = root / "manifests" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root / "manifests"


def mistakes(root: Path, changed: Files = {}, *, environment: Mapping[str, str] = {}) -> list[Mistake]:  # noqa: B006 - read only
    with pytest.raises(ManifestMistakes) as raised:
        load(folder(root, changed), environment)
    return list(raised.value.mistakes)


TRY = "dry_run:\n  - says: What heating would do\n    path: /oven/would\n"

BROKEN: list[tuple[str, str, str, int, str, str]] = [
    # file, what is written there, what is written instead, line, what it says, and its remedy
    (
        "heat-oven",
        "    path: /oven",
        "    paht: /oven",
        11,
        "steps[0].paht: unknown key “paht”",
        "Did you mean “path”?",
    ),
    (
        "heat-oven",
        "risk: Bread burns",
        "zzz: 1\nrisk: x",
        3,
        "zzz: unknown key “zzz”",
        "The keys here are: title, target, risk, expect, parameters, dry_run, steps, rollback, no_rollback_because",
    ),
    ("heat-oven", "    path: /oven\n", "", 8, "steps[0].path: it is missing", "for example: path: /admin/restart"),
    ("heat-oven", "  - uses: http\n    id", "  - id", 8, "steps[0].uses: it is missing", "uses: http, wait."),
    ("heat-oven", "uses: wait", "uses: wiat", 14, "rollback[0].uses: there is no step “wiat”", "Did you mean “wait”?"),
    ("heat-oven", "risk: Bread burns", "risk:", 3, "risk: it is empty", 'Write it like: risk: "'),
    ("heat-oven", "Bread burns", '"  "', 3, "risk: it is empty", "Say it in a few words."),
    ("heat-oven", "Bread burns", "5", 3, "risk: “5” is not text", 'Put it in quotes: "5".'),
    ("heat-oven", "Bread burns", "[x]", 3, "risk: a list is not text", "Write it like: risk:"),
    ("heat-oven", "{settle: 10s", "{settle: 10x", 15, "verify.settle: “10x” is not a duration", "Write 90s, 5m, 1h"),
    ("heat-oven", "{settle: 10s", "{settle: true", 15, "verify.settle: “true” is not a duration", "Write 90s, 5m, 1h"),
    ("heat-oven", "{settle: 10s", "{settle: 0", 15, "verify.settle: “0” is too small", "Write more than 0."),
    ("heat-oven", "within: 1h", "within: 5h", 15, "verify.within: “5h” is too large", "Write at most 4h."),
    ("heat-oven", "within: 1h", "within: 10", 15, "verify.within: the signal could never settle", "more than settle"),
    ("heat-oven", "type: integer", "type: integr", 6, "parameters.degrees.type: “integr” is not among", "“integer”?"),
    ("heat-oven", "default: 200", "default: 300", 6, "parameters.degrees.default: 300 is out", "between 50 and 250."),
    ("heat-oven", "default: 200", 'default: "200"', 6, "default: “200” is not a whole number", "without quotes."),
    ("heat-oven", "default: 200", "default: 2.5", 6, "parameters.degrees.default: “2.5” cannot stand here", "quotes"),
    ("heat-oven", "maximum: 250", "maximum: 9", 6, "parameters.degrees.maximum: it is below the minimum", "50 or more"),
    ("heat-oven", "type: integer", "type: text", 6, "parameters.degrees.minimum: only a number has", "type: integer"),
    ("heat-oven", "default: 200", "choices: [a]", 6, "parameters.degrees.choices: only a choice has", "type: choice"),
    ("heat-oven", "  degrees: {", "  Degrees: {", 6, "parameters.Degrees: “Degrees” doesn't fit", "lower-case letters"),
    (
        "heat-oven",
        "to ${degrees}\nt",
        "to ${degree}\nt",
        1,
        "“${degree}” is not a parameter",
        "Did you mean “degrees”?",
    ),
    ("heat-oven", "to ${degrees}\nt", "to ${de-g}\nt", 1, "title: “${de-g}” is no placeholder", "Write ${name}."),
    ("heat-oven", "  degrees: {", "  on: {type: boolean, label: On}\n  degrees: {", 6, "nothing uses this", "${on}"),
    (
        "heat-oven",
        "target: bakery",
        "target: bakry",
        2,
        "target: no service is called “bakry”",
        "Did you mean “bakery”?",
    ),
    ("heat-oven", "target: bakery", "target: mill", 2, "target: “mill” has no signal", "Give mill a signal"),
    (
        "heat-oven",
        "id: cool",
        "id: heat",
        14,
        "rollback[0].id: “heat” is the id of steps[0] already",
        "rollback and dry run included",
    ),
    (
        "heat-oven",
        "steps:\n",
        f"{TRY}    id: heat\nsteps:\n",
        10,
        "dry_run[0].id: “heat” is the id of steps[0]",
        "its own",
    ),
    (
        "heat-oven",
        "steps:\n",
        f"{TRY}    id: try\n    uses: http\nsteps:\n",
        11,
        "dry_run[0].uses: unknown key “uses”",
        "The keys here are: id, says, method, path, body, timeout, shows",
    ),
    (
        "heat-oven",
        "steps:\n",
        f"{TRY}    id: try\n    method: PUT\nsteps:\n",
        11,
        "dry_run[0].method: “PUT” is not among the choices",
        "POST",
    ),
    (
        "heat-oven",
        "steps:\n",
        f"{TRY}    id: try\n    timeout: 1m\nsteps:\n",
        11,
        "dry_run[0].timeout: “1m” is too large",
        "Write at most 20s.",
    ),
    (
        "heat-oven",
        "steps:\n",
        f'{TRY}    id: try\n    body: {{to: "${{heat}}"}}\nsteps:\n',
        11,
        "dry_run[0].body.to: “${heat}” is not a parameter",
        "The parameters are",
    ),
    ("heat-oven", "rollback:", "no_rollback_because: x\nrollback:", 13, "and a reason for having none", "Keep one"),
    ("heat-oven", "rollback:\n  - {", "x:\n  - {", 1, "rollback: it is missing", "no_rollback_because"),
    ("heat-oven", "title: ", "id: heat-oven\ntitle: ", 1, "id: the id is the file's name", "Remove this line."),
    ("heat-oven", "id: heat\n", "id: Heat it\n", 9, "steps[0].id: “Heat it” doesn't fit", "lower-case letters"),
    ("heat-oven", "path: /oven", "path: oven", 11, "steps[0].path: “oven” doesn't fit", "Begin with a slash"),
    ("heat-oven", "risk: Bread burns", "title: Again", 3, "title: stands here twice, first in line 1", "Keep one."),
    ("heat-oven", "verify: {", "\tverify: {", 15, "there is a tab", "Indent with spaces."),
    ("heat-oven", '"${degrees}"', "${degrees}", 12, "this is not YAML", "put quotes around"),
    ("heat-oven", "risk: ", "risk: '", 3, "a quote or bracket opens here and never closes", "Close it."),
    ("heat-oven", "risk: ", "risk: a: ", 3, "this is not YAML: mapping values are not allowed", "colons"),
    ("heat-oven", "risk: Bread", "risk: &bread Bread", 3, "risk: “&bread” is an anchor", "Write the value out"),
    ("heat-oven", "risk: Bread", "risk: !loaf Bread", 3, "risk: the tag “!loaf” means nothing here", "Remove it."),
    ("heat-oven", "risk: Bread burns", 'risk: "\\ud800"', 3, "risk: half a character", "the character itself"),
    ("heat-oven", '"${degrees}"}', ".nan}", 12, "steps[0].body.degrees: no JSON can carry “.nan”", "number below 2"),
    ("heat-oven", "Bread burns", "a\x07b", 3, "there is an invisible control character", "Remove it."),
    ("heat-oven", "verify: {", "---\nverify: {", 15, "a second document begins", "one manifest per file"),
    ("hybrid", "  p3: {means", "  P3: {means", 4, "severities.P3: “P3” is not among the choices", "Did you mean “p3”?"),
    (
        "hybrid",
        "approval: true",
        "approval: maybe",
        2,
        "p1.approval: “maybe” is neither true nor false",
        "true or false",
    ),
    ("hybrid", "sla_minutes: 15", "sla_minutes: 90s", 2, "“90s” is not a whole number of minutes", "sla_minutes: 15"),
    ("hybrid", "sla_minutes: 15", "sla_minutes: 31d", 2, "p1.sla_minutes: “31d” is too large", "Write at most 30d."),
    ("hybrid", "quorum: 1", "quorum: two", 6, "approvals.anybody.quorum: “two” is not a whole number", "quorum: 2"),
    (
        "hybrid",
        "last_resort: expire",
        "last_resort: approved",
        6,
        "“approved” is not among the choices",
        "approve, reject",
    ),
    ("hybrid", "quorum: 1", "quorum: 2", 6, "a quorum of 2 can never be reached: all seats together weigh 1", "voices"),
    (
        "hybrid",
        "anyone: true",
        "team: a, person: b",
        6,
        "seats[0]: a seat names one thing",
        "Write one of: role, person",
    ),
    ("hybrid", "kind: parallel", "kind: serial", 6, "“serial” is not among the choices", "sequential, parallel"),
    ("hybrid", "seats: [{anyone: true}], quorum: 1, ", "", 6, "anybody: it says nowhere who is asked", "with chain"),
    (
        "hybrid",
        "quorum: 1",
        "quorum: 1, stricter: {stale-runbook: 1}",
        6,
        "approvals.anybody.stricter: no quorum here can be raised",
        "Give a seat more voices",
    ),
    (
        "hybrid",
        "quorum: 1",
        "quorum: 1, stricter: {stale-runbok: 1}",
        6,
        "“stale-runbok” is not among the choices",
        "Did you mean “stale-runbook”?",
    ),
    ("hybrid", "quorum: 1", "quorum: 1, stricter: {rubber-stamps: 0}", 6, "“0” is too small", "Write at least 1."),
    ("hybrid", "gates:", "digest: {at: monday 9}\ngates:", 10, "digest.at: “monday 9” doesn't fit", "mon 09:00"),
    ("hybrid", "gates:", "digest: {zone: UTC}\ngates:", 10, "digest.at: it is missing", "at:"),
    ("hybrid", "gates:", "runbooks: {review_every: 0d}\ngates:", 10, "“0d” is too small", "Write more than 0."),
    ("heat-oven", "risk: Bread burns", "risk: x\nreviewed: 2026-02-30", 4, "there is no day “2026-02-30”", "calendar"),
    (
        "heat-oven",
        "risk: Bread burns",
        "risk: x\nreviewed: last May",
        4,
        "“last May” is no day",
        "2026-11-01",
    ),
    ("hybrid", "use: anybody", "use: nobody", 10, "gates: no approval is called “nobody”", "under approvals"),
    (
        "hybrid",
        "before: [mitigation]",
        "before: [stage]",
        10,
        "nobody is asked before a mitigation at P1",
        "always fits",
    ),
    (
        "hybrid",
        "gates: [{",
        "gates: [{use: anybody, before: [stage], of: [verified]}, {",
        10,
        "gates[0].of: it says what a rollback undoes, and this stands before: stage",
        "Remove it, or write before: [rollback].",
    ),
    (
        "hybrid",
        "gates: [{",
        "gates: [{use: anybody, before: [rollback], stages: [closed]}, {",
        10,
        "gates[0].stages: it names stages that moves lead into, and this stands before: rollback",
        "Remove it, or write before: [stage].",
    ),
    (
        "hybrid",
        "quorum: 1, last_resort: expire",
        "quorum: 1, last_resort: roll-back",
        6,
        "approvals.anybody.last_resort: before a mitigation there is nothing to roll back",
        "Write expire, reject or approve",
    ),
    (
        "hybrid",
        "quorum: 1, last_resort: expire",
        "quorum: 1, limit: 5m, then: roll-back",
        6,
        "approvals.anybody.then: before a mitigation there is nothing to roll back",
        "Write expire, reject or approve",
    ),
    (
        "hybrid",
        "gates: [{",
        "gates: [{use: anybody, before: [rollback], of: [proven]}, {",
        10,
        "gates[0].of[0]: “proven” is not among the choices",
        "failed, stopped, verified",
    ),
    (
        "hybrid",
        "quorum: 1, last_resort: expire",
        "second_quorum: 2",
        6,
        "approvals.anybody.second_quorum: there is no second tier whose quorum it could be",
        "Add second",
    ),
    (
        "hybrid",
        "title: Anybody,",
        "id: somebody, title: Anybody,",
        6,
        "approvals.anybody.id: the name is the key above it",
        "Remove this line.",
    ),
    (
        "hybrid",
        "gates: [{",
        "gates: [{use: anybody, before: [stage], stages: [triage, traige]}, {",
        10,
        "gates[0].stages[1]: no stage is called “traige”",
        "Did you mean “triage”?",
    ),
    (
        "hybrid",
        "kind: parallel, seats: [{anyone: true}], quorum: 1",
        "kind: sequential, chain: [{hat: commander}, {hat: commander}]",
        6,
        "approvals.anybody: it can never pass",
        "Name somebody else in one of them",
    ),
    (
        "hybrid",
        "seats: [{anyone: true}], quorum: 1",
        "seats: [{hat: commander, voices: 2}], quorum: 2",
        6,
        "approvals.anybody.quorum: a quorum of 2 can never be reached",
        "Remove voices",
    ),
    (
        "hybrid",
        "kind: parallel, seats: [{anyone: true}], quorum: 1",
        "kind: dynamic, route: {}",
        6,
        "approvals.anybody.route: nobody is asked until enough is known",
        "Add fallback",
    ),
    (
        "hybrid",
        "quorum: 1, last_resort: expire",
        "next_after: 30m, deputy_after: 1h",
        6,
        "approvals.anybody.deputy_after: it never comes: this is over after 30 min",
        "null for never",
    ),
    (
        "hybrid",
        "quorum: 1, last_resort: expire",
        "next_after: 10m, renotify: 15m",
        6,
        "approvals.anybody.renotify: it never comes: this is over after 10 min",
        "null for never",
    ),
    (
        "hybrid",
        "quorum: 1, last_resort: expire",
        'hours: ["mon 09:00-09:01"]',
        6,
        "approvals.anybody.hours: 2 h of these hours take more than 90 days",
        "Write more hours",
    ),
    ("hybrid", "managers: i", "customers: '#', managers: i", 7, "channels.customers: “#” doesn't fit", "as Slack does"),
    ("hybrid", "announce: incidents", "announce: '#Inc Room'", 7, "“#Inc Room” doesn't fit", "as Slack does"),
    ("hybrid", "announce: incidents", "announce: ---", 7, "channels.announce: “---” doesn't fit", "as Slack does"),
    ("hybrid", "managers: i", "prefix: -x, managers: i", 7, "channels.prefix: “-x” doesn't fit", "21 at most"),
    (
        "hybrid",
        "p4: {means",
        "p4: {workflow: hibrid, means",
        5,
        "severities.p4.workflow: no workflow is called “hibrid”",
        "Did you mean “hybrid”?",
    ),
    (
        "services",
        "mill:",
        "mill:\n  workflow: linear",
        7,
        "mill.workflow: no workflow is called “linear”",
        "There are: hybrid.",
    ),
    ("hybrid", "severities:", "name: hybrid\nseverities:", 1, "name: the name is the file's name", "Remove this line."),
    ("services", "mill:\n", "Mill House:\n", 6, "Mill House.id: “Mill House” doesn't fit", "lower-case letters"),
    ("services", "  owner: team-flour\n", "", 6, "mill.owner: it is missing", "owner: team-payments"),
    ("services", "http://mill.internal", "ftp://mill", 9, "mill.url: “ftp://mill” doesn't fit", "http:// or https://"),
    ("services", "http://mill.internal", "https://me:secret@mill", 9, "mill.url:", "without a password"),
    ("services", "http://mill.internal", "http://mill.internal/", 9, "mill.url:", "no slash at the end"),
    ("services", "  title: Mill\n", "  title: Mill\n  tier: 9\n", 8, "mill.tier: “9” is too large", "Write at most 4."),
    ("services", "{path: /health}", "/health", 5, "bakery.signal: “/health” cannot stand here", "path, field, healthy"),
]


@pytest.mark.parametrize(("stem", "good", "bad", "line", "what", "instead"), BROKEN, ids=lambda it: str(it)[:30])
def test_a_broken_line_is_named_with_its_remedy(  # noqa: PLR0917 - a row of the table
    tmp_path: Path, stem: str, good: str, bad: str, line: int, what: str, instead: str
) -> None:
    file = next(name for name in FILES if Path(name).stem == stem)
    assert good in FILES[file], "the row must change something"
    found = mistakes(tmp_path, {file: FILES[file].replace(good, bad, 1)})
    told = [it for it in found if it.file == f"manifests/{file}" and it.line == line and what in it.what]
    assert told, [str(it) for it in found]
    assert instead in told[0].instead


def test_a_hat_that_several_may_wear_is_several_people(tmp_path: Path) -> None:
    shared = WORKFLOW.replace(
        "kind: parallel, seats: [{anyone: true}], quorum: 1",
        "kind: sequential, chain: [{hat: commander}, {hat: commander}]",
    )
    shared += "hats: {commander: {exclusive: false}}\n"
    assert "anybody" in load(folder(tmp_path, {"workflows/hybrid.yaml": shared}), {}).policy.approvals


def test_what_is_later_than_the_limit_may_be_written_as_never(tmp_path: Path) -> None:
    never = WORKFLOW.replace("quorum: 1,", "quorum: 1, next_after: 10m, deputy_after: null, renotify: null,")
    assert "anybody" in load(folder(tmp_path, {"workflows/hybrid.yaml": never}), {}).policy.approvals


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "the file is empty"),
        ("# only a comment\n", "the file is empty"),
        ("- a\n- b\n", "this is a list"),
        ("hello", "this is a single value"),
        (b"title: caf\xe9\n", "this is not UTF-8 text"),
        ("[" * 1000, "values are nested too deeply"),
    ],
)
def test_a_file_that_holds_no_mapping_is_told_what_it_holds(tmp_path: Path, content: str | bytes, what: str) -> None:
    (only,) = mistakes(tmp_path, {"runbooks/heat-oven.yaml": content})
    assert (only.file, only.line, only.what) == ("manifests/runbooks/heat-oven.yaml", 1, what)


def test_a_mistake_reads_as_one_line_that_an_editor_can_jump_to(tmp_path: Path) -> None:
    (only,) = mistakes(
        tmp_path, {"runbooks/heat-oven.yaml": RUNBOOK.replace("says: Heat", "metod: PUT\n    says: Heat")}
    )
    assert str(only) == (
        "manifests/runbooks/heat-oven.yaml:10: steps[0].metod: unknown key “metod”. Did you mean “method”?"
    )


def test_a_word_with_a_line_break_stays_on_the_line(tmp_path: Path) -> None:
    (only,) = mistakes(tmp_path, {"services.yaml": SERVICES.replace("http://mill.internal", '"a\\nb"')})
    assert str(only).startswith("manifests/services.yaml:9: mill.url: “a b” doesn't fit.")


def test_all_mistakes_of_all_files_come_at_once_in_the_order_of_reading(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        {
            "workflows/hybrid.yaml": WORKFLOW.replace("quorum: 1", "quorum: 0"),
            "workflows/spare.yaml": WORKFLOW.replace("quorum: 1", "quorum: soon"),
            "services.yaml": SERVICES.replace("/health", "health"),
            "runbooks/heat-oven.yaml": RUNBOOK.replace("risk: Bread burns\n", "").replace("1h", "never"),
        },
    )
    assert [(it.file.partition("/")[2], it.line) for it in found] == [
        ("runbooks/heat-oven.yaml", 1),
        ("runbooks/heat-oven.yaml", 14),
        ("services.yaml", 5),
        ("workflows/hybrid.yaml", 6),
        ("workflows/spare.yaml", 6),
    ]
    assert found == sorted(found)


def test_a_value_that_could_not_be_read_is_told_once(tmp_path: Path) -> None:
    (only,) = mistakes(tmp_path, {"runbooks/heat-oven.yaml": RUNBOOK.replace("10s", "!x 10s")})
    assert only.what == "verify.settle: the tag “!x” means nothing here"


def test_an_empty_rollback_does_not_count_as_one(tmp_path: Path) -> None:
    text = RUNBOOK.replace("  - {uses: wait, id: cool, says: Let it cool, seconds: 5m}\n", "  []\n")
    (only,) = mistakes(tmp_path, {"runbooks/heat-oven.yaml": text})
    assert (only.line, only.what) == (13, "rollback: it is empty")


def test_a_runbook_may_say_why_there_is_nothing_to_undo(tmp_path: Path) -> None:
    text = (
        RUNBOOK[: RUNBOOK.index("rollback")]
        + "no_rollback_because: Ovens cool by themselves\nverify: {settle: 1, within: 2}\n"
    )
    manifests = load(folder(tmp_path, {"runbooks/heat-oven.yaml": text}), {})
    assert manifests.runbooks["heat-oven"].no_rollback_because == "Ovens cool by themselves"


def test_a_broken_catalogue_does_not_blame_the_runbooks(tmp_path: Path) -> None:
    (only,) = mistakes(tmp_path, {"services.yaml": "bakery: ["})
    assert only.file == "manifests/services.yaml"


@pytest.mark.parametrize(
    ("name", "what", "instead"),
    [
        ("runbook/x.yaml", "nothing reads the folder “runbook”", "Did you mean “runbooks”?"),
        ("runbooks/old/x.yaml", "nothing reads the folder “runbooks/old”", "Did you mean “runbooks”?"),
        ("service.yaml", "nothing reads this file", "Put it into one of: oncall, runbooks, slack, workflows."),
        ("runbooks/x.yml", "manifests end in .yaml", "Rename it to x.yaml."),
        ("runbooks/Heat it.yaml", "the file's name “Heat it” doesn't fit", "Rename the file. Use lower-case letters"),
    ],
)
def test_a_file_that_nobody_would_read_is_not_ignored(tmp_path: Path, name: str, what: str, instead: str) -> None:
    (only,) = mistakes(tmp_path, {name: RUNBOOK})
    assert only.file == f"manifests/{name}"
    assert only.what == what
    assert only.instead.startswith(instead)


def test_hidden_files_and_notes_are_left_alone(tmp_path: Path) -> None:
    load(folder(tmp_path, {"runbooks/.x.yaml": "?", ".git/y.yaml": "?", "README.md": "?", "runbooks/x.yaml~": "?"}), {})


def test_an_unknown_workflow_gets_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(ManifestMistakes, match=r"no workflow is called “hibrid”\. Did you mean “hybrid”\?"):
        load(folder(tmp_path), {}, workflow="hibrid")


def test_a_service_and_a_severity_may_name_another_workflow(tmp_path: Path) -> None:
    changed = {
        "workflows/hybrid.yaml": WORKFLOW.replace("p4: {", "p4: {workflow: linear, "),
        "workflows/linear.yaml": WORKFLOW.replace("sla_minutes: 15", "sla_minutes: 45"),
        "services.yaml": SERVICES.replace("mill:", "mill:\n  workflow: hybrid"),
    }
    workflows = load(folder(tmp_path, changed), {}).workflows
    assert sorted(workflows.by_name) == ["hybrid", "linear"]
    assert workflows.for_new("bakery", Severity.P4).of(Severity.P1).sla_minutes == 45
    assert workflows.for_new("mill", Severity.P4).name == "hybrid"
    assert workflows.for_new("bakery", Severity.P1).name == "hybrid"
    chosen = load(folder(tmp_path, changed), {}, workflow="linear").workflows
    assert chosen.for_new("bakery", Severity.P4).name == "linear"


def test_a_workflow_that_is_not_in_force_is_checked_all_the_same(tmp_path: Path) -> None:
    (only,) = mistakes(tmp_path, {"workflows/linear.yaml": WORKFLOW.replace("quorum: 1", "quorum: 0")})
    assert only.file == "manifests/workflows/linear.yaml"


def test_a_folder_without_manifests_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ManifestMistakes) as raised:
        load(tmp_path / "nowhere", {})
    assert [it.file for it in raised.value.mistakes] == ["nowhere/services.yaml", "nowhere/workflows"]


def test_the_environment_says_where_a_service_is_here(tmp_path: Path) -> None:
    text = SERVICES.replace("mill:", "wind-mill:")
    root = folder(tmp_path, {"services.yaml": text})
    manifests = load(root, {"SERVICE_URL_WIND_MILL": "http://127.0.0.1:9", "SERVICE_URL_OTHER": "not ours"})
    assert manifests.services["wind-mill"].url == "http://127.0.0.1:9"
    assert manifests.services["bakery"].url == "http://bakery.internal"
    assert manifests.hash != load(root, {}).hash


def test_a_bad_address_in_the_environment_is_named_by_its_variable(tmp_path: Path) -> None:
    (only,) = mistakes(tmp_path, environment={"SERVICE_URL_MILL": "mill:80"})
    assert str(only).startswith("environment: SERVICE_URL_MILL: “mill:80” doesn't fit. Write http:// or https://")


@pytest.mark.parametrize(
    ("word", "seconds"), [("90s", 90), ("2m", 120), ("1h", 3600), ("1h 30m", 5400), (45, 45), (0.5, 0.5)]
)
def test_durations_are_written_as_people_say_them(tmp_path: Path, word: object, seconds: float) -> None:
    text = RUNBOOK.replace("within: 1h", "within: 2h").replace("settle: 10s", f"settle: {word}")
    assert load(folder(tmp_path, {"runbooks/heat-oven.yaml": text}), {}).runbooks["heat-oven"].verify.settle == seconds


def test_minutes_are_minutes_however_they_are_written(tmp_path: Path) -> None:
    plain = load(folder(tmp_path), {})
    words = WORKFLOW.replace("sla_minutes: 15", "sla_minutes: 15m").replace("limit_minutes: 30", "limit_minutes: 0.5h")
    assert load(folder(tmp_path, {"workflows/hybrid.yaml": words}), {}).hash == plain.hash


def test_the_version_changes_with_what_is_declared_and_with_nothing_else(tmp_path: Path) -> None:
    before = load(folder(tmp_path), {}).hash
    assert load(folder(tmp_path, {"services.yaml": "# a remark\n" + SERVICES}), {}).hash == before
    assert load(folder(tmp_path, {"services.yaml": SERVICES.replace("team-flour", "team-corn")}), {}).hash != before


MODELS = (
    *(Channels, GateChoice, HttpStep, Parameter, Policy, Runbook, Service, SeverityPolicy, Signal, Verify, WaitStep),
    *(Reminders, ReminderPolicy, ReviewPolicy, HatReminder, StuckReminder),
    *(ApprovalPolicy, Glass, Route, Seat, Step, Tier),
)


def test_every_key_that_must_be_there_has_an_example() -> None:
    required = {name for model in MODELS for name, field in model.model_fields.items() if field.is_required()}
    assert required - {"name"} <= set(EXAMPLES)


# What is shipped


@pytest.fixture(scope="module")
def shipped() -> Manifests:
    return load(SHIPPED, {})


def test_the_shipped_severities_are_the_ones_promised(shipped: Manifests) -> None:
    p1, p2 = shipped.policy.of(Severity.P1), shipped.policy.of(Severity.P2)
    assert (p1.sla_minutes, p1.approval, p1.auto_remediation, p1.update_every_minutes) == (15, True, False, 30)
    assert (p2.sla_minutes, p2.approval, p2.auto_remediation) == (60, False, True)
    assert set(shipped.policy.severities) == set(Severity)


def test_the_shipped_gate_asks_one_other_person_for_half_an_hour(shipped: Manifests) -> None:
    asks = shipped.policy.approval("mitigation", Severity.P1, datetime(2026, 11, 1, tzinfo=UTC))
    assert asks is not None
    ((tier,),) = (step.tiers for step in asks.steps)
    assert (tier.is_open_to_all, tier.needs, tier.limit, asks.last_resort) == (True, 1, 1800, "expire")


def test_the_shipped_gates_ask_before_what_was_proven_is_undone_and_before_customers_are_told(
    shipped: Manifests,
) -> None:
    now, policy = datetime(2026, 11, 1, tzinfo=UTC), shipped.policy
    undoing = policy.approval_of_rollback("verified", Severity.P3, now)
    assert undoing is not None
    ((tier,),) = (step.tiers for step in undoing.steps)
    assert (tier.is_open_to_all, tier.needs, undoing.limit, undoing.then) == (True, 1, 300, "roll-back")
    for undone in ("failed", "stopped"):
        assert policy.approval_of_rollback(undone, Severity.P1, now) is None, "what fails is rolled back at once"
    told = {severity: policy.approval("notification", severity, now) for severity in Severity}
    assert {severity for severity, asks in told.items() if asks is not None} == {Severity.P1, Severity.P2}
    assert policy.channels.customers == "status"


def test_the_shipped_reminders_are_the_ones_promised(shipped: Manifests) -> None:
    p1 = shipped.policy.reminders_at(Severity.P1)
    assert set(p1) == set(Kind)
    assert p1[Kind.NO_COMMANDER].after == 5
    assert shipped.policy.sla(Stages.TRIAGE, Severity.P1) == timedelta(minutes=15)
    assert shipped.policy.sla(Stages.MITIGATING, Severity.P1) is None
    assert p1[Kind.STUCK].patience_in(Stages.MITIGATING) == timedelta(hours=1)
    assert p1[Kind.NO_ACTIVITY].after == 15
    assert (p1[Kind.UPDATE_OVERDUE].after, shipped.policy.of(Severity.P1).update_every_minutes) == (0, 30)
    assert {rule.night for kind, rule in p1.items() if rule.again == "ping"} == {"ping"}
    for severity in Severity:
        assert Kind.NO_ACTIVITY in shipped.policy.reminders_at(severity), "an open incident always has a next due time"


@pytest.mark.parametrize(
    ("good", "bad", "what", "instead"),
    [
        (
            "[mitigator, verifier]",
            "[mitigator, verifer]",
            "hats[1]: “verifer” is not among",
            "Did you mean “verifier”?",
        ),
        ("[mitigator, verifier]", "[verifier, verifier]", "“verifier” does not go with itself", "two different hats"),
        ("[mitigator, verifier]", "[verifier]", "hats: 1 of them cannot be kept apart", "[mit"),
        (
            "hats: [mitigator, verifier]",
            "hat: commander",
            "it must name two hats, or a hat and what",
            "running-the-fix",
        ),
        (
            "hats: [mitigator, verifier]",
            "hat: commander, not: sleeping",
            "not: “sleeping” is not among",
            "running-the-f",
        ),
        (
            "hats: [mitigator, verifier]",
            "hat: mitigator, not: running-the-fix",
            "the mitigator runs the fix",
            "commander",
        ),
        ("is: enforced", "is: forbidden", "is: “forbidden” is not among", "enforced, warned"),
        ("is: enforced", "its: enforced", "its: unknown key “its”", "Did you mean “is”?"),
        (", because: Nobody judges their own work", "", "because: it is missing", "because:"),
        (
            "work}]",
            "work}, {hats: [verifier, mitigator], because: X}]",
            "are kept apart by conflicts[0] already",
            "one",
        ),
    ],
)
def test_a_broken_conflict_is_named_with_its_remedy(
    tmp_path: Path, good: str, bad: str, what: str, instead: str
) -> None:
    assert good in APART, "the row must change something"
    found = [str(one) for one in mistakes(tmp_path, {"workflows/hybrid.yaml": WORKFLOW + APART.replace(good, bad, 1)})]
    line = f":{len(WORKFLOW.splitlines()) + 1}:"
    assert len([one for one in found if line in one and what in one and instead in one]) == 1, found


def test_what_all_workflows_say_of_hats_stands_in_one_file_and_each_may_say_it_otherwise(tmp_path: Path) -> None:
    brief = "brief: {focus: Look, produces: Words, never: Guess}"
    shared = f"verifier: {{title: judge, {brief}, required: [p1]}}\nengineer: {{exclusive: false}}\n"
    own = f"{WORKFLOW}hats: {{verifier: {{required: [p1, p2]}}, author: {{title: writer}}}}\n"
    policy = load(folder(tmp_path, {"hats.yaml": shared, "workflows/hybrid.yaml": own}), {}).policy
    verifier = policy.hat(Hat.VERIFIER)
    assert (policy.called(Hat.VERIFIER), verifier.required) == ("judge", (Severity.P1, Severity.P2))
    assert verifier.brief is not None
    assert verifier.brief.focus == "Look"
    assert not policy.hat(Hat.ENGINEER).exclusive
    assert (policy.called(Hat.AUTHOR), policy.called(Hat.COMMANDER)) == ("writer", "incident commander")


@pytest.mark.parametrize(
    ("text", "what", "instead"),
    [
        ("verifer: {}", "“verifer” is not among the choices", "Did you mean “verifier”?"),
        ("verifier: {brief: {focus: x, produces: y}}", "verifier.brief.never: it is missing", "never:"),
        ("verifier: {required: [p5]}", "required[0]: “p5” is not among the choices", "p1, p2, p3, p4"),
        ("verifier: {exclusiv: true}", "exclusiv: unknown key “exclusiv”", "Did you mean “exclusive”?"),
    ],
)
def test_a_broken_hat_is_named_with_its_remedy(tmp_path: Path, text: str, what: str, instead: str) -> None:
    (only,) = (str(one) for one in mistakes(tmp_path, {"hats.yaml": text}))
    assert only.startswith("manifests/hats.yaml:1:")
    assert what in only
    assert instead in only


def test_the_shipped_policy_is_the_same_when_it_is_read_back_from_where_incidents_keep_it(shipped: Manifests) -> None:
    kept = Policy.model_validate_json(shipped.policy.model_dump_json())
    assert (kept, kept.hash) == (shipped.policy, shipped.policy.hash)


def test_every_shipped_hat_has_a_brief(shipped: Manifests) -> None:
    assert {hat for hat, said in shipped.policy.hats.items() if said.brief} == set(Hat)


@pytest.mark.parametrize(
    ("given", "what", "instead"),
    [
        ("{meeting: {p1: soon}}", "review.meeting.p1: “soon” doesn't fit", "3d, 5wd"),
        ("{meeting: {p1: 0d}}", "review.meeting.p1: “0d” doesn't fit", "3d, 5wd"),
        ("{meeting: {p1: 3d}, at: noon}", "review.at: “noon” doesn't fit", "14:00"),
        ("{meeting: {p1: 3d}, zone: Europe/Berln}", "review.zone: there is no time zone", "Europe/Berlin"),
        ("{meetings: {p1: 3d}}", "review.meetings: unknown key “meetings”", "“meeting”?"),
    ],
)
def test_a_broken_review_is_named_with_its_remedy(tmp_path: Path, given: str, what: str, instead: str) -> None:
    found = [str(one) for one in mistakes(tmp_path, {"workflows/hybrid.yaml": f"{WORKFLOW}review: {given}\n"})]
    line = f":{len(WORKFLOW.splitlines()) + 1}:"
    assert [one for one in found if line in one and what in one and instead in one], found


def test_reminders_may_be_left_out(tmp_path: Path) -> None:
    bare = load(folder(tmp_path), {}).policy
    assert bare.reminders_at(Severity.P1) == {}
    text = f"{WORKFLOW}reminders: {{p1: {{stuck: {{after: 1h}}}}}}\n"
    one = load(folder(tmp_path, {"workflows/hybrid.yaml": text}), {}).policy
    assert set(one.reminders_at(Severity.P1)) == {Kind.STUCK}
    assert one.reminders_at(Severity.P2) == {}
    rule = one.reminders_at(Severity.P1)[Kind.STUCK]
    assert (rule.every, rule.most, rule.again, rule.night) == (15, 3, "ping", "silent")


WATCHED_BY_NOBODY = """\
closed: {}}
transitions: [{from: detected, to: triage}, {from: triage, to: resolved}, {from: resolved, to: closed}]
gates: [{use: anybody, before: [mitigation]"""
WATCHED_BY_SOMEBODY = """\
closed: {}, watched: {purpose: resolved}}
transitions: [{from: detected, to: triage}, {from: triage, to: resolved}, {from: resolved, to: watched, after: 5m},
  {from: watched, to: closed}]
gates: [{use: anybody, before: [mitigation, resolution]"""


@pytest.mark.parametrize(
    ("good", "bad", "line", "what", "instead"),
    [
        ("stages:", "stagse:", 8, "stagse: unknown key “stagse”", "Did you mean “stages”?"),
        ("closed: {}", "closed: {}, odd: {}", 8, "stages.odd: its name does not say what it is for", "mitigating"),
        ("closed: {}", "closed: {purpose: end}", 8, "stages.closed.purpose: “end” is not among", "closed"),
        ("closed: {}", "closed: {purpose: [closed]}", 8, "stages.closed.purpose", "detected"),
        ("closed: {}", "closed: {hats: [pilot]}", 8, "hats[0]: “pilot” is not among the choices", "commander"),
        (
            "closed: {}",
            "closed: {exit: [{title: It is over, check: hats-worn}]}",
            8,
            "exit[0].id: it is missing",
            "id:",
        ),
        (
            "closed: {}",
            "closed: {exit: [{id: x, title: X}]}",
            8,
            "exit[0]: nothing says when it is met",
            "confirmed_by",
        ),
        (
            "closed: {}",
            "closed: {exit: [{id: x, title: X, check: tow-sources}]}",
            8,
            "check: “tow-sources” is not",
            "two-s",
        ),
        ("closed: {}", f"closed: {{entry: [{ASKS}, {ASKS}]}}", 8, "entry[1].id: “told” is the id of stages", "its own"),
        (
            "triage: {",
            f"triage: {{exit: [{ASKS}, {{id: x, title: X, confirmed_by: []}}], ",
            8,
            "exit[1]: nothing says when",
            "confirmed_by",
        ),
        ("triage: {", "triage: {exit: [{id: x, title: X, confirmed_by: [pilot]}], ", 8, "“pilot” is not among", "comm"),
        ("triage: {", f"triage: {{exit: [{ASKS}], exti: [], ", 8, "exti: unknown key", "Did you mean “exit”?"),
        ("resolved: {}", f"resolved: {{exit: [{ASKS}]}}", 9, "it happens in time, and nothing would", "criteria: warn"),
        ("to: triage}", "to: triage, criteria: sometimes}", 9, "criteria: “sometimes” is not among", "enforced, warn"),
        (
            "to: triage}",
            "to: triage, criteria: ignore, owed: true}",
            9,
            "owed: it asks for what is owed, and for",
            "warn",
        ),
        ("to: triage}", "to: triage, form: x}", 9, "form: unknown key “form”", "Did you mean “from”?"),
        ("closed: {}", "closed: {sla: {p1: 1h}}", 8, "stages.closed.sla: what is closed stays so", "Remove it"),
        ("triage: {", "triage: {sla: {p1: soon}, ", 8, "triage.sla.p1: “soon” is not a duration", "Write 90s, 5m"),
        ("triage: {", "triage: {sla: {p5: 1h}, ", 8, "sla.p5: “p5” is not among the choices", "p1, p2, p3, p4"),
        ("triage: {", "triage: {sla: {p1: 0}, ", 8, "triage.sla.p1: “0” is too small", "Write more than 0"),
        ("{detected: {}, ", "{", 8, "stages.triage: an incident begins in the first one", "begin first"),
        ("resolved: {}, ", "", 8, "no stage is of the purpose “resolved”", "resolved: {}"),
        (", closed: {}", "", 8, "no stage is of the purpose “closed”", "closed: {}"),
        ("closed: {}", "closed: {}, mitigating: {}", 8, "stages.mitigating: no move leads to it", "to: mitigating"),
        ("{from: resolved, to: closed}", "", 8, "stages.resolved: no move leads from it to the end", "closed"),
        ("from: triage", "from: traige", 9, "transitions[1].from: no stage is called “traige”", "“triage”?"),
        ("to: resolved", "to: solved", 9, "transitions[1].to: no stage is called “solved”", "“resolved”?"),
        ("to: resolved", "to: triage", 9, "transitions[1].to: it leads from “triage” to itself", "another"),
        (
            "to: triage}",
            "to: triage}, {from: [detected], to: triage}",
            9,
            "is a move from “detected” to “triage” already",
            "one",
        ),
        ("to: triage}", "to: triage, after: 5m}", 9, "after: only what is resolved moves on in time", "when"),
        ("to: triage}", "to: triage, guards: [luck]}", 9, "guards[0]: “luck” is not among", "nothing-runs"),
        ("to: triage}", "to: triage, when: [never]}", 9, "when[0]: “never” is not among", "on-call"),
        (
            "from: triage, to: resolved",
            "from: [detected, triage], to: solved",
            9,
            "[1].to: no stage is called",
            "“resolved”?",
        ),
        ("to: triage}", "}", 9, "transitions[0].to: it is missing", "to: mitigating"),
        ("to: triage}", "to: triage, actions: [open-reviw]}", 9, "actions[0]: “open-reviw” is not", "“open-review”?"),
        (
            "to: triage}",
            "to: triage, actions: [open-review]}",
            9,
            "“triage” is no stage in which a review is held",
            "post",
        ),
        (
            "to: closed}",
            "to: closed, actions: [call-on-call]}",
            9,
            "in “closed” it is over, and nobody is called",
            "Rem",
        ),
        (
            "to: resolved}",
            "to: resolved}, {from: triage, to: closed}",
            9,
            "transitions[2].to: it leads from “triage” past the resolution",
            "Lead through a stage of the purpose “resolved”",
        ),
        (
            "closed: {}}\ntransitions: [{",
            "closed: {}, r: {purpose: post-mortem}}\ntransitions: [{from: triage, to: r}, {from: r, to: closed}, {",
            9,
            "transitions[0].to: it leads from “triage” past the resolution",
            "Lead through a stage of the purpose “resolved”",
        ),
        *(
            ("to: resolved}", f"to: resolved, when: [{word}]}}", 9, "[1].when: nobody would say how it ended", "Remove")
            for word in ("on-call", "hat", "mitigation", "resolution")
        ),
        ("to: resolved}", "to: resolved, after: 5m}", 9, "after: only what is resolved moves on in time", "Remove it"),
        (
            "to: resolved}",
            "to: resolved}, {from: closed, to: triage}",
            9,
            "[2].from: what is closed stays so, and nothing leads out of “closed”",
            "Remove it",
        ),
        (
            "triage: {",
            f"triage: {{exit: [{ASKS[:-1]}, evidence: required}}], ",
            8,
            "exit[0].evidence: nobody confirms it, so nobody is asked what shows it",
            "confirmed_by",
        ),
        ("closed: {}", "closed: {mitigations: true}", 8, "stages.closed.mitigations: in “closed” it is over", "Remove"),
        ("closed: {}", "closed: {mitigatoins: true}", 8, "mitigatoins: unknown key", "Did you mean “mitigations”?"),
        (
            "detected: {}, triage: {",
            "detected: {mitigations: false}, triage: {mitigations: false, ",
            8,
            "stages.triage.mitigations: in no stage may anybody propose",
            "Remove it where changes are made",
        ),
        (
            "detected: {}, triage: {hats: [first-responder]}, resolved: {}, closed: {}}\ntransitions: [{",
            "detected: {mitigations: false}, triage: {}, resolved: {}, closed: {}}\ntransitions: [{when: [mitigation],",
            9,
            "when[0]: in “detected” no mitigation begins",
            "mitigations: false from detected",
        ),
        (
            "to: closed}]\ngates: [{use: anybody, before: [mitigation]",
            "to: closed, after: 5m}]\ngates: [{use: anybody, before: [mitigation, stage]",
            9,
            "after: it happens in time, and gates[0] has it wait for somebody's yes",
            "Leave closed out of that gate's stages",
        ),
        (
            WATCHED_BY_NOBODY,
            WATCHED_BY_SOMEBODY,
            9,
            "after: it happens in time, and gates[0] has it wait for somebody's yes",
            "Leave watched out of that gate's stages",
        ),
    ],
)
def test_a_broken_stage_is_named_with_its_remedy(  # noqa: PLR0917 - a row of the table
    tmp_path: Path, good: str, bad: str, line: int, what: str, instead: str
) -> None:
    assert good in WORKFLOW, "the row must change something"
    text = WORKFLOW.replace(good, bad, 1).replace(
        "to: closed}", f"to: closed{', after: 5m' * (good == 'resolved: {}')}}}"
    )
    found = [str(one) for one in mistakes(tmp_path, {"workflows/hybrid.yaml": text})]
    assert len([one for one in found if f":{line}:" in one and what in one and instead in one]) == 1, found


@pytest.mark.parametrize(
    ("good", "bad", "what"),
    [
        ("before: [mitigation]", "before: [mitigation: yes]", "gates[0].before[0]: a mapping is not among the choices"),
        ("before: [mitigation]", "before: [[mitigation]]", "gates[0].before[0]: a list is not among the choices"),
        (
            "gates: [",
            "gates: [{use: anybody, before: [stage: closed]}, ",
            "gates[0].before[0]: a mapping is not among the choices",
        ),
        (
            "gates: [",
            "gates: [{use: anybody, before: [stage], stages: [[closed]]}, ",
            "gates[0].stages[0]: a list is not text",
        ),
        ("to: closed}", "to: closed, after: 5m, criteria: [warn]}", "transitions[2].criteria: a list is not among the"),
    ],
)
def test_a_list_or_keys_in_place_of_a_word_are_named(tmp_path: Path, good: str, bad: str, what: str) -> None:
    assert good in WORKFLOW, "the row must change something"
    found = mistakes(tmp_path, {"workflows/hybrid.yaml": WORKFLOW.replace(good, bad, 1)})
    assert any(what in one.what for one in found), [str(one) for one in found]


def approval(*lines: str) -> str:
    """Write the tests' workflow with another approval, with these keys."""
    was = "anybody: {title: Anybody, kind: parallel, seats: [{anyone: true}], quorum: 1, last_resort: expire}"
    assert was in WORKFLOW
    return WORKFLOW.replace(was, f"anybody: {{title: Anybody, {', '.join(lines)}}}")


WHOLE_NUMBER = "Write a whole number: 3."
A_LIST = "Write a list: each item begins with “- ”."
PARALLEL, SEQUENTIAL, DYNAMIC = "kind: parallel, seats: [{anyone: true}]", "kind: sequential", "kind: dynamic"


@pytest.mark.parametrize(
    ("lines", "place", "instead"),
    [
        ((f"{PARALLEL[:-1]}", "{anyone: true, weight: 1.5}]"), "seats[1].weight: “1.5” is not a whole", WHOLE_NUMBER),
        ((PARALLEL, "noes: often"), "noes: “often” is not a whole number", WHOLE_NUMBER),
        (
            (PARALLEL, "second: [{anyone: true}]", "second_quorum: 5"),
            "second_quorum: a quorum of 5 can never be reached: all seats together weigh 1",
            "Write second_quorum: 1 or less, or more seats or voices.",
        ),
        (("kind: parallel", "seats: {anyone: true}"), "seats: a mapping cannot stand here", A_LIST),
        ((PARALLEL, "second: anyone"), "second: “anyone” cannot stand here", A_LIST),
        (("kind: mixed", "seats: [{anyone: true}]"), "seats: kind: mixed has no seats", "Write kind: parallel, or rem"),
        (("chain: [{hat: reviewer}]",), "chain: kind: mixed has no chain", "Write kind: sequential, or remove it."),
        ((PARALLEL, "fallback: []"), "fallback: kind: parallel has no fallback", "Write kind: dynamic, or remove it."),
        (
            ("steps: [{tiers: [{seats: [{anyone: true}]}]}]", "quorum: 1"),
            "quorum: beside steps it means nothing",
            "Write it in a tier of steps, or remove it.",
        ),
        ((SEQUENTIAL, "chain: reviewer"), "chain: “reviewer” cannot stand here", A_LIST),
        ((SEQUENTIAL, "chain: {hat: reviewer}"), "chain: a mapping cannot stand here", A_LIST),
        ((SEQUENTIAL, "chain: [reviewer]"), "chain[0]: “reviewer” cannot stand here", "Write keys and values: role,"),
        (
            (SEQUENTIAL, "chain: null"),
            "chain: it is empty",
            "Write it like: chain: [{hat: reviewer}, {hat: commander}]",
        ),
        ((DYNAMIC, "route: best"), "route: “best” cannot stand here", "Write keys and values: among, picks, owner"),
        ((DYNAMIC, "route: [1]"), "route: a list cannot stand here", "Write keys and values: among, picks, owner"),
        ((DYNAMIC, "route: {picks: some}"), "route.picks: “some” is not a whole number", WHOLE_NUMBER),
        ((DYNAMIC, "route: {picks: 30}"), "route.picks: “30” is too large", "Write at most 20."),
        ((DYNAMIC, "route: {owner: much}"), "route.owner: “much” is not a number", "Write it like: owner: 3"),
        ((DYNAMIC, "route: {speed: fast}"), "route.speed: “fast” is not a number", "Write a number: 1.5."),
        ((DYNAMIC, "route: {among: 5}"), "route.among: “5” is not text", 'Put it in quotes: "5".'),
        ((DYNAMIC, "route: {pickz: 1}"), "route.pickz: unknown key “pickz”", "Did you mean “picks”?"),
        ((DYNAMIC, "route: {wakes: p1}"), "route.wakes: “p1” cannot stand here", A_LIST),
        ((DYNAMIC, "route: {}", "fallback: anyone"), "fallback: “anyone” cannot stand here", A_LIST),
        ((DYNAMIC, "route: {}", "fallback: {anyone: true}"), "fallback: a mapping cannot stand here", A_LIST),
        ((DYNAMIC, "route: {}", "fallback: [anyone]"), "fallback[0]: “anyone” cannot stand here", "Write keys and"),
    ],
)
def test_a_slip_in_a_short_form_of_an_approval_is_told_once_where_it_is_written(
    tmp_path: Path, lines: tuple[str, ...], place: str, instead: str
) -> None:
    found = mistakes(tmp_path, {"workflows/hybrid.yaml": approval(*lines)})
    told = [one for one in found if one.what.startswith(f"approvals.anybody.{place}")]
    assert len(told) == 1, [str(one) for one in found]
    assert told[0].instead.startswith(instead)
    assert not [str(one) for one in found if "it is empty" in one.what and one not in told]
    assert not [str(one) for one in found if "unknown key" in one.what and one not in told]


@pytest.mark.parametrize(
    ("good", "bad", "what", "instead"),
    [
        ("closed: {}", "closed: ", "stages.closed: it is empty", "Write {}, or keys and values: title, purpose, hats"),
        ("sla_minutes: 15", "sla_minutes: soon", "sla_minutes: “soon” is not a duration", "Write 5m, 1h, 3d, or a n"),
        (
            "channels: {",
            "reminders: {p1: {stuck: {after: 1h, most: often}}}\nchannels: {",
            "stuck.most: “often” is not a whole number",
            WHOLE_NUMBER,
        ),
        (
            "channels: {",
            'review: {meeting: {p1: 3d}, at: "14:00", zone: Europe/Berlin, minutes: long}\nchannels: {',
            "review.minutes: “long” is not a whole number",
            WHOLE_NUMBER,
        ),
    ],
)
def test_the_remedy_is_one_that_is_taken(tmp_path: Path, good: str, bad: str, what: str, instead: str) -> None:
    assert good in WORKFLOW, "the row must change something"
    (only,) = mistakes(tmp_path, {"workflows/hybrid.yaml": WORKFLOW.replace(good, bad, 1)})
    assert what in only.what
    assert only.instead.startswith(instead)


def test_the_example_beside_the_shipped_sla_is_taken() -> None:
    (line,) = [line for line in (SHIPPED / "workflows" / "hybrid.yaml").read_text().splitlines() if "work too" in line]
    for word in re.findall(r"\b\d+[smhd]\b", line):
        severity = {"means": "X", "sla_minutes": word, "approval": False, "auto_remediation": False}
        assert SeverityPolicy.model_validate(severity).sla_minutes > 0


@pytest.mark.parametrize(("folder", "content"), [("workflows", WORKFLOW), ("runbooks", RUNBOOK)])
def test_a_file_whose_name_is_no_name_is_to_be_renamed(tmp_path: Path, folder: str, content: str) -> None:
    (only,) = mistakes(tmp_path, {f"{folder}/good copy.yaml": content})
    assert only.what == "the file's name “good copy” doesn't fit"
    assert only.instead == "Rename the file. Use lower-case letters, digits and “-”, 41 at most: restart-checkout."


@pytest.mark.parametrize(
    ("before", "stages", "instead"),
    [("stage", "resolved", "Write before: [resolution]."), ("resolution", "closed", "Write before: [stage].")],
)
def test_a_gate_that_nobody_would_ever_be_asked_at_is_refused(
    tmp_path: Path, before: str, stages: str, instead: str
) -> None:
    gate = f"gates: [{{use: anybody, before: [{before}], stages: [{stages}]}}, "
    (found,) = map(str, mistakes(tmp_path, {"workflows/hybrid.yaml": WORKFLOW.replace("gates: [", gate)}))
    assert f"moves into {stages} are asked about as" in found
    assert instead in found


BOARD = "approvals: {board: {title: Board, kind: parallel, seats: [{team: board, voices: 2}]}, anybody"
"""An approval that can never pass: the board has one member, and two of them must say yes."""
ONE_ON_THE_BOARD = """\
people: {ana: {slack: UANA, name: Ana, zone: Europe/Madrid}}
teams:
  board: {title: Board, members: [ana]}
  team-bread: {title: Bread, members: [ana]}
  team-flour: {title: Flour, members: [ana]}
"""
ASKS_THE_BOARD = "gates: [{use: board, before: [stage], stages: [closed]}, {use"
SIGNAL = "{id: verified, title: It has settled, check: verified-by-signal}"
CLOSING = "{from: resolved, to: closed}"
CLOSING_ASKED = (("approvals: {anybody", BOARD), ("gates: [{use", ASKS_THE_BOARD))
ROUND = (
    ("closed: {}", "closed: {}, investigating: {}"),
    ("to: triage}", "to: triage}, {from: triage, to: investigating, when: [hat]}"),
    (CLOSING, f"{CLOSING}, {{from: investigating, to: triage, when: [hat]}}"),
)
WATCHED = (
    ("closed: {}", "closed: {}, watched: {purpose: resolved}"),
    (CLOSING, f"{CLOSING}, {{from: resolved, to: watched, after: 5m}}, {{from: watched, to: resolved, after: 1h}}"),
)

ASKED_FOR = "{from: triage, to: mitigating, guards: [approved]}"

Changes = tuple[tuple[str, str], ...]


def workflow(changes: Changes) -> str:
    text = WORKFLOW
    for good, bad in changes:
        assert good in text, "the row must change something"
        text = text.replace(good, bad, 1)
    return text


@pytest.mark.parametrize(
    ("changes", "what", "instead"),
    [
        (
            ROUND,
            "stages.triage: “hat” leads round by itself: triage → investigating → triage",
            "Take hat out of one of their `when`.",
        ),
        (
            WATCHED,
            "stages.resolved: time leads round by itself, for ever: resolved → watched → resolved",
            "Take `after` out of one of them.",
        ),
        (
            CLOSING_ASKED,
            "stages.resolved: nobody may get out of it: the move to closed waits for “board”, which can never pass",
            "Name more people there, or lower its quorum.",
        ),
        (
            (*CLOSING_ASKED, ("stages: [closed]", "stages: [resolved, closed], severities: [p2, p3]")),
            "stages.resolved: nobody may get out of it at P2 and P3: the move to closed waits for “board”",
            "lower its quorum",
        ),
        (
            (*CLOSING_ASKED, ("before: [stage], stages: [closed]", "before: [resolution]")),
            "stages.triage: nobody may get out of it: the move to resolved waits for “board”",
            "lower its quorum",
        ),
        (
            ((CLOSING, "{from: resolved, to: closed, guards: [approved]}"),),
            "at P1: the move to closed asks for an approved mitigation, and no mitigation can be proposed once",
            "Take the guard off, or let the move begin where a mitigation may still be proposed.",
        ),
        (
            (
                ("approvals: {anybody", BOARD),
                ("use: anybody", "use: board"),
                ("from: triage, to: resolved", "from: triage, to: resolved, guards: [approved]"),
            ),
            "stages.triage: nobody may get out of it at P1: the move to resolved asks for an approved mitigation",
            "lower its quorum",
        ),
        (
            (("resolved: {}", f"resolved: {{exit: [{SIGNAL}]}}"),),
            "stages.resolved: nobody may get out of it: the move to closed asks for “verified”, and no mitigation can",
            "Add confirmed_by, for what the record can't show; or write criteria: warn at the move.",
        ),
        (
            (("closed: {}", "closed: {entry: [{id: called, title: Called, check: on-call-assigned}]}"),),
            "stages.resolved: nobody may get out of it: the move to closed asks for “called”, and nobody can be called",
            "Add confirmed_by",
        ),
        (
            (
                ("triage: {", f"triage: {{exit: [{SIGNAL}], "),
                ("from: triage, to: resolved", "from: triage, to: resolved, criteria: warn"),
                (CLOSING, "{from: resolved, to: closed, owed: true}"),
            ),
            "stages.resolved: nobody may get out of it: the move to closed asks for “verified”",
            "Add confirmed_by",
        ),
        (
            (
                *CLOSING_ASKED,
                ("stages: [closed]", "stages: [investigating]"),
                ("closed: {}", "closed: {}, investigating: {}"),
                (CLOSING, f"{CLOSING}, {{from: triage, to: investigating}}, {{from: investigating, to: resolved}}"),
            ),
            "stages.investigating: nobody may get to it: the move to investigating waits for “board”",
            "lower its quorum",
        ),
        (
            (
                ("triage: {", "triage: {mitigations: false, "),
                ("closed: {}", "closed: {}, mitigating: {}"),
                (CLOSING, f"{CLOSING}, {ASKED_FOR}, {{from: mitigating, to: resolved}}"),
                ("detected: {}", "detected: {mitigations: false}"),
            ),
            "stages.mitigating: nobody may get to it at P1: the move to mitigating asks for an approved mitigation",
            "Take the guard off",
        ),
    ],
)
def test_a_stage_without_an_end_is_named_with_its_remedy(
    tmp_path: Path, changes: Changes, what: str, instead: str
) -> None:
    files = {"workflows/hybrid.yaml": workflow(changes), "oncall/book.yaml": ONE_ON_THE_BOARD}
    (told,) = mistakes(tmp_path, files)
    assert told.line == 8
    assert what in told.what
    assert instead in told.instead


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(
            (*ROUND, ("investigating, when: [hat]", "investigating, when: [mitigation]")),
            id="different words take turns, and each is somebody's deed",
        ),
        pytest.param(
            (*ROUND, *CLOSING_ASKED, ("stages: [closed]", "stages: [investigating]"), ("voices: 2", "voices: 1")),
            id="what waits for approval doesn't happen by itself",
        ),
        pytest.param((*WATCHED, ("to: resolved, after: 1h", "to: resolved")), id="somebody orders it back"),
        pytest.param(
            (*CLOSING_ASKED, ("voices: 2}]", "voices: 2}], last_resort: approve")), id="time opens the gate in the end"
        ),
        pytest.param(
            (*CLOSING_ASKED, ("voices: 2}]", "voices: 2}], glass: {who: [{hat: commander}]}")),
            id="the glass may be broken",
        ),
        pytest.param(
            (*CLOSING_ASKED, ("stages: [closed]", 'stages: [closed], hours: ["mon-fri 09:00-17:00"]')),
            id="nobody is asked at night",
        ),
        pytest.param(
            (*CLOSING_ASKED, ("voices: 2}]", "voices: 2}, {anyone: true}], quorum: 2")), id="others may answer"
        ),
        pytest.param(
            ((CLOSING, "{from: resolved, to: closed, guards: [approved]}"), ("approval: true", "approval: false")),
            id="no severity asks for approval",
        ),
        pytest.param(
            (("from: triage, to: resolved", "from: triage, to: resolved, guards: [approved]"),),
            id="a mitigation may still be proposed",
        ),
        pytest.param(
            (("resolved: {}", f"resolved: {{exit: [{SIGNAL[:-1]}, confirmed_by: [verifier]}}]}}"),),
            id="somebody's word counts, too",
        ),
        pytest.param(
            (
                ("resolved: {}", f"resolved: {{exit: [{SIGNAL}]}}"),
                ("triage: {", f"triage: {{exit: [{SIGNAL.replace('verified,', 'settled,')}], "),
            ),
            id="it was shown before it was over",
        ),
        pytest.param(
            (
                ("resolved: {}", f"resolved: {{exit: [{SIGNAL}]}}"),
                (CLOSING, f"{CLOSING}, {{from: resolved, to: triage, criteria: ignore}}"),
            ),
            id="it can be opened again",
        ),
        pytest.param(
            (
                ("triage: {", f"triage: {{exit: [{SIGNAL}], "),
                ("from: triage, to: resolved", "from: triage, to: resolved, criteria: ignore"),
                (CLOSING, "{from: resolved, to: closed, owed: true}"),
            ),
            id="what nobody asked for is not owed",
        ),
    ],
)
def test_a_stage_that_has_an_end_is_left_alone(tmp_path: Path, changes: Changes) -> None:
    files = {"workflows/hybrid.yaml": workflow(changes), "oncall/book.yaml": ONE_ON_THE_BOARD}
    assert load(folder(tmp_path, files), {}).policy.name == "hybrid"


REMINDERS = """\
reminders:
  p1:
    empty_hat: {after: 10m, hats: [first-responder]}
    stuck: {after: 1h, every: 30m, most: 2, stages: {triage: 15m}}
"""


@pytest.mark.parametrize(
    ("good", "bad", "line", "what", "instead"),
    [
        ("  p1:", "  p5:", 11, "reminders.p5: “p5” is not among the choices", "p1, p2, p3, p4"),
        ("    stuck:", "    stcuk:", 13, "reminders.p1.stcuk: unknown key “stcuk”", "Did you mean “stuck”?"),
        ("after: 1h, ", "", 13, "reminders.p1.stuck.after: it is missing", "for example: after: 5m"),
        ("after: 1h", "after: soon", 13, "stuck.after: “soon” is not a duration", "Write 90s, 5m, 1h"),
        ("after: 1h", "after: 8d", 13, "stuck.after: “8d” is too large", "Write at most 7d."),
        ("every: 30m", "every: 0", 13, "stuck.every: “0” is too small", "Write more than 0."),
        ("most: 2", "most: 0", 13, "stuck.most: “0” is too small", "Write at least 1."),
        ("most: 2", "night: loud", 13, "stuck.night: “loud” is not among the choices", "ping, silent, wait"),
        ("most: 2", "again: no", 13, "stuck.again: “no” is not among the choices", "ping, edit"),
        ("triage: 15m", "triag: 15m", 13, "stuck.stages.triag: no stage is called “triag”", "Did you mean “triage”?"),
        ("triage: 15m", "triage: 0", 13, "stuck.stages.triage: “0” is too small", "Write more than 0."),
        ("triage: 15m", "closed: 1h", 13, "stuck.stages.closed: nobody is reminded in “closed”", "detected, triage"),
        ("[first-responder]", "[captain]", 12, "hats[0]: “captain” is not among the choices", "Choose from: commander"),
        ("[first-responder]", "[author]", 12, "hats[0]: no open stage needs “author”", "They need: first-responder"),
        ("[first-responder]", "[commander]", 12, "hats: the commander's hat has a reminder", "no_commander"),
        ("[first-responder]", "[]", 12, "hats: it is empty", "hats: [first-responder]"),
        ("[first-responder]", "first-responder", 12, "hats: “first-responder” cannot stand here", "Write a list"),
    ],
)
def test_a_broken_reminder_is_named_with_its_remedy(  # noqa: PLR0917 - a row of the table
    tmp_path: Path, good: str, bad: str, line: int, what: str, instead: str
) -> None:
    assert good in REMINDERS, "the row must change something"
    text = WORKFLOW + REMINDERS.replace(good, bad, 1)
    found = mistakes(tmp_path, {"workflows/hybrid.yaml": text})
    told = [it for it in found if it.line - len(WORKFLOW.splitlines()) == line - 9 and what in it.what]
    assert told, [str(it) for it in found]
    assert instead in told[0].instead


def test_every_shipped_runbook_makes_a_plan_without_a_word_from_anybody(shipped: Manifests) -> None:
    for runbook in shipped.runbooks.values():
        service = shipped.services[runbook.target]
        assert service.signal is not None
        plan = plan_of(runbook, service, service.signal, fill_in(runbook, {}), shipped.policy.hash)
        assert "${" not in plan.model_dump_json()
        assert plan.rollback


def test_the_shipped_scaling_sends_a_number(shipped: Manifests) -> None:
    runbook, service = shipped.runbooks["scale-checkout"], shipped.services["checkout"]
    assert service.signal is not None
    plan = plan_of(runbook, service, service.signal, fill_in(runbook, {"instances": "8"}), "")
    assert plan.title == "Scale checkout to 8 instances"
    assert isinstance(plan.steps[0], HttpStep)
    assert plan.steps[0].body == {"instances": 8}


# Whatever is written


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


def outcome(root: Path, changed: Files) -> None:
    """Load; only Manifests, or mistakes with a line each, may come of it."""
    told = tuple[Mistake, ...]()
    try:
        assert load(folder(root, changed), {}).hash
    except ManifestMistakes as refused:
        told, lines = refused.mistakes, str(refused).splitlines()
        if len(told) != len(lines) or not told:
            raise
    assert all(it.instead for it in told)


PATIENTLY = settings(deadline=None)
"""Each example writes files: a busy disk breaks no promise."""

WHERE = st.sampled_from(sorted(FILES))
# fmt: off
SCRAPS = st.sampled_from((
    "\n", "  ", "- ", ": ", "{", "}", "[", "]", "'", '"', "#", "&a ", "*a", "!!int ", "!!set ", "<<: ", "? ", ">-\n",
    "%YAML 1.1\n", "---\n", "...\n", "\t", "\x00", "\ufeff", "é", "@", "`", ".nan", ".inf", "1e999", "0x1F", "-0",
    "2026-13-45", '"\\ud800"', "99999999999999999999", "${", "${x}", "uses", "http", "steps", "p1", "p2: ", "id: ",
))
# fmt: on


@PATIENTLY
@given(where=WHERE, content=st.binary(max_size=80))
@example(where="services.yaml", content=b"")
def test_any_bytes_are_manifests_or_mistakes(scratch: Path, where: str, content: bytes) -> None:
    outcome(scratch, {where: content})


@PATIENTLY
@given(where=WHERE, scraps=st.lists(SCRAPS, max_size=12))
def test_any_scraps_of_yaml_are_manifests_or_mistakes(scratch: Path, where: str, scraps: list[str]) -> None:
    outcome(scratch, {where: "".join(scraps)})


@PATIENTLY
@given(where=WHERE, data=st.data())
def test_any_slip_in_a_good_file_is_a_manifest_or_a_mistake(scratch: Path, where: str, data: st.DataObject) -> None:
    text = FILES[where]
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(len(text), begin + 20)))
    scraps = data.draw(st.lists(SCRAPS, max_size=3))
    outcome(scratch, {where: text[:begin] + "".join(scraps) + text[end:]})


KEYS = st.sampled_from(sorted({*EXAMPLES, "p1", "p2", "uses", "type", "default", "choices", "parameters", "x", "http"}))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text("ab ${}é\n", max_size=5)
    | st.sampled_from(["http", "wait", "5m"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@PATIENTLY
@given(where=WHERE, tree=st.dictionaries(KEYS, VALUES, max_size=6))
def test_any_tree_of_values_is_a_manifest_or_a_mistake(scratch: Path, where: str, tree: dict[str, Any]) -> None:
    outcome(scratch, {where: json.dumps(tree)})


# Whatever slips into what is shipped

Place = tuple[str | int, ...]

INSTEAD = (
    *("null", "[]", "{}", "[[]]", "[closed]", "[[p1]]", "[mitigation: yes]", "{closed: null}", "{p1: []}"),
    *("0", "-1", "1.5", "true", "2026-11-01", '""', "x", "p1", "[{}]"),
)
"""What may stand by mistake where something else should."""
SLIPS = st.sampled_from(((0, ""), (2, ""), *((1, text) for text in INSTEAD)))
"""How often a key or an item stands there by mistake, or what stands there instead."""


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in below:
        yield (*place, key)
        yield from places(inner, (*place, key))


def slipped(value: Any, slips: Mapping[Place, tuple[int, str]], place: Place = ()) -> str:
    """Write a value in flow style, with slips at some places."""
    if place in slips and slips[place][1]:
        return slips[place][1]
    if not isinstance(value, dict | list):
        return json.dumps(value, default=str)
    is_keys, parts = isinstance(value, dict), list[str]()
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        times, text = slips.get((*place, key), (1, ""))[0], slipped(inner, slips, (*place, key))
        parts += [f"{json.dumps(key)}: {text}" if is_keys else text] * times
    return f"{{{', '.join(parts)}}}" if is_keys else f"[{', '.join(parts)}]"


WHOLE = {
    path.relative_to(SHIPPED).as_posix(): YAML(typ="safe", pure=True).load(path.read_text())
    for path in sorted(SHIPPED.rglob("*.yaml"))
    if path.parent.name != "slack"
}
"""All that is shipped, as values."""


def kinds_of_places(tree: Any) -> list[list[Place]]:
    """Sort the places below a value by the keys that they are under: `before` of all gates is one kind."""
    found = dict[tuple[str, ...], list[Place]]()
    for place in places(tree):
        found.setdefault(tuple(str(part) for part in place if isinstance(part, str)), []).append(place)
    return list(found.values())


PLACES = {file: st.sampled_from(kinds_of_places(tree)).flatmap(st.sampled_from) for file, tree in WHOLE.items()}


@settings(deadline=None, max_examples=40, phases=(Phase.explicit, Phase.reuse, Phase.generate))  # each reads 10 files
@given(data=st.data())
def test_no_slips_in_what_is_shipped_are_more_than_mistakes(scratch: Path, data: st.DataObject) -> None:
    chosen = data.draw(st.sampled_from(["hybrid", "linear"]))
    for file, tree in WHOLE.items():
        if Path(file).parent.name == "workflows" and Path(file).stem != chosen:
            continue
        few = 24 if Path(file).stem == chosen else 6
        slips = data.draw(st.dictionaries(PLACES[file], SLIPS, min_size=few // 2, max_size=few))
        path = scratch / "whole" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(slipped(tree, slips))
    told = tuple[Mistake, ...]()
    try:
        assert load(scratch / "whole", {}, chosen).hash
    except ManifestMistakes as refused:
        told = refused.mistakes
    (scratch / "whole" / "workflows" / f"{chosen}.yaml").unlink()
    assert all(one.what and one.instead and "\n" not in str(one) for one in told)
