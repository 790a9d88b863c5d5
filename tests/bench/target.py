"""A service to act on: it answers at once, or keeps its first caller waiting, and remembers who called when."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread


class Target:
    """`calls`: Idempotency-Key → when each call with it arrived, by the real time."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.calls: dict[str, list[float]] = {}
        self.hangs = False
        self.over = Event()
        self._lock = Lock()

    def called(self, key: str) -> None:
        with self._lock:
            calls = self.calls.setdefault(key, [])
            calls.append(time.time())
            is_first = len(calls) == 1
        if self.hangs and is_first:
            self.over.wait(60)


@contextmanager
def serving() -> Iterator[Target]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            target.called(self.headers["Idempotency-Key"])
            self._say(b'{"status": "done"}')

        def do_GET(self) -> None:
            self._say(b'{"status": "ok"}')

        def _say(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Callers are killed here; that one hung up is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    target = Target(server.server_port)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield target
    finally:
        target.over.set()
        server.shutdown()
        server.server_close()
