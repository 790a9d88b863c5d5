"""Who sits in a seat is looked up: by name, role, hat, team, group, shift or route; and who can't be asked is said."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.gates.gate import StandIn
from bot.domain.gates.seat import Seat
from bot.domain.gates.seating import Answers, Surroundings, find, held_by
from bot.domain.hats import Hat
from bot.domain.oncall.book import Arranged, Book
from bot.domain.oncall.people import Person, Team
from bot.domain.oncall.schedule import Schedule
from bot.domain.severity import Severity
from tests.harness.people import ANA, BEN, CY, DEE, MO
from tests.harness.plans import CHECKOUT

MONDAY = datetime(2026, 11, 2, 12, tzinfo=UTC)


def person(name: str, slack: str, **more: Any) -> Person:
    return Person.model_validate({"id": name, "slack": slack, "name": name.capitalize(), "zone": "UTC", **more})


BOOK = Book(
    people={
        "ana": person("ana", ANA, roles=["security"], deputies=["dee"]),
        "ben": person("ben", BEN, also=["UBEN2"]),
        "cy": person("cy", CY),
        "dee": person("dee", DEE, quiet=["mon-sun 00:00-24:00"]),
    },
    teams={"payments": Team(id="payments", title="Payments", members=("ana", "ben", "cy"))},
    schedules={
        "first": Schedule.model_validate(
            {
                "id": "first",
                "title": "First line",
                "zone": "UTC",
                "layers": [{"rotation": "weekly", "starts": "2026-01-05 09:00", "people": ["cy"]}],
            }
        )
    },
)


def around(**more: Any) -> Surroundings:
    return Surroundings(book=BOOK, arranged=Arranged(), at=MONDAY, severity=Severity.P1, service=CHECKOUT, **more)


@pytest.mark.parametrize(
    ("seat", "accounts", "because"),
    [
        ({"person": "ben"}, [BEN], "named in the policy"),
        ({"role": "security"}, [ANA], "security"),
        ({"hat": "commander"}, [MO], "incident commander"),
        ({"team": "payments"}, [ANA, BEN, CY], "in Payments"),
        ({"schedule": "first"}, [CY], "on shift in First line"),
        ({"group": "S0CAB"}, [BEN, MO], "in the user group S0CAB"),
        ({"anyone": True}, [], ""),
    ],
)
def test_a_seat_is_looked_up(seat: dict[str, Any], accounts: list[str], because: str) -> None:
    world = around(hats={Hat.COMMANDER: (MO,)}, groups={"S0CAB": ("UBEN2", MO)})
    found, missing = find([Seat.model_validate(seat)], world)
    assert [one.account for one in found] == accounts
    assert missing == ()
    assert all(one.because == (because,) for one in found)


@pytest.mark.parametrize(
    ("seat", "why"),
    [
        ({"person": "zoe"}, "zoe is no longer in the on-call book."),
        ({"role": "legal"}, "Nobody is legal."),
        ({"hat": "verifier"}, "Nobody wears the verifier hat."),
        ({"team": "gone"}, "The team gone is no longer in the on-call book."),
        ({"schedule": "gone"}, "The schedule gone is no longer in the on-call book."),
        ({"group": "S0GONE"}, "The user group S0GONE could not be looked up."),
        ({"route": {"among": "gone"}}, "Nobody in the on-call book owns what this is about."),
    ],
)
def test_who_can_not_be_asked_is_said(seat: dict[str, Any], why: str) -> None:
    assert find([Seat.model_validate(seat)], around()) == ((), (why,))


def test_deputies_quiet_hours_and_zones_come_along() -> None:
    (ana,), _ = find([Seat(person="ana")], around())
    assert ana.deputies == (StandIn(account=DEE, quiet=("mon-sun 00:00-24:00",), zone="UTC"),)
    assert (ana.quiet, ana.zone) == (BOOK.people["ana"].quiet, "UTC")


def test_a_route_needs_a_history_and_then_picks_whoever_answers_soonest_with_reasons() -> None:
    seat = Seat.model_validate({"route": {"among": "payments", "picks": 2}, "voices": 2})
    nobody, (thin,) = find([seat], around())
    assert nobody == ()
    assert "Too little is known" in thin
    quick, slow = Answers(answered=(60,) * 6), Answers(answered=(3000,) * 6)
    (on_shift, soonest), _ = find([seat], around(answers={ANA: slow, BEN: quick}))
    assert (on_shift.account, soonest.account) == (CY, BEN)
    assert "on shift in First line" in on_shift.because
    assert soonest.because == ("owner of Checkout", "at work now", "median 1 min over 6 answers")
    (_, next_best), left_out = find([seat], around(answers={ANA: slow, BEN: quick}, barred=[BEN]))
    assert next_best.account == ANA
    assert left_out == (f"<@{BEN}> proposed it, or counts already, so others decide.",)


def test_a_route_picks_the_next_best_for_somebody_who_can_not_be_asked() -> None:
    seat = Seat.model_validate({"route": {"among": "payments", "picks": 1, "history": 0}})
    (best,), _ = find([seat], around())
    assert best.account == CY
    (next_best,), left_out = find([seat], around(out={CY: "their account is deactivated"}))
    assert next_best.account != CY
    assert left_out == (f"<@{CY}> can't be asked: their account is deactivated.",)


def test_it_is_known_in_which_seats_somebody_sits() -> None:
    seats = [Seat(role="security"), Seat(team="payments"), Seat(hat=Hat.COMMANDER), Seat(person="cy")]
    assert held_by(ANA, seats, around(hats={Hat.COMMANDER: (ANA,)})) == (
        "role security",
        "team payments",
        "hat commander",
    )
    assert held_by(MO, seats, around()) == ()
