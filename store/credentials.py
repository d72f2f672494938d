"""Passwords, one-time codes and the links that let somebody set them. What is secret is stored hashed or sealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update

from domain.audit import SYSTEM, AuditRecord
from domain.errors import UsageError
from store.audit import append
from store.record_tables import links, users
from store.users import address_key, end_sessions, user_of
from vault.codes import fitting_step, new_recovery_codes, recovery_form
from vault.passwords import fits, hash_password, outdated
from vault.tokens import new_token, token_hash

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy.engine import Connection

    from domain.access import User
    from store.columns import AnyRow
    from store.database import Database

Purpose = Literal["invitation", "recovery"]


@dataclass(frozen=True, slots=True)
class CredentialStore:
    """What proves that somebody is who they say. No method tells which half of a proof was wrong."""

    database: Database

    def check_password(self, email: str, password: str, now: datetime) -> User | None:
        """Who signs in with these; None when nobody does, after the same work and in the same time.

        A hash made with older parameters is made anew.
        """
        query = select(users.c.id, users.c.password_hash).where(users.c.email_key == address_key(email), users.c.active)
        with self.database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if not fits(row.password_hash if row else None, password) or row is None:
            self._refused(row.id if row else None, now)
            return None
        if outdated(row.password_hash):
            self._rehash(row.id, row.password_hash, password)
        with self.database.reading() as connection:
            return user_of(connection, row.id)

    def is_password_of(self, user_id: int, password: str) -> bool:
        """Whether this is the person's password, asked again before something that matters."""
        with self.database.reading() as connection:
            encoded = connection.execute(select(users.c.password_hash).where(users.c.id == user_id)).scalar()
        return fits(encoded, password)

    def has_password(self, user_id: int) -> bool:
        """Whether the person ever chose one."""
        with self.database.reading() as connection:
            encoded = connection.execute(select(users.c.password_hash).where(users.c.id == user_id)).scalar()
        return encoded is not None

    def set_password(self, user_id: int, password: str, actor: str, now: datetime) -> None:
        """A new password. Every session of the person ends."""
        encoded = hash_password(password)
        with self.database.writing() as connection:
            _set_password(connection, user_id, encoded, actor, now)

    def has_code(self, user_id: int) -> bool:
        """Whether a telephone is set up for one-time codes."""
        with self.database.reading() as connection:
            return connection.execute(select(users.c.totp_secret).where(users.c.id == user_id)).scalar() is not None

    def set_code(self, user_id: int, secret: str, code: str, now: datetime) -> tuple[str, ...] | None:
        """Set up a telephone, proven by its first code; the recovery codes, which exist nowhere else.

        None, and no change, when the code is not the secret's.
        """
        if (step := fitting_step(secret, code, now, None)) is None:
            return None
        codes = new_recovery_codes()
        fresh = {
            "totp_secret": secret,
            "totp_step": step,
            "recovery_hashes": [token_hash(code) for code in codes],
        }
        with self.database.writing() as connection:
            connection.execute(update(users).where(users.c.id == user_id).values(fresh))
            _log(connection, now, f"user:{user_id}", "user.code-set", user_id)
        return codes

    def use_code(self, user_id: int, code: str, now: datetime) -> bool:
        """Whether this is the person's code of the moment or one of the recovery codes. Each is good once."""
        locked = select(users).where(users.c.id == user_id, users.c.active).with_for_update()
        with self.database.writing() as connection:
            row = connection.execute(locked).one_or_none()
            if row is None or row.totp_secret is None:
                return False
            step = fitting_step(row.totp_secret, code, now, row.totp_step)
            if step is not None:
                connection.execute(update(users).where(users.c.id == user_id).values(totp_step=step))
                return True
            return _use_recovery_code(connection, row, code, now)

    def codes_left(self, user_id: int) -> int:
        """How many recovery codes are left."""
        with self.database.reading() as connection:
            found = connection.execute(select(users.c.recovery_hashes).where(users.c.id == user_id)).scalar()
        return len(found or ())

    def forget_code(self, user_id: int, actor: str, now: datetime) -> None:
        """The telephone is lost: it is set up anew at the next sign-in. Every session of the person ends."""
        none: dict[str, Any] = {"totp_secret": None, "totp_step": None, "recovery_hashes": []}
        with self.database.writing() as connection:
            user_of(connection, user_id)
            connection.execute(update(users).where(users.c.id == user_id).values(none))
            end_sessions(connection, user_id, actor, now)
            _log(connection, now, actor, "user.code-forgotten", user_id)

    def make_link(self, user_id: int, purpose: Purpose, actor: str, now: datetime, length: timedelta) -> str:
        """The token of a link that is good once, for `length`; earlier ones for this purpose open nothing any more."""
        token = new_token()
        row = {
            "token_hash": token_hash(token),
            "user_id": user_id,
            "purpose": purpose,
            "created_at": now,
            "expires_at": now + length,
        }
        with self.database.writing() as connection:
            if not user_of(connection, user_id).active:
                raise UsageError("This person may not sign in; let them in again first.")
            unused = and_(links.c.user_id == user_id, links.c.purpose == purpose, links.c.used_at.is_(None))
            connection.execute(delete(links).where(or_(unused, links.c.expires_at <= now)))
            connection.execute(insert(links).values(row))
            _log(connection, now, actor, "link.made", user_id, purpose=purpose)
        return token

    def whose_link(self, token: str, purpose: Purpose, now: datetime) -> User | None:
        """Whom this link lets in; None when it was used, has run out or never was."""
        with self.database.reading() as connection:
            row = connection.execute(select(links).where(*_good(token, purpose, now))).one_or_none()
            user = None if row is None else user_of(connection, row.user_id)
        return user if user is not None and user.active else None

    def redeem(self, token: str, purpose: Purpose, password: str, now: datetime) -> User | None:
        """Use a link up and set the password by it, both or neither; None as in `whose_link`."""
        encoded = hash_password(password)
        use = update(links).where(*_good(token, purpose, now)).values(used_at=now).returning(links.c.user_id)
        with self.database.writing() as connection:
            user_id = connection.execute(use).scalar()
            if user_id is None or not (user := user_of(connection, user_id)).active:
                return None
            _set_password(connection, user_id, encoded, f"user:{user_id}", now)
            return user

    def _refused(self, user_id: int | None, now: datetime) -> None:
        with self.database.writing() as connection:
            subject = "" if user_id is None else f"user:{user_id}"
            append(connection, AuditRecord(now, SYSTEM, "session.refused", subject))

    def _rehash(self, user_id: int, old: str, password: str) -> None:
        same = (users.c.id == user_id, users.c.password_hash == old)
        encoded = hash_password(password)
        with self.database.writing() as connection:
            connection.execute(update(users).where(*same).values(password_hash=encoded))


def _good(token: str, purpose: Purpose, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        links.c.token_hash == token_hash(token),
        links.c.purpose == purpose,
        links.c.used_at.is_(None),
        links.c.expires_at > now,
    )


def _set_password(connection: Connection, user_id: int, encoded: str, actor: str, now: datetime) -> None:
    connection.execute(update(users).where(users.c.id == user_id).values(password_hash=encoded))
    # A link that was asked for before must not undo what was set now.
    connection.execute(delete(links).where(links.c.user_id == user_id, links.c.used_at.is_(None)))
    end_sessions(connection, user_id, actor, now)
    _log(connection, now, actor, "user.password-set", user_id)


def _use_recovery_code(connection: Connection, row: AnyRow, code: str, now: datetime) -> bool:
    used = token_hash(recovery_form(code))
    if used not in row.recovery_hashes:
        return False
    left = [kept for kept in row.recovery_hashes if kept != used]
    connection.execute(update(users).where(users.c.id == row.id).values(recovery_hashes=left))
    _log(connection, now, f"user:{row.id}", "user.recovery-code-used", row.id, left=len(left))
    return True


def _log(connection: Connection, now: datetime, actor: str, event: str, user_id: int, **details: object) -> None:
    append(connection, AuditRecord(now, actor, event, f"user:{user_id}", details))
