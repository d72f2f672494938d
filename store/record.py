"""The whole record at one instant, for whoever checks it or takes a copy of it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, or_, select

from store.audit import entries_after
from store.binding import KINDS, every
from store.heads import heads_in
from store.record_tables import review_events, reviews

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection

    from domain.audit import AuditEntry
    from domain.binding import Standing
    from domain.heads import Head
    from store.database import Database


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that is there at one instant; only while the block of `RecordStore.snapshot` lasts."""

    connection: Connection

    def entries(self) -> Iterator[AuditEntry]:
        """Every line of the log, in order."""
        return entries_after(self.connection, 0)

    def heads(self) -> tuple[Head, ...]:
        """Every signed head, oldest first."""
        return heads_in(self.connection)

    def kinds(self) -> tuple[str, ...]:
        """The kinds of records that the log binds."""
        return tuple(KINDS)

    def records(self, kind: str) -> Iterator[Standing]:
        """Every record of a kind, by number; see `store.binding.every`."""
        return every(self.connection, kind)

    def astray(self) -> Iterator[int]:
        """Reviews that do not stand where their newest step left them, or with an outcome that no step of theirs had.

        The log binds the steps; where a review stands is kept beside them, to be found by.
        """
        yield from self.connection.execute(_ASTRAY).scalars()


def _astray() -> Select[Any]:
    steps, last, any_of_them = review_events.alias(), review_events.alias(), review_events.alias()
    newest = select(func.max(steps.c.id)).where(steps.c.review_id == reviews.c.id).scalar_subquery()
    had = exists().where(any_of_them.c.review_id == reviews.c.id, any_of_them.c.outcome == reviews.c.outcome)
    elsewhere = or_(last.c.id.is_(None), last.c.state != reviews.c.state)
    return (
        select(reviews.c.id)
        .outerjoin_from(reviews, last, last.c.id == newest)
        .where(or_(elsewhere, and_(reviews.c.outcome.is_not(None), ~had)))
        .order_by(reviews.c.id)
    )


_ASTRAY = _astray()


@dataclass(frozen=True, slots=True)
class RecordStore:
    """Reads the record; adds nothing to it."""

    database: Database

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One instant, also while others write."""
        with self.database.snapshot() as connection:
            yield Snapshot(connection)
