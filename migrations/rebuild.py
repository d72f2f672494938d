"""Alter a table on both databases without losing what hangs on it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from alembic import op
from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.operations.base import BatchOperations

_TRIGGERS = text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table ORDER BY name")


@contextmanager
def altering(table: str) -> Iterator[BatchOperations]:
    """`op.batch_alter_table` that keeps triggers and AUTOINCREMENT; use it for every ALTER.

    SQLite cannot alter most things, so Alembic copies the table, drops it and renames the copy. Triggers go with
    the dropped table and AUTOINCREMENT is not copied; both are put back here. PostgreSQL alters in place.
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        with op.batch_alter_table(table) as batch:
            yield batch
        return
    triggers = connection.execute(_TRIGGERS, {"table": table}).scalars().all()
    with op.batch_alter_table(table, table_kwargs=_autoincrement(table)) as batch:
        yield batch
    kept = set(connection.execute(_TRIGGERS, {"table": table}).scalars())
    for trigger in triggers:
        if trigger not in kept:
            op.execute(text(trigger.replace(":", r"\:")))


def _autoincrement(table: str) -> dict[str, bool]:
    sql = text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table")
    made_by = op.get_bind().execute(sql, {"table": table}).scalar_one()
    return {"sqlite_autoincrement": "AUTOINCREMENT" in made_by}
