"""`hypothesis`, `rule-out` and `action`: what it might be, what it is not, and what will be done about it."""

import re
from datetime import date, timedelta
from typing import Any

from bot.domain.incident.commands import AddActionItem, ChangeActionItem, RuleOutHypothesis, StateHypothesis
from bot.domain.incident.findings import Priority, link_in
from bot.verbs.request import Answer, Ask, House, Request, Said, Verb, submit
from bot.verbs.times import day_of
from bot.verbs.words import because, first, person, plain

BY = re.compile(r"\s*\bby\s+(\S+?)[.,]?(?=\s|$)", re.IGNORECASE)
PRIORITY = re.compile(rf"\s*\b(?:prio|priority)\s+({'|'.join(Priority)})\b", re.IGNORECASE)
ITEM = re.compile(r"a\d+", re.IGNORECASE)


def hypothesis(request: Request, house: House) -> Answer:
    words = plain(request.words, house.people.name)
    if not words:
        return Ask("hypothesis")
    text, _, evidence = words.partition(" because ")
    said = "It stands until somebody rules it out." if evidence else "Say what shows it when you know: because …"
    return submit(house, StateHypothesis(**request.facts(), text=text, evidence=evidence), said)


def rule_out(request: Request, house: House) -> Answer:
    head, rest = first(request.words)
    reason = plain(because(rest), house.people.name)
    if not head or not reason:
        return Ask("rule-out", words=head)
    command = RuleOutHypothesis(**request.facts(), hypothesis=head.lower(), because=reason)
    return submit(house, command, f"Ruled out: {head.lower()}.")


def action(request: Request, house: House) -> Answer:
    """Add an action item, or say of one (`a1`) what it lacks."""
    head, rest = first(request.words)
    if not head:
        return Ask("action")
    known = head.lower() if ITEM.fullmatch(head) else ""
    read = _read(rest if known else request.words.strip(), request, house)
    if isinstance(read, Said):
        return read
    title = read.pop("title")
    if known:
        link = read.pop("link") or None
        command: Any = ChangeActionItem(**request.facts(), item=known, link=link, **read)
    else:
        command = AddActionItem(**request.facts(), title=title, **read)
    receipt = house.engine.submit(command)
    name = known or next(reversed(receipt.incident.action_items), "")
    lacks = receipt.incident.action_items[name].lacks
    left = f"It still lacks: {', '.join(lacks)}." if lacks else "It has all that it needs."
    return Said(f"Action item {name}. {left}", receipt)


def _read(words: str, request: Request, house: House) -> dict[str, Any] | Said:
    """Take owner, date, priority and link out of the words; what is left is the title."""
    found: dict[str, Any] = {"link": link_in(words)}
    words = words.replace(found["link"], "", 1) if found["link"] else words
    if (by := BY.search(words)) is not None and (due := _due(by[1], request.at.date())) is not None:
        found["due"], words = due, words[: by.start()] + words[by.end() :]
    if (priority := PRIORITY.search(words)) is not None:
        found["priority"], words = Priority(priority[1].lower()), words[: priority.start()] + words[priority.end() :]
    head, rest = first(words)
    if head.startswith(("@", "<@")):
        if (owner := person(head, house.people)) is None:
            return Said(f"I don't know “{head}”. Mention the person: `/incident action @somebody …`.")
        found["owner"], words = owner, rest
    return {**found, "title": plain(words, house.people.name)}


def _due(word: str, today: date) -> date | None:
    match word.lower():
        case "today":
            return today
        case "tomorrow":
            return today + timedelta(days=1)
        case other:
            return day_of(other, today)


HYPOTHESIS = Verb(
    name="hypothesis",
    aliases=("theory", "suspect"),
    usage="what it might be [because …]",
    summary="State a possible cause, and what shows it.",
    act=hypothesis,
)
RULE_OUT = Verb(
    name="rule-out",
    aliases=("ruleout",),
    usage="h1 because …",
    summary="Rule a hypothesis out, with what shows that it is not so.",
    act=rule_out,
)
ACTION = Verb(
    name="action",
    aliases=("task", "todo", "action-item"),
    usage="[@owner] what [by friday] [priority high] [https://…]",
    summary="Add an action item; `action a1 …` adds what it lacks.",
    act=action,
)
