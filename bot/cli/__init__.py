"""The terminal door: one subcommand per file, the same verbs as Slack."""

import argparse
import sys
from collections.abc import Sequence

from bot.cli import demo, doctor, incident, verify, web
from bot.config import ManifestMistakes
from bot.settings import BadSettings

ALL = (incident, web, doctor, verify, demo)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns the exit code."""
    parser = argparse.ArgumentParser(prog="muster", description="A Slack-native incident bot.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for subcommand in ALL:
        name = subcommand.__name__.rpartition(".")[2]
        summary = (subcommand.__doc__ or "").partition("\n")[0].partition(": ")[2]
        own = commands.add_parser(name, help=summary, description=summary)
        subcommand.arguments(own)
        own.set_defaults(run=subcommand.run)
    chosen = parser.parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except (BadSettings, ManifestMistakes) as mistakes:
        print(mistakes, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
