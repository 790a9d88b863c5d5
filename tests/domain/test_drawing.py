"""Workflows as pictures: what is drawn says who waits for whom, and Mermaid reads it whatever people call things."""

import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import load
from bot.domain.severity import Severity
from bot.domain.workflow.drawing import KEYWORDS, in_mermaid, in_words
from bot.domain.workflow.lifecycle import StagePolicy, Transition
from bot.domain.workflow.overview import overview
from bot.domain.workflow.policy import Policy
from tests.test_book import BOOK
from tests.test_config import SHIPPED, WORKFLOW, folder

GATED = WORKFLOW.replace(
    "approvals: {",
    """approvals:
  duty:
    title: The duty manager
    kind: sequential
    chain: [{person: cy}, {team: team-bread, voices: 2, must: true}]
    second: [{hat: commander}]
    next_after: 45m
    last_resort: approve
    override: {seats: [{team: team-bread, voices: 5}], quorum: 3}
    glass: {who: [{hat: commander}], countersigned_by: [{team: team-bread}], within: 24h}
  """,
).replace("expire}}", "expire}").replace(
    "gates: [",
    """gates:
  - use: duty
    before: [resolution]
    severities: [p1, p2]
    hours: ["mon-fri 08:00-18:00"]
    zone: Europe/Rome
  - {use: duty, before: [stage], stages: [closed]}
  - """,
).replace("before: [mitigation]}]", "before: [mitigation]}")  # fmt: skip


@pytest.fixture
def gated(tmp_path: Path) -> Policy:
    return load(folder(tmp_path, {**BOOK, "workflows/hybrid.yaml": GATED}), {}).policy


def test_a_move_says_for_whose_yes_it_waits_and_when(gated: Policy) -> None:
    lines = list(in_words(gated))
    assert "  → resolved · waits for “duty” mon-fri 08:00-18:00 (Europe/Rome) at P1 and P2" in lines
    assert "  → closed · waits for “duty”" in lines
    assert "  → triage" in lines


def section(lines: Iterable[str], title: str) -> list[str]:
    return "\n".join(lines).partition(f"\n\n{title}\n")[2].partition("\n\n")[0].splitlines()


def test_an_approval_says_who_must_act_how_long_is_waited_and_what_then(gated: Policy) -> None:
    duty, anybody = section(in_words(gated), "Approvals")
    who, limits, override, glass = duty.removeprefix("  duty: The duty manager: ").split(" · ")
    assert who == (
        "1. cy (1 yes), then also the incident commander (1 yes); "
        "2. the team bread, 2 of them, must say yes (2 yeses), then also the incident commander (1 yes)"
    )
    assert limits == (
        "45 min to decide, deputies after 1 h, told again every 15 min, 3 times at most; asked in vain: it is approved"
    )
    assert override == "a no is overruled by the team bread, 5 of them (3 of 5)"
    assert glass == "the incident commander may go ahead at once; the team bread signs for it within 1 d"
    assert anybody.startswith("  anybody: Anybody: anyone in the channel (1 yes) · 2 h to decide, told again")


def test_what_runs_without_asking_is_said(gated: Policy) -> None:
    assert section(in_words(gated), "Without asking") == [
        "  mitigations: begin at once at P2, P3 and P4, unless the runbook touches customers' data or compliance",
        "  machines: may propose and run runbooks at P2, P3 and P4",
        "  calling it resolved: without a yes in some cases at P1 and P2; without a yes at P3 and P4",
        "  rollbacks: without a yes",
        "  time approves: “duty”",
    ]


def test_what_severities_ask_for_stands_side_by_side(gated: Policy) -> None:
    assert section(in_words(gated), "Severities") == [
        "                     P1      P2   P3   P4",
        "  mitigated within   15 min  1 h  8 h  3 d",
        "  asks for approval  yes     no   no   no",
        "  machines may act   no      yes  yes  yes",
    ]


# Mermaid

ID = r"(?!(?:{})\b)[A-Za-z0-9_]+".format("|".join(sorted(KEYWORDS)))
LINES = [
    re.compile(rf'state "(?P<title>[^"\n]+)" as (?P<declared>{ID})', re.IGNORECASE),
    re.compile(rf"(?P<before>{ID}|\[\*\]) --> (?P<to>{ID}|\[\*\])(?:: (?P<label>[^:;\n]+))?", re.IGNORECASE),
]
"""What we write of the grammar of a state diagram, as its lexer has it: a label ends at a colon, semicolon or line."""


class NotADiagram(Exception):
    """Mermaid would stop at this."""


def parsed(lines: Iterable[str]) -> tuple[dict[str, str], set[tuple[str, str, str]]]:
    """Read a state diagram as Mermaid does: entities, then line by line. Raises NotADiagram where it would stop."""
    header, *rest = lines
    if header != "stateDiagram-v2":
        raise NotADiagram(header)
    states, moves = dict[str, str](), set[tuple[str, str, str]]()
    for line in rest:
        hidden = re.sub(r"#(\w+);", "⟦\\1⟧", line.strip())
        found = next((match for each in LINES if (match := each.fullmatch(hidden))), None)
        if found is None or re.search(r"[#{}<]|%%|-->.*-->", hidden):
            raise NotADiagram(line)
        part = {name: _shown(words or "") for name, words in found.groupdict().items()}
        if "declared" in part:
            states[part["declared"]] = part["title"]
        else:
            moves.add((part["before"], part["to"], part["label"]))
    undeclared = {name for before, to, _ in moves for name in (before, to)} - {"[*]", *states}
    if undeclared or len(set(states)) != sum("state " in line for line in rest if line.strip().startswith("state ")):
        raise NotADiagram(undeclared)
    return states, moves


def _shown(words: str) -> str:
    return re.sub(r"⟦(\d+)⟧", lambda found: chr(int(found[1])), words)


@pytest.mark.parametrize(
    "line",
    [
        "  a --> b: at 08:00",
        "  a --> b: one; two",
        "  a --> b: no #1",
        "  a --> b: {x}",
        '  state "a "quoted" one" as a',
        "  end --> b",
        "  State --> b",
        "  a --> nowhere",
        "  a-b --> b",
        "  a -> b",
        "a: b",
        "",
    ],
)
def test_the_grammar_refuses_what_mermaid_does(line: str) -> None:
    good = ["stateDiagram-v2", '  state "A" as a', '  state "B" as b', "  a --> b: waits"]
    assert parsed(good) == ({"a": "A", "b": "B"}, {("a", "b", "waits")})
    with pytest.raises(NotADiagram):
        parsed([*good, line])


def test_what_is_shipped_is_a_diagram() -> None:
    for path in (SHIPPED / "workflows").glob("*.yaml"):
        policy = load(SHIPPED, {}, path.stem).policy
        states, moves = parsed(in_mermaid(policy))
        assert sorted(states.values()) == sorted(stage.title for stage in policy.stage_by_id.values())
        assert len(moves) >= sum(len(move.before) for move in policy.transitions)


def test_a_label_names_the_approval_that_waits(gated: Policy) -> None:
    _, moves = parsed(in_mermaid(gated))
    hours = "waits for “duty” mon-fri 08:00-18:00 (Europe/Rome) at P1 and P2"
    assert {("triage", "resolved", hours), ("resolved", "closed", "waits for “duty”")} <= moves


NAMES = st.lists(
    st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True) | st.sampled_from(sorted(KEYWORDS)), unique=True
)
TITLES = st.text(min_size=1, max_size=30).filter(lambda title: any(letter.isprintable() for letter in title.strip()))


POLICY = load(SHIPPED, {}).policy


@given(names=NAMES, titles=st.lists(TITLES | st.just('Look; "again": #1 --> %% <b> {x}'), min_size=1))
def test_whatever_stages_are_called_it_is_a_diagram(names: list[str], titles: list[str]) -> None:
    called = [name for name in names if name not in {"detected", "resolved", "closed"}]
    stages = {name: StagePolicy(title=titles[n % len(titles)], purpose="mitigating") for n, name in enumerate(called)}
    stages = {"detected": StagePolicy(), **stages, "resolved": StagePolicy(), "closed": StagePolicy()}
    order = list(stages)
    moves = tuple(Transition(before=(one,), to=to) for one, to in pairwise(order))
    drawn = Policy.model_construct(**{**dict(POLICY), "stages": stages, "transitions": moves})
    states, found = parsed(in_mermaid(drawn))
    assert len(states) == len(stages)
    assert len(found) == len(moves) + 2


def test_severities_are_told_apart_only_where_they_differ(gated: Policy) -> None:
    everywhere = next(line for line in in_words(gated) if "→ closed" in line)
    assert not any(severity.label in everywhere for severity in Severity)


TOLD = WORKFLOW.replace("channels: {", "channels: {customers: status, ")


def test_where_no_gate_stands_before_it_customers_are_told_without_a_yes(tmp_path: Path) -> None:
    policy = load(folder(tmp_path, {**BOOK, "workflows/hybrid.yaml": TOLD}), {}).policy
    assert "  customers are told: without a yes" in section(in_words(policy), "Without asking")


def test_what_a_choice_undoes_is_said_and_the_rest_goes_unasked(tmp_path: Path) -> None:
    narrowed = TOLD.replace("gates: [", "gates: [{use: anybody, before: [rollback], of: [verified, stopped]}, ")
    policy = load(folder(tmp_path, {**BOOK, "workflows/hybrid.yaml": narrowed}), {}).policy
    said = {line.what: line.said for line in overview(policy)}
    assert said["before a rollback"].startswith("“anybody” of what was verified and was stopped: ")
    assert said["before a rollback"].endswith(", else nobody")
    assert said["rollbacks"] == "without a yes in some cases"


def test_where_every_case_has_somebody_to_ask_nothing_is_undone_without(tmp_path: Path) -> None:
    choices = (
        "{use: anybody, before: [rollback], of: [verified]}, {use: anybody, before: [rollback], of: [failed, stopped]}"
    )
    narrowed = TOLD.replace("gates: [", f"gates: [{choices}, ")
    policy = load(folder(tmp_path, {**BOOK, "workflows/hybrid.yaml": narrowed}), {}).policy
    said = {line.what: line.said for line in overview(policy)}
    assert "rollbacks" not in said
    assert "nobody" not in said["before a rollback"]
