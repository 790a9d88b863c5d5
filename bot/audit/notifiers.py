"""Notifiers: does each get through to people, and is it known of every page that went out what became of it?"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.audit.facts import Facts, Looked
from bot.audit.finding import Finding, counted, several
from bot.domain.durations import lasted
from bot.domain.incident.decide.escalations import is_wanted
from bot.domain.incident.escalations import Page

OPEN_ENDED = timedelta(minutes=1)
"""How long a page may be tried: a call takes 10 s, and five tries of one less than this."""

LATELY = timedelta(hours=1)
FEW = 2
SHARE = 0.5
"""A notifier fails when at least this many, and this share, of the pages that were ordered lately did not get out."""


def check(facts: Facts) -> Iterator[Finding]:
    yield from _in_the_air(facts)
    yield from _failing(facts)
    if facts.heartbeat_fails:
        yield Finding(
            key="heartbeat",
            what=f"The heartbeat does not get through: {facts.heartbeat_fails.rstrip('.')}.",
            cure="Check HEARTBEAT_URL. Whoever waits for it will think that Muster is down.",
        )


def _in_the_air(facts: Facts) -> Iterator[Finding]:
    since = {one.id: min(begun) for one in facts.looked if (begun := list(_tried(one, facts.now)))}
    if since:
        longest = lasted(facts.now - min(since.values()))
        yield Finding(
            key="pages:tried",
            what=f"Pages were tried, and nothing is known of them for {longest} now: {several(list(since))}.",
            cure="Look whether workers live, and for “later effect” in their log. The next tier is called in time.",
            about=tuple(since),
        )


def _tried(one: Looked, now: datetime) -> Iterator[datetime]:
    """Say since when ways have been tried too long, of pages that are still wanted."""
    incident = one.incident
    for page in incident.pages.values() if incident else ():
        for number, way in enumerate(page.ways):
            if way.state != "tried" or incident is None or not is_wanted(page, incident):
                continue
            begun = _last_tried(one, page, number)
            if now - begun > OPEN_ENDED:
                yield begun


def _last_tried(one: Looked, page: Page, way: int) -> datetime:
    """Find in the record when a way was tried last; what is not in its end was so when the page was ordered."""
    wanted = {"type": "page.tried", "page": page.id, "way": way}
    for raw in reversed(one.tail.records if one.tail else ()):
        event = raw.get("event") if isinstance(raw, dict) else None
        if isinstance(event, dict) and wanted.items() <= event.items():
            return datetime.fromisoformat(str(event["at"]))
    return page.at


def _failing(facts: Facts) -> Iterator[Finding]:
    ended: dict[str, Counter[str]] = defaultdict(Counter)
    about: dict[str, list[str]] = defaultdict(list)
    for one in facts.looked:
        for page in one.incident.pages.values() if one.incident else ():
            for way in page.ways if facts.now - page.at <= LATELY else ():
                ended[way.by][way.state] += 1
                if way.state == "failed" and one.id not in about[way.by]:
                    about[way.by].append(one.id)
    for notifier, states in sorted(ended.items()):
        failed, all_ = states["failed"], states["failed"] + states["sent"]
        if failed >= FEW and failed >= SHARE * all_:
            yield Finding(
                key=f"notifier:{notifier}",
                what=f"{failed} of {counted(all_, 'page')} by {notifier} failed in the last hour: "
                f"{several(about[notifier])}.",
                cure="Their timelines say why. `muster doctor` looks whether notifiers have what they need.",
                about=tuple(about[notifier]),
            )
