"""What a mitigation's dry run has said: one line for those who decide, and all of it behind *Open plan*."""

from bot.domain.dry_run import said_by
from bot.domain.gates.gate import Gate
from bot.domain.incident.mitigations import Mitigation
from bot.slack.kit import Block, code, day, line, section, sentences


def in_one_line(m: Mitigation, gate: Gate | None) -> str:
    """Say what would happen, or why nobody knows; empty: the runbook declares no dry run, or nobody was asked."""
    if not m.plan.dry_run or gate is None:
        return ""
    if gate.trial_due is not None:
        return f"Under way. Nobody is asked before it has answered, until {day(gate.trial_due)} at most."
    if m.trial is None:
        return f"⚠ {line(gate.subject.dry_run.capitalize())}: you decide without it."
    words = line(m.trial.words, 250)
    return f"⚠ It {words}" if m.trial.failed else sentences(words)


def in_full(m: Mitigation, gate: Gate | None) -> list[Block]:
    """Show all that was recorded, as it came, and when."""
    if not m.plan.dry_run or gate is None:
        return []
    if m.trial is None:
        return [section(f"*Dry run*\n{in_one_line(m, gate)}")]
    answers = [
        block
        for answer in m.trial.answers
        for block in (
            section(f"{'✓' if answer.ok else '✗'} {line(said_by(m.plan, answer), 150)}"),
            code((answer.text or "It answered nothing.") + ("\n… cut here" if answer.is_cut else ""), 4100),
        )
    ]
    return [section(f"*Dry run* {m.trial.number}, {day(m.trial.at)}: nothing was done"), *answers]
