"""Channels get names that people can read and Slack can take."""

from datetime import date

import pytest

from bot.domain.incident import commands as c
from bot.slack.views.naming import channel_name, topic
from tests.slack.views.gallery import verified
from tests.slack.views.scene import ANA, POLICY, Scene, names


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Checkout is down", "inc-42-checkout-is-down"),
        ("  500s!! on /pay… ", "inc-42-500s-on-pay"),
        ("Können Zahlungen stören? Straße", "inc-42-konnen-zahlungen-storen-strasse"),
        ("Łódź can't pay, København neither", "inc-42-lodz-cant-pay-kobenhavn-neither"),
        ("API ダウン", "inc-42-api"),
        ("500", "inc-42-500"),
        ("a" * 100, "inc-42-" + "a" * 73),
        ("-" * 90, "inc-42-20261121"),
    ],
)
def test_a_title_becomes_a_channel_name(title: str, name: str) -> None:
    assert channel_name("inc-", 42, title, on=date(2026, 11, 21)) == name


def test_a_title_in_another_script_gives_the_day_and_never_a_dangling_dash() -> None:
    assert channel_name("inc-", 42, "支払いができない", on=date(2026, 11, 21)) == "inc-42-20261121"
    assert channel_name("inc-", 42, "支払いができない 2") == "inc-42-incident"


def test_a_taken_name_gets_a_number_even_where_the_title_fills_it() -> None:
    assert channel_name("inc-", 42, "Checkout is down", attempt=1) == "inc-42-checkout-is-down-2"
    long = channel_name("inc-", 42, "word " * 40, attempt=11)
    assert long.endswith("-12")
    assert len(long) <= 80


def test_the_topic_says_how_bad_how_far_who_and_by_when() -> None:
    told = topic(Scene().commanded().incident, POLICY, names)
    assert told == "P1 · Triage · commander: Ana Ruiz · to be mitigated within 15 min · Checkout is down"


def test_the_topic_says_that_it_is_mitigated() -> None:
    told = topic(verified().incident, POLICY, names)
    assert told == "P1 · Mitigating · commander: Ana Ruiz · mitigated · Checkout is down"


def test_the_topic_promises_nothing_once_it_is_resolved() -> None:
    resolved = Scene().commanded().does(c.Resolve, ANA, summary="works again")
    assert topic(resolved.incident, POLICY, names) == "P1 · Resolved · commander: Ana Ruiz · Checkout is down"
