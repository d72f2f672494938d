"""Who an identity provider's account is here: by its subject, or, the first time, by a verified address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from domain.audit import SYSTEM, AuditRecord
from domain.errors import UsageError
from store.audit import append
from store.columns import storable
from store.record_tables import users
from store.users import address_key, end_sessions, user_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from domain.access import Identity, User
    from store.database import Database


@dataclass(frozen=True, slots=True)
class IdentityStore:
    """Ties people to their accounts at the practice's identity provider."""

    database: Database

    def admit(self, identity: Identity, now: datetime) -> User | None:
        """The active person whose account this is; None when there is none, which the log says without a name.

        Somebody who was invited and is tied to no account yet is tied to this one, when the provider has verified
        their address. From then on the address does not count: a provider may give it to somebody else.
        """
        with self.database.writing() as connection:
            row = connection.execute(select(users).where(users.c.oidc_subject == _key(identity))).one_or_none()
            found = row.id if row is not None else _first_time(connection, identity, now)
            user = None if found is None else user_of(connection, found)
            if user is None or not user.active:
                _refuse(connection, "inactive" if user else "unknown", now)
                return None
            details = {"by": "provider", "second_factor": identity.multi_factor}
            append(connection, AuditRecord(now, SYSTEM, "user.vouched", f"user:{user.id}", details))
            return user

    def refuse(self, why: str, now: datetime) -> None:
        """Record that a sign-in by the provider ended in nothing; `why` is one word."""
        with self.database.writing() as connection:
            _refuse(connection, why, now)

    def tie(self, user_id: int, identity: Identity, actor: str, now: datetime) -> None:
        """This account is this person's, in the place of any other; every session of theirs ends.

        Raises UsageError for somebody unknown, and for an account that is somebody else's.
        """
        with self.database.writing() as connection:
            user_of(connection, user_id)
            owner = connection.execute(select(users.c.id).where(users.c.oidc_subject == _key(identity))).scalar()
            if owner not in (None, user_id):
                raise UsageError(f"The account belongs to user {owner} already.")
            connection.execute(update(users).where(users.c.id == user_id).values(oidc_subject=_key(identity)))
            end_sessions(connection, user_id, actor, now)
            append(connection, AuditRecord(now, actor, "user.bound", f"user:{user_id}", {"by": "hand"}))

    def release(self, user_id: int, actor: str, now: datetime) -> bool:
        """Tie the person to no account any more; every session ends. False when there was none.

        Raises UsageError for somebody unknown.
        """
        tied = (users.c.id == user_id, users.c.oidc_subject.is_not(None))
        with self.database.writing() as connection:
            user_of(connection, user_id)
            changed = update(users).where(*tied).values(oidc_subject=None).returning(users.c.id)
            if connection.execute(changed).scalar() is None:
                return False
            end_sessions(connection, user_id, actor, now)
            append(connection, AuditRecord(now, actor, "user.released", f"user:{user_id}"))
            return True


def _first_time(connection: Connection, identity: Identity, now: datetime) -> int | None:
    # Plain ASCII alone: under case folding, letters of other alphabets become ours, and one address another.
    if not identity.verified_email or not identity.verified_email.isascii():
        return None
    free = (
        users.c.email_key == address_key(identity.verified_email),
        users.c.active,
        users.c.oidc_subject.is_(None),
    )
    tie = update(users).where(*free).values(oidc_subject=_key(identity)).returning(users.c.id)
    found: int | None = connection.execute(tie).scalar()
    if found is not None:
        append(connection, AuditRecord(now, SYSTEM, "user.bound", f"user:{found}", {"by": "provider"}))
    return found


def _key(identity: Identity) -> str:
    """Issuer and subject: neither says anything without the other."""
    return storable(f"{identity.issuer} {identity.subject}")


def _refuse(connection: Connection, why: str, now: datetime) -> None:
    append(connection, AuditRecord(now, SYSTEM, "session.refused", "", {"how": "provider", "why": why}))
