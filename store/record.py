"""The whole record at one instant, for whoever checks it or takes a copy of it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.audit import entries_after
from store.binding import KINDS, every
from store.heads import heads_in

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@dataclass(frozen=True, slots=True)
class RecordStore:
    """Reads the record; adds nothing to it."""

    database: Database

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One instant, also while others write."""
        with self.database.snapshot() as connection:
            yield Snapshot(connection)
