"""The first line of the log, and everything that was there before it.

A database that is older than the log holds records that no line tells of. They are given salts and bound as they stand,
in one transaction: from then on a change of them shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update

from domain.audit import SYSTEM
from store.audit import Trail, newest_in
from store.binding import KINDS, every
from store.columns import new_salt
from store.tables import deliveries, digests, findings, versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Column, ColumnElement
    from sqlalchemy.engine import Connection

    from store.database import Database

_MOST_NAMES = 200


def open_log(database: Database, now: datetime) -> int:
    """Write the first line of the log unless there is one, and bind what is older; returns how many records that were.

    A second call does nothing.
    """
    with database.writing() as connection:
        if newest_in(connection) is not None:
            return 0
        _give_salts(connection)
        binds = {each.name: each.digest for kind in KINDS for each in every(connection, kind)}
        trail = Trail(now, SYSTEM)
        trail.note("record.opened", "record", older=len(binds))
        for part in _parts(binds):
            trail.note("record.adopted", "record", binds=part)
        trail.write(connection)
        return len(binds)


def _give_salts(connection: Connection) -> None:
    worded = or_(versions.c.kept_text.is_not(None), versions.c.id.in_(select(findings.c.version_id)))
    for key, salt, which in (
        (versions.c.id, versions.c.salt, (worded,)),
        (findings.c.id, findings.c.salt, ()),
        (digests.c.week, digests.c.salt, ()),
        (deliveries.c.id, deliveries.c.salt, ()),
    ):
        _salt(connection, key, salt, which)


def _salt(connection: Connection, key: Column[Any], salt: Column[Any], which: tuple[ColumnElement[bool], ...]) -> None:
    for number in connection.execute(select(key).where(salt.is_(None), *which)).scalars().all():
        connection.execute(update(key.table).where(key == number).values({salt.name: new_salt()}))


def _parts(binds: Mapping[str, str]) -> Iterator[dict[str, str]]:
    names = list(binds)
    for start in range(0, len(names), _MOST_NAMES):
        yield {name: binds[name] for name in names[start : start + _MOST_NAMES]}
