"""`note` and `update`: what people write down, for the timeline and for those who wait."""

import re

from bot.domain.incident.commands import AddNote, PostUpdate
from bot.verbs.request import Answer, Ask, House, Request, Said, Verb, submit
from bot.verbs.words import plain

NEXT = re.compile(r"\s*\bnext in (\d{1,4})\s*(?:m|min|minutes)\.?\s*$", re.IGNORECASE)


def note(request: Request, house: House) -> Answer:
    text = plain(request.words, house.people.name)
    if not text:
        return Ask("note")
    receipt = house.engine.submit(AddNote(**request.facts(), text=text))
    return Said("Noted in the timeline.", receipt)


def update(request: Request, house: House) -> Answer:
    text = plain(request.words, house.people.name)
    if not text:
        return Ask("update")
    found = NEXT.search(text)
    minutes = int(found[1]) if found else None
    command = PostUpdate(**request.facts(), text=NEXT.sub("", text), next_in_minutes=minutes)
    return submit(house, command, "Your update goes to this channel, the announcement and the managers.")


NOTE = Verb(
    name="note", aliases=("log", "n"), usage="what you saw or did", summary="Add a fact to the timeline.", act=note
)
UPDATE = Verb(
    name="update",
    aliases=("status", "up"),
    usage="what happens, what is done [next in 30 min]",
    summary="Tell everybody who waits.",
    act=update,
)
