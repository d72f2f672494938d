"""Findings and coverage of one week -> Digest. Pure: the same input gives the same digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.findings import GRAVITY, Clause, Severity
from domain.reporting import Digest, Reading, WeekFigures

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from domain.reporting import CoverageLine, Period, ReportedFinding
    from domain.review_queue import Overturn, ReviewCounts
    from domain.stops import Stop

_GRAVITY = {clause: place for place, clause in enumerate(GRAVITY)}
_READING = {
    reading: place
    for place, reading in enumerate(
        (
            Reading.FAILING,
            Reading.QUARANTINED,
            Reading.STALE,
            Reading.NEVER,
            Reading.STOPPED,
            Reading.PAUSED,
            Reading.READ,
        )
    )
}


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of one week for the practice as a whole. There are none for a person or an account, on purpose."""

    findings: int
    judged: int
    """How many of these people had decided, or their authors mended, before the digest was built."""
    open_before: int
    accounts_enrolled: int
    accounts_read: int
    posts_read: int
    new: int
    edited: int
    gone: int
    not_assessed: int
    malformed: int


def by_gravity(findings: Iterable[ReportedFinding]) -> tuple[ReportedFinding, ...]:
    """Gravest clause first, then the highest severity, then the oldest post."""
    return tuple(sorted(findings, key=lambda f: (_GRAVITY[f.clause], -f.severity, f.published_at, f.id)))


def build_digest(
    *,
    practice: str,
    period: Period,
    now: datetime,
    findings: Iterable[ReportedFinding],
    open_before: Iterable[ReportedFinding],
    coverage: Iterable[CoverageLine],
    policy_version: str,
    detector_version: str,
    clause_titles: Iterable[tuple[str, str]],
    stops: Iterable[Stop] = (),
    reviews: ReviewCounts | None = None,
    overturn: Iterable[Overturn] = (),
    head: str = "",
) -> Digest:
    """Freeze one week. Of `open_before` only serious and critical items stay whose post still stands."""
    ordered = by_gravity(findings)
    current = {finding.id for finding in ordered}
    standing = (f for f in open_before if f.severity >= Severity.S3 and f.gone_at is None and f.id not in current)
    return Digest(
        practice=practice,
        period=period,
        built_at=now,
        findings=ordered,
        coverage=tuple(sorted(coverage, key=lambda c: (_READING[c.reading], c.platform, c.account, c.account_id))),
        policy_version=policy_version,
        detector_version=detector_version,
        clause_titles=tuple(clause_titles),
        open_before=by_gravity(standing),
        stops=tuple(stops),
        reviews=reviews,
        overturn=tuple(overturn),
        head=head,
    )


def counts(digest: Digest) -> Counts:
    """The week in numbers, of the practice as a whole."""
    lines = digest.coverage
    return Counts(
        findings=len(digest.findings),
        judged=sum(finding.judged is not None for finding in digest.findings),
        open_before=len(digest.open_before),
        accounts_enrolled=len(lines),
        accounts_read=sum(line.reading is Reading.READ for line in lines),
        posts_read=sum(line.posts_seen for line in lines),
        new=sum(line.new for line in lines),
        edited=sum(line.edited for line in lines),
        gone=sum(line.gone for line in lines),
        not_assessed=sum(line.not_assessed for line in lines),
        malformed=sum(line.malformed for line in lines),
    )


def week_figures(digest: Digest) -> WeekFigures:
    """The same for the archive's figures; every clause is present, in order of gravity."""
    total = counts(digest)
    found = [finding.clause for finding in digest.findings]
    return WeekFigures(
        week=digest.period.week,
        accounts_read=total.accounts_read,
        accounts_enrolled=total.accounts_enrolled,
        posts_read=total.posts_read,
        by_clause=tuple((clause, found.count(clause)) for clause in GRAVITY),
    )


def confidential_posts(digest: Digest) -> frozenset[str]:
    """Addresses of the posts with a clause 2 item; mail names neither account nor reason for any item of theirs."""
    everything = (*digest.findings, *digest.open_before)
    return frozenset(finding.post_url for finding in everything if finding.clause is Clause.CONFIDENTIALITY)
