"""`muster audit`: look now whether incidents, clocks, effects and notifiers move; each finding with its cure."""

import argparse

from redis.exceptions import RedisError

from bot.audit import ALL
from bot.audit.finding import Finding as Found
from bot.audit.finding import counted
from bot.audit.outbreak import Outbreak
from bot.cli.checkup.finding import Finding, reason
from bot.domain.durations import lasted
from bot.settings import read
from bot.wiring import Wired, wire


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--history", action="store_true", help="what was wrong before: the last fifty outbreaks")


def run(chosen: argparse.Namespace) -> int:
    """Go one round over everything and print what is wrong; exit with 1 if anything is. Nobody is told of it."""
    wired = wire(read())
    try:
        return _history(wired) if chosen.history else _round(wired)
    except RedisError as error:
        cure = "Start it, or look at REDIS_URL: `muster doctor`."
        print(Finding("failure", f"The record at {wired.settings.redis_place} is out of reach: {reason(error)}.", cure))
        return 1


def _round(wired: Wired) -> int:
    facts = wired.audits.look_at_all(wired.settings.processes)
    found = 0
    for matter, check in ALL.items():
        print(matter)
        findings = list(check(facts))
        print(*(_line(finding) for finding in findings) if findings else ["✓ Nothing is wrong."], sep="\n")
        print()
        found += len(findings)
    last = wired.audits.last_round()
    rounds = f"last round by itself: {lasted(facts.now - last)} ago" if last else "no round by itself yet"
    said = counted(found, "problem") if found else "All is well"
    print(f"{said}; {counted(len(facts.looked), 'incident')} looked at; {rounds}.")
    return 1 if found else 0


def _line(finding: Found) -> str:
    return str(Finding("failure" if finding.severe else "warning", finding.what, finding.cure))


def _history(wired: Wired) -> int:
    outbreaks = wired.audits.history()
    if not outbreaks:
        print("Nothing was ever found wrong.")
    for outbreak in outbreaks:
        print(_span(outbreak))
        print(*(_line(finding) for finding in outbreak.was), sep="\n")
        print()
    return 0


def _span(outbreak: Outbreak) -> str:
    """Say from when to when an outbreak was, on this machine's clock."""
    end = outbreak.well_since or outbreak.ended
    until = f"{end.astimezone():%Y-%m-%d %H:%M}" if end else "now"
    return f"{outbreak.since.astimezone():%Y-%m-%d %H:%M} to {until}"
