"""Facts: notes, pins and what becomes of them, updates with their cadence, troubles, exports."""

import pytest

from bot.domain.effects import MakeExport, Tell
from bot.domain.incident.commands import AnyCommand, PostUpdate
from bot.domain.incident.decide.facts import PIN_LIMIT
from bot.domain.incident.events import (
    ExportDelivered,
    ExportFailed,
    ExportRequested,
    MessagePinned,
    MessageUnpinned,
    NoteAdded,
    PinDeleted,
    PinEdited,
    TroubleMet,
    UpdatePosted,
)
from bot.domain.incident.rejections import TooManyPins
from bot.domain.severity import Severity
from bot.domain.words import TEXT_LIMIT, TextMissing, TextTooLong
from tests.harness.clock import at
from tests.harness.given import given
from tests.harness.orders import (
    INC,
    change_severity,
    declare,
    exported,
    move,
    note,
    open_channel,
    pin,
    pin_deleted,
    pin_edited,
    propose,
    reject,
    resolve,
    trouble,
    unpin,
    update,
    want_export,
)
from tests.harness.people import ANA, BEN
from tests.harness.stages import Stages

LONG = "x" * (TEXT_LIMIT + 1)

# notes


def test_a_note_is_recorded_as_it_was_written() -> None:
    given(declare()).when(note("  CPU at 100 %  ", by=BEN, at=5)).then(NoteAdded(by=BEN, at=at(5), text="CPU at 100 %"))


def test_a_note_has_words_and_an_end() -> None:
    given(declare()).when(note("   ")).then_rejected(TextMissing)
    given(declare()).when(note("x" * TEXT_LIMIT)).then(NoteAdded)
    given(declare()).when(note("x" * (TEXT_LIMIT + 1))).then_rejected(TextTooLong, "3,001 characters", "3,000 fit")


# pins


def test_pinning_a_message_twice_records_it_once() -> None:
    given(declare()).when(pin("1.1")).then(MessagePinned)
    given(declare(), pin("1.1")).when(pin("1.1", by=BEN)).then_nothing()


def test_a_later_edit_is_a_new_fact() -> None:
    world = given(declare(), pin("1.1", "error rate 40 %"))
    world.when(pin_edited("1.1", "error rate 4 %", by=BEN)).then(
        PinEdited(by=BEN, at=at(0), ts="1.1", text="error rate 4 %")
    )


def test_an_edit_that_changes_no_word_or_meets_no_pin_is_nothing() -> None:
    given(declare(), pin("1.1", "same")).when(pin_edited("1.1", "same")).then_nothing()
    given(declare(), pin("1.1", "old"), pin_edited("1.1", "new")).when(pin_edited("1.1", "new")).then_nothing()
    given(declare()).when(pin_edited("1.1", "what?")).then_nothing()
    given(declare(), pin("1.1", "x" * TEXT_LIMIT)).when(pin_edited("1.1", "x" * (TEXT_LIMIT + 9))).then_nothing()


def test_a_deleted_message_is_a_new_fact_once() -> None:
    given(declare(), pin("1.1")).when(pin_deleted("1.1")).then(PinDeleted)
    given(declare(), pin("1.1"), pin_deleted("1.1")).when(pin_deleted("1.1")).then_nothing()


def test_what_is_unpinned_is_watched_no_longer() -> None:
    given(declare(), pin("1.1")).when(unpin("1.1")).then(MessageUnpinned)
    world = given(declare(), pin("1.1"), unpin("1.1"))
    world.when(unpin("1.1")).then_nothing()
    world.when(pin_edited("1.1", "what?")).then_nothing()
    world.when(pin_deleted("1.1")).then_nothing()


def test_pins_have_a_limit_and_stay_small() -> None:
    full = given(declare(), *(pin(f"{n}.000100", "x" * TEXT_LIMIT) for n in range(PIN_LIMIT)))
    full.when(pin("9999.1")).then_rejected(TooManyPins, "1000 messages", "/incident note")
    assert len(full.incident.model_dump_json()) < 50_000


# updates


def test_an_update_owes_the_next_one_by_the_severitys_cadence() -> None:
    given(declare(Severity.P1)).when(update("we restart it", at=60)).then(
        UpdatePosted(by=ANA, at=at(60), text="we restart it", next_due=at(60 + 30 * 60))
    )
    given(declare(Severity.P3)).when(update("we look")).then(
        UpdatePosted(by=ANA, at=at(0), text="we look", next_due=None)
    )


def test_whoever_writes_an_update_may_promise_the_next_one() -> None:
    promised = given(declare(Severity.P3)).when(update("we look", next_in_minutes=5))
    assert promised.incident.next_update_due == at(300)


def test_no_update_is_owed_once_it_is_over() -> None:
    world = given(declare(), update("we restart it"), resolve())
    assert world.incident.next_update_due is None
    assert world.when(update("thank you")).incident.next_update_due is None


def test_an_update_has_words() -> None:
    given(declare()).when(update(" ")).then_rejected(TextMissing)


def test_an_update_is_told_in_the_channel_to_everybody_and_to_the_managers() -> None:
    posted: PostUpdate = update("we restart it")
    told = [effect for effect in given(declare(), open_channel()).when(posted).effects if isinstance(effect, Tell)]
    assert [effect.place for effect in told] == ["channel", "announce", "managers"]


# troubles


def test_troubles_are_facts_and_the_last_three_stay_in_sight() -> None:
    given(declare()).when(trouble()).then(TroubleMet)
    world = given(declare(), *(trouble(f"Trouble {n}.") for n in range(5)))
    assert world.incident.troubles == tuple(f"Trouble {n}. Invite the bot." for n in (2, 3, 4))


# exports


def test_an_export_is_asked_for_and_delivered_once() -> None:
    order = want_export(by=BEN)
    asked = given(declare()).when(order)
    asked.then(ExportRequested(by=BEN, at=at(0), format="markdown", request=order.cause))
    assert asked.effects == [MakeExport(incident=INC, format="markdown", request=order.cause)]
    world = given(declare(), order)
    world.when(exported(order.cause)).then(ExportDelivered)
    world.takes(exported(order.cause))
    world.when(exported(order.cause)).then_nothing()
    world.when(exported(order.cause, ok=False)).then_nothing()


def test_an_export_that_could_not_be_delivered_is_said() -> None:
    order = want_export()
    failed = given(declare(), open_channel(), order).when(exported(order.cause, ok=False))
    failed.then(ExportFailed)
    assert Tell(incident=INC, version=4) in failed.effects


def test_the_state_remembers_the_last_twenty_exports() -> None:
    orders = [want_export() for _ in range(25)]
    world = given(declare(), *orders)
    assert list(world.incident.exports) == [order.cause for order in orders[-20:]]


# what people write


def test_what_nobody_could_see_is_no_text() -> None:
    given(declare()).when(note("\u200b\u202e\u2066 \u00a0")).then_rejected(TextMissing)


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ([], change_severity(Severity.P2, LONG)),
        ([], move(Stages.TRIAGE, LONG)),
        ([], resolve(LONG)),
        ([propose(by=ANA)], reject(LONG, by=BEN)),
    ],
    ids=["severity", "stage", "resolve", "reject"],
)
def test_every_reason_has_an_end(before: list[AnyCommand], command: AnyCommand) -> None:
    given(declare(), *before).when(command).then_rejected(TextTooLong, "3,001 characters")
