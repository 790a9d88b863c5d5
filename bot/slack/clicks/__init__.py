"""What a button does: one handler per control."""

from collections.abc import Callable
from typing import Any

from bot.slack.clicks import doors, hats, mitigations
from bot.slack.controls import (
    AnswerOfferButton,
    Control,
    LinkButton,
    OpenFormButton,
    OpenPlanButton,
    RollBackButton,
    RunVerbButton,
    StopButton,
    TakeHatButton,
    VoteButton,
    WithdrawButton,
)
from bot.slack.door import Door, Reply
from bot.slack.requests import Click

ALL: dict[type[Control], Callable[[Click, Any, Door], Reply]] = {
    TakeHatButton: hats.take,
    AnswerOfferButton: hats.answer,
    VoteButton: mitigations.vote,
    OpenPlanButton: mitigations.open_plan,
    WithdrawButton: mitigations.withdraw,
    StopButton: mitigations.stop,
    RollBackButton: mitigations.roll_back,
    OpenFormButton: doors.open_form,
    RunVerbButton: doors.run_verb,
    LinkButton: doors.follow,
}
