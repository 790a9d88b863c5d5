"""Certificates for servers of tests, an authority that signed them, and names that lead to this machine.

`certificates/` was made once with openssl, for a hundred years: `mail.example.test` and `hooks.example.test`, signed by
an authority that nobody trusts unless a test says so.
"""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.tls import tls

CERTIFICATES = Path(__file__).parent / "certificates"


def certificate() -> ssl.SSLContext:
    """What a server of ours shows."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATES / "server.pem")
    return context


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Trust the tests' authority as an operator would: by SSL_CERT_FILE, before the process asks for certificates."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "authority.pem"))
    tls.cache_clear()
    yield
    tls.cache_clear()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every name below `example.test` lead to 127.0.0.1, as a line in /etc/hosts would."""
    asked = socket.getaddrinfo

    def resolved(host: Any, *more: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        return asked("127.0.0.1" if name.endswith(".example.test") else host, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
