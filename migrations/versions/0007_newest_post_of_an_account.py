"""An index to find an account's newest post by, which pages ask for each account that they list.

Revision 0007, after 0006.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_posts_account_id_published_at", "posts", ["account_id", "published_at"])


def downgrade() -> None:
    op.drop_index("ix_posts_account_id_published_at", table_name="posts")
