"""Looks whether a manifest has changed, and reads all of them anew once nobody is at it any more."""

import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.config import ManifestMistakes, Manifests, Mistake
from bot.config.in_force import InForce
from bot.ports import Clock

log = logging.getLogger("muster.manifests")

APART = 1.0
"""Seconds between two looks."""

SETTLED = 3.0
"""Seconds that files must stand unchanged before they are read: an edit may take several files, or several writes."""


@dataclass(frozen=True, slots=True)
class File:
    """What tells that a file, or a folder, is another than before."""

    path: str
    size: int
    changed: tuple[int, int]
    """When its content changed, and when anything of it did, in nanoseconds."""


Picture = tuple[File, ...]


class Watch:
    """Looks at names, sizes and times; nothing is opened until some of them are others."""

    def __init__(self, root: Path, read: Callable[[], Manifests], clock: Clock) -> None:
        """Read the manifests. Raises ManifestMistakes: nothing starts with those."""
        self.mistakes: ManifestMistakes | None = None
        """What is wrong with the files as they stand; None: what they say is in force."""
        self._root = root
        self._read = read
        self._clock = clock
        self._looked = self._seen_at = clock.now()
        self._taken = self._seen = picture(root)
        self.in_force = InForce(read())

    def look(self, *, rarely: bool = False) -> bool:
        """Look, unless the last look was a moment ago; says whether the files were read anew.

        What has no mistakes is in force from then on. Else the last good ones stay so, and `mistakes` says why.
        `rarely`: whoever does so goes by the times of the files themselves, too, as nobody has watched them stand.
        """
        now = self._clock.now()
        if 0 <= (now - self._looked).total_seconds() < APART:
            return False
        self._looked = now
        there = picture(self._root)
        if there == self._taken:
            self._seen = there
            return False
        if there != self._seen:
            self._seen, self._seen_at = there, now
        since = min(self._seen_at, _touched(there)) if rarely else self._seen_at
        return (now - since).total_seconds() >= SETTLED and self._read_anew(there)

    def _read_anew(self, there: Picture) -> bool:
        manifests, mistakes = self._tried()
        if picture(self._root) != there:
            return False  # somebody is at it still
        self._taken, self.mistakes = there, mistakes
        if manifests is not None:
            self.in_force.take(manifests)
        return True

    def _tried(self) -> tuple[Manifests | None, ManifestMistakes | None]:
        try:
            return self._read(), None
        except ManifestMistakes as mistakes:
            return None, mistakes
        except Exception as error:  # a fault of ours in reading must not end what runs, nor be met each second
            log.exception("manifests could not be read", exc_info=error)
            what = f"they could not be read: {type(error).__name__}"
            return None, ManifestMistakes([Mistake(self._root.name, 0, what, "Undo the last edit; the log says more.")])


def picture(root: Path) -> Picture:
    return tuple(sorted(_files(root), key=lambda file: file.path))


def _files(root: Path) -> Iterator[File]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in [".", *(name for name in names if not name.startswith("."))]:
            path = os.path.join(folder, name)  # noqa: PTH118 - each second, as cheap as can be
            try:
                found = os.stat(path)  # noqa: PTH116
            except OSError:
                continue  # gone a moment ago
            yield File(path, found.st_size, (found.st_mtime_ns, found.st_ctime_ns))


def _touched(there: Picture) -> datetime:
    """Return when anything of it changed last, as the files themselves say."""
    return datetime.fromtimestamp(max((max(file.changed) for file in there), default=0) / 1e9, UTC)
