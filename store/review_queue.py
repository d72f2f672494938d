"""The queue in SQL: what waits for whom, gravest and oldest first, without reading what is not shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    union_all,
)

from domain.access import Permission
from domain.errors import Refused
from domain.findings import Clause, Severity
from domain.reporting import DeliveryKind
from domain.review import ReviewState, Step
from domain.review_queue import OVERDUE_AFTER, QueueFilter, QueuePage, QueuePlace, ReviewCounts
from domain.workflow import TOLD
from store.columns import UtcDateTime
from store.record_tables import review_events, reviews
from store.review_rows import review_of
from store.tables import deliveries

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection

    from domain.access import User

OPENED_PREFIX = "opened:"
"""A notice's delivery key is this and the instant at which the reviews it tells of were opened."""
STEP_PREFIX = "step:"
"""A letter's delivery key is this and the id of the step that it tells of."""
WAITING = (
    ReviewState.DETECTED,
    ReviewState.NEEDS_CONTEXT,
    ReviewState.OPEN,
    ReviewState.NOTIFIED,
    ReviewState.PROPOSED,
    ReviewState.APPEALED,
)
"""States in which a reviewer has, or will have, something to do."""
_GRAVEST_FIRST = (Severity.S4, Severity.S3, Severity.S2, Severity.S1)
_LATER = review_events.alias("later")
_ASKED_AGAIN = exists().where(
    _LATER.c.review_id == review_events.c.review_id,
    _LATER.c.id > review_events.c.id,
    _LATER.c.step == Step.NOTIFY,
    _LATER.c.actor_id.is_not(None),
)
# The author answered after a reviewer last asked. Made once: making an alias takes longer than asking the database.
_ANSWERED = exists().where(
    review_events.c.review_id == reviews.c.id, review_events.c.step == Step.ANSWER, ~_ASKED_AGAIN
)


@dataclass(frozen=True, slots=True)
class Locks:
    """Which locks stand before a person, without whom they are about: conditions are made once for each."""

    critical: bool
    own: bool
    barred: bool
    led: bool


def locks_of(user: User) -> tuple[Locks, dict[str, Any]]:
    """This person's locks, and what fills the conditions made of them. Raises Refused for who does not review."""
    if not user.may(Permission.REVIEW):
        raise Refused("Your role does not review findings. Ask a reviewer.")
    led = tuple(conflict.staff_id for conflict in user.conflicts if conflict.line_manager)
    barred = tuple(conflict.staff_id for conflict in user.conflicts if not conflict.line_manager)
    given = {"own_staff": user.staff_id, "barred_staff": barred, "led_staff": led}
    locks = Locks(user.may(Permission.REVIEW_CRITICAL), user.staff_id is not None, bool(barred), bool(led))
    return locks, {name: value for name, value in given.items() if value not in (None, ())}


@lru_cache
def seen_under(locks: Locks) -> ColumnElement[bool]:
    """Reviews that a person with these locks may look at: `domain.review_locks.may_see`, in SQL."""
    allowed = [reviews.c.state != ReviewState.GRACE]
    if locks.own:
        allowed.append(reviews.c.staff_id != bindparam("own_staff"))
    if not locks.critical:
        allowed += [reviews.c.clause != Clause.CONFIDENTIALITY, reviews.c.severity < int(Severity.S4)]
    if locks.barred:
        allowed.append(reviews.c.staff_id.not_in(bindparam("barred_staff", expanding=True)))
    if locks.led:
        led = reviews.c.staff_id.in_(bindparam("led_staff", expanding=True))
        allowed.append(not_(and_(led, reviews.c.severity >= int(Severity.S3))))
    return and_(*allowed)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question to the queue without what it is filled with: a statement is made once for each."""

    locks: Locks
    due: bool
    states: tuple[ReviewState, ...]
    clause: bool
    overdue: bool
    mine: bool
    free: bool
    after: bool = False


def page_of(
    connection: Connection, user: User, wanted: QueueFilter, now: datetime, *, after: QueuePlace | None, size: int
) -> QueuePage:
    """One page of the queue, a severity at a time so that an index gives the order."""
    locks, given = locks_of(user)
    asked = _Asked(
        locks,
        due=wanted.due,
        states=wanted.states or WAITING,
        clause=wanted.clause is not None,
        overdue=wanted.overdue,
        mine=wanted.mine,
        free=wanted.free,
    )
    given |= {"user": user.id, "now": now, "overdue_since": now - OVERDUE_AFTER, "clause": wanted.clause}
    found: list[Any] = []
    for severity in _GRAVEST_FIRST:
        passed = after is not None and severity > after.severity
        locked_away = severity is Severity.S4 and not locks.critical
        if passed or locked_away or wanted.severity not in (None, severity) or len(found) > size:
            continue
        this = given | {"severity": int(severity), "most": size + 1 - len(found)}
        start = after if after is not None and after.severity is severity else None
        if start is not None:
            this |= {"after_opened": start.opened_at, "after_id": start.id}
        found += connection.execute(_of_severity(replace(asked, after=start is not None)), this)
    items = tuple(review_of(row) for row in found[:size])
    last = items[-1] if len(found) > size else None
    return QueuePage(items, QueuePlace(last.severity, last.opened_at, last.id) if last else None)


@lru_cache
def _of_severity(asked: _Asked) -> Select[Any]:
    conditions = [seen_under(asked.locks), *_wanted(asked)]
    parts = [
        # Each part reads a stretch of one index and stops; a select of its own because SQLite wants it so.
        select(
            select(reviews.c.id, reviews.c.opened_at)
            .where(reviews.c.state == state, reviews.c.severity == bindparam("severity"), *conditions)
            .order_by(reviews.c.opened_at, reviews.c.id)
            .limit(_MOST)
            .subquery()
        )
        for state in asked.states
    ]
    together = union_all(*parts).subquery()
    first = select(together.c.id).order_by(together.c.opened_at, together.c.id).limit(_MOST)
    return select(reviews).where(reviews.c.id.in_(first)).order_by(reviews.c.opened_at, reviews.c.id)


def _wanted(asked: _Asked) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [reviews.c.clause == bindparam("clause")] if asked.clause else []
    if asked.after:
        # The first half alone is what the index is searched by.
        same = and_(reviews.c.opened_at == bindparam("after_opened"), reviews.c.id <= bindparam("after_id"))
        conditions += [reviews.c.opened_at >= bindparam("after_opened"), not_(same)]
    if asked.due:
        user = bindparam("user", type_=Integer)
        mine = (reviews.c.decided_by.is_distinct_from(user), reviews.c.seconded_by.is_distinct_from(user))
        second_look = reviews.c.state.in_((ReviewState.PROPOSED, ReviewState.APPEALED))
        conditions += [_DUE, or_(not_(second_look), and_(*mine))]
    if asked.overdue:
        conditions.append(_OVERDUE)
    if asked.mine:
        conditions += [reviews.c.held_by == bindparam("user"), reviews.c.held_until > bindparam("now")]
    if asked.free:
        holder, until = reviews.c.held_by, reviews.c.held_until
        conditions.append(
            or_(holder.is_(None), until.is_(None), holder == bindparam("user"), until <= bindparam("now"))
        )
    return conditions


def counts_of(connection: Connection, now: datetime) -> ReviewCounts:
    """How many reviews stand where, of the practice as a whole."""
    given = {"now": now, "overdue_since": now - OVERDUE_AFTER}
    stands = {row.state: row.number for row in connection.execute(_BY_STATE)}
    answering = connection.execute(_ANSWERING, given).scalar_one()
    overdue = connection.execute(_OVERDUE_OF_WAITING, given).scalar_one()
    return ReviewCounts(
        waiting=sum(stands.get(state, 0) for state in WAITING) - answering,
        overdue=overdue,
        with_author=answering + stands.get(ReviewState.DECIDED, 0),
        closed=stands.get(ReviewState.CLOSED, 0),
    )


def critical_waiting(connection: Connection) -> int:
    """How many clause 2 and S4 items wait for somebody."""
    counted: int = connection.execute(_CRITICAL_WAITING).scalar_one()
    return counted


_MOST = bindparam("most", type_=Integer)
_LONG_AGO = bindparam("overdue_since", type_=UtcDateTime)
_SINCE = func.coalesce(reviews.c.appeal_until, reviews.c.answer_until, reviews.c.grace_until, reviews.c.opened_at)
# Has waited for a reviewer too long, the author's own time not counted. Nothing waits from before it was opened: that
# half is what an index is searched by.
_OVERDUE = and_(reviews.c.opened_at < _LONG_AGO, _SINCE < _LONG_AGO)
# Not waiting for the author's answer.
_DUE = or_(reviews.c.state != ReviewState.NOTIFIED, reviews.c.answer_until <= bindparam("now"), _ANSWERED)
_COUNTED = select(func.count()).select_from(reviews)
_BY_STATE = select(reviews.c.state, func.count().label("number")).group_by(reviews.c.state)
_ANSWERING = _COUNTED.where(reviews.c.state == ReviewState.NOTIFIED, not_(_DUE))
# Every severity by name, so that an index is searched by all three of its columns.
_OVERDUE_OF_WAITING = _COUNTED.where(
    reviews.c.state.in_(WAITING), reviews.c.severity.in_([int(one) for one in _GRAVEST_FIRST]), _OVERDUE, _DUE
)
_CRITICAL_WAITING = _COUNTED.where(
    or_(reviews.c.clause == Clause.CONFIDENTIALITY, reviews.c.severity == int(Severity.S4)),
    reviews.c.state.in_(WAITING),
)


def untold_steps(since: datetime, until: datetime) -> Select[int]:
    """Reviews with a step in that time for which no mail was queued; whether one is due is not decided here."""
    queued = exists().where(
        deliveries.c.kind == DeliveryKind.NOTICE,
        deliveries.c.key == literal(STEP_PREFIX) + cast(review_events.c.id, String),
    )
    return (
        select(review_events.c.review_id)
        .where(review_events.c.at >= since, review_events.c.at <= until, review_events.c.step.in_(TOLD), ~queued)
        .distinct()
    )
