"""People who work, or worked, for the practice."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, or_, select, update

from domain.accounts import Staff
from domain.errors import UsageError
from store import tables

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from domain.accounts import Licence
    from store.columns import AnyRow
    from store.database import Database

_LARGEST_ID = 2**31 - 1
_LONGEST_ADDRESS = 254
"""RFC 5321 section 4.5.3.1.3, less the angle brackets."""
_ADDRESS = re.compile(
    r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z0-9]",
    re.ASCII | re.IGNORECASE,
)
"""RFC 5322's dot-atom at a host name of two labels or more: one address, and neither a name nor brackets around it."""
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode categories: controls, halves of a pair, line and paragraph separators."""


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
        """A new person. Raises UsageError for values that cannot be, or an e-mail address that is somebody's already.

        Blanks around the name, the role and the address are dropped.
        """
        row = _row_of(Staff(0, name, role, licence, email, employed_from, employed_to))
        with self.database.writing() as connection:
            _must_be_free(connection, row["email"], 0)
            made = insert(tables.staff).values(**row, created_at=now).returning(*tables.staff.c)
            return staff_of(connection.execute(made).one())

    def change(
        self,
        staff_id: int,
        *,
        name: str | None = None,
        role: str | None = None,
        licence: Licence | None = None,
        email: str | None = None,
        employed_from: date | None = None,
        employed_to: date | None = None,
    ) -> Staff:
        """The person with other values; None leaves one as it is. Mail that waits goes to the new address.

        Raises UsageError when nothing is to be changed, nobody has this id, or `add` would refuse the result.
        """
        asked = {
            "name": name,
            "role": role,
            "licence": licence,
            "email": email,
            "employed_from": employed_from,
            "employed_to": employed_to,
        }
        wanted: dict[str, Any] = {key: value for key, value in asked.items() if value is not None}
        if not wanted:
            raise UsageError("Nothing was changed: say what is to be changed.")
        with self.database.writing() as connection:
            row = _row_of(replace(_one(connection, staff_id), **wanted))
            _must_be_free(connection, row["email"], staff_id)
            changed = update(tables.staff).where(tables.staff.c.id == staff_id).values(**row)
            return staff_of(connection.execute(changed.returning(*tables.staff.c)).one())

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


def _row_of(person: Staff) -> dict[str, Any]:
    """The columns of a person's row but for its id. Raises UsageError that names every value that cannot be."""
    name, role, email = person.name.strip(), person.role.strip(), person.email.strip()
    first, last = person.employed_from, person.employed_to
    wrong = [
        *(f"the {what} is empty" for what, text in (("name", name), ("role", role)) if not text),
        *(f"the {what} holds control characters" for what, text in (("name", name), ("role", role)) if _unseen(text)),
        *([] if _is_address(email) else ["the e-mail is not one plain address such as name@practice.example"]),
        *([f"employment ends on {last}, before it begins on {first}"] if first and last and last < first else []),
    ]
    if wrong:
        raise UsageError(f"Nothing was changed: {'; '.join(wrong)}.")
    return {
        "name": name,
        "role": role,
        "licence": person.licence,
        "email": email,
        "email_key": email.casefold(),
        "employed_from": first,
        "employed_to": last,
    }


def _unseen(text: str) -> bool:
    return any(unicodedata.category(mark) in _UNSEEN for mark in text)


def _is_address(text: str) -> bool:
    return len(text) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def _one(connection: Connection, staff_id: int) -> Staff:
    query = select(tables.staff).where(tables.staff.c.id == staff_id).with_for_update()
    if (row := connection.execute(query).one_or_none()) is None:
        raise UsageError(f"There is no staff member {staff_id}. `section7 staff list` shows everybody.")
    return staff_of(row)


def _must_be_free(connection: Connection, email: str, staff_id: int) -> None:
    same = select(tables.staff.c.id).where(tables.staff.c.email_key == email.casefold(), tables.staff.c.id != staff_id)
    if (known := connection.execute(same).scalar()) is not None:
        raise UsageError(f"The e-mail address {email} belongs to staff member {known} already.")


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
