"""The on-call book: any number of files are one book, and every slip in them says where and how to mend it."""

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import Mistake, holidays, load
from bot.config.sentences import EXAMPLES
from bot.domain.oncall.book import Book
from bot.domain.oncall.escalation import EscalationPolicy, Target, Tier
from bot.domain.oncall.notifier import SLACK, EmailNotifier, Notifier
from bot.domain.oncall.people import Choice, Contact, Person, Team
from bot.domain.oncall.schedule import Elsewhere, Layer, Schedule
from bot.domain.severity import Severity
from bot.domain.workflow.policy import PagePolicy
from tests.test_config import PATIENTLY, SCRAPS, SERVICES, SHIPPED, WORKFLOW, Files, folder, mistakes, outcome

PEOPLE = """\
people:
  ana:
    slack: UANA
    name: Ana
    zone: Europe/Madrid
    holidays: ES-MD
    hours: ["mon-fri 09:00-17:00"]
    contacts: [{by: slack}, {by: mail, to: ana@bread.test, after: 2m}]
    deputies: [ben]
  ben:
    slack: UBEN
    name: Ben
    zone: Europe/London
  cy: {slack: UCY, name: Cy, zone: Asia/Kolkata, contacts: []}
teams:
  team-bread:
    title: Bread
    members: [ana, ben]
    escalations:
      - {use: bread, severities: [p1, p2], hours: ["mon-fri 08:00-20:00"], zone: Europe/Madrid}
      - use: bread
  team-flour: {title: Flour, members: [cy]}
notifiers:
  mail: {uses: email, server: SMTP_URL, sender: bot@bread.test}
"""

ROTAS = """\
schedules:
  bread:
    title: Bread
    zone: Europe/Madrid
    layers:
      - rotation: weekly
        starts: 2026-01-05 09:00
        people: [ana, ben]
      - {rotation: custom, lengths: [5d, 2d], starts: 2026-01-05 09:00, ends: 2027-01-04 09:00, people: [cy]}
  flour:
    title: Flour
    elsewhere: {uses: pagerduty, schedule: PI7DH85, key: PD_KEY, people: {"Ana R": ana}}
escalations:
  bread:
    title: Bread
    tiers:
      - {notify: [{schedule: bread}], limit: 5m}
      - {notify: [{person: ana}, {channel: bakers}], limit: 10m}
      - {notify: [{team: team-bread}], limit: 1h}
    loud: [p1, p2]
"""

BOOK = {"oncall/people.yaml": PEOPLE, "oncall/rotas.yaml": ROTAS}


def book_of(root: Path, changed: Files = {}) -> Book:  # noqa: B006 - read only
    return load(folder(root, {**BOOK, **changed}), {}).book


def slips(root: Path, changed: Files) -> list[Mistake]:
    return mistakes(root, {**BOOK, **changed})


def test_all_files_together_are_one_book(tmp_path: Path) -> None:
    book = book_of(tmp_path, {"oncall/more.yaml": "people:\n  dee: {slack: UDEE, name: Dee, zone: Asia/Seoul}\n"})
    assert list(book.people) == ["dee", "ana", "ben", "cy"]
    assert book.people["ana"].contacts[1] == Contact(by="mail", to="ana@bread.test", after=120)
    assert book.by_slack["UBEN"].id == "ben"
    assert (book.teams["team-bread"].id, book.teams["team-bread"].escalations[0].severities) == (
        "team-bread", ("p1", "p2"),
    )  # fmt: skip
    assert book.schedules["bread"].layers[1].lengths == (5 * 86400, 2 * 86400)
    assert [tier.limit for tier in book.escalations["bread"].tiers] == [300, 600, 3600]
    assert book.notifiers["slack"] == SLACK
    assert isinstance(book.notifiers["mail"], EmailNotifier)


def test_without_the_folder_the_book_is_empty_and_owners_are_any_words(tmp_path: Path) -> None:
    manifests = load(folder(tmp_path), {})
    assert manifests.book == Book()
    assert manifests.services["mill"].owner == "team-flour"


def test_the_version_changes_with_the_book(tmp_path: Path) -> None:
    before = load(folder(tmp_path, BOOK), {}).hash
    assert load(folder(tmp_path, {"oncall/rotas.yaml": "# a remark\n" + ROTAS}), {}).hash == before
    assert load(folder(tmp_path, {"oncall/rotas.yaml": ROTAS.replace("limit: 5m", "limit: 6m")}), {}).hash != before


BROKEN: list[tuple[str, str, str, int, str, str]] = [
    # file, what is written there, what is written instead, line, what it says, and its remedy
    (
        "people",
        "people:\n  ana",
        "person: {}\npeople:\n  ana",
        1,
        "unknown key “person”",
        "The keys here are: people, teams",
    ),
    ("people", "notifiers:\n  mail: {uses", "notifiers:\n  - {uses", 23, "notifiers: it is no mapping", "Write an id"),
    ("rotas", "schedules:\n  bread:\n", "schedules:\nx:\n  bread:\n", 1, "schedules: it is empty", "Write an id"),
    ("people", "  ana:\n", "  Ana R:\n", 2, "Ana R.id: “Ana R” doesn't fit", "lower-case letters"),
    (
        "people",
        "    slack: UANA\n",
        "    id: ana\n    slack: UANA\n",
        3,
        "id: the id is the key above it",
        "Remove this",
    ),
    ("people", "    name: Ana\n", "", 2, "people.ana.name: it is missing", 'name: "Ana Ruiz"'),
    (
        "people",
        "    nam",
        "    nick: A\n    nam",
        4,
        "ana.nick: unknown key “nick”",
        "keys here are: slack, name, zone",
    ),
    ("people", "slack: UANA", "slack: ana", 3, "people.ana.slack: “ana” doesn't fit", "from the person's profile"),
    ("people", "slack: UBEN", "slack: UANA", 11, "people.ben.slack: “UANA” is ana already", "own member id"),
    (
        "people",
        "Europe/Madrid\n",
        "Europe/Madird\n",
        5,
        "no time zone “Europe/Madird”",
        "Did you mean “Europe/Madrid”?",
    ),
    ("people", "holidays: ES-MD", "holidays: XX", 6, "ana.holidays: no holidays are known of “XX”", "DE-BE"),
    ("people", "holidays: ES-MD", "holidays: ES-ZZ", 6, "no holidays are known of “ES-ZZ”", "ES-MD"),
    ("people", '09:00-17:00"]', '9-17"]', 7, "people.ana.hours[0]: “mon-fri 9-17” doesn't fit", "mon-fri 09:00-17:00"),
    ("people", "[{by: slack}", "[slack", 8, "contacts[0]: “slack” cannot stand here", "keys and values: by, to, after"),
    ("people", "{by: slack}", "{by: slak}", 8, "contacts[0].by: no notifier is called “slak”", "Did you mean “slack”?"),
    ("people", "to: ana@bread.test, ", "", 8, "contacts[1]: there is no address to write to", "to: ana@example.org"),
    ("people", "to: ana@bread.test", "to: ana", 8, "contacts[1].to: there is no address to write to", "to: ana@"),
    (
        "people",
        "deputies: [ben]",
        "deputies: [bne]",
        9,
        "deputies[0]: no person is called “bne”",
        "Did you mean “ben”?",
    ),
    ("people", "deputies: [ben]", "deputies: [ana]", 9, "ana.deputies: ana is their own deputy", "somebody else"),
    ("people", "members: [ana, ben]", "members: [ana, Ben]", 18, "members[1]: no person is called “Ben”", "“ben”?"),
    ("people", "members: [ana, ben]", "members: []", 18, "team-bread.members: it is empty", "members: [ana, ben]"),
    (
        "people",
        "      - use: bread",
        "      - use: brad",
        21,
        "[1].use: no escalation policy is called “brad”",
        "“bread”?",
    ),
    ("people", "[p1, p2]", "[p1, p5]", 20, "severities[1]: no severity is called “p5”", "There are: p1, p2, p3, p4."),
    (
        "people",
        "members: [cy]",
        "members: [cy]\n   , escalations: ",
        23,
        "escalations: it is empty",
        "[{use: payments-day}]",
    ),
    ("people", "uses: email", "uses: mail", 24, "mail.uses: there is no notifier “mail”", "Did you mean “email”?"),
    ("people", "uses: email, ", "", 24, "uses: it is missing", "Say what the notifier uses: slack, email, pagerduty"),
    (
        "people",
        "server: SMTP_URL",
        "server: smtp://x:y@z",
        24,
        "mail.server: “smtp://x:y@z” doesn't fit",
        "never the secret",
    ),
    (
        "people",
        "sender: bot@bread.test",
        "from: x",
        24,
        "mail.from: unknown key “from”",
        "within, uses, server, sender.",
    ),
    (
        "people",
        "  mail: {",
        "  slack: {uses: opsgenie, key: K}\n  mail: {",
        24,
        "slack.uses: “slack” is the direct",
        "Rename it",
    ),
    (
        "rotas",
        "    layers:\n",
        "    elsewhere: {uses: ics, url: 'https://c'}\n    layers:\n",
        5,
        "and has layers too",
        "Keep one",
    ),
    ("rotas", "    elsewhere: {", "    # {", 10, "schedules.flour: nobody takes turns in it", "Write layers, or where"),
    ("rotas", "rotation: weekly", "rotation: weakly", 6, "“weakly” is not among the choices", "Did you mean “weekly”?"),
    ("rotas", "rotation: weekly\n", "rotation: custom\n", 6, "[0].lengths: a custom rotation needs them", "[5d, 2d]"),
    (
        "rotas",
        "rotation: weekly\n",
        "rotation: weekly\n        lengths: [5d]\n",
        7,
        "only a custom rotation has",
        "custom",
    ),
    ("rotas", "lengths: [5d, 2d]", "every: 2, lengths: [5d]", 9, "[1].every: a custom rotation goes by", "Remove this"),
    ("rotas", "lengths: [5d, 2d]", "lengths: [5d, 2s]", 9, "lengths[1]: “2s” is too small", "at least 1m"),
    ("rotas", "lengths: [5d, 2d]", "lengths: [5d, 2w]", 9, "lengths[1]: “2w” is not a duration", "Write 90s, 5m, 1h"),
    (
        "rotas",
        "starts: 2026-01-05 09:00\n",
        "starts: monday\n",
        7,
        "starts: “monday” is no date and time",
        "2026-11-02 09:00",
    ),
    (
        "rotas",
        "starts: 2026-01-05 09:00\n",
        "starts: 0026-01-05 09:00\n",
        7,
        "the year 26 is out of reach",
        "1970 to 2999",
    ),
    (
        "rotas",
        "ends: 2027-01-04",
        "ends: 2026-01-05",
        9,
        "layers[1].ends: it ends before it starts",
        "a time after 2026-01-05 09:00",
    ),
    ("rotas", "people: [ana, ben]", "people: []", 8, "layers[0].people: it is empty", "people: [ana, ben, cy]"),
    (
        "rotas",
        "people: [ana, ben]",
        "people: [ana, bob]",
        8,
        "people[1]: no person is called “bob”",
        "There are: ana, ben, cy.",
    ),
    ("rotas", '{"Ana R": ana}', '{"Ana R": anna}', 12, "people.Ana R: no person is called “anna”", "“ana”?"),
    (
        "rotas",
        "pagerduty, schedule: PI7DH85, key: PD_KEY",
        "ics",
        12,
        "elsewhere: the calendar has no address",
        "key: ",
    ),
    ("rotas", "uses: pagerduty", "url: ftp://x, uses: ics", 12, "url: it is no address", "https://, or http:// or"),
    ("rotas", "uses: pagerduty", "url: webcal://x, uses: pagerduty", 12, "url: it is no address", "or http://."),
    ("rotas", "schedule: PI7DH85, ", "", 12, "elsewhere.schedule: pagerduty can't be asked without it", "PI7DH85"),
    ("rotas", "key: PD_KEY, ", "", 12, "elsewhere.key: pagerduty can't be asked without it", "the variable's name"),
    (
        "rotas",
        "key: PD_KEY",
        "key: y_NbAkKc66",
        12,
        "elsewhere.key: this is no variable's name",
        "never the key itself",
    ),
    ("rotas", "{uses: pagerduty, ", "{", 12, "flour.elsewhere.uses: it is missing", "for example: uses: ics"),
    ("rotas", "[{schedule: bread}]", "[{schedule: bred}]", 17, "schedule: no schedule is called “bred”", "“bread”?"),
    ("rotas", "[{schedule: bread}]", "[]", 17, "tiers[0].notify: it is empty", "notify: [{schedule: payments}]"),
    (
        "rotas",
        "{person: ana}",
        "{person: mo}",
        18,
        "notify[0].person: no person is called “mo”",
        "There are: ana, ben, cy.",
    ),
    (
        "rotas",
        "{person: ana}",
        "{person: ana, team: x}",
        18,
        "notify[0]: a target names one thing",
        "Write one of: schedule",
    ),
    (
        "rotas",
        "{team: team-bread}",
        "{team: team-brad}",
        19,
        "no team is called “team-brad”",
        "Did you mean “team-bread”?",
    ),
    ("rotas", "limit: 1h", "limit: 2d", 19, "tiers[2].limit: “2d” is too large", "Write at most 1d."),
    (
        "rotas",
        "    loud",
        "      - {notify: [{channel: x}], limit: 1m}\n    loud",
        14,
        "max_depth: there are 4 tiers",
        "max_depth: 4",
    ),
    ("rotas", "    loud", "    max_depth: 2\n    loud", 20, "max_depth: there are 3 tiers", "Write max_depth: 3"),
    (
        "rotas",
        "loud: [p1, p2]",
        "loud: [p1, high]",
        20,
        "loud[1]: no severity is called “high”",
        "There are: p1, p2, p3, p4.",
    ),
    (
        "rotas",
        "[{team: team-bread}]",
        "[{person: cy}]",
        19,
        "notify[0]: nobody of “cy” can be reached",
        "[{by: slack}]",
    ),
    ("rotas", "[{team: team-bread}]", "[{team: team-flour}]", 19, "nobody of “team-flour” can be reached", "a contact"),
    (
        "rotas",
        "    loud",
        "    channels_only: true\n    loud",
        20,
        "channels_only: this policy pages people",
        "Remove this",
    ),
    ("rotas", "    loud", "    quiet: [weekends]\n    loud", 20, "quiet[0]: “weekends” doesn't fit", "sat 00:00-24:00"),
]


@pytest.mark.parametrize(("stem", "good", "bad", "line", "what", "instead"), BROKEN, ids=lambda it: str(it)[:40])
def test_a_broken_line_is_named_with_its_remedy(  # noqa: PLR0917 - a row of the table
    tmp_path: Path, stem: str, good: str, bad: str, line: int, what: str, instead: str
) -> None:
    file = f"oncall/{stem}.yaml"
    assert good in BOOK[file], "the row must change something"
    found = slips(tmp_path, {file: BOOK[file].replace(good, bad, 1)})
    told = [it for it in found if it.file == f"manifests/{file}" and it.line == line and what in it.what]
    assert told, [str(it) for it in found]
    assert instead in told[0].instead


def test_a_slip_is_told_once_and_blames_nobody_else(tmp_path: Path) -> None:
    for file, good, bad in (
        ("rotas", "people: [ana, ben]", "people: [ana, bob]"),
        ("people", "zone: Europe/London", "zone: London"),
        ("rotas", "rotation: weekly", "rotation: weakly"),
        ("people", "slack: UBEN", "slack: UANA"),
    ):
        name = f"oncall/{file}.yaml"
        assert len(slips(tmp_path, {name: BOOK[name].replace(good, bad, 1)})) == 1


def test_a_file_that_cannot_be_read_blames_none_that_name_what_is_in_it(tmp_path: Path) -> None:
    (only,) = slips(tmp_path, {"oncall/people.yaml": "people: {"})
    assert (only.file, only.line) == ("manifests/oncall/people.yaml", 1)
    (only,) = slips(tmp_path, {"oncall/people.yaml": PEOPLE.replace("notifiers:\n  mail: {", "notifiers:\n  - {")})
    assert only.what == "notifiers: it is no mapping"
    (only,) = slips(tmp_path, {"oncall/people.yaml": PEOPLE.replace("teams:\n", "teams: &all\n")})
    assert only.what == "teams: “&all” is an anchor"
    (only,) = slips(tmp_path, {"oncall/people.yaml": PEOPLE.replace("name: Ben", "name: !x Ben")})
    assert only.what == "people.ben.name: the tag “!x” means nothing here"


def test_who_is_declared_twice_is_told_both_places(tmp_path: Path) -> None:
    (only,) = slips(tmp_path, {"oncall/z.yaml": "people:\n  ben: {slack: UOTHER, name: B, zone: UTC}\n"})
    assert (only.file, only.line) == ("manifests/oncall/z.yaml", 2)
    assert only.what == "people.ben: is declared already in manifests/oncall/people.yaml:10"


def test_a_team_and_a_schedule_may_have_the_same_name(tmp_path: Path) -> None:
    layer = "{rotation: daily, starts: 2026-01-05 09:00, people: [ana]}"
    text = f"schedules:\n  team-bread:\n    title: B\n    layers: [{layer}]\n"
    assert set(book_of(tmp_path, {"oncall/z.yaml": text}).schedules) == {"bread", "flour", "team-bread"}


def test_a_circle_of_deputies_is_shown_once(tmp_path: Path) -> None:
    text = PEOPLE.replace("name: Ben\n", "name: Ben\n    deputies: [cy]\n").replace(
        "contacts: []}", "contacts: [], deputies: [ana]}"
    )
    (only,) = slips(tmp_path, {"oncall/people.yaml": text})
    assert (only.line, only.what) == (9, "people.ana.deputies: the deputies go in a circle: ana → ben → cy → ana")
    assert only.instead == "Leave one of them out."


def test_a_long_line_of_deputies_is_followed_to_its_end(tmp_path: Path) -> None:
    many = "".join(f"  p{n}: {{slack: U{n:05}, name: P, zone: UTC, deputies: [p{n + 1}]}}\n" for n in range(1500))
    (only,) = slips(
        tmp_path, {"oncall/many.yaml": f"people:\n{many}  p1500: {{slack: ULAST, name: P, zone: Nowhere}}\n"}
    )
    assert "no time zone “Nowhere”" in only.what
    (circle,) = slips(tmp_path, {"oncall/many.yaml": f"people:\n{many.replace('[p1500]', '[p7]')}"})
    assert circle.line == 9
    assert circle.what.startswith("people.p7.deputies: the deputies go in a circle: p7 → p8 → p9")


def test_deputies_that_many_share_are_followed_once(tmp_path: Path) -> None:
    both = ("a", "b")
    rows = "".join(
        f"  {one}{n}: {{slack: U{one.upper()}{n:03}, name: P, zone: UTC, deputies: [a{n + 1}, b{n + 1}]}}\n"
        for n in range(40)
        for one in both
    )
    last = "".join(f"  {one}40: {{slack: U{one.upper()}LAST, name: P, zone: UTC}}\n" for one in both)
    assert "b40" in book_of(tmp_path, {"oncall/many.yaml": f"people:\n{rows}{last}"}).people, "not in 2**40 ways"


def test_two_people_may_have_the_same_deputy(tmp_path: Path) -> None:
    text = PEOPLE.replace("contacts: []}", "contacts: [], deputies: [ben, ana]}")
    assert book_of(tmp_path, {"oncall/people.yaml": text}).people["cy"].deputies == ("ben", "ana")


def test_who_has_a_deputy_with_a_contact_can_be_reached(tmp_path: Path) -> None:
    people = PEOPLE.replace("contacts: []}", "contacts: [], deputies: [ben]}")
    rotas = ROTAS.replace("[{team: team-bread}]", "[{person: cy}]")
    assert book_of(tmp_path, {"oncall/people.yaml": people, "oncall/rotas.yaml": rotas}).people["cy"].contacts == ()


CHANNELS = """\
escalations:
  quiet:
    title: Tell the bakers
    tiers: [{notify: [{channel: bakers}, {group: S0614TZR7}], limit: 5m}]
"""


def test_a_policy_of_channels_alone_is_a_slip_unless_it_says_so(tmp_path: Path) -> None:
    (only,) = slips(tmp_path, {"oncall/z.yaml": CHANNELS})
    assert (only.line, only.what) == (
        2, "escalations.quiet: nobody is paged: it names channels and user groups alone",
    )  # fmt: skip
    assert "channels_only: true" in only.instead
    assert (
        book_of(tmp_path, {"oncall/z.yaml": CHANNELS + "    channels_only: true\n"}).escalations["quiet"].channels_only
    )


def test_whom_another_system_puts_on_call_is_judged_only_where_it_is_written_who_is_who(tmp_path: Path) -> None:
    rotas = ROTAS.replace("[{team: team-bread}]", "[{schedule: flour}]")
    unsaid = book_of(tmp_path, {"oncall/rotas.yaml": rotas.replace(', people: {"Ana R": ana}', "")})
    assert unsaid.escalations["bread"].tiers[2].notify[0].schedule == "flour"
    (only,) = slips(tmp_path, {"oncall/rotas.yaml": rotas.replace('{"Ana R": ana}', '{"Cy R": cy}')})
    assert "nobody of “flour” can be reached" in only.what


@pytest.mark.parametrize("where", ["url: 'https://c/on.ics'", "url: webcal://c/on.ics", "key: CALENDAR_ADDRESS"])
def test_a_calendar_is_found_by_its_address_or_by_the_variable_that_holds_it(tmp_path: Path, where: str) -> None:
    rotas = ROTAS.replace("uses: pagerduty, schedule: PI7DH85, key: PD_KEY", f"uses: ics, {where}")
    assert isinstance(book_of(tmp_path, {"oncall/rotas.yaml": rotas}).schedules["flour"].elsewhere, Elsewhere)


def test_an_owner_must_be_a_team_once_there_are_teams(tmp_path: Path) -> None:
    (only,) = slips(tmp_path, {"services.yaml": SERVICES.replace("team-flour", "team-flower")})
    assert (only.file, only.line) == ("manifests/services.yaml", 8)
    assert (only.what, only.instead) == (
        "mill.owner: no team is called “team-flower”", "Did you mean “team-flour”?",
    )  # fmt: skip


def test_while_there_are_no_teams_owners_are_any_words(tmp_path: Path) -> None:
    people = "people:\n  ana: {slack: UANA, name: Ana, zone: UTC}\n"
    manifests = load(folder(tmp_path, {"oncall/people.yaml": people}), {})
    assert manifests.services["mill"].owner == "team-flour"
    assert manifests.book.people["ana"].name == "Ana"


def test_a_severity_pages_by_notifiers_that_there_are(tmp_path: Path) -> None:
    paging = WORKFLOW.replace("approval: true,", "approval: true, page: {channels: [ops], contacts: [mail, pager]},")
    (only,) = slips(tmp_path, {"workflows/hybrid.yaml": paging})
    assert only.line == 2
    assert only.what == "severities.p1.page.contacts[1]: no notifier is called “pager”"
    manifests = load(folder(tmp_path, {**BOOK, "workflows/hybrid.yaml": paging.replace(", pager", "")}), {})
    assert manifests.policy.of(Severity.P1).page == PagePolicy(channels=("ops",), contacts=("mail",), wakes=True)
    assert manifests.policy.of(Severity.P2).page is None


def test_an_approval_asks_people_that_there_are(tmp_path: Path) -> None:
    seats = "seats: [{person: anna}, {team: team-flower}, {schedule: bred}]"
    asking = WORKFLOW.replace("seats: [{anyone: true}]", seats)
    told = [(slip.line, slip.what, slip.instead) for slip in slips(tmp_path, {"workflows/hybrid.yaml": asking})]
    assert [what for _, what, _ in told] == [
        "approvals.anybody.seats[0].person: no person is called “anna”",
        "approvals.anybody.seats[1].team: no team is called “team-flower”",
        "approvals.anybody.seats[2].schedule: no schedule is called “bred”",
    ]
    assert {line for line, _, _ in told} == {6}
    assert "Did you mean “ana”?" in told[0][2]


def test_without_a_book_an_approval_can_ask_nobody_by_name(tmp_path: Path) -> None:
    asking = WORKFLOW.replace("seats: [{anyone: true}]", "seats: [{person: ana}]")
    (only,) = mistakes(tmp_path, {"workflows/hybrid.yaml": asking})
    assert only.what == "approvals.anybody.seats[0].person: no person is called “ana”"


def test_a_stage_has_no_end_where_too_few_people_sit_at_the_gate_out_of_it(tmp_path: Path) -> None:
    asking = WORKFLOW.replace(
        "approvals: {",
        "approvals: {flour: {title: Flour, kind: sequential, chain: [{person: ana}, {team: team-flour, voices: 2}]}, ",
    ).replace("gates: [", "gates: [{use: flour, before: [stage], stages: [closed]}, ")
    (only,) = slips(tmp_path, {"workflows/hybrid.yaml": asking})
    assert only.what == (
        "stages.resolved: nobody may get out of it: "
        "the move to closed waits for “flour”, which can never pass: 1 of 2 yeses at best"
    )
    more = PEOPLE.replace("members: [cy]", "members: [cy, ben]")
    manifests = load(folder(tmp_path, {**BOOK, "workflows/hybrid.yaml": asking, "oncall/people.yaml": more}), {})
    assert "flour" in manifests.policy.approvals


def test_a_service_may_name_channels_of_its_own(tmp_path: Path) -> None:
    services = SERVICES + "  channels: [mill-room]\n"
    assert load(folder(tmp_path, {"services.yaml": services}), {}).services["mill"].channels == ("mill-room",)
    (only,) = mistakes(tmp_path, {"services.yaml": SERVICES + "  channels: ['#mill']\n"})
    assert only.what == "mill.channels[0]: “#mill” doesn't fit"
    (only,) = mistakes(tmp_path, {"services.yaml": SERVICES + "  channels:\n"})
    assert only.instead == "Write it like: channels: [ops]"


def test_a_notifiers_secret_need_not_be_here_to_read_the_book(tmp_path: Path) -> None:
    assert isinstance(book_of(tmp_path).notifiers["mail"], EmailNotifier)


def test_slack_may_be_given_other_limits(tmp_path: Path) -> None:
    text = PEOPLE + "  slack: {uses: slack, most: 3}\n"
    assert book_of(tmp_path, {"oncall/people.yaml": text}).notifiers["slack"].most == 3


@pytest.mark.parametrize(
    ("uses", "to", "what"),
    [
        ("opsgenie", "", "people.ana.contacts[1]: Opsgenie isn't told whom to page"),
        ("opsgenie", "ana@bread.test", ""),
        ("pagerduty", "r0utingkey", "people.ana.contacts[1].to: “r0utingkey” is no variable's name"),
        ("pagerduty", "ANAS_ROUTING_KEY", ""),
        ("pagerduty", "", ""),
    ],
)
def test_a_contact_has_the_address_that_its_notifier_needs(tmp_path: Path, uses: str, to: str, what: str) -> None:
    text = PEOPLE.replace("to: ana@bread.test, ", f"to: {to}, " if to else "")
    text = text.replace("uses: email, server: SMTP_URL, sender: bot@bread.test", f"uses: {uses}, key: SOME_KEY")
    if what:
        (only,) = slips(tmp_path, {"oncall/people.yaml": text})
        assert (only.line, only.what) == (8, what)
    else:
        assert book_of(tmp_path, {"oncall/people.yaml": text}).people["ana"].contacts[1].to == to


def test_a_webhooks_body_is_a_text_or_a_mapping(tmp_path: Path) -> None:
    hook = PEOPLE + "  sms: {uses: webhook, url: 'https://sms.test/${to}', body: BODY}\n"
    for body in ('"${text}"', "{text: '${text}'}"):
        assert book_of(tmp_path, {"oncall/people.yaml": hook.replace("BODY", body)}).notifiers["sms"].uses == "webhook"
    (only, *_) = slips(tmp_path, {"oncall/people.yaml": hook.replace("BODY", "[text]")})
    assert (only.line, only.what) == (25, "notifiers.sms.body: a list cannot stand here")
    assert only.instead == "Write a text in quotes, or keys and texts."


# Holidays


def test_holidays_have_names_and_other_days_have_none() -> None:
    assert holidays.holiday("DE-BE", date(2026, 12, 25)) is not None
    assert holidays.holiday("DE-BE", date(2026, 3, 8)) is not None, "a holiday of Berlin alone"
    assert holidays.holiday("DE", date(2026, 3, 8)) is None
    assert holidays.holiday("DE", date(2026, 12, 24)) is None
    assert holidays.holiday("XX", date(2026, 12, 25)) is None
    assert holidays.holiday("DE-ZZ", date(2026, 12, 25)) is None


@pytest.fixture
def bare_python(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Python without the extra `calendars`."""
    holidays._of_year.cache_clear()
    monkeypatch.setitem(sys.modules, "holidays", None)
    yield
    holidays._of_year.cache_clear()


@pytest.mark.usefixtures("bare_python")
def test_without_the_library_there_are_no_holidays_and_who_declares_some_is_told_what_to_install(
    tmp_path: Path,
) -> None:
    assert holidays.holiday("DE", date(2026, 12, 25)) is None
    (only,) = slips(tmp_path, {})
    assert (only.file, only.line) == ("manifests/oncall/people.yaml", 6)
    assert "not installed" in only.what
    assert "muster[calendars]" in only.instead
    without = PEOPLE.replace("    holidays: ES-MD\n", "")
    assert book_of(tmp_path, {"oncall/people.yaml": without}).people["ana"].holidays == ""


# What is shipped


def test_every_key_that_must_be_there_has_an_example() -> None:
    notifiers = get_args(get_args(Notifier)[0])
    models = (Person, Contact, Team, Choice, Schedule, Layer, Elsewhere, EscalationPolicy, Tier, Target, *notifiers)
    required = {name for model in models for name, field in model.model_fields.items() if field.is_required()}
    assert required - {"id"} <= set(EXAMPLES)


def test_every_owner_that_is_shipped_is_a_team_and_payments_are_covered_by_day_and_by_night() -> None:
    manifests = load(SHIPPED, {})
    book = manifests.book
    assert {service.owner for service in manifests.services.values()} == set(book.teams)
    assert [choice.use for choice in book.teams["team-payments"].escalations] == ["payments-nights", "payments"]
    assert len(book.escalations["payments"].tiers) == 3
    assert {contact.by for person in book.people.values() for contact in person.contacts} == {"slack", "email"}


def test_the_shipped_people_live_in_the_local_workspace() -> None:
    from bot.sandbox.seed import PEOPLE as LOCAL

    assert {(it.slack, it.name, it.zone) for it in load(SHIPPED, {}).book.people.values()} == {
        (it.id, it.real_name, it.tz) for it in LOCAL
    }


@pytest.mark.parametrize(
    ("severity", "channels", "contacts", "wakes"),
    [
        (Severity.P1, ("incidents-critical",), (), True),
        (Severity.P2, ("ops",), ("slack", "email"), True),
        (Severity.P3, (), ("slack",), False),
    ],
)
def test_the_shipped_severities_page_as_promised(
    severity: Severity, channels: tuple[str, ...], contacts: tuple[str, ...], wakes: bool
) -> None:
    policy = load(SHIPPED, {}).policy
    assert policy.of(severity).page == PagePolicy(channels=channels, contacts=contacts, wakes=wakes)
    assert policy.of(Severity.P4).page is None


# Whatever is written

FEWER = settings(PATIENTLY, max_examples=60)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


@FEWER
@given(where=st.sampled_from(sorted(BOOK)), data=st.data())
def test_any_slip_in_a_good_book_is_a_book_or_a_mistake(scratch: Path, where: str, data: st.DataObject) -> None:
    text = BOOK[where]
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(len(text), begin + 20)))
    scraps = data.draw(st.lists(SCRAPS, max_size=3))
    outcome(scratch, {**BOOK, where: text[:begin] + "".join(scraps) + text[end:]})


KEYS = st.sampled_from(
    sorted(
        {name for model in (Person, Team, Schedule, Layer, Elsewhere, EscalationPolicy) for name in model.model_fields}
    )
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["ana", "bread", "p1", "custom", "5m", "ics", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
TOPS = st.sampled_from(["people", "teams", "schedules", "escalations", "notifiers"])


@FEWER
@given(tree=st.dictionaries(TOPS, st.dictionaries(st.sampled_from(["ana", "bread", "slack"]), VALUES, max_size=3)))
def test_any_tree_of_values_is_a_book_or_a_mistake(scratch: Path, tree: Mapping[str, Any]) -> None:
    outcome(scratch, {**BOOK, "oncall/people.yaml": json.dumps(tree) if tree else "people: {}"})
