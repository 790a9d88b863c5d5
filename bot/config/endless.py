"""Stages without an end, told where they are declared."""

from collections.abc import Iterator

from bot.config.documents import Document
from bot.config.mistakes import Mistake
from bot.domain.oncall.book import Book
from bot.domain.workflow.endless import endless
from bot.domain.workflow.policy import Policy


def check(document: Document, policy: Policy, book: Book) -> Iterator[Mistake]:
    """Check a workflow that has no other mistake."""
    for one in endless(policy, book):
        yield document.mistake(("stages", one.stage), one.what, one.instead)
