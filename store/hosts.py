"""The pace at hosts, shared by every process on one database: one row a host, one statement a request.

Instants are whole microseconds since 1970, so that both databases can reckon with them in the very statement that
reserves a slot. `host` is whatever name the caller gives it; this program gives a keyed hash (monitor.turns).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from domain.turns import FORGOTTEN_AFTER, LONGEST_HOLD, MOST_AHEAD, Turn
from store.tables import hosts

if TYPE_CHECKING:
    from store.database import Database

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class HostStore:
    """The rule of `domain.turns.reserve`, as SQL."""

    database: Database

    def reserve(self, host: str, now: datetime, *, rest: timedelta, patience: timedelta) -> Turn:
        """Take the next slot of a host. One atomic statement; a second one only reads why there was none."""
        at, pause = ticks(now), min(rest, MOST_AHEAD) // _TICK
        latest = at + max(min(patience, MOST_AHEAD), timedelta()) // _TICK
        ahead = and_(hosts.c.free_at > at, hosts.c.free_at <= at + MOST_AHEAD // _TICK)
        slot = case((ahead, hosts.c.free_at), else_=at)
        insert = sqlite_insert if self.database.on_sqlite else postgresql_insert
        taken = insert(hosts).values(host=host, free_at=at + pause)
        taken = taken.on_conflict_do_update(
            index_elements=[hosts.c.host],
            set_={"free_at": slot + pause},
            where=and_(slot <= latest, or_(hosts.c.held_until.is_(None), ~_is_held(at))),
        )
        with self.database.writing() as connection:
            free_at = connection.execute(taken.returning(hosts.c.free_at)).scalar()
            if free_at is not None:
                return Turn((free_at - pause - at) * _TICK)
            held = select(hosts.c.held_until).where(hosts.c.host == host, _is_held(at))
            until = connection.execute(held).scalar()
        return Turn(held_until=None if until is None else _EPOCH + until * _TICK)

    def hold(self, host: str, until: datetime, now: datetime) -> None:
        """Leave a host alone until then, for every process; an earlier instant than a known one changes nothing."""
        at, until_at = ticks(now), ticks(min(until, now + LONGEST_HOLD))
        insert = sqlite_insert if self.database.on_sqlite else postgresql_insert
        kept = case((and_(_is_held(at), hosts.c.held_until > until_at), hosts.c.held_until), else_=until_at)
        held = insert(hosts).values(host=host, free_at=at, held_until=until_at)
        held = held.on_conflict_do_update(index_elements=[hosts.c.host], set_={"held_until": kept})
        with self.database.writing() as connection:
            connection.execute(held)

    def count(self) -> int:
        """How many hosts are remembered."""
        with self.database.reading() as connection:
            return connection.execute(select(func.count()).select_from(hosts)).scalar_one()


def _is_held(at: int) -> ColumnElement[bool]:
    return and_(hosts.c.held_until > at, hosts.c.held_until <= at + LONGEST_HOLD // _TICK)


def forgotten(now: datetime) -> ColumnElement[bool]:
    """Hosts that nobody has asked for a day and that hold nothing back, and rows that only a wrong clock can write."""
    at = ticks(now)
    stale = or_(hosts.c.free_at < at - FORGOTTEN_AFTER // _TICK, hosts.c.free_at > at + MOST_AHEAD // _TICK)
    return and_(stale, or_(hosts.c.held_until.is_(None), ~_is_held(at)))


def ticks(instant: datetime) -> int:
    """Microseconds since 1970."""
    return (instant - _EPOCH) // _TICK
