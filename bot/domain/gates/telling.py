"""What happened at a gate, each fact as a sentence for the timeline: people as `<@id>`, what is asked by its name."""

from typing import assert_never

from bot.domain.gates import events as g
from bot.domain.gates.count import barred_from
from bot.domain.gates.explain import objection
from bot.domain.gates.gate import Gate, Outcome, names
from bot.domain.gates.policy import Purpose
from bot.domain.gates.seat import in_words
from bot.domain.gates.stricter import reasons_said

QUIET = (
    g.PlanOpened,
    g.PeopleReminded,
    g.ChannelReminded,
    g.LimitPutOff,
    g.LimitPassed,
    g.DebtReminded,
)
"""Facts that a reader can do without: what led to them, or what came of them, is told."""


def worth_telling(fact: g.AnyFact) -> bool:
    """Say whether a fact is news: who is asked first, and that the last step has passed, is told by what follows."""
    match fact:
        case g.TierCalled():
            return bool(fact.because)
        case g.StepPassed():
            return not fact.last
        case g.DryRunShown():
            return fact.late
        case g.GateOpened() if fact.stricter:
            return True
        case g.GateOpened() | g.SubjectChanged():
            return fact.subject.purpose in {"rollback", "notification"}
        case _:
            return not isinstance(fact, QUIET)


def sentence(fact: g.AnyFact, gate: Gate, what: str) -> str:
    """Say what happened, to be read after who did it. `what`: what is asked, by its name."""
    match fact:
        case g.GateOpened():
            said = fact.subject.parameters
            quoted = _quoted(said.get("text") or said.get("because"))
            stricter = f"; stricter than usual: {reasons_said(fact.stricter)}" if fact.stricter else ""
            return f"asked for approval of {what}: {gate.policy.title}{stricter}{quoted}"
        case g.TierCalled():
            if fact.ballot == gate.override_ballot:
                return f"asked {_seats(gate, fact)} whether {what} goes ahead all the same"
            return f"asked {_seats(gate, fact)} to decide {what}{_why(fact.because)}"
        case g.PeopleAsked():
            return _asked(fact, gate, what)
        case g.PersonOutOfReach():
            return f"could not ask <@{fact.account}> about {what}: {fact.because}"
        case g.TierStuck():
            return f"found that those who were asked can't decide {what} any more: {fact.because}"
        case g.DeputyAsked():
            return f"asked {names(chair.account for chair in fact.chairs)} instead of <@{fact.instead_of}> about {what}"
        case g.QuorumEased():
            return (
                f"asks for no more than usual of {what}: too few could be asked for the stricter quorum, {fact.because}"
            )
        case g.PeopleReminded():
            return f"reminded {names(fact.following)} that {what} waits for them"
        case g.ChannelReminded():
            return f"reminded the channel that {what} waits for its approval"
        case g.PassedOn():
            return f"said “not me” about {what} and named <@{fact.to}>{_why(fact.because)}"
        case g.PlanOpened():
            return f"read the plan of {what}"
        case g.VoteCast():
            return f"{_said(fact)} {what}{_why(fact.comment)}"
        case g.VoteWithdrawn():
            return f"took back their vote on {what}"
        case g.VoteCameLate():
            return f"voted late on {what}, which was {fact.outcome.value}; not counted{_why(fact.comment)}"
        case g.StepPassed():
            return f"passed step {fact.ballot + 1} of {len(gate.order)} of {what}"
        case g.StepReopened():
            return f"opened step {fact.ballot + 1} of {what} again: a yes was taken back"
        case g.Contested():
            others = in_words(gate.policy.override.seats) if gate.policy.override else "others"
            return f"took {what} as rejected, unless it is overridden by {others}: {objection(gate) or fact.because}"
        case g.ContestEnded():
            return f"opened {what} again: the no was taken back"
        case g.SubjectChanged():
            text = _quoted(fact.subject.parameters.get("text"))
            return f"changed {what} ({', '.join(fact.changed)}); earlier votes don't count{text}"
        case g.DryRunShown() if fact.late:
            return f"asked for approval of {what} without its dry run: {fact.dry_run}"
        case g.DryRunShown():
            return f"asked for approval of {what} with its dry run: {fact.dry_run}"
        case g.LimitPutOff():
            return f"let the time for {what} run from {fact.since:%Y-%m-%d %H:%M} UTC: nobody is told of it before"
        case g.LimitPassed():
            return f"reached the time limit of {what}"
        case g.GateExhausted():
            where = f"; #{fact.channel} was told" if fact.channel else ""
            return f"found nobody else to decide {what}: {fact.because}{where}"
        case g.GlassBroken():
            return f"broke the glass: {what} goes ahead without its approval, because {fact.because}"
        case g.Countersigned():
            agreed = "countersigned" if fact.agrees else "did not countersign"
            stands = "" if fact.agrees else "; that stands for the review"
            return f"{agreed} that the glass was broken for {what}{_why(fact.comment)}{stands}"
        case g.DebtOverdue():
            return f"has no countersignature for {what} in time: the glass was broken, and nobody answers for it"
        case g.DebtReminded():
            return f"reminded of the countersignature that is owed for {what}"
        case g.GateClosed():
            return _closed(fact, gate, what)
        case _:
            assert_never(fact)


def _seats(gate: Gate, fact: g.TierCalled) -> str:
    call = gate.call(fact.turn)
    seats = gate.tier_of(call).seats if call is not None else ()
    return in_words(seats) or "the next ones"


def _asked(fact: g.PeopleAsked, gate: Gate, what: str) -> str:
    """Say who was asked; who may not decide, or can't be asked, stands among those who are missing."""
    call = gate.call(fact.turn)
    barred = barred_from(gate, call.ballot) if call is not None else frozenset[str]()
    asked = names(
        chair.account for chair in fact.chairs if not chair.is_away and gate.person(chair.account) not in barred
    )
    missing = f"; {' '.join(fact.missing)}" if fact.missing else ""
    return f"asked {asked or 'nobody'} about {what}{missing}"


def _said(fact: g.VoteCast) -> str:
    return "approved" if fact.choice == "approve" else "rejected"


def _closed(fact: g.GateClosed, gate: Gate, what: str) -> str:
    if fact.outcome is Outcome.WITHDRAWN:
        return f"withdrew {what}"
    undone = UNDONE.get(gate.subject.purpose, "") if fact.rolls_back else ""
    no = f"; {said}" if fact.how == "override" and (said := objection(gate, "had said")) else ""
    return f"closed the gate on {what} as {fact.outcome.value}{undone}{_why(fact.because)}{no}"


UNDONE: dict[Purpose, str] = {
    "rollback": ", and it is rolled back all the same",
    "stage": ", and its policy rolls back what was done last",
    "resolution": ", and its policy rolls back what was done last",
}
"""What a gate brings about that ends so; a mitigation that never began leaves nothing to undo."""


def _why(words: str) -> str:
    return f": {words}" if words else ""


def _quoted(words: object) -> str:
    return f" — {words}" if words else ""
