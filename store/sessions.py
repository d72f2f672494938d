"""Who is signed in: sessions, found by the hash of their token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select, update

from domain.access import Session, User
from domain.audit import AuditRecord
from store.audit import append
from store.record_tables import conflicts, sessions, users
from store.users import end_sessions, of_user, user_in
from vault.tokens import new_token, token_hash

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from store.columns import AnyRow
    from store.database import Database

_SEEN_EVERY = timedelta(minutes=1)
"""A session's last use is written down no more often: reading a page need not wait for a writer."""
# Asked for every page, so it is one statement, and made once. A row for each conflict of the person, or one without.
_FOUND = (
    select(*sessions.c, *of_user())
    .join(users, users.c.id == sessions.c.user_id)
    .outerjoin(conflicts, conflicts.c.user_id == users.c.id)
    .where(sessions.c.token_hash == bindparam("token_hash"))
    .order_by(conflicts.c.id)
)


@dataclass(frozen=True, slots=True)
class SessionStore:
    """Sessions. Whoever reads the table can sign in with nothing of it: only hashes of tokens are stored."""

    database: Database

    def begin(
        self, user_id: int, now: datetime, length: timedelta, *, verified: bool, how: str = "password"
    ) -> tuple[str, Session]:
        """A new session and its token, which exists nowhere else. Sessions of anybody that have ended are cleared.

        `how` is what opened it, in one word, for the log.
        """
        token = new_token()
        row = {
            "token_hash": token_hash(token),
            "user_id": user_id,
            "created_at": now,
            "seen_at": now,
            "expires_at": now + length,
            "verified_at": now if verified else None,
            "csrf": new_token(),
        }
        with self.database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
            made = connection.execute(insert(sessions).values(row).returning(*sessions.c)).one()
            if verified:
                _log(connection, now, f"user:{user_id}", "session.began", made.id, how=how)
            return token, _session_of(made)

    def verify(self, session: Session, now: datetime, length: timedelta) -> tuple[str, Session]:
        """The second factor was given: the session goes on under a new token, and the old one opens nothing more.

        So whoever planted or saw the token before gains nothing (OWASP ASVS 5.0 section 7.2.4).
        """
        token = new_token()
        fresh = {
            "token_hash": token_hash(token),
            "csrf": new_token(),
            "verified_at": now,
            "seen_at": now,
            "expires_at": now + length,
        }
        with self.database.writing() as connection:
            changed = update(sessions).where(sessions.c.id == session.id).values(**fresh).returning(*sessions.c)
            made = connection.execute(changed).one()
            _log(connection, now, f"user:{session.user_id}", "session.began", session.id, how="code")
            return token, _session_of(made)

    def find(self, token: str, now: datetime, idle: timedelta) -> tuple[Session, User] | None:
        """The session of this token and whose it is; None when there is none, it has ended, or the person is inactive.

        It ends at its own end, or `idle` after it was last used.
        """
        with self.database.reading() as connection:
            rows = connection.execute(_FOUND, {"token_hash": token_hash(token)}).all()
        row = rows[0] if rows else None
        if row is None or not row.person_active or row.expires_at <= now or row.seen_at + idle <= now:
            return None
        if row.seen_at + min(_SEEN_EVERY, idle / 4) <= now:
            self._seen(row.id, now)
        return _session_of(row), user_in(rows)

    def of(self, user_id: int, now: datetime, idle: timedelta) -> tuple[Session, ...]:
        """Everything under which this person is signed in now, newest first."""
        query = (
            select(sessions)
            .where(sessions.c.user_id == user_id, sessions.c.expires_at > now, sessions.c.seen_at > now - idle)
            .order_by(sessions.c.id.desc())
        )
        with self.database.reading() as connection:
            return tuple(_session_of(row) for row in connection.execute(query))

    def end(self, session_id: int, user_id: int, actor: str, now: datetime) -> bool:
        """End one session of this person; False when there is no such session of theirs."""
        which = delete(sessions).where(sessions.c.id == session_id, sessions.c.user_id == user_id)
        with self.database.writing() as connection:
            ended = connection.execute(which.returning(sessions.c.id)).scalar() is not None
            if ended:
                _log(connection, now, actor, "session.ended", session_id)
            return ended

    def end_all(self, user_id: int, actor: str, now: datetime, *, but: int | None = None) -> int:
        """End every session of this person, but for one; how many ended."""
        with self.database.writing() as connection:
            return end_sessions(connection, user_id, actor, now, but=but)

    def _seen(self, session_id: int, now: datetime) -> None:
        older = (sessions.c.id == session_id, sessions.c.seen_at < now)
        with self.database.writing() as connection:
            connection.execute(update(sessions).where(*older).values(seen_at=now))


def _session_of(row: AnyRow) -> Session:
    return Session(
        id=row.id,
        user_id=row.user_id,
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        verified_at=row.verified_at,
        csrf=row.csrf,
    )


def _log(connection: Connection, now: datetime, actor: str, event: str, session_id: int, **details: str) -> None:
    append(connection, AuditRecord(now, actor, event, f"session:{session_id}", details))
