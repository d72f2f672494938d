"""The log of what was done: the proof of regularity, the coverage of a week, and the practice's figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from domain.audit import SYSTEM, AuditRecord
from domain.findings import Clause
from domain.reporting import WeekFigures
from store.audit import append
from store.coverage import coverage_lines
from store.reported import is_news
from store.tables import findings, runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy.engine import Connection

    from domain.reporting import CoverageLine, Period
    from store.database import Database


@dataclass(frozen=True, slots=True)
class RunStore:
    """Runs of the program, and what the passes in them add up to."""

    database: Database

    def start(self, kind: str, owner: str, now: datetime) -> int:
        """Record that a run began; returns its id."""
        row = {"kind": kind, "owner": owner, "started_at": now, "counts": {}, "problem": ""}
        with self.database.writing() as connection:
            return int(connection.execute(insert(runs).values(row).returning(runs.c.id)).scalar_one())

    def finish(self, run_id: int, now: datetime, counts: Mapping[str, int], problem: str = "") -> None:
        """Record how it ended. `problem` is a sentence without any post's words, "" when all went well."""
        values = {"finished_at": now, "counts": dict(counts), "problem": problem}
        with self.database.writing() as connection:
            finished = update(runs).where(runs.c.id == run_id).values(**values).returning(runs.c.kind)
            kind = connection.execute(finished).scalar()
            details = {"kind": kind, "counts": dict(counts), "well": not problem}
            append(connection, AuditRecord(now, SYSTEM, "run.finished", f"run:{run_id}", details))

    def last_finished(self, kind: str) -> datetime | None:
        """When a run of this kind last came to its end, None when none ever did."""
        with self.database.reading() as connection:
            return connection.execute(select(func.max(runs.c.finished_at)).where(runs.c.kind == kind)).scalar()

    def coverage(self, period: Period, now: datetime, every: timedelta) -> tuple[CoverageLine, ...]:
        """How each account fared that was authorised at some time in the period, by author and account.

        `every` is how often accounts are planned to be read. A withdrawn account is not in it at all.
        """
        with self.database.reading() as connection:
            return coverage_lines(connection, period, now, every)

    def figures(self, weeks: Sequence[Period]) -> tuple[WeekFigures, ...]:
        """Numbers of the whole practice, one line a week; all six clauses are always there."""
        with self.database.reading() as connection:
            return tuple(_figures(connection, week) for week in weeks)


def _figures(connection: Connection, week: Period) -> WeekFigures:
    lines = coverage_lines(connection, week, week.end, week.end - week.start)
    seen = (findings.c.first_seen_at >= week.start, findings.c.first_seen_at < week.end)
    counts = select(findings.c.clause, func.count().label("number")).where(*seen, is_news()).group_by(findings.c.clause)
    found = {row.clause: row.number for row in connection.execute(counts)}
    return WeekFigures(
        week=week.week,
        accounts_read=sum(line.passes > 0 for line in lines),
        accounts_enrolled=len(lines),
        posts_read=sum(line.posts_seen for line in lines),
        by_clause=tuple((clause, found.get(clause, 0)) for clause in Clause),
    )
