"""Notifiers: has each that is declared what it needs to reach somebody? Nobody is called."""

from collections.abc import Iterator, Mapping

from bot.cli.checkup.finding import Finding, failure, ok
from bot.domain.oncall.notifier import Notifier
from bot.notifiers import lacks


def findings(notifiers: Mapping[str, Notifier], environment: Mapping[str, str]) -> Iterator[Finding]:
    """Look at the variables that the notifiers name: which are missing, which can't be what they should be."""
    for name, notifier in notifiers.items():
        found = [failure(f"Notifier {name}: {lack.why}", lack.cure) for lack in lacks(notifier, environment)]
        yield from found
        if not found:
            yield ok(f"Notifier {name} ({notifier.uses}) has what it needs.")
