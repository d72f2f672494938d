"""Named leases: at most one process at a time does a piece of work, and a dead one blocks it only for a while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, or_
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from store.tables import leases

if TYPE_CHECKING:
    from datetime import datetime

    from store.database import Database


@dataclass(frozen=True, slots=True)
class LeaseStore:
    """Rows of (name, owner, until)."""

    database: Database

    def acquire(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
        """Take or prolong the lease; False while another owner's has not run out. One atomic statement."""
        insert = sqlite_insert if self.database.on_sqlite else postgresql_insert
        take = insert(leases).values(name=name, owner=owner, until=until)
        take = take.on_conflict_do_update(
            index_elements=[leases.c.name],
            set_={"owner": owner, "until": until},
            where=or_(leases.c.owner == owner, leases.c.until <= now),
        )
        with self.database.writing() as connection:
            return connection.execute(take.returning(leases.c.owner)).scalar() == owner

    def release(self, name: str, owner: str) -> None:
        """Give it back; nothing happens when it is not the owner's."""
        with self.database.writing() as connection:
            connection.execute(delete(leases).where(leases.c.name == name, leases.c.owner == owner))
