"""Which rule of the retention profile governs a finding or a review, and since when its time runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, false, not_, or_, select

from domain.findings import Clause, Severity
from domain.review import UPHELD, Outcome, ReviewState
from store.record_tables import incidents, reviews
from store.tables import findings

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy import Column

    from domain.plans import RetentionProfile

_AWAITED = (ReviewState.NOTIFIED, ReviewState.PROPOSED, ReviewState.DECIDED, ReviewState.APPEALED)
"""Somebody is owed an answer: nothing of it goes by age."""
_OPEN = and_(reviews.c.closed_at.is_(None), reviews.c.state.not_in(_AWAITED))
_UPHELD = reviews.c.outcome.in_(UPHELD)
PROTECTED = and_(reviews.c.closed_at.is_not(None), reviews.c.outcome == Outcome.PROTECTED)
"""Protected activity: nothing of it is kept, whatever the profile."""
DISMISSED = and_(reviews.c.closed_at.is_not(None), reviews.c.outcome.not_in((*UPHELD, Outcome.PROTECTED)))
"""Dismissed, resolved in time, or not upheld."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A rule by its name in the profile, what it governs, and the instant that its time runs from."""

    rule: str
    which: ColumnElement[bool]
    since: Column[Any]

    def over(self, profile: RetentionProfile, now: datetime) -> ColumnElement[bool]:
        """What has been kept long enough."""
        return and_(self.which, older(self.since, getattr(profile, self.rule), now))


def _by_gravity(table: Any, prefix: str, which: ColumnElement[bool], since: Column[Any]) -> tuple[Clock, ...]:
    confidential = table.c.clause == Clause.CONFIDENTIALITY
    minor = table.c.severity < int(Severity.S3)
    return (
        Clock(f"{prefix}_minor", and_(which, not_(confidential), minor), since),
        Clock(f"{prefix}_serious", and_(which, not_(confidential), not_(minor)), since),
        Clock(f"{prefix}_confidential", and_(which, confidential), since),
    )


RECORDS = (
    Clock("dismissed_record", DISMISSED, reviews.c.closed_at),
    *_by_gravity(reviews, "upheld", and_(reviews.c.closed_at.is_not(None), _UPHELD), reviews.c.closed_at),
)
"""Closed reviews, and the findings that they are about."""
UNDECIDED = _by_gravity(findings, "open", or_(reviews.c.id.is_(None), _OPEN), findings.c.first_seen_at)
"""Findings that nobody has decided on, with their reviews; `reviews` is joined from the outside."""
ORPHANS = _by_gravity(reviews, "open", and_(reviews.c.finding_id.is_(None), _OPEN), reviews.c.opened_at)
"""Reviews without a decision whose finding is gone already."""
WORDS = Clock("dismissed_text", DISMISSED, reviews.c.closed_at)
"""Words of what was dismissed go before the record."""


def documented(profile: RetentionProfile, now: datetime) -> ColumnElement[bool]:
    """Reviews of a breach whose assessment must stay, and the reviews with it."""
    done = older(incidents.c.closed_at, profile.incidents, now)
    return reviews.c.id.in_(select(incidents.c.review_id).where(or_(incidents.c.closed_at.is_(None), not_(done))))


def any_over(clocks: tuple[Clock, ...], profile: RetentionProfile, now: datetime) -> ColumnElement[bool]:
    """What any of these rules has kept long enough."""
    return or_(*(clock.over(profile, now) for clock in clocks))


def older(column: Column[Any], keep: timedelta | None, now: datetime) -> ColumnElement[bool]:
    """Whether the instant in `column` lies further back than `keep`; never, where that is None."""
    return false() if keep is None else column < now - keep
