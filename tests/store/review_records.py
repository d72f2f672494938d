"""Reviews as rows, for tests that are not about how they came to be."""

from __future__ import annotations

from itertools import count

from sqlalchemy import insert, select

from domain.findings import Clause
from domain.review import Outcome, ReviewState, Step
from store.record_tables import review_events, reviews
from store.tables import accounts, findings, posts, versions
from tests.store.records import HOUR, START

SEEN = START + HOUR
_notes = count(1)


def review(store, finding_id, state=ReviewState.CLOSED, outcome=Outcome.NOT_UPHELD, closed_at=SEEN, note=None):
    """A review of a stored finding, with one step whose note is sealed."""
    of = (
        select(findings.c.clause, findings.c.severity, posts.c.account_id, accounts.c.staff_id)
        .select_from(findings.join(versions).join(posts).join(accounts))
        .where(findings.c.id == finding_id)
    )
    closed = state is ReviewState.CLOSED
    with store.database.writing() as connection:
        row = connection.execute(of).one()
        values = {
            "finding_id": finding_id,
            "account_id": row.account_id,
            "staff_id": row.staff_id,
            "clause": Clause(row.clause),
            "severity": row.severity,
            "detector": "conduct",
            "detector_version": "1",
            "policy_version": "policy-1",
            "state": state,
            "revision": 1,
            "opened_at": SEEN,
            "outcome": outcome if closed else None,
            "closed_at": closed_at if closed else None,
        }
        number = connection.execute(insert(reviews).values(values).returning(reviews.c.id)).scalar_one()
        step = {
            "review_id": number,
            "at": SEEN,
            "step": Step.NOTE,
            "state": state,
            "note": note or f"Noted words {next(_notes)}.",
            "salt": "s" * 64,
            "details": {},
        }
        connection.execute(insert(review_events).values(step))
    return number


def notes(store):
    """Every note that is left, in the order they were made."""
    with store.database.reading() as connection:
        left = connection.execute(select(review_events.c.note).order_by(review_events.c.id)).scalars().all()
    return [each for each in left if each is not None]


def review_ids(store):
    with store.database.reading() as connection:
        return list(connection.execute(select(reviews.c.id).order_by(reviews.c.id)).scalars())
