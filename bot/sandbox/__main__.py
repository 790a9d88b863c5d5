"""`python -m bot.sandbox`: starts the local workspace."""

import argparse
import asyncio
import json
from pathlib import Path

from bot.sandbox.app import App
from bot.sandbox.errors import NotPossibleError
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.server import application
from bot.sandbox.serving import serve
from bot.sandbox.store import Store
from bot.sandbox.workspace import Json


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8700)
    parser.add_argument("--data", type=Path, help="folder in which the workspace is kept; without it, nothing is")
    parser.add_argument("--app", type=Path, help="JSON file that describes the installed app")
    parser.add_argument(
        "--link", nargs=2, action="append", default=[], metavar=("TITLE", "URL"), help="a page to show in the sidebar"
    )
    options = parser.parse_args()
    try:
        app = App.read(json.loads(options.app.read_text())) if options.app else None
    except (OSError, ValueError, NotPossibleError) as error:
        parser.error(f"--app {options.app}: {error}")
    links = tuple({"title": title, "url": url} for title, url in options.link)
    asyncio.run(run(options.host, options.port, options.data, app, links))


async def run(host: str, port: int, data: Path | None, app: App | None, links: tuple[Json, ...]) -> None:
    """Serve one workspace until interrupted."""
    slack = Sandbox(Store(data), f"http://{host}:{port}", app, links)
    await serve(application(slack), host, port, name="local workspace", close=slack.close)


if __name__ == "__main__":
    main()
