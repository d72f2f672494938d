"""The append-only log: one line for each thing that happened, written in the transaction that makes it happen."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from domain.audit import SYSTEM, AuditEntry, AuditRecord, LogPage, canonical, entry_after
from store.columns import storable
from store.record_tables import audit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Connection

    from domain.audit import LogFilter
    from store.columns import AnyRow
    from store.database import Database

_PAGE = 1000
_NEWEST = select(audit).order_by(audit.c.seq.desc()).limit(1)
_ADD = insert(audit)
# Any number that no other lock uses: writers of the log wait for each other until the transaction ends.
_ADVISORY_LOCK = int.from_bytes(b"s7-audit", "big") >> 1


def append(connection: Connection, record: AuditRecord) -> AuditEntry:
    """Add a line after the newest one, inside the caller's writing transaction; either both stay or neither.

    On PostgreSQL, writers of the log come one after the other from here to the end of their transactions, so call it as
    late in a transaction as can be: after every other row is locked, or two transactions may wait for each other.
    SQLite's writers come one after the other anyway.
    """
    return append_all(connection, (record,))[0]


def append_all(connection: Connection, records: Sequence[AuditRecord]) -> tuple[AuditEntry, ...]:
    """Add lines in this order, as `append` does, with one look at the newest line and one statement for all."""
    if not records:
        return ()
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
    entry = newest_in(connection)
    entries = tuple(entry := entry_after(entry, _storable(record)) for record in records)
    connection.execute(_ADD, [_row(each) for each in entries])
    return entries


@dataclass(slots=True)
class Trail:
    """What one transaction will tell the log: gathered while it works, written at its very end."""

    at: datetime
    actor: str = SYSTEM
    records: list[AuditRecord] = field(default_factory=list)

    def note(self, event: str, subject: str = "", **details: Any) -> None:
        """One line more; see `AuditRecord` for what its parts may hold."""
        self.records.append(AuditRecord(self.at, self.actor, event, subject, details))

    def write(self, connection: Connection) -> None:
        """Append every line; the last thing that a transaction does."""
        append_all(connection, self.records)
        self.records.clear()


@dataclass(frozen=True, slots=True)
class AuditStore:
    """Reads the log, and adds what no other transaction is about (a view, an export)."""

    database: Database

    def record(self, record: AuditRecord) -> AuditEntry:
        """Add one line by itself."""
        with self.database.writing() as connection:
            return append(connection, record)

    def newest(self) -> AuditEntry | None:
        """The head of the chain."""
        with self.database.reading() as connection:
            return newest_in(connection)

    def newest_of(self, event: str) -> AuditEntry | None:
        """The newest line of one event."""
        query = select(audit).where(audit.c.event == event).order_by(audit.c.seq.desc()).limit(1)
        with self.database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return _entry(row) if row else None

    def page(self, wanted: LogFilter, *, before: int | None = None, limit: int = 50) -> LogPage:
        """The lines that fit, newest first, at most `limit`. `before` is the `older` of the page before."""
        query = select(audit).where(*_narrowed(wanted)).order_by(audit.c.seq.desc()).limit(limit + 1)
        if before is not None:
            query = query.where(audit.c.seq < before)
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        entries = tuple(_entry(row) for row in rows[:limit])
        return LogPage(entries, entries[-1].seq if len(rows) > limit else None)

    def entries(self, after: int = 0) -> Iterator[AuditEntry]:
        """Every line after `after`, in order, in pages so that any number fits in memory."""
        while page := self._page(after):
            yield from page
            after = page[-1].seq

    def _page(self, after: int) -> tuple[AuditEntry, ...]:
        with self.database.reading() as connection:
            return _page_of(connection, after)


def newest_in(connection: Connection) -> AuditEntry | None:
    """The head of the chain as this connection sees it, None before the first line."""
    row = connection.execute(_NEWEST).one_or_none()
    return _entry(row) if row else None


def entries_after(connection: Connection, after: int) -> Iterator[AuditEntry]:
    """Every line after `after`, in order, as this connection sees them, in pages."""
    while page := _page_of(connection, after):
        yield from page
        after = page[-1].seq


def entries_about(connection: Connection, subjects: Collection[str]) -> tuple[AuditEntry, ...]:
    """The lines with one of these subjects, in order."""
    query = select(audit).where(audit.c.subject.in_(subjects)).order_by(audit.c.seq)
    return tuple(_entry(row) for row in connection.execute(query))


def _narrowed(wanted: LogFilter) -> list[ColumnElement[bool]]:
    exact = {"actor": wanted.actor, "subject": wanted.subject}
    narrowed = [audit.c[name] == value for name, value in exact.items() if value]
    if wanted.kind:
        narrowed.append(audit.c.event.startswith(f"{wanted.kind}.", autoescape=True))
    if wanted.since is not None:
        narrowed.append(audit.c.at >= wanted.since)
    if wanted.until is not None:
        narrowed.append(audit.c.at < wanted.until)
    return narrowed


def _page_of(connection: Connection, after: int) -> tuple[AuditEntry, ...]:
    query = select(audit).where(audit.c.seq > after).order_by(audit.c.seq).limit(_PAGE)
    return tuple(_entry(row) for row in connection.execute(query))


def _row(entry: AuditEntry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "at": entry.record.at,
        "actor": entry.record.actor,
        "event": entry.record.event,
        "subject": entry.record.subject,
        "details": canonical(entry.record.details).decode(),
        "previous": entry.previous,
        "hash": entry.hash,
    }


def _storable(record: AuditRecord) -> AuditRecord:
    """The record as the database will give it back: what is hashed must be what is read."""
    details: dict[str, Any] = json.loads(storable(canonical(record.details).decode("utf-8", "surrogatepass")))
    return AuditRecord(record.at, storable(record.actor), record.event, storable(record.subject), details)


def _entry(row: AnyRow) -> AuditEntry:
    record = AuditRecord(row.at, row.actor, row.event, row.subject, json.loads(row.details))
    return AuditEntry(row.seq, record, row.previous, row.hash)
