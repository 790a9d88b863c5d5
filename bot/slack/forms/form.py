"""What every form is: a view made from its facts, and what submitting it does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.slack.controls import FormFacts
from bot.slack.door import Door, Reply
from bot.slack.requests import Submission
from bot.verbs.request import FormName


@dataclass(frozen=True, slots=True)
class Form:
    name: FormName
    view: Callable[[FormFacts, Door], dict[str, Any]]
    submit: Callable[[Submission, Door], Reply]
    """Raises Rejected; its field, if it is one of the form's, gets the sentence."""


def facts_of(submission: Submission, door: Door) -> dict[str, Any]:
    """Return what every command from a form shares. The same view submitted twice is one cause."""
    return {
        "incident": submission.facts.incident,
        "by": submission.user,
        "at": door.clock.now(),
        "cause": submission.cause,
    }
