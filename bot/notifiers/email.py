"""E-mail over SMTP: encrypted, in plain text, one thread per incident; a second try has the first one's Message-ID."""

import hashlib
import ipaddress
import re
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from bot.domain.oncall.notifier import EmailNotifier
from bot.notifiers.notifier import Means, Notice, Passing, Sent, Undeliverable, cut, secret
from bot.tls import tls

PATIENCE = 10
"""Seconds for each answer of the server."""

SUBJECT = 200
"""Characters of a subject: more is not shown anywhere."""

SCHEMES: dict[str, tuple[Literal["starttls", "tls", "plain"], int]] = {
    "smtp": ("starttls", 587),
    "smtps": ("tls", 465),
    "smtp+plain": ("plain", 25),
}
"""How each kind of url is kept from being read on its way, and its usual port (RFC 8314)."""


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    protected: Literal["starttls", "tls", "plain"]
    user: str
    password: str


def send(notifier: EmailNotifier, to: str, notice: Notice, means: Means) -> Sent:
    """Hand the letter over to the server. Raises Passing, Undeliverable."""
    server = server_of(notifier.server, means.secrets)
    address = _address(to, "Correct the contact's “to”: ana@example.com.")
    letter = _letter(notifier, address, notice)
    with _translated(server, address, notifier.server), _connected(server, notifier.server) as smtp:
        if server.user:
            smtp.login(server.user, server.password)
        smtp.send_message(letter, letter["From"].addresses[0].addr_spec, [address])
    return Sent(f"e-mail to {address}")


def lacks(notifier: EmailNotifier, secrets: Mapping[str, str]) -> Iterator[Undeliverable]:
    """Say what keeps it from working, as far as that can be seen from here."""
    try:
        server_of(notifier.server, secrets)
    except Undeliverable as wrong:
        yield wrong


def server_of(variable: str, secrets: Mapping[str, str]) -> Server:
    """Read the server's url. Raises Undeliverable, which doesn't repeat it: there is a password in it."""
    cure = f"Write {variable} like smtp://user:password@mail.example.com:587, with “%40” for an “@” in the password."
    try:
        url = urlsplit(secret(secrets, variable))
        port = url.port
    except ValueError:
        raise Undeliverable(f"{variable} holds no url of a mail server.", cure) from None
    if url.scheme not in SCHEMES:
        raise Undeliverable(f"{variable} does not begin with {', '.join(f'{name}://' for name in SCHEMES)}.", cure)
    if not url.hostname or url.path.strip("/") or url.query or url.fragment or (url.username and not url.password):
        raise Undeliverable(f"{variable} holds no url of a mail server.", cure)
    return _server(url, port)


def _server(url: SplitResult, port: int | None) -> Server:
    protected, usual = SCHEMES[url.scheme]
    host = url.hostname or ""
    return Server(
        host=host,
        port=port or usual,
        protected="plain" if protected == "starttls" and _is_loopback(host) else protected,
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
    )


def _is_loopback(host: str) -> bool:
    """Say whether the way there never leaves the machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _address(written: str, cure: str) -> str:
    """Check the address and write its domain as mail servers know it. Raises Undeliverable."""
    mailbox, _, domain = written.strip().rpartition("@")
    try:
        known = domain.encode("idna").decode()
    except UnicodeError:
        known = ""
    fits = re.fullmatch(r"[^\s<>@,;:\"()\[\]\\]+", mailbox) and re.fullmatch(r"[A-Za-z0-9.-]+", known)
    if not fits or not mailbox.isprintable():
        raise Undeliverable(f"“{written}” is no mail address.", cure)
    return f"{mailbox}@{known}"


def _letter(notifier: EmailNotifier, address: str, notice: Notice) -> EmailMessage:
    name, _, written = notifier.sender.rpartition("<")
    sender = _address(written.rstrip(">"), f"Correct the sender of the notifier {notifier.id}: muster@example.com.")
    mailbox, _, domain = sender.rpartition("@")
    thread = _id(f"thread {notice.incident}", domain)
    letter = EmailMessage(policy=policy.SMTP.clone(cte_type="7bit"))  # not every server takes 8 bits
    letter["From"] = Address(name.strip(' "'), mailbox, domain)
    letter["To"] = address
    letter["Subject"] = cut(notice.headline, SUBJECT)
    letter["Date"] = format_datetime(notice.at)
    letter["Message-ID"] = _id(f"page {notice.key} {address}", domain)
    letter["In-Reply-To"] = thread
    letter["References"] = thread
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: out-of-office replies stay away
    letter.set_content("\n\n".join(filter(None, (notice.text, notice.link if notice.link not in notice.text else ""))))
    return letter


def _id(name: str, domain: str) -> str:
    return f"<{hashlib.sha256(name.encode()).hexdigest()[:32]}@{domain}>"


@contextmanager
def _connected(server: Server, variable: str) -> Iterator[smtplib.SMTP]:
    """Connect, encrypted unless the url says otherwise; say goodbye, but don't wait for a polite answer."""
    if server.protected == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=tls())
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
    try:
        if server.protected == "starttls":
            _encrypt(smtp, server, variable)
        yield smtp
        with suppress(smtplib.SMTPException, OSError):  # it has the letter: what comes now changes nothing
            smtp.quit()
    finally:
        smtp.close()


def _encrypt(smtp: smtplib.SMTP, server: Server, variable: str) -> None:
    smtp.ehlo_or_helo_if_needed()
    if not smtp.has_extn("starttls"):
        cure = f"Let {server.host} offer STARTTLS, or write smtps:// in {variable}; smtp+plain:// gives encryption up."
        raise Undeliverable(f"{server.host} offers no encryption, so nothing was sent.", cure)
    smtp.starttls(context=tls())


@contextmanager
def _translated(server: Server, address: str, variable: str) -> Iterator[None]:
    """Tell what went wrong as Passing or Undeliverable."""
    host = server.host
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        cure = "Renew its certificate, or add its authority to those that the workers trust: SSL_CERT_FILE."
        why = f"{host} shows a certificate that is not trusted: {error.verify_message.rstrip('.')}."
        raise Undeliverable(why, cure) from None
    except smtplib.SMTPRecipientsRefused as error:
        code, said = error.recipients[address]
        raise _no(f"{host} refuses {address}", code, said, "Correct the contact's “to”, or the mailbox.") from None
    except smtplib.SMTPAuthenticationError as error:
        cure = f"Correct user and password in {variable}."
        raise _no(f"{host} refuses the user", error.smtp_code, error.smtp_error, cure) from None
    except smtplib.SMTPResponseException as error:
        cure = f"Correct what {host} names: the notifier's sender, or its server in {variable}."
        raise _no(f"{host} refuses the letter", error.smtp_code, error.smtp_error, cure) from None
    except UnicodeError:
        cure = f"Give the user of {variable} a password of plain letters, digits and signs."
        raise Undeliverable(f"User or password in {variable} cannot be sent: not ASCII.", cure) from None
    except smtplib.SMTPServerDisconnected as error:
        raise Passing(f"{host}:{server.port} hung up: {error}") from None
    except smtplib.SMTPException as error:  # no way to log in, or none to carry the address
        cure = f"Use another server in {variable}, or leave user and password away where it knows none."
        raise Undeliverable(f"{host} cannot do what is needed: {error}", cure) from None
    except OSError as error:
        raise Passing(f"{host}:{server.port} is out of reach: {str(error) or type(error).__name__}") from None


def _no(who: str, code: int, said: bytes | str, cure: str) -> Passing | Undeliverable:
    """Tell a refusal: 4yz passes (RFC 5321, 4.2.1), 5yz doesn't."""
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    why = f"{who}: {code} {words}"
    return Undeliverable(why, cure) if 500 <= code < 600 else Passing(why)
