"""`muster workflow`: what the stages are and how they follow each other; mistakes with file, line and remedy."""

import shutil
from pathlib import Path

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
    assert "triage: first responder\n  → investigating\n  → mitigating · if approved, by itself on mitigation" in shown
    assert "resolved\n  → post-mortem · by itself after 15 min" in shown


def test_the_moves_are_drawn_for_a_page(muster: Muster) -> None:
    lines = muster("workflow", "show", "hybrid", "--mermaid").out.splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert '  state "Post-mortem" as post_mortem' in lines
    assert "  [*] --> detected" in lines
    assert "  mitigating --> resolved: if nothing-runs" in lines
    assert "  closed --> [*]" in lines


def test_a_workflow_that_there_is_not_gets_the_nearest_one(muster: Muster) -> None:
    said = muster("workflow", "show", "hibrid")
    assert (said.code, said.err) == (1, "No workflow is called “hibrid”. Did you mean “hybrid”?\n")


def test_sound_workflows_are_said_to_be_so(muster: Muster) -> None:
    said = muster("workflow", "check")
    assert said.code == 0
    assert "✓ hybrid (in force): 7 stages, 10 moves" in said.out


def test_a_mistake_is_told_with_its_line_and_what_would_be_right(muster: Muster, tmp_path: Path) -> None:
    where = manifests(tmp_path, ("{from: triage, to: investigating}", "{from: triage, to: investigatin}"))
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
            "{from: [triage, investigating, mitigating], to: res",
            "{from: [triage, investigating, mitigating, eradication], to: res",
        ),
    )
    assert muster("workflow", "check", environment=where).code == 0
    assert "eradication (mitigating)\n  → resolved" in muster("workflow", environment=where).out
