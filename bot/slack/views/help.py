"""What can be said to the bot, and the answer to what can't."""

from collections.abc import Sequence

from bot.slack.controls import RunVerbButton
from bot.slack.kit import Message, button, context, cut, line, message, section

Verb = tuple[str, str, str]
"""A verb's name, what follows it, and what it does: `("note", "what you saw", "Put a fact on the timeline.")`."""

GROUPS = {
    "Begin": ("declare", "list", "home", "help"),
    "Who does what": ("hat", "commander", "hand-over", "accept", "decline", "page"),
    "Who is on call": ("oncall", "override", "stand-in"),
    "Change production": ("propose", "approve", "reject", "withdraw", "stop", "rollback"),
    "Keep people informed": ("update", "notify", "note", "pin", "timeline", "export", "remind", "snooze"),
    "Find out": ("hypothesis", "rule-out", "action"),
    "Steer": ("severity", "stage", "confirm", "unconfirm", "resolve", "close", "policy"),
}


def help_(verbs: Sequence[Verb], door: str) -> Message:
    """List the verbs by what people want; `door` is what stands before them, `/incident` or `muster`."""
    grouped = {title: [verb for verb in verbs if verb[0] in members] for title, members in GROUPS.items()}
    known = {name for members in GROUPS.values() for name in members}
    grouped["More"] = [verb for verb in verbs if verb[0] not in known]
    told = {title: [_told(verb, door) for verb in members] for title, members in grouped.items() if members}
    tip = "A bare verb opens a form. In an incident's channel nothing needs its number."
    usages = (_usage(verb, door) for members in grouped.values() for verb in members)
    return message(
        "\n".join([*usages, tip]),  # what each does stands in the blocks: of all verbs it would not fit
        *(section("\n".join([f"*{title}*", *rows])) for title, rows in told.items()),
        context(tip),
    )


def unknown(word: str, nearest: str | None) -> Message:
    """Answer a verb that there isn't; `nearest` are the words to offer instead."""
    missed = f"There is no verb “{line(word, 60)}”."
    if nearest is None:
        text = f"{missed} `/incident help` lists all there are."
        return message(text, section(text))
    text = f"{missed} Did you mean `/incident {line(nearest, 200)}`?"
    return message(text, section(text, button(cut(nearest, 60), RunVerbButton(incident="", words=cut(nearest, 1500)))))


def _told(verb: Verb, door: str) -> str:
    return f"{_usage(verb, door)} {line(verb[2])}"


def _usage(verb: Verb, door: str) -> str:
    name, usage, _ = verb
    return f"`{line(f'{door} {name} {usage}'.strip())}`"
