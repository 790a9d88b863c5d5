"""What reaches out into the world: one performer per effect."""

from collections.abc import Callable
from typing import Any

from bot.domain import effects as x
from workers.crew import Done, Job
from workers.effects import (
    audit,
    card,
    channel,
    exports,
    gates,
    messages,
    oncall,
    paging,
    persons,
    reminders,
    runs,
    trial,
)

ALL: dict[type[x.EffectBase], Callable[[Any, Job], Done]] = {
    x.OpenChannel: channel.open_channel,
    x.Invite: channel.invite,
    x.DressChannel: channel.dress_channel,
    x.PinCard: card.pin_card,
    x.ShowCard: card.show_card,
    x.ShowAnnouncement: messages.show_announcement,
    x.ShowMitigation: messages.show_mitigation,
    x.LookUpSeats: gates.look_up_seats,
    x.AskPerson: gates.ask_person,
    x.ShowAsked: gates.show_asked,
    x.RememberAnswers: gates.remember_answers,
    x.Tell: messages.tell,
    x.PostTimeline: messages.post_timeline,
    x.GiveBrief: messages.give_brief,
    x.ShowOffer: messages.show_offer,
    x.RunStep: runs.run_step,
    x.ReadSignal: runs.read_signal,
    x.ReleaseTarget: runs.release_target,
    x.MakeExport: exports.make_export,
    x.Summon: paging.summon,
    x.LookUp: paging.look_up,
    x.FindDeputy: paging.find_deputy,
    x.SendPage: paging.send_page,
    x.SettlePage: paging.settle_page,
    x.ShowPage: paging.show_page,
    x.ShowEscalation: paging.show_escalation,
    x.TellArrangement: oncall.tell_arrangement,
    x.TellUnanswered: oncall.tell_unanswered,
    x.TellShift: oncall.tell_shift,
    x.ReadSchedule: oncall.read_schedule,
    x.SyncGroup: oncall.sync_group,
    x.TestPages: trial.test_pages,
    x.Remind: reminders.remind,
    x.ShowReminder: reminders.show_reminder,
    x.FetchPin: persons.fetch_pin,
    x.ShowHome: persons.show_home,
    x.Warn: messages.warn,
    x.ShowMissing: persons.show_missing,
    x.Whisper: persons.whisper,
    x.ShowAudit: audit.show_audit,
}
