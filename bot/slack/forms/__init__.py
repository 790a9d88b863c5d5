"""Modal forms: each asks for what the words left out, and submits the same commands."""

from bot.slack.forms import (
    calling,
    criteria,
    declare,
    export,
    findings,
    glass,
    hats,
    moves,
    policy,
    propose,
    standing_in,
    words,
)
from bot.slack.forms.form import Form

ALL: tuple[Form, ...] = (
    declare.FORM,
    words.NOTE,
    words.UPDATE,
    words.NOTIFY,
    words.RESOLVE,
    words.APPROVE,
    words.REJECT,
    moves.SEVERITY,
    moves.STAGE,
    policy.FORM,
    hats.HAT,
    hats.HAND_OVER,
    propose.FORM,
    export.FORM,
    calling.PAGE,
    calling.NOT_ME,
    standing_in.OVERRIDE,
    standing_in.STAND_IN,
    criteria.CONFIRM,
    findings.HYPOTHESIS,
    findings.RULE_OUT,
    findings.ACTION,
    glass.BREAK,
    glass.COUNTERSIGN,
)

BY_NAME: dict[str, Form] = {form.name: form for form in ALL}
