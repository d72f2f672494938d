"""Short mail to one person: a few paragraphs and at most one link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.reporting import Message
from reports import words
from reports.environment import for_mail, render
from reports.render import HEADERS, message_id

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is written. `kind` and `key` make the Message-ID; `link` is "" for none."""

    kind: str
    key: str
    recipient: str
    subject: str
    paragraphs: tuple[str, ...]
    link: str = ""
    after: tuple[str, ...] = ()
    """Paragraphs behind the link."""


def written(letter: Letter, practice: str, sender: str, now: datetime) -> Message:
    """The mail; the same letter gives the same Message-ID."""
    subject = words.plain(letter.subject)
    values = {"letter": letter, "subject": subject, "practice": words.plain(practice)}
    return Message(
        message_id=message_id(letter.kind, letter.key, letter.recipient, sender.rpartition("@")[2]),
        sender=sender,
        recipient=letter.recipient,
        subject=subject,
        text=render("plain/body.txt.j2", **values),
        html=for_mail(render("plain/body.html.j2", **values)),
        date=now,
        headers=HEADERS,
    )
