"""Manifests read anew while Muster runs: what is sound and stands still holds; what has mistakes changes nothing."""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.config import ManifestMistakes, Manifests, load
from bot.config.watch import APART, SETTLED, Watch, picture
from tests.harness.clock import WoundClock
from tests.test_config import SERVICES, WORKFLOW, folder

LONG = SETTLED + APART
"""Seconds in which one more look comes after files have stood still for long enough."""


class Edited:
    """A folder of manifests that is being edited, and a process that looks at it."""

    def __init__(self, root: Path) -> None:
        self.root = folder(root)
        self.clock = WoundClock()
        self.reads = 0
        self.before_each_read: Callable[[], object] = lambda: None
        self.watch = Watch(self.root, self._read, self.clock)

    def _read(self) -> Manifests:
        self.before_each_read()
        self.reads += 1
        return load(self.root, {})

    def writes(self, name: str, text: str) -> None:
        (self.root / name).write_text(text)

    def looks(self, *, after: float) -> bool:
        """Look each second for this long; say whether anything was read anew."""
        seen = [self._look(APART) for _ in range(int(after / APART))]
        return any(seen)

    def _look(self, after: float, *, rarely: bool = False) -> bool:
        self.clock.wind(after)
        return self.watch.look(rarely=rarely)

    @property
    def now(self) -> Manifests:
        return self.watch.in_force.now

    @property
    def mistakes(self) -> list[str]:
        return [str(it) for it in self.watch.mistakes.mistakes] if self.watch.mistakes else []


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    return Edited(tmp_path)


SLOWER = WORKFLOW.replace("sla_minutes: 15", "sla_minutes: 45")


def sla(manifests: Manifests) -> int:
    return next(iter(manifests.policy.severities.values())).sla_minutes


def test_as_long_as_nothing_changes_nothing_is_opened(edited: Edited) -> None:
    assert not edited.looks(after=600)
    assert edited.reads == 1


def test_an_edit_holds_within_some_seconds(edited: Edited) -> None:
    edited.writes("workflows/hybrid.yaml", SLOWER)
    assert edited.looks(after=LONG)
    assert sla(edited.now) == 45
    assert edited.mistakes == []
    assert not edited.looks(after=60)
    assert edited.reads == 2


@pytest.mark.parametrize(
    "edit",
    [
        lambda root: (root / "runbooks" / "heat-oven.yaml").unlink(),
        lambda root: shutil.copy(root / "runbooks" / "heat-oven.yaml", root / "runbooks" / "heat-again.yaml"),
        lambda root: (root / "runbooks" / "heat-oven.yaml").rename(root / "runbooks" / "heat.yaml"),
        lambda root: (root / "oncall").mkdir(),
    ],
    ids=["removed", "added", "renamed", "a folder"],
)
def test_files_that_come_and_go_are_noticed(edited: Edited, edit: Callable[[Path], object]) -> None:
    edit(edited.root)
    assert edited.looks(after=LONG)
    assert edited.reads == 2


def test_an_edit_of_the_same_size_and_time_is_noticed(edited: Edited) -> None:
    """As a copy that keeps times makes it: when anything of a file changed, no copy can set."""
    file = edited.root / "workflows" / "hybrid.yaml"
    times = file.stat()
    file.write_text(WORKFLOW.replace("sla_minutes: 15", "sla_minutes: 16"))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert edited.looks(after=LONG)
    assert sla(edited.now) == 16


def test_hidden_files_are_no_manifests(edited: Edited) -> None:
    edited.writes("workflows/.hybrid.yaml.swp", "half a thing")
    edited.looks(after=LONG)
    (before, after) = (edited.reads, picture(edited.root))
    edited.writes("workflows/.hybrid.yaml.swp", "half a thing and more")
    assert picture(edited.root) == after
    assert not edited.looks(after=LONG)
    assert edited.reads == before


def test_a_mistake_changes_nothing_and_is_named_and_its_mending_too(edited: Edited) -> None:
    before = edited.now
    edited.writes("workflows/hybrid.yaml", WORKFLOW.replace("quorum: 1", "quorm: 1"))
    assert edited.looks(after=LONG)
    assert edited.now is before
    (only,) = edited.mistakes
    assert only.startswith("manifests/workflows/hybrid.yaml:6: approvals.anybody.quorm: unknown key “quorm”. Did you")
    assert not edited.looks(after=60), "it is not read again and again"
    edited.writes("workflows/hybrid.yaml", SLOWER)
    assert edited.looks(after=LONG)
    assert edited.mistakes == []
    assert sla(edited.now) == 45


def test_an_edit_of_several_files_is_not_read_while_somebody_is_at_it(edited: Edited) -> None:
    steps = [
        ("services.yaml", SERVICES.replace("mill:", "mill:\n  workflow: linear")),
        ("workflows/linear.yaml", "severities: {}"),
        ("workflows/linear.yaml", SLOWER),
    ]
    for name, text in steps:
        edited.writes(name, text)
        assert not edited.looks(after=SETTLED - APART)
    assert edited.looks(after=LONG)
    assert edited.mistakes == []
    assert edited.reads == 2
    assert edited.now.workflows.by_service == {"mill": "linear"}


def test_what_changes_while_it_is_read_is_read_once_more(edited: Edited) -> None:
    edited.writes("workflows/hybrid.yaml", "half")
    edited.before_each_read = lambda: edited.writes("workflows/hybrid.yaml", SLOWER) if edited.reads == 1 else None
    edited.looks(after=LONG + LONG)
    assert (edited.mistakes, sla(edited.now)) == ([], 45)
    assert edited.reads == 3


def test_whoever_looks_rarely_takes_at_once_what_has_stood_for_long(edited: Edited) -> None:
    edited.clock.wind((datetime.now(UTC) - edited.clock.now()).total_seconds())  # noqa: TID251 - as files have it
    edited.writes("workflows/hybrid.yaml", SLOWER)
    assert not edited._look(APART, rarely=True), "somebody may still be at it"
    edited.writes("workflows/hybrid.yaml", SLOWER + "\n")
    edited.clock.wind(600)
    assert edited._look(APART, rarely=True), "and not three seconds after the first look"
    assert sla(edited.now) == 45


def test_a_fault_in_reading_is_told_as_a_mistake_and_met_once(edited: Edited, caplog: pytest.LogCaptureFixture) -> None:
    def breaks() -> None:
        raise RuntimeError("a fault of ours")

    before = edited.now
    edited.writes("services.yaml", SERVICES + "\n")
    edited.before_each_read = breaks
    assert edited.looks(after=LONG)
    assert edited.now is before
    assert edited.mistakes == [
        "manifests: they could not be read: RuntimeError. Undo the last edit; the log says more."
    ]
    assert not edited.looks(after=600)
    assert [record.message for record in caplog.records] == ["manifests could not be read"]


def test_a_folder_that_is_gone_leaves_the_last_good_ones(edited: Edited) -> None:
    before = edited.now
    edited.root.rename(edited.root.parent / "elsewhere")
    assert edited.looks(after=LONG)
    assert edited.now is before
    assert "manifests/services.yaml: the file is missing. List what runbooks may act on in it." in edited.mistakes
    (edited.root.parent / "elsewhere").rename(edited.root)
    edited.looks(after=LONG)
    assert edited.mistakes == []


def test_a_clock_that_is_set_back_does_not_blind_it(edited: Edited) -> None:
    edited.clock.wind(-timedelta(days=1).total_seconds())
    edited.writes("workflows/hybrid.yaml", SLOWER)
    assert edited.looks(after=LONG)


def test_everybody_who_keeps_a_part_hears_of_it(edited: Edited) -> None:
    heard = list[int]()
    edited.watch.in_force.hear(lambda manifests: heard.append(sla(manifests)))
    edited.writes("workflows/hybrid.yaml", SLOWER)
    edited.looks(after=LONG)
    assert heard == [15, 45]


def test_nothing_starts_with_mistakes(tmp_path: Path) -> None:
    root = folder(tmp_path, {"workflows/hybrid.yaml": "half"})
    with pytest.raises(ManifestMistakes):
        Watch(root, partial(load, root, {}), WoundClock())
