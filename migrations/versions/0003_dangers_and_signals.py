"""What the clinical lead has not heard yet, and keyed hashes of what posts tell about clients.

Revision 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.rebuild import altering

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KIND = "ck_deliveries_kind"
_BEFORE = "kind IN ('digest', 'alert', 'notice')"
_NOW = "kind IN ('digest', 'alert', 'notice', 'safety')"


def upgrade() -> None:
    _allow(_NOW)
    op.create_table(
        "dangers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_dangers_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dangers")),
        sa.UniqueConstraint("key", name=op.f("uq_dangers_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "signals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["versions.id"], name=op.f("fk_signals_version_id_versions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signals")),
        sa.UniqueConstraint("version_id", "kind", "digest", name=op.f("uq_signals_version_id_kind_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_signals_seen_at", "signals", ["seen_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_signals_seen_at", table_name="signals")
    op.drop_table("signals")
    op.drop_table("dangers")
    op.execute(sa.text("DELETE FROM deliveries WHERE kind = 'safety'"))
    _allow(_BEFORE)


def _allow(condition: str) -> None:
    with altering("deliveries") as batch:
        batch.drop_constraint(op.f(_KIND), type_="check")
        batch.create_check_constraint(op.f(_KIND), sa.text(condition))
