"""`muster …` and `python -m bot …`: the terminal's door."""

import sys

from bot.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
