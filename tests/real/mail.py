"""A real mail server (exim) and its mailbox by IMAP (Dovecot), as an administrator and a recipient see them."""

from __future__ import annotations

import imaplib
import ssl
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

SCRIPT = Path(__file__).parents[2] / ".ci" / "servers" / "mail.sh"


@dataclass(frozen=True)
class MailServer:
    """One exim, one Dovecot, one Maildir for every recipient."""

    smtp_port: int
    smtp_user: str
    smtp_password: str
    imap_port: int
    imap_user: str
    imap_password: str
    ca_file: str
    deferred: Path

    def with_password(self, smtp_password: str) -> MailServer:
        return replace(self, smtp_password=smtp_password)

    def trusting(self, ca_file: str) -> MailServer:
        return replace(self, ca_file=ca_file)

    def mails_to(self, recipient: str) -> list[EmailMessage]:
        """Everything delivered to `recipient`, oldest first, read over IMAP with TLS."""
        _script("settle")
        trust = ssl.create_default_context(cafile=self.ca_file)
        with imaplib.IMAP4_SSL("localhost", self.imap_port, ssl_context=trust, timeout=20) as box:
            box.login(self.imap_user, self.imap_password)
            box.select("INBOX", readonly=True)
            _, (numbers,) = box.search(None, "HEADER", "Envelope-To", f'"{recipient}"')
            return [_mail(box, number) for number in numbers.split()]

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """No mail server is there while this lasts."""
        _script("stop-smtp")
        try:
            yield
        finally:
            _script("start-smtp")

    @contextmanager
    def putting_off(self, recipient: str) -> Iterator[None]:
        """The server answers 451 for this recipient while this lasts."""
        before = self.deferred.read_text()
        self.deferred.write_text(f"{before}{recipient.partition('@')[0]}\n")
        try:
            yield
        finally:
            self.deferred.write_text(before)


def _script(verb: str) -> None:
    subprocess.run([SCRIPT, verb], check=True, stdin=subprocess.DEVNULL, timeout=60)


def _mail(box: imaplib.IMAP4_SSL, number: bytes) -> EmailMessage:
    _, parts = box.fetch(number.decode(), "(BODY.PEEK[])")
    return message_from_bytes(parts[0][1], policy=policy.default)
