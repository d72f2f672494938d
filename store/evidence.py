"""What is kept of the post under one finding: its versions, where the evidence stands, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, or_, select

from domain.archive import Evidence, SeenVersion
from domain.findings import Clause, Severity, Span
from store.tables import accounts, findings, posts, versions

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_MOST_VERSIONS = 20
_OF_POST = ("kind", "url", "published_at", "last_seen_at", "gone_at", "reply_to_id", "current_hash")
# Made once: making a statement takes several times as long as asking it.
_STANDS_ON = (
    select(findings.c.version_id, findings.c.spans, posts.c.id.label("post_key"), accounts.c.bio)
    .add_columns(*posts.c[_OF_POST], versions.c.content_hash)
    .select_from(findings.join(versions).join(posts).join(accounts))
    .where(findings.c.id == bindparam("this"))
)
_OF_THIS_POST = versions.c.post_key == bindparam("post")
_NEWEST = select(versions.c.id).where(_OF_THIS_POST).order_by(versions.c.id.desc()).limit(_MOST_VERSIONS)
_VERSIONS = (
    select(versions)
    .where(or_(versions.c.id.in_(_NEWEST), versions.c.id == bindparam("judged")))
    .order_by(versions.c.first_seen_at, versions.c.id)
)
_CLAUSES = (
    select(findings.c.clause)
    .join_from(findings, versions)
    .where(_OF_THIS_POST, or_(findings.c.clause == Clause.CONFIDENTIALITY, findings.c.severity >= int(Severity.S4)))
)


def evidence_of(connection: Connection, finding_id: int) -> Evidence | None:
    """Everything that is kept of it, words opened; None when there is no such finding."""
    row = connection.execute(_STANDS_ON, {"this": finding_id}).one_or_none()
    if row is None:
        return None
    clauses = _clauses(connection, row.post_key)
    return Evidence(
        version_id=row.version_id,
        spans=tuple(Span(span["field"], span["start"], span["end"], "") for span in row.spans),
        versions=_versions(connection, row.post_key, row.version_id),
        kind=row.kind,
        url=row.url,
        published_at=row.published_at,
        last_seen_at=row.last_seen_at,
        gone_at=row.gone_at,
        is_reply=row.reply_to_id is not None,
        edited_since=row.content_hash != row.current_hash,
        bio=row.bio,
        confidential=Clause.CONFIDENTIALITY in clauses,
        critical=bool(clauses),
    )


def _versions(connection: Connection, post_key: int, judged: int) -> tuple[SeenVersion, ...]:
    """The newest versions, and the one that was judged, in the order in which they were seen."""
    rows = connection.execute(_VERSIONS, {"post": post_key, "judged": judged})
    return tuple(
        SeenVersion(row.id, row.first_seen_at, row.edited_at, row.kept_text, tuple(row.kept_alts or ())) for row in rows
    )


def _clauses(connection: Connection, post_key: int) -> frozenset[Clause]:
    """Clauses of the critical findings on any version of the post."""
    return frozenset(connection.execute(_CLAUSES, {"post": post_key}).scalars())
