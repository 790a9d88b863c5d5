"""The published schemas: they take what our own reading takes, and mark in the editor what it would refuse."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from bot.config import ManifestMistakes, load
from bot.config.book import KINDS as IN_THE_BOOK
from bot.config.documents import read
from bot.config.schemas import FOLDER, KINDS, OnCall, file, published, schema_of
from bot.config.schemas.written import BESIDE, SHORT_FORMS
from bot.domain.gates.short import SHORT_KEYS
from tests.test_book import PEOPLE, ROTAS
from tests.test_config import FILES, RUNBOOK, SERVICES, SHIPPED, WORKFLOW, folder, mistakes

DOCS = SHIPPED.parent / "docs"
RENEW = "muster workflow schema --write"

HATS = """\
commander:
  title: chief
  brief: {focus: Decide, produces: Decisions, never: Bake}
  required: [p1, p2]
verifier: {exclusive: false}
"""


@cache
def validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(schema_of(kind))


def tree_of(text: str) -> dict[str, Any]:
    """Read a file as we read it, so that both judge the same values."""
    document = read(text.encode(), "file", [])
    assert document is not None
    return document.tree


def marks(kind: str, tree: Any) -> list[str]:
    """List what an editor would mark."""
    return [f"{mark.json_path}: {mark.message}" for mark in validator(kind).iter_errors(tree)]


KIND_OF = {"workflows": "workflow", "runbooks": "runbook", "oncall": "oncall", "services": "services", "hats": "hats"}


def kind_of(path: str) -> str:
    """Say which schema a manifest is checked by, from its path below the manifests."""
    return KIND_OF[path.partition("/")[0].removesuffix(".yaml")]


MANIFESTS = sorted(
    path.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob("*.yaml") if path.parent.name != "slack"
)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_published_is_what_the_code_reads(kind: str) -> None:
    there = SHIPPED / FOLDER / file(kind)
    assert there.exists() and there.read_text() == published(kind), f"Renew it: {RENEW}"  # noqa: PT018 - one message


def test_nothing_else_is_published() -> None:
    assert {path.name for path in (SHIPPED / FOLDER).iterdir()} == set(map(file, KINDS))


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one(kind: str) -> None:
    Draft202012Validator.check_schema(schema_of(kind))
    assert schema_of(kind)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("path", MANIFESTS)
def test_a_shipped_manifest_names_its_schema_and_fits_it(path: str) -> None:
    text = (SHIPPED / path).read_text()
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", text.splitlines()[0])
    assert named is not None, "its first line must name the schema"
    assert ((SHIPPED / path).parent / named[1]).resolve() == SHIPPED / FOLDER / file(kind_of(path))
    assert marks(kind_of(path), tree_of(text)) == []


# Examples of the documentation


def blocks(page: str) -> list[dict[str, Any]]:
    found = re.findall(r"```yaml\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)
    return [tree_of(block) for block in found]


def test_the_page_about_approvals_shows_what_fits() -> None:
    gates, approvals, glass = blocks("approvals.md")
    for name, approval in approvals["approvals"].items():
        for whole in (approval, {**approval, **glass}):
            assert marks("workflow", {**tree_of(WORKFLOW), **gates, "approvals": {name: whole}}) == []


@pytest.mark.parametrize("number", range(len(blocks("notifiers.md"))))
def test_the_page_about_notifiers_shows_what_fits(number: int) -> None:
    shown = blocks("notifiers.md")[number]
    for person in shown.get("people", {}).values():  # who it is stands on another page
        person.update(name="Ana", zone="Europe/Madrid")
    assert marks("oncall", shown) == []


def test_no_page_shows_a_manifest_that_is_not_looked_at() -> None:
    pages = {page.name for page in DOCS.rglob("*.md") if "```yaml" in page.read_text()}
    assert pages == {"approvals.md", "notifiers.md"}


# Help


def keys_of(schema: Any, root: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Go through the keys that a schema offers, but those of which the key above says enough: one for a severity."""
    if isinstance(schema, list):
        for inner in schema:
            yield from keys_of(inner, root)
    elif isinstance(schema, dict):
        offered = schema.get("properties", {}) if schema.get("type") == "object" else {}
        if len({json.dumps(one) for one in offered.values()}) > 1 or len(offered) == 1:
            yield from ((name, key) for name, key in offered.items() if isinstance(key, dict))
        for inner in schema.values():
            yield from keys_of(inner, root)


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_comes_with_help(kind: str) -> None:
    root = schema_of(kind)

    def has_help(key: dict[str, Any]) -> bool:
        if "$ref" in key:
            key = {**root["$defs"][key["$ref"].rpartition("/")[2]], **key}
        return bool(key.get("description")) or any(has_help(one) for one in key.get("anyOf", ()) if "$ref" in one)

    assert [name for name, key in keys_of(root, root) if not has_help(key)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_help_speaks_yaml_and_patterns_speak_javascript(kind: str) -> None:
    text = published(kind)
    assert "None:" not in text
    for pattern in re.findall(r'"pattern": "(.*)"', text):
        assert not re.search(r"\(\?[a-zP#>]|\\\\[AZz]", pattern), f"only Python reads {pattern}"


def test_a_wrong_word_is_told_in_the_editor_with_what_would_be_right() -> None:
    zone = schema_of("oncall")["$defs"]["Person"]["properties"]["zone"]
    assert zone["patternErrorMessage"] == "Write a name of the tz database: Europe/Berlin."


def test_a_files_keys_are_the_kinds_of_the_book() -> None:
    assert set(OnCall.model_fields) == set(IN_THE_BOOK)


def test_every_key_of_a_short_form_is_offered() -> None:
    (short,) = BESIDE.values()
    assert set(SHORT_KEYS) == {*short.model_fields} - {"limit"}
    assert {key for _, key, _ in SHORT_FORMS} < set(SHORT_KEYS)


# What an editor marks, and we refuse

BY_FILE = {
    "workflow": ("workflows/hybrid.yaml", WORKFLOW),
    "services": ("services.yaml", SERVICES),
    "runbook": ("runbooks/heat-oven.yaml", RUNBOOK),
    "hats": ("hats.yaml", HATS),
    "people": ("oncall/people.yaml", PEOPLE),
    "rotas": ("oncall/rotas.yaml", ROTAS),
}

SEATS = "kind: parallel, seats: [{anyone: true}]"

SLIPS: list[tuple[str, str, str]] = [
    # file, what is written there, what is written instead
    ("workflow", "stages:", "stagse:"),
    ("workflow", "sla_minutes: 15", "sla_minuets: 15"),
    ("workflow", "sla_minutes: 15", "sla_minutes: soon"),
    ("workflow", "sla_minutes: 15", "sla_minutes: 0"),
    ("workflow", "sla_minutes: 15", "sla_minutes: [15]"),
    ("workflow", "approval: true", "approval: maybe"),
    ("workflow", "means: Everything is down", "means: 7"),
    ("workflow", "means: Everything is down", "means: '  '"),
    ("workflow", "  p4:", "  p5:"),
    ("workflow", "quorum: 1", "quorum: two"),
    ("workflow", "quorum: 1", "quorum: 0"),
    ("workflow", "quorum: 1", "quroum: 1"),
    ("workflow", "last_resort: expire", "last_resort: expires"),
    ("workflow", SEATS, "kind: parallel, chain: [{anyone: true}]"),
    ("workflow", SEATS, "kind: sequential, seats: [{anyone: true}]"),
    ("workflow", SEATS, "seats: [{anyone: true}]"),
    ("workflow", SEATS, "kind: dynamic"),
    ("workflow", SEATS, "kind: dynamic, route: true, fallback: 5"),
    ("workflow", SEATS, "kind: dynamic, route: 5"),
    ("workflow", SEATS, "steps: [{tiers: [{quorum: 1}]}]"),
    ("workflow", SEATS, "steps: [{}]"),
    ("workflow", SEATS, f"{SEATS}, steps: [{{tiers: [{{seats: [{{anyone: true}}]}}]}}]"),
    ("workflow", "[{anyone: true}]", "[{anyone: true, team: team-bread}]"),
    ("workflow", "[{anyone: true}]", "[{}]"),
    ("workflow", "[{anyone: true}]", "[{anyone: false}]"),
    ("workflow", "[{anyone: true}]", "[{hat: pilot}]"),
    ("workflow", "[{anyone: true}]", "[]"),
    ("workflow", "announce: incidents", "announce: '#incidents'"),
    ("workflow", "announce: incidents, ", ""),
    ("workflow", "hats: [first-responder]", "hats: [captain]"),
    ("workflow", "hats: [first-responder]", "hats: first-responder"),
    ("workflow", "closed: {}", "Closed: {}"),
    ("workflow", "closed: {}", "closed: {exit: [{id: x, title: X}]}"),
    ("workflow", "closed: {}", "closed: {exit: [{id: x, title: X, check: tow-sources}]}"),
    ("workflow", "from: detected", "from: [detected, 3]"),
    ("workflow", "from: detected", "from: []"),
    ("workflow", "to: triage}", "to: triage, when: [never]}"),
    ("workflow", "to: triage}", "}"),
    ("workflow", "before: [mitigation]", "before: mitigation"),
    ("workflow", "before: [mitigation]", "before: [mitigation], hours: ['monday 9-17']"),
    ("workflow", "before: [mitigation]", "before: [mitigation], zone: Europe Berlin"),
    ("services", "owner: team-bread", "ownr: team-bread"),
    ("services", "url: http://mill.internal", "url: mill.internal"),
    ("services", "bakery:", "Bakery:"),
    ("services", "owner: team-bread", "owner: team-bread\n  id: bakery"),
    ("services", "owner: team-bread", "owner: team-bread\n  tier: 5"),
    ("runbook", "uses: wait", "uses: wiat"),
    ("runbook", "  - uses: http\n    id", "  - id"),
    ("runbook", "    path: /oven", "    path: oven"),
    ("runbook", "seconds: 5m", "seconds: 5 minutes"),
    ("runbook", "risk: Bread burns\n", ""),
    ("runbook", "verify:", "no_rollback_because: It only heats\nverify:"),
    ("runbook", "rollback:\n  - {uses: wait, id: cool, says: Let it cool, seconds: 5m}\n", ""),
    ("runbook", "type: integer", "type: number"),
    ("hats", "commander:", "captain:"),
    ("hats", "focus: Decide, ", ""),
    ("hats", "[p1, p2]", "[p1, sev2]"),
    ("people", "slack: UANA", "slack: '@ana'"),
    ("people", "zone: Europe/London", "zone: 'Europe/London, UK'"),
    ("people", "after: 2m", "after: later"),
    ("people", "by: slack", "bye: slack"),
    ("people", "members: [ana, ben]", "members: []"),
    ("people", "uses: email", "uses: mail"),
    ("people", "bot@bread.test", "bread.test"),
    ("people", "mon-fri 09:00-17:00", "mon-fri 9-17"),
    ("rotas", "rotation: weekly", "rotation: fortnightly"),
    ("rotas", "starts: 2026-01-05 09:00", "starts: next monday"),
    ("rotas", "{person: ana}", "{person: ana, team: team-bread}"),
    ("rotas", '    elsewhere: {uses: pagerduty, schedule: PI7DH85, key: PD_KEY, people: {"Ana R": ana}}\n', ""),
    ("rotas", "loud: [p1, p2]", "loud: p1"),
]


@pytest.mark.parametrize(("where", "good", "bad"), SLIPS, ids=lambda value: str(value)[:40])
def test_an_editor_marks_what_we_refuse(tmp_path: Path, where: str, good: str, bad: str) -> None:
    path, text = BY_FILE[where]
    assert good in text, "the row must change something"
    assert marks(kind_of(path), tree_of(text)) == []
    broken = text.replace(good, bad, 1)
    assert marks(kind_of(path), tree_of(broken))
    rest = {"oncall/people.yaml": PEOPLE, "oncall/rotas.yaml": ROTAS, "hats.yaml": HATS}
    told = mistakes(tmp_path, {**rest, path: broken})
    assert f"manifests/{path}" in {one.file for one in told}


# What we take, no editor marks

RICH = (
    WORKFLOW.replace(
        "approvals: {anybody: {",
        """approvals:
  in-turn:
    title: In turn
    kind: sequential
    chain: [{team: team-bread}, {person: cy}, {hat: commander, must: true}]
    second: [{schedule: bread}]
    next_after: 1h
    hours: ["mon-fri 08:00-18:00"]
    zone: Europe/Madrid
    glass: {who: [{hat: commander}], within: 24h}
  best: {title: Best, kind: dynamic, route: {among: team-bread, picks: 2}, fallback: [{person: ana}], limit: 1h}
  long: {title: Long, steps: [{tiers: [{seats: [{person: ana, weight: 2}, {person: ben}], quorum: 2}]}], then: expire}
  anybody: {""",
    )
    .replace("last_resort: expire}}", "last_resort: expire}")
    .replace(
        "triage: {",
        "triage: {sla: {p1: 1h}, exit: [{id: a, title: A, check: two-sources, confirmed_by: [commander]}], ",
    )
    + """\
conflicts:
  - {hats: [mitigator, verifier], because: Nobody judges their own work}
  - {hat: commander, not: running-the-fix, is: warned, because: Hands free}
hats: {verifier: {exclusive: false, required: [p1]}}
reminders: {p1: {stuck: {after: 1h, stages: {triage: 15m}}, no_activity: {after: 15m, night: wait}}}
"""
)

WHOLE = {
    **FILES,
    "workflows/hybrid.yaml": RICH,
    "hats.yaml": HATS,
    "oncall/people.yaml": PEOPLE,
    "oncall/rotas.yaml": ROTAS,
}

Path_ = tuple[str | int, ...]


def places(tree: Any, above: Path_ = ()) -> Iterator[Path_]:
    yield above
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inner:
        yield from places(value, (*above, key))


def at(tree: Any, place: Path_) -> Any:
    for part in place:
        tree = tree[part]
    return tree


TREES = {path: tree_of(text) for path, text in WHOLE.items()}
PAIRS = {
    (str(place[-1]), json.dumps(at(tree, place)))
    for tree in (*TREES.values(), *(tree_of((SHIPPED / path).read_text()) for path in MANIFESTS))
    for place in places(tree)
    if place and isinstance(place[-1], str)
}
"""Keys, each with what somebody wrote below it."""

BY_KEY = {key: [json.loads(value) for name, value in sorted(PAIRS) if name == key] for key, _ in sorted(PAIRS)}
ODD: list[Any] = [
    *(None, True, False, 0, 1, 2, 15, 1.0, 2.5, -1, [], {}, [None], ["p1"]),
    *("1", " 2 ", "3.0", "1_0", "yes", "No", "off", "t", "", " ", "no", "a", "p1", "commander"),
    *("5M", "1h 30m", "90 s", "2.5h", "0m", "UTC", "mon 00:00-24:00", "2026-11-02T09"),
]


@st.composite
def edits(draw: st.DrawFn) -> dict[str, Any]:
    """Edit good manifests here and there: another value, one key less, one more."""
    path = draw(st.sampled_from(sorted(TREES)))
    tree = TREES[path]
    for _ in range(draw(st.integers(1, 3))):
        tree = json.loads(json.dumps(tree))  # what was drawn may be drawn again
        if not tree:
            break
        *above, last = draw(st.sampled_from([place for place in places(tree) if place]))
        around, alike = at(tree, tuple(above)), BY_KEY.get(str(last)) or ODD
        match draw(st.sampled_from(["alike", "odd", "one of it", "gone", "more"])):
            case "alike":
                around[last] = draw(st.sampled_from(alike))
            case "odd":
                around[last] = draw(st.sampled_from(ODD))
            case "one of it":
                around[last] = draw(st.sampled_from([around[last], [around[last]], str(around[last])]))
            case "gone":
                del around[last]
            case _ if isinstance(around, dict):
                key = draw(st.sampled_from(sorted(BY_KEY)))
                around[key] = draw(st.sampled_from([*BY_KEY[key], *ODD]))
            case _:
                around.append(draw(st.sampled_from(alike or ODD)))
    return {path: json.dumps(tree)}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


def takes(root: Path, changed: dict[str, Any]) -> bool:
    try:
        load(folder(root, {**WHOLE, **changed}), {})
    except ManifestMistakes:
        return False
    return True


def test_what_the_edits_begin_with_is_good(scratch: Path) -> None:
    load(folder(scratch, WHOLE), {})


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(changed=edits())
@example(changed={"workflows/hybrid.yaml": RICH.replace("quorum: 1", 'quorum: "1"')})
@example(changed={"workflows/hybrid.yaml": RICH.replace("approval: true", "approval: Yes")})
@example(changed={"workflows/hybrid.yaml": RICH.replace("sla_minutes: 15", "sla_minutes: 0.5H 30 m")})
@example(changed={"workflows/hybrid.yaml": RICH.replace("from: detected", "from: [detected]")})
@example(changed={"workflows/hybrid.yaml": RICH.replace("picks: 2", "picks: true")})
@example(changed={"workflows/hybrid.yaml": RICH.replace("[{person: ana}], limit: 1h", "null, limit: 1h")})
def test_no_editor_marks_what_we_take(scratch: Path, changed: dict[str, str]) -> None:
    if takes(scratch, changed):
        ((path, text),) = changed.items()
        assert marks(kind_of(path), tree_of(text)) == []
