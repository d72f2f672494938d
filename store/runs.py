"""The log of what was done: the proof of regularity, the coverage of a week, and the practice's figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from domain.audit import SYSTEM, AuditRecord
from store.audit import append
from store.coverage import coverage_line, coverage_lines
from store.figures import week_figures
from store.tables import runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from domain.reporting import CoverageLine, Period, WeekFigures
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

    def coverage_of(self, account_id: int, period: Period, now: datetime, every: timedelta) -> CoverageLine | None:
        """The line that `coverage` has about this account, None where it has none."""
        with self.database.reading() as connection:
            return coverage_line(connection, account_id, period, now, every)

    def figures(self, weeks: Sequence[Period]) -> tuple[WeekFigures, ...]:
        """Numbers of the whole practice, one line a week; all six clauses are always there."""
        with self.database.reading() as connection:
            return week_figures(connection, weeks)
