"""Weekly digests, frozen once built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from domain.archive import WeekLine, WeekOutline
from domain.audit import SYSTEM, AuditRecord
from domain.reporting import Reading
from store.audit import append
from store.binding import bound
from store.columns import new_salt, readable
from store.database import insert_if_new
from store.digest_content import finding_ids, from_json, to_json
from store.tables import digests, findings
from store.withheld import withheld_findings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from domain.reporting import Digest
    from store.database import Database


@dataclass(frozen=True, slots=True)
class DigestStore:
    """One digest a week. Erased findings vanish from it; nothing else ever changes."""

    database: Database

    def save(self, digest: Digest) -> Digest:
        """Store the digest of its week and return what is stored: the first one, however often it is saved."""
        week = digest.period.week
        with self.database.writing() as connection:
            row = {"week": week, "built_at": digest.built_at, "content": to_json(digest), "salt": new_salt()}
            new = insert_if_new(connection, digests, row) is not None
            content = connection.execute(select(digests.c.content).where(digests.c.week == week)).scalar_one()
            if new:
                details = {"findings": len(digest.findings), "binds": bound(connection, "digest", [week])}
                append(connection, AuditRecord(digest.built_at, SYSTEM, "digest.saved", f"digest:{week}", details))
            return _read(connection, content)

    def get(self, week: str) -> Digest | None:
        """The digest of an ISO week such as "2026-W47", None when none was built."""
        with self.database.reading() as connection:
            content = connection.execute(select(digests.c.content).where(digests.c.week == week)).scalar()
            return None if content is None else _read(connection, content)

    def weeks(self) -> tuple[str, ...]:
        """The weeks that have a digest, oldest first."""
        with self.database.reading() as connection:
            return tuple(connection.execute(select(digests.c.week).order_by(digests.c.week)).scalars())

    def lines(self, before: str | None = None, limit: int = 26) -> tuple[WeekLine, ...]:
        """The newest weeks that have a digest, newest first; those before the week `before` if it is given."""
        found = func.json_array_length(digests.c.content["findings"]).label("findings")
        coverage = digests.c.content["coverage"].label("coverage")
        query = select(digests.c.week, found, coverage).order_by(digests.c.week.desc()).limit(limit)
        if before is not None:
            query = query.where(digests.c.week < before)
        with self.database.reading() as connection:
            return tuple(_line(*row) for row in connection.execute(query))

    def outline(self, week: str) -> WeekOutline | None:
        """The digest of a week without reading its findings; None when none was built."""
        with self.database.reading() as connection:
            content = connection.execute(select(digests.c.content).where(digests.c.week == week)).scalar()
        if content is None:
            return None
        ids, standing = (tuple(one["id"] for one in content[name]) for name in ("findings", "open_before"))
        return WeekOutline(from_json(content | {"findings": [], "open_before": []}, {}), ids, standing)

    def all(self) -> tuple[Digest, ...]:
        """Every digest, oldest first."""
        with self.database.reading() as connection:
            contents = connection.execute(select(digests.c.content).order_by(digests.c.week)).scalars().all()
            return tuple(_read(connection, content) for content in contents)


def _line(week: str, found: int, coverage: list[dict[str, Any]]) -> WeekLine:
    return WeekLine(week, found, sum(line["reading"] == Reading.READ for line in coverage), len(coverage))


def _read(connection: Connection, content: Mapping[str, Any]) -> Digest:
    named = select(findings.c.id, readable(findings.c.excerpt)).where(
        findings.c.id.in_(finding_ids(content)), findings.c.id.not_in(withheld_findings())
    )
    return from_json(content, {row.id: row.excerpt for row in connection.execute(named)})
