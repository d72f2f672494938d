"""What the program does to reviews by itself: open, end a grace, resolve, open again, close."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, insert, or_, select, update

from domain.findings import Severity
from domain.posts import PostState
from domain.review import Outcome, ReviewEvent, ReviewState, Step
from domain.workflow import opening
from store.audit import Trail
from store.database import insert_if_new
from store.enrolments import lock_account
from store.record_tables import incidents, reviews
from store.reported import is_enrolled, is_news
from store.review_rows import add_event
from store.tables import accounts, digests, findings, posts, versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.engine import Connection

    from domain.review import Review
    from domain.review_locks import ReviewRules
    from store.columns import AnyRow

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""`findings.visible_from` of what the author mended before management was to see it."""
_WITH_POST = (
    findings.join(versions, versions.c.id == findings.c.version_id)
    .join(posts, posts.c.id == versions.c.post_key)
    .join(accounts, accounts.c.id == posts.c.account_id)
)
_MENDABLE = (
    ReviewState.GRACE,
    ReviewState.DETECTED,
    ReviewState.NEEDS_CONTEXT,
    ReviewState.OPEN,
    ReviewState.NOTIFIED,
)


def unreviewed(after: int, limit: int) -> Select[Any]:
    """Findings that are news, of accounts not withdrawn, that no review was opened for yet, by id."""
    reviewed = exists().where(reviews.c.finding_id == findings.c.id)
    columns = ("id", "clause", "severity", "detector", "detector_version", "policy_version")
    return (
        select(
            *(findings.c[name] for name in columns),
            findings.c.first_seen_at,
            findings.c.author_told_at,
            posts.c.account_id,
            posts.c.id.label("post_key"),
            accounts.c.staff_id,
        )
        .select_from(_WITH_POST)
        .where(findings.c.id > after, ~reviewed, is_news(), is_enrolled())
        .order_by(findings.c.id)
        .limit(limit)
    )


def open_all(connection: Connection, found: Sequence[AnyRow], now: datetime, rules: ReviewRules) -> list[int]:
    """Open the reviews of these findings in one transaction; ids of those that were opened."""
    # Every row is locked before the first line of the log is written, in one order for everybody.
    for account_id in sorted({one.account_id for one in found}):
        lock_account(connection, account_id)
    trail = Trail(now)
    opened = [_open_one(connection, trail, one, now, rules) for one in found]
    trail.write(connection)
    return [review_id for review_id in opened if review_id is not None]


def _open_one(connection: Connection, trail: Trail, found: AnyRow, now: datetime, rules: ReviewRules) -> int | None:
    if connection.execute(select(findings.c.id).where(findings.c.id == found.id)).scalar() is None:
        return None
    state, ends = _begins(connection, found, now, rules)
    copied = ("account_id", "staff_id", "clause", "detector", "detector_version", "policy_version", "author_told_at")
    row = {name: getattr(found, name) for name in copied} | {
        "finding_id": found.id,
        "severity": found.severity,
        "state": state,
        "revision": 1,
        "opened_at": now,
        "grace_until": ends,
    }
    review_id: int | None = insert_if_new(connection, reviews, row)
    if review_id is None:
        return None
    if ends is not None:
        show(connection, found.id, ends)
    if found.severity == Severity.S4:
        incident = {"review_id": review_id, "discovered_at": found.first_seen_at, "checklist": {}}
        connection.execute(insert(incidents).values(incident))
    event = ReviewEvent(0, review_id, now, None, "", Step.OPENED, state)
    add_event(connection, trail, event, finding=found.id, clause=found.clause.value, severity=found.severity)
    return review_id


def _begins(
    connection: Connection, found: AnyRow, now: datetime, rules: ReviewRules
) -> tuple[ReviewState, datetime | None]:
    shown = connection.execute(select(func.max(digests.c.built_at))).scalar()
    if shown is not None and found.first_seen_at < shown:
        # Found before this program knew reviews: management has seen it in a digest.
        return ReviewState.DETECTED, None
    return opening(Severity(found.severity), now, rules, _first_grace(connection, found))


def _first_grace(connection: Connection, found: AnyRow) -> datetime | None:
    """When the author of this post was first given time for this clause."""
    earlier = (
        select(func.min(reviews.c.opened_at))
        .select_from(reviews.join(findings, findings.c.id == reviews.c.finding_id).join(versions))
        .where(
            reviews.c.account_id == found.account_id,
            reviews.c.clause == found.clause,
            reviews.c.grace_until.is_not(None),
            versions.c.post_key == found.post_key,
        )
    )
    first: datetime | None = connection.execute(earlier).scalar()
    return first


def show(connection: Connection, finding_id: int | None, at: datetime) -> None:
    """Set from when on management may see a finding."""
    connection.execute(update(findings).where(findings.c.id == finding_id).values(visible_from=at))


def follow(connection: Connection, before: Review, after: Review, now: datetime) -> None:
    """Let finding and incident follow the review: when it may be seen, when its author was told, when it was seen."""
    if after.first_viewed_at != before.first_viewed_at:
        first = update(incidents).where(incidents.c.review_id == after.id, incidents.c.first_viewed_at.is_(None))
        connection.execute(first.values(first_viewed_at=after.first_viewed_at))
    if after.finding_id is None:
        return
    if after.state is ReviewState.GRACE and after.grace_until is not None:
        show(connection, after.finding_id, after.grace_until)
    elif before.state is ReviewState.GRACE:
        # Not the moment at which this was noticed: the week in which the time ran out is the one that shows it.
        show(connection, after.finding_id, NEVER if after.outcome is Outcome.RESOLVED else after.grace_until or now)
    elif before.outcome is Outcome.RESOLVED and after.outcome is None:
        show(connection, after.finding_id, now)
    if after.author_told_at != before.author_told_at:
        told = update(findings).where(findings.c.id == after.finding_id)
        connection.execute(told.values(author_told_at=after.author_told_at))


def settled() -> ColumnElement[bool]:
    """Reviews of what is not serious, undecided, whose post was edited or is gone."""
    mended = or_(posts.c.state == PostState.GONE, versions.c.content_hash != posts.c.current_hash)
    return and_(
        reviews.c.state.in_(_MENDABLE),
        reviews.c.severity <= int(Severity.S2),
        exists().where(findings.c.id == reviews.c.finding_id, _same_post(), mended),
    )


def restored() -> ColumnElement[bool]:
    """Reviews closed because the post was mended, whose post stands again in the very words."""
    stands = and_(posts.c.state == PostState.LIVE, versions.c.content_hash == posts.c.current_hash)
    return and_(
        reviews.c.state == ReviewState.CLOSED,
        reviews.c.outcome == Outcome.RESOLVED,
        exists().where(findings.c.id == reviews.c.finding_id, _same_post(), stands),
    )


def grace_over(now: datetime) -> ColumnElement[bool]:
    """Reviews whose author has had the time to mend it."""
    return and_(reviews.c.state == ReviewState.GRACE, reviews.c.grace_until <= now)


def appeal_over(now: datetime) -> ColumnElement[bool]:
    """Decided reviews whose time to appeal has passed."""
    return and_(reviews.c.state == ReviewState.DECIDED, reviews.c.appeal_until <= now)


def _same_post() -> ColumnElement[bool]:
    return and_(versions.c.id == findings.c.version_id, posts.c.id == versions.c.post_key)


def ids_of(connection: Connection, which: ColumnElement[bool]) -> Sequence[int]:
    """Ids of the reviews that meet a condition, oldest first."""
    return connection.execute(select(reviews.c.id).where(which).order_by(reviews.c.id)).scalars().all()
