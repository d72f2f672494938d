"""The schema. Built only by the migrations; `tests/migrations` holds the two equal on both databases.

Every constraint has a name, so that a later migration can change it on either database. Ids are never used twice
(AUTOINCREMENT on SQLite): a stored digest must not find a stranger under the number of an erased finding.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

from domain.accounts import AccountKind, AccountState, LedgerEvent, Licence, Proof
from domain.findings import Clause
from domain.opinions import Stand
from domain.plans import Change
from domain.posts import PostKind, PostState
from domain.reporting import DeliveryKind, DeliveryState
from store.columns import Choice, Json, Sealed, SealedJson, UtcDateTime, Words, one_of
from vault.keyring import Purpose

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _belongs_to(column: str, target: str, *, ondelete: str | None = None) -> Column[Any]:
    return Column(column, ForeignKey(target, ondelete=ondelete), nullable=False)


staff = Table(
    "staff",
    metadata,
    _id(),
    Column("name", Words, nullable=False),
    Column("role", Words, nullable=False),
    Column("licence", Choice(Licence), nullable=False),
    Column("email", Words, nullable=False),
    # The address in lower case: one person, one row, however she writes it.
    Column("email_key", Words, nullable=False),
    Column("employed_from", Date),
    Column("employed_to", Date),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("email_key"),
    one_of("licence", Licence),
    sqlite_autoincrement=True,
)

notices = Table(
    "notices",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("text", Words, nullable=False),
    Column("first_used_at", UtcDateTime, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    _id(),
    _belongs_to("staff_id", "staff.id"),
    Column("kind", Choice(AccountKind), nullable=False),
    Column("platform", String(64), nullable=False),
    Column("platform_id", Words, nullable=False),
    Column("handle", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("api_base", Words, nullable=False),
    Column("display_name", Words, nullable=False),
    Column("bio", Words, nullable=False),
    Column("reads", Words, nullable=False),
    Column("state", Choice(AccountState), nullable=False),
    Column("token", String(128), nullable=False),
    Column("notice_hash", ForeignKey("notices.hash"), nullable=False),
    Column("enrolled_at", UtcDateTime, nullable=False),
    Column("cursor", Words),
    Column("last_checked_at", UtcDateTime),
    Column("last_read_at", UtcDateTime),
    Column("next_check_at", UtcDateTime),
    Column("failures", Integer, nullable=False),
    Column("problem_code", String(64)),
    Column("problem", Words),
    Column("lease_owner", String(128)),
    Column("lease_until", UtcDateTime),
    one_of("kind", AccountKind),
    one_of("state", AccountState),
    CheckConstraint("failures >= 0", name="failures"),
    CheckConstraint("(lease_owner IS NULL) = (lease_until IS NULL)", name="lease"),
    # In the order in which they are due: the next one is found without a look at the others.
    Index("ix_accounts_due", "next_check_at", "id"),
    Index("ix_accounts_staff_id", "staff_id"),
    # A withdrawn account may enrol anew, as another row.
    Index(
        "uq_accounts_enrolled_once",
        "platform",
        "platform_id",
        unique=True,
        sqlite_where=text("state <> 'withdrawn'"),
        postgresql_where=text("state <> 'withdrawn'"),
    ),
    sqlite_autoincrement=True,
)

# Lines are added and never changed: triggers refuse UPDATE, DELETE and TRUNCATE (migration 0001).
ledger = Table(
    "ledger",
    metadata,
    _id(),
    _belongs_to("account_id", "accounts.id"),
    Column("event", Choice(LedgerEvent), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Words, nullable=False),
    Column("notice_hash", String(64), nullable=False),
    Column("proof", Choice(Proof)),
    Column("proof_reference", Words, nullable=False),
    Column("starts_at", UtcDateTime),
    Column("ends_at", UtcDateTime),
    one_of("event", LedgerEvent),
    one_of("proof", Proof),
    CheckConstraint(
        "event NOT IN ('authorised', 'resumed') OR (proof IS NOT NULL AND starts_at IS NOT NULL)", name="authorisation"
    ),
    CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ends_after_start"),
    Index("ix_ledger_account_id_id", "account_id", "id"),
    sqlite_autoincrement=True,
)

posts = Table(
    "posts",
    metadata,
    _id(),
    _belongs_to("account_id", "accounts.id"),
    Column("post_id", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("kind", Choice(PostKind), nullable=False),
    Column("reply_to_id", Words),
    Column("published_at", UtcDateTime, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("state", Choice(PostState), nullable=False),
    Column("absences", Integer, nullable=False),
    Column("last_absence_at", UtcDateTime),
    Column("gone_at", UtcDateTime),
    # Which version the post reads now. A hash, not a key: a version may be erased while its hash still tells an edit.
    Column("current_hash", String(64), nullable=False),
    UniqueConstraint("account_id", "post_id"),
    # When an account last posted before some day is asked for each account of a page.
    Index("ix_posts_account_id_published_at", "account_id", "published_at"),
    one_of("kind", PostKind),
    one_of("state", PostState),
    sqlite_autoincrement=True,
)

versions = Table(
    "versions",
    metadata,
    _id(),
    _belongs_to("post_key", "posts.id", ondelete="CASCADE"),
    Column("content_hash", String(64), nullable=False),
    Column("change", Choice(Change), nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("edited_at", UtcDateTime),
    Column("language", Words),
    Column("assessed", Boolean, nullable=False),
    # NULL is the rule: words are kept only where a finding stands on them.
    Column("kept_text", Sealed(Purpose.POSTS)),
    Column("kept_alts", SealedJson(Purpose.POSTS)),
    # What the audit log's digest of the words is salted with; goes with the words.
    Column("salt", String(64)),
    UniqueConstraint("post_key", "content_hash"),
    one_of("change", Change),
    sqlite_autoincrement=True,
)

findings = Table(
    "findings",
    metadata,
    _id(),
    _belongs_to("version_id", "versions.id", ondelete="CASCADE"),
    Column("clause", Choice(Clause), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("probability", Float, nullable=False),
    Column("reason", Words, nullable=False),
    Column("excerpt", Sealed(Purpose.POSTS), nullable=False),
    # Places without the words: a quote is read from the kept text, and gone when that is.
    Column("spans", Json, nullable=False),
    Column("needs_context", Json, nullable=False),
    Column("policy_version", String(64), nullable=False),
    Column("detector", String(64), nullable=False),
    Column("detector_version", String(64), nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("author_told_at", UtcDateTime),
    # When management may first see it: at once, or when the author's time to mend it has passed.
    Column("visible_from", UtcDateTime, nullable=False),
    # What the audit log's digest of the judgement is salted with; goes with the finding.
    Column("salt", String(64)),
    UniqueConstraint(
        "version_id", "clause", "policy_version", "detector", "detector_version", name="uq_findings_judgement"
    ),
    one_of("clause", Clause),
    CheckConstraint("severity BETWEEN 1 AND 4", name="severity"),
    CheckConstraint("probability BETWEEN 0 AND 1", name="probability"),
    Index("ix_findings_first_seen_at", "first_seen_at"),
    Index("ix_findings_visible_from", "visible_from"),
    sqlite_autoincrement=True,
)

# A second opinion lives and dies with its finding; `key` finds the answer to a question that was asked before.
opinions = Table(
    "opinions",
    metadata,
    _id(),
    _belongs_to("finding_id", "findings.id", ondelete="CASCADE"),
    Column("key", String(64), nullable=False),
    Column("stand", Choice(Stand), nullable=False),
    Column("model", Words, nullable=False),
    Column("prompt_version", String(64), nullable=False),
    Column("problem", String(64), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    UniqueConstraint("finding_id"),
    one_of("stand", Stand),
    CheckConstraint("problem = '' OR stand = 'none'", name="problem"),
    CheckConstraint("tries >= 1", name="tries"),
    Index("ix_opinions_key", "key"),
    sqlite_autoincrement=True,
)

# What a day's budget is counted in, whatever processes share it. A day is one of UTC.
opinion_calls = Table(
    "opinion_calls",
    metadata,
    Column("day", Date, primary_key=True),
    Column("calls", Integer, nullable=False),
    CheckConstraint("calls >= 0", name="calls"),
)

# Kept from the reading of a post until the clinical lead has been told, and then erased. Nothing of the post's words.
dangers = Table(
    "dangers",
    metadata,
    _id(),
    Column("key", String(64), nullable=False),
    _belongs_to("account_id", "accounts.id"),
    Column("kinds", Json, nullable=False),
    Column("url", Words, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    UniqueConstraint("key"),
    sqlite_autoincrement=True,
)

# Which particulars of a client a version gives: the kind in clear, the value as a keyed hash of this account alone.
signals = Table(
    "signals",
    metadata,
    _id(),
    _belongs_to("version_id", "versions.id", ondelete="CASCADE"),
    Column("kind", String(32), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    UniqueConstraint("version_id", "kind", "digest"),
    Index("ix_signals_seen_at", "seen_at"),
    sqlite_autoincrement=True,
)

runs = Table(
    "runs",
    metadata,
    _id(),
    Column("kind", String(64), nullable=False),
    Column("owner", String(128), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("counts", Json, nullable=False),
    Column("problem", Words, nullable=False),
    Index("ix_runs_started_at", "started_at"),
    sqlite_autoincrement=True,
)

# One pass over one account: the proof of regularity, also when nothing was found.
checks = Table(
    "checks",
    metadata,
    _id(),
    _belongs_to("account_id", "accounts.id"),
    Column("at", UtcDateTime, nullable=False),
    Column("outcome", String(64), nullable=False),
    Column("problem", Words, nullable=False),
    Column("listed", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("edited", Integer, nullable=False),
    Column("gone", Integer, nullable=False),
    Column("not_assessed", Integer, nullable=False),
    Column("malformed", Integer, nullable=False),
    Column("skipped", Json, nullable=False),
    Index("ix_checks_account_id_at", "account_id", "at"),
    Index("ix_checks_at", "at"),
    sqlite_autoincrement=True,
)

digests = Table(
    "digests",
    metadata,
    Column("week", String(8), primary_key=True),
    Column("built_at", UtcDateTime, nullable=False),
    Column("content", Json, nullable=False),
    # What the audit log's digest is salted with; another one whenever something is erased from the content.
    Column("salt", String(64)),
)

deliveries = Table(
    "deliveries",
    metadata,
    _id(),
    Column("kind", Choice(DeliveryKind), nullable=False),
    Column("key", String(64), nullable=False),
    Column("recipient", Words, nullable=False),
    Column("message_id", Words, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("state", Choice(DeliveryState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("next_try_at", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("problem", Words, nullable=False),
    Column("lease_owner", String(128)),
    Column("lease_until", UtcDateTime),
    # What the audit log's digest of the mail is salted with, so that no address can be guessed from it.
    Column("salt", String(64)),
    UniqueConstraint("kind", "key", "recipient"),
    one_of("kind", DeliveryKind),
    one_of("state", DeliveryState),
    CheckConstraint("(lease_owner IS NULL) = (lease_until IS NULL)", name="lease"),
    Index("ix_deliveries_state_next_try_at", "state", "next_try_at"),
    sqlite_autoincrement=True,
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("owner", String(128), nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

# When each host may be asked next, for every process (store.hosts). `host` is a keyed hash: a name may be a person's.
hosts = Table(
    "hosts",
    metadata,
    Column("host", String(64), primary_key=True),
    Column("free_at", BigInteger, nullable=False),
    Column("held_until", BigInteger),
)

# Platforms whose terms let nobody but the author see what was found (store.withheld).
author_only = Table(
    "author_only",
    metadata,
    Column("platform", String(64), primary_key=True),
)
