"""People who may sign in: their roles, whom they may not judge, and whether they still may."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, delete, insert, select, update

from domain.access import ConflictOfInterest, Role, User
from domain.audit import AuditRecord
from domain.errors import Refused, UsageError
from store.audit import append
from store.columns import storable
from store.record_tables import conflicts, links, sessions, users
from store.staff import as_id
from store.tables import staff

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Delete
    from sqlalchemy.engine import Connection

    from store.columns import AnyRow
    from store.database import Database

_LONGEST_NAME = 200
_LONGEST_REASON = 500
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
            return _maybe(connection, users.c.email_key == address_key(email))

    def change(self, user_id: int, name: str, email: str, actor: str, now: datetime) -> User:
        """Another name or address; links sent to the one of before end. Raises UsageError as `add` does."""
        with self.database.writing() as connection:
            user = _locked(connection, user_id)
            row = _row_of(name, email, user.roles, user.staff_id)
            _must_be_free(connection, row["email_key"], user_id)
            if row["email_key"] != address_key(user.email):
                connection.execute(_links_of(user_id))
            _set(connection, user_id, row)
            _log(connection, now, actor, "user.changed", user_id)
            return user_of(connection, user_id)

    def change_roles(
        self, user_id: int, roles: Collection[Role], staff_id: int | None, actor: str, now: datetime
    ) -> User:
        """Other roles, at once: every session of the person ends.

        Raises UsageError as `add` does, and Refused when no administrator would be left.
        """
        with self.database.writing() as connection:
            _lock_everybody(connection)
            user = user_of(connection, user_id)
            row = _row_of(user.name, user.email, roles, staff_id)
            _must_be_staff(connection, staff_id)
            if user.active and Role.ADMINISTRATOR not in roles:
                _must_leave_an_administrator(connection, user)
            _set(connection, user_id, row)
            end_sessions(connection, user_id, actor, now)
            _log(connection, now, actor, "user.roles-changed", user_id, roles=row["roles"], staff=staff_id)
            return user_of(connection, user_id)

    def deactivate(self, user_id: int, actor: str, now: datetime) -> User:
        """The person may not sign in any more; every session and every link ends. The record keeps the name.

        Raises UsageError for somebody unknown, and Refused when no administrator would be left.
        """
        with self.database.writing() as connection:
            _lock_everybody(connection)
            user = user_of(connection, user_id)
            if user.active:
                _must_leave_an_administrator(connection, user)
                _set(connection, user_id, {"active": False})
                connection.execute(_links_of(user_id))
                end_sessions(connection, user_id, actor, now)
                _log(connection, now, actor, "user.deactivated", user_id)
            return user_of(connection, user_id)

    def activate(self, user_id: int, actor: str, now: datetime) -> User:
        """The person may sign in again, with the password of before. Raises UsageError for somebody unknown."""
        with self.database.writing() as connection:
            if not _locked(connection, user_id).active:
                _set(connection, user_id, {"active": True})
                _log(connection, now, actor, "user.activated", user_id)
            return user_of(connection, user_id)

    def add_conflict(self, user_id: int, conflict: ConflictOfInterest, actor: str, now: datetime) -> User:
        """Name a member of staff whom this person may not judge; a repeat replaces the reason.

        Raises UsageError for somebody unknown and for no reason.
        """
        reason = storable(conflict.reason).strip()
        if not 0 < len(reason) <= _LONGEST_REASON:
            raise UsageError(f"Say in a sentence of at most {_LONGEST_REASON} characters why this is a conflict.")
        row = {"staff_id": conflict.staff_id, "reason": reason, "line_manager": conflict.line_manager}
        with self.database.writing() as connection:
            _locked(connection, user_id)
            _must_be_staff(connection, conflict.staff_id)
            connection.execute(delete(conflicts).where(*_that_conflict(user_id, conflict.staff_id)))
            connection.execute(insert(conflicts).values(user_id=user_id, **row))
            about = {"staff": conflict.staff_id, "line_manager": conflict.line_manager}
            _log(connection, now, actor, "user.conflict-named", user_id, **about)
            return user_of(connection, user_id)

    def drop_conflict(self, user_id: int, staff_id: int, actor: str, now: datetime) -> User:
        """The conflict is no more. Raises UsageError when none was named."""
        with self.database.writing() as connection:
            _locked(connection, user_id)
            dropped = delete(conflicts).where(*_that_conflict(user_id, staff_id)).returning(conflicts.c.id)
            if connection.execute(dropped).scalar() is None:
                raise UsageError(f"No conflict with staff member {staff_id} is on record.")
            _log(connection, now, actor, "user.conflict-ended", user_id, staff=staff_id)
            return user_of(connection, user_id)

    def record_training(self, user_id: int, until: datetime | None, actor: str, now: datetime) -> User:
        """How long the reviewer's training holds; None takes it off the record. Raises UsageError."""
        with self.database.writing() as connection:
            _locked(connection, user_id)
            _set(connection, user_id, {"trained_until": until})
            told = until.date().isoformat() if until else None
            _log(connection, now, actor, "user.training-recorded", user_id, until=told)
            return user_of(connection, user_id)

    def find(self, query: str) -> User:
        """By id or e-mail address. Raises UsageError when nobody fits."""
        number = as_id(query)
        with self.database.reading() as connection:
            found = _maybe(connection, users.c.id == number) if number else None
            found = found or _maybe(connection, users.c.email_key == address_key(query))
        if found is None:
            raise UsageError(f"Nobody signs in as {query!r}. `section7 users list` shows everybody.")
        return found

    def all(self) -> tuple[User, ...]:
        """Everybody, also those who may not sign in any more, by name."""
        with self.database.reading() as connection:
            return people_in(connection)


def people_in(connection: Connection) -> tuple[User, ...]:
    """Everybody, by name."""
    rows = groupby(connection.execute(_WITH_CONFLICTS).all(), key=attrgetter("person_id"))
    people = (user_in(tuple(theirs)) for _, theirs in rows)
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
    name, email = name.strip(), email.strip()
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
        "email_key": address_key(email),
        "roles": sorted(role.value for role in set(roles)),
        "staff_id": staff_id,
    }


def _is_address(text: str) -> bool:
    return len(text) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def address_key(email: str) -> str:
    """What two spellings of one address have in common."""
    return storable(email).strip().casefold()


def _must_be_free(connection: Connection, email_key: str, user_id: int) -> None:
    same = select(users.c.id).where(users.c.email_key == email_key, users.c.id != user_id)
    if (known := connection.execute(same).scalar()) is not None:
        raise UsageError(f"The e-mail address belongs to user {known} already.")


def _must_be_staff(connection: Connection, staff_id: int | None) -> None:
    if staff_id is not None and connection.execute(select(staff.c.id).where(staff.c.id == staff_id)).scalar() is None:
        raise UsageError(f"There is no staff member {staff_id}. `section7 staff list` shows everybody.")


def _locked(connection: Connection, user_id: int) -> User:
    """The person, whose row nobody else changes before the transaction ends. Raises UsageError."""
    connection.execute(select(users.c.id).where(users.c.id == user_id).with_for_update())
    return user_of(connection, user_id)


def _lock_everybody(connection: Connection) -> None:
    """In one order, so that two administrators who remove each other at once come one after the other."""
    connection.execute(select(users.c.id).order_by(users.c.id).with_for_update())


def _links_of(user_id: int) -> Delete:
    """Takes away what was sent and not used yet."""
    return delete(links).where(links.c.user_id == user_id, links.c.used_at.is_(None))


def _set(connection: Connection, user_id: int, values: dict[str, Any]) -> None:
    connection.execute(update(users).where(users.c.id == user_id).values(values))


def _that_conflict(user_id: int, staff_id: int) -> tuple[ColumnElement[bool], ...]:
    return (conflicts.c.user_id == user_id, conflicts.c.staff_id == staff_id)


def _must_leave_an_administrator(connection: Connection, user: User) -> None:
    if Role.ADMINISTRATOR not in user.roles:
        return
    active = connection.execute(select(users.c.id, users.c.roles).where(users.c.active)).all()
    if not any(Role.ADMINISTRATOR in row.roles for row in active if row.id != user.id):
        raise Refused("This is the last administrator. Make somebody else an administrator first.")


def _maybe(connection: Connection, condition: ColumnElement[bool]) -> User | None:
    rows = connection.execute(_WITH_CONFLICTS.where(condition)).all()
    return user_in(rows) if rows else None


def of_user() -> tuple[ColumnElement[Any], ...]:
    """The columns that `user_in` reads, for a query that joins `users` and, as an outer join, `conflicts`."""
    return (
        *(users.c[name].label(f"person_{name}") for name in _OF_USER),
        users.c.active.label("person_active"),
        *(conflicts.c[name].label(f"conflict_{name}") for name in _OF_CONFLICT),
    )


def user_in(rows: Sequence[AnyRow]) -> User:
    """The person whose rows these are, one a conflict in the order in which they were named, or one without."""
    row = rows[0]
    named = (each for each in rows if each.conflict_staff_id is not None)
    return User(
        id=row.person_id,
        name=row.person_name,
        email=row.person_email,
        roles=frozenset(Role(role) for role in row.person_roles),
        staff_id=row.person_staff_id,
        active=row.person_active,
        conflicts=tuple(
            ConflictOfInterest(each.conflict_staff_id, each.conflict_reason, each.conflict_line_manager)
            for each in named
        ),
        trained_until=row.person_trained_until,
    )


_OF_USER = ("id", "name", "email", "roles", "staff_id", "trained_until")
_OF_CONFLICT = ("staff_id", "reason", "line_manager")
_WITH_CONFLICTS = (
    select(*of_user())
    .select_from(users.outerjoin(conflicts, conflicts.c.user_id == users.c.id))
    .order_by(users.c.id, conflicts.c.id)
)


def _log(connection: Connection, now: datetime, actor: str, event: str, user_id: int, **details: object) -> None:
    append(connection, AuditRecord(now, actor, event, f"user:{user_id}", details))
