"""Word of a concern to its handler is a mail that is queued like every other.

Revision 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.rebuild import altering

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KIND = "ck_deliveries_kind"
_BEFORE = "kind IN ('digest', 'alert', 'notice', 'safety')"
_NOW = "kind IN ('digest', 'alert', 'notice', 'safety', 'concern')"


def upgrade() -> None:
    _allow(_NOW)


def downgrade() -> None:
    # No line of the log binds them. Programs of the schema before send theirs when a concern comes, and keep none.
    op.execute(sa.text("DELETE FROM deliveries WHERE kind = 'concern'"))
    _allow(_BEFORE)


def _allow(condition: str) -> None:
    with altering("deliveries") as batch:
        batch.drop_constraint(op.f(_KIND), type_="check")
        batch.create_check_constraint(op.f(_KIND), sa.text(condition))
