"""Tells the log what was erased, whoever erased it: looks at what stands before and after, inside one transaction."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from domain.audit import SYSTEM, acting
from store.audit import Trail
from store.binding import bound, released
from store.record_tables import review_events, reviews
from store.tables import digests, findings, posts, versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection

_MOST_NAMES = 200
"""In one line of the log."""
_EVENTS: Mapping[str, tuple[str, ...]] = {
    "version.erased": ("version", "excerpt"),
    "finding.erased": ("finding",),
    "review.erased": ("review", "note"),
}


@dataclass(frozen=True, slots=True)
class _Seen:
    """Keys of what stands, by kind; and the salt of each digest, which changes with its content."""

    keys: Mapping[str, frozenset[int]]
    digests: Mapping[str, str | None]


@contextmanager
def watched(
    connection: Connection, account_id: int | None, now: datetime, why: str, actor: str = SYSTEM
) -> Iterator[None]:
    """Append, at the end of the block, what was erased in it of one account (None: of any), and of the digests.

    `why` is one word or two of ours, such as "retention"; `actor` as in `AuditRecord`. Nothing is appended where
    nothing went.
    """
    before = _look(connection, account_id)
    yield
    after = _look(connection, account_id)
    subject = "" if account_id is None else f"account:{account_id}"
    trail = Trail(now, acting(actor))
    for event, kinds in _EVENTS.items():
        gone: dict[str, None] = {}
        for kind in kinds:
            gone |= released(kind, before.keys[kind] - after.keys[kind])
        names = list(gone)
        for start in range(0, len(names), _MOST_NAMES):
            trail.note(event, subject, why=why, binds=dict.fromkeys(names[start : start + _MOST_NAMES]))
    changed = [week for week, salt in after.digests.items() if before.digests.get(week) != salt]
    for week in changed:
        trail.note("digest.trimmed", f"digest:{week}", why=why, binds=bound(connection, "digest", [week]))
    trail.write(connection)


def _look(connection: Connection, account_id: int | None) -> _Seen:
    def ids(query: Any) -> frozenset[int]:
        return frozenset(connection.execute(query).scalars())

    mine = () if account_id is None else (posts.c.account_id == account_id,)
    ours = () if account_id is None else (reviews.c.account_id == account_id,)
    found = select(findings.c.id).join_from(findings, versions).join(posts).where(*mine)
    steps = select(review_events.c.id).join_from(review_events, reviews).where(*ours)
    kept = select(versions.c.id).join_from(versions, posts).where(*mine, versions.c.kept_text.is_not(None))
    return _Seen(
        keys={
            "version": ids(kept),
            "finding": ids(found),
            "excerpt": ids(found.where(findings.c.excerpt != "")),
            "review": ids(steps),
            "note": ids(steps.where(review_events.c.note.is_not(None))),
        },
        digests={row.week: row.salt for row in connection.execute(select(digests.c.week, digests.c.salt))},
    )
