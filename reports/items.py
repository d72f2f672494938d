"""What the templates of mails and pages are given: findings and accounts in words, nothing to decide any more."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from domain.findings import Clause, Severity
from domain.imports import is_imported
from domain.reporting import Reading
from reports import links, words
from reports.build import Counts, confidential_posts, counts
from reports.charts import MINIMUM_GROUP
from reports.entries import stands

if TYPE_CHECKING:
    from domain.reporting import CoverageLine, Digest, ReportedFinding
    from domain.review_queue import ReviewCounts
    from domain.stops import Stop


@dataclass(frozen=True, slots=True)
class MailItem:
    """A finding as mail may show it. `account` and `reason` are "" where they could tell about a client."""

    id: int
    clause: str
    title: str
    severity: str
    meaning: str
    platform: str
    day: str
    account: str
    reason: str
    notes: tuple[str, ...]
    link: str
    grave: bool
    opinion: str = ""
    """The same as in `notes`, for the author, who is shown no other note."""
    noun: str = "post"
    """What it was noticed on."""
    status: str = ""
    """What people have made of it."""


@dataclass(frozen=True, slots=True)
class AccountLine:
    """How one account fared, in words. `reason` is "" when it was read."""

    account: str
    author: str
    platform: str
    reading: str
    last_read: str
    reason: str
    good_until: str = ""
    """The day on which the owner's permission ends, if that is soon."""


@dataclass(frozen=True, slots=True)
class StopLine:
    """A time without collection, in words. `until` is "" while it lasts."""

    since: str
    until: str
    reason: str


@dataclass(frozen=True, slots=True)
class OverturnLine:
    """How people decided against one detector under one clause. `share` is "" where too few were decided."""

    clause: str
    title: str
    detector: str
    decided: int
    overturned: int
    share: str


@dataclass(frozen=True, slots=True)
class DigestMail:
    """Everything the digest's templates use. `more_…` count what the mail leaves to the archive."""

    practice: str
    week: str
    days: str
    total: Counts
    read: tuple[AccountLine, ...]
    more_read: int
    unread: tuple[AccountLine, ...]
    more_unread: int
    ending: tuple[AccountLine, ...]
    more_ending: int
    items: tuple[MailItem, ...]
    more_items: int
    standing: tuple[MailItem, ...]
    more_standing: int
    link: str
    policy_version: str
    detector_version: str
    head: str
    stops: tuple[StopLine, ...] = ()
    reviews: ReviewCounts | None = None
    overturn: tuple[OverturnLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """How many entries one mail shows of each kind."""

    items: int = 40
    standing: int = 10
    read: int = 60
    unread: int = 30

    def smaller(self) -> Limits:
        """Half of everything, rounded down."""
        return Limits(self.items // 2, self.standing // 2, self.read // 2, self.unread // 2)


def mail_item(
    finding: ReportedFinding, title: str, time_zone: str, link: str = "", *, confidential: bool = True
) -> MailItem:
    """One finding for a mail; a confidential one loses account and reason, and no mail holds an excerpt."""
    hide = confidential or finding.clause is Clause.CONFIDENTIALITY
    return MailItem(
        id=finding.id,
        clause=finding.clause.value,
        title=title,
        severity=words.SEVERITY[finding.severity],
        meaning=words.SEVERITY_MEANING.get(finding.severity, ""),
        platform=words.platform(finding.platform),
        day=words.local_day(finding.published_at, time_zone),
        account="" if hide else words.plain(finding.account),
        reason="" if hide else words.plain(finding.reason),
        notes=words.notes(finding, time_zone),
        link=link,
        grave=finding.severity >= Severity.S3,
        opinion=words.second_opinion(finding),
        noun=words.noun(finding.kind),
        status=stands(finding),
    )


def account_line(line: CoverageLine, time_zone: str) -> AccountLine:
    """One account's week in words; every account that was not read as planned gets a reason."""
    last = words.local_day(line.last_read_at, time_zone) if line.last_read_at else "never"
    ends = line.permission_ends_at
    imported_before = is_imported(line.platform) and line.last_read_at is not None
    return AccountLine(
        account=words.plain(line.account),
        author=words.plain(line.author),
        platform=words.platform(line.platform) + (f" on {last}" if imported_before else ""),
        reading=words.reading(line.reading, line.platform),
        last_read=last,
        reason="" if line.reading is Reading.READ else words.plain(line.reason) or words.NO_REASON[line.reading],
        good_until=words.local_day(ends, time_zone) if ends else "",
    )


def stop_line(stop: Stop, time_zone: str) -> StopLine:
    """When nothing was collected, and why."""
    until = "" if stop.resumed_at is None else words.moment(words.local(stop.resumed_at, time_zone))
    return StopLine(words.moment(words.local(stop.at, time_zone)), until, words.plain(stop.reason))


def overturn_lines(digest: Digest) -> tuple[OverturnLine, ...]:
    """The figures in words; none while so few have enrolled that they would be figures about persons."""
    if len(digest.coverage) < MINIMUM_GROUP:
        return ()
    return tuple(
        OverturnLine(
            clause=one.clause.value,
            title=words.clause_title(one.clause, digest.clause_titles),
            detector=words.plain(one.detector),
            decided=one.decided,
            overturned=one.overturned,
            share="" if one.rate is None else f"{one.rate:.0%}",
        )
        for one in digest.overturn
    )


def _shown(
    digest: Digest, archive_url: str, findings: tuple[ReportedFinding, ...], anchor: str, limit: int
) -> tuple[MailItem, ...]:
    hidden = confidential_posts(digest)
    return tuple(
        mail_item(
            finding,
            words.clause_title(finding.clause, digest.clause_titles),
            digest.period.time_zone,
            links.archived(archive_url, digest.period.week, f"{anchor}-{finding.id}"),
            confidential=finding.post_url in hidden,
        )
        for finding in findings[:limit]
    )


def digest_mail(digest: Digest, archive_url: str, limits: Limits) -> DigestMail:
    """The week for a mail, cut to `limits`."""
    zone, week = digest.period.time_zone, digest.period.week
    shown = partial(_shown, digest, archive_url)
    lines = [(line.reading is Reading.READ, account_line(line, zone)) for line in digest.coverage]
    read = [line for good, line in lines if good]
    unread = [line for good, line in lines if not good]
    ending = [line for _, line in lines if line.good_until]
    return DigestMail(
        practice=words.plain(digest.practice),
        week=words.week(week),
        days=words.span(digest.period),
        total=counts(digest),
        read=tuple(read[: limits.read]),
        more_read=max(0, len(read) - limits.read),
        unread=tuple(unread[: limits.unread]),
        more_unread=max(0, len(unread) - limits.unread),
        ending=tuple(ending[: limits.unread]),
        more_ending=max(0, len(ending) - limits.unread),
        items=shown(digest.findings, "finding", limits.items),
        more_items=max(0, len(digest.findings) - limits.items),
        standing=shown(digest.open_before, "open", limits.standing),
        more_standing=max(0, len(digest.open_before) - limits.standing),
        link=links.archived(archive_url, week),
        policy_version=digest.policy_version,
        detector_version=digest.detector_version,
        head=digest.head,
        stops=tuple(stop_line(stop, zone) for stop in digest.stops),
        reviews=digest.reviews,
        overturn=overturn_lines(digest),
    )
