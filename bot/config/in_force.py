"""The manifests in force, which may change while Muster runs: whoever keeps a part of them hears of it."""

from collections.abc import Callable

from bot.config import Manifests

Listener = Callable[[Manifests], object]


class InForce:
    """What was read last without a mistake."""

    def __init__(self, manifests: Manifests) -> None:
        self.now = manifests
        self._listeners = list[Listener]()

    def hear(self, listener: Listener) -> None:
        """Tell the listener what is in force, and whatever is from now on."""
        listener(self.now)
        self._listeners.append(listener)

    def take(self, manifests: Manifests) -> None:
        self.now = manifests
        for listener in self._listeners:
            listener(manifests)
