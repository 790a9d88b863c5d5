"""The roster's no: each class is one reason why something about who is on call can't be arranged."""

from bot.domain.rejected import Rejected


class NoSuchSchedule(Rejected):
    """There is no schedule “{schedule}”. {instead}"""

    field = "schedule"


class NotInTheBook(Rejected):
    """<@{person}> isn't in the on-call book, so a page would not find them. Add them under manifests/oncall/."""

    field = "person"


class EndsBeforeItStarts(Rejected):
    """It would end before it starts. Say a later `until`."""

    field = "until"


class InThePast(Rejected):
    """That has passed, and who was on call then can't be changed any more. Begin now or later."""

    field = "from"


class TooLong(Rejected):
    """That is {days} days; {limit} fit. For longer, change the schedule under manifests/oncall/."""

    field = "until"


class OnCallAnyway(Rejected):
    """<@{person}> is on call in {schedule} then anyway. Nothing changes."""

    field = "person"


class AskedYourself(Rejected):
    """That is you. To stand in yourself: `/incident override {schedule} @you until 18:00`."""

    field = "person"


class NothingInReturn(Rejected):
    """<@{person}> isn't on call in {schedule} then, so there is nothing to take over in return."""

    field = "return_from"


class NothingToAnswer(Rejected):
    """Nothing waits for an answer under {override}."""


class AnsweredAlready(Rejected):
    """{override} was answered already: it was {how}."""


class TakenBack(Rejected):
    """{override} was taken back before."""


class NotAsked(Rejected):
    """<@{person}> is asked to stand in, and only they can answer."""


class TooLateToAnswer(Rejected):
    """That time is over. There is nothing left to stand in for."""


class NoSuchOverride(Rejected):
    """There is no override {override}. `/incident oncall` shows those that hold."""


class OverrideIsOver(Rejected):
    """{override} is over. Who was on call then can't be changed any more."""


class NotYoursToCancel(Rejected):
    """Only <@{by}> who arranged it, those whom it concerns, and their team can take {override} back."""
