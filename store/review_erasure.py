"""What erasure takes from reviews: words, or the whole record. The audit log keeps that there was one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, delete, false, func, not_, or_, select, update

from domain.findings import Severity
from store.held import is_upheld
from store.record_tables import incidents, review_events, reviews

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


def erase_notes(connection: Connection, which: ColumnElement[bool]) -> int:
    """Notes, answers and reasons of the reviews that meet `which`, with the salts of their digests.

    Returns how many notes there were. Steps, states and outcomes stay.
    """
    worded = and_(
        review_events.c.review_id.in_(select(reviews.c.id).where(which)),
        or_(review_events.c.note.is_not(None), review_events.c.salt.is_not(None)),
    )
    return connection.execute(update(review_events).where(worded).values(note=None, salt=None)).rowcount


def drop_reviews(connection: Connection, which: ColumnElement[bool]) -> int:
    """Whole reviews, with their steps and incidents; returns how many."""
    return connection.execute(delete(reviews).where(which)).rowcount


def withdrawn_reviews(connection: Connection, account_id: int) -> None:
    """What a withdrawal takes: reviews below S4 that were not upheld. Undecided ones go whole, closed ones lose words.

    The decision record of a closed one stays for its own time; S4 and what was upheld stay with their evidence.
    """
    minor = and_(reviews.c.account_id == account_id, reviews.c.severity < int(Severity.S4), not_(_settled()))
    undecided = reviews.c.closed_at.is_(None)
    drop_reviews(connection, and_(minor, undecided, reviews.c.id.not_in(select(incidents.c.review_id))))
    erase_notes(connection, minor)


def _settled() -> ColumnElement[bool]:
    """As `is_upheld`, where no outcome counts as not upheld."""
    return func.coalesce(is_upheld(), false())
