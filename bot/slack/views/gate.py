"""The message of a gate, and what every approval message says: votes, who is asked, what is missing, until when."""

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.domain.gates.count import awaited, barred_from, in_play
from bot.domain.gates.due import may_be_called, told_later
from bot.domain.gates.explain import objection, stricter_said
from bot.domain.gates.gate import Gate, Outcome
from bot.domain.gates.policy import Choice, Purpose, Then
from bot.domain.gates.seat import in_words
from bot.domain.gates.standing import Ending, approvers, ending, opponents, overriders, waits_for
from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident.state import Incident
from bot.slack.controls import (
    BreakGlassButton,
    OpenPlanButton,
    PassVoteOnButton,
    VoteButton,
    WithdrawGateButton,
)
from bot.slack.kit import (
    Block,
    Message,
    Names,
    actions,
    bold,
    button,
    context,
    day,
    each,
    header,
    line,
    mention,
    message,
    paragraphs,
    prose,
    section,
    sentences,
    when,
    who,
)
from bot.slack.views.lacking import in_brief, lacking
from bot.slack.views.steps import in_words as steps_in_words

ROWS = 20
"""Votes and people in the message; `/incident gates` tells of all."""


def gate(incident: Incident, shown: Gate, names: Names) -> Message:
    """Ask for approval of what is no mitigation, which has a message of its own; then say how it ended."""
    if not shown.is_open:
        return _ended(incident, shown, names)
    proposer, asks, without = who(shown.proposer, names), needed(incident, shown, names), limit(shown)
    title, parts = line(shown.subject.action, 150), about(incident, shown, names)
    more = stricter(shown, names)
    changed = f"Changed: {line(', '.join(shown.changed))}. Earlier votes fell." if shown.changed else ""
    undoes = shown.subject.parameters.get("mitigation")
    return message(
        sentences(f"{proposer} asks for {incident.id}: {title}", changed, *parts.values(), asks, more, without),
        header(f"Approve? {shown.subject.action}"),
        context(f"{shown.id} of {incident.id}", f"asked by {proposer} {day(shown.opened_at)}"),
        section(f"*{changed}*") if changed else None,
        *told_of(parts),
        section("\n".join(["*Votes*", *votes(shown, names), asks, more])),
        context(without),
        actions(
            *ways(incident, shown),
            button("Open plan", OpenPlanButton(incident=incident.id, mitigation=str(undoes))) if undoes else None,
            button("Withdraw", WithdrawGateButton(incident=incident.id, gate=shown.id)),
        ),
    )


def about(incident: Incident, gate: Gate, names: Names) -> dict[str, str]:
    """Say what is asked, part by part, for those who decide; nothing of a mitigation, which shows itself."""
    said = gate.subject.parameters
    because = line(str(said.get("because", "")), 2000, names)
    why = {"Why": because} if because else {}
    match gate.subject.purpose:
        case "mitigation":
            return {}
        case "rollback":
            m = incident.mitigations[str(said["mitigation"])]
            what = f"{bold(line(m.plan.title, 150))} ({m.id}) on {line(m.plan.target, 80)}"
            return {"Would be undone": what, **why, "Steps": steps_in_words(m.plan.rollback)}
        case "notification":
            text = prose(str(said["text"]), WHOLE)
            return {f"Customers would read in #{line(gate.subject.target, 80)}": text}
        case _:
            return why


WHOLE = 12_000
"""Characters for what must be read to its end; a message holds about 13,000."""


def told_of(parts: dict[str, str]) -> list[Block]:
    """Show the parts of what is asked, each under its name and to its end."""
    pieces = (piece for label, text in parts.items() for piece in paragraphs(f"*{label}*\n{text}"))
    return [section(piece) for piece in pieces]


def _ended(incident: Incident, shown: Gate, names: Names) -> Message:
    assert shown.outcome is not None, "it has ended"
    is_undone = shown.rolls_back and shown.subject.purpose == "rollback"
    mark = "✓" if shown.outcome.goes_ahead else "↩" if is_undone else "✗"
    title = f"{bold(line(shown.subject.action, 150))} ({shown.id})"
    text = f"{mark} {title} · {outcome_of(shown, names)}"
    return message(sentences(f"{incident.id}: {text}"), section(text))


def outcome_of(shown: Gate, names: Names) -> str:
    """Say how a gate ended, by whom and why: `rejected by Ben: orders still fail`."""
    if shown.how == "override":
        no = line(objection(shown, "had said"), 500, names)
        return f"overridden by {each(overriders(shown)[:ROWS], names)}; {no}"
    because = f": {line(shown.because, 500, names)}" if shown.because else ""
    said = opponents(shown) if shown.outcome is Outcome.REJECTED else approvers(shown)
    by = f" by {each(said[:ROWS], names)}" if said else ""
    return f"{became(shown)}{by}{because}"


def became(shown: Gate) -> str:
    """Name a gate's outcome, with what it brings about where that is no yes and no no."""
    outcome = shown.outcome.value if shown.outcome is not None else ""
    if not shown.rolls_back:
        return outcome
    return ROLLS_BACK.get(shown.subject.purpose, outcome)


ROLLS_BACK: dict[Purpose, str] = {
    "rollback": "rolled back without a decision",
    "stage": "expired, and its policy rolls back what was done last",
    "resolution": "expired, and its policy rolls back what was done last",
}


def voting(incident: Incident, gate: Gate) -> list[Block]:
    """Build the buttons that vote on exactly what is asked now."""

    def vote(choice: Choice) -> VoteButton:
        subject, ballot = gate.subject.hash, gate.current
        return VoteButton(incident=incident.id, gate=gate.id, subject=subject, ballot=ballot, choice=choice)

    approve = "Approve…" if gate.policy.asks_why("approve") else "Approve"  # then a form asks for the reason
    return [button(approve, vote("approve"), "primary"), button("Reject", vote("reject"), "danger")]


def ways(incident: Incident, gate: Gate) -> list[Block | None]:
    """Offer what somebody may do who is asked. Everybody sees the same: who may not is told so when they press it."""
    if gate.trial_due is not None:
        return [breaking(incident, gate)]
    tiers = [gate.tier_of(call) for call in gate.calls_of(gate.current)]
    names_somebody = any(seat.route is not None for tier in tiers for seat in tier.seats)
    return [
        *voting(incident, gate),
        button("Not me…", PassVoteOnButton(incident=incident.id, gate=gate.id)) if names_somebody else None,
        breaking(incident, gate),
    ]


def breaking(incident: Incident, gate: Gate) -> Block | None:
    """Offer to go ahead at once, where the policy lets anybody; a form says what that means, and asks why."""
    if gate.policy.glass is None:
        return None
    return button("Break glass…", BreakGlassButton(incident=incident.id, gate=gate.id, subject=gate.subject.hash))


def may_vote(person: str, gate: Gate, incident: Incident) -> bool:
    """Say whether somebody's vote is wanted, as far as the incident knows who takes part."""
    return waits_for(gate, person, here=person in incident.people)


def stricter(gate: Gate, names: Names) -> str:
    """Say why it asks for more than its policy does by itself; empty: it doesn't."""
    return line(stricter_said(gate), 600, names)


def votes(gate: Gate, names: Names) -> list[str]:
    """List the votes, the latest ballot's last."""
    said = {"approve": "✓ {} approved {}{}", "reject": "✗ {} rejected {}{}"}
    return [
        said[vote.choice].format(
            who(vote.account, names), when(vote.at), f": {line(vote.comment, names=names)}" if vote.comment else ""
        )
        for vote in gate.votes[-ROWS:]
    ]


def needed(incident: Incident, gate: Gate, names: Names) -> str:
    """Say how many are missing, of whom, who may not, and whom it waits for."""
    call = gate.latest
    if call is None:
        return "It is being looked up whom to ask."
    what = lacking(gate, names)
    if gate.is_contested:
        what = f"*Rejected by {each(opponents(gate)[:ROWS], names)}*, unless overridden: {what}"
    step = f"Step {gate.current + 1} of {len(gate.order)}. " if len(gate.order) > 1 and not gate.is_contested else ""
    return f"{step}{what} {_asked(incident, gate, call.at, names)}"


def _asked(incident: Incident, gate: Gate, at: datetime, names: Names) -> str:
    """Name whom it waits for. Whoever is left in peace is named and not mentioned, for Slack would call them."""
    later, told = told_later(gate), {chair.account for _, chair in gate.asked(gate.current)}

    def asked(person: str) -> str:
        if person in later:
            return f"{who(person, names)} (told from {when(later[person])})"
        return mention(person) if person in told or may_be_called(gate, person, at) else who(person, names)

    people = ", ".join(asked(person) for person in asked_by(incident, gate)[:ROWS])
    if people:
        return f"Asked: {people}."
    if any(gate.tier_of(call).is_open_to_all for call in in_play(gate)):
        return "Nobody else takes part yet: bring somebody in who can decide."
    return "It is being looked up whom to ask."


def called_by(incident: Incident, gate: Gate, at: datetime) -> list[str]:
    """Name whom a gate waits for and the channel may call at a time: nobody whose quiet hours it is."""
    return _waited_for(incident, gate, lambda person: may_be_called(gate, person, at))


def asked_by(incident: Incident, gate: Gate) -> list[str]:
    """Name whom a gate waits for: those who were asked; where anybody may answer, whoever leads, else who takes part.

    Not the proposer, and not who voted.
    """
    return _waited_for(incident, gate, lambda _: True)


def _waited_for(incident: Incident, gate: Gate, fits: Callable[[str], bool]) -> list[str]:
    barred = barred_from(gate, gate.current)
    calls = in_play(gate)
    asked = (chair.account for call in calls for chair in awaited(gate, call))
    silent = [account for account in asked if gate.person(account) not in barred and fits(account)]
    if silent:
        return list(dict.fromkeys(silent))
    if not any(gate.tier_of(call).is_open_to_all for call in calls):
        return []
    voted = {vote.account for vote in gate.votes if vote.ballot == gate.current}

    def may(people: Iterable[str]) -> list[str]:
        return [person for person in people if person not in {*gate.authors, SYSTEM, *voted} and fits(person)]

    calling = dict.fromkeys([*incident.wearers(Hat.COMMANDER), *incident.wearers(Hat.FIRST_RESPONDER)])
    return may(calling) or may(incident.people)[:3]


WITHOUT: dict[Then, str] = {
    "approve": "it approves itself, as its policy says",
    "reject": "it is rejected, and nothing is {done}",
    "roll-back": "it expires, and nothing is {done}",
    "expire": "it expires, and nothing is {done}",
    "escalate": "the next are asked, too",
}
"""What time does, unless it does something else before this."""
OTHERWISE: dict[tuple[Purpose, Then], str] = {
    ("stage", "roll-back"): "it expires, and what was done last is rolled back",
    ("resolution", "roll-back"): "it expires, and what was done last is rolled back",
    ("rollback", "approve"): "it is rolled back all the same, as its policy says",
    ("rollback", "roll-back"): "it is rolled back all the same, as its policy says",
    ("notification", "approve"): "it is sent all the same, as its policy says",
}
DONE: dict[Purpose, str] = {"rollback": "rolled back", "notification": "sent"}
"""What is not done, where that has a word of its own."""


def limit(gate: Gate) -> str:
    """Say until when a decision is wanted, and what comes without one."""
    end = ending(gate)
    return (
        f"Without a decision by {day(end.at)} {_then(gate, end)}." if end is not None else "It waits without a limit."
    )


def _then(gate: Gate, end: Ending) -> str:
    if end.following:
        return f"{line(in_words(end.following))} will be asked, too"
    purpose = gate.subject.purpose
    return OTHERWISE.get((purpose, end.then)) or WITHOUT[end.then].format(done=DONE.get(purpose, "done"))


def in_short(gate: Gate, names: Names) -> str:
    """Say how far it has come in a few words, for cards and lists."""
    if gate.trial_due is not None:
        return "its dry run is under way"
    missing, end = in_brief(gate) or "being looked up", ending(gate)
    if gate.is_contested:
        missing = f"*rejected by {each(opponents(gate)[:ROWS], names)}*, unless overridden: {missing}"
    return f"{missing} · by {when(end.at)}, or {_then(gate, end)}" if end is not None else missing
