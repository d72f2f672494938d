"""Messages -> mail: the Mailer seam, the form of a mail, the maildir that needs no server, and SMTP.

SMTP is always encrypted: STARTTLS (RFC 3207) or TLS from the start (RFC 8314); plain only on this very machine.
"""

from __future__ import annotations

import contextlib
import os
import re
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from ipaddress import ip_address
from typing import TYPE_CHECKING, Literal, Protocol

from domain.errors import DeliveryError, MailServerDown, RecipientRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domain.reporting import Message

SERVICE_CLOSING = 421
"""RFC 5321 section 4.2.2: the server goes away; it says nothing about the message."""
LOGIN_WANTED = (530, 538)
"""RFC 4954 section 6: log in first; encrypt first."""
FIRST_PERMANENT = 500


class Mailer(Protocol):
    """Sends one mail to one recipient."""

    def send(self, message: Message) -> None:
        """Return only when the message was accepted.

        MailServerDown: nothing was said about the message, try again under the same Message-ID.
        RecipientRefused: the server said no to this message; `permanent` tells whether to try again.
        """

    def check(self) -> str:
        """Where mail would go, tried without sending any. Raises MailServerDown with the reason when it would not."""


def as_email(message: Message) -> EmailMessage:
    """The mail as bytes go out: plain text and HTML, UTF-8, the same bytes for the same message.

    RecipientRefused (permanent) when a header value holds a line break (RFC 5322 section 2.2) or an address is none.
    """
    email = EmailMessage(policy=SMTP)
    for name, value in _headers(message):
        _refuse_breaks(name, value)
        email[name] = value
    email.set_content(message.text, charset="utf-8", cte="quoted-printable")
    email.add_alternative(message.html, subtype="html", charset="utf-8", cte="quoted-printable")
    # Chosen by chance otherwise, and then no two sendings of one message would be alike.
    email.set_boundary(f"=_{sha256(message.message_id.encode()).hexdigest()[:32]}")
    return email


def address(value: str) -> str:
    """The bare address of "Name <address>". RecipientRefused (permanent) when there is none."""
    bare = parseaddr(value)[1]
    local, _, domain = bare.rpartition("@")
    if not local or not domain or " " in bare:
        raise RecipientRefused("the recipient or sender is not a mail address", permanent=True)
    return bare


def _headers(message: Message) -> tuple[tuple[str, str], ...]:
    return (
        ("From", message.sender),
        ("To", message.recipient),
        ("Subject", message.subject),
        ("Date", format_datetime(message.date)),
        ("Message-ID", message.message_id),
        *message.headers,
    )


def _refuse_breaks(name: str, value: str) -> None:
    if re.search(r"[\x00-\x1f\x7f\x85\u2028\u2029]", name + value):
        raise RecipientRefused(f"the header {name!a} holds a line break or control character", permanent=True)


class MaildirMailer:
    """Files mails in a maildir (https://cr.yp.to/proto/maildir.html); the default where no server is set up.

    The file's name comes from the Message-ID, so a message sent twice is there once, also after it was read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: Message) -> None:
        """Write to tmp/, flush to disk, move to new/. MailServerDown when the folder cannot be written."""
        address(message.recipient)
        content = as_email(message).as_bytes()
        name = f"{sha256(message.message_id.encode()).hexdigest()[:40]}.section7"
        try:
            self._file(name, content)
        except OSError as error:
            raise MailServerDown(f"the mail folder {self._folder} cannot be written: {error.strerror}") from error

    def check(self) -> str:
        """See Mailer: makes the folders and writes and removes a file in tmp/."""
        probe = self._folder / "tmp" / "section7-check"
        try:
            self._make_folders()
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise MailServerDown(f"the mail folder {self._folder} cannot be written: {error.strerror}") from error
        return f"maildir {self._folder}"

    def _make_folders(self) -> None:
        # The folder itself first: what `parents` makes on the way has everybody's mode.
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for part in ("tmp", "new", "cur"):
            (self._folder / part).mkdir(mode=0o700, exist_ok=True)

    def _file(self, name: str, content: bytes) -> None:
        self._make_folders()
        if (self._folder / "new" / name).exists() or any((self._folder / "cur").glob(f"{name}*")):
            return
        draft = self._folder / "tmp" / name
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self._folder / "new" / name)
        _flush_folder(self._folder / "new")


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """How to reach the server. `timeout` in seconds, for each answer; `ca_file` a PEM file for a private authority.

    `security`: "starttls" (port 587), "tls" (port 465), or "none-loopback" for a relay on this very machine.
    """

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none-loopback"] = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0
    ca_file: Path | None = None
    helo_name: str | None = None

    @property
    def place(self) -> str:
        """Host and port, for messages."""
        return f"{self.host}:{self.port}"


class SmtpMailer:
    """One connection a mail: a week brings few, and a broken connection then concerns one mail only."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    def send(self, message: Message) -> None:
        """See Mailer. Nothing is sent, not even a name, before the connection is encrypted."""
        email = as_email(message)
        sender, recipient = address(message.sender), address(message.recipient)
        with _mapped(self._settings):
            server = self._connect()
            try:
                self._log_in(server)
                server.send_message(email, sender, [recipient])
                # The message is accepted: a failing farewell must not make it go out twice.
                with contextlib.suppress(OSError, smtplib.SMTPException):
                    server.quit()
            finally:
                server.close()

    def check(self) -> str:
        """See Mailer: connects, encrypts, logs in and leaves."""
        with _mapped(self._settings):
            server = self._connect()
            try:
                self._log_in(server)
                server.noop()
            finally:
                server.close()
        return f"{self._settings.place} ({self._settings.security})"

    def _connect(self) -> smtplib.SMTP:
        chosen = self._settings
        if chosen.security == "tls":
            return smtplib.SMTP_SSL(
                chosen.host, chosen.port, chosen.helo_name, timeout=chosen.timeout, context=self._trust()
            )
        server = smtplib.SMTP(chosen.host, chosen.port, chosen.helo_name, timeout=chosen.timeout)
        try:
            self._encrypt(server)
        except BaseException:
            server.close()
            raise
        return server

    def _encrypt(self, server: smtplib.SMTP) -> None:
        if self._settings.security == "none-loopback":
            _demand_loopback(server, self._settings)
            return
        server.ehlo_or_helo_if_needed()
        if not server.has_extn("starttls"):
            raise MailServerDown(f"{self._settings.place}: the server does not offer encryption (STARTTLS)")
        server.starttls(context=self._trust())

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._settings.ca_file)

    def _log_in(self, server: smtplib.SMTP) -> None:
        if self._settings.username:
            server.login(self._settings.username, self._settings.password)


def _demand_loopback(server: smtplib.SMTP, settings: SmtpSettings) -> None:
    # The peer counts, not the name: "localhost" is whatever the hosts file says.
    assert server.sock is not None
    if not ip_address(server.sock.getpeername()[0].partition("%")[0]).is_loopback:
        raise MailServerDown(f"{settings.place}: unencrypted mail is allowed only to this very machine")


@contextlib.contextmanager
def _mapped(settings: SmtpSettings) -> Iterator[None]:
    """Foreign errors -> ours, without the original: a server's answer may repeat what it was sent."""
    try:
        yield
    except smtplib.SMTPException as error:
        raise _refusal(settings, error) from None
    except OSError as error:
        raise MailServerDown(f"{settings.place}: {_breakdown(settings, error)}") from None
    except UnicodeError:
        raise MailServerDown(
            f"{settings.place}: the host, user name or password holds letters that SMTP cannot carry"
        ) from None


def _refusal(settings: SmtpSettings, error: smtplib.SMTPException) -> DeliveryError:
    match error:
        case smtplib.SMTPRecipientsRefused():
            return _answer(settings, *next(iter(error.recipients.values())))
        case smtplib.SMTPAuthenticationError():
            said = f"the server did not accept the user name or password ({error.smtp_code})"
        case smtplib.SMTPConnectError() | smtplib.SMTPHeloError():
            said = f"the server is not ready ({error.smtp_code})"
        case smtplib.SMTPSenderRefused() | smtplib.SMTPDataError():
            return _answer(settings, error.smtp_code, error.smtp_error)
        case smtplib.SMTPResponseException():
            # Before the message was named, such as a refused STARTTLS.
            said = f"the server answered {error.smtp_code} {_enhanced(error.smtp_error)}".rstrip()
        case smtplib.SMTPServerDisconnected() if isinstance(error.__context__, TimeoutError):
            said = f"no answer within {settings.timeout:g} seconds"
        case smtplib.SMTPServerDisconnected():
            said = "the server broke the connection"
        case smtplib.SMTPNotSupportedError():
            said = "the server lacks what this mail needs (a log-in, or international addresses)"
        case _:
            said = "the server and this program know no log-in in common"
    return MailServerDown(f"{settings.place}: {said}")


def _breakdown(settings: SmtpSettings, error: OSError) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"the certificate is not trusted: {error.verify_message}"
        case ssl.SSLError():
            return f"encryption could not be set up ({error.reason})"
        case TimeoutError():
            return f"no answer within {settings.timeout:g} seconds"
        case _:
            return f"cannot be reached: {error.strerror or error}"


def _answer(settings: SmtpSettings, code: int, text: bytes | str) -> DeliveryError:
    said = f"{code} {_enhanced(text)}".strip()
    if code in LOGIN_WANTED:
        return MailServerDown(f"{settings.place}: the server wants a log-in first ({said})")
    if code == SERVICE_CLOSING or code < 0:
        return MailServerDown(f"{settings.place}: the server is closing ({said})")
    permanent = code >= FIRST_PERMANENT
    kept = "for good" if permanent else "for now"
    return RecipientRefused(f"{settings.place}: the server refused the mail {kept} ({said})", permanent=permanent)


def _enhanced(text: bytes | str) -> str:
    """The enhanced status code (RFC 3463) alone: the words after it are the server's own."""
    line = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    found = re.match(r"\d\.\d{1,3}\.\d{1,3}\b", line)
    return found.group() if found else ""
