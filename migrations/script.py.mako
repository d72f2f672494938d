"""${message}

Revision ${up_revision}, after ${down_revision | comma,n}.

Rules, before you commit this file:
  * Read every line that autogenerate wrote. It sees no CHECK constraint, no trigger and no renamed column.
  * Alter through `migrations.rebuild.altering(table)`, never through op.alter_column: SQLite copies the table, and a
    plain batch loses its triggers and AUTOINCREMENT.
  * The previous release must still run on the new schema: add first, use in the next release, remove in the one after.
  * No long locks: PostgreSQL gives up after 10 s of waiting for a lock and 5 min for a statement. Fill columns in batches.
  * Name every constraint. Plain SQL types only; import nothing from store or domain, they will have changed.
  * Ids are four digits, one after the other. Set store.engine.REVISION to this one.
  * Never drop or weaken the triggers of the ledger.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
