"""What people make of findings: reviews, incidents, concerns, holds, the switch, and what an archive search finds.

Revision 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.rebuild import altering

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NEWEST_FIRST = (
    "holds",
    "stops",
    "reporter_accesses",
    "reporters",
    "concern_messages",
    "concerns",
    "search_terms",
    "incidents",
    "review_events",
    "reviews",
)
_OUTCOMES = (
    "outcome IN ('false-positive', 'permitted', 'protected', 'out-of-scope', 'resolved', 'not-upheld', "
    "'no-action', 'edit-asked', 'guidance', 'training', 'referred')"
)
_STATES = (
    "state IN ('grace', 'detected', 'needs-context', 'open', 'notified', 'proposed', 'decided', 'appealed', 'closed')"
)
_STEPS = (
    "step IN ('opened', 'grace-told', 'grace-ended', 'viewed', 'unmasked', 'triage-open', 'ask-context', "
    "'dismiss', 'notify', 'answer', 'decide', 'second', 'disagree', 'appeal', 'decide-appeal', 'resolve', "
    "'reopen', 'close', 'undo', 'note')"
)


def upgrade() -> None:
    _reviews()
    _review_events()
    _incidents()
    _search_terms()
    _concerns()
    _concern_messages()
    _reporters()
    _reporter_accesses()
    _stops()
    _holds()
    _visible_from()


def downgrade() -> None:
    with altering("findings") as batch:
        batch.drop_index("ix_findings_visible_from")
        batch.drop_column("visible_from")
    for table in _NEWEST_FIRST:
        op.drop_table(table)


def _visible_from() -> None:
    with altering("findings") as batch:
        batch.add_column(sa.Column("visible_from", sa.DateTime(timezone=True), nullable=True))
    op.execute(sa.text("UPDATE findings SET visible_from = first_seen_at"))
    with altering("findings") as batch:
        batch.alter_column("visible_from", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch.create_index("ix_findings_visible_from", ["visible_from"], unique=False)


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(16), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("detector", sa.String(length=64), nullable=False),
        sa.Column("detector_version", sa.String(length=64), nullable=False),
        sa.Column("policy_version", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grace_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("author_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appeal_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_viewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(16), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("seconded_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_by", sa.Integer(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("clause IN ('1', '2', '3', '4', '5', '6')", name=op.f("ck_reviews_clause")),
        sa.CheckConstraint(
            _OUTCOMES,
            name=op.f("ck_reviews_outcome"),
        ),
        sa.CheckConstraint(
            _STATES,
            name=op.f("ck_reviews_state"),
        ),
        sa.CheckConstraint("(held_by IS NULL) = (held_until IS NULL)", name=op.f("ck_reviews_held")),
        sa.CheckConstraint("seconded_by IS NULL OR seconded_by <> decided_by", name=op.f("ck_reviews_two_people")),
        sa.CheckConstraint("severity BETWEEN 1 AND 4", name=op.f("ck_reviews_severity")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_reviews_account_id_accounts")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_reviews_decided_by_users")),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name=op.f("fk_reviews_finding_id_findings"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["held_by"], ["users.id"], name=op.f("fk_reviews_held_by_users")),
        sa.ForeignKeyConstraint(["seconded_by"], ["users.id"], name=op.f("fk_reviews_seconded_by_users")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_reviews_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("finding_id", name=op.f("uq_reviews_finding_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reviews_account_id", "reviews", ["account_id"], unique=False)
    op.create_index("ix_reviews_staff_id", "reviews", ["staff_id"], unique=False)
    op.create_index("ix_reviews_state_severity_opened_at", "reviews", ["state", "severity", "opened_at"], unique=False)


def _review_events() -> None:
    op.create_table(
        "review_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("salt", sa.String(length=64), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            _OUTCOMES,
            name=op.f("ck_review_events_outcome"),
        ),
        sa.CheckConstraint(
            _STATES,
            name=op.f("ck_review_events_state"),
        ),
        sa.CheckConstraint(
            _STEPS,
            name=op.f("ck_review_events_step"),
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_review_events_actor_id_users")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["reviews.id"], name=op.f("fk_review_events_review_id_reviews"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_events")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_review_events_review_id_id", "review_events", ["review_id", "id"], unique=False)


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("discovered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_viewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checklist", sa.JSON(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["review_id"], ["reviews.id"], name=op.f("fk_incidents_review_id_reviews"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sa.UniqueConstraint("review_id", name=op.f("uq_incidents_review_id")),
        sqlite_autoincrement=True,
    )


def _search_terms() -> None:
    op.create_table(
        "search_terms",
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("term", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name=op.f("fk_search_terms_finding_id_findings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("finding_id", "term", name=op.f("pk_search_terms")),
    )
    op.create_index("ix_search_terms_term", "search_terms", ["term"], unique=False)


def _concerns() -> None:
    op.create_table(
        "concerns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receipt_hash", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("clause", sa.String(16), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("openness", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("about_staff_id", sa.Integer(), nullable=True),
        sa.Column("handler_id", sa.Integer(), nullable=True),
        sa.Column("to_alternate", sa.Boolean(), nullable=False),
        sa.Column("privacy_complaint", sa.Boolean(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disposition", sa.String(16), nullable=True),
        sa.CheckConstraint("clause IN ('1', '2', '3', '4', '5', '6')", name=op.f("ck_concerns_clause")),
        sa.CheckConstraint("openness IN ('named', 'confidential', 'anonymous')", name=op.f("ck_concerns_openness")),
        sa.CheckConstraint(
            "state IN ('received', 'acknowledged', 'looked-into', 'answered')", name=op.f("ck_concerns_state")
        ),
        sa.CheckConstraint(
            "disposition IN ('no-breach', 'reviewed', 'talked', 'privacy', 'elsewhere', 'not-enough')",
            name=op.f("ck_concerns_disposition"),
        ),
        sa.ForeignKeyConstraint(["about_staff_id"], ["staff.id"], name=op.f("fk_concerns_about_staff_id_staff")),
        sa.ForeignKeyConstraint(["handler_id"], ["users.id"], name=op.f("fk_concerns_handler_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concerns")),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_concerns_receipt_hash")),
        sqlite_autoincrement=True,
    )


def _concern_messages() -> None:
    op.create_table(
        "concern_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concern_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_reporter", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["concern_id"], ["concerns.id"], name=op.f("fk_concern_messages_concern_id_concerns"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_messages")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_concern_messages_concern_id_id", "concern_messages", ["concern_id", "id"], unique=False)


def _reporters() -> None:
    op.create_table(
        "reporters",
        sa.Column("concern_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["concern_id"], ["concerns.id"], name=op.f("fk_reporters_concern_id_concerns"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("concern_id", name=op.f("pk_reporters")),
    )


def _reporter_accesses() -> None:
    op.create_table(
        "reporter_accesses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concern_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["concern_id"], ["concerns.id"], name=op.f("fk_reporter_accesses_concern_id_concerns"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_reporter_accesses_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reporter_accesses")),
        sqlite_autoincrement=True,
    )


def _stops() -> None:
    op.create_table(
        "stops",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("resume_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resume_asked_by", sa.Text(), nullable=True),
        sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resumed_by", sa.Text(), nullable=True),
        sa.CheckConstraint("resumed_by IS NULL OR resumed_by <> resume_asked_by", name=op.f("ck_stops_two_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stops")),
        sqlite_autoincrement=True,
    )


def _holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_holds_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_holds_account_id", "holds", ["account_id"], unique=False)
