"""A wire between two processes, with a hand on it: it holds one message, or its answer, while one of them is killed."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

CHUNK = 65536


@dataclass(eq=False)
class Hold:
    """One message to be held: the first that contains the marker."""

    marker: bytes
    answer: bool
    """Let the message through and hold what is answered to it: it was carried out, and nobody heard."""
    reached: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    goes_on: bool = False
    """What becomes of the held bytes when the hold is over: they arrive, or the connection is cut."""
    is_taken: bool = False

    def wait(self, patience: float = 20) -> None:
        """Return once the message, or its answer, is on the wire and held there."""
        assert self.reached.wait(patience), f"nothing with {self.marker!r} came in {patience:g} s"

    def let_go(self) -> None:
        """Let what is held arrive after all."""
        self.goes_on = True
        self.over.set()


class Wire:
    """Listens on a port of its own and connects on to another one."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._hold: Hold | None = None
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    @contextlib.contextmanager
    def hold(self, marker: str, *, answer: bool = False) -> Iterator[Hold]:
        """Hold the first message with this marker. At the end of the block it is lost, unless it was let go."""
        hold = Hold(marker.encode(), answer)
        self._hold = hold
        try:
            yield hold
        finally:
            self._hold = None
            hold.over.set()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._to)) as server:
            connection = _Connection(client, server)
            back = threading.Thread(target=connection.carry_back, daemon=True)
            back.start()
            connection.carry_on(self._take)
            back.join()

    def _take(self, message: bytes) -> Hold | None:
        """Return the hold that this message falls under, once."""
        with self._lock:
            hold = self._hold
            if hold is None or hold.is_taken or hold.marker not in message:
                return None
            hold.is_taken = True
            return hold


class _Connection:
    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client = client
        self.server = server
        self.hold: Hold | None = None

    def carry_on(self, take: Callable[[bytes], Hold | None]) -> None:
        """Carry what the client says to the server."""
        try:
            while message := self.client.recv(CHUNK):
                hold = take(message)
                if hold is not None and hold.answer:
                    self.hold = hold
                elif hold is not None and not _held(hold):
                    return
                self.server.sendall(message)
        except OSError:
            return  # one end was killed: that is what wires like this are for
        finally:
            _hang_up(self.client, self.server)

    def carry_back(self) -> None:
        """Carry what the server says to the client."""
        try:
            while message := self.server.recv(CHUNK):
                if self.hold is not None and not _held(self.hold):
                    return
                self.client.sendall(message)
        except OSError:
            return
        finally:
            _hang_up(self.client, self.server)


def _held(hold: Hold) -> bool:
    """Hold here until it is over; returns whether the bytes go on."""
    hold.reached.set()
    hold.over.wait()
    return hold.goes_on


def _hang_up(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
