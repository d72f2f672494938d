"""People who may sign in: their roles, whom they may not judge, and whether they still may."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from domain.access import ConflictOfInterest, Role, User
from domain.audit import AuditRecord
from domain.errors import UsageError
from store.audit import append
from store.columns import storable
from store.record_tables import conflicts, sessions, users
from store.tables import staff

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from store.columns import AnyRow
    from store.database import Database

_LONGEST_NAME = 200
_LONGEST_ADDRESS = 254
"""RFC 5321 section 4.5.3.1.3, less the angle brackets."""
_ADDRESS = re.compile(
    r"[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]+@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z0-9]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class UserStore:
    """The register of people who may sign in. `actor` is who does it, as the audit log names them."""

    database: Database

    def add(  # noqa: PLR0917 - one argument a column
        self, name: str, email: str, roles: Collection[Role], staff_id: int | None, actor: str, now: datetime
    ) -> User:
        """A new person, who can sign in once an invitation was followed.

        Raises UsageError for values that cannot be, and for an address that is somebody's already.
        """
        row = _row_of(name, email, roles, staff_id)
        with self.database.writing() as connection:
            _must_be_free(connection, row["email_key"], 0)
            _must_be_staff(connection, staff_id)
            made = insert(users).values(**row, active=True, recovery_hashes=[], created_at=now).returning(users.c.id)
            user_id = connection.execute(made).scalar_one()
            _log(connection, now, actor, "user.invited", user_id, roles=row["roles"], staff=staff_id)
            return user_of(connection, user_id)

    def get(self, user_id: int) -> User | None:
        """The person with this id, active or not; None when there is none."""
        with self.database.reading() as connection:
            return _maybe(connection, users.c.id == user_id)

    def with_email(self, email: str) -> User | None:
        """Who signs in with this address; None when nobody does."""
        with self.database.reading() as connection:
            return _maybe(connection, users.c.email_key == _key(email))

    def all(self) -> tuple[User, ...]:
        """Everybody, also those who may not sign in any more, by name."""
        query = select(users)
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
            known = _conflicts_by_user(connection)
            people = (_user(row, known.get(row.id, ())) for row in rows)
            return tuple(sorted(people, key=lambda one: (one.name.casefold(), one.id)))


def user_of(connection: Connection, user_id: int) -> User:
    """The person with this id. Raises UsageError when there is none."""
    if (user := _maybe(connection, users.c.id == user_id)) is None:
        raise UsageError(f"There is no user {user_id}. `section7 users list` shows everybody.")
    return user


def end_sessions(connection: Connection, user_id: int, actor: str, now: datetime, *, but: int | None = None) -> int:
    """End every session of this person, but for one, in the caller's transaction; how many ended."""
    which = delete(sessions).where(sessions.c.user_id == user_id)
    if but is not None:
        which = which.where(sessions.c.id != but)
    ended = len(connection.execute(which.returning(sessions.c.id)).all())
    if ended:
        append(connection, AuditRecord(now, actor, "sessions.revoked", f"user:{user_id}", {"count": ended}))
    return ended


def _row_of(name: str, email: str, roles: Collection[Role], staff_id: int | None) -> dict[str, Any]:
    """The columns that a person chooses. Raises UsageError that names every value that cannot be."""
    name, email = storable(name).strip(), email.strip()
    wrong = [
        *(
            []
            if 0 < len(name) <= _LONGEST_NAME and name.isprintable()
            else ["the name is empty, too long or not plain"]
        ),
        *([] if _is_address(email) else ["the e-mail is not one plain address such as name@practice.example"]),
        *([] if roles else ["no role is named"]),
        *(["a clinician's staff number is missing"] if Role.CLINICIAN in roles and staff_id is None else []),
    ]
    if wrong:
        raise UsageError(f"Nothing was changed: {'; '.join(wrong)}.")
    return {
        "name": name,
        "email": email,
        "email_key": _key(email),
        "roles": sorted(role.value for role in set(roles)),
        "staff_id": staff_id,
    }


def _is_address(text: str) -> bool:
    return len(text) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def _key(email: str) -> str:
    return storable(email).strip().casefold()


def _must_be_free(connection: Connection, email_key: str, user_id: int) -> None:
    same = select(users.c.id).where(users.c.email_key == email_key, users.c.id != user_id)
    if (known := connection.execute(same).scalar()) is not None:
        raise UsageError(f"The e-mail address belongs to user {known} already.")


def _must_be_staff(connection: Connection, staff_id: int | None) -> None:
    if staff_id is not None and connection.execute(select(staff.c.id).where(staff.c.id == staff_id)).scalar() is None:
        raise UsageError(f"There is no staff member {staff_id}. `section7 staff list` shows everybody.")


def _maybe(connection: Connection, condition: Any) -> User | None:
    row = connection.execute(select(users).where(condition)).one_or_none()
    return None if row is None else _user(row, _conflicts_by_user(connection, row.id).get(row.id, ()))


def _conflicts_by_user(connection: Connection, user_id: int | None = None) -> dict[int, tuple[ConflictOfInterest, ...]]:
    query = select(conflicts).order_by(conflicts.c.id)
    if user_id is not None:
        query = query.where(conflicts.c.user_id == user_id)
    found: dict[int, tuple[ConflictOfInterest, ...]] = {}
    for row in connection.execute(query):
        one = ConflictOfInterest(row.staff_id, row.reason, row.line_manager)
        found[row.user_id] = (*found.get(row.user_id, ()), one)
    return found


def _user(row: AnyRow, against: tuple[ConflictOfInterest, ...]) -> User:
    return User(
        id=row.id,
        name=row.name,
        email=row.email,
        roles=frozenset(Role(role) for role in row.roles),
        staff_id=row.staff_id,
        active=row.active,
        conflicts=against,
        trained_until=row.trained_until,
    )


def _log(connection: Connection, now: datetime, actor: str, event: str, user_id: int, **details: object) -> None:
    append(connection, AuditRecord(now, actor, event, f"user:{user_id}", details))
