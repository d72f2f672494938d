"""Run by Alembic for every command. Each migration is one transaction, checked before it is committed."""

from __future__ import annotations

from alembic import context

import store.record_tables  # noqa: F401 - it puts its tables into the metadata
from migrations.guards import after_each_migration
from migrations.rendering import in_plain_types, ours_only
from store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=True,
    # Alembic's default for SQLite is False, because Python's sqlite3 used to commit before DDL. Ours does not.
    transactional_ddl=True,
    compare_type=True,
    include_name=ours_only,
    render_item=in_plain_types,
    on_version_apply=after_each_migration,
)
with context.begin_transaction():
    context.run_migrations()
