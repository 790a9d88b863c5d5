"""E-mail to a real mail server: encrypted or not at all, one thread per incident, nothing smuggled into a header."""

from collections.abc import Iterator
from email.headerregistry import Address
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.oncall.notifier import EmailNotifier
from bot.notifiers import Means, Passing, Sent, Undeliverable, email, lacks, send
from bot.notifiers.notifier import cut
from tests.harness.clock import at
from tests.harness.mailbox import Letter, Mailbox
from tests.notifiers.ways import NOTICE, Desk, notice

MAIL = EmailNotifier(id="mail", server="SMTP_URL", sender="Müster <muster@example.com>")


def means(url: str) -> Means:
    return Means(secrets={"SMTP_URL": url}, slack=Desk(), now=at(0))


def mail(url: str, to: str = "ana@example.com", notifier: EmailNotifier = MAIL, **changes: Any) -> Sent:
    return send(notifier, to, notice(**changes), means(url))


def local(mailbox: Mailbox) -> str:
    return f"smtp://127.0.0.1:{mailbox.port}"


# The way there


def test_a_letter_goes_encrypted_with_user_and_password(names: None, trusted: None) -> None:
    with Mailbox("starttls", user="muster@example.com", password="s/e:c@r%et") as mailbox:
        url = f"smtp://muster%40example.com:s%2Fe%3Ac%40r%25et@mail.example.test:{mailbox.port}"
        assert mail(url) == Sent("e-mail to ana@example.com")
        (letter,) = mailbox.letters()
    assert letter.encrypted
    assert letter.user == "muster@example.com"


def test_smtps_is_encrypted_from_the_first_byte(names: None, trusted: None) -> None:
    with Mailbox("tls", user="muster", password="secret") as mailbox:
        mail(f"smtps://muster:secret@mail.example.test:{mailbox.port}")
        (letter,) = mailbox.letters()
    assert letter.encrypted


@pytest.mark.parametrize("protected", ["starttls", "tls"])
def test_a_certificate_that_nobody_trusts_gets_neither_password_nor_letter(protected: Any, names: None) -> None:
    with Mailbox(protected, user="muster", password="secret") as mailbox:
        scheme = "smtps" if protected == "tls" else "smtp"
        with pytest.raises(
            Undeliverable, match=r"mail\.example\.test shows a certificate that is not trusted"
        ) as caught:
            mail(f"{scheme}://muster:secret@mail.example.test:{mailbox.port}")
        assert "SSL_CERT_FILE" in caught.value.cure
        assert (mailbox.tried, mailbox.letters()) == ([], [])


def test_another_hosts_certificate_is_not_trusted(names: None, trusted: None) -> None:
    with Mailbox("starttls", user="muster", password="secret") as mailbox:
        with pytest.raises(Undeliverable, match="certificate that is not trusted"):
            mail(f"smtp://muster:secret@other.example.test:{mailbox.port}")
        assert (mailbox.tried, mailbox.letters()) == ([], [])


def test_without_encryption_nothing_is_sent_over_the_network(names: None) -> None:
    with Mailbox("plain", user="muster", password="secret") as mailbox:
        with pytest.raises(Undeliverable, match="offers no encryption, so nothing was sent") as caught:
            mail(f"smtp://muster:secret@mail.example.test:{mailbox.port}")
        assert "smtps://" in caught.value.cure
        assert (mailbox.tried, mailbox.letters()) == ([], [])


def test_encryption_can_be_given_up_only_in_words(names: None) -> None:
    with Mailbox("plain", user="muster", password="secret") as mailbox:
        mail(f"smtp+plain://muster:secret@mail.example.test:{mailbox.port}")
        assert mailbox.tried == [("muster", "secret")]
        assert len(mailbox.letters()) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_on_this_machine_no_encryption_is_asked_for(mailbox: Mailbox, host: str) -> None:
    mail(f"smtp://{host}:{mailbox.port}")
    (letter,) = mailbox.letters()
    assert not letter.encrypted


def test_a_server_that_says_a_rude_goodbye_has_taken_the_letter(mailbox: Mailbox) -> None:
    for reply in ("554 go away", "451 what?", ""):
        mailbox.replies("QUIT", reply)
        assert mail(local(mailbox)).detail == "e-mail to ana@example.com"
    assert len(mailbox.letters()) == 3


def test_a_server_that_hangs_at_the_end_has_taken_the_letter(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(email, "PATIENCE", 0.2)
    mailbox.hangs("QUIT")
    assert mail(local(mailbox)).detail == "e-mail to ana@example.com"


# What servers say


def test_a_refused_recipient_is_named_with_what_the_server_says(mailbox: Mailbox) -> None:
    mailbox.replies("RCPT", "550 5.1.1 no such user")
    with pytest.raises(Undeliverable) as caught:
        mail(local(mailbox))
    assert caught.value.why == "127.0.0.1 refuses ana@example.com: 550 5.1.1 no such user."


def test_greylisting_passes(mailbox: Mailbox) -> None:
    mailbox.replies("RCPT", "450 4.7.1 greylisted, come back")
    with pytest.raises(Passing, match=r"refuses ana@example.com: 450 4\.7\.1 greylisted, come back"):
        mail(local(mailbox))


def test_a_wrong_password_names_the_variable_to_correct(names: None, trusted: None) -> None:
    with Mailbox("starttls", user="muster", password="right") as mailbox, pytest.raises(Undeliverable) as caught:
        mail(f"smtp://muster:wrong-one@mail.example.test:{mailbox.port}")
    assert caught.value.cure == "Correct user and password in SMTP_URL."
    assert "wrong-one" not in str(caught.value)


def test_a_server_that_knows_no_users_is_told_apart(mailbox: Mailbox) -> None:
    with pytest.raises(Undeliverable, match="cannot do what is needed"):
        mail(f"smtp://muster:secret@127.0.0.1:{mailbox.port}")
    assert mailbox.letters() == []


def test_a_password_that_smtp_cannot_carry_is_told(names: None, trusted: None) -> None:
    box = Mailbox("starttls", user="muster", password="x")
    with box as mailbox, pytest.raises(Undeliverable, match="not ASCII") as caught:
        mail(f"smtp://muster:p%C3%A4sswort@mail.example.test:{mailbox.port}")
    assert "sswort" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com:587",
        "http://mail.example.com",
        "smtp://",
        "smtp://:587",
        "smtp://user@mail.example.com",
        "smtp://user:pa#ss@mail.example.com",
        "smtp://user:pa/ss@mail.example.com",
        "smtp://mail.example.com:port",
        "smtp://mail.example.com:99999",
        "smtp://mail.example.com/path",
        "smtp://[mail",
        "",
        "  ",
    ],
)
def test_what_is_no_mail_server_is_told_with_an_example_and_without_repeating_it(url: str) -> None:
    with pytest.raises(Undeliverable) as caught:
        mail(url)
    assert "SMTP_URL" in caught.value.why
    assert "mail.example.com:587" in caught.value.cure or "Set SMTP_URL" in caught.value.cure
    assert "pa#ss" not in str(caught.value)
    assert [str(lack) for lack in lacks(MAIL, {"SMTP_URL": url})] == [str(caught.value)]


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("smtp://mail.example.com", "mail.example.com", 587),
        ("smtps://u:p@mail.example.com", "mail.example.com", 465),
        ("smtp+plain://mail.example.com/", "mail.example.com", 25),
        (" smtp://[::1]:2525\n", "::1", 2525),
    ],
)
def test_a_port_that_is_not_written_is_the_usual_one(url: str, host: str, port: int) -> None:
    server = email.server_of("SMTP_URL", {"SMTP_URL": url})
    assert (server.host, server.port) == (host, port)


# Addresses


@pytest.mark.parametrize(
    "to",
    [
        "", "ana", "@example.com", "ana@", "a b@example.com", "ana@example.com, eve@example.com", "<ana@example.com>",
        "ana@example.com\nBcc: eve@example.com", "ana\x00@example.com", "ana@exa mple.com", "ana@.example.com",
        "ana@example.com>", "ana@" + "x" * 70 + ".com", "ana@example.com\r\nRCPT TO:<eve@example.com>",
    ],
)  # fmt: skip
def test_what_is_no_address_reaches_nobody(mailbox: Mailbox, to: str) -> None:
    with pytest.raises(Undeliverable, match="is no mail address"):
        mail(local(mailbox), to)
    assert mailbox.letters() == []


def test_addresses_beyond_ascii_are_reached(mailbox: Mailbox) -> None:
    mail(local(mailbox), "jürgen@bücher.example")
    (letter,) = mailbox.letters()
    assert letter.to == ("jürgen@xn--bcher-kva.example",)


# What is in it


def letter_of(mailbox: Mailbox, **changes: Any) -> Letter:
    mail(local(mailbox), **changes)
    return mailbox.letters()[-1]


def test_a_letter_says_who_sent_it_when_and_that_nobody_typed_it(mailbox: Mailbox) -> None:
    letter = letter_of(mailbox)
    sender = letter.message["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == ("Müster", "muster@example.com")
    assert letter.sender == "muster@example.com"
    assert letter.message["To"].addresses == (Address(addr_spec="ana@example.com"),)
    assert letter.message["Date"].datetime == NOTICE.at
    assert letter.message["Auto-Submitted"] == "auto-generated"
    assert letter.message.get_content_type() == "text/plain"
    assert letter.subject == "P1 INC-42 checkout is down"
    assert letter.text.rstrip() == f"{NOTICE.text}\n\n{NOTICE.link}"


@pytest.mark.parametrize(
    ("sender", "name", "address"),
    [
        ("muster@example.com", "", "muster@example.com"),
        ("Muster, Inc. (on call) <muster@example.com>", "Muster, Inc. (on call)", "muster@example.com"),
        ('"Muster" <muster@example.com>', "Muster", "muster@example.com"),
        ("Müster <wache@bücher.example>", "Müster", "wache@xn--bcher-kva.example"),
    ],
)
def test_a_senders_name_may_be_any_words(mailbox: Mailbox, sender: str, name: str, address: str) -> None:
    notifier = EmailNotifier.model_validate({**MAIL.model_dump(), "sender": sender})
    mail(local(mailbox), notifier=notifier)
    (letter,) = mailbox.letters()
    (shown,) = letter.message["From"].addresses
    assert (shown.display_name, shown.addr_spec, letter.sender) == (name, address, address)
    assert letter.message["Message-ID"].endswith(f"@{address.partition('@')[2]}>")


def test_a_sender_that_no_server_could_take_is_told(mailbox: Mailbox) -> None:
    notifier = MAIL.model_copy(update={"sender": "muster@" + "x" * 64 + ".example"})
    with pytest.raises(Undeliverable, match="is no mail address") as caught:
        mail(local(mailbox), notifier=notifier)
    assert caught.value.cure == "Correct the sender of the notifier mail: muster@example.com."


def test_a_link_that_stands_in_the_text_is_not_said_twice(mailbox: Mailbox) -> None:
    letter = letter_of(mailbox, text=f"Go to {NOTICE.link} now.")
    assert letter.text.count(NOTICE.link) == 1


def test_a_second_try_has_the_first_ones_id_and_no_other_letter_has(mailbox: Mailbox) -> None:
    ids = [
        letter_of(mailbox, **changes).message["Message-ID"]
        for changes in ({}, {"at": at(90)}, {"key": "INC-42/ana/2"}, {"to": "ben@example.com"})
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert all(each.endswith("@example.com>") for each in ids)


def test_letters_of_one_incident_are_one_thread(mailbox: Mailbox) -> None:
    one, same, other = (
        letter_of(mailbox, **changes) for changes in ({}, {"key": "INC-42/ana/2"}, {"incident": "INC-7", "key": "7"})
    )
    assert one.message["References"] == same.message["References"] == one.message["In-Reply-To"]
    assert one.message["References"] != other.message["References"]


@pytest.fixture(scope="module")
def post_office() -> Iterator[Mailbox]:
    with Mailbox() as mailbox:
        yield mailbox


HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
}  # fmt: skip

typed = st.text(st.one_of(st.sampled_from("\r\n :.=?_@<>\t,;\"'\\"), st.characters()), max_size=400)


@settings(max_examples=60)
@given(typed, typed)
def test_no_title_and_no_text_becomes_a_header_or_gets_lost(post_office: Mailbox, title: str, text: str) -> None:
    letter = letter_of(post_office, headline=f"P1 INC-42 {title}", text=text)
    told = notice(headline=f"P1 INC-42 {title}", text=text)
    assert set(letter.message.keys()) == HEADERS
    assert not letter.message.defects
    assert letter.to == ("ana@example.com",)
    assert max(map(len, letter.raw.split(b"\r\n"))) <= 998  # RFC 5322, 2.1.1
    assert letter.subject.replace(" ", "") == cut(told.headline, email.SUBJECT).replace(" ", "")
    assert letter.text.rstrip("\n").startswith(told.text.rstrip("\n"))


def test_a_title_of_ten_thousand_characters_makes_a_subject_that_can_be_read(mailbox: Mailbox) -> None:
    letter = letter_of(mailbox, headline="P1 INC-42 " + "障害" * 5000, text="x" * 20_000)
    assert letter.subject.startswith("P1 INC-42 障害")
    assert len(letter.subject) == email.SUBJECT
    assert letter.text.startswith("x" * 20_000)
    assert max(map(len, letter.raw.split(b"\r\n"))) <= 998


def test_a_server_that_takes_only_ascii_can_take_every_letter(mailbox: Mailbox) -> None:
    letter = letter_of(mailbox, headline="P1 INC-42 Kasse läuft nicht", text="Kasse läuft nicht 🔥")
    assert letter.raw.isascii()
    assert letter.subject == "P1 INC-42 Kasse läuft nicht"
    assert letter.text.startswith("Kasse läuft nicht 🔥")


def test_no_line_of_a_text_ends_the_letter(mailbox: Mailbox) -> None:
    letter = letter_of(mailbox, text="one\n.\nQUIT\n..\ntwo")
    assert letter.text.startswith("one\n.\nQUIT\n..\ntwo")
