"""Findings and decisions as an export shows them: rows in, masked dataclasses out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, exists, or_, select

from domain.exports import ExportedFinding
from domain.findings import Clause, Severity
from domain.review import Outcome, ReviewState
from store.held import in_view
from store.record_tables import reviews
from store.reported import is_news
from store.tables import accounts, findings, posts, versions

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Table
    from sqlalchemy.engine import Connection

    from domain.exports import ExportFilter
    from store.columns import AnyRow

_REVIEW = tuple(reviews.c[name] for name in ("state", "outcome", "closed_at", "seconded_by"))
_JUDGED = ("clause", "severity", "detector", "detector_version", "policy_version")


def found(connection: Connection, now: datetime, *conditions: ColumnElement[bool]) -> list[ExportedFinding]:
    """Findings that management may see at `now`, unmasked, oldest first."""
    joined = (
        findings.join(versions).join(posts).join(accounts).outerjoin(reviews, reviews.c.finding_id == findings.c.id)
    )
    names = ("id", *_JUDGED, "first_seen_at", "reason", "excerpt", "needs_context", "author_told_at")
    query = (
        select(
            *findings.c[names],
            *versions.c["content_hash", "kept_text"],
            *posts.c["url", "published_at", "gone_at", "current_hash"],
            *accounts.c["platform", "handle"],
            reviews.c.id.label("review_id"),
            *_REVIEW,
            confidential(posts.c.id).label("confidential"),
        )
        .select_from(joined)
        .where(in_view(), findings.c.visible_from <= now, *conditions)
        .order_by(findings.c.first_seen_at, findings.c.id)
    )
    return [_finding(row) for row in connection.execute(query)]


def decided(connection: Connection, *conditions: ColumnElement[bool]) -> list[ExportedFinding]:
    """Closed reviews whose finding is erased: the decision alone."""
    query = (
        select(reviews, *accounts.c["platform", "handle"])
        .join_from(reviews, accounts)
        .where(reviews.c.finding_id.is_(None), reviews.c.closed_at.is_not(None), *conditions)
        .order_by(reviews.c.opened_at, reviews.c.id)
    )
    return [_decision(row) for row in connection.execute(query)]


def news() -> tuple[ColumnElement[bool], ...]:
    """What an export lists: no repeats by a rescoring, nothing within its grace, nothing on protected activity."""
    listed = or_(reviews.c.id.is_(None), and_(reviews.c.state != ReviewState.GRACE, _counted()))
    return (or_(is_news(), reviews.c.id.is_not(None)), listed)


def _counted() -> ColumnElement[bool]:
    return or_(reviews.c.outcome.is_(None), reviews.c.outcome != Outcome.PROTECTED)


def narrowed(chosen: ExportFilter, table: Table, since: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    """The filter as conditions; clause and severity are read from `table`, the time from `since`."""
    conditions: list[ColumnElement[bool]] = []
    if chosen.since is not None:
        conditions.append(since >= chosen.since)
    if chosen.until is not None:
        conditions.append(since < chosen.until)
    if chosen.clauses:
        conditions.append(table.c.clause.in_(chosen.clauses))
    if chosen.severities:
        conditions.append(table.c.severity.in_([int(severity) for severity in chosen.severities]))
    if chosen.states:
        conditions.append(reviews.c.state.in_(chosen.states))
    if chosen.outcomes:
        conditions.append(reviews.c.outcome.in_(chosen.outcomes))
    return conditions


def masked(finding: ExportedFinding) -> ExportedFinding:
    """Without client detail: the excerpt is masked as it is, and on a post with clause 2 nothing leads to the post."""
    bare = replace(finding, words="")
    return replace(bare, account="", address="", reason="", excerpt="") if finding.confidential else bare


def confidential(post_key: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a finding of clause 2 stands on any version of the post."""
    other, version = findings.alias("beside"), versions.alias("beside_version")
    return exists().where(
        other.c.version_id == version.c.id,
        version.c.post_key == post_key,
        other.c.clause == Clause.CONFIDENTIALITY,
    )


def _finding(row: AnyRow) -> ExportedFinding:
    return ExportedFinding(
        finding_id=row.id,
        review_id=row.review_id,
        found_at=row.first_seen_at,
        published_at=row.published_at,
        account=row.handle,
        reason=row.reason,
        excerpt=row.excerpt,
        address=row.url,
        author_told_at=row.author_told_at,
        needs_context=tuple(row.needs_context),
        content_hash=row.content_hash,
        edited=row.content_hash != row.current_hash,
        gone_at=row.gone_at,
        confidential=bool(row.confidential),
        words=row.kept_text or "",
        **_common(row),
    )


def _decision(row: AnyRow) -> ExportedFinding:
    return ExportedFinding(
        finding_id=None,
        review_id=row.id,
        found_at=row.opened_at,
        published_at=None,
        account=row.handle,
        reason="",
        excerpt="",
        address="",
        author_told_at=row.author_told_at,
        confidential=row.clause is Clause.CONFIDENTIALITY,
        **_common(row),
    )


def _common(row: AnyRow) -> dict[str, Any]:
    return {
        "platform": row.platform,
        "clause": row.clause,
        "severity": Severity(row.severity),
        "detector": row.detector,
        "detector_version": row.detector_version,
        "policy_version": row.policy_version,
        "state": row.state,
        "outcome": row.outcome,
        "closed_at": row.closed_at,
        "two_reviewers": row.seconded_by is not None,
    }
