"""The terminal door: one subcommand per file, the same verbs as Slack."""

import argparse
import os
import sys
from collections.abc import Sequence

from bot import verbs
from bot.cli import audit, demo, doctor, gates, incident, oncall, verify, web, workflow
from bot.config import ManifestMistakes
from bot.settings import BadSettings

ALL = (incident, gates, oncall, workflow, web, doctor, audit, verify, demo)


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
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given and given[0] in verbs.BY_NAME and given[0] not in commands.choices:
        parser.error(f"“{given[0]}” is a verb of incidents. Say: muster incident {' '.join(given)}")
    chosen = parser.parse_args(given)
    try:
        code = int(chosen.run(chosen))
        sys.stdout.flush()
    except (BadSettings, ManifestMistakes) as mistakes:
        print(mistakes, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `muster incident timeline | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code
