"""Stored findings in the shape that reports see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, not_, select

from domain.accounts import AccountState
from domain.findings import Severity
from domain.reporting import ReportedFinding
from store.columns import readable
from store.held import in_authors_view, in_view
from store.tables import accounts, findings, opinions, posts, staff, versions
from store.withheld import is_withheld

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection

    from store.columns import AnyRow

_OF_FINDING = (
    "id",
    "clause",
    "severity",
    "probability",
    "reason",
    "needs_context",
    "policy_version",
    "detector",
    "detector_version",
    "first_seen_at",
    "author_told_at",
)
# Looked up: calling the enum for each row takes several times as long.
_SEVERITY = {int(one): one for one in Severity}


def reported(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[ReportedFinding, ...]:
    """Findings that meet `conditions` and may be shown (`in_view`), in the order they were found."""
    query = _query().where(in_view(), *conditions).order_by(findings.c.first_seen_at, findings.c.id)
    return tuple(_reported_of(row) for row in connection.execute(query))


def reported_by_id(connection: Connection, ids: Collection[int]) -> tuple[ReportedFinding, ...]:
    """Those of the findings that may be shown, in the order they were found: `reported` for what pages ask most."""
    # All at once: row by row takes twice as long.
    return tuple(map(_reported_of, connection.execute(_BY_ID, {"ids": tuple(ids)}).all())) if ids else ()


def reported_to_author(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[ReportedFinding, ...]:
    """As `reported`, with what nobody but the author may see: for the author's own eyes."""
    query = _query().where(in_authors_view(), *conditions).order_by(findings.c.first_seen_at, findings.c.id)
    return tuple(_reported_of(row) for row in connection.execute(query))


def is_enrolled() -> ColumnElement[bool]:
    """Of an account that has not withdrawn, on a platform that lets others than the author see: for management."""
    return and_(accounts.c.state != AccountState.WITHDRAWN, not_(is_withheld()))


def is_news() -> ColumnElement[bool]:
    """Not a repeat: no older finding says the same clause of the same words, as grave or graver.

    A rescoring under a new policy or detector finds most things again; only what became graver is news.
    """
    older = findings.alias("older")
    return ~exists().where(
        older.c.version_id == findings.c.version_id,
        older.c.clause == findings.c.clause,
        older.c.severity >= findings.c.severity,
        older.c.id < findings.c.id,
    )


def _query() -> Select[Any]:
    joined = (
        findings.join(versions, versions.c.id == findings.c.version_id)
        .join(posts, posts.c.id == versions.c.post_key)
        .join(accounts, accounts.c.id == posts.c.account_id)
        .join(staff, staff.c.id == accounts.c.staff_id)
        .outerjoin(opinions, opinions.c.finding_id == findings.c.id)
    )
    return select(
        *(findings.c[name] for name in _OF_FINDING),
        readable(findings.c.excerpt),
        posts.c.account_id,
        posts.c.kind,
        posts.c.url,
        posts.c.published_at,
        posts.c.gone_at,
        accounts.c.handle,
        accounts.c.platform,
        staff.c.name,
        staff.c.email,
        opinions.c.stand.label("opinion"),
        opinions.c.model.label("opinion_model"),
        and_(versions.c.content_hash != posts.c.current_hash).label("edited"),
    ).select_from(joined)


# Built once: making such a statement anew takes several times as long as asking the database.
_BY_ID = (
    _query()
    .where(in_view(), findings.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(findings.c.first_seen_at, findings.c.id)
)


def _reported_of(row: AnyRow) -> ReportedFinding:
    return ReportedFinding(
        id=row.id,
        account_id=row.account_id,
        account=row.handle,
        author=row.name,
        platform=row.platform,
        clause=row.clause,
        severity=_SEVERITY[row.severity],
        probability=row.probability,
        reason=row.reason,
        excerpt=row.excerpt,
        post_url=row.url,
        published_at=row.published_at,
        first_seen_at=row.first_seen_at,
        detector=row.detector,
        detector_version=row.detector_version,
        policy_version=row.policy_version,
        needs_context=tuple(row.needs_context),
        gone_at=row.gone_at,
        edited=bool(row.edited),
        author_told_at=row.author_told_at,
        author_email=row.email,
        opinion=row.opinion,
        opinion_model=row.opinion_model or "",
        kind=row.kind,
    )
