"""Erases what has been kept long enough, by the practice's retention profile and each platform's own terms.

Works account by account, each in a transaction of its own, so that it blocks nothing for long; a second run at the
same time finds nothing left to do. A profile's None means: kept until a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from domain.errors import StoreError
from domain.imports import terms_of
from domain.plans import RetentionReport
from store.database import backup_of
from store.deliveries import forget_deliveries
from store.enrolments import lock_account
from store.erasure import (
    Rules,
    drop_clean_posts,
    drop_findings,
    drop_scores,
    drop_signals,
    drop_untold,
    erase_dismissed,
    erase_texts,
)
from store.explanation import explain
from store.held import held_now, is_held
from store.old_lines import old_lines
from store.tables import accounts, deliveries
from store.upcoming import upcoming
from store.watching import watched

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from domain.plans import Ceiling, RetentionProfile
    from store.database import Database
    from store.held import Held
    from store.old_lines import OldLines

BACKUP_KEPT = timedelta(days=7)
_BATCH = 1000
_KINDS = (
    "findings",
    "texts",
    "signals",
    "posts",
    "passes",
    "runs",
    "deliveries",
    "reporters",
    "concerns",
    "sessions",
    "links",
    "attempts",
    "hosts",
)
"""What a report counts, beside old copies."""


@dataclass(frozen=True, slots=True)
class RetentionStore:
    """The one place that erases by age."""

    database: Database

    def apply(
        self, profile: RetentionProfile, ceilings: Mapping[str, Ceiling], now: datetime, *, dry_run: bool = False
    ) -> RetentionReport:
        """Erase everything whose time is up at `now`, but for what a legal hold keeps.

        `ceilings` are the platforms' terms, by platform name. With `dry_run` everything is done and taken back, so
        that the counts are true and nothing changed.
        """
        removed = dict.fromkeys(_KINDS, 0)
        for account_id, platform in self._accounts():
            rules = Rules(account_id, profile, ceilings.get(terms_of(platform)), now)
            for kind, count in self._one_account(rules, dry_run=dry_run).items():
                removed[kind] += count
        held = self._held()
        for lines in old_lines(profile, now, held):
            removed[lines.kind] = self._count(lines) if dry_run else self._drop(lines, now)
        removed["backups"] = 0 if held.everything else self._old_backup(now, dry_run=dry_run)
        if not dry_run:
            self.database.scrub()
        explained = explain(profile, ceilings)
        return RetentionReport(removed, explained, dry_run, len(held.accounts), held.everything)

    def explain(
        self, profile: RetentionProfile, ceilings: Mapping[str, Ceiling], now: datetime | None = None
    ) -> tuple[str, ...]:
        """The rules as sentences, one a kind of record; with `now`, each with what is stored and due under it."""
        if now is None:
            return explain(profile, ceilings)
        with self.database.reading() as connection:
            return explain(profile, ceilings, upcoming(connection, profile, now))

    def _held(self) -> Held:
        with self.database.reading() as connection:
            return held_now(connection)

    def _accounts(self) -> tuple[tuple[int, str], ...]:
        with self.database.reading() as connection:
            query = select(accounts.c.id, accounts.c.platform).order_by(accounts.c.id)
            return tuple((row.id, row.platform) for row in connection.execute(query))

    def _one_account(self, rules: Rules, *, dry_run: bool) -> dict[str, int]:
        with self.database.writing() as connection:
            lock_account(connection, rules.account_id)
            if is_held(connection, rules.account_id):
                return {}
            if dry_run:
                attempt = connection.begin_nested()
                removed = _erase(connection, rules)
                attempt.rollback()
                return removed
            with watched(connection, rules.account_id, rules.now, "retention"):
                return _erase(connection, rules)

    def _old_backup(self, now: datetime, *, dry_run: bool) -> int:
        """The copy made before a migration still holds what was erased since; it goes after a week."""
        if not self.database.on_sqlite:
            return 0
        backup = backup_of(Path(str(self.database.engine.url.database)))
        try:
            if not backup.is_file() or backup.stat().st_mtime > (now - BACKUP_KEPT).timestamp():
                return 0
            if not dry_run:
                backup.unlink()
        except OSError as error:
            raise StoreError(f"The old backup {backup} cannot be erased: {error.strerror}.") from error
        return 1

    def _count(self, lines: OldLines) -> int:
        with self.database.reading() as connection:
            return connection.execute(select(func.count()).select_from(lines.table).where(lines.which)).scalar_one()

    def _drop(self, lines: OldLines, now: datetime) -> int:
        removed = 0
        batch = select(lines.key).where(lines.which).limit(_BATCH)
        while True:
            with self.database.writing() as connection:
                if lines.table is deliveries:
                    count = forget_deliveries(connection, connection.execute(batch).scalars().all(), now, "retention")
                else:
                    those = lines.key.in_(batch.scalar_subquery())
                    count = connection.execute(delete(lines.table).where(those)).rowcount
            removed += count
            if count < _BATCH:
                return removed


def _erase(connection: Connection, rules: Rules) -> dict[str, int]:
    # Findings first: what they alone have kept is then free to go.
    findings, freed = drop_findings(connection, rules)
    texts = erase_texts(connection, rules)
    dismissed = erase_dismissed(connection, rules)
    findings += drop_scores(connection, rules)
    signals = drop_signals(connection, rules)
    # Not counted: a count of them, stored day by day, would tell of somebody's health.
    drop_untold(connection, rules)
    posts = drop_clean_posts(connection, rules)
    return {"findings": findings, "texts": freed + texts + dismissed, "signals": signals, "posts": posts}
