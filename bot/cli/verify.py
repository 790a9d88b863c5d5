"""`muster verify FILE`: check offline that nobody rewrote an exported timeline."""

import argparse
import sys
from pathlib import Path

from bot.exporters.verify import verify


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a timeline exported as JSON")


def run(chosen: argparse.Namespace) -> int:
    try:
        data = chosen.file.read_bytes()
    except OSError as error:
        print(f"{chosen.file} can't be read: {error.strerror}", file=sys.stderr)
        return 2
    verdict = verify(data)
    print(verdict)
    return 0 if verdict.holds else 1
