"""Serves an application on one port until interrupted, and says when it is ready."""

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server
from starlette.applications import Starlette


async def _nothing() -> None:
    pass


async def serve(
    app: Starlette, host: str, port: int, *, name: str, close: Callable[[], Awaitable[None]] = _nothing
) -> None:
    """Print ``<name> at http://…`` once the port answers; when interrupted, ``close`` and end the process.

    A port that somebody else serves is refused, not shared.
    """
    _claim(host, port)
    server = Server(app, host, port, interface=Interfaces.ASGI, log_level=LogLevels.error)
    enough = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, enough.set)
    serving = asyncio.create_task(server.serve())
    await asyncio.wait({serving, asyncio.create_task(_answers(host, port))}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        await serving
        return
    print(f"{name} at http://{host}:{port}", flush=True)  # noqa: T201  whoever started it waits for this line
    await enough.wait()
    await close()
    os._exit(0)  # granian's embedded server can't be taken down while somebody is connected; all is written


def _claim(host: str, port: int) -> None:
    """Granian listens with SO_REUSEPORT, so two servers on one port would quietly take turns."""
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise SystemExit(f"Port {port} on {host} can't be served: {os.strerror(error.errno or 0)}.") from error


async def _answers(host: str, port: int) -> None:
    """Return as soon as somebody answers there."""
    while True:
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return
