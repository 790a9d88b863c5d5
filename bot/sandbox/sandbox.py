"""The local Slack as a whole: the workspace, what happens in it, and its lines to the app and to the pages."""

from collections import deque
from itertools import islice

from bot.sandbox.app import App
from bot.sandbox.changes import Changes
from bot.sandbox.clock import now
from bot.sandbox.delivery import Delivery
from bot.sandbox.faults import Faults
from bot.sandbox.pages import Pages
from bot.sandbox.seed import seed
from bot.sandbox.sockets import Sockets
from bot.sandbox.store import Store
from bot.sandbox.tickets import Tickets
from bot.sandbox.views import Views
from bot.sandbox.workspace import Json, Workspace

CALLS_KEPT = 10_000


class Sandbox:
    def __init__(self, store: Store, base_url: str, app: App | None, links: tuple[Json, ...] = ()) -> None:
        self.store = store
        self.base_url = base_url
        self.links = links
        """Pages beside the workspace, such as that of a service which can break."""
        self.faults = Faults()
        self.has_user_groups = True
        """Whether the workspace is on a paid plan, which user groups need."""
        self.pages = Pages()
        self.sockets = Sockets(lambda: self.workspace.app.app_id, self.tell_connected)
        self.tickets = Tickets()
        self.calls: deque[Json] = deque(maxlen=CALLS_KEPT)
        self.called = 0
        self.workspace = Workspace(store, base_url)
        self.changes = Changes(self.workspace)
        self.views = Views(self.workspace)
        self.delivery = Delivery(self.workspace, self.sockets, self.faults)
        self._begin(app or self.workspace.app)

    def reset(self) -> None:
        """Back to the seed, with the same app installed and its connections kept."""
        app = self.workspace.app
        self.store.empty()
        self.faults.replace([])
        self.has_user_groups = True
        self.tickets = Tickets()
        self.calls.clear()
        self.workspace = Workspace(self.store, self.base_url)
        self.changes = Changes(self.workspace)
        self.views = Views(self.workspace)
        self.delivery.begin_again(self.workspace)
        self._begin(app)
        self.pages.close()

    async def close(self) -> None:
        """Let pages and the app know, and put the workspace away."""
        self.pages.close()
        self.sockets.cut()
        await self.delivery.close()
        self.store.close()

    def install(self, app: App) -> None:
        self.workspace.install(app)
        self.tell_connected()

    @property
    def connected(self) -> bool:
        """Whether the app can be reached; for a request URL that is only a hope."""
        return bool(self.sockets.connections or self.workspace.app.request_url)

    def tell_connected(self) -> None:
        self.pages.tell_all({"type": "app", "connected": self.connected})

    def log(self, method: str, args: Json, error: str | None) -> None:
        self.called += 1
        call = {"n": self.called, "at": now(), "method": method, "args": args, "ok": error is None}
        self.calls.append(call | ({"error": error} if error else {}))

    def calls_since(self, number: int) -> list[Json]:
        newer = sum(1 for call in self.calls if call["n"] > number)
        return list(islice(self.calls, len(self.calls) - newer, None))

    def _begin(self, app: App) -> None:
        seed(self.workspace)
        self.workspace.install(app)
        self.workspace.tell = self.pages.tell
        self.workspace.emit = self.delivery.emit
