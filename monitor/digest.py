"""The weekly pass: authors first, then select -> build -> render -> send -> record.

A week's digest is built once and frozen in the store; everything after that can be repeated at will. It holds what
management may see from that week on. The authors of findings hear before management does, as soon as a review is
opened (`monitor.reviews`): the digest waits until their notices were sent or refused for good,
but not for longer than `LONGEST_HOLD`, so that a broken address cannot silence the practice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import structlog

from analyzers.score import detector_version
from domain.findings import Severity
from domain.periods import period_named, period_of
from domain.reporting import DeliveryKind
from monitor import reviews
from monitor.concern_mail import compose_news, concern_recipients
from monitor.delivery import SendReport, queue, refused_for_good, send_due
from monitor.periods import due_at, periods_due
from reports.build import build_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from analyzers.model.blend import Local
    from domain.findings import Policy
    from domain.reporting import CoverageLine, Delivery, Digest, Message, Period, ReportedFinding
    from domain.safety import Danger
    from monitor.config import Config
    from monitor.delivery import Posting
    from reports.render import Renderer

log = structlog.get_logger(__name__)

LONGEST_HOLD = timedelta(days=2)
CRITICAL_PREFIX = "finding:"
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Reporting:
    """What the weekly pass and alerts work with."""

    post: Posting
    renderer: Renderer
    policy: Policy
    config: Config
    local: Local | None = None
    ends: Callable[[datetime], Mapping[int, datetime]] = lambda _: {}
    """When the owner's token of an account ends, for those that do so within two weeks of the instant."""


@dataclass(frozen=True, slots=True)
class DigestReport:
    """What a weekly pass did: the weeks it built a digest for, those it holds for their authors, and the mail."""

    built: tuple[str, ...]
    held: tuple[str, ...]
    mail: SendReport


def digest_due(tools: Reporting) -> DigestReport:
    """Build and send the digest of every ended week that is due and has none yet, then whatever mail still waits."""
    built: list[str] = []
    held: list[str] = []
    mail = review_due(tools)
    for period in weeks_without_digest(tools):
        if _must_wait(tools, period):
            held.append(period.week)
            continue
        build(tools, period)
        built.append(period.week)
    _queue_for_newcomers(tools)
    mail += send(tools, DeliveryKind.NOTICE, DeliveryKind.DIGEST)
    return DigestReport(tuple(built), tuple(held), mail)


def review_due(tools: Reporting) -> SendReport:
    """Bring every review up to now, and write to the authors whom that concerns."""
    reviews.settle(tools.post, tools.config)
    return send(tools, DeliveryKind.NOTICE)


def _queue_for_newcomers(tools: Reporting) -> None:
    """A digest that has not gone out to everybody goes to those who are its recipients now."""
    waiting = {one.key for one in tools.post.store.deliveries.unsent() if one.kind is DeliveryKind.DIGEST}
    for week in sorted(waiting):
        queue(tools.post, DeliveryKind.DIGEST, week, tools.config.mail.recipients, tools.post.clock())


def weeks_without_digest(tools: Reporting) -> tuple[Period, ...]:
    """Ended weeks, oldest first, whose digest is due and not built yet. None before the first authorisation."""
    store = tools.post.store
    since = store.accounts.practice_started_at()
    if since is None:
        return ()
    done = set(store.digests.weeks())
    schedule = tools.config.schedule
    due = periods_due(
        since, tools.post.clock(), tools.config.practice.time_zone, schedule.digest_weekday, schedule.digest_time
    )
    return tuple(period for period in due if period.week not in done)


def build(tools: Reporting, period: Period) -> Digest:
    """The frozen digest of `period`, made now unless it exists; its mails are queued either way."""
    # Queued first: a saved digest means that its week is done, so a crash between the two must leave it undone.
    queue(tools.post, DeliveryKind.DIGEST, period.week, tools.config.mail.recipients, tools.post.clock())
    digest = tools.post.store.digests.save(draft(tools, period))
    log.info("digest-built", week=period.week, findings=len(digest.findings))
    return digest


def draft(tools: Reporting, period: Period) -> Digest:
    """The digest of `period` as things stand, not stored."""
    store = tools.post.store
    now = tools.post.clock()
    return build_digest(
        practice=tools.policy.practice_name,
        period=period,
        now=now,
        findings=_as_judged(tools, findings_of(tools, period), now),
        open_before=_as_judged(tools, store.findings.open_before(period.start, Severity.S3), now),
        coverage=_coverage(tools, period, now),
        policy_version=tools.policy.version,
        detector_version=detector_version(tools.local),
        clause_titles=tuple((text.id, text.title) for text in tools.policy.clauses),
        stops=store.stops.between(period.start, now),
        reviews=store.reviews.counts(now),
        overturn=store.reviews.overturn(),
        head=str(store.heads.newest() or ""),
    )


def _as_judged(tools: Reporting, found: Iterable[ReportedFinding], now: datetime) -> tuple[ReportedFinding, ...]:
    """With what people have made of each: they may be quicker than the week."""
    of_finding = tools.post.store.reviews.of_finding
    return tuple(replace(one, judged=reviews.judged(of_finding(one.id), now)) for one in found)


def _coverage(tools: Reporting, period: Period, now: datetime) -> tuple[CoverageLine, ...]:
    ends = tools.ends(now)
    lines = tools.post.store.runs.coverage(period, now, tools.config.collect_every)
    return tuple(replace(line, permission_ends_at=ends.get(line.account_id)) for line in lines)


def compose(tools: Reporting, delivery: Delivery) -> Message | None:
    """The message of a queued delivery, made from what is stored; None when what it was about has been erased."""
    if delivery.recipient not in _entitled(tools, delivery):
        return None
    when = delivery.queued_at or tools.post.clock()
    match delivery.kind:
        case DeliveryKind.DIGEST:
            digest = tools.post.store.digests.get(delivery.key)
            return None if digest is None else tools.renderer.digest(digest, delivery.recipient, digest.built_at)
        case DeliveryKind.SAFETY:
            return _safety(tools, delivery, when)
        case DeliveryKind.CONCERN:
            return compose_news(tools.post, tools.renderer, delivery, when)
        case _ if reviews.is_about_reviews(delivery.key):
            return reviews.compose(tools.post, tools.renderer, delivery, when)
        case _:
            return _about_findings(tools, delivery, when)


def _about_findings(tools: Reporting, delivery: Delivery, when: datetime) -> Message | None:
    findings = _told_in(tools, delivery.key)
    if delivery.kind is DeliveryKind.ALERT:
        return tools.renderer.alert(findings[0], delivery.recipient, when) if findings else None
    mine = tuple(finding for finding in findings if finding.author_email == delivery.recipient)
    return tools.renderer.notice(mine, mine[0].author, delivery.recipient, delivery.key, when) if mine else None


def _safety(tools: Reporting, delivery: Delivery, when: datetime) -> Message | None:
    """What the clinical lead is told of a danger, or others of a mail to the lead that was refused for good."""
    for danger in tools.post.store.dangers.untold():
        if delivery.key == danger.key:
            return tools.renderer.safety(danger, delivery.recipient, when)
        if delivery.key == undelivered_key(danger):
            return tools.renderer.undelivered(delivery.key, tools.policy.hears_of_danger, delivery.recipient, when)
    return None


def undelivered_key(danger: Danger) -> str:
    """Under which it is told that the mail about a danger was refused; like the danger's own, it names nobody."""
    return sha256(f"undelivered\0{danger.key}".encode()).hexdigest()


def hears_of_refusal(tools: Reporting) -> frozenset[str]:
    """Who is told that a safety mail was refused: the privacy officer and who gets the digest, but for the lead."""
    others = {tools.policy.privacy_officer.email, *tools.config.mail.recipients}
    return frozenset(others - {tools.policy.hears_of_danger.email})


def _entitled(tools: Reporting, delivery: Delivery) -> frozenset[str]:
    """Who may get this mail as the configuration and the policy stand now, whoever it was queued for."""
    if delivery.kind is DeliveryKind.DIGEST:
        return frozenset(tools.config.mail.recipients)
    if delivery.kind is DeliveryKind.ALERT:
        return frozenset({tools.policy.privacy_officer.email})
    if delivery.kind is DeliveryKind.SAFETY:
        refusals = {undelivered_key(danger) for danger in tools.post.store.dangers.untold()}
        return hears_of_refusal(tools) if delivery.key in refusals else frozenset({tools.policy.hears_of_danger.email})
    if delivery.kind is DeliveryKind.CONCERN:
        return concern_recipients(tools.post, tools.config.concerns.routing(tools.policy), delivery)
    return frozenset({delivery.recipient})


def findings_of(tools: Reporting, period: Period) -> tuple[ReportedFinding, ...]:
    """What was found in the week, and what the week before missed because it was written when its digest was made."""
    store = tools.post.store
    # What becomes visible later in a week that has not ended is not visible yet.
    found = store.findings.seen_between(period.start, min(period.end, tools.post.clock() + _TICK))
    before = period_of(period.start - timedelta(days=1), period.time_zone)
    earlier = store.digests.get(before.week)
    if earlier is None:
        return found
    named = {finding.id for finding in earlier.findings}
    late = (one for one in store.findings.seen_between(before.start, before.end) if one.id not in named)
    return (*late, *found)


def _told_in(tools: Reporting, key: str) -> tuple[ReportedFinding, ...]:
    """The findings that a notice with this key is about: one critical finding, or a week's others."""
    store = tools.post.store
    if key.startswith(CRITICAL_PREFIX):
        return store.findings.get([int(key.removeprefix(CRITICAL_PREFIX))])
    period = period_named(key, tools.config.practice.time_zone)
    return tuple(finding for finding in findings_of(tools, period) if finding.severity < Severity.S4)


def tell_authors(tools: Reporting, key: str, findings: Iterable[ReportedFinding]) -> SendReport:
    """Queue one notice an author under `key`, send what is due, and record who has been told."""
    if not tools.config.mail.notify_authors:
        return SendReport()
    recipients = dict.fromkeys(finding.author_email for finding in findings if finding.author_told_at is None)
    queue(tools.post, DeliveryKind.NOTICE, key, recipients, tools.post.clock())
    return send(tools, DeliveryKind.NOTICE)


def send(tools: Reporting, *kinds: DeliveryKind) -> SendReport:
    """Send every queued mail of these kinds that is due, and record which authors have thereby been told."""

    def accepted(delivery: Delivery) -> None:
        if delivery.kind is DeliveryKind.NOTICE and reviews.is_about_reviews(delivery.key):
            reviews.told(tools.post, tools.config, delivery)
        elif delivery.kind is DeliveryKind.NOTICE:
            mine = [one.id for one in _told_in(tools, delivery.key) if one.author_email == delivery.recipient]
            tools.post.store.findings.mark_author_told(mine, tools.post.clock())
            for review in filter(None, map(tools.post.store.reviews.of_finding, mine)):
                tools.post.store.reviews.author_told(review.id, tools.post.clock(), reviews.rules_of(tools.config))

    return send_due(tools.post, kinds, lambda due: compose(tools, due), accepted)


def _must_wait(tools: Reporting, period: Period) -> bool:
    now = tools.post.clock()
    untold = {one.author_email for one in findings_of(tools, period) if one.author_told_at is None}
    open_notices = [
        delivery
        for delivery in tools.post.store.deliveries.unsent()
        if delivery.kind is DeliveryKind.NOTICE
        and delivery.recipient in untold
        # One that was refused for good is tried once a day; nobody waits for that.
        and not refused_for_good(delivery, now)
    ]
    schedule = tools.config.schedule
    due = due_at(period, schedule.digest_weekday, schedule.digest_time)
    return bool(open_notices) and now < due + LONGEST_HOLD
