"""On call in Slack and in the terminal: who is, standing in, own shifts, trials, schedules kept elsewhere, groups."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from bot.domain.oncall.links import calendar_path
from bot.store.keys import Keys
from tests.calendars.files import calendar, event
from tests.calendars.vendors import SECRET, Vendors, serving
from tests.harness.actors import Person, Place, buttons, declare
from tests.harness.mailbox import Mailbox
from tests.harness.redis_server import connection
from tests.harness.world import World, until

pytestmark = pytest.mark.story

CALENDARS = "a-secret-for-calendars"
GROUP = "S0ONCALLPAY"

ELSEWHERE = """
schedules:
  search:
    title: Search
    zone: Europe/Madrid
    elsewhere:
      uses: ics
      url: {url}
      people: {{Ana: ana, Ben Okafor: ben}}
      every: 1h
"""


class RotaWorld(World):
    """An installation with a mail server, a calendar on another server, and a user group for the first line."""

    def __init__(self, folder: Path, vendors: Vendors, mailbox: Mailbox) -> None:
        super().__init__(folder)
        self.vendors = vendors
        self.mailbox = mailbox
        book = self.manifests / "oncall" / "book.yaml"
        book.write_text(
            book.read_text().replace(
                "title: Payments, first line\n", f"title: Payments, first line\n    user_group: {GROUP}\n"
            )
        )
        (self.manifests / "oncall" / "search.yaml").write_text(
            ELSEWHERE.format(url=f"{vendors.url}/{SECRET}/basic.ics")
        )

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {
            "SMTP_URL": f"smtp+plain://127.0.0.1:{self.mailbox.port}",
            "CALENDAR_SECRET": CALENDARS,
            "PUBLIC_URL": self.url("web"),
        }

    def commands(self) -> Mapping[str, list[str]]:
        return {name: command for name, command in super().commands().items() if name != "checkout"}

    def an_hour_goes_by(self, what: str) -> None:
        """Let what is done again and again fall due."""
        client = self.redis.client()
        client.hdel(Keys().rounds, what)
        connection(client).close()

    def group(self) -> list[str]:
        held = httpx.get(self.url("slack") + "/control/state").json()["UserGroup"]
        return next(list(group["users"]) for group in held if group["id"] == GROUP)


@pytest.fixture(scope="module")
def rota(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RotaWorld]:
    with serving() as vendors, Mailbox() as mailbox:
        vendors.calendar = on_call_today("Ana")
        world = RotaWorld(tmp_path_factory.mktemp("rota") / "world", vendors, mailbox)
        world.start_all()
        yield world
        world.stop()


def on_call_today(*who: str) -> bytes:
    today = datetime.now(UTC) - timedelta(days=1)  # noqa: TID251 - the installation lives in real time
    times = (f"DTSTART:{today:%Y%m%d}T000000Z", f"DTEND:{today + timedelta(days=9):%Y%m%d}T000000Z")
    return calendar(*(event(*times, summary=each, uid=each) for each in who))


@pytest.fixture
def people(rota: RotaWorld) -> tuple[Person, Person, Person]:
    return Person(rota, "UANA"), Person(rota, "UBEN"), Person(rota, "UCY")


Three = tuple[Person, Person, Person]


def ops(person: Person) -> Place:
    return Place(person, "COPS")


def taken_back(said: str, by: Person) -> None:
    """Leave the rota as it was: `said` tells how."""
    override = said.rpartition("/incident oncall cancel ")[2].strip("` ")
    assert "is taken back" in by.types(f"/incident oncall cancel {override}")


# Who


def test_everybody_may_ask_who_is_on_call_here_and_in_the_terminal(rota: RotaWorld, people: Three) -> None:
    said = people[2].types("/incident oncall")
    for words in ("On call now", "*Payments*", "Payments, first line: Ana Ruiz until", "second line: Ben Okafor"):
        assert words in said
    assert "no schedule: nobody is called by shift" in said
    terminal = rota.muster("incident", "--as", "nobody-known", "oncall")
    assert terminal.returncode == 2, "a name that was given must be somebody's"
    terminal = rota.terminal("oncall", "payments", by="UCY")
    assert terminal.returncode == 0
    assert "Payments: Payments, first line" in terminal.stdout
    assert "Ana Ruiz until" in terminal.stdout


def test_a_time_is_read_on_the_askers_own_clock_and_that_is_said(people: Three) -> None:
    ana, ben, _ = people
    assert ana.types("/incident oncall payments at saturday 22:00").startswith("On call at ")
    assert "Read on your clock, Europe/Madrid" in str(ana.messages("CINCIDENTS")[-1])
    assert "I can't read “saturday” as a time: it is a day without a time" in ben.types(
        "/incident oncall payments at saturday"
    )


def test_what_nobody_knows_is_answered_with_what_is_near(people: Three) -> None:
    assert "Did you mean `/incident oncall payments`?" in people[0].types("/incident oncall paymets")


# Standing in


def test_an_override_holds_at_once_and_is_told_to_both_and_to_the_team(rota: RotaWorld, people: Three) -> None:
    ana, ben, cy = people
    said = ben.types("/incident override payments-first @cy until tomorrow 23:00 because Ana is ill")
    assert "<@UCY> is on call for Payments, first line from now until" in said
    assert "(your clock, Europe/London)" in said
    cy.direct("You are on call for Payments, first line", "Ben", "Ana is ill")
    ana.direct("You are off call for Payments, first line")
    ops(ana).sees("Cy Lindqvist stands in", "Payments, first line")
    assert "first line: Cy Lindqvist until" in cy.types("/incident oncall payments")
    story = declare(rota, "p1 checkout is down")
    story.channel.sees("Calling Payments", "Cy")
    cy.direct(story.id, "Why you")
    ana.types("/incident resolve it was a drill", story.channel.id)
    taken_back(said, ben)
    ops(ana).sees("Ben", "took back")
    assert "first line: Ana Ruiz until" in cy.types("/incident oncall payments")


def test_the_form_asks_for_what_the_words_leave_out(people: Three) -> None:
    ana, ben, cy = people
    ben.opens("/incident override payments-second")
    now = int(datetime.now(UTC).timestamp())  # noqa: TID251 - the installation lives in real time
    refused = ben.submits(person="UCY", until=now - 3600)
    assert "It would end before it starts" in str(refused)
    ben.submits(person="UCY", schedule="payments-second", until=now + 7200)
    told = cy.direct("You are on call for Payments, second line")
    cy.clicks("Take back", on=told, channel=told["channel"])
    ben.direct("You are on call for Payments, second line", "Cy")
    assert "second line: Ben Okafor" in ana.types("/incident oncall payments")


def test_a_colleague_is_asked_accepts_by_button_and_everybody_hears_of_it(people: Three) -> None:
    ana, _, cy = people
    said = ana.types("/incident stand-in @cy payments-first from tomorrow 09:00 until tomorrow 17:00 because a flight")
    assert "<@UCY> is asked, and it holds once they accept" in said
    asked = cy.direct("asks you to stand in for Ana Ruiz", "a flight")
    cy.home("Waiting for your yes", "asks you to stand in")
    cy.clicks("Accept", on=asked, channel=asked["channel"])
    ana.direct("✓ Cy Lindqvist stands in")
    cy.direct("✓ You accepted")
    ana.direct("You are off call for Payments, first line")
    ops(ana).sees("Cy Lindqvist stands in for Ana Ruiz")
    assert buttons(cy.direct("✓ You accepted")) == []
    cy.home("Your shifts", "Payments, first line (standing in)")
    taken_back(said, ana)


def test_a_declined_question_leaves_all_as_it_was_and_offers_to_ask_somebody_else(people: Three) -> None:
    ana, ben, cy = people
    ana.types("/incident oncall ask <@UCY> payments-first from tomorrow 10:00 until tomorrow 11:00")
    asked = cy.direct("asks you to stand in", "It holds once you accept")
    cy.clicks("Decline", on=asked, channel=asked["channel"])
    told = ana.direct("✗ Cy Lindqvist can't stand in")
    ana.clicks("Ask somebody else", on=told, channel=told["channel"])
    ana.submits(person="UBEN")
    again = ben.direct("asks you to stand in for Ana Ruiz", "It holds once you accept")
    ben.clicks("Decline", on=again, channel=again["channel"])
    ana.direct("✗ Ben Okafor can't stand in")


def test_only_the_asked_person_answers_and_only_once(people: Three) -> None:
    ana, ben, cy = people
    said = ana.types("/incident stand-in @cy payments-first from tomorrow 12:00 until tomorrow 13:00")
    override = said.rpartition("cancel ")[2].strip("` ")
    assert "<@UCY> is asked to stand in, and only they can answer" in ben.types(f"/incident oncall accept {override}")
    assert "You are on call for Payments, first line from" in cy.types(f"/incident oncall accept {override}")
    assert f"{override} was answered already: it was accepted" in cy.types(f"/incident oncall decline {override}")
    taken_back(said, cy)
    cy.direct("You are off call for Payments, first line")


def test_a_swap_is_two_changes_that_are_accepted_as_one(people: Three) -> None:
    ana, ben, _ = people
    said = ana.types(
        "/incident swap @ben payments-first from tomorrow 14:00 until tomorrow 15:00 "
        "in return payments-second from tomorrow 18:00 until tomorrow 19:00"
    )
    asked = ben.direct("asks you to stand in for Ana Ruiz", "In return: Ana Ruiz stands in for Ben Okafor")
    ben.clicks("Accept", on=asked, channel=asked["channel"])
    ana.direct("You are on call for Payments, second line")
    ben.direct("You are on call for Payments, first line")
    taken_back(said, ben)
    assert "no override" not in ana.types("/incident oncall")


def test_the_terminal_knows_the_same_words(rota: RotaWorld) -> None:
    made = rota.terminal("override", "payments-second", "@cy", "until", "tomorrow 20:00", by="UBEN")
    assert made.returncode == 0, made.stderr
    assert "on call for Payments, second line from now until" in made.stdout
    override = made.stdout.rpartition("cancel ")[2].strip("`\n ")
    refused = rota.terminal("override", "payments-second", "@cy", "until", "tomorrow 20:00", by="UBEN")
    assert refused.returncode == 1
    assert "is on call in Payments, second line then anyway" in refused.stderr
    assert rota.terminal("oncall", "cancel", override, by="UBEN").returncode == 0
    usage = rota.terminal("override", by="UBEN")
    assert (usage.returncode, "payments-second" in usage.stdout) == (2, True)


# Own shifts, calendars


def test_home_shows_ones_shifts_with_a_way_to_find_a_stand_in_and_to_subscribe(rota: RotaWorld, people: Three) -> None:
    ana, _, _ = people
    view = ana.home("Your shifts", "*Now:* Payments, first line", "Subscribe to your shifts")
    ana.clicks_in_view("Find a stand-in", view)
    form = ana.view()
    until_ = next(block for block in form["blocks"] if block.get("block_id") == "until")
    assert until_["element"]["initial_date_time"] > 0
    address = rota.url("web") + calendar_path(CALENDARS, "person", "ana")
    assert address in str(view)
    feed = httpx.get(address)
    assert feed.status_code == 200
    assert "SUMMARY:Ana Ruiz is on call: Payments\\, first line" in feed.text
    team = httpx.get(rota.url("web") + calendar_path(CALENDARS, "team", "team-payments"))
    assert "Ben Okafor is on call" in team.text
    assert httpx.get(rota.url("web") + calendar_path("another-secret-word", "person", "ana")).status_code == 404


def test_a_trial_tells_what_came_of_each_contact(rota: RotaWorld, people: Three) -> None:
    ana, _, _ = people
    view = ana.home("Your shifts")
    ana.clicks_in_view("Test my page", view)
    over = ana.direct("Your contacts were tried", "✓ slack: sent in", "✓ email: sent in", "ana@local.test")
    assert buttons(over) == ["Test again"]
    ana.direct("TEST of")
    until("the letter", lambda: [letter for letter in rota.mailbox.letters() if "TEST" in letter.subject])
    rota.mailbox.replies("RCPT", "550 no such user")
    try:
        assert "Each of your contacts is tried now" in ana.types("/incident oncall test")
        ana.direct("Your contacts were tried", "✓ slack", "✗ email")
    finally:
        rota.mailbox.works()


def test_who_clicks_on_the_edition_before_is_heard(people: Three) -> None:
    _, ben, _ = people
    before = ben.home("Your shifts")
    until("the next edition", lambda: ben.home()["hash"] != before["hash"])
    ben.clicks_in_view("Test my page", before)
    ben.direct("Your contacts were tried")


# Kept elsewhere


def test_a_calendar_on_another_server_is_read_again_and_again(rota: RotaWorld, people: Three) -> None:
    ana, ben, _ = people

    def search() -> str:
        return ana.types("/incident oncall search")

    until("the calendar to be read", lambda: "Search: Ana Ruiz until" in search())
    rota.vendors.calendar = on_call_today("Ben Okafor", "Somebody New")
    rota.an_hour_goes_by("read:search")
    until("the change", lambda: "Search: Ben Okafor until" in search())
    ben.direct("You are on call for *Search*")
    doctor = rota.muster("doctor").stdout
    assert "Search names people whom the book doesn't know: “Somebody New”." in doctor
    assert "schedules.search.elsewhere.people" in doctor
    rota.vendors.trouble = (404, {}, b"gone")
    rota.an_hour_goes_by("read:search")
    until("the problem", lambda: "Search can't be read" in rota.muster("doctor").stdout)
    assert "Search: Ben Okafor until" in search(), "what was read last holds"
    rota.vendors.trouble = None
    rota.vendors.calendar = on_call_today("Ben Okafor")
    rota.an_hour_goes_by("read:search")
    until("the end of the problem", lambda: "Search can't be read" not in rota.muster("doctor").stdout)


# User groups


def test_a_user_group_follows_the_shift_until_the_plan_has_none(rota: RotaWorld, people: Three) -> None:
    _, ben, _ = people
    until("the first sync", lambda: rota.group() == ["UANA"])
    said = ben.types("/incident override payments-first @cy until tomorrow 23:30")
    until("the group to follow", lambda: rota.group() == ["UCY"])
    ben.post_control("/control/plan", user_groups=False)
    try:
        taken_back(said, ben)
        until("the worker to be refused", lambda: _stands(rota, "group:payments-first"))
        assert "Slack plan has no user groups" in rota.muster("doctor").stdout
        asked = _syncs(rota)
        said = ben.types("/incident override payments-first @cy until tomorrow 23:30")
        ops(ben).sees("Cy Lindqvist stands in", "first line")
        assert _syncs(rota) == asked, "what Slack refused is not asked for again within the hour"
    finally:
        ben.post_control("/control/plan", user_groups=True)
    rota.an_hour_goes_by("group:payments-first")
    until("the group to follow again", lambda: rota.group() == ["UCY"])
    until("the end of the problem", lambda: "no user groups" not in rota.muster("doctor").stdout)
    taken_back(said, ben)


def _stands(rota: RotaWorld, problem: str) -> bool:
    """Say whether it stands in the record; doctor asks Slack itself, and may know before a worker does."""
    client = rota.redis.client()
    try:
        return client.hexists(Keys().problems, problem)
    finally:
        connection(client).close()


def _syncs(rota: RotaWorld) -> int:
    calls = httpx.get(rota.url("slack") + "/control/calls").json()["calls"]
    return sum(call["method"].startswith("usergroups.") for call in calls)
