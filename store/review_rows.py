"""Reviews and their events as rows, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, bindparam, insert, select, update

from domain.audit import SYSTEM
from domain.errors import Conflict
from domain.findings import Severity
from domain.review import Review, ReviewEvent, Step
from store.audit import Trail
from store.binding import bound
from store.columns import new_salt, storable
from store.enrolments import lock_account
from store.record_tables import review_events, reviews, users

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Connection

    from store.columns import AnyRow

_FIELDS = (
    "finding_id",
    "account_id",
    "staff_id",
    "clause",
    "state",
    "revision",
    "opened_at",
    "grace_until",
    "author_told_at",
    "answer_until",
    "appeal_until",
    "first_viewed_at",
    "outcome",
    "decided_by",
    "seconded_by",
    "closed_at",
    "held_by",
    "held_until",
)
_AUDITED: Mapping[Step, str] = {
    Step.NOTIFIED_GRACE: "review.author-told",
    Step.GRACE_ENDED: "review.grace-ended",
    Step.TRIAGE_OPEN: "review.triaged",
    Step.ASK_CONTEXT: "review.context-asked",
    Step.DISMISS: "review.dismissed",
    Step.NOTIFY: "review.author-told",
    Step.ANSWER: "review.answered",
    Step.DECIDE: "review.decided",
    Step.SECOND: "review.seconded",
    Step.DISAGREE: "review.disagreed",
    Step.APPEAL: "review.appealed",
    Step.DECIDE_APPEAL: "review.appeal-decided",
    Step.RESOLVE: "review.resolved",
    Step.REOPEN: "review.reopened",
    Step.CLOSE: "review.closed",
    Step.UNDO: "review.undone",
    Step.NOTE: "review.noted",
}
"""Names in the log; any other step is called by its own name."""
# Made once: making a statement takes several times as long as asking it.
_IDS = bindparam("ids", type_=Integer, expanding=True)
_BY_ID = select(reviews).where(reviews.c.id.in_(_IDS)).order_by(reviews.c.id)
_ACCOUNT_OF = select(reviews.c.account_id).where(reviews.c.id == bindparam("this"))
_LOCKED = select(reviews).where(reviews.c.id == bindparam("this")).with_for_update()
_EVENTS_OF = (
    select(review_events, users.c.name.label("actor"))
    .outerjoin(users, users.c.id == review_events.c.actor_id)
    .where(review_events.c.review_id.in_(_IDS))
    .order_by(review_events.c.review_id, review_events.c.id)
)
_ADD_EVENT = insert(review_events).returning(review_events.c.id)


def reviews_where(connection: Connection, *conditions: ColumnElement[bool], events: bool = True) -> tuple[Review, ...]:
    """Reviews that meet `conditions`, by id, with their events unless not wanted."""
    rows = connection.execute(select(reviews).where(*conditions).order_by(reviews.c.id)).all()
    return _with_events(connection, rows, events=events)


def reviews_by_id(connection: Connection, ids: Collection[int], *, events: bool = True) -> tuple[Review, ...]:
    """Those of the reviews that are there, by id: `reviews_where` for what is asked most."""
    rows = connection.execute(_BY_ID, {"ids": tuple(ids)}).all() if ids else ()
    return _with_events(connection, rows, events=events)


def _with_events(connection: Connection, rows: Sequence[AnyRow], *, events: bool) -> tuple[Review, ...]:
    found = _events(connection, [row.id for row in rows]) if events else {}
    return tuple(review_of(row, tuple(found.get(row.id, ()))) for row in rows)


def review_of(row: AnyRow, events: tuple[ReviewEvent, ...] = ()) -> Review:
    """One row of `reviews`."""
    values = {name: getattr(row, name) for name in _FIELDS}
    return Review(id=row.id, severity=Severity(row.severity), events=events, **values)


def locked(connection: Connection, review_id: int) -> Review:
    """The review with its events, nobody else's until the transaction ends. Raises Conflict when it is gone."""
    if (review := found_locked(connection, review_id)) is None:
        raise Conflict("This review is no longer there. Go back to the queue.")
    return review


def found_locked(connection: Connection, review_id: int) -> Review | None:
    """As `locked`; None when it is gone.

    The account comes first, as for everybody who changes it, so that no two transactions wait for each other.
    """
    this = {"this": review_id}
    account_id = connection.execute(_ACCOUNT_OF, this).scalar()
    if account_id is not None:
        lock_account(connection, account_id)
    row = connection.execute(_LOCKED, this).one_or_none()
    return None if row is None else review_of(row, tuple(_events(connection, [review_id]).get(review_id, ())))


def write_step(
    connection: Connection, before: Review, after: Review, event: ReviewEvent, more: Mapping[str, Any]
) -> None:
    """Store one step with its event and its line in the audit log, the last things a transaction does.

    `more` are columns to set besides. Raises Conflict when the review has moved on.
    """
    values = {name: getattr(after, name) for name in _FIELDS if getattr(after, name) != getattr(before, name)}
    same = (reviews.c.id == before.id, reviews.c.revision == before.revision)
    if connection.execute(update(reviews).where(*same).values(**values | dict(more))).rowcount != 1:
        raise Conflict("Somebody else has changed this review. Look at it again.")
    trail = Trail(event.at, actor_of(event.actor_id))
    add_event(connection, trail, event)
    trail.write(connection)


def add_event(connection: Connection, trail: Trail, event: ReviewEvent, **more: Any) -> None:
    """Append the event, its note sealed, and tell the log of it without a word. `more` goes into the line's details."""
    note = storable(event.note) or None
    row = {
        "review_id": event.review_id,
        "at": event.at,
        "actor_id": event.actor_id,
        "step": event.step,
        "state": event.state,
        "outcome": event.outcome,
        "note": note,
        "salt": new_salt() if note else None,
        "details": dict(event.details),
    }
    event_id = connection.execute(_ADD_EVENT, row).scalar_one()
    binds = bound(connection, "review", [event_id]) | bound(connection, "note", [event_id])
    details: dict[str, Any] = {"step": event.step.value, "state": event.state.value} | more
    if event.outcome is not None:
        details["outcome"] = event.outcome.value
    name = _AUDITED.get(event.step, f"review.{event.step.value}")
    trail.note(name, f"review:{event.review_id}", **details, binds=binds)


def actor_of(user_id: int | None) -> str:
    """How the audit log names who acted."""
    return SYSTEM if user_id is None else f"user:{user_id}"


def _events(connection: Connection, review_ids: Collection[int]) -> dict[int, list[ReviewEvent]]:
    found: dict[int, list[ReviewEvent]] = {}
    for row in connection.execute(_EVENTS_OF, {"ids": tuple(review_ids)}) if review_ids else ():
        found.setdefault(row.review_id, []).append(_event_of(row))
    return found


def _event_of(row: AnyRow) -> ReviewEvent:
    return ReviewEvent(
        id=row.id,
        review_id=row.review_id,
        at=row.at,
        actor_id=row.actor_id,
        actor=row.actor or "",
        step=row.step,
        state=row.state,
        note=row.note or "",
        outcome=row.outcome,
        details=row.details,
    )
