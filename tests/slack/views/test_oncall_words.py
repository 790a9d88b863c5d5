"""Whatever schedules and people are called, and whatever is said about them: nothing pings, all limits are kept."""

from typing import Any

import pytest
from hypothesis import given, settings

from bot.domain.oncall.arrange import AskToStandIn, Stretch
from bot.domain.oncall.book import Book
from bot.domain.oncall.duty import duty, planned, shifts_of
from bot.domain.oncall.rota import on_call as on_call_at
from bot.domain.oncall.spans import Span
from bot.slack.kit import Message
from bot.slack.views.home import OwnShifts, home
from bot.slack.views.oncall import on_call, shifts
from bot.slack.views.shift import shift_began
from bot.slack.views.stand_in import answered, coming, going, made_known, question, reply, taken_back
from bot.slack.views.trial import Tried, sample, trial
from bot.verbs.request import Called, ShowOnCall, ShowShifts
from tests.harness.clock import NOON
from tests.harness.people import ANA, BEN
from tests.harness.rota import BOOK, FIRST, SECOND, Roster, hours, put_on
from tests.slack.views.limits import check_message, check_view, pings
from tests.slack.views.test_any_words import NASTY, words

WORDS = words.map(lambda text: text if text.strip() else "x")


def called_all(said: str) -> Book:
    """The book in which everybody and everything is called this."""
    plain: dict[str, Any] = BOOK.model_dump(exclude={"notifiers"})
    for person in plain["people"].values():
        person["name"] = said
    for thing in (*plain["teams"].values(), *plain["schedules"].values()):
        thing["title"] = said
    return Book.model_validate(plain)


def pictures(said: str) -> list[Message]:
    roster, book = Roster(), called_all(said)
    for start in range(1, 30):
        roster.orders(put_on(BEN, start, start + 0.5).model_copy(update={"because": said}))
    when = Stretch(schedule=FIRST, start=hours(48), end=hours(50))
    back = Stretch(schedule=SECOND, start=hours(48), end=hours(50))
    order = AskToStandIn(by=ANA, at=NOON, cause="c", person=BEN, when=when, in_return=back, because=said)
    id_ = roster.orders(order).override
    asked = roster.now.asked[id_ if isinstance(id_, str) else id_.id]
    made, first, arranged = roster.now.overrides["o1"], book.schedules[FIRST], roster.arranged
    overrides, spans = list(roster.now.overrides.values()), [Span(made.start, made.end)] * 9
    duties = tuple(duty(book.schedules[name], NOON, arranged) for name in (FIRST, SECOND))
    own = shifts_of(book, "ana", NOON, hours(24 * 60), arranged)

    def names(_: str) -> str:
        return said

    view = home(ANA, [], [], names, NOON, own=OwnShifts(book=book, shifts=own, asked=[asked] * 9, calendar=said))
    check_view(view)
    assert pings(view) == set()
    return [
        on_call(ShowOnCall([Called(said, duties)] * 40, NOON, said, overrides, [asked.override] * 20), book),
        shifts(ShowShifts(book.people["ana"], own, NOON, 14), ANA, book),
        question(asked, book, names),
        answered(asked, "✓ You accepted", book, names),
        reply(asked, book, accepted=True),
        reply(asked, book, accepted=False),
        coming(first, spans, made, by=ANA, names=names),
        going(first, spans, made, by=ANA, names=names),
        made_known(made, book),
        taken_back(made, ANA, book, names),
        shift_began(planned(first, on_call_at(first, NOON, arranged)[0], arranged), book),
        trial([Tried(by=said, state="failed", detail=said, cure=said)] * 30),
        sample(said),
    ]


def look(said: str) -> None:
    for picture in pictures(said):
        check_message(picture)
        assert pings(picture) == set()


@pytest.mark.parametrize("said", NASTY)
def test_nothing_nasty_pings_or_breaks_a_message(said: str) -> None:
    look(said)


@given(said=WORDS)
@settings(max_examples=15, deadline=None)
def test_no_words_of_anybody_ping_or_break_a_message(said: str) -> None:
    look(said)
