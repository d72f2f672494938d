"""What must hold after every migration, or the migration is rolled back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect, text

from domain.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from alembic.runtime.migration import MigrationContext, MigrationInfo
    from sqlalchemy.engine import Connection

APPEND_ONLY = ("ledger", "audit")
"""Tables whose lines are never changed."""

_SQLITE_GUARDS = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
_POSTGRESQL_GUARDS = (
    "SELECT count(*) FROM pg_trigger WHERE tgrelid = to_regclass(:table) AND NOT tgisinternal AND tgenabled <> 'D'"
)


def after_each_migration(
    ctx: MigrationContext,
    step: MigrationInfo,  # noqa: ARG001 - Alembic passes all four by name
    heads: Collection[Any],  # noqa: ARG001
    run_args: Mapping[str, Any],  # noqa: ARG001
) -> None:
    """Raises StoreError when rows point nowhere or an append-only table has lost its triggers."""
    connection = ctx.connection
    assert connection is not None
    if connection.dialect.name == "sqlite":
        _no_orphans(connection)
    for table in APPEND_ONLY:
        _guarded(connection, table)


def _no_orphans(connection: Connection) -> None:
    """Foreign keys are off while SQLite migrates (sqlite.org/lang_altertable.html section 7), so look afterwards."""
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        tables = ", ".join(sorted({row[0] for row in orphans}))
        raise StoreError(f"The migration left {len(orphans)} rows that point nowhere, in: {tables}. Undone.")


def _guarded(connection: Connection, table: str) -> None:
    if not inspect(connection).has_table(table):
        return
    wanted, query = (3, _SQLITE_GUARDS) if connection.dialect.name == "sqlite" else (2, _POSTGRESQL_GUARDS)
    found = connection.execute(text(query), {"table": table}).scalar_one()
    if found < wanted:
        raise StoreError(f"The migration removed the triggers that keep {table} append-only. Undone.")
