"""The pace at hosts, shared by every process on one database: one row a host, one statement a request.

Instants are whole microseconds since 1970, so that both databases can reckon with them in the very statement that
reserves a slot. `host` is whatever name the caller gives it; this program gives a keyed hash (monitor.turns).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, case, func, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from domain.turns import FORGOTTEN_AFTER, LONGEST_HOLD, MOST_AHEAD, Turn
from store.tables import hosts

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import BindParameter, Table
    from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
    from sqlalchemy.sql.dml import ReturningInsert

    from store.database import Database

    Ticks = int | BindParameter[int]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class HostStore:
    """The rule of `domain.turns.reserve`, as SQL."""

    database: Database

    def reserve(self, host: str, now: datetime, *, rest: timedelta, patience: timedelta) -> Turn:
        """Take the next slot of a host. One atomic statement; a second one only reads why there was none."""
        at, pause = ticks(now), min(rest, MOST_AHEAD) // _TICK
        instants = {
            "at": at,
            "pause": pause,
            "latest": at + max(min(patience, MOST_AHEAD), timedelta()) // _TICK,
            "most_ahead": at + MOST_AHEAD // _TICK,
            "longest_hold": at + LONGEST_HOLD // _TICK,
        }
        taken = _TAKEN_ON_SQLITE if self.database.on_sqlite else _TAKEN_ON_POSTGRESQL
        with self.database.writing() as connection:
            free_at = connection.execute(taken, {**instants, "name": host, "first": at + pause}).scalar()
            if free_at is not None:
                return Turn((free_at - pause - at) * _TICK)
            asked = {name: instants[name] for name in ("at", "longest_hold")}
            until = connection.execute(_HELD, {**asked, "name": host}).scalar()
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
    return _between(at, at + LONGEST_HOLD // _TICK)


def _between(at: Ticks, longest_hold: Ticks) -> ColumnElement[bool]:
    return and_(hosts.c.held_until > at, hosts.c.held_until <= longest_hold)


def _taken(insert: Callable[[Table], SqliteInsert | PostgresqlInsert]) -> ReturningInsert[int]:
    """The statement that takes a slot, with names for what changes from one request to the next."""
    at, pause, latest, most_ahead, longest_hold = (
        bindparam(name, type_=BigInteger) for name in ("at", "pause", "latest", "most_ahead", "longest_hold")
    )
    slot = case((and_(hosts.c.free_at > at, hosts.c.free_at <= most_ahead), hosts.c.free_at), else_=at)
    taken = insert(hosts).values(host=bindparam("name"), free_at=bindparam("first", type_=BigInteger))
    return taken.on_conflict_do_update(
        index_elements=[hosts.c.host],
        set_={"free_at": slot + pause},
        where=and_(slot <= latest, or_(hosts.c.held_until.is_(None), ~_between(at, longest_hold))),
    ).returning(hosts.c.free_at)


# Made once: one is asked for every request, and making it takes longer than asking it.
_TAKEN_ON_SQLITE, _TAKEN_ON_POSTGRESQL = _taken(sqlite_insert), _taken(postgresql_insert)
_HELD = select(hosts.c.held_until).where(
    hosts.c.host == bindparam("name"),
    _between(bindparam("at", type_=BigInteger), bindparam("longest_hold", type_=BigInteger)),
)


def forgotten(now: datetime) -> ColumnElement[bool]:
    """Hosts that nobody has asked for a day and that hold nothing back, and rows that only a wrong clock can write."""
    at = ticks(now)
    stale = or_(hosts.c.free_at < at - FORGOTTEN_AFTER // _TICK, hosts.c.free_at > at + MOST_AHEAD // _TICK)
    return and_(stale, or_(hosts.c.held_until.is_(None), ~_is_held(at)))


def ticks(instant: datetime) -> int:
    """Microseconds since 1970."""
    return (instant - _EPOCH) // _TICK
