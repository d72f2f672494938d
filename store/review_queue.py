"""The queue in SQL: what waits for whom, gravest and oldest first, without reading what is not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, literal, not_, or_, select, union_all

from domain.access import Permission
from domain.errors import Refused
from domain.findings import Clause, Severity
from domain.reporting import DeliveryKind
from domain.review import ReviewState, Step
from domain.review_queue import OVERDUE_AFTER, QueueFilter, QueuePage, QueuePlace
from domain.workflow import TOLD
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


def seen_by(user: User) -> ColumnElement[bool]:
    """Reviews that this person may look at: the locks of `domain.review_locks.may_see`, in SQL."""
    if not user.may(Permission.REVIEW):
        raise Refused("Your role does not review findings. Ask a reviewer.")
    allowed = [reviews.c.state != ReviewState.GRACE]
    if user.staff_id is not None:
        allowed.append(reviews.c.staff_id != user.staff_id)
    if not user.may(Permission.REVIEW_CRITICAL):
        allowed += [reviews.c.clause != Clause.CONFIDENTIALITY, reviews.c.severity < int(Severity.S4)]
    led = [conflict.staff_id for conflict in user.conflicts if conflict.line_manager]
    barred = [conflict.staff_id for conflict in user.conflicts if not conflict.line_manager]
    if barred:
        allowed.append(reviews.c.staff_id.not_in(barred))
    if led:
        allowed.append(not_(and_(reviews.c.staff_id.in_(led), reviews.c.severity >= int(Severity.S3))))
    return and_(*allowed)


def page_of(
    connection: Connection, user: User, wanted: QueueFilter, now: datetime, *, after: QueuePlace | None, size: int
) -> QueuePage:
    """One page of the queue, a severity at a time so that an index gives the order."""
    allowed = [seen_by(user), *_wanted(wanted, user, now)]
    found: list[Any] = []
    for severity in _GRAVEST_FIRST:
        passed = after is not None and severity > after.severity
        if passed or wanted.severity not in (None, severity) or len(found) > size:
            continue
        start = after if after is not None and after.severity is severity else None
        found += connection.execute(_of_severity(severity, wanted, allowed, start, size + 1 - len(found)))
    items = tuple(review_of(row) for row in found[:size])
    last = items[-1] if len(found) > size else None
    return QueuePage(items, QueuePlace(last.severity, last.opened_at, last.id) if last else None)


def _of_severity(
    severity: Severity, wanted: QueueFilter, allowed: list[ColumnElement[bool]], start: QueuePlace | None, limit: int
) -> Select[Any]:
    after = [] if start is None else [_after(start)]
    parts = [
        # Each part reads a stretch of one index and stops; a select of its own because SQLite wants it so. Two columns,
        # because SQLAlchemy spends longer on making the columns of a subquery than a database on answering it.
        select(
            select(reviews.c.id, reviews.c.opened_at)
            .where(reviews.c.state == state, reviews.c.severity == int(severity), *allowed, *after)
            .order_by(reviews.c.opened_at, reviews.c.id)
            .limit(limit)
            .subquery()
        )
        for state in (wanted.states or WAITING)
    ]
    together = union_all(*parts).subquery()
    first = select(together.c.id).order_by(together.c.opened_at, together.c.id).limit(limit)
    return select(reviews).where(reviews.c.id.in_(first)).order_by(reviews.c.opened_at, reviews.c.id)


def _after(start: QueuePlace) -> ColumnElement[bool]:
    # The first half alone is what the index is searched by.
    same = and_(reviews.c.opened_at == start.opened_at, reviews.c.id <= start.id)
    return and_(reviews.c.opened_at >= start.opened_at, not_(same))


def _wanted(wanted: QueueFilter, user: User, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [] if wanted.clause is None else [reviews.c.clause == wanted.clause]
    if wanted.due:
        mine = (reviews.c.decided_by.is_distinct_from(user.id), reviews.c.seconded_by.is_distinct_from(user.id))
        second_look = reviews.c.state.in_((ReviewState.PROPOSED, ReviewState.APPEALED))
        conditions += [is_due(now), or_(not_(second_look), and_(*mine))]
    if wanted.overdue:
        conditions.append(is_overdue(now))
    if wanted.mine:
        conditions += [reviews.c.held_by == user.id, reviews.c.held_until > now]
    return conditions


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """Has waited for a reviewer too long, the author's own time not counted."""
    since = func.coalesce(reviews.c.appeal_until, reviews.c.answer_until, reviews.c.grace_until, reviews.c.opened_at)
    return since < now - OVERDUE_AFTER


def is_due(now: datetime) -> ColumnElement[bool]:
    """Not waiting for the author's answer."""
    return or_(
        reviews.c.state != ReviewState.NOTIFIED,
        reviews.c.answer_until <= now,
        _ANSWERED,
    )


def untold_steps(since: datetime, until: datetime) -> Select[tuple[int]]:
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
