"""`muster oncall` as typed: who is on call, the shifts of a schedule, and what is wrong with a book."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.oncall.arrange import PutOn, Stretch
from bot.settings import Settings
from bot.store.client import Client
from bot.wiring import wire
from tests.cli.conftest import Muster, Typed
from tests.harness.redis_server import RedisServer
from tests.test_book import BOOK, ROTAS
from tests.test_config import folder

MONDAY = "2026-11-02T03:00Z"


def lines(typed: Typed) -> list[str]:
    return typed.out.splitlines()


@pytest.fixture
def muster(muster: Muster, redis: Client, redis_server: RedisServer) -> Muster:
    """Type `muster …` beside a record in which nothing was arranged yet."""

    def typed(*arguments: str, environment: Mapping[str, str] | None = None) -> Typed:
        return muster(*arguments, environment={"REDIS_URL": redis_server.url, **(environment or {})})

    return typed


@pytest.fixture
def bakery(tmp_path: Path) -> dict[str, str]:
    """The environment of a bakery with a first line, nights by Cy, and a schedule that another system keeps."""
    return {"MANIFESTS": str(folder(tmp_path, BOOK))}


def test_who_is_on_call_until_when_and_who_is_next(muster: Muster) -> None:
    said = muster("oncall", "who", "--at", MONDAY)
    assert (said.code, said.err) == (0, "")
    assert lines(said) == [
        "SCHEDULE         ON CALL     UNTIL                 THEN          CLOCK",
        "payments-first   Dee Park    Mon 2026-11-02 09:00  Ben Okafor    Europe/Madrid",
        "payments-second  Ben Okafor  Mon 2026-11-02 09:00  Cy Lindqvist  Europe/Madrid",
    ]


def test_what_people_arranged_since_counts(muster: Muster, redis_server: RedisServer) -> None:
    wired = wire(Settings(redis_url=redis_server.url))
    when = Stretch(schedule="payments-first", start=wired.clock.now(), end=wired.clock.now() + timedelta(hours=3))
    wired.house.planner.submit(PutOn(by="UMO", at=wired.clock.now(), cause="c", person="UMO", when=when))
    assert lines(muster("oncall", "who", "payments-first"))[1].split()[1:3] == ["Mo", "Hassan"]


def test_without_the_record_the_manifests_are_told_and_what_is_missing_is_said(muster: Muster) -> None:
    said = muster("oncall", "who", "--at", MONDAY, environment={"REDIS_URL": "redis://127.0.0.1:1/0"})
    assert said.code == 0
    assert lines(said)[1].startswith("payments-first   Dee Park")
    assert said.err == (
        "The record is out of reach at redis://127.0.0.1:1/0: what was arranged since is not in this.\n"
    )


def test_without_more_words_it_is_now(muster: Muster) -> None:
    said = muster("oncall")
    assert said.code == 0
    assert [line.split()[0] for line in lines(said)] == ["SCHEDULE", "payments-first", "payments-second"]


@pytest.mark.parametrize(
    ("name", "schedules"),
    [("payments-second", ["payments-second"]), ("team-payments", ["payments-first", "payments-second"])],
)
def test_a_schedule_or_a_team_may_be_named(muster: Muster, name: str, schedules: list[str]) -> None:
    said = muster("oncall", "who", name, "--at", MONDAY)
    assert [line.split()[0] for line in lines(said)[1:]] == schedules


def test_a_team_that_nobody_is_paged_for_is_said_to_have_no_schedule(muster: Muster) -> None:
    said = muster("oncall", "who", "team-billing")
    assert (said.code, said.out) == (0, "No policy of team-billing uses a schedule.\n")


def test_a_name_that_nothing_has_gets_the_nearest(muster: Muster) -> None:
    for words in (("who", "payments-frist"), ("shifts", "payments-frist")):
        said = muster("oncall", *words)
        assert said.code == 2
        assert said.err.endswith("Did you mean “payments-first”?\n")


def test_nobody_is_said_and_who_comes_next(muster: Muster, bakery: dict[str, str]) -> None:
    said = muster("oncall", "who", "--at", "2026-01-04T12:00Z", environment=bakery)
    assert lines(said)[1:] == [
        "bread     nobody     Mon 2026-01-05 09:00     Cy    Europe/Madrid",
        "flour     not known  another system keeps it        UTC",
    ]
    after = muster("oncall", "who", "bread", "--at", "2025-11-01T12:00Z", environment=bakery)
    assert lines(after)[1].split()[1:6] == ["nobody", "for", "four", "weeks", "at"]


def test_of_a_schedule_kept_elsewhere_no_shifts_are_made_up(muster: Muster, bakery: dict[str, str]) -> None:
    said = muster("oncall", "shifts", "flour", environment=bakery)
    assert (said.code, said.out) == (1, "")
    assert said.err == "Another system keeps flour, and what it says is not known here.\n"


def test_the_shifts_of_a_schedule_are_listed_on_its_clock_with_their_gaps(muster: Muster, tmp_path: Path) -> None:
    rotas = ROTAS.replace("people: [ana, ben]\n", 'people: [ana, ben]\n        only: ["mon-tue 09:00-17:00"]\n', 1)
    rotas = rotas.replace("      - {rotation: custom", "#     - {rotation: custom")
    environment = {"MANIFESTS": str(folder(tmp_path, {**BOOK, "oncall/rotas.yaml": rotas}))}
    said = muster(
        "oncall", "shifts", "bread", "--from", "2026-07-06T00:00+02:00", "--to", "2026-07-07T12:00+02:00",
        environment=environment,
    )  # fmt: skip
    assert lines(said) == [
        "Bread, times in Europe/Madrid",
        "FROM                  TO                    FOR   ON CALL  BECAUSE",
        "Mon 2026-07-06 00:00  Mon 2026-07-06 09:00  9 h   nobody",
        "Mon 2026-07-06 09:00  Mon 2026-07-06 17:00  8 h   Ana      rotation",
        "Mon 2026-07-06 17:00  Tue 2026-07-07 09:00  16 h  nobody",
        "Tue 2026-07-07 09:00  Tue 2026-07-07 17:00  8 h   Ana      rotation",
    ]


def test_times_the_wrong_way_round_are_refused(muster: Muster) -> None:
    said = muster("oncall", "shifts", "payments-first", "--from", "2026-12-05", "--to", "2026-11-02")
    assert said.code == 2
    assert said.err == "Those times are the wrong way round: --from must be before --to.\n"


@pytest.mark.parametrize("word", ["soon", "2026-13-01", "0001-01-01", "9999-12-31", "٢٠٢٦-01-01"])
def test_a_time_that_is_none_is_told_how_to_write_one(muster: Muster, word: str) -> None:
    for asked in (("who", "--at", word), ("shifts", "x", "--from", word), ("check", "--from", word)):
        said = muster("oncall", *asked)
        assert said.code == 2
        assert "Write" in said.err


@pytest.mark.parametrize("word", ["0", "-1", "many", "521"])
def test_a_number_of_weeks_that_is_none_is_told_so(muster: Muster, word: str) -> None:
    said = muster("oncall", "check", f"--weeks={word}")
    assert said.code == 2
    assert "Write one from 1 to 520." in said.err


def test_the_shipped_book_has_no_gap_no_clash_and_a_fair_load(muster: Muster) -> None:
    said = muster("oncall", "check", "--from", "2026-11-02T00:00Z", "--weeks", "12")
    assert (said.code, said.err) == (0, "")
    assert lines(said)[2:5] == [
        "✓ No gaps, no clashes, everybody can be reached, and the load is fair.",
        "",
        "PERSON        SHIFTS  HOURS  WORKING  OFF  ASLEEP  ON HOLIDAYS",
    ]
    assert {line[:12].strip() for line in lines(said)[5:]} == {"Ana Ruiz", "Ben Okafor", "Cy Lindqvist", "Dee Park"}


def test_what_is_wrong_with_a_book_is_said_with_its_cure_and_the_exit_code(
    muster: Muster, bakery: dict[str, str]
) -> None:
    said = muster("oncall", "check", "--from", "2026-01-05T00:00+01:00", "--weeks", "2", environment=bakery)
    assert said.code == 1
    assert said.finding("✗ bread: nobody is on shift, once, 9 h in all", "Mon 2026-01-05 00:00 Europe/Madrid")[1]
    out_of_reach = said.finding("✗ Cy may be on call and can't be reached: no contacts, no deputies with any.")
    assert out_of_reach[1] == "Give them a contact: contacts: [{by: slack}]."
    assert said.finding("! bread: Ana is named and never on shift")[1].startswith("Look whether a later layer")
    assert said.finding("! flour: pagerduty keeps it")[1] == "It was left out of all the rest."


def test_clashes_and_an_unfair_load_are_said_in_words(muster: Muster, tmp_path: Path) -> None:
    rotas = ROTAS.replace("people: [cy]}", "people: [ana, ana, ana, ana, ana, ben]}")
    rotas = rotas.replace("{person: ana}", "{person: ben}")
    environment = {"MANIFESTS": str(folder(tmp_path, {**BOOK, "oncall/rotas.yaml": rotas}))}
    said = muster("oncall", "check", "--from", "2026-01-05T09:00+01:00", "--weeks", "9", environment=environment)
    assert said.code == 1
    assert said.finding("✗ bread: Ben is on tier 1 and on tier 2, 3 times, 6 d in all; first from Sat 2026-01-24")[1]
    assert said.finding("! bread: Ana is on call for 1368 h.")[1].startswith("The mean is 756 h: more than half again")
    assert said.finding("! bread: Ana is on call for 513 h of their sleep.")[1].startswith("The mean is 283.5 h")
    assert [line.split() for line in lines(said)[-2:]] == [
        ["Ana", "3", "1368", "352", "503", "513", "24"],
        ["Ben", "3", "144", "0", "90", "54", "0"],
    ]


def test_what_is_only_worth_a_word_lets_the_check_pass(muster: Muster, tmp_path: Path) -> None:
    rotas = ROTAS[: ROTAS.index("      - {rotation: custom")] + ROTAS[ROTAS.index("  flour:") :]
    rotas = rotas.replace("{person: ana}, ", "")
    environment = {"MANIFESTS": str(folder(tmp_path, {**BOOK, "oncall/rotas.yaml": rotas}))}
    said = muster("oncall", "check", "--from", "2026-01-05T09:00+01:00", "--weeks", "2", environment=environment)
    assert "! flour: pagerduty keeps it" in said.out
    assert "✗" not in said.out
    assert said.code == 0


def test_a_book_without_schedules_says_so(muster: Muster, tmp_path: Path) -> None:
    environment = {"MANIFESTS": str(folder(tmp_path))}
    for words in ((), ("who",), ("check",)):
        said = muster("oncall", *words, environment=environment)
        assert (said.code, said.out) == (0, "Nobody is on call: manifests/oncall/ declares no schedule.\n")
    said = muster("oncall", "shifts", "x", environment=environment)
    assert (said.code, said.err) == (
        2, "There is no schedule “x”. Nobody is on call: manifests/oncall/ declares no schedule.\n",
    )  # fmt: skip


def test_mistakes_in_the_book_are_told_instead(muster: Muster, tmp_path: Path) -> None:
    broken = {**BOOK, "oncall/rotas.yaml": ROTAS.replace("people: [ana, ben]", "people: [ana, bob]")}
    said = muster("oncall", environment={"MANIFESTS": str(folder(tmp_path, broken))})
    assert said.code == 2
    assert "manifests/oncall/rotas.yaml:8: schedules.bread.layers[0].people[1]: no person is called “bob”." in said.err


def test_every_line_fits_and_nothing_can_steer_the_terminal(muster: Muster, tmp_path: Path) -> None:
    long_name, evil = "b" * 41, '"Ana \\e[31m Ruiz of the very long name that goes on and on and on for ever and ever"'
    rotas = ROTAS.replace("  bread:\n", f"  {long_name}:\n", 1).replace("schedule: bread", f"schedule: {long_name}")
    people = BOOK["oncall/people.yaml"].replace("name: Ana\n", f"name: {evil}\n")
    environment = {"MANIFESTS": str(folder(tmp_path, {"oncall/people.yaml": people, "oncall/rotas.yaml": rotas}))}
    for words in (("who", "--at", MONDAY), ("shifts", long_name, "--from", "2027-01-01", "--to", "2027-03-01")):
        said = muster("oncall", *words, environment=environment)
        assert said.code == 0
        assert max(map(len, lines(said))) <= 100
        assert "\x1b" not in said.out
    assert "…" in muster("oncall", "who", "--at", "2027-02-01T12:00Z", environment=environment).out
