"""The parts of one pass, each written inside the transaction that `PostStore.apply` holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, func, insert, select, update

from domain.findings import Severity
from domain.plans import Change
from domain.posts import PostState
from store.columns import UtcDateTime, new_salt
from store.database import insert_if_new
from store.enrolments import change
from store.search import index_findings
from store.tables import checks, findings, posts, versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from domain.findings import Finding
    from domain.plans import Applied, Plan, Verdict

WELL = ("read", "not-modified")
"""Outcomes of a pass that read the account."""
_CHUNK = 500
_ONE_FINDING = ("version_id", "clause", "policy_version", "detector", "detector_version")
_SOME_POST = "(some post)"
"""That a post is a reply matters when it is judged again; whose post it answers is nobody's business."""
_STANDING: dict[str, Any] = {"state": PostState.LIVE, "absences": 0, "last_absence_at": None, "gone_at": None}

# Made once: each is asked for every account that is read, and making one takes longer than asking it.
_LIVE_HERE = and_(posts.c.account_id == bindparam("this"), posts.c.state == PostState.LIVE)
_NEWEST_LISTING = select(func.max(posts.c.last_seen_at)).where(_LIVE_HERE).correlate(None).scalar_subquery()
_SEEN_AGAIN = (
    update(posts)
    .where(_LIVE_HERE, posts.c.last_seen_at == _NEWEST_LISTING)
    .values(last_seen_at=bindparam("now", type_=UtcDateTime))
)
_CHECKED = insert(checks)


@dataclass(frozen=True, slots=True)
class Written:
    """Version ids beside their verdicts, and how many posts were new or edited.

    `kept` are the versions whose words are kept from now on, `changed` the posts that were edited, by their keys.
    """

    versions: tuple[tuple[int, Verdict], ...]
    new: int
    edited: int
    kept: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Ids of findings that were not there before, and of the S4 ones among them."""

    ids: tuple[int, ...] = ()
    critical: tuple[int, ...] = ()


def write_versions(connection: Connection, account_id: int, verdicts: Sequence[Verdict], now: datetime) -> Written:
    """Add what is missing of posts and versions, and point each post to the version it reads now."""
    written: list[tuple[int, Verdict]] = []
    kept: list[int] = []
    changed: list[int] = []
    new = 0
    fresh = _add_fresh(connection, account_id, verdicts, now)
    for verdict in verdicts:
        if (added := fresh.get(verdict.version.post.post_id)) is not None:
            new += verdict.version.change is Change.NEW
            written.append((added, verdict))
            kept += [added] if verdict.kept_text is not None else []
            continue
        key, before = _post(connection, account_id, verdict, now)
        new += before is None and verdict.version.change is Change.NEW
        if before is not None and before != verdict.version.post.content_hash:
            changed.append(key)
        version_id, now_kept = _version(connection, key, verdict, now)
        written.append((version_id, verdict))
        if now_kept:
            kept.append(version_id)
    return Written(tuple(written), new, len(changed), tuple(kept), tuple(changed))


def _add_fresh(
    connection: Connection, account_id: int, verdicts: Sequence[Verdict], now: datetime
) -> Mapping[str, int]:
    """Add the posts that are not there, each with its version, in two statements; version ids by the platform's id.

    A post that stands twice among the verdicts is left to be added one by one.
    """
    times = Counter(verdict.version.post.post_id for verdict in verdicts)
    known = _among(connection, account_id, tuple(times))
    fresh = [one for one in verdicts if times[(id_ := one.version.post.post_id)] == 1 and id_ not in known]
    if not fresh:
        return {}
    rows = [_post_row(account_id, verdict, now) for verdict in fresh]
    keys = connection.execute(insert(posts).returning(posts.c.id, sort_by_parameter_order=True), rows).scalars().all()
    rows = [_version_row(key, verdict, now) for key, verdict in zip(keys, fresh, strict=True)]
    added = insert(versions).returning(versions.c.id, sort_by_parameter_order=True)
    ids = connection.execute(added, rows).scalars().all()
    return {verdict.version.post.post_id: number for verdict, number in zip(fresh, ids, strict=True)}


def _among(connection: Connection, account_id: int, post_ids: Sequence[str]) -> set[str]:
    """Those of the posts that are there."""
    found: set[str] = set()
    for start in range(0, len(post_ids), _CHUNK):
        those = posts.c.post_id.in_(post_ids[start : start + _CHUNK])
        found.update(
            connection.execute(select(posts.c.post_id).where(posts.c.account_id == account_id, those)).scalars()
        )
    return found


def _post(connection: Connection, account_id: int, verdict: Verdict, now: datetime) -> tuple[int, str | None]:
    """Key of the post's row, and the hash it had before; None when the row is new."""
    post = verdict.version.post
    same = and_(posts.c.account_id == account_id, posts.c.post_id == post.post_id)
    known = connection.execute(select(posts.c.id, posts.c.current_hash).where(same)).one_or_none()
    if known is not None:
        seen = {"current_hash": post.content_hash, "last_seen_at": now} | _STANDING | _address(verdict)
        connection.execute(update(posts).where(posts.c.id == known.id).values(**seen))
        return known.id, known.current_hash
    row = _post_row(account_id, verdict, now)
    return connection.execute(insert(posts).values(row).returning(posts.c.id)).scalar_one(), None


def _post_row(account_id: int, verdict: Verdict, now: datetime) -> dict[str, Any]:
    post = verdict.version.post
    row = {
        "account_id": account_id,
        "post_id": post.post_id,
        "url": "",
        "kind": post.kind,
        "reply_to_id": None if post.reply_to_id is None else _SOME_POST,
        "published_at": verdict.version.published_at,
        "first_seen_at": now,
        "last_seen_at": now,
        "current_hash": post.content_hash,
    }
    return row | _STANDING | _address(verdict)


def _address(verdict: Verdict) -> dict[str, str]:
    """An address is made of words, and often of other people's names: it is kept where a finding needs it."""
    return {"url": verdict.version.post.url} if verdict.findings else {}


def _version(connection: Connection, post_key: int, verdict: Verdict, now: datetime) -> tuple[int, bool]:
    """Id of the version with this content, and whether its words are kept from now on.

    One that the post goes back to is found again, not added.
    """
    post = verdict.version.post
    keeps = verdict.kept_text is not None
    row = _version_row(post_key, verdict, now)
    added: int | None = insert_if_new(connection, versions, row)
    if added is not None:
        return added, keeps
    kept = {name: row[name] for name in ("kept_text", "kept_alts", "salt")}
    same = and_(versions.c.post_key == post_key, versions.c.content_hash == post.content_hash)
    again = 0
    if keeps:
        again = connection.execute(update(versions).where(same, versions.c.kept_text.is_(None)).values(**kept)).rowcount
    known: int = connection.execute(select(versions.c.id).where(same)).scalar_one()
    return known, again > 0


def _version_row(post_key: int, verdict: Verdict, now: datetime) -> dict[str, Any]:
    post, keeps = verdict.version.post, verdict.kept_text is not None
    return {
        "post_key": post_key,
        "content_hash": post.content_hash,
        "change": verdict.version.change,
        "first_seen_at": now,
        "edited_at": post.edited_at,
        "language": post.language,
        "assessed": verdict.assessed,
        "kept_text": verdict.kept_text,
        "kept_alts": verdict.kept_alts if keeps else None,
        "salt": new_salt() if keeps or verdict.findings else None,
    }


def write_findings(connection: Connection, written: Written, policy_version: str, now: datetime) -> Found:
    """Add the findings that are not there yet."""
    added = [
        (finding_id, severity)
        for version_id, verdict in written.versions
        for finding_id, severity in add_findings(
            connection,
            version_id,
            zip(verdict.findings, verdict.excerpts, strict=True),
            {"policy_version": policy_version, "needs_context": verdict.needs_context, "first_seen_at": now},
        )
    ]
    return Found(
        ids=tuple(finding_id for finding_id, _ in added),
        critical=tuple(finding_id for finding_id, severity in added if severity is Severity.S4),
    )


def add_findings(
    connection: Connection, version_id: int, found: Iterable[tuple[Finding, str]], common: Mapping[str, Any]
) -> Iterator[tuple[int, Severity]]:
    """Insert findings with their excerpts on one version; yields id and severity of those that are new.

    Of two findings of one clause by one detector the graver one is kept: they are one judgement.
    """
    for finding, excerpt in sorted(found, key=lambda pair: (-pair[0].severity, -pair[0].probability)):
        row = {
            "version_id": version_id,
            "clause": finding.clause,
            "severity": int(finding.severity),
            "probability": finding.probability,
            "reason": finding.reason,
            "excerpt": excerpt,
            "spans": [{"field": span.field, "start": span.start, "end": span.end} for span in finding.spans],
            "detector": finding.detector,
            "detector_version": finding.version,
            "visible_from": common["first_seen_at"],
            "salt": new_salt(),
        }
        added = insert_if_new(connection, findings, row | dict(common))
        if added is not None:
            index_findings(connection, [added])
            yield added, finding.severity
        else:
            _give_words_back(connection, row | dict(common))


def _give_words_back(connection: Connection, row: Mapping[str, Any]) -> None:
    """A finding whose words were erased with its post has them again once the post stands again."""
    same = (findings.c[name] == row[name] for name in _ONE_FINDING)
    words = {name: row[name] for name in ("excerpt", "spans")}
    given = update(findings).where(*same, findings.c.excerpt == "").values(**words).returning(findings.c.id)
    index_findings(connection, connection.execute(given).scalars().all())


def write_states(connection: Connection, account_id: int, plan: Plan, now: datetime) -> int:
    """Seen, missing, absent, gone; returns how many posts are gone that were not before."""
    if plan.outcome == "not-modified":
        _touch_newest_listing(connection, account_id, now)
    _each(connection, account_id, plan.seen, {"last_seen_at": now})
    _each(connection, account_id, plan.returned, {"last_seen_at": now} | _STANDING)
    _each(connection, account_id, plan.missing, {"state": PostState.MISSING})
    _each(connection, account_id, plan.absent, {"absences": posts.c.absences + 1, "last_absence_at": now})
    return _each(connection, account_id, plan.gone, {"state": PostState.GONE, "gone_at": now}, PostState.GONE)


def _each(
    connection: Connection,
    account_id: int,
    post_ids: Sequence[str],
    values: Mapping[str, Any],
    unless: PostState | None = None,
) -> int:
    changed = 0
    for start in range(0, len(post_ids), _CHUNK):
        those = and_(posts.c.account_id == account_id, posts.c.post_id.in_(post_ids[start : start + _CHUNK]))
        if unless is not None:
            those = and_(those, posts.c.state != unless)
        changed += connection.execute(update(posts).where(those).values(**values)).rowcount
    return changed


def _touch_newest_listing(connection: Connection, account_id: int, now: datetime) -> None:
    """The listing is what it was: the posts that the newest one showed are seen again."""
    connection.execute(_SEEN_AGAIN, {"this": account_id, "now": now})


def record_check(
    connection: Connection,
    account_id: int,
    plan: Plan,
    *,
    verdicts: Sequence[Verdict],
    applied: Applied,
    now: datetime,
) -> None:
    """One line in the log of passes, also when nothing was found."""
    row = {
        "account_id": account_id,
        "at": now,
        "outcome": plan.outcome,
        "problem": plan.problem or "",
        "listed": plan.posts_listed,
        "new": applied.new,
        "edited": applied.edited,
        "gone": applied.gone,
        "not_assessed": sum(not verdict.assessed for verdict in verdicts),
        "malformed": plan.skipped.get("malformed", 0),
        "skipped": dict(plan.skipped),
    }
    connection.execute(_CHECKED, row)


def settle_account(connection: Connection, account_id: int, plan: Plan, now: datetime) -> None:
    """What the account itself learns from a pass; the lease is given back."""
    values: dict[str, Any] = {
        "last_checked_at": now,
        "next_check_at": plan.next_check_at,
        "failures": plan.failures,
        "problem_code": plan.problem_code,
        "problem": plan.problem,
        "lease_owner": None,
        "lease_until": None,
    }
    # None keeps what was there.
    replaced = {"cursor": plan.cursor, "bio": plan.bio, "handle": plan.handle, "state": plan.state}
    values |= {name: value for name, value in replaced.items() if value is not None}
    if plan.outcome in WELL:
        values["last_read_at"] = now
    change(connection, account_id, values)
