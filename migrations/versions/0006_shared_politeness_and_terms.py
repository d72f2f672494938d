"""When each host may be asked next, shared by all processes; and platforms whose findings only their author sees.

Revision 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from domain.errors import StoreError

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hosts",
        sa.Column("host", sa.String(length=64), nullable=False),
        sa.Column("free_at", sa.BigInteger(), nullable=False),
        sa.Column("held_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
    )
    op.create_table(
        "author_only",
        sa.Column("platform", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("platform", name=op.f("pk_author_only")),
    )


def downgrade() -> None:
    # An older program would show to everybody what only the author may see.
    hidden = (
        "SELECT count(*) FROM findings JOIN versions ON versions.id = findings.version_id"
        " JOIN posts ON posts.id = versions.post_key JOIN accounts ON accounts.id = posts.account_id"
        " WHERE accounts.platform IN (SELECT platform FROM author_only)"
    )
    if op.get_bind().execute(sa.text(hidden)).scalar():
        raise StoreError(
            "There are findings that only their author may see, which an older program does not know to hide. "
            "Let the accounts on such platforms be withdrawn first."
        )
    op.drop_table("author_only")
    op.drop_table("hosts")
