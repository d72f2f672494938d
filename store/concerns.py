"""Concerns about one public post each: who may see them, what was said, and who reported, kept apart.

A concern never starts a reading of anything. The receipt code is with the reporter alone; the audit log names neither
the reporter nor whom a concern is about.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, func, insert, or_, select, update

from domain.access import Permission
from domain.audit import SYSTEM, AuditRecord
from domain.concerns import (
    Concern,
    ConcernMessage,
    ConcernNews,
    ConcernState,
    Openness,
    Received,
    Reporter,
    ReporterAccess,
)
from domain.errors import Conflict, Refused, UsageError
from domain.receipts import LENGTH, receipt_code, receipt_hash
from domain.routing import handler_for, is_kept_from_the_usual
from domain.web_addresses import canonical_address
from store.audit import append
from store.columns import UtcDateTime
from store.concern_match import subject_of
from store.record_tables import concern_messages, concerns, reporter_accesses, reporters
from store.users import people_in

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection

    from domain.access import User
    from domain.concerns import ConcernSubject, Disposition, NewConcern
    from domain.routing import Handling, Routing
    from store.columns import AnyRow
    from store.database import Database

LONGEST_TEXT = 10_000
LONGEST_LINE = 300
_BITS = 5 * LENGTH


@dataclass(frozen=True, slots=True)
class ConcernStore:
    """Concerns under section 8.

    Who acts is checked anew each time: only who may see a concern can do anything to it, and for everybody else there
    is none. Everything that changes one raises Refused for them.
    """

    database: Database

    def receive(self, new: NewConcern, routing: Routing, now: datetime) -> Received:
        """Take a concern in, find who is to handle it, and give the code that the reporter keeps.

        Raises UsageError for an address that is none, for no words or too many, and for a reporter who is not to be.
        """
        _must_be_sound(new)
        code = receipt_code(secrets.randbits(_BITS))
        with self.database.writing() as connection:
            people = people_in(connection)
            subject = subject_of(connection, new.url)
            about = subject.staff_id if subject else None
            aside = new.to_alternate or is_kept_from_the_usual(about, people)
            handler = handler_for(about, people, routing, to_alternate=aside)
            row = _new_row(new, now) | {
                "receipt_hash": receipt_hash(code),
                "about_staff_id": about,
                "handler_id": handler.id if handler else None,
                "to_alternate": aside,
            }
            concern_id = connection.execute(insert(concerns).values(row).returning(concerns.c.id)).scalar_one()
            if new.reporter is not None:
                who = {"concern_id": concern_id, "name": new.reporter.name, "contact": new.reporter.contact}
                connection.execute(insert(reporters).values(who))
            privacy = {"privacy": new.privacy_complaint}
            _log(connection, now, SYSTEM, "concern.received", concern_id, openness=new.openness.value, **privacy)
            return Received(_one(connection, concern_id, people), code)

    def follow(self, code: str) -> tuple[Concern, tuple[ConcernMessage, ...]] | None:
        """What the holder of a receipt code may know; None for a code that is none."""
        with self.database.reading() as connection:
            found = _with_code(connection, code)
            return None if found is None else (found, _messages(connection, found.id))

    def answer_as_reporter(self, code: str, text: str, now: datetime) -> Concern | None:
        """A message from the holder of the code; None for a code that is none. Raises UsageError for no words."""
        _must_have_words(text)
        with self.database.writing() as connection:
            found = _with_code(connection, code)
            if found is not None:
                _say(connection, found.id, text, now, from_reporter=True)
                _log(connection, now, SYSTEM, "concern.messaged", found.id, of="reporter")
            return found

    def for_handler(self, by: Handling) -> tuple[Concern, ...]:
        """Every concern that this person may see, the oldest unanswered first and answered ones at the end."""
        query = select(concerns).order_by(concerns.c.id)
        with self.database.reading() as connection:
            people = people_in(connection)
            all_of_them = [_concern(row, people) for row in connection.execute(query)]
        mine = [one for one in all_of_them if by.may_see(one)]
        return tuple(sorted(mine, key=lambda one: (one.answered_at is not None, one.received_at, one.id)))

    def waiting_for_nobody(self) -> int:
        """How many open concerns have no handler who still may see them. A number, for whoever manages people."""
        query = select(concerns).where(concerns.c.answered_at.is_(None))
        with self.database.reading() as connection:
            people = people_in(connection)
            return sum(_concern(row, people).handler_id is None for row in connection.execute(query))

    def news(self, since: datetime) -> tuple[ConcernNews, ...]:
        """What came since then and waits for its handler: concerns nobody acknowledged, last words of reporters."""
        with self.database.reading() as connection:
            able = {person.id: person for person in people_in(connection) if person.may(Permission.HANDLE_CONCERNS)}
            return tuple(
                ConcernNews(row.id, row.received_at, able.get(row.handler_id), row.to_alternate, row.messages or 0)
                for row in connection.execute(_NEWS, {"since": since})
            )

    def get(self, concern_id: int, by: Handling) -> Concern | None:
        """One concern; None when there is none or this person may not see it, and nobody can tell which."""
        with self.database.reading() as connection:
            return _visible(connection, concern_id, by)

    def messages(self, concern_id: int, by: Handling) -> tuple[ConcernMessage, ...]:
        """What was said, oldest first; nothing for who may not see the concern."""
        with self.database.reading() as connection:
            seen = _visible(connection, concern_id, by)
            return _messages(connection, concern_id) if seen else ()

    def subject(self, concern: Concern) -> ConcernSubject | None:
        """The stored post that the address names, as things stand now."""
        with self.database.reading() as connection:
            return subject_of(connection, concern.url)

    def acknowledge(self, concern_id: int, by: Handling, text: str, now: datetime) -> Concern:
        """Tell the reporter that it arrived; whoever does so becomes its handler. Raises Conflict the second time."""
        return self._move(concern_id, by, now, ConcernState.ACKNOWLEDGED, text)

    def look_into(self, concern_id: int, by: Handling, now: datetime) -> Concern:
        """Record that it is being looked into. Raises Conflict when it is, or was answered."""
        return self._move(concern_id, by, now, ConcernState.LOOKED_INTO)

    def close(self, concern_id: int, by: Handling, text: str, disposition: Disposition, now: datetime) -> Concern:
        """Tell the reporter the outcome and record what became of it. Raises Conflict the second time."""
        return self._move(concern_id, by, now, ConcernState.ANSWERED, text, disposition)

    def answer_as_handler(self, concern_id: int, by: Handling, text: str, now: datetime) -> Concern:
        """A message to the reporter. Raises UsageError for no words, Refused for who may not see the concern."""
        _must_have_words(text)
        with self.database.writing() as connection:
            concern = _must_see(connection, concern_id, by)
            _say(connection, concern_id, text, now, from_reporter=False)
            _log(connection, now, _actor(by), "concern.messaged", concern_id, of="handler")
            return concern

    def mark_privacy(self, concern_id: int, by: Handling, now: datetime) -> Concern:
        """Record that it is a complaint about privacy, which is kept for six years. Cannot be undone."""
        with self.database.writing() as connection:
            _must_see(connection, concern_id, by)
            _set(connection, concern_id, privacy_complaint=True)
            _log(connection, now, _actor(by), "concern.privacy", concern_id)
            return _one(connection, concern_id, people_in(connection))

    def hand_over(self, concern_id: int, by: Handling, to: User, now: datetime) -> None:
        """Give it to somebody else who may handle it. Raises Refused when they may not."""
        with self.database.writing() as connection:
            concern = _must_see(connection, concern_id, by)
            about = concern.about_staff_id
            biased = about is not None and to.conflict_with(about) is not None
            if biased or not to.may(Permission.HANDLE_CONCERNS):
                raise Refused("This person may not handle this concern.")
            _set(connection, concern_id, handler_id=to.id)
            _log(connection, now, _actor(by), "concern.handed-over", concern_id, to=f"user:{to.id}")

    def reporter_of(self, concern_id: int, by: Handling, reason: str, now: datetime) -> Reporter | None:
        """Who reported, None when they stayed anonymous. Every look is recorded with its reason.

        Raises UsageError without a reason, Refused for who may not see a reporter or this concern.
        """
        _must_have_words(reason, LONGEST_LINE)
        if not by.user.may(Permission.SEE_REPORTER):
            raise Refused("Your role does not open who reported a concern.")
        with self.database.writing() as connection:
            _must_see(connection, concern_id, by)
            query = select(reporters).where(reporters.c.concern_id == concern_id)
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            look = {"concern_id": concern_id, "at": now, "user_id": by.user.id, "reason": " ".join(reason.split())}
            connection.execute(insert(reporter_accesses).values(look))
            _log(connection, now, _actor(by), "reporter.viewed", concern_id)
            return Reporter(row.name, row.contact)

    def looks(self, concern_id: int, by: Handling) -> tuple[ReporterAccess, ...]:
        """Who looked at the reporter, when and why, oldest first."""
        query = select(reporter_accesses).where(reporter_accesses.c.concern_id == concern_id)
        with self.database.reading() as connection:
            if _visible(connection, concern_id, by) is None:
                return ()
            rows = connection.execute(query.order_by(reporter_accesses.c.id))
            return tuple(ReporterAccess(row.at, row.user_id, row.reason) for row in rows)

    def _move(  # noqa: PLR0917 - what one step consists of
        self,
        concern_id: int,
        by: Handling,
        now: datetime,
        to: ConcernState,
        text: str = "",
        disposition: Disposition | None = None,
    ) -> Concern:
        if to is not ConcernState.LOOKED_INTO:
            _must_have_words(text)
        with self.database.writing() as connection:
            concern = _must_see(connection, concern_id, by)
            if _PLACE[concern.state] >= _PLACE[to]:
                raise Conflict("Somebody did this already.")
            _set(connection, concern_id, **_step(concern, by, to, now), disposition=disposition)
            if text:
                _say(connection, concern_id, text, now, from_reporter=False)
            details = {"disposition": disposition.value} if disposition else {}
            _log(connection, now, _actor(by), f"concern.{to.value}", concern_id, **details)
            return _one(connection, concern_id, people_in(connection))


def _news() -> Select[Any]:
    """Takes `since`. No column that is sealed is opened."""
    reported = func.count().filter(concern_messages.c.from_reporter).label("messages")
    newest = func.max(concern_messages.c.id).label("newest")
    said = select(concern_messages.c.concern_id, reported, newest).group_by(concern_messages.c.concern_id).subquery()
    last, since = concern_messages.alias(), bindparam("since", type_=UtcDateTime)
    return (
        select(*concerns.c["id", "received_at", "handler_id", "to_alternate"], said.c.messages)
        .outerjoin_from(concerns, said, said.c.concern_id == concerns.c.id)
        .outerjoin(last, last.c.id == said.c.newest)
        .where(
            or_(
                and_(concerns.c.acknowledged_at.is_(None), concerns.c.received_at >= since),
                and_(last.c.from_reporter, last.c.at >= since),
            )
        )
        .order_by(concerns.c.id)
    )


_NEWS = _news()
_PLACE = {state: place for place, state in enumerate(ConcernState)}


def _step(concern: Concern, by: Handling, to: ConcernState, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"state": to, "handler_id": by.user.id}
    if concern.acknowledged_at is None:
        values["acknowledged_at"] = now
    if to is ConcernState.ANSWERED:
        values["answered_at"] = now
    return values


def _must_be_sound(new: NewConcern) -> None:
    _must_have_words(new.text)
    try:
        canonical_address(new.url)
    except ValueError as error:
        raise UsageError("The address must be one of a web page, beginning with https:// or http://.") from error
    if (new.openness is Openness.ANONYMOUS) != (new.reporter is None):
        raise UsageError("An anonymous concern has no name, and every other one has.")
    if new.reporter and not (
        0 < len(new.reporter.name) <= LONGEST_LINE and 0 < len(new.reporter.contact) <= LONGEST_LINE
    ):
        raise UsageError(f"A name and a way to be reached are needed, in {LONGEST_LINE} characters each.")


def _must_have_words(text: str, longest: int = LONGEST_TEXT) -> None:
    if not text.strip() or len(text) > longest:
        raise UsageError(f"Some words are needed, and {longest:,} characters at most.")


def _new_row(new: NewConcern, now: datetime) -> dict[str, Any]:
    return {
        "url": new.url.strip(),
        "clause": new.clause,
        "text": new.text.strip(),
        "openness": new.openness,
        "state": ConcernState.RECEIVED,
        "received_at": now,
        "privacy_complaint": new.privacy_complaint,
    }


def _with_code(connection: Connection, code: str) -> Concern | None:
    hashed = receipt_hash(code)
    if not hashed:
        return None
    row = connection.execute(select(concerns).where(concerns.c.receipt_hash == hashed)).one_or_none()
    return None if row is None else _concern(row, people_in(connection))


def _visible(connection: Connection, concern_id: int, by: Handling) -> Concern | None:
    row = connection.execute(select(concerns).where(concerns.c.id == concern_id)).one_or_none()
    concern = None if row is None else _concern(row, people_in(connection))
    return concern if concern is not None and by.may_see(concern) else None


def _must_see(connection: Connection, concern_id: int, by: Handling) -> Concern:
    # Held until the transaction ends, so that two people cannot take the same step.
    connection.execute(select(concerns.c.id).where(concerns.c.id == concern_id).with_for_update())
    concern = _visible(connection, concern_id, by)
    if concern is None:
        raise Refused("There is no such concern for you.")
    return concern


def _one(connection: Connection, concern_id: int, people: tuple[User, ...]) -> Concern:
    row = connection.execute(select(concerns).where(concerns.c.id == concern_id)).one()
    return _concern(row, people)


def _set(connection: Connection, concern_id: int, **values: Any) -> None:
    connection.execute(update(concerns).where(concerns.c.id == concern_id).values(**values))


def _say(connection: Connection, concern_id: int, text: str, now: datetime, *, from_reporter: bool) -> None:
    row = {"concern_id": concern_id, "at": now, "from_reporter": from_reporter, "text": text.strip()}
    connection.execute(insert(concern_messages).values(row))


def _messages(connection: Connection, concern_id: int) -> tuple[ConcernMessage, ...]:
    query = select(concern_messages).where(concern_messages.c.concern_id == concern_id)
    rows = connection.execute(query.order_by(concern_messages.c.id))
    return tuple(ConcernMessage(row.at, row.from_reporter, row.text) for row in rows)


def _actor(by: Handling) -> str:
    return f"user:{by.user.id}"


def _log(connection: Connection, now: datetime, actor: str, event: str, concern_id: int, **details: object) -> None:
    append(connection, AuditRecord(now, actor, event, f"concern:{concern_id}", details))


def _concern(row: AnyRow, people: tuple[User, ...]) -> Concern:
    """A handler who left, or may no longer handle concerns, is none."""
    able = {person.id for person in people if person.may(Permission.HANDLE_CONCERNS)}
    return Concern(
        id=row.id,
        url=row.url,
        clause=row.clause,
        text=row.text,
        openness=row.openness,
        state=row.state,
        received_at=row.received_at,
        about_staff_id=row.about_staff_id,
        handler_id=row.handler_id if row.handler_id in able else None,
        privacy_complaint=row.privacy_complaint,
        acknowledged_at=row.acknowledged_at,
        answered_at=row.answered_at,
        to_alternate=row.to_alternate,
        disposition=row.disposition,
    )
