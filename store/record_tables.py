"""The schema of the people's side: who may sign in, reviews, concerns, holds, the switch and the audit log.

Built by migration 0004; what `store.tables` says of constraints and ids holds here too.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from domain.concerns import ConcernState, Disposition, Openness
from domain.findings import Clause
from domain.review import Outcome, ReviewState, Step
from store.columns import Choice, Json, Sealed, UtcDateTime, Words, one_of
from store.tables import metadata
from vault.keyring import Purpose


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _belongs_to(column: str, target: str, *, ondelete: str | None = None) -> Column[Any]:
    return Column(column, ForeignKey(target, ondelete=ondelete), nullable=False)


def _user(column: str) -> Column[Any]:
    return Column(column, ForeignKey("users.id"))


users = Table(
    "users",
    metadata,
    _id(),
    Column("name", Words, nullable=False),
    Column("email", Words, nullable=False),
    Column("email_key", Words, nullable=False),
    Column("roles", Json, nullable=False),
    Column("staff_id", ForeignKey("staff.id")),
    Column("active", Boolean, nullable=False),
    # Argon2id, encoded with its parameters and salt; NULL until the invitation was followed, and with OIDC.
    Column("password_hash", Words),
    Column("totp_secret", Sealed(Purpose.CREDENTIALS)),
    # The time step of the code that was used last: a code works once (RFC 6238 section 5.2).
    Column("totp_step", Integer),
    # Hashes of one-time recovery codes that are left.
    Column("recovery_hashes", Json, nullable=False),
    # Issuer and subject of the identity provider, joined by a space.
    Column("oidc_subject", Words),
    Column("trained_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("email_key"),
    UniqueConstraint("oidc_subject"),
    sqlite_autoincrement=True,
)

# Whom a person may not judge, beside themselves.
conflicts = Table(
    "conflicts",
    metadata,
    _id(),
    _belongs_to("user_id", "users.id"),
    _belongs_to("staff_id", "staff.id"),
    Column("reason", Words, nullable=False),
    Column("line_manager", Boolean, nullable=False),
    UniqueConstraint("user_id", "staff_id"),
    sqlite_autoincrement=True,
)

# A session is found by the SHA-256 of its cookie, so that whoever reads the table cannot sign in.
sessions = Table(
    "sessions",
    metadata,
    _id(),
    Column("token_hash", String(64), nullable=False),
    _belongs_to("user_id", "users.id"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    # When the second factor was given; NULL in between.
    Column("verified_at", UtcDateTime),
    Column("csrf", String(64), nullable=False),
    UniqueConstraint("token_hash"),
    Index("ix_sessions_user_id", "user_id"),
    sqlite_autoincrement=True,
)

# Invitations and recoveries: good once, for a while.
links = Table(
    "links",
    metadata,
    _id(),
    Column("token_hash", String(64), nullable=False),
    _belongs_to("user_id", "users.id"),
    Column("purpose", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    UniqueConstraint("token_hash"),
    CheckConstraint("purpose IN ('invitation', 'recovery')", name="purpose"),
    sqlite_autoincrement=True,
)

# Failed sign-ins, by a keyed hash of what they were for (an address, a network), to slow down guessing.
attempts = Table(
    "attempts",
    metadata,
    _id(),
    Column("key", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_attempts_key_at", "key", "at"),
    sqlite_autoincrement=True,
)

reviews = Table(
    "reviews",
    metadata,
    _id(),
    # The finding may be erased before the decision record is.
    Column("finding_id", ForeignKey("findings.id", ondelete="SET NULL")),
    _belongs_to("account_id", "accounts.id"),
    _belongs_to("staff_id", "staff.id"),
    Column("clause", Choice(Clause), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("detector", String(64), nullable=False),
    Column("detector_version", String(64), nullable=False),
    Column("policy_version", String(64), nullable=False),
    Column("state", Choice(ReviewState), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("grace_until", UtcDateTime),
    Column("author_told_at", UtcDateTime),
    Column("answer_until", UtcDateTime),
    Column("appeal_until", UtcDateTime),
    Column("first_viewed_at", UtcDateTime),
    Column("outcome", Choice(Outcome)),
    _user("decided_by"),
    _user("seconded_by"),
    Column("closed_at", UtcDateTime),
    _user("held_by"),
    Column("held_until", UtcDateTime),
    UniqueConstraint("finding_id"),
    one_of("clause", Clause),
    one_of("state", ReviewState),
    one_of("outcome", Outcome),
    CheckConstraint("severity BETWEEN 1 AND 4", name="severity"),
    CheckConstraint("(held_by IS NULL) = (held_until IS NULL)", name="held"),
    CheckConstraint("seconded_by IS NULL OR seconded_by <> decided_by", name="two_people"),
    Index("ix_reviews_state_severity_opened_at", "state", "severity", "opened_at"),
    Index("ix_reviews_staff_id", "staff_id"),
    Index("ix_reviews_account_id", "account_id"),
    sqlite_autoincrement=True,
)

# Added and never changed, but for the words, which retention may erase.
review_events = Table(
    "review_events",
    metadata,
    _id(),
    _belongs_to("review_id", "reviews.id", ondelete="CASCADE"),
    Column("at", UtcDateTime, nullable=False),
    _user("actor_id"),
    Column("step", Choice(Step), nullable=False),
    Column("state", Choice(ReviewState), nullable=False),
    Column("outcome", Choice(Outcome)),
    Column("note", Sealed(Purpose.NOTES)),
    # What the audit log's digest of the note is salted with; goes with the note.
    Column("salt", String(64)),
    Column("details", Json, nullable=False),
    one_of("step", Step),
    one_of("state", ReviewState),
    one_of("outcome", Outcome),
    Index("ix_review_events_review_id_id", "review_id", "id"),
    sqlite_autoincrement=True,
)

# A breach that may have to be reported: what was done, by whom, and when. One for each S4 review.
incidents = Table(
    "incidents",
    metadata,
    _id(),
    _belongs_to("review_id", "reviews.id", ondelete="CASCADE"),
    Column("discovered_at", UtcDateTime, nullable=False),
    Column("first_viewed_at", UtcDateTime),
    # Item of the checklist -> who confirmed it, and when.
    Column("checklist", Json, nullable=False),
    Column("closed_at", UtcDateTime),
    UniqueConstraint("review_id"),
    sqlite_autoincrement=True,
)

# Keyed hashes of the words an archive search can find (masked excerpt, reason, author, account): no word in clear.
search_terms = Table(
    "search_terms",
    metadata,
    Column("finding_id", ForeignKey("findings.id", ondelete="CASCADE"), primary_key=True),
    Column("term", String(16), primary_key=True),
    Index("ix_search_terms_term", "term"),
)

concerns = Table(
    "concerns",
    metadata,
    _id(),
    # SHA-256 of the receipt code: the code itself is with the reporter alone.
    Column("receipt_hash", String(64), nullable=False),
    Column("url", Sealed(Purpose.NOTES), nullable=False),
    Column("clause", Choice(Clause)),
    Column("text", Sealed(Purpose.NOTES), nullable=False),
    Column("openness", Choice(Openness), nullable=False),
    Column("state", Choice(ConcernState), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("about_staff_id", ForeignKey("staff.id")),
    _user("handler_id"),
    # Kept from those who usually handle concerns: it is about one of them, or about somebody they work for.
    Column("to_alternate", Boolean, nullable=False),
    Column("privacy_complaint", Boolean, nullable=False),
    Column("acknowledged_at", UtcDateTime),
    Column("answered_at", UtcDateTime),
    Column("disposition", Choice(Disposition)),
    UniqueConstraint("receipt_hash"),
    one_of("clause", Clause),
    one_of("openness", Openness),
    one_of("state", ConcernState),
    one_of("disposition", Disposition),
    sqlite_autoincrement=True,
)

concern_messages = Table(
    "concern_messages",
    metadata,
    _id(),
    _belongs_to("concern_id", "concerns.id", ondelete="CASCADE"),
    Column("at", UtcDateTime, nullable=False),
    Column("from_reporter", Boolean, nullable=False),
    Column("text", Sealed(Purpose.NOTES), nullable=False),
    Index("ix_concern_messages_concern_id_id", "concern_id", "id"),
    sqlite_autoincrement=True,
)

# Who reported, apart from what was reported, under a key of its own.
reporters = Table(
    "reporters",
    metadata,
    Column("concern_id", ForeignKey("concerns.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Sealed(Purpose.REPORTERS), nullable=False),
    Column("contact", Sealed(Purpose.REPORTERS), nullable=False),
)

reporter_accesses = Table(
    "reporter_accesses",
    metadata,
    _id(),
    _belongs_to("concern_id", "concerns.id", ondelete="CASCADE"),
    Column("at", UtcDateTime, nullable=False),
    _belongs_to("user_id", "users.id"),
    Column("reason", Words, nullable=False),
    sqlite_autoincrement=True,
)

# All collection stops while the newest row is not lifted; two people lift it.
stops = Table(
    "stops",
    metadata,
    _id(),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("resume_asked_at", UtcDateTime),
    Column("resume_asked_by", Words),
    Column("resumed_at", UtcDateTime),
    Column("resumed_by", Words),
    CheckConstraint("resumed_by IS NULL OR resumed_by <> resume_asked_by", name="two_people"),
    sqlite_autoincrement=True,
)

# What may not be erased while a dispute or an inquiry lasts. No account: everything.
holds = Table(
    "holds",
    metadata,
    _id(),
    Column("account_id", ForeignKey("accounts.id")),
    Column("reason", Words, nullable=False),
    Column("actor", Words, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("lifted_at", UtcDateTime),
    Column("lifted_by", Words),
    Index("ix_holds_account_id", "account_id"),
    sqlite_autoincrement=True,
)

# Lines are added and never changed: triggers refuse UPDATE, DELETE and TRUNCATE (migration 0004).
audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Words, nullable=False),
    Column("event", String(64), nullable=False),
    Column("subject", Words, nullable=False),
    # Canonical JSON as text: what was hashed is what is read back, byte for byte.
    Column("details", Words, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("hash"),
    Index("ix_audit_subject", "subject"),
    Index("ix_audit_event_at", "event", "at"),
)

# One signed head a day, so that nobody can write the log anew without the key.
audit_heads = Table(
    "audit_heads",
    metadata,
    Column("day", Date, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("signed_at", UtcDateTime, nullable=False),
    Column("signature", String(128), nullable=False),
    # The first 16 hex digits of the public key's SHA-256.
    Column("key", String(16), nullable=False),
    # An RFC 3161 token in base64, where a time-stamping authority is configured.
    Column("time_stamp", Words),
)
