"""The record of every mail: queued once, claimed by one process, sent or refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from domain.audit import SYSTEM, AuditRecord
from domain.reporting import UNLOGGED, Delivery, DeliveryKind, DeliveryState
from store.audit import append
from store.binding import bound, released
from store.columns import new_salt
from store.dangers import forget_told
from store.database import insert_if_new
from store.tables import deliveries

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from store.columns import AnyRow
    from store.database import Database

_LONGEST_PROBLEM = 500
_RELEASED: dict[str, Any] = {"lease_owner": None, "lease_until": None}


@dataclass(frozen=True, slots=True)
class DeliveryStore:
    """Deliveries, unique by (kind, key, recipient)."""

    database: Database

    def enqueue(
        self, kind: DeliveryKind, key: str, recipient: str, message_id: str, now: datetime, *, content_hash: str = ""
    ) -> Delivery:
        """Record that this mail must go out; a repeat changes nothing and returns what is there."""
        row = {
            "kind": kind,
            "key": key,
            "recipient": recipient,
            "message_id": message_id,
            "content_hash": content_hash,
            "state": DeliveryState.QUEUED,
            "attempts": 0,
            "queued_at": now,
            "problem": "",
        }
        same = (deliveries.c.kind == kind, deliveries.c.key == key, deliveries.c.recipient == recipient)
        with self.database.writing() as connection:
            if (added := insert_if_new(connection, deliveries, row | {"salt": new_salt()})) is not None:
                _tell(connection, "mail.queued", added, now)
            return deliveries_where(connection, *same)[0]

    def claim_due(
        self,
        now: datetime,
        owner: str,
        lease_until: datetime,
        limit: int,
        kinds: Collection[DeliveryKind] = tuple(DeliveryKind),
    ) -> tuple[Delivery, ...]:
        """Mark up to `limit` mails of these kinds as being sent, and count the attempt; no two callers get the same.

        Due are queued mails whose time has come, and mails whose sender died: still "sending", its lease run out.
        """
        waiting = and_(
            deliveries.c.state == DeliveryState.QUEUED,
            or_(deliveries.c.next_try_at.is_(None), deliveries.c.next_try_at <= now),
        )
        orphaned = and_(deliveries.c.state == DeliveryState.SENDING, deliveries.c.lease_until <= now)
        chosen = (
            select(deliveries.c.id)
            .where(deliveries.c.kind.in_(tuple(kinds)), or_(waiting, orphaned))
            .order_by(deliveries.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        values: dict[str, Any] = {
            "state": DeliveryState.SENDING,
            "attempts": deliveries.c.attempts + 1,
            "lease_owner": owner,
            "lease_until": lease_until,
        }
        with self.database.writing() as connection:
            ids = connection.execute(chosen).scalars().all()
            connection.execute(update(deliveries).where(deliveries.c.id.in_(ids)).values(**values))
            return deliveries_where(connection, deliveries.c.id.in_(ids))

    def sent(self, delivery_id: int, at: datetime, content_hash: str = "") -> None:
        """The server has taken it. What a safety mail was about is erased in the same transaction.

        `content_hash` is that of the message as it went out.
        """
        taken: dict[str, Any] = {"state": DeliveryState.SENT, "sent_at": at, "next_try_at": None, "problem": ""}
        taken |= {"content_hash": content_hash} if content_hash else {}
        with self.database.writing() as connection:
            _finish(connection, delivery_id, taken)
            forget_told(connection, delivery_id)
            _tell(connection, "mail.sent", delivery_id, at)

    def failed(self, delivery_id: int, problem: str, next_try_at: datetime | None, at: datetime) -> None:
        """It did not go out at `at`: back into the queue until `next_try_at`, or refused for good when that is None."""
        state = DeliveryState.REFUSED if next_try_at is None else DeliveryState.QUEUED
        values = {"state": state, "problem": problem[:_LONGEST_PROBLEM], "next_try_at": next_try_at}
        with self.database.writing() as connection:
            _finish(connection, delivery_id, values)
            _tell(connection, "mail.refused" if next_try_at is None else "mail.failed", delivery_id, at)

    def drop(self, delivery_id: int, at: datetime) -> None:
        """Forget a mail that has nothing to say any more, because its findings were erased."""
        with self.database.writing() as connection:
            forget_deliveries(connection, [delivery_id], at, "nothing to say")

    def of(self, kind: DeliveryKind, key: str) -> tuple[Delivery, ...]:
        """All deliveries of one mail, one a recipient."""
        with self.database.reading() as connection:
            return deliveries_where(connection, deliveries.c.kind == kind, deliveries.c.key == key)

    def unsent(self) -> tuple[Delivery, ...]:
        """Everything that has not gone out, refused mails included, oldest first."""
        with self.database.reading() as connection:
            return deliveries_where(connection, deliveries.c.state != DeliveryState.SENT)


def forget_deliveries(connection: Connection, ids: Collection[int], at: datetime, why: str) -> int:
    """Delete these mails' lines and tell the log, where it knows of them; returns how many there were."""
    told = select(deliveries.c.id).where(deliveries.c.id.in_(ids), deliveries.c.kind.not_in(UNLOGGED))
    known = connection.execute(told).scalars().all()
    count = connection.execute(delete(deliveries).where(deliveries.c.id.in_(ids))).rowcount
    if known:
        details = {"why": why, "binds": released("delivery", known)}
        append(connection, AuditRecord(at, SYSTEM, "mail.forgotten", "", details))
    return count


def _tell(connection: Connection, event: str, delivery_id: int, at: datetime) -> None:
    """The line of a mail that is logged: its kind, its subject, and a digest that binds its recipient."""
    query = select(*deliveries.c["kind", "key", "attempts"]).where(
        deliveries.c.id == delivery_id, deliveries.c.kind.not_in(UNLOGGED)
    )
    mail = connection.execute(query).one_or_none()
    if mail is not None:
        binds = bound(connection, "delivery", [delivery_id])
        details = {"kind": mail.kind.value, "key": mail.key, "attempts": mail.attempts, "binds": binds}
        append(connection, AuditRecord(at, SYSTEM, event, f"delivery:{delivery_id}", details))


def _finish(connection: Connection, delivery_id: int, values: dict[str, Any]) -> None:
    connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values, **_RELEASED))


def deliveries_where(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[Delivery, ...]:
    """Deliveries that meet `conditions`, in the order they were queued."""
    query = select(deliveries).where(*conditions).order_by(deliveries.c.id)
    return tuple(_delivery_of(row) for row in connection.execute(query))


def _delivery_of(row: AnyRow) -> Delivery:
    return Delivery(
        id=row.id,
        kind=row.kind,
        key=row.key,
        recipient=row.recipient,
        message_id=row.message_id,
        state=row.state,
        attempts=row.attempts,
        next_try_at=row.next_try_at,
        sent_at=row.sent_at,
        problem=row.problem,
        content_hash=row.content_hash,
        queued_at=row.queued_at,
    )
