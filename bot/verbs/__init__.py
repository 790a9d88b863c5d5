"""The one grammar: verb first, then words. Slack and the terminal speak it, on the same rules."""

import difflib
from dataclasses import replace

from bot.verbs import (
    answer,
    arrange,
    criteria,
    declare,
    facts,
    findings,
    gates,
    hand_over,
    hat,
    oncall,
    page,
    policy,
    propose,
    remind,
    show,
    stages,
    vote,
)
from bot.verbs.request import Answer, Ask, House, Pick, Request, Said, ShowPanel, Unknown, Verb
from bot.verbs.words import first

ALL: tuple[Verb, ...] = (
    declare.VERB,
    hat.VERB,
    hat.COMMANDER,
    hand_over.VERB,
    hand_over.ACCEPT,
    hand_over.DECLINE,
    propose.VERB,
    vote.APPROVE,
    vote.REJECT,
    vote.WITHDRAW,
    gates.TAKE_BACK,
    gates.BREAK_GLASS,
    gates.COUNTERSIGN,
    gates.GATES,
    vote.DRY_RUN,
    vote.STOP,
    vote.ROLLBACK,
    answer.ACK,
    answer.TAKE_OVER,
    answer.NOT_ME,
    answer.ESCALATE,
    page.VERB,
    oncall.VERB,
    arrange.OVERRIDE,
    arrange.STAND_IN,
    facts.NOTE,
    facts.UPDATE,
    facts.NOTIFY,
    remind.REMIND,
    remind.SNOOZE,
    stages.SEVERITY,
    stages.STAGE,
    criteria.CONFIRM,
    criteria.UNCONFIRM,
    findings.HYPOTHESIS,
    findings.RULE_OUT,
    findings.ACTION,
    stages.RESOLVE,
    stages.CLOSE,
    policy.VERB,
    show.TIMELINE,
    show.EXPORT,
    show.LIST,
    show.HELP,
)

BY_NAME = {name: verb for verb in ALL for name in (verb.name, *verb.aliases)}


def run(line: str, request: Request, house: House) -> Answer:
    """Obey one line such as `declare p1 checkout is down`; `request.words` is ignored.

    Raises Rejected where the rules say no.
    """
    word, rest = first(line)
    if not word:
        if request.incident is None:
            return Ask("declare")
        return ShowPanel(house.engine.incident(request.incident))
    verb = BY_NAME.get(word.lower())
    if verb is None:
        near = difflib.get_close_matches(word.lower(), BY_NAME, n=1, cutoff=0.5)
        return Unknown(word, BY_NAME[near[0]].name if near else None, rest)
    if verb.wants_incident(rest) and request.incident is None:
        incidents = house.engine.open()
        if not incidents:
            return Said(
                f"`{verb.name}` belongs into an incident's channel, and none is open. `/incident declare` opens one."
            )
        return Pick(verb.name, rest, incidents)
    return verb.act(replace(request, words=rest), house)


__all__ = ["ALL", "BY_NAME", "Answer", "House", "Request", "Verb", "run"]
