"""Second opinions on findings, and how many calls each day has cost.

Revision 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "opinions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("stand", sa.String(16), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("prompt_version", sa.String(length=64), nullable=False),
        sa.Column("problem", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("stand IN ('agrees', 'disagrees', 'none')", name=op.f("ck_opinions_stand")),
        sa.CheckConstraint("problem = '' OR stand = 'none'", name=op.f("ck_opinions_problem")),
        sa.CheckConstraint("tries >= 1", name=op.f("ck_opinions_tries")),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name=op.f("fk_opinions_finding_id_findings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinions")),
        sa.UniqueConstraint("finding_id", name=op.f("uq_opinions_finding_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_opinions_key", "opinions", ["key"], unique=False)
    op.create_table(
        "opinion_calls",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.CheckConstraint("calls >= 0", name=op.f("ck_opinion_calls_calls")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_opinion_calls")),
    )


def downgrade() -> None:
    op.drop_table("opinion_calls")
    op.drop_table("opinions")
