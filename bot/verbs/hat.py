"""`hat`: take a hat, give one to somebody, or put yours down."""

from dataclasses import replace

from bot.domain import hats
from bot.domain.hats import Hat
from bot.domain.incident.commands import GiveHat, ReleaseHat, TakeHat
from bot.verbs.request import Answer, Ask, House, Request, Said, Verb, policy_of, submit
from bot.verbs.words import person


def act(request: Request, house: House) -> Answer:
    words = request.words.split()
    if not words:
        return Ask("hat")
    drops = words[0].lower() in {"release", "drop", "down"}
    read = read_hat(words[1:] if drops else words)
    if read is None:
        known = ", ".join(hat.value for hat in Hat)
        return Said(f"I don't know the hat “{request.words.strip()}”. There are: {known}.")
    hat, rest = read
    called = policy_of(request, house).called(hat)
    if drops:
        return submit(house, ReleaseHat(**request.facts(), hat=hat), f"You put the {called} hat down.")
    if not rest:
        return submit(
            house,
            TakeHat(**request.facts(), hat=hat),
            f"You wear the {called} hat. Its brief comes to you.",
        )
    to = person(rest[0], house.people)
    if to is None:
        return Said(f"I don't know “{rest[0]}”. Mention the person: `/incident hat {hat.value} @somebody`.")
    if to == request.by:
        return submit(
            house,
            TakeHat(**request.facts(), hat=hat),
            f"You wear the {called} hat. Its brief comes to you.",
        )
    return submit(house, GiveHat(**request.facts(), hat=hat, to=to), f"<@{to}> wears the {called} hat.")


def read_hat(words: list[str]) -> tuple[Hat, list[str]] | None:
    """Read a hat of one to three words from the start."""
    for count in (3, 2, 1):
        if len(words) >= count and (found := hats.hat(" ".join(words[:count]))):
            return found, words[count:]
    return None


def commander(request: Request, house: House) -> Answer:
    """`/incident commander @bea` is `/incident hat commander @bea`."""
    words = f"{Hat.COMMANDER.value} {request.words}".strip()
    return act(replace(request, words=words), house)


VERB = Verb(
    name="hat",
    aliases=("role", "take"),
    usage="commander | first-responder | … [@somebody]",
    summary="Take a hat, or give it to somebody. `hat release commander` puts it down.",
    act=act,
)
COMMANDER = Verb(
    name="commander", aliases=("ic", "lead"), usage="[@somebody]", summary="Short for `hat commander`.", act=commander
)
