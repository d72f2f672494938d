"""What retention takes from one account, rule by rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, delete, false, not_, or_, select, update

from domain.findings import Clause, Severity
from domain.mosaic import WINDOW
from domain.plans import Change
from domain.posts import PostState
from store.digest_content import forget_findings
from store.governing import ORPHANS, PROTECTED, RECORDS, UNDECIDED, WORDS, any_over, documented, older
from store.record_tables import reviews
from store.review_erasure import drop_reviews, erase_notes
from store.search import index_findings
from store.signals import forget_signals
from store.tables import dangers, findings, posts, versions

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select
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
    """Findings past their time, with their reviews and out of the digests; then the words that only they kept.

    Returns how many findings went, and how many versions lost their words.
    """
    over = or_(any_over((*UNDECIDED, *RECORDS), rules.profile, rules.now), PROTECTED)
    alone = or_(any_over((*ORPHANS, *RECORDS), rules.profile, rules.now), PROTECTED)
    return _drop(connection, rules, over, alone)


def drop_scores(connection: Connection, rules: Rules) -> int:
    """Findings whose words are gone, with their reviews, where a platform's terms let nothing derived outlive them.

    The assessment of a breach, which the law asks for, stays with its review. Returns how many findings went.
    """
    if rules.ceiling is None or rules.ceiling.keep_scores:
        return 0
    bare = select(versions.c.id).where(versions.c.kept_text.is_(None))
    return _drop(connection, rules, findings.c.version_id.in_(bare), false())[0]


def _drop(
    connection: Connection, rules: Rules, over: ColumnElement[bool], alone: ColumnElement[bool]
) -> tuple[int, int]:
    """Findings that meet `over` with their reviews, and reviews that meet `alone`."""
    query = (
        select(findings.c.id, findings.c.version_id, reviews.c.id.label("review_id"))
        .select_from(findings.outerjoin(reviews, reviews.c.finding_id == findings.c.id))
        .where(findings.c.version_id.in_(_versions(rules)), over)
    )
    gone = connection.execute(query).all()
    ids = frozenset(row.id for row in gone)
    mine = and_(reviews.c.account_id == rules.account_id, not_(documented(rules.profile, rules.now)))
    drop_reviews(connection, and_(mine, or_(alone, reviews.c.id.in_([row.review_id for row in gone]))))
    connection.execute(delete(findings).where(findings.c.id.in_(ids)))
    forget_findings(connection, ids)
    freed = and_(
        versions.c.id.in_({row.version_id for row in gone}),
        versions.c.id.not_in(select(findings.c.version_id)),
    )
    return len(ids), clear(connection, freed)


def erase_dismissed(connection: Connection, rules: Rules) -> int:
    """Words of what was dismissed, and the notes on it; the decision stays. Returns how many findings lost theirs.

    Words that another finding stands on stay until that one's time is up.
    """
    over = and_(reviews.c.account_id == rules.account_id, WORDS.over(rules.profile, rules.now))
    erase_notes(connection, over)
    worded = select(findings.c.id).join_from(findings, reviews).where(over, findings.c.excerpt != "")
    ids = connection.execute(worded).scalars().all()
    connection.execute(update(findings).where(findings.c.id.in_(ids)).values(excerpt="", spans=[]))
    index_findings(connection, ids)
    still = select(findings.c.version_id).where(findings.c.excerpt != "")
    bare = select(findings.c.version_id).where(findings.c.id.in_(ids))
    clear(connection, and_(versions.c.id.in_(bare), versions.c.id.not_in(still)))
    return len(ids)


def erase_texts(connection: Connection, rules: Rules) -> int:
    """Words that the platform's terms do not let us keep, excerpts included; returns how many versions lost theirs."""
    if rules.ceiling is None:
        return 0
    unseen = select(posts.c.id).where(
        posts.c.account_id == rules.account_id, older(posts.c.last_seen_at, rules.ceiling.refresh_within, rules.now)
    )
    over = or_(older(versions.c.first_seen_at, rules.ceiling.keep_text, rules.now), versions.c.post_key.in_(unseen))
    if rules.ceiling.erase_deleted:
        gone = select(posts.c.id).where(posts.c.account_id == rules.account_id, posts.c.state == PostState.GONE)
        evidence = select(findings.c.version_id).where(
            findings.c.clause == Clause.CONFIDENTIALITY, findings.c.severity == int(Severity.S4)
        )
        over = or_(over, and_(versions.c.post_key.in_(gone), versions.c.id.not_in(evidence)))
    return clear(connection, and_(versions.c.id.in_(_versions(rules)), over))


def drop_clean_posts(connection: Connection, rules: Rules) -> int:
    """Hashes of posts without any finding that were not seen for long."""
    with_findings = select(versions.c.post_key).join_from(versions, findings)
    clean = and_(
        posts.c.account_id == rules.account_id,
        older(posts.c.last_seen_at, rules.profile.clean_hash, rules.now),
        posts.c.id.not_in(with_findings),
        posts.c.id.not_in(_baselines()),
    )
    return connection.execute(delete(posts).where(clean)).rowcount


def drop_signals(connection: Connection, rules: Rules) -> int:
    """Hashes of particulars past their time, though their version stays; returns how many."""
    return forget_signals(connection, rules.account_id, rules.now - min(WINDOW, rules.profile.clean_hash or WINDOW))


def drop_untold(connection: Connection, rules: Rules) -> None:
    """Dangers to life of which nobody could be told for as long as a clean post is remembered."""
    old = older(dangers.c.seen_at, rules.profile.clean_hash, rules.now)
    connection.execute(delete(dangers).where(dangers.c.account_id == rules.account_id, old))


def _baselines() -> Select[tuple[int]]:
    """Posts that may be older than the permission: forgotten, they would come back as new. Withdrawal erases them."""
    return select(versions.c.post_key).where(versions.c.change == Change.BASELINE)


def clear(connection: Connection, which: ColumnElement[bool]) -> int:
    """Erase the words of versions, with the excerpts, places and search terms of all findings on them."""
    kept = select(versions.c.id).where(which, versions.c.kept_text.is_not(None))
    ids = connection.execute(kept).scalars().all()
    emptied = update(findings).where(findings.c.version_id.in_(ids)).values(excerpt="", spans=[])
    index_findings(connection, connection.execute(emptied.returning(findings.c.id)).scalars().all())
    connection.execute(update(versions).where(versions.c.id.in_(ids)).values(kept_text=None, kept_alts=None, salt=None))
    return len(ids)


def _versions(rules: Rules) -> Select[tuple[int]]:
    return select(versions.c.id).join_from(versions, posts).where(posts.c.account_id == rules.account_id)
