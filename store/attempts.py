"""Tries at signing in, counted by keyed hashes of what they were for, so that guessing slows down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select

from domain.credentials import MEMORY, wait
from store.record_tables import attempts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy.engine import Connection

    from domain.credentials import Pace
    from store.database import Database

_LOCK_DIGITS = 15
"""Hex digits of a key that fit into PostgreSQL's 64-bit lock number."""


@dataclass(frozen=True, slots=True)
class AttemptStore:
    """Tries. A key is a keyed hash of 64 hex digits: no address and no name is stored."""

    database: Database

    def take(self, paces: Mapping[str, Pace], now: datetime) -> timedelta:
        """Count a try under every key, or the time that it has to wait (more than zero), and it was not counted.

        It is counted before it is known whether it succeeds, so that many at once cannot slip through together.
        """
        with self.database.writing() as connection:
            _lock(connection, sorted(paces))
            connection.execute(delete(attempts).where(attempts.c.at <= now - MEMORY))
            longest: timedelta = max(wait(pace, _tries(connection, key), now) for key, pace in paces.items())
            if not longest:
                connection.execute(insert(attempts), [{"key": key, "at": now} for key in paces])
            return longest

    def forgive(self, keys: Sequence[str]) -> None:
        """It was the right person: what was counted under these keys is forgotten."""
        with self.database.writing() as connection:
            connection.execute(delete(attempts).where(attempts.c.key.in_(keys)))


def _tries(connection: Connection, key: str) -> list[datetime]:
    return list(connection.execute(select(attempts.c.at).where(attempts.c.key == key)).scalars())


def _lock(connection: Connection, keys: Sequence[str]) -> None:
    """On PostgreSQL, counting under one key goes one after the other, always in the order of the keys."""
    if connection.dialect.name == "postgresql":
        for key in keys:
            connection.execute(select(func.pg_advisory_xact_lock(int(key[:_LOCK_DIGITS], 16))))
