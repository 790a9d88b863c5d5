"""The caretaker: has manifests read anew when they change, and tells what is wrong with them until it is mended."""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

from redis.exceptions import RedisError

from bot.config.mistakes import ManifestMistakes
from bot.config.watch import APART, Watch
from bot.ports import Clock, Problems

log = logging.getLogger("muster.manifests")

KEY = "manifests"
"""The problem's, for doctor and audit: one for all processes and hosts."""

AGAIN = 30.0
"""Seconds after which what is wrong is said again: a process that starts well somewhere else takes it back."""


@dataclass(slots=True)
class Caretaker:
    """Each process that lives has one; they need not know of each other."""

    watch: Watch
    problems: Problems
    clock: Clock
    _said: datetime | None = field(default=None, init=False)
    """When the store was told last how it stands; None: it has to be."""

    def run(self, stopped: Event) -> None:
        """Look until told to stop."""
        while not stopped.wait(APART):
            self.look()

    def look(self) -> None:
        """Look once. Whatever goes wrong with it ends nothing else of the process."""
        try:
            if self.watch.look():
                self._said = None
                self._log(self.watch.mistakes)
            self._say(self.watch.mistakes)
        except RedisError as error:
            log.warning("the store is out of reach: %s", error)
        except Exception as error:
            log.exception("manifests could not be looked after", exc_info=error)

    def _log(self, mistakes: ManifestMistakes | None) -> None:
        """Say it in the log, once: a way that is always there."""
        if mistakes is None:
            log.warning("manifests read anew version=%s", self.watch.in_force.now.hash[:12])
        else:
            log.error("manifests have mistakes, the last good ones stay in force:\n%s", mistakes)

    def _say(self, mistakes: ManifestMistakes | None) -> None:
        now = self.clock.now()
        if self._said is None and mistakes is None:
            self.problems.clear(KEY)
        elif mistakes is not None and (self._said is None or (now - self._said).total_seconds() >= AGAIN):
            self.problems.raise_(KEY, *described(mistakes))
        else:
            return
        self._said = now


def described(mistakes: ManifestMistakes) -> tuple[str, str]:
    """Say what is wrong, and what cures it."""
    first, *others = mistakes.mistakes
    more = f" And {len(others)} more." if others else ""
    goes_on = "Manifests were edited and have mistakes; Muster goes on with the last good ones."
    cure = first.instead + (" `muster workflow check` lists them all." if others else "")
    return f"{goes_on} {first.place}: {first.what}.{more}", cure
