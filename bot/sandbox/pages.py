"""News for the pages that people have open, as server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable

from bot.sandbox.workspace import Json

PING = 10.0


class Pages:
    def __init__(self) -> None:
        self.open: dict[asyncio.Queue[Json | None], str] = {}

    def tell(self, people: Iterable[str], news: Json) -> None:
        told = set(people)
        for queue, user in self.open.items():
            if user in told:
                queue.put_nowait(news)

    def tell_all(self, news: Json) -> None:
        self.tell(self.open.values(), news)

    async def stream(self, user: str) -> AsyncIterator[str]:
        """What happens from now on, with a ping whenever it was quiet for ten seconds."""
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        self.open[queue] = user
        try:
            yield 'data: {"type":"ping"}\n\n'
            while True:
                try:
                    news = await asyncio.wait_for(queue.get(), PING)
                except TimeoutError:
                    news = {"type": "ping"}
                if news is None:
                    return
                yield f"data: {json.dumps(news)}\n\n"
        finally:
            del self.open[queue]

    def close(self) -> None:
        for queue in self.open:
            queue.put_nowait(None)
