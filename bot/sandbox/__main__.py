"""`python -m bot.sandbox`: starts the local workspace."""

import argparse
import asyncio
import json
import os
import signal
from pathlib import Path

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from bot.sandbox.app import App
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.server import application
from bot.sandbox.store import Store


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8700)
    parser.add_argument("--data", type=Path, help="folder in which the workspace is kept; without it, nothing is")
    parser.add_argument("--app", type=Path, help="JSON file that describes the installed app")
    options = parser.parse_args()
    app = App.read(json.loads(options.app.read_text())) if options.app else None
    asyncio.run(serve(options.host, options.port, options.data, app))


async def serve(host: str, port: int, data: Path | None, app: App | None) -> None:
    """Serve until interrupted, and say when it is ready."""
    base_url = f"http://{host}:{port}"
    slack = Sandbox(Store(data), base_url, app)
    server = Server(application(slack), host, port, interface=Interfaces.ASGI, log_level=LogLevels.error)
    enough = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, enough.set)
    if await _answers(host, port):  # granian would share the port with whoever has it
        raise SystemExit(f"Port {port} is taken.")
    serving = asyncio.create_task(server.serve())
    while not await _answers(host, port):
        await asyncio.wait({serving}, timeout=0.01)
    print(f"local workspace at {base_url}", flush=True)  # noqa: T201  the line that whoever started it waits for
    await enough.wait()
    await slack.close()
    os._exit(0)  # granian's embedded server can't be taken down cleanly while anyone is connected; all is written


async def _answers(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True


if __name__ == "__main__":
    main()
