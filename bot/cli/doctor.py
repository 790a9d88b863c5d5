"""`muster doctor`: check tokens, scopes, manifest, channels, Redis, workers and clock; each finding with its cure."""

import argparse
import logging

from bot.cli.checkup import ALL, Finding
from bot.config import ManifestMistakes, Mistake
from bot.settings import BadSettings, read
from bot.wiring import wire


def arguments(_: argparse.ArgumentParser) -> None:
    """Take no arguments: everything comes from the environment."""


def run(_: argparse.Namespace) -> int:
    """Print every finding, matter by matter; exit with 1 if something must be done, else 0."""
    logging.getLogger("slack_sdk").addHandler(logging.NullHandler())  # what it would log, the findings say
    try:
        wired = wire(read())
    except BadSettings as wrong:
        cure = "Correct it in .env or in the environment."
        return _said([Finding("failure", line, cure) for line in str(wrong).splitlines()])
    except ManifestMistakes as wrong:
        return _said([_finding(mistake) for mistake in wrong.mistakes], "What runs goes on with the last good ones. ")
    findings = list[Finding]()
    for matter, check in ALL.items():
        print(matter)
        for finding in check(wired):
            print(finding, flush=True)
            findings.append(finding)
        print()
    return _summed_up(findings)


def _said(findings: list[Finding], else_: str = "") -> int:
    """Print what keeps everything else from being looked at."""
    print("\n".join(map(str, findings)))
    print(f"\n{else_}Nothing starts with this; the rest was not looked at.")
    return _summed_up(findings)


def _finding(mistake: Mistake) -> Finding:
    return Finding("failure", f"{mistake.place}: {mistake.what}.", mistake.instead)


def _summed_up(findings: list[Finding]) -> int:
    failures = sum(finding.level == "failure" for finding in findings)
    warnings = sum(finding.level == "warning" for finding in findings)
    if not failures and not warnings:
        print(f"All is well: {len(findings)} checks.")
        return 0
    parts = [f"{failures} to mend (✗)"] * bool(failures) + [f"{warnings} to consider (!)"] * bool(warnings)
    again = "" if not failures else " Then run `muster doctor` again."
    print(f"{', '.join(parts)}, {len(findings) - failures - warnings} well.{again}")
    return 1 if failures else 0
