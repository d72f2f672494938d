"""Erases what has been kept long enough, by the practice's retention profile and each platform's own terms.

Works account by account, each in a transaction of its own, so that it blocks nothing for long; a second run at the
same time finds nothing left to do. A profile's None means: kept until a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from domain.errors import StoreError
from domain.plans import RetentionReport
from store.database import backup_of
from store.deliveries import forget_deliveries
from store.enrolments import lock_account
from store.erasure import Rules, drop_clean_posts, drop_findings, drop_signals, drop_untold, erase_texts, old_logs
from store.explanation import explain
from store.tables import accounts, deliveries
from store.watching import watched

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from domain.plans import Ceiling, RetentionProfile
    from store.database import Database

BACKUP_KEPT = timedelta(days=7)
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class RetentionStore:
    """The one place that erases by age."""

    database: Database

    def apply(self, profile: RetentionProfile, ceilings: Mapping[str, Ceiling], now: datetime) -> RetentionReport:
        """Erase everything whose time is up at `now`. `ceilings` are the platforms' terms, by platform name."""
        removed = {"findings": 0, "texts": 0, "signals": 0, "posts": 0, "passes": 0, "runs": 0, "deliveries": 0}
        for account_id, platform in self._accounts():
            rules = Rules(account_id, profile, ceilings.get(platform), now)
            for kind, count in self._one_account(rules).items():
                removed[kind] += count
        for kind, count in self._logs(profile, now).items():
            removed[kind] += count
        removed["backups"] = self._old_backup(now)
        self.database.scrub()
        return RetentionReport(removed, explain(profile, ceilings))

    def explain(self, profile: RetentionProfile, ceilings: Mapping[str, Ceiling]) -> tuple[str, ...]:
        """The rules as sentences, one a kind of record."""
        return explain(profile, ceilings)

    def _accounts(self) -> tuple[tuple[int, str], ...]:
        with self.database.reading() as connection:
            query = select(accounts.c.id, accounts.c.platform).order_by(accounts.c.id)
            return tuple((row.id, row.platform) for row in connection.execute(query))

    def _one_account(self, rules: Rules) -> dict[str, int]:
        with self.database.writing() as connection:
            lock_account(connection, rules.account_id)
            with watched(connection, rules.account_id, rules.now, "retention"):
                return _erase(connection, rules)

    def _old_backup(self, now: datetime) -> int:
        """The copy made before a migration still holds what was erased since; it goes after a week."""
        if not self.database.on_sqlite:
            return 0
        backup = backup_of(Path(str(self.database.engine.url.database)))
        try:
            if not backup.is_file() or backup.stat().st_mtime > (now - BACKUP_KEPT).timestamp():
                return 0
            backup.unlink()
        except OSError as error:
            raise StoreError(f"The old backup {backup} cannot be erased: {error.strerror}.") from error
        return 1

    def _logs(self, profile: RetentionProfile, now: datetime) -> dict[str, int]:
        removed: dict[str, int] = {}
        for kind, table, old in old_logs(profile, now):
            removed[kind] = 0
            batch = select(table.c.id).where(old).limit(_BATCH).scalar_subquery()
            while True:
                with self.database.writing() as connection:
                    if table is deliveries:
                        ids = connection.execute(select(table.c.id).where(old).limit(_BATCH)).scalars().all()
                        count = forget_deliveries(connection, ids, now, "retention")
                    else:
                        count = connection.execute(delete(table).where(table.c.id.in_(batch))).rowcount
                removed[kind] += count
                if count < _BATCH:
                    break
        return removed


def _erase(connection: Connection, rules: Rules) -> dict[str, int]:
    # Findings first: what they alone have kept is then free to go.
    findings, freed = drop_findings(connection, rules)
    texts = erase_texts(connection, rules)
    signals = drop_signals(connection, rules)
    # Not counted: a count of them, stored day by day, would tell of somebody's health.
    drop_untold(connection, rules)
    posts = drop_clean_posts(connection, rules)
    return {"findings": findings, "texts": freed + texts, "signals": signals, "posts": posts}
