"""The index of accounts that are due stands in the order in which they are claimed.

With the state before it, the next account was found by sorting all of them, for each that is read.

Revision 0008, after 0007.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_accounts_due", table_name="accounts")
    op.create_index("ix_accounts_due", "accounts", ["next_check_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_accounts_due", table_name="accounts")
    op.create_index("ix_accounts_due", "accounts", ["state", "next_check_at"])
