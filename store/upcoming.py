"""How each rule of the retention profile bears on what is stored now: how many, and what falls due next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, not_, select

from domain.mosaic import WINDOW
from domain.plans import Upcoming
from store.governing import RECORDS, UNDECIDED, WORDS
from store.record_tables import attempts, concerns, incidents, links, reporters, reviews, sessions
from store.tables import checks, deliveries, findings, posts, runs, signals, versions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import ColumnElement, FromClause
    from sqlalchemy.engine import Connection

    from domain.plans import RetentionProfile

SOON = timedelta(days=30)
SIGNALS = "signals"
"""The one rule that is no field of a profile: the shorter of its own window and that of a clean post."""


def upcoming(connection: Connection, profile: RetentionProfile, now: datetime) -> tuple[Upcoming, ...]:
    """One line a rule, in the order of the explanation. Counts what is governed, held accounts included."""
    return tuple(_one(connection, each, keep_of(profile, each.rule), now) for each in _governed())


def keep_of(profile: RetentionProfile, rule: str) -> timedelta | None:
    """The period of a rule, that of the signals included."""
    if rule == SIGNALS:
        return min(WINDOW, profile.clean_hash or WINDOW)
    period: timedelta | None = getattr(profile, rule)
    return period


@dataclass(frozen=True, slots=True)
class _Governed:
    """What a rule is counted in: rows of `table` that meet `which`, and the instant their time runs from."""

    rule: str
    table: FromClause
    since: ColumnElement[Any]
    which: tuple[ColumnElement[bool], ...] = ()


def _governed() -> Iterator[_Governed]:
    judged = findings.outerjoin(reviews, reviews.c.finding_id == findings.c.id)
    told = reporters.join(concerns)
    answered = concerns.c.answered_at.is_not(None)
    with_findings = select(versions.c.post_key).join_from(versions, findings)
    yield _Governed("clean_hash", posts, posts.c.last_seen_at, (posts.c.id.not_in(with_findings),))
    yield _Governed(SIGNALS, signals, signals.c.seen_at)
    for clock in UNDECIDED:
        yield _Governed(clock.rule, judged, clock.since, (clock.which,))
    worded = findings.join(reviews, reviews.c.finding_id == findings.c.id)
    yield _Governed(WORDS.rule, worded, WORDS.since, (WORDS.which, findings.c.excerpt != ""))
    for clock in RECORDS:
        yield _Governed(clock.rule, reviews, clock.since, (clock.which,))
    yield _Governed("incidents", incidents, incidents.c.closed_at, (incidents.c.closed_at.is_not(None),))
    yield _Governed("concern_privacy", concerns, concerns.c.answered_at, (answered, concerns.c.privacy_complaint))
    yield _Governed("concern_other", concerns, concerns.c.answered_at, (answered, not_(concerns.c.privacy_complaint)))
    yield _Governed("reporters", told, concerns.c.answered_at, (answered,))
    yield _Governed("run_log", checks, checks.c.at)
    yield _Governed("run_log", runs, runs.c.started_at)
    yield _Governed("delivery_log", deliveries, deliveries.c.queued_at, (deliveries.c.sent_at.is_not(None),))
    yield _Governed("sign_in", sessions, sessions.c.expires_at)
    yield _Governed("sign_in", links, links.c.expires_at)
    yield _Governed("attempts", attempts, attempts.c.at)


def _one(connection: Connection, governed: _Governed, keep: timedelta | None, now: datetime) -> Upcoming:
    since = governed.since
    counts = [func.count()]
    if keep is not None:
        counts += [func.count(case((since < now - keep, 1))), func.count(case((since < now - keep + SOON, 1)))]
    counted = select(*counts, func.min(since)).select_from(governed.table).where(*governed.which)
    kept, *fallen, first = connection.execute(counted).one()
    if keep is None:
        return Upcoming(governed.rule, kept, 0, 0, None)
    due, soon = fallen
    return Upcoming(governed.rule, kept, due, soon - due, None if first is None else first + keep)
