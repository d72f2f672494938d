"""The signed heads of the log, one a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from domain.heads import Head
from store.database import insert_if_new
from store.record_tables import audit_heads

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.engine import Connection

    from store.columns import AnyRow
    from store.database import Database


@dataclass(frozen=True, slots=True)
class HeadStore:
    """A head is added once and stays; a time stamp may be put beside it later."""

    database: Database

    def add(self, head: Head) -> bool:
        """Keep the head of its day; False, and nothing changed, when the day has one."""
        row = {
            "day": head.day,
            "seq": head.seq,
            "hash": head.hash,
            "signed_at": head.signed_at,
            "signature": head.signature,
            "key": head.key,
            "time_stamp": head.time_stamp or None,
        }
        with self.database.writing() as connection:
            return insert_if_new(connection, audit_heads, row) is not None

    def all(self) -> tuple[Head, ...]:
        """Every head, oldest first."""
        with self.database.reading() as connection:
            return heads_in(connection)

    def newest(self) -> Head | None:
        """The head of the latest day."""
        with self.database.reading() as connection:
            query = select(audit_heads).order_by(audit_heads.c.day.desc()).limit(1)
            row = connection.execute(query).one_or_none()
        return None if row is None else _head(row)

    def stamp(self, day: date, time_stamp: str) -> None:
        """Put a time stamp beside the head of a day that has none."""
        bare = (audit_heads.c.day == day, audit_heads.c.time_stamp.is_(None))
        with self.database.writing() as connection:
            connection.execute(update(audit_heads).where(*bare).values(time_stamp=time_stamp))


def heads_in(connection: Connection) -> tuple[Head, ...]:
    """Every head that this connection sees, oldest first."""
    return tuple(_head(row) for row in connection.execute(select(audit_heads).order_by(audit_heads.c.day)))


def _head(row: AnyRow) -> Head:
    return Head(
        day=row.day,
        seq=row.seq,
        hash=row.hash,
        signed_at=row.signed_at,
        key=row.key,
        signature=row.signature,
        time_stamp=row.time_stamp or "",
    )
