"""The message about Muster itself in the ops channel: what is wrong and what cures it, then one line of what it was."""

from bot.audit.finding import Finding
from bot.audit.outbreak import Outbreak
from bot.domain.durations import lasted
from bot.slack.kit import Block, Message, context, day, header, line, message, plural, section, sentences

SHOWN = 10
"""Findings that one message shows; of more it says how many."""


def audit(outbreak: Outbreak) -> Message:
    """Show an outbreak as it is now."""
    if outbreak.findings:
        return _wrong(outbreak)
    return _went_on(outbreak) if outbreak.is_worse else _well(outbreak)


def _wrong(outbreak: Outbreak) -> Message:
    shown, more = outbreak.findings[:SHOWN], len(outbreak.findings) - SHOWN
    headline = f"{plural(len(outbreak.findings), 'problem')} with Muster since"
    gone = [one for one in outbreak.was if one.key not in {finding.key for finding in outbreak.findings}]
    return message(
        sentences(f"⚠ {headline} {day(outbreak.since)}", *(_said(finding) for finding in shown)),
        header(f"⚠ {plural(len(outbreak.findings), 'problem')} with Muster itself"),
        *(_block(finding) for finding in shown),
        section(f"… and {more} more: `muster audit`") if more > 0 else None,
        context(f"Since {day(outbreak.since)} · `muster audit` looks again", _past(gone)),
    )


def _said(finding: Finding) -> str:
    return f"{line(finding.what, 600)} → {line(finding.cure, 400)}"


def _block(finding: Finding) -> Block:
    sign = "✗" if finding.severe else "!"
    return section(f"{sign} {line(finding.what, 1000)}\n→ {line(finding.cure, 1000)}")


def _past(gone: list[Finding]) -> str:
    return f"Over: {' '.join(line(finding.what, 200) for finding in gone[:SHOWN])}" if gone else ""


def _well(outbreak: Outbreak) -> Message:
    since = outbreak.well_since or outbreak.since
    took = lasted(since - outbreak.since)
    text = f"✓ All is well again since {day(since)}, after {took}; it was: {_was(outbreak)}"
    return message(text, section(text))


def _went_on(outbreak: Outbreak) -> Message:
    ended = outbreak.ended or outbreak.since
    text = f"From {day(outbreak.since)} to {day(ended)}, then worse, see below: {_was(outbreak)}"
    return message(text, section(text))


def _was(outbreak: Outbreak) -> str:
    return " ".join(line(finding.what, 200) for finding in outbreak.was[:SHOWN])
