"""`muster workflow`: what the stages are and how they follow each other; mistakes with file, line and remedy."""

import json
import re
import shutil
from pathlib import Path

import pytest

from bot.config.schemas import KINDS, schema_of
from bot.domain.workflow.comparison import NOT_THERE
from tests.cli.conftest import Muster
from tests.harness.world import ROOT


def manifests(folder: Path, *changes: tuple[str, str]) -> dict[str, str]:
    """Copy the shipped manifests, change the workflow, and say where they are."""
    shutil.copytree(ROOT / "manifests", folder / "manifests")
    file = folder / "manifests" / "workflows" / "hybrid.yaml"
    text = file.read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    file.write_text(text)
    return {"MANIFESTS": str(folder / "manifests")}


def test_the_moves_are_shown_in_words(muster: Muster) -> None:
    shown = muster("workflow").out
    assert "triage: first responder · within P1 15 min, P2 1 h\n  before it ends: The severity is" in shown
    assert "  → mitigating · if approved, by itself on mitigation, warns of missing criteria\n" in shown
    assert "  → post-mortem · by itself after 15 min" in shown


def test_the_moves_are_drawn_for_a_page(muster: Muster) -> None:
    lines = muster("workflow", "show", "hybrid", "--mermaid").out.splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert '  state "Post-mortem" as post_mortem' in lines
    assert "  [*] --> detected" in lines
    assert "  mitigating --> resolved: if nothing-runs, waits for “recovery” at P1" in lines
    assert "  closed --> [*]" in lines


def test_a_workflow_that_there_is_not_gets_the_nearest_one(muster: Muster) -> None:
    said = muster("workflow", "show", "hibrid")
    assert (said.code, said.err) == (1, "No workflow is called “hibrid”. Did you mean “hybrid”?\n")


def test_sound_workflows_are_said_to_be_so(muster: Muster) -> None:
    said = muster("workflow", "check")
    assert said.code == 0
    assert "✓ hybrid (in force): 7 stages, 10 moves" in said.out


def test_a_mistake_is_told_with_its_line_and_what_would_be_right(muster: Muster, tmp_path: Path) -> None:
    where = manifests(tmp_path, ("{from: triage, to: investigating,", "{from: triage, to: investigatin,"))
    said = muster("workflow", "check", environment=where)
    assert said.code == 2
    assert "workflows/hybrid.yaml:" in said.err
    assert "transitions[1].to: no stage is called “investigatin”. Did you mean “investigating”?" in said.err


def test_a_workflow_may_have_stages_of_its_own(muster: Muster, tmp_path: Path) -> None:
    where = manifests(
        tmp_path,
        ("  closed: {}\n", "  closed: {}\n  eradication: {title: Root it out, purpose: mitigating}\n"),
        ("  - {from: mitigating, to: inv", "  - {from: mitigating, to: eradication}\n  - {from: mitigating, to: inv"),
        (
            "{from: mitigating, to: res",
            "{from: [mitigating, eradication], to: res",
        ),
    )
    assert muster("workflow", "check", environment=where).code == 0
    assert "eradication (mitigating)\n  → resolved" in muster("workflow", environment=where).out


def test_a_move_says_whose_yes_it_waits_for(muster: Muster, tmp_path: Path) -> None:
    where = manifests(tmp_path, ("gates:\n", "gates:\n  - {use: anybody, before: [stage], stages: [closed]}\n"))
    shown = muster("workflow", environment=where).out
    assert (
        "  → closed · if nothing-runs, asks for what is owed, brings the timeline as a file, waits for “anybody”\n"
        in shown
    )
    assert "\nWithout asking\n  mitigations: begin at once at P2, P3 and P4, unless the runbook touches" in shown


LED = "stages: [triage, resolved, closed]"


def two(folder: Path) -> dict[str, str]:
    """Write a stricter workflow beside the one in force; no others."""
    where = manifests(folder)
    for other in ("linear", "streaming"):
        (folder / "manifests" / "workflows" / f"{other}.yaml").unlink()
    shipped = folder / "manifests" / "workflows" / "hybrid.yaml"
    stricter = shipped.read_text()
    for before, after in (
        ("approval: false", "approval: true"),
        ("sla: {p1: 10m, p2: 30m}", "sla: {p1: 20m}"),
        ("gates:\n", f"gates:\n  - {{use: leads, before: [stage, resolution], {LED}, severities: [p1, p2]}}\n"),
        ("approvals:\n", "approvals:\n  leads: {title: Leads, kind: parallel, seats: [{team: team-payments}]}\n"),
        ("  closed: {}\n", "  watched: {title: Watched | closely, purpose: resolved}\n  closed: {}\n"),
        ("  - {from: post-mortem, to: closed,", "  - {from: [post-mortem, watched], to: closed,"),
        ("  - {from: resolved,", "  - {from: resolved, to: watched}\n  - {from: resolved,"),
    ):
        assert before in stricter
        stricter = stricter.replace(before, after)
    shipped.with_name("strict.yaml").write_text(stricter)
    return where


@pytest.mark.parametrize("width", [40, 80, 140, 200])
def test_workflows_stand_side_by_side_in_any_terminal(muster: Muster, tmp_path: Path, width: int) -> None:
    said = muster("workflow", "compare", environment={**two(tmp_path), "COLUMNS": str(width)})
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert max(map(len, lines)) <= width
    assert lines[0].split() == ["hybrid", "strict"]
    words = " ".join(said.out.split())
    assert "≠ watched" in words
    assert "= triage" in words


def test_only_differences_are_written_out_twice(muster: Muster, tmp_path: Path) -> None:
    where = {**two(tmp_path), "COLUMNS": "140"}
    lines = muster("workflow", "compare", "strict", "hybrid", environment=where).out.splitlines()
    (limit,) = (line for line in lines if line.startswith("≠ detected") and "20 min" in line)
    assert limit.split() == ["≠", "detected", "P1", "20", "min", "P1", "10", "min,", "P2", "30", "min"]
    (triage,) = (line for line in lines if line.startswith("= triage") and "15 min" in line)
    assert triage.split() == ["=", "triage", "P1", "15", "min,", "P2", "1", "h", "="]
    (asks,) = (line for line in lines if line.startswith("≠ asks for approval"))
    assert asks.split(maxsplit=4)[4].split("  ")[0] == "yes"
    (closing,) = (line for line in lines if line.startswith("≠ watched → closed"))
    assert closing.rstrip().endswith(NOT_THERE)


def test_a_comparison_for_a_page_is_one_table(muster: Muster, tmp_path: Path) -> None:
    said = muster("workflow", "compare", "--markdown", environment=two(tmp_path)).out
    table, _, key = said.rstrip().rpartition("\n\n")
    rows = table.splitlines()
    assert rows[:2] == ["| | hybrid | strict |", "| --- | --- | --- |"]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {4}
    assert "| triage | P1 15 min, P2 1 h | = |" in rows
    assert "| **detected** | P1 10 min, P2 30 min | P1 20 min |" in rows
    assert key.startswith("= as in the first column")


def test_what_is_compared_must_be_there(muster: Muster, tmp_path: Path) -> None:
    said = muster("workflow", "compare", "hybrid", "srict", environment=two(tmp_path))
    assert (said.code, said.err) == (1, "No workflow is called “srict”. Did you mean “strict”?\n")


def test_the_schemas_are_printed_one_by_one(muster: Muster) -> None:
    assert [line.split()[0] for line in muster("workflow", "schema").out.splitlines()] == [*KINDS]
    printed = muster("workflow", "schema", "runbook")
    assert (printed.code, json.loads(printed.out)) == (0, schema_of("runbook"))
    assert muster("workflow", "schema", "runbok").code == 2


def test_the_schemas_are_written_beside_the_manifests(muster: Muster, tmp_path: Path) -> None:
    where = manifests(tmp_path)
    shutil.rmtree(tmp_path / "manifests" / "schemas")
    assert muster("workflow", "schema", "--write", environment=where).code == 0
    assert json.loads((tmp_path / "manifests" / "schemas" / "hats.schema.json").read_text()) == schema_of("hats")
    assert muster("workflow", "check", environment=where).code == 0
