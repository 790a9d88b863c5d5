"""Whom a call means: who is on shift, a team's members, deputies; each by the contacts that may be used now."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.oncall.book import Arranged, Book
from bot.domain.oncall.calling import Directory, Found, Manner
from bot.domain.oncall.escalation import EscalationPolicy, Target, Tier
from bot.domain.oncall.notifier import SLACK, WebhookNotifier
from bot.domain.oncall.people import Choice, Contact, Person, Team
from bot.domain.oncall.schedule import Layer, Override, Schedule
from bot.domain.severity import Severity
from tests.harness.clock import NOON
from tests.harness.people import ANA, BEN, CY, DEE

PHONE = WebhookNotifier(id="phone", url="https://sms.example/send")
BOTH = (Contact(by="slack"), Contact(by="phone", to="+49 30 1", after=120))
LOUD = Manner(Severity.P1)


def someone(slack: str, *deputies: str, contacts: tuple[Contact, ...] = BOTH, zone: str = "UTC") -> Person:
    name = slack.removeprefix("U").lower()
    return Person(id=name, slack=slack, name=name.title(), zone=zone, contacts=contacts, deputies=deputies)


def policy(*targets: Target, **facts: Any) -> EscalationPolicy:
    return EscalationPolicy(id="p", title="Payments", tiers=(Tier(notify=targets, limit=60),), **facts)


def directory(*people: Person, overrides: tuple[Override, ...] = (), hour: float = 0, **sections: Any) -> Directory:
    known = {person.id: person for person in people}
    layer = Layer(rotation="weekly", starts="2026-01-05 09:00", people=("ana",))
    first = Schedule(id="first", title="Payments, first line", layers=(layer,))
    book = Book(people=known, schedules={"first": first}, notifiers={"slack": SLACK, "phone": PHONE}, **sections)
    return Directory(book, Arranged(overrides=overrides), NOON + timedelta(hours=hour))


def whom(found: Found) -> list[str]:
    return [one.who for one in found.reachable]


SHIFT = Target(schedule="first")


def test_whoever_is_on_shift_is_called_and_told_why() -> None:
    found = directory(someone(ANA), someone(BEN)).tier(policy(SHIFT), 0, LOUD)
    assert whom(found) == [ANA]
    assert found.reachable[0].because == "on call for Payments, first line"
    assert [(way.by, way.contact, way.after) for way in found.reachable[0].ways] == [("slack", 0, 0), ("phone", 1, 120)]


def test_an_override_is_called_instead() -> None:
    there = Override(
        id="o1", schedule="first", person="ben", start=NOON, end=NOON + timedelta(hours=1), by=BEN, at=NOON
    )
    book = directory(someone(ANA), someone(BEN), overrides=(there,))
    assert whom(book.tier(policy(SHIFT), 0, LOUD)) == [BEN]


def test_everybody_of_a_team_is_called_once_however_often_they_are_named() -> None:
    team = Team(id="payments", title="Payments", members=("ana", "ben"))
    book = directory(someone(ANA), someone(BEN), teams={"payments": team})
    found = book.tier(policy(Target(team="payments"), SHIFT, Target(person="ben")), 0, LOUD)
    assert whom(found) == [ANA, BEN]


def test_channels_and_groups_are_called_as_places() -> None:
    found = directory(someone(ANA)).tier(policy(Target(channel="ops"), Target(group="S0614TZR7")), 0, LOUD)
    assert [(one.kind, one.who, one.mention) for one in found.reachable] == [
        ("channel", "ops", ""),
        ("group", "S0614TZR7", "S0614TZR7"),
    ]


@pytest.mark.parametrize("target", [Target(person="zoe"), Target(team="zoo"), Target(schedule="zero")])
def test_what_is_no_longer_in_the_book_is_said_and_not_waited_for(target: Target) -> None:
    found = directory(someone(ANA)).tier(policy(target), 0, LOUD)
    assert not found.reachable
    assert "no longer in the on-call book" in found.missing[0]


def test_an_empty_shift_is_said() -> None:
    book = directory(someone(ANA), hour=-24 * 365)
    assert book.tier(policy(SHIFT), 0, LOUD).missing == ("Nobody is on shift in Payments, first line.",)


def test_only_the_ways_that_the_severity_asks_for_are_used() -> None:
    found = directory(someone(ANA)).tier(policy(SHIFT), 0, Manner(Severity.P2, through=("phone",)))
    assert [(way.by, way.after) for way in found.reachable[0].ways] == [("phone", 0)], "the first way goes at once"


def test_quiet_hours_keep_what_rings_from_ringing_unless_it_has_to_wake() -> None:
    book = directory(someone(ANA), hour=11)
    calm = Manner(Severity.P3, wakes=False)
    assert [way.by for way in book.tier(policy(SHIFT), 0, calm).reachable[0].ways] == ["slack"]
    assert [way.by for way in book.tier(policy(SHIFT), 0, LOUD).reachable[0].ways] == ["slack", "phone"]
    asleep = directory(someone(ANA, contacts=(Contact(by="phone", to="1"),)), hour=11).tier(policy(SHIFT), 0, calm)
    assert not asleep.reachable
    assert asleep.missing[0] == f"<@{ANA}> has no contact that may be used now."


def test_quiet_hours_are_on_the_persons_own_clock() -> None:
    book = directory(someone(ANA, zone="Asia/Seoul"), hour=2)
    assert [way.by for way in book.tier(policy(SHIFT), 0, Manner(Severity.P3, wakes=False)).reachable[0].ways] == [
        "slack"
    ]


def test_in_a_policys_quiet_hours_only_whoever_is_on_shift_is_called() -> None:
    book = directory(someone(ANA), someone(BEN))
    quiet = policy(SHIFT, Target(person="ben"), Target(channel="ops"), quiet=("mon-sun 00:00-24:00",))
    found = book.tier(quiet, 0, Manner(Severity.P2))
    assert whom(found) == [ANA]
    assert len(found.missing) == 2
    assert whom(book.tier(quiet, 0, LOUD)) == [ANA, BEN, "ops"], "P1 knows no quiet hours"


def test_deputies_stand_in_where_no_contact_may_be_used() -> None:
    nobody = someone(ANA, "ben", contacts=(Contact(by="phone", to="1"),))
    book = directory(nobody, someone(BEN, "cy", contacts=(Contact(by="phone", to="2"),)), someone(CY), hour=11)
    found = book.tier(policy(SHIFT), 0, Manner(Severity.P3, wakes=False))
    assert whom(found) == [CY], "a deputy's deputy"
    assert found.reachable[0].because == f"deputy of <@{ANA}>, who can't be reached"


def test_a_circle_of_deputies_ends_and_says_that_nobody_stands_in() -> None:
    book = directory(someone(ANA, "ben"), someone(BEN, "ana"))
    found = book.deputy(ANA, (ANA, BEN), LOUD)
    assert not found.reachable
    assert "nobody stands in" in found.missing[-1]


def test_somebody_whom_the_book_does_not_know_gets_a_direct_message() -> None:
    found = directory(someone(ANA)).person(DEE, "named by Ana", LOUD)
    assert (whom(found), found.reachable[0].ways[0].by) == ([DEE], "slack")
    assert "no deputy" in directory(someone(ANA)).deputy(DEE, (), LOUD).missing[0]


def test_the_first_choice_that_fits_severity_and_time_is_the_policy() -> None:
    night = policy(SHIFT).model_copy(update={"id": "night"})
    day = policy(SHIFT).model_copy(update={"id": "day"})
    choices = (
        Choice(use="night", hours=("mon-sun 22:00-07:00",), zone="Europe/Madrid"),
        Choice(use="day", severities=("p1", "p2")),
    )
    team = Team(id="payments", title="Payments", members=("ana",), escalations=choices)

    def chosen(hour: float, severity: Severity) -> str | None:
        book = directory(someone(ANA), hour=hour, escalations={"night": night, "day": day}, teams={"payments": team})
        found = book.policy_of(team, severity)
        return found.id if found else None

    assert [chosen(0, Severity.P1), chosen(10, Severity.P1), chosen(9, Severity.P1)] == ["day", "night", "night"]
    assert [chosen(0, Severity.P3), chosen(10, Severity.P3)] == [None, "night"]


def test_on_duty_are_the_people_of_the_first_tier_not_its_places() -> None:
    book = directory(someone(ANA), someone(BEN))
    assert book.on_duty(policy(SHIFT, Target(person="ben"), Target(channel="ops"))) == (ANA, BEN)
