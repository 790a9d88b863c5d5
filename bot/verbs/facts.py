"""`note`, `update` and `notify`: what people write down, for the timeline, for those who wait, and for customers."""

import re

from bot.domain.gates.events import SubjectChanged
from bot.domain.incident.commands import AddNote, PostUpdate, TellCustomers
from bot.domain.incident.events import CustomersTold
from bot.domain.incident.rejections import NoCustomersChannel
from bot.engine import Receipt
from bot.verbs.request import Answer, Ask, House, Request, Said, Verb, known, policy_of, submit
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


def notify(request: Request, house: House) -> Answer:
    """Tell customers, in the channel that the workflow names for them."""
    policy = policy_of(request, house)
    if policy.channels.customers is None:
        raise NoCustomersChannel(policy.name)
    text = plain(request.words, house.people.name)
    if not text:
        return Ask("notify")
    found = known(house, str(request.incident), request.at)
    receipt = house.engine.submit(TellCustomers(**request.facts(), text=text, known=found))
    return Said(customers_told(receipt), receipt)


def customers_told(receipt: Receipt) -> str:
    """Say what comes of the wish to tell customers: it is sent, or waits for somebody's yes."""
    sent = next((event for event in receipt.events if isinstance(event, CustomersTold)), None)
    if sent is not None:
        return f"Customers are told in #{sent.channel}."
    gate = next(iter(receipt.incident.notices_asked), None)
    if gate is None:
        return "That was done already."
    fell = "The text is changed, so earlier votes fell. " if _is_changed(receipt) else ""
    already = "" if receipt.events or receipt.repeated else "That is so already. "
    asks = f"{gate.policy.title}. `/incident gates {gate.id}` tells who is asked."
    return f"{already}{fell}“{gate.subject.action}” waits for approval: {asks}"


def _is_changed(receipt: Receipt) -> bool:
    return any(isinstance(event, SubjectChanged) for event in receipt.events)


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
NOTIFY = Verb(
    name="notify",
    aliases=("customers", "tell-customers"),
    usage="orders work again for everybody",
    summary="Tell customers, after the approval that the workflow asks for.",
    act=notify,
)
