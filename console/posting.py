"""A letter about somebody's access on its way out. Whether it went is a line of the log; it is not tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from console.signing import mark
from domain.audit import SYSTEM, AuditRecord, LogFilter
from domain.errors import DeliveryError

if TYPE_CHECKING:
    from datetime import datetime

    from console.desk import Desk
    from domain.access import User
    from domain.reporting import Message

log = structlog.get_logger(__name__)


def deliver(desk: Desk, user: User, kind: str, message: Message, now: datetime) -> bool:
    """Hand the letter to the mail server; False when it was not taken."""
    return refusal(desk, user, kind, message, now) is None


def refusal(desk: Desk, user: User, kind: str, message: Message, now: datetime) -> DeliveryError | None:
    """Hand the letter to the mail server; why it was not taken, or None.

    The log has whom it is for, its kind, and a keyed digest of the address, which the address can be checked against.
    """
    refused: DeliveryError | None = None
    try:
        desk.mail(message)
    except DeliveryError as error:
        refused = error
    problem = type(refused).__name__ if refused else ""
    if problem:
        log.warning("letter-not-sent", kind=kind, user=user.id, problem=problem)
    details = {"kind": kind, "recipient": mark(desk.key, "recipient", message.recipient.casefold())}
    if problem:
        details["problem"] = problem
    event = "mail.refused" if problem else "mail.sent"
    desk.store.audit.record(AuditRecord(now, SYSTEM, event, f"user:{user.id}", details))
    return refused


def unsent_since(desk: Desk, user: User) -> datetime | None:
    """When the newest letter about this person's access was refused; None when it went out, or none was written."""
    newest = desk.store.audit.page(LogFilter(kind="mail", subject=f"user:{user.id}"), limit=1).entries
    return newest[0].record.at if newest and newest[0].record.event == "mail.refused" else None
