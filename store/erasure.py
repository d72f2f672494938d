"""What retention takes from one account, rule by rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, String, and_, cast, delete, false, literal, not_, or_, select, update

from domain.findings import Clause, Severity
from domain.mosaic import WINDOW
from domain.plans import Change
from domain.posts import PostState
from domain.reporting import DeliveryKind, DeliveryState
from store.digest_content import forget_findings
from store.findings import ALERT_PREFIX
from store.search import index_findings
from store.signals import forget_signals
from store.tables import checks, dangers, deliveries, findings, posts, runs, versions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import Column, Select, Table
    from sqlalchemy.engine import Connection

    from domain.plans import Ceiling, RetentionProfile


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules as they bear on one account."""

    account_id: int
    profile: RetentionProfile
    ceiling: Ceiling | None
    now: datetime


def drop_findings(connection: Connection, rules: Rules) -> tuple[int, int]:
    """Findings past their time, from the digests too; then the words that only they kept. Returns both counts."""
    profile, age = rules.profile, findings.c.first_seen_at
    confidential = findings.c.clause == Clause.CONFIDENTIALITY
    minor = findings.c.severity < int(Severity.S3)
    over = or_(
        and_(confidential, _older(age, profile.open_confidential, rules.now)),
        and_(not_(confidential), minor, _older(age, profile.open_minor, rules.now)),
        and_(not_(confidential), not_(minor), _older(age, profile.open_serious, rules.now)),
    )
    query = select(findings.c.id, findings.c.version_id).where(findings.c.version_id.in_(_versions(rules)), over)
    gone = connection.execute(query).all()
    if not gone:
        return 0, 0
    ids = frozenset(row.id for row in gone)
    connection.execute(delete(findings).where(findings.c.id.in_(ids)))
    forget_findings(connection, ids)
    freed = and_(
        versions.c.id.in_({row.version_id for row in gone}),
        versions.c.id.not_in(select(findings.c.version_id)),
    )
    return len(ids), _clear(connection, freed)


def erase_texts(connection: Connection, rules: Rules) -> int:
    """Words that the platform's terms do not let us keep, excerpts included; returns how many versions lost theirs."""
    if rules.ceiling is None:
        return 0
    over = _older(versions.c.first_seen_at, rules.ceiling.keep_text, rules.now)
    if rules.ceiling.erase_deleted:
        gone = select(posts.c.id).where(posts.c.account_id == rules.account_id, posts.c.state == PostState.GONE)
        evidence = select(findings.c.version_id).where(
            findings.c.clause == Clause.CONFIDENTIALITY, findings.c.severity == int(Severity.S4)
        )
        over = or_(over, and_(versions.c.post_key.in_(gone), versions.c.id.not_in(evidence)))
    return _clear(connection, and_(versions.c.id.in_(_versions(rules)), over))


def drop_clean_posts(connection: Connection, rules: Rules) -> int:
    """Hashes of posts without any finding that were not seen for long."""
    with_findings = select(versions.c.post_key).join_from(versions, findings)
    clean = and_(
        posts.c.account_id == rules.account_id,
        _older(posts.c.last_seen_at, rules.profile.clean_hash, rules.now),
        posts.c.id.not_in(with_findings),
        posts.c.id.not_in(_baselines()),
    )
    return connection.execute(delete(posts).where(clean)).rowcount


def drop_signals(connection: Connection, rules: Rules) -> int:
    """Hashes of particulars past their time, though their version stays; returns how many."""
    return forget_signals(connection, rules.account_id, rules.now - min(WINDOW, rules.profile.clean_hash or WINDOW))


def drop_untold(connection: Connection, rules: Rules) -> None:
    """Dangers to life of which nobody could be told for as long as a clean post is remembered."""
    old = _older(dangers.c.seen_at, rules.profile.clean_hash, rules.now)
    connection.execute(delete(dangers).where(dangers.c.account_id == rules.account_id, old))


def _baselines() -> Select[tuple[int]]:
    """Posts that may be older than the permission: forgotten, they would come back as new. Withdrawal erases them."""
    return select(versions.c.post_key).where(versions.c.change == Change.BASELINE)


def old_logs(profile: RetentionProfile, now: datetime) -> Sequence[tuple[str, Table, ColumnElement[bool]]]:
    """Log lines past their time: (kind, table, condition)."""
    # While its finding exists, an alert's line is what keeps it from being sent again.
    standing = select(literal(ALERT_PREFIX) + cast(findings.c.id, String))
    ordinary = and_(
        or_(deliveries.c.kind != DeliveryKind.ALERT, deliveries.c.key.not_in(standing)),
        _older(deliveries.c.queued_at, profile.delivery_log, now),
    )
    # That such a mail was sent on a day may point to somebody: it is forgotten as soon as the post may be.
    safety = and_(deliveries.c.kind == DeliveryKind.SAFETY, _older(deliveries.c.queued_at, profile.clean_hash, now))
    finished = and_(deliveries.c.state.in_((DeliveryState.SENT, DeliveryState.REFUSED)), or_(ordinary, safety))
    return (
        ("passes", checks, _older(checks.c.at, profile.run_log, now)),
        ("runs", runs, _older(runs.c.started_at, profile.run_log, now)),
        ("deliveries", deliveries, finished),
    )


def _clear(connection: Connection, which: ColumnElement[bool]) -> int:
    kept = select(versions.c.id).where(which, versions.c.kept_text.is_not(None))
    ids = connection.execute(kept).scalars().all()
    emptied = update(findings).where(findings.c.version_id.in_(ids)).values(excerpt="", spans=[])
    index_findings(connection, connection.execute(emptied.returning(findings.c.id)).scalars().all())
    connection.execute(update(versions).where(versions.c.id.in_(ids)).values(kept_text=None, kept_alts=None, salt=None))
    return len(ids)


def _versions(rules: Rules) -> Select[tuple[int]]:
    return select(versions.c.id).join_from(versions, posts).where(posts.c.account_id == rules.account_id)


def _older(column: Column[datetime], keep: timedelta | None, now: datetime) -> ColumnElement[bool]:
    return false() if keep is None else column < now - keep
