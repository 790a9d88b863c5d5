"""What a button does: one handler per control."""

from collections.abc import Callable
from typing import Any

from bot.slack.clicks import criteria, doors, escalations, gates, glass, hats, mitigations, reminders, standing_in
from bot.slack.controls import (
    AcknowledgeButton,
    AnswerOfferButton,
    AnswerStandInButton,
    BreakGlassButton,
    CancelOverrideButton,
    ConfirmButton,
    Control,
    CountersignButton,
    EscalateButton,
    FindStandInButton,
    LinkButton,
    OpenFormButton,
    OpenPlanButton,
    PassVoteOnButton,
    RollBackButton,
    RunVerbButton,
    SnoozeButton,
    StopButton,
    StopReminderButton,
    TakeHatButton,
    TakeOverButton,
    TestPageButton,
    TryAgainButton,
    VoteButton,
    WithdrawButton,
    WithdrawGateButton,
)
from bot.slack.door import Door, Reply
from bot.slack.requests import Click

ALL: dict[type[Control], Callable[[Click, Any, Door], Reply]] = {
    TakeHatButton: hats.take,
    AnswerOfferButton: hats.answer,
    VoteButton: gates.vote,
    PassVoteOnButton: gates.pass_on,
    WithdrawGateButton: gates.withdraw,
    BreakGlassButton: glass.break_,
    CountersignButton: glass.countersign,
    OpenPlanButton: mitigations.open_plan,
    TryAgainButton: mitigations.try_again,
    WithdrawButton: mitigations.withdraw,
    StopButton: mitigations.stop,
    RollBackButton: mitigations.roll_back,
    AcknowledgeButton: escalations.acknowledge,
    TakeOverButton: escalations.take_over,
    EscalateButton: escalations.escalate,
    SnoozeButton: reminders.snooze,
    StopReminderButton: reminders.stop,
    ConfirmButton: criteria.confirm,
    OpenFormButton: doors.open_form,
    AnswerStandInButton: standing_in.answer,
    FindStandInButton: standing_in.find,
    CancelOverrideButton: standing_in.cancel,
    TestPageButton: standing_in.try_contacts,
    RunVerbButton: doors.run_verb,
    LinkButton: doors.follow,
}
