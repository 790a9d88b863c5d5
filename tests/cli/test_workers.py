"""`python -m workers …`: what is typed wrong, or set wrong, is said in words, with an exit code of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def workers(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workers", *arguments],
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "HOME": str(folder), **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("arguments", [(), ("wroker",), ("worker", "exprots"), ("clock", "now")])
def test_mistyped(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    said = workers(*arguments, folder=tmp_path)
    assert said.returncode == 2
    assert said.stderr == "usage: python -m workers worker [pages | remediation | slack | exports …] | clock\n"


@pytest.mark.parametrize("process", ["worker", "clock"])
def test_a_wrong_setting(tmp_path: Path, process: str) -> None:
    said = workers(process, folder=tmp_path, WORKERS="many")
    assert said.returncode == 2
    assert "WORKERS" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize("process", ["worker", "clock"])
def test_a_mistake_in_a_manifest(tmp_path: Path, process: str) -> None:
    said = workers(process, folder=tmp_path, MANIFESTS=str(tmp_path / "none"))
    assert said.returncode == 2
    assert "services.yaml: the file is missing" in said.stderr
    assert "Traceback" not in said.stderr
