"""What was judged before, so that another policy or detector can be held against it. Reads and never writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, func, not_, select

from domain.findings import Severity, Span
from domain.plans import Change, NotKept, StoredFinding
from store.authorisations import READABLE_STATES
from store.kept import kept_of, kept_query
from store.tables import accounts, findings, posts, versions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from domain.plans import KeptVersion
    from store.columns import AnyRow
    from store.database import Database

_COLUMNS = (
    "id",
    "version_id",
    "clause",
    "severity",
    "reason",
    "excerpt",
    "spans",
    "policy_version",
    "detector",
    "detector_version",
)


@dataclass(frozen=True, slots=True)
class JudgementStore:
    """Findings on record by post version, and which versions can be judged again."""

    database: Database

    def on_record(self, version_ids: Collection[int]) -> Mapping[int, tuple[StoredFinding, ...]]:
        """Version id -> every finding ever made on it, oldest first; versions without one are left out."""
        query = (
            select(*findings.c[_COLUMNS])
            .where(findings.c.version_id.in_(tuple(version_ids)))
            .order_by(findings.c.version_id, findings.c.id)
        )
        found: dict[int, list[StoredFinding]] = {}
        with self.database.reading() as connection:
            for row in connection.execute(query):
                found.setdefault(row.version_id, []).append(_finding(row))
        return {version_id: tuple(made) for version_id, made in found.items()}

    def kept_of_finding(self, finding_id: int) -> KeptVersion | None:
        """The kept words that a finding stands on; None when there is no such finding or its words are not kept."""
        version_id = select(findings.c.version_id).where(findings.c.id == finding_id).scalar_subquery()
        with self.database.reading() as connection:
            row = connection.execute(kept_query(versions.c.id == version_id, limit=1)).one_or_none()
        return None if row is None else kept_of(row)

    def not_kept(self) -> NotKept:
        """How many versions can be judged again, and why the others cannot; each version counts once."""
        kept, baseline = versions.c.kept_text.is_not(None), versions.c.change == Change.BASELINE
        read = accounts.c.state.in_(READABLE_STATES)
        found = exists().where(findings.c.version_id == versions.c.id).correlate(versions)
        silent = and_(not_(kept), not_(found), not_(baseline))
        groups = {
            "kept": and_(kept, read),
            "stopped": and_(kept, not_(read)),
            "expired": and_(not_(kept), found),
            "baseline": and_(not_(kept), not_(found), baseline),
            "foreign": and_(silent, not_(versions.c.assessed)),
            "clean": and_(silent, versions.c.assessed),
        }
        query = select(*(func.count().filter(group).label(name) for name, group in groups.items())).select_from(
            versions.join(posts, posts.c.id == versions.c.post_key).join(accounts, accounts.c.id == posts.c.account_id)
        )
        with self.database.reading() as connection:
            row = connection.execute(query).one()
        return NotKept(**{name: getattr(row, name) for name in groups})


def _finding(row: AnyRow) -> StoredFinding:
    return StoredFinding(
        id=row.id,
        clause=row.clause,
        severity=Severity(row.severity),
        reason=row.reason,
        excerpt=row.excerpt,
        spans=tuple(Span(span["field"], span["start"], span["end"], "") for span in row.spans),
        policy_version=row.policy_version,
        detector=row.detector,
        detector_version=row.detector_version,
    )
