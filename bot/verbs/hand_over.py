"""`hand-over`: offer your hat to somebody, who must accept; `accept` and `decline` answer."""

from bot.domain.hats import Hat
from bot.domain.incident.commands import AnswerOffer, OfferHat
from bot.domain.incident.rejections import OfferIsGone
from bot.verbs.hat import read_hat
from bot.verbs.request import Answer, Ask, House, Request, Said, Verb, policy_of, submit
from bot.verbs.words import person


def act(request: Request, house: House) -> Answer:
    words = request.words.split()
    read = read_hat(words)
    if read is None or not read[1]:
        return Ask("hand-over", words=request.words)
    hat, rest = read
    to = person(rest[0], house.people)
    if to is None:
        return Said(f"I don't know “{rest[0]}”. Mention the person: `/incident hand-over {hat.value} @somebody`.")
    called = policy_of(request, house).called(hat)
    said = f"<@{to}> is asked to take the {called} hat over. You wear it until they accept."
    return submit(house, OfferHat(**request.facts(), hat=hat, to=to), said)


def accept(request: Request, house: House) -> Answer:
    return _answer(request, house, accept=True)


def decline(request: Request, house: House) -> Answer:
    return _answer(request, house, accept=False)


def _answer(request: Request, house: House, *, accept: bool) -> Answer:
    offers = house.engine.incident(str(request.incident)).offers
    read = read_hat(request.words.split())
    hat = read[0] if read else next((hat for hat, to in offers.items() if to == request.by), Hat.COMMANDER)
    called = policy_of(request, house).called(hat)
    said = f"You wear the {called} hat now." if accept else f"You declined the {called} hat."
    try:
        return submit(house, AnswerOffer(**request.facts(), hat=hat, accept=accept), said)
    except OfferIsGone:
        if read:
            raise
        return Said("No hat is offered to you in this incident.")


VERB = Verb(
    name="hand-over",
    aliases=("handover", "hand", "transfer"),
    usage="commander @somebody",
    summary="Offer your hat to somebody; they must accept.",
    act=act,
)
ACCEPT = Verb(name="accept", usage="[hat]", summary="Accept the hat that is offered to you.", act=accept)
DECLINE = Verb(name="decline", usage="[hat]", summary="Decline the hat that is offered to you.", act=decline)
