"""Mail on its way: the form of a mail, the maildir, and SMTP against a real server on this machine."""

from __future__ import annotations

import email
import email.policy
import mailbox
import stat
from dataclasses import dataclass, replace

import pytest

from domain.errors import MailServerDown, RecipientRefused
from reports.mail import MaildirMailer, SmtpMailer, SmtpSettings, _demand_loopback, as_email
from tests.fakes.mailer import FakeMailer
from tests.reports.samples import NOW, RENDERER, digest
from tests.reports.smtp_server import NAME, PASSWORD, Inbox, certificate, free_port, serving, speaking

MESSAGE = RENDERER.digest(digest(), "Owner <owner@larkspurbend.example>", NOW)


IMPLICIT = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
"""aiosmtpd does not see that a connection was encrypted from the start."""


@pytest.fixture(scope="session")
def pair(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("certificate"))


def settings(port, pair=None, **changes):
    given = {
        "host": "127.0.0.1",
        "port": port,
        "username": NAME,
        "password": PASSWORD,
        "timeout": 5,
        "ca_file": pair[0] if pair else None,
        "helo_name": "monitor.larkspurbend.example",
    }
    return SmtpSettings(**{**given, **changes})


def parsed(content):
    return email.message_from_bytes(content, policy=email.policy.default)


# The form of a mail


def test_a_mail_has_plain_text_and_html():
    made = parsed(as_email(MESSAGE).as_bytes())
    assert made.get_content_type() == "multipart/alternative"
    text, html = made.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().replace("\r\n", "\n") == MESSAGE.text
    assert html.get_content().replace("\r\n", "\n") == MESSAGE.html
    assert text.get_content_charset() == html.get_content_charset() == "utf-8"


def test_every_line_of_a_mail_fits():
    # RFC 5322 section 2.1.1
    assert max(len(one) for one in as_email(MESSAGE).as_bytes().split(b"\r\n")) <= 998


def test_letters_beyond_ascii_survive():
    made = replace(MESSAGE, subject="Praxis Ährenfeld: Woche 47", text="früh, 早い, 👩‍⚕️\n.\nFrom here\n")
    back = parsed(as_email(made).as_bytes())
    assert back["Subject"] == made.subject
    assert next(back.iter_parts()).get_content().replace("\r\n", "\n") == made.text


@pytest.mark.parametrize("broken", ["\r\nBcc: all@x.example", "\nX: y", "\r", "\x00", "\u2028", "\x85"])
@pytest.mark.parametrize("key", ["subject", "sender", "recipient", "message_id"])
def test_line_breaks_in_headers_are_refused(key, broken):
    with pytest.raises(RecipientRefused) as refused:
        as_email(replace(MESSAGE, **{key: f"a@x.example{broken}"}))
    assert refused.value.permanent
    assert "x.example" not in str(refused.value)


@pytest.mark.parametrize("header", [("X-Sly\r\nBcc", "a"), ("X-Sly", "a\nBcc: b")])
def test_line_breaks_in_further_headers_are_refused(header):
    with pytest.raises(RecipientRefused):
        as_email(replace(MESSAGE, headers=(header,)))


# The maildir


def test_a_maildir_holds_what_any_reader_opens(tmp_path):
    MaildirMailer(tmp_path / "mail").send(MESSAGE)
    box = mailbox.Maildir(tmp_path / "mail", create=False)
    [found] = box
    assert found["Message-ID"] == MESSAGE.message_id
    assert not list((tmp_path / "mail" / "tmp").iterdir())


def test_the_same_message_twice_is_one_mail(tmp_path):
    mailer = MaildirMailer(tmp_path)
    mailer.send(MESSAGE)
    mailer.send(replace(MESSAGE, text="built again"))
    assert len(list((tmp_path / "new").iterdir())) == 1
    other = RENDERER.digest(digest(), "second@larkspurbend.example", NOW)
    mailer.send(other)
    assert len(list((tmp_path / "new").iterdir())) == 2


def test_a_mail_that_was_read_does_not_come_again(tmp_path):
    mailer = MaildirMailer(tmp_path)
    mailer.send(MESSAGE)
    [new] = (tmp_path / "new").iterdir()
    new.rename(tmp_path / "cur" / f"{new.name}:2,S")
    mailer.send(MESSAGE)
    assert not list((tmp_path / "new").iterdir())


def test_a_draft_of_a_killed_run_is_no_obstacle(tmp_path):
    mailer = MaildirMailer(tmp_path)
    mailer.send(MESSAGE)
    [new] = (tmp_path / "new").iterdir()
    new.rename(tmp_path / "tmp" / new.name)
    (tmp_path / "tmp" / new.name).write_bytes(b"half a ma")
    mailer.send(MESSAGE)
    [found] = mailbox.Maildir(tmp_path, create=False)
    assert found["Message-ID"] == MESSAGE.message_id


def test_a_maildir_is_shut_to_others(tmp_path):
    MaildirMailer(tmp_path / "mail").send(MESSAGE)
    [new] = (tmp_path / "mail" / "new").iterdir()
    assert stat.S_IMODE(new.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "mail" / "new").stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_written_is_a_server_that_is_down(tmp_path):
    (tmp_path / "mail").write_text("a file where a folder should be")
    mailer = MaildirMailer(tmp_path / "mail")
    with pytest.raises(MailServerDown, match="cannot be written"):
        mailer.send(MESSAGE)
    with pytest.raises(MailServerDown, match="cannot be written"):
        mailer.check()


def test_a_maildir_can_be_tried(tmp_path):
    assert "maildir" in MaildirMailer(tmp_path / "mail").check()
    assert not list((tmp_path / "mail" / "tmp").iterdir())


@pytest.mark.parametrize("recipient", ["", "nobody", "@x.example", "a@", "a b@x.example "])
def test_what_is_no_address_is_refused(tmp_path, recipient):
    with pytest.raises(RecipientRefused) as refused:
        MaildirMailer(tmp_path).send(replace(MESSAGE, recipient=recipient))
    assert refused.value.permanent


# SMTP


@IMPLICIT
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_arrives_encrypted_and_whole(pair, security):
    inbox = Inbox()
    with serving(inbox, pair, implicit=security == "tls") as port:
        SmtpMailer(settings(port, pair, security=security)).send(MESSAGE)
    [arrived] = inbox.arrived
    assert inbox.recipients == ["owner@larkspurbend.example"]
    assert parsed(arrived)["Message-ID"] == MESSAGE.message_id
    assert arrived.rstrip(b"\r\n") == as_email(MESSAGE).as_bytes().rstrip(b"\r\n")


def test_the_connection_can_be_tried_without_sending(pair):
    inbox = Inbox()
    with serving(inbox, pair) as port:
        assert str(port) in SmtpMailer(settings(port, pair)).check()
    assert not inbox.arrived


def test_no_encryption_offered_means_no_mail():
    inbox = Inbox()
    with serving(inbox) as port, pytest.raises(MailServerDown, match="does not offer encryption"):
        SmtpMailer(settings(port)).send(MESSAGE)
    assert not inbox.arrived


def test_plain_mail_goes_to_this_very_machine():
    inbox = Inbox()
    with serving(inbox) as port:
        SmtpMailer(settings(port, security="none-loopback", username="", password="")).send(MESSAGE)
    assert len(inbox.arrived) == 1


def test_an_unknown_authority_is_not_trusted(pair):
    inbox = Inbox()
    with serving(inbox, pair) as port, pytest.raises(MailServerDown, match="certificate is not trusted"):
        SmtpMailer(settings(port)).send(MESSAGE)
    assert not inbox.arrived


def test_a_certificate_for_another_name_is_not_trusted(tmp_path):
    other = certificate(tmp_path, "DNS:elsewhere.example")
    with serving(Inbox(), other) as port, pytest.raises(MailServerDown, match="certificate is not trusted"):
        SmtpMailer(settings(port, other)).send(MESSAGE)


@IMPLICIT
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_wrong_password_is_told_and_not_shown(pair, security):
    wrong = settings(0, pair, password="not-This-one", security=security)
    served = serving(Inbox(), pair, implicit=security == "tls")
    with served as port, pytest.raises(MailServerDown, match="user name or password") as down:
        SmtpMailer(replace(wrong, port=port)).send(MESSAGE)
    assert "not-This-one" not in str(down.value)
    assert down.value.__cause__ is None
    assert "not-This-one" not in repr(wrong)


def test_a_password_that_smtp_cannot_carry_is_told_and_not_shown(pair):
    with serving(Inbox(), pair) as port, pytest.raises(MailServerDown, match="cannot carry") as down:
        SmtpMailer(settings(port, pair, password="pässword")).send(MESSAGE)
    assert "pässword" not in str(down.value)


def test_a_server_that_wants_a_login_says_so(pair):
    with serving(Inbox(), pair) as port, pytest.raises(MailServerDown, match="wants a log-in"):
        SmtpMailer(settings(port, pair, username="", password="")).send(MESSAGE)


def test_a_login_where_none_is_offered_is_told():
    with serving(Inbox()) as port, pytest.raises(MailServerDown, match="lacks"):
        SmtpMailer(settings(port, security="none-loopback")).send(MESSAGE)


@pytest.mark.parametrize(
    ("name", "permanent", "code"), [("nobody", True, "550 5.1.1"), ("tempfail", False, "451 4.3.0")]
)
def test_refused_recipients_are_told_apart(pair, name, permanent, code):
    with serving(Inbox(), pair) as port, pytest.raises(RecipientRefused) as refused:
        SmtpMailer(settings(port, pair)).send(replace(MESSAGE, recipient=f"{name}@larkspurbend.example"))
    assert refused.value.permanent is permanent
    assert code in str(refused.value)
    assert "no such user" not in str(refused.value)


def test_a_server_that_goes_away_has_said_nothing_about_the_recipient(pair):
    with serving(Inbox(), pair) as port, pytest.raises(MailServerDown, match="421"):
        SmtpMailer(settings(port, pair)).send(replace(MESSAGE, recipient="closing@larkspurbend.example"))


@pytest.mark.parametrize(("answer", "permanent"), [("554 5.7.1 looks odd", True), ("452 4.2.2 mailbox is full", False)])
def test_a_message_refused_at_the_end_is_told(pair, answer, permanent):
    with serving(Inbox(answer), pair) as port, pytest.raises(RecipientRefused) as refused:
        SmtpMailer(settings(port, pair)).send(MESSAGE)
    assert refused.value.permanent is permanent


def test_nobody_there():
    with pytest.raises(MailServerDown, match="cannot be reached"):
        SmtpMailer(settings(free_port())).send(MESSAGE)


def test_a_silent_server_times_out():
    with speaking() as port, pytest.raises(MailServerDown, match=r"no answer within 0\.2 seconds"):
        SmtpMailer(settings(port, timeout=0.2)).send(MESSAGE)


def test_a_server_that_falls_silent_after_its_greeting_times_out():
    with speaking(b"220 hello\r\n") as port, pytest.raises(MailServerDown, match=r"no answer within 0\.2 seconds"):
        SmtpMailer(settings(port, timeout=0.2)).send(MESSAGE)


def test_a_server_that_is_not_ready_says_so():
    with speaking(b"554 no service\r\n") as port, pytest.raises(MailServerDown, match="not ready"):
        SmtpMailer(settings(port)).send(MESSAGE)


def test_a_server_that_speaks_something_else_is_down():
    with speaking(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port, pytest.raises(MailServerDown):
        SmtpMailer(settings(port)).send(MESSAGE)


@pytest.mark.parametrize("code", [b"454 4.7.0", b"554 5.7.3"])
def test_a_refused_starttls_says_nothing_about_the_recipient(code):
    lines = (b"220 hello\r\n", b"250-hello\r\n250 STARTTLS\r\n", code + b" no certificate at hand\r\n")
    with speaking(*lines) as port, pytest.raises(MailServerDown, match=code.decode().replace(".", r"\.")):
        SmtpMailer(settings(port)).send(MESSAGE)


def test_a_server_that_hangs_up_is_down():
    with speaking(b"220 hello\r\n", hang_up=True) as port, pytest.raises(MailServerDown, match="broke the connection"):
        SmtpMailer(settings(port)).send(MESSAGE)


def test_a_server_with_other_logins_only_is_told():
    with (
        speaking(b"220 hello\r\n", b"250-hello\r\n250 AUTH GSSAPI\r\n") as port,
        pytest.raises(MailServerDown, match="no log-in in common"),
    ):
        SmtpMailer(settings(port, security="none-loopback")).send(MESSAGE)


@dataclass
class Connected:
    """As much of an SMTP connection as the check of the peer looks at."""

    peer: str

    @property
    def sock(self):
        return self

    def getpeername(self):
        return (self.peer, 25)


@pytest.mark.parametrize("peer", ["203.0.113.5", "192.168.1.1", "2001:db8::1", "fe80::1%eth0", "0.0.0.0"])
def test_plain_mail_goes_nowhere_else(peer):
    with pytest.raises(MailServerDown, match="only to this very machine"):
        _demand_loopback(Connected(peer), settings(25, host="localhost", security="none-loopback"))


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1"])
def test_plain_mail_may_stay_on_this_machine(peer):
    _demand_loopback(Connected(peer), settings(25, security="none-loopback"))


def test_tls_asked_of_a_plain_server_is_told():
    with serving(Inbox()) as port, pytest.raises(MailServerDown, match="encryption could not be set up"):
        SmtpMailer(settings(port, security="tls")).send(MESSAGE)


def test_international_addresses_need_a_server_that_takes_them():
    inbox = Inbox()
    with serving(inbox) as port:
        mailer = SmtpMailer(settings(port, security="none-loopback", username="", password=""))
        mailer.send(replace(MESSAGE, recipient="zoë@larkspurbend.example"))
    assert inbox.recipients == ["zoë@larkspurbend.example"]


# The fake that others test with


def test_the_fake_fails_on_command_and_then_accepts():
    fake = FakeMailer(answers=[MailServerDown("down"), None])
    with pytest.raises(MailServerDown):
        fake.send(MESSAGE)
    fake.send(MESSAGE)
    fake.send(MESSAGE)
    assert (len(fake.tried), len(fake.sent), len(fake.accepted_ids())) == (3, 2, 1)
