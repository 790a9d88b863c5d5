"""Serves an application on one port until interrupted, and says when it is ready."""

import asyncio
import signal
import socket

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server
from starlette.applications import Starlette


async def serve(app: Starlette, host: str, port: int, *, name: str) -> None:
    """Print ``<name> at http://…`` once the port answers; a port that somebody else serves is refused, not shared."""
    _claim(host, port)
    server = Server(app, host, port, interface=Interfaces.ASGI, log_level=LogLevels.error)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    serving, ready = asyncio.create_task(server.serve()), asyncio.create_task(_answers(host, port))
    await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
    if ready.done():
        print(f"{name} at http://{host}:{port}", flush=True)  # noqa: T201  whoever started it waits for this line
    ready.cancel()
    await serving


def _claim(host: str, port: int) -> None:
    """Granian listens with SO_REUSEPORT, so two servers on one port would quietly take turns."""
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise SystemExit(f"Port {port} on {host} can't be served: {error.strerror}.") from error


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
