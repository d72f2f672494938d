"""Protected activity that was found by mistake: erased with everything that was made of it, and counted nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from store.audit import Trail
from store.binding import released
from store.digest_content import forget_findings
from store.record_tables import review_events, reviews
from store.review_rows import actor_of
from store.tables import findings, versions

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from domain.review import Review


def erase_protected(connection: Connection, review: Review, now: datetime, actor_id: int) -> None:
    """Erase the finding, its words unless another finding stands on them, its lines in digests, its review and notes.

    The log keeps that a person had something erased, and neither what nor why (29 U.S.C. 157).
    """
    steps = connection.execute(select(review_events.c.id).where(review_events.c.review_id == review.id)).scalars().all()
    connection.execute(delete(reviews).where(reviews.c.id == review.id))
    binds = released("review", steps) | released("note", steps)
    if review.finding_id is not None:
        binds |= _erase_finding(connection, review.finding_id)
    trail = Trail(now, actor_of(actor_id))
    trail.note("review.erased", f"review:{review.id}", binds=binds)
    trail.write(connection)


def _erase_finding(connection: Connection, finding_id: int) -> dict[str, None]:
    version_id = connection.execute(select(findings.c.version_id).where(findings.c.id == finding_id)).scalar()
    if version_id is None:
        return {}
    connection.execute(delete(findings).where(findings.c.id == finding_id))
    forget_findings(connection, frozenset({finding_id}))
    binds = released("finding", [finding_id]) | released("excerpt", [finding_id])
    if connection.execute(select(findings.c.id).where(findings.c.version_id == version_id)).first() is None:
        words = {"kept_text": None, "kept_alts": None, "salt": None}
        connection.execute(update(versions).where(versions.c.id == version_id).values(**words))
        binds |= released("version", [version_id])
    return binds
