"""A gate's no: each class is one reason, and its docstring is the sentence that the person reads."""

from bot.domain.ids import SYSTEM
from bot.domain.rejected import Rejected


class NoSuchGate(Rejected):
    """There is no such gate in this incident."""


class SeveralAreMeant(Rejected):
    """Several could be meant: {gates}. Say which: `/incident {verb} {one} …`."""


class GateIsClosed(Rejected):
    """That gate is closed: {outcome}. Nothing about it can be changed any more."""


class NobodyAsksYou(Rejected):
    """You aren't asked here. Asked are: {asked}."""


class NotInTheChannel(Rejected):
    """This is for everybody in the incident's channel, and you don't take part there. Say it in {channel}."""


class AccountIsOut(Rejected):
    """This account decides nothing: {because}."""


class YouProposedIt(Rejected):
    """You proposed or changed it, so somebody else must decide: {asked}."""


class YourYesCounts(Rejected):
    """Your yes counts in an earlier step already; one person counts once. You can take it back there."""


class StepIsPassed(Rejected):
    """The step that you were asked about has passed. Whoever voted yes there can take it back."""


class AnotherQuestion(Rejected):
    """Something else is asked here by now. Your vote was not counted: read what is asked, and vote anew."""


class HasVoted(Rejected):
    """You have voted already; one person counts once. Take your vote back first, then vote anew."""


class NoVoteOfYours(Rejected):
    """There is no vote of yours to take back."""


class SubjectHasChanged(Rejected):
    """It has changed since you opened it ({changed}), so this was not counted. Read it again and decide anew."""


class AwaitsDryRun(Rejected):
    """Its dry run is under way, and you decide on what that says, too. You are asked in {seconds} s at most."""


class SayWhy(Rejected):
    """Say why in a few words, for the record: `/incident {way} because …`."""

    field = "comment"


class NotYou(Rejected):
    """That is you. Name somebody else."""

    field = "to"


class CannotDecide(Rejected):
    """<@{to}> proposed it, changed it, or counts in an earlier step, so they can't decide. Name somebody else."""

    field = "to"


class NotTheirSeat(Rejected):
    """This question is for {seat}. You can pass it on to somebody who sits there, or to a deputy of yours."""

    field = "to"


class PassedOnTooOften(Rejected):
    """This question was passed on {limit} times already, so it ends with you: approve or reject it."""

    field = "to"


class NobodyElseIsLeft(Rejected):
    """All tiers of this step are asked already."""


class NotYoursToStop(Rejected):
    """Only {proposer}whoever leads the incident can withdraw it."""

    def __init__(self, proposer: str) -> None:
        super().__init__(proposer=f"<@{proposer}> or " if proposer != SYSTEM else "")


class NoGlassHere(Rejected):
    """This gate's policy lets nobody break the glass. `/incident gates` tells who is asked, and who comes next."""


class NotYoursToBreak(Rejected):
    """Only these may break the glass here: {who}."""


class NothingToSign(Rejected):
    """No countersignature is owed here."""


class YesOrNo(Rejected):
    """Was it right? Write `/incident countersign`, or `/incident countersign no because …`. Nothing is recorded yet."""


class IsSigned(Rejected):
    """<@{by}> has countersigned it already."""


class IsRefused(Rejected):
    """<@{by}> did not agree that the glass was broken: “{because}”. That stands; nobody else signs it."""


class SignedByAnother(Rejected):
    """You proposed it or broke the glass, so somebody else must countersign."""


class NotYoursToSign(Rejected):
    """Only these may countersign here: {who}."""
