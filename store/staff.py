"""People who work, or worked, for the practice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, or_, select

from domain.accounts import Staff
from domain.errors import UsageError
from store import tables

if TYPE_CHECKING:
    from datetime import date, datetime

    from domain.accounts import Licence
    from store.columns import AnyRow
    from store.database import Database

_LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class StaffStore:
    """The register of staff. Being in it permits nothing: an account is read only by its own authorisation."""

    database: Database

    def add(  # noqa: PLR0917 - one argument a column
        self,
        name: str,
        role: str,
        licence: Licence,
        email: str,
        employed_from: date | None,
        employed_to: date | None,
        now: datetime,
    ) -> Staff:
        """A new person. Raises UsageError when somebody with this e-mail address is there already."""
        row = {
            "name": name,
            "role": role,
            "licence": licence,
            "email": email,
            "email_key": email.casefold(),
            "employed_from": employed_from,
            "employed_to": employed_to,
            "created_at": now,
        }
        with self.database.writing() as connection:
            same = select(tables.staff.c.id).where(tables.staff.c.email_key == email.casefold())
            if (known := connection.execute(same).scalar()) is not None:
                raise UsageError(f"The e-mail address {email} belongs to staff member {known} already.")
            added = connection.execute(insert(tables.staff).values(row).returning(*tables.staff.c)).one()
        return staff_of(added)

    def find(self, query: str) -> Staff:
        """By id, e-mail address or exact name. Raises UsageError when nobody, or more than one person, fits."""
        matches = [tables.staff.c.email_key == query.casefold(), tables.staff.c.name == query]
        if (number := as_id(query)) is not None:
            matches.append(tables.staff.c.id == number)
        with self.database.reading() as connection:
            found = connection.execute(select(tables.staff).where(or_(*matches)).order_by(tables.staff.c.id)).all()
        if not found:
            raise UsageError(f"No staff member is known as {query!r}. `section7 staff list` shows everybody.")
        if len(found) > 1:
            ids = ", ".join(str(row.id) for row in found)
            raise UsageError(f"{query!r} fits more than one staff member; say which id: {ids}.")
        return staff_of(found[0])

    def all(self) -> tuple[Staff, ...]:
        """Everybody, in the order they were added."""
        with self.database.reading() as connection:
            return tuple(staff_of(row) for row in connection.execute(select(tables.staff).order_by(tables.staff.c.id)))


def as_id(query: str) -> int | None:
    """The number a person typed, None when it is no id."""
    if not (query.isascii() and query.isdigit()):
        return None
    number = int(query)
    return number if 0 < number <= _LARGEST_ID else None


def staff_of(row: AnyRow) -> Staff:
    """From a row of the staff table."""
    return Staff(
        id=row.id,
        name=row.name,
        role=row.role,
        licence=row.licence,
        email=row.email,
        employed_from=row.employed_from,
        employed_to=row.employed_to,
    )
