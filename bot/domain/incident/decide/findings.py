"""Findings: hypotheses and what rules them out; action items, and what they lack."""

from typing import assert_never

from bot.domain.incident.commands import (
    AddActionItem,
    ChangeActionItem,
    ConfirmCriterion,
    RuleOutHypothesis,
    StateHypothesis,
    WithdrawConfirmation,
)
from bot.domain.incident.decide import criteria
from bot.domain.incident.events import (
    ActionItemAdded,
    ActionItemChanged,
    AnyEvent,
    HypothesisRuledOut,
    HypothesisStated,
)
from bot.domain.incident.findings import LINK, Hypothesis
from bot.domain.incident.rejections import (
    NoLink,
    NoSuchActionItem,
    NoSuchHypothesis,
    RuledOutAlready,
    RulingOutNeedsEvidence,
    TooManyFindings,
)
from bot.domain.incident.state import Incident
from bot.domain.words import check_length, check_text, check_title
from bot.domain.workflow.policy import Policy

LIMIT = 50
"""Hypotheses, and action items, of an incident: the state stays small, so that commands stay fast."""


def find(
    command: StateHypothesis
    | RuleOutHypothesis
    | AddActionItem
    | ChangeActionItem
    | ConfirmCriterion
    | WithdrawConfirmation,
    incident: Incident,
    policy: Policy,
) -> list[AnyEvent]:
    """Write down what somebody found out, promises, or confirms."""
    match command:
        case ConfirmCriterion():
            return criteria.confirm(command, incident, policy)
        case WithdrawConfirmation():
            return criteria.withdraw(command, incident, policy)
        case StateHypothesis():
            return _state(command, incident)
        case RuleOutHypothesis():
            return _rule_out(command, incident)
        case AddActionItem():
            return _add_item(command, incident)
        case ChangeActionItem():
            return _change_item(command, incident)
        case _:
            assert_never(command)


def _state(command: StateHypothesis, incident: Incident) -> list[AnyEvent]:
    check_text(command.text)
    check_length(command.evidence)
    if any(one.stands and (one.text, one.evidence) == (command.text, command.evidence) for one in _stated(incident)):
        return []
    if len(incident.hypotheses) >= LIMIT:
        raise TooManyFindings(limit=LIMIT, what="hypotheses")
    name = f"h{len(incident.hypotheses) + 1}"
    return [
        HypothesisStated(by=command.by, at=command.at, hypothesis=name, text=command.text, evidence=command.evidence)
    ]


def _stated(incident: Incident) -> list[Hypothesis]:
    return list(incident.hypotheses.values())


def _rule_out(command: RuleOutHypothesis, incident: Incident) -> list[AnyEvent]:
    hypothesis = incident.hypotheses.get(command.hypothesis)
    if hypothesis is None:
        raise NoSuchHypothesis(command.hypothesis, incident.hypotheses)
    if hypothesis.ruled_out_by == command.by:
        return []
    if hypothesis.ruled_out_by is not None:
        raise RuledOutAlready(person=hypothesis.ruled_out_by, because=hypothesis.because)
    if not any(char.isalnum() for char in command.because):
        raise RulingOutNeedsEvidence(hypothesis=command.hypothesis)
    check_length(command.because)
    return [HypothesisRuledOut(by=command.by, at=command.at, hypothesis=command.hypothesis, because=command.because)]


def _add_item(command: AddActionItem, incident: Incident) -> list[AnyEvent]:
    check_title(command.title)
    check_link(command.link)
    if len(incident.action_items) >= LIMIT:
        raise TooManyFindings(limit=LIMIT, what="action items")
    return [
        ActionItemAdded(
            by=command.by,
            at=command.at,
            item=f"a{len(incident.action_items) + 1}",
            title=command.title,
            owner=command.owner,
            priority=command.priority,
            due=command.due,
            link=command.link,
        )
    ]


def _change_item(command: ChangeActionItem, incident: Incident) -> list[AnyEvent]:
    item = incident.action_items.get(command.item)
    if item is None:
        raise NoSuchActionItem(command.item, incident.action_items)
    if command.link:
        check_link(command.link)
    said = {name: getattr(command, name) for name in ("owner", "priority", "due", "link")}
    changed = {name: value for name, value in said.items() if value is not None and value != getattr(item, name)}
    return [ActionItemChanged(by=command.by, at=command.at, item=command.item, **changed)] if changed else []


def check_link(link: str) -> None:
    """Check where something stands, which may be left out."""
    check_length(link)
    if link and LINK.fullmatch(link) is None:
        raise NoLink(given=link)
