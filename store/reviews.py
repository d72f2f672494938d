"""Reviews: who looks at which finding, what they decide, and that no two people decide the same thing at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, and_, bindparam, func, select, true, update

from domain.errors import Conflict, Refused
from domain.review import OVERTURNED, Move, Outcome, ReviewState, Step
from domain.review_locks import BY_AUTHOR, ReviewRules, may_see
from domain.review_queue import Overturn, QueueFilter, QueuePage, ReviewCounts
from domain.workflow import erases, next_review, to_tell
from store.record_tables import review_events, reviews
from store.review_opening import appeal_over, follow, grace_over, ids_of, open_all, restored, settled, unreviewed
from store.review_protected import erase_protected
from store.review_queue import Locks, counts_of, critical_waiting, locks_of, page_of, seen_under, untold_steps
from store.review_rows import found_locked, locked, reviews_by_id, reviews_where, write_step

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.engine import Connection

    from domain.access import User
    from domain.review import Review, ReviewEvent
    from domain.review_queue import QueuePlace
    from store.database import Database

HOLD_FOR = timedelta(minutes=15)
"""How long an item stays with the reviewer who looks at it; every step there renews it."""
RESOLVED = (ReviewState.DECIDED, ReviewState.CLOSED)
"""States in which a decision is on record."""
_PAGE = 50
_BATCH = 100
_KEEPS_HOLD = (ReviewState.DETECTED, ReviewState.OPEN)
_THIS = reviews.c.id == bindparam("this")
_HELD: Any = ("held_by", "held_until")
_HOLD = update(reviews).where(_THIS).values({name: bindparam(name) for name in _HELD})
_RELEASE = _HOLD.where(reviews.c.held_by == bindparam("holder"))
_KEEPING = (Step.VIEWED, Step.UNMASKED, Step.NOTE, Step.UNDO)


@dataclass(frozen=True, slots=True)
class ReviewStore:
    """Every step is one transaction: the row locked, the pure rule asked, event and audit line written, or nothing."""

    database: Database

    def get(self, review_id: int) -> Review | None:
        """With its events; None when there is none, or it was erased."""
        with self.database.reading() as connection:
            return next(iter(reviews_by_id(connection, [review_id])), None)

    def many(self, review_ids: Collection[int]) -> dict[int, Review]:
        """By id, those of the reviews that are there, without events."""
        with self.database.reading() as connection:
            return {one.id: one for one in reviews_by_id(connection, review_ids, events=False)}

    def of_finding(self, finding_id: int) -> Review | None:
        """The review of one finding."""
        with self.database.reading() as connection:
            return next(iter(reviews_where(connection, reviews.c.finding_id == finding_id)), None)

    def standing(self, *, closed: bool = False) -> tuple[Review, ...]:
        """Every review that is not closed, or every one, oldest first, without events."""
        which = true() if closed else reviews.c.state != ReviewState.CLOSED
        with self.database.reading() as connection:
            return reviews_where(connection, which, events=False)

    def of_staff(self, staff_id: int) -> tuple[Review, ...]:
        """Everything ever found about this person's posts and kept, dismissed too, newest first, with events."""
        with self.database.reading() as connection:
            return reviews_where(connection, reviews.c.staff_id == staff_id)[::-1]

    def queue(
        self,
        user: User,
        wanted: QueueFilter,
        now: datetime,
        after: QueuePlace | None = None,
        size: int = _PAGE,
    ) -> QueuePage:
        """One page of what this person may review, gravest first, then oldest. Raises Refused for no reviewer."""
        with self.database.reading() as connection:
            return page_of(connection, user, wanted, now, after=after, size=size)

    def critical_waiting(self) -> int:
        """How many clause 2 and S4 items wait: all that a reviewer without that right learns of them."""
        with self.database.reading() as connection:
            return critical_waiting(connection)

    def take(self, review_id: int, user: User, now: datetime) -> Review:
        """Hold the item for this reviewer, or renew the hold. The first look of each person is recorded.

        Raises Refused when they may not see it, Conflict when somebody else has it.
        """
        with self.database.writing() as connection:
            review = locked(connection, review_id)
            _expect_free(review, user, now)
            if not any(event.actor_id == user.id and event.step is Step.VIEWED for event in review.events):
                return _step(connection, review, Move(Step.VIEWED, user.id, now), user, ReviewRules())
            if not may_see(review, user):
                raise Refused("You may no longer look at this item. Go back to the queue.")
            held: dict[str, Any] = {"held_by": user.id, "held_until": now + HOLD_FOR}
            connection.execute(_HOLD, {"this": review_id, **held})
            return replace(review, **held)

    def release(self, review_id: int, user: User) -> None:
        """Give the item back; nothing happens when somebody else has it."""
        with self.database.writing() as connection:
            connection.execute(_RELEASE, {"this": review_id, "holder": user.id, "held_by": None, "held_until": None})

    def apply(self, review_id: int, revision: int, move: Move, user: User | None, rules: ReviewRules) -> Review:
        """Take one step on the revision that was looked at; the review after it.

        Protected activity is erased: what comes back then is all there is. Raises Refused (a lock of the process; the
        sentence says what to do) or Conflict (somebody acted first, has the item now, or it is gone); nothing changes.
        """
        with self.database.writing() as connection:
            review = locked(connection, review_id)
            if review.revision != revision:
                raise Conflict("Somebody has acted on this review since you looked. Look at it again.")
            if user is not None and move.step not in BY_AUTHOR:
                _expect_free(review, user, move.now)
            after = _step(connection, review, move, user, rules)
        if move.outcome is Outcome.PROTECTED:
            self.database.scrub()
        return after

    def open_new(self, now: datetime, rules: ReviewRules) -> tuple[int, ...]:
        """Open a review for every finding that is news and has none; their ids. Repeating it changes nothing."""
        opened: list[int] = []
        last = 0
        while True:
            with self.database.reading() as connection:
                found = connection.execute(unreviewed(last, _BATCH)).all()
            if not found:
                return tuple(opened)
            with self.database.writing() as connection:
                opened += open_all(connection, found, now, rules)
            last = found[-1].id

    def end_grace(self, now: datetime, rules: ReviewRules) -> int:
        """Let management see what was not mended in time; returns how many."""
        return self._by_program(grace_over(now), Step.GRACE_ENDED, now, rules)

    def resolve_settled(self, now: datetime, rules: ReviewRules) -> int:
        """Close what its author has edited or removed, and open again what came back; returns how many changed."""
        closed = self._by_program(settled(), Step.RESOLVE, now, rules)
        return closed + self._by_program(restored(), Step.REOPEN, now, rules)

    def close_expired_appeals(self, now: datetime, rules: ReviewRules) -> int:
        """Close decisions that were not appealed in time; returns how many."""
        return self._by_program(appeal_over(now), Step.CLOSE, now, rules)

    def author_told(self, review_id: int, now: datetime, rules: ReviewRules) -> None:
        """Record that a mail about this review went to its author; nothing happens when it is gone or closed."""
        with self.database.writing() as connection:
            review = found_locked(connection, review_id)
            if review is not None and review.state is not ReviewState.CLOSED:
                step = Step.NOTIFIED_GRACE if review.state is ReviewState.GRACE else Step.NOTIFY
                _step(connection, review, Move(step, None, now), None, rules)

    def opened_at(self, at: datetime) -> tuple[Review, ...]:
        """Reviews that were opened at this very instant and are not closed: those that one notice tells of."""
        with self.database.reading() as connection:
            standing = reviews.c.state != ReviewState.CLOSED
            return reviews_where(connection, reviews.c.opened_at == at, standing, events=False)

    def untold(self, since: datetime, until: datetime) -> tuple[tuple[Review, ReviewEvent], ...]:
        """Steps taken in that time that the author is to be written about and no mail was queued for yet."""
        with self.database.reading() as connection:
            ids = connection.execute(untold_steps(since, until)).scalars().all()
            found = reviews_by_id(connection, ids)
        return tuple((review, step) for review in found for step in to_tell(review) if since <= step.at <= until)

    def of_step(self, event_id: int) -> tuple[Review, ReviewEvent] | None:
        """The review that a step belongs to, and the step; None when it is gone or was taken back."""
        with self.database.reading() as connection:
            query = select(review_events.c.review_id).where(review_events.c.id == event_id)
            found = reviews_where(connection, reviews.c.id == query.scalar_subquery())
        return next(((review, step) for review in found for step in to_tell(review) if step.id == event_id), None)

    def comparable(self, review: Review, user: User | None = None, limit: int = 5) -> tuple[Review, ...]:
        """The newest earlier decisions on the same clause and severity; none that `user` may not look at."""
        locks, given = (None, {}) if user is None else locks_of(user)
        given |= {"severity": int(review.severity), "clause": review.clause, "this": review.id, "most": limit}
        with self.database.reading() as connection:
            ids = connection.execute(_comparable(locks), given).scalars().all()
            found = reviews_by_id(connection, ids)
        return tuple(sorted(found, key=lambda one: one.opened_at, reverse=True))

    def overturn(self) -> tuple[Overturn, ...]:
        """How often people decided against the detector, by clause and detector; of the practice as a whole."""
        decided = (reviews.c.outcome.is_not(None), reviews.c.outcome != Outcome.RESOLVED)
        against = func.count().filter(reviews.c.outcome.in_(OVERTURNED)).label("overturned")
        query = (
            select(reviews.c.clause, reviews.c.detector, func.count().label("decided"), against)
            .where(reviews.c.state.in_(RESOLVED), *decided)
            .group_by(reviews.c.clause, reviews.c.detector)
            .order_by(reviews.c.clause, reviews.c.detector)
        )
        with self.database.reading() as connection:
            return tuple(
                Overturn(row.clause, row.detector, row.decided, row.overturned) for row in connection.execute(query)
            )

    def counts(self, now: datetime) -> ReviewCounts:
        """How many wait, are overdue, are with their authors, are closed."""
        with self.database.reading() as connection:
            return counts_of(connection, now)

    def _by_program(self, which: ColumnElement[bool], step: Step, now: datetime, rules: ReviewRules) -> int:
        """One step on each review that fits, each in a transaction of its own; one that changed meanwhile is left."""
        with self.database.reading() as connection:
            ids = ids_of(connection, which)
        done = 0
        for review_id in ids:
            with self.database.writing() as connection:
                review = found_locked(connection, review_id)
                if review is not None and ids_of(connection, and_(which, reviews.c.id == review_id)):
                    _step(connection, review, Move(step, None, now), None, rules)
                    done += 1
        return done


@lru_cache
def _comparable(locks: Locks | None) -> Select[int]:
    seen = true() if locks is None else seen_under(locks)
    return (
        select(reviews.c.id)
        .where(
            reviews.c.state.in_(RESOLVED),
            reviews.c.severity == bindparam("severity"),
            reviews.c.clause == bindparam("clause"),
            reviews.c.outcome.is_not(None),
            reviews.c.outcome != Outcome.RESOLVED,
            reviews.c.id != bindparam("this"),
            seen,
        )
        .order_by(reviews.c.opened_at.desc())
        .limit(bindparam("most", type_=Integer))
    )


def _step(connection: Connection, review: Review, move: Move, user: User | None, rules: ReviewRules) -> Review:
    """Ask the rules, write what they say, and let finding and incident follow. The caller holds the row."""
    after, event = next_review(review, move, user, rules)
    if user is not None and erases(event):
        erase_protected(connection, review, move.now, user.id)
        return after
    follow(connection, review, after, move.now)
    held = _hold(after, move, user)
    write_step(connection, review, after, event, held)
    return next(iter(reviews_by_id(connection, [review.id])))


def _hold(after: Review, move: Move, user: User | None) -> dict[str, Any]:
    """Who has the item after this step: the reviewer, until there is nothing left to do for one."""
    if user is None or move.step in BY_AUTHOR:
        return {}
    if after.state in _KEEPS_HOLD or move.step in _KEEPING:
        return {"held_by": user.id, "held_until": move.now + HOLD_FOR}
    return {"held_by": None, "held_until": None}


def _expect_free(review: Review, user: User, now: datetime) -> None:
    other = review.held_by is not None and review.held_by != user.id
    if other and review.held_until is not None and now < review.held_until:
        raise Conflict("Another reviewer is looking at this item. Take the next one.")
