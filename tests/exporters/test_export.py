"""What every format shares: rows, names, file names, durations."""

from datetime import timedelta

import pytest

from bot.domain.incident.commands import Propose
from bot.exporters import ALL, BY_NAME
from bot.exporters.export import Export, lasted, visible
from tests.exporters.incidents import declared, noted, plan, rich
from tests.harness.people import ANA, BEN, CY
from tests.harness.plans import policy


def test_a_format_is_found_by_its_name_and_its_aliases() -> None:
    assert {word: exporter.suffix for word, exporter in BY_NAME.items()} == {
        "markdown": ".md",
        "md": ".md",
        "html": ".html",
        "json": ".json",
        "csv": ".csv",
    }


def test_a_file_name_is_ascii_whatever_the_incident_is_called() -> None:
    names = [exporter.filename("INC-42", 57) for exporter in ALL]
    assert names == [
        "inc-42-timeline-57.md",
        "inc-42-timeline-57.html",
        "inc-42-timeline-57.json",
        "inc-42-timeline-57.csv",
    ]
    assert ALL[0].filename("../決済\n", 1) == "incident-timeline-1.md"


def test_a_person_appears_by_name_and_the_name_is_asked_for_once() -> None:
    asked: list[str] = []

    def name(person: str) -> str:
        asked.append(person)
        return "Ana Ruiz"

    story = noted("ask <@UANA>, or <@UANA|ana>", "and again <@UANA>")
    rows = list(Export(story.records, name, story.now).rows())
    assert rows[1].sentence == "noted: ask Ana Ruiz, or Ana Ruiz"
    assert asked.count(ANA) == 1


def test_a_person_without_a_name_appears_by_id() -> None:
    story = declared()
    assert next(Export(story.records, lambda _: " \n", story.now).rows()).actor == ANA


def test_the_facts_are_those_of_the_last_record_however_far_the_incident_has_gone_on() -> None:
    story = rich()
    early = Export(story.records[:3], str, story.now)
    assert early.incident.stage.id == "detected"
    assert early.head == story.records[2].hash


@pytest.mark.parametrize("hidden", ["\x00", "\x1b[31m", "\u202e", "\u2066", "\ud83d", "\x9b"])
def test_what_cannot_be_seen_is_shown_as_such(hidden: str) -> None:
    assert visible(f"a{hidden}b").startswith("a�")


def test_words_of_any_language_stay_as_they_are() -> None:
    words = "決済 כל הלקוחות 🔥👩🏽\u200d🚒 naïve\tx"
    assert visible(words) == words


def test_every_kind_of_line_end_is_one_newline() -> None:
    assert visible("a\r\nb\rc\u2028d") == "a\nb\nc\nd"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-3, "0 s"),
        (35, "35 s"),
        (119, "119 s"),
        (840, "14 min"),
        (3599, "59 min"),
        (3900, "1 h 5 min"),
        (183600, "2 d 3 h"),
    ],
)
def test_a_duration_is_said_in_the_units_that_matter(seconds: int, said: str) -> None:
    assert lasted(timedelta(seconds=seconds)) == said


def test_a_vote_is_exported_with_the_plan_that_was_voted_on() -> None:
    story = declared(policy=policy(quorum=2)).by(BEN, Propose, plan=plan("Scale to 5"))
    story.votes(CY, "approve").by(BEN, Propose, plan=plan("Scale to 7"))
    said = [row.sentence for row in Export(story.records, str, story.now).rows()]
    assert "approved “Scale to 5” (m1)" in said
