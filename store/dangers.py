"""Dangers to life that the clinical lead has yet to be told of: held until the mail is taken, then erased."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select

from domain.reporting import DeliveryKind
from domain.safety import AtRisk, Danger
from store.database import insert_if_new
from store.tables import accounts, dangers, deliveries, staff

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from domain.plans import Verdict
    from store.columns import AnyRow
    from store.database import Database


@dataclass(frozen=True, slots=True)
class DangerStore:
    """What is still to be told. Empty almost always: a danger stays only while its mail is on the way."""

    database: Database

    def untold(self) -> tuple[Danger, ...]:
        """Every danger whose mail has not gone out, oldest first; those of accounts that withdrew since, too."""
        joined = dangers.join(accounts, accounts.c.id == dangers.c.account_id).join(
            staff, staff.c.id == accounts.c.staff_id
        )
        query = (
            select(
                *dangers.c["key", "kinds", "url", "published_at", "seen_at"],
                *accounts.c["handle", "platform"],
                accounts.c.url.label("account_url"),
                staff.c.name,
            )
            .select_from(joined)
            .order_by(dangers.c.id)
        )
        with self.database.reading() as connection:
            return tuple(_danger_of(row) for row in connection.execute(query))


def write_dangers(connection: Connection, account_id: int, verdicts: Iterable[Verdict], now: datetime) -> bool:
    """Hold what must be told, unless it was told already; true when there is something new."""
    new = False
    for verdict in verdicts:
        if verdict.danger is None or _was_queued(connection, verdict.danger.key):
            continue
        row = {
            "key": verdict.danger.key,
            "account_id": account_id,
            "kinds": list(verdict.danger.kinds),
            "url": verdict.version.post.url,
            "published_at": verdict.version.published_at,
            "seen_at": now,
        }
        new = insert_if_new(connection, dangers, row) is not None or new
    return new


def forget_told(connection: Connection, delivery_id: int) -> None:
    """Erase the danger that this mail was about, in the transaction that records that the mail was taken."""
    told = select(deliveries.c.key).where(deliveries.c.id == delivery_id, deliveries.c.kind == DeliveryKind.SAFETY)
    connection.execute(delete(dangers).where(dangers.c.key.in_(told)))


def _was_queued(connection: Connection, key: str) -> bool:
    line = exists().where(deliveries.c.kind == DeliveryKind.SAFETY, deliveries.c.key == key)
    return bool(connection.execute(select(line)).scalar())


def _danger_of(row: AnyRow) -> Danger:
    return Danger(
        key=row.key,
        kinds=tuple(AtRisk(kind) for kind in row.kinds),
        author=row.name,
        account=row.handle,
        account_url=row.account_url,
        platform=row.platform,
        post_url=row.url,
        published_at=row.published_at,
        seen_at=row.seen_at,
    )
