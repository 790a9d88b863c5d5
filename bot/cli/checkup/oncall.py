"""On call: can everybody be reached, are schedules kept elsewhere heard of, and does Slack know whom the book names?"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from redis.exceptions import RedisError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.cli.checkup import notifiers
from bot.cli.checkup.finding import Finding, failure, ok, reason, warning
from bot.cli.checkup.slack import PATIENCE, UNREACHABLE
from bot.domain.durations import lasted
from bot.domain.oncall.book import Book
from bot.domain.oncall.people import Person
from bot.domain.oncall.schedule import Elsewhere, Schedule
from bot.ports import Problem
from bot.slack.groups import CURES
from bot.wiring import Wired
from bot.wiring import slack as web_api

IN_THE_BOOK = "Correct it under manifests/oncall/."


def check(wired: Wired) -> Iterator[Finding]:
    book = wired.house.book
    if not book.people:
        yield ok("manifests/oncall/ names nobody: no incident pages anybody.")
        return
    counted = f"{len(book.people)} people, {len(book.teams)} teams, {len(book.schedules)} schedules"
    yield ok(f"The on-call book: {counted}.")
    yield from notifiers.findings(book.notifiers, wired.settings.environment)
    yield from _kept(wired)
    if wired.settings.slack_bot_token:
        yield from _in_slack(book, web_api(wired.settings, PATIENCE))


def _kept(wired: Wired) -> Iterator[Finding]:
    """Look into the record: what stands in the way, and how old is what other systems said."""
    try:
        problems, read = wired.problems.all(), wired.house.roster.last_read()
    except RedisError:
        return  # its own matter has said so
    now = wired.clock.now()
    for key, problem in problems.items():
        if key.startswith("approval:"):
            continue  # approvals have a matter of their own, which looks anew
        yield warning(f"{problem.why} (for {lasted(now - problem.since)})", problem.cure)
    for schedule in wired.house.book.schedules.values():
        if schedule.elsewhere is not None:
            yield from _heard_of(schedule, schedule.elsewhere, read, problems, now)


def _heard_of(
    schedule: Schedule,
    elsewhere: Elsewhere,
    read: Mapping[str, datetime],
    problems: Mapping[str, Problem],
    now: datetime,
) -> Iterator[Finding]:
    last = read.get(schedule.id)
    cure = "Look whether clock and worker run; what keeps it from being read is told above, if anything does."
    if last is None:
        yield failure(f"{schedule.id}: {elsewhere.uses} keeps it, and it was never read.", cure)
    elif elsewhere.is_stale(last, now):
        yield failure(f"{schedule.id}: {elsewhere.uses} keeps it; it was last read {lasted(now - last)} ago.", cure)
    elif f"schedule:{schedule.id}" not in problems:
        yield ok(f"{schedule.id} was read from {elsewhere.uses} {lasted(now - last)} ago.")


def _in_slack(book: Book, client: WebClient) -> Iterator[Finding]:
    try:
        yield from _people(book, client)
        yield from _groups(book, client)
        yield from _channels(book, client)
    except SlackApiError as error:
        code = error.response.get("error")
        yield warning(f"Slack can't be asked about the on-call book: {code}.", "Run this again in a minute.")
    except UNREACHABLE as error:
        cure = "Check the network and SLACK_API_URL, and run this again."
        yield warning(f"Slack can't be asked about the on-call book: {reason(error)}.", cure)


def _people(book: Book, client: WebClient) -> Iterator[Finding]:
    gone = [(person, why) for person in book.people.values() if (why := _missing(person, client))]
    for person, why in gone:
        yield failure(f"{person.name} ({person.slack}) {why}: a page would find nobody.", IN_THE_BOOK)
    if not gone:
        yield ok("Slack knows everybody in the on-call book.")


def _missing(person: Person, client: WebClient) -> str:
    """Say why Slack can't reach somebody; empty where it can."""
    try:
        user = client.users_info(user=person.slack)["user"]
    except SlackApiError as error:
        if error.response.get("error") in {"user_not_found", "user_not_visible"}:
            return "isn't in this workspace"
        raise
    return "has left the workspace" if user.get("deleted") else ""


def _groups(book: Book, client: WebClient) -> Iterator[Finding]:
    groups = {team.user_group: team.title for team in book.teams.values() if team.user_group}
    groups |= {schedule.user_group: schedule.title for schedule in book.schedules.values() if schedule.user_group}
    for group, whose in groups.items():
        try:
            client.usergroups_users_list(usergroup=group)
        except SlackApiError as error:
            code = str(error.response.get("error"))
            if code == "plan_upgrade_required":
                yield warning(f"{whose}: this Slack plan has no user groups.", "Remove user_group, or change the plan.")
            elif code in CURES:
                yield failure(f"{whose}: Slack refuses the user group {group}: {code}.", CURES[code])
            else:
                raise
        else:
            yield ok(f"The user group {group} of {whose} is there.")


def _channels(book: Book, client: WebClient) -> Iterator[Finding]:
    wanted = {team.channel: team.title for team in book.teams.values() if team.channel}
    if not wanted:
        return
    pages = client.conversations_list(exclude_archived=True, limit=200, types="public_channel")
    there = {channel["name"] for page in pages for channel in page["channels"]}
    for name, title in wanted.items():
        if name in there:
            yield ok(f"#{name} of {title} is there.")
        else:
            yield failure(f"There is no public channel #{name} for {title}.", f"Make it. Or: {IN_THE_BOOK}")
