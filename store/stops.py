"""The switch: nothing is read or stored of any account while a stop stands.

A pass takes the switch shared for as long as it writes, and a stop takes it alone. So when a stop is committed, no pass
is still writing, and every later one finds it. On SQLite writers come one after the other anyway.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, or_, select, update

from domain.audit import AuditRecord
from domain.errors import Conflict, Refused, Stopped, UsageError
from domain.stops import LONGEST_REASON, Stop
from store.audit import append
from store.record_tables import stops

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from store.columns import AnyRow
    from store.database import Database

_COMMAND = "command"
# Any number that no other lock uses.
_ADVISORY_LOCK = int.from_bytes(b"s7-stops", "big") >> 1
# Made once: every account that is read asks them.
_STANDING = select(stops).where(stops.c.resumed_at.is_(None)).limit(1)
_SHARE_SWITCH = select(func.pg_advisory_xact_lock_shared(_ADVISORY_LOCK))


def standing_stop(connection: Connection) -> Stop | None:
    """The stop that stands now, if any."""
    row = connection.execute(_STANDING).one_or_none()
    return None if row is None else _stop_of(row)


def stops_between(connection: Connection, start: datetime, end: datetime) -> tuple[Stop, ...]:
    """Every stop that stood at some time in between, oldest first."""
    lifted = or_(stops.c.resumed_at.is_(None), stops.c.resumed_at > start)
    rows = connection.execute(select(stops).where(stops.c.at < end, lifted).order_by(stops.c.id))
    return tuple(_stop_of(row) for row in rows)


def must_not_be_stopped(connection: Connection) -> None:
    """Raises Stopped while a stop stands; otherwise none can begin before the caller's transaction has ended."""
    if connection.dialect.name == "postgresql":
        connection.execute(_SHARE_SWITCH)
    stop = standing_stop(connection)
    if stop is not None:
        raise Stopped("All collection is stopped; what was read is dropped.")


@dataclass(frozen=True, slots=True)
class StopStore:
    """When collection was stopped, by whom, why, and who let it go on."""

    database: Database

    def stop(self, actor: str, reason: str, now: datetime) -> Stop:
        """Stop all collection at once, also a pass that is under way; evidence stays, and mail goes on.

        Raises UsageError without a reason, or with one that is too long; Conflict when it is stopped already.
        """
        why = " ".join(reason.split())
        if not why or len(why) > LONGEST_REASON:
            raise UsageError(f"Say why, in {LONGEST_REASON} characters or fewer; the reason stands in the digest.")
        with self.database.writing() as connection:
            _take_switch(connection)
            if standing_stop(connection) is not None:
                raise Conflict("Collection is stopped already.")
            row = {"at": now, "actor": actor, "reason": why}
            stop_id = connection.execute(insert(stops).values(row).returning(stops.c.id)).scalar_one()
            _log(connection, "collection.stopped", stop_id, actor, now)
            return Stop(stop_id, now, actor, why)

    def ask_resume(self, actor: str, now: datetime) -> Stop:
        """The first of two people says that collection may go on. Raises Conflict unless it is stopped and unasked."""
        with self.database.writing() as connection:
            stop = _standing(connection)
            if stop.resume_asked_by is not None:
                raise Conflict("Somebody asked for this already; another person must confirm it.")
            values = {"resume_asked_at": now, "resume_asked_by": actor}
            connection.execute(update(stops).where(stops.c.id == stop.id).values(**values))
            _log(connection, "collection.resume-asked", stop.id, actor, now)
            return replace(stop, resume_asked_at=now, resume_asked_by=actor)

    def confirm_resume(self, actor: str, now: datetime) -> Stop:
        """Somebody else confirms, and collection goes on.

        Raises Refused for the person who asked; Conflict when nobody asked or it is not stopped.
        """
        with self.database.writing() as connection:
            stop = _standing(connection)
            if stop.resume_asked_by is None:
                raise Conflict("Nobody has asked yet that collection go on.")
            if stop.resume_asked_by == actor:
                raise Refused("You asked for this yourself; somebody else must confirm it.")
            values = {"resumed_at": now, "resumed_by": actor}
            connection.execute(update(stops).where(stops.c.id == stop.id).values(**values))
            _log(connection, "collection.resumed", stop.id, actor, now)
            return replace(stop, resumed_at=now, resumed_by=actor)

    def take_back(self, actor: str, now: datetime) -> Stop:
        """Drop the request to go on: anybody who may stop may do that. Raises Conflict when there is none."""
        with self.database.writing() as connection:
            stop = _standing(connection)
            if stop.resume_asked_by is None:
                raise Conflict("Nobody has asked that collection go on.")
            values = {"resume_asked_at": None, "resume_asked_by": None}
            connection.execute(update(stops).where(stops.c.id == stop.id).values(**values))
            _log(connection, "collection.resume-dropped", stop.id, actor, now)
            return replace(stop, resume_asked_at=None, resume_asked_by=None)

    def standing(self) -> Stop | None:
        """The stop that stands now, None while collection goes on."""
        with self.database.reading() as connection:
            return standing_stop(connection)

    def between(self, start: datetime, end: datetime) -> tuple[Stop, ...]:
        """Every stop that stood at some time from `start` up to `end`, oldest first."""
        with self.database.reading() as connection:
            return stops_between(connection, start, end)

    def all(self) -> tuple[Stop, ...]:
        """Every stop there ever was, newest first."""
        with self.database.reading() as connection:
            rows = connection.execute(select(stops).order_by(stops.c.id.desc()))
            return tuple(_stop_of(row) for row in rows)


def _take_switch(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))


def _standing(connection: Connection) -> Stop:
    _take_switch(connection)
    stop = standing_stop(connection)
    if stop is None:
        raise Conflict("Collection is not stopped.")
    return stop


def _log(connection: Connection, event: str, stop_id: int, actor: str, now: datetime) -> None:
    kind, _, login = actor.partition(":")
    by_command = kind == _COMMAND
    details = {"login": login} if by_command else {}
    append(connection, AuditRecord(now, _COMMAND if by_command else actor, event, f"stop:{stop_id}", details))


def _stop_of(row: AnyRow) -> Stop:
    return Stop(
        id=row.id,
        at=row.at,
        actor=row.actor,
        reason=row.reason,
        resume_asked_at=row.resume_asked_at,
        resume_asked_by=row.resume_asked_by,
        resumed_at=row.resumed_at,
        resumed_by=row.resumed_by,
    )
