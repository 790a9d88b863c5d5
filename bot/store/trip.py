"""One trip to Redis where two would be needed: a question is taken along with the next command of the same thread."""

import os
import threading
from collections.abc import Sequence
from typing import Any

import hiredis
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, RedisError, ResponseError
from redis.retry import Retry

Command = tuple[Any, ...]

AGAIN = Retry(NoBackoff(), 1, (RedisConnectionError,))
"""A second try at once: Redis may have hung up since the last trip, and nobody has looked."""


class Trip:
    """A connection of each thread's own, for what every request asks.

    A trip costs a request more than its rules do. This one spares the second trip, and what redis-py does around each
    command: to lend a connection, probe it, and count (measured: 38 of 72 µs).
    """

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._mine = threading.local()

    def take_along(self, *command: Any) -> None:
        """Keep a question for the next trip of this thread; an older one that nobody asked about is dropped."""
        self._mine.taken, self._mine.brought = command, None

    def ask(self, *command: Any) -> Any:
        """Go, and return the answer. Raises RedisError."""
        taken: Command | None = self._mine.__dict__.pop("taken", None)
        try:
            *brought, answer = self._go([command] if taken is None else [taken, command])
        except RedisError as error:
            self._mine.brought = error
            raise
        if brought:
            self._mine.brought = brought[0]
        return _sound(answer)

    def run(self, script: Script, keys: Sequence[Any], args: Sequence[Any]) -> Any:
        """Run a script, which Redis may have forgotten. Raises RedisError."""
        try:
            return self.ask("EVALSHA", script.sha, len(keys), *keys, *args)
        except NoScriptError:
            return self.ask("EVAL", script.script, len(keys), *keys, *args)

    def ask_all(self, commands: Sequence[Command]) -> list[Any]:
        """Go once with many questions, and return their answers. Raises RedisError, also for one that is refused."""
        return [_sound(answer) for answer in self._go(commands)] if commands else []

    def run_all(self, script: Script, calls: Sequence[tuple[Sequence[Any], Sequence[Any]]]) -> list[Any]:
        """Run a script many times on one trip, each with its keys and arguments. Raises RedisError."""
        if not calls:
            return []
        answers = self._go([("EVALSHA", script.sha, len(keys), *keys, *args) for keys, args in calls])
        return [
            self.run(script, *call) if isinstance(answer, NoScriptError) else _sound(answer)
            for answer, call in zip(answers, calls, strict=True)
        ]

    def brought(self) -> Any:
        """Return the answer to what was taken along; if nobody went since, go for it now. Raises RedisError."""
        if (taken := self._mine.__dict__.pop("taken", None)) is not None:
            self._mine.brought = self.ask(*taken)
        return _sound(self._mine.brought)

    def _go(self, commands: Sequence[Command]) -> list[Any]:
        connection = self._connection()
        return AGAIN.call_with_retry(lambda: _exchange(connection, commands), connection.disconnect)

    def _connection(self) -> Any:
        connection = getattr(self._mine, "connection", None)
        if connection is None or connection.pid != os.getpid():  # a fork's connection is its parent's
            connection = self._mine.connection = self._pool.make_connection()
        return connection


def _exchange(connection: Any, commands: Sequence[Command]) -> list[Any]:
    connection.send_packed_command([b"".join(hiredis.pack_command(command) for command in commands)])
    return [_reply(connection) for _ in commands]


def _reply(connection: Any) -> Any:
    try:
        return connection.read_response()
    except ResponseError as refusal:  # the answers behind it must be read, too
        return refusal


def _sound(answer: Any) -> Any:
    if isinstance(answer, RedisError):
        raise answer
    return answer
