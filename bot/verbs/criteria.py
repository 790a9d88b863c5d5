"""`confirm` and `unconfirm`: say that a criterion of the stage is met and what shows it, or take that back."""

from bot.domain.incident.commands import ConfirmCriterion, WithdrawConfirmation
from bot.verbs.request import Answer, Ask, House, Request, Verb, submit
from bot.verbs.words import because, first, plain


def confirm(request: Request, house: House) -> Answer:
    head, rest = first(request.words)
    if not head:
        return Ask("confirm")
    command = ConfirmCriterion(
        **request.facts(), criterion=head.lower(), evidence=plain(because(rest), house.people.name)
    )
    return submit(house, command, f"Confirmed: {head.lower()}. `/incident stage` shows what is left.")


def unconfirm(request: Request, house: House) -> Answer:
    head, rest = first(request.words)
    reason = plain(because(rest), house.people.name)
    command = WithdrawConfirmation(**request.facts(), criterion=head.lower(), because=reason)
    return submit(house, command, f"Taken back: {head.lower()} is missing again.")


CONFIRM = Verb(
    name="confirm",
    aliases=("confirmed", "done"),
    usage="criterion what shows it, or a link",
    summary="Confirm a criterion of the stage, with what shows it.",
    act=confirm,
)
UNCONFIRM = Verb(
    name="unconfirm",
    aliases=("undone",),
    usage="criterion because …",
    summary="Take a confirmation back.",
    act=unconfirm,
)
