"""What somebody sees in private who is asked for their vote: the question with its buttons, then one line."""

from bot.domain.gates.due import may_be_told
from bot.domain.gates.explain import because_of, objection
from bot.domain.gates.gate import Gate
from bot.domain.incident.state import Incident
from bot.domain.timeline import asked as what_of
from bot.slack.controls import OpenPlanButton, PassVoteOnButton
from bot.slack.kit import Message, Names, actions, bold, button, context, header, line, message, section, sentences, who
from bot.slack.views.dry_run import in_one_line
from bot.slack.views.gate import about, became, breaking, limit, needed, outcome_of, stricter, told_of, voting


def asked(incident: Incident, gate: Gate, turn: int, person: str, names: Names) -> Message:
    """Ask one person; once their answer isn't wanted any more, say what became of it."""
    if not may_be_told(gate, turn, person):
        return _over(incident, gate, turn, person, names)
    mitigation, parts = incident.mitigations.get(gate.id), about(incident, gate, names)
    undoes = mitigation.id if mitigation is not None else str(gate.subject.parameters.get("mitigation", ""))
    where = f"<#{incident.channel}>" if incident.channel else ""
    call = gate.call(turn)
    reasons = [chair.because for chair in (call.chairs if call else ()) if chair.account == person]
    why = line(because_of(reasons[0]), 500, names) if reasons else ""
    no = line(objection(gate), 1000, names) if gate.is_contested else ""
    what = f"{bold(line(what_of(incident, gate.id), 300))} · {incident.severity.label} {bold(incident.id)} {where}"
    by = f"proposed by {who(gate.proposer, names)}"
    risk = f"Risk: {line(mitigation.plan.risk, 600)}" if mitigation is not None else ""
    tried = in_one_line(mitigation, gate) if mitigation is not None else ""
    dry_run = f"Dry run: {tried}" if tried else ""
    asks, without = needed(incident, gate, names), limit(gate)
    return message(
        sentences(
            no,
            f"Your approval {'would override that' if no else 'is asked for'}: {line(what_of(incident, gate.id), 300)}",
            incident.id,
            by,
            risk,
            dry_run,
            *parts.values(),
            why,
        ),
        header(f"Override the no? {gate.subject.action}" if no else f"Approve? {gate.subject.action}"),
        section(f"✗ {no}") if no else None,
        section("\n".join(part for part in (what, by, risk, dry_run) if part)),
        *told_of(parts),
        section("\n".join(part for part in (asks, stricter(gate, names)) if part)),
        context(f"You are {why}." if why else "", without),
        actions(
            *voting(incident, gate),
            button("Open plan", OpenPlanButton(incident=incident.id, mitigation=undoes)) if undoes else None,
            button("Not me…", PassVoteOnButton(incident=incident.id, gate=gate.id)),
            breaking(incident, gate),
        ),
    )


def still_waits(incident: Incident, gate: Gate, names: Names) -> Message:
    """Say under the question that it still waits."""
    text = f"It still waits for you: {line(what_of(incident, gate.id), 300, names)}. {limit(gate)}"
    return message(text, section(text))


def _over(incident: Incident, gate: Gate, turn: int, person: str, names: Names) -> Message:
    what = f"{incident.id}: {line(what_of(incident, gate.id), 300)}"
    text = f"{what} · {_became(gate, turn, person, names)}"
    return message(text, section(text))


def _became(gate: Gate, turn: int, person: str, names: Names) -> str:
    call = gate.call(turn)
    voted = next((vote for vote in reversed(gate.votes) if gate.person(vote.account) == gate.person(person)), None)
    if gate.outcome is not None:
        mine = f", you {'approved' if voted.choice == 'approve' else 'rejected'} it" if voted else ""
        if gate.how == "override":
            return f"{outcome_of(gate, names)}{mine}"
        because = f": {line(gate.because, 300, names)}" if gate.because else ""
        return f"{became(gate)}{because}{mine}"
    if call is None:
        return f"it has changed ({line(', '.join(gate.changed))}); whoever is asked about it now is asked anew"
    if any(chair.declined for chair in call.chairs if chair.account == person):
        return "you passed it on"
    if voted is not None:
        return f"✓ you {'approved' if voted.choice == 'approve' else 'rejected'} it"
    return "your answer is not needed any more"
