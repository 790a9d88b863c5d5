"""How approvals did: the weekly digest in the managers' channel, and the report that one person asked for."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.gates.report import Report, attention, busiest, carried, measured, summary, waits
from bot.slack.kit import Message, Names, bold, context, header, line, message, plural, section, sentences, when

SHOWN = 8
"""Lines of one kind; a terminal shows them all."""


def digest(told: Report, names: Names) -> Message:
    """Tell managers how approvals did in a week: what to look at first; in a week without any, one line."""
    if told.is_empty:
        text = f"Approvals, {_span(told)}: none was asked for, and none waits."
        return message(text, section(text))
    return _told("Approvals of the week", told, names)


def report(told: Report, names: Names) -> Message:
    """Tell one person how approvals did since a time."""
    if told.is_empty:
        text = f"{_span(told)}: no approval was asked for, and none waits."
        return message(text, section(text))
    return _told("Approvals", told, names)


def _told(title: str, told: Report, names: Names) -> Message:
    first = attention(told)
    open_ = [waits(one) for one in told.waiting]
    policies = [f"{bold(line(told.titles[name], 100))}: {measured(found)}" for name, found in told.policies.items()]
    models = [f"{name}: {measured(found)}" for name, found in told.models.items()] if len(told.models) > 1 else []
    people = [f"<@{person}>: {carried(load)}" for person, load in busiest(told)]
    look = first or ["Nothing stands out."]
    return message(
        sentences(f"{title}, {_span(told)}", summary(told), *(line(one, 600, names) for one in look)),
        header(title),
        context(_span(told), summary(told)),
        section(f"*⚠ Look at this first*\n{_listed(first, names)}" if first else "✓ Nothing stands out."),
        section(f"*Open now*\n{_listed(open_, names)}") if open_ else None,
        section(f"*By approval*\n{_lines(policies)}") if policies else None,
        section(f"*By kind*\n{_lines(models)}") if models else None,
        section(f"*By person*\n{_listed(people, names)}") if people else None,
        context("`/incident gates report 30d` looks further back · `muster gates report` shows all of it"),
    )


def _span(told: Report) -> str:
    return f"{_day(told.since)} to {_day(told.until)}"


def _day(at: datetime) -> str:
    return when(at, "{date_short} {time}")


def _listed(lines: Iterable[str], names: Names) -> str:
    return _lines([line(one, 400, names) for one in lines])


def _lines(lines: list[str]) -> str:
    more = [f"… and {plural(len(lines) - SHOWN, 'more line')}"] if len(lines) > SHOWN else []
    return "\n".join(f"• {one}" for one in [*lines[:SHOWN], *more])
