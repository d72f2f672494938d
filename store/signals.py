"""Keyed hashes of client particulars, tied to the version they were read in and gone with it, or with their time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from domain.mosaic import Particular, Signal, Trace
from store.database import insert_if_new
from store.tables import posts, signals, versions

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection

    from store.database import Database
    from store.recording import Written


@dataclass(frozen=True, slots=True)
class SignalStore:
    """Signals of one account at a time; nothing here looks across accounts, and the hashes could not."""

    database: Database

    def of(self, account_id: int, since: datetime) -> tuple[Trace, ...]:
        """The signals of each post of an account that were seen at `since` or later, in the order of the posts."""
        query = (
            select(posts.c.post_id, signals.c.kind, signals.c.digest)
            .select_from(signals.join(versions).join(posts))
            .where(posts.c.account_id == account_id, signals.c.seen_at >= since)
            .order_by(posts.c.id, signals.c.id)
        )
        found: dict[str, set[Signal]] = {}
        with self.database.reading() as connection:
            for row in connection.execute(query):
                found.setdefault(row.post_id, set()).add(Signal(Particular(row.kind), row.digest))
        return tuple(Trace(post_id, frozenset(each)) for post_id, each in found.items())


def write_signals(connection: Connection, written: Written, now: datetime) -> None:
    """Add the signals that are not there yet."""
    for version_id, verdict in written.versions:
        for signal in verdict.signals:
            row = {"version_id": version_id, "kind": signal.kind, "digest": signal.digest, "seen_at": now}
            insert_if_new(connection, signals, row)


def forget_signals(connection: Connection, account_id: int, before: datetime | None = None) -> int:
    """Erase an account's signals, all of them or those seen before an instant; returns how many."""
    mine = signals.c.version_id.in_(_versions_of(account_id))
    old = (signals.c.seen_at < before,) if before else ()
    return connection.execute(delete(signals).where(mine, *old)).rowcount


def _versions_of(account_id: int) -> Select[tuple[int]]:
    return select(versions.c.id).join_from(versions, posts).where(posts.c.account_id == account_id)
