"""What the terminal's tests share: `muster …` as typed, in a folder and an environment of the test's own."""

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import main


@dataclass(frozen=True)
class Typed:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    def finding(self, *words: str) -> tuple[str, str]:
        """Return the line that says all of these words, and its cure."""
        lines = self.out.splitlines()
        number = next((n for n, line in enumerate(lines) if all(word in line for word in words)), None)
        assert number is not None, f"nothing says {words}:\n{self.out}"
        following = lines[number + 1] if number + 1 < len(lines) else ""
        return lines[number], following.strip().removeprefix("→ ") if following.startswith("    →") else ""


Muster = Callable[..., Typed]


@pytest.fixture
def muster(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Muster:
    """Type `muster …` in an empty folder, with nothing in the environment but what is given."""

    def typed(*arguments: str, environment: Mapping[str, str] | None = None, folder: Path = tmp_path) -> Typed:
        for name in list(os.environ):  # noqa: TID251 - a clean environment is what the test is about
            monkeypatch.delenv(name)
        for name, value in {"PATH": os.defpath, "HOME": str(tmp_path), **(environment or {})}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(folder)
        capsys.readouterr()
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        try:
            code = main(arguments)
        except SystemExit as left:
            code = int(left.code or 0)
        finally:  # a process configures its logging for good; ours goes on
            root.handlers[:] = handlers
            root.setLevel(level)
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return Typed(code, printed.out, printed.err)

    return typed
