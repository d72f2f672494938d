"""The verbs, each a unit that both the daemon and the command line call. They return what was done and never print."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from domain.errors import ConfigError, UsageError
from monitor.alerts import alert_due, warn_due
from monitor.archive import publish
from monitor.cases import cases_beside, drop_erased
from monitor.digest import digest_due, review_due, weeks_without_digest
from monitor.heads import sign_due
from monitor.opinions import OpinionReport, opine
from monitor.retention import PROFILES
from monitor.run import collect_due
from monitor.tokens import drop_withdrawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from domain.heads import Head
    from domain.plans import RetentionReport
    from monitor.app import App
    from monitor.delivery import SendReport
    from monitor.digest import DigestReport
    from monitor.run import PassReport, Visit
    from reports.archive import ArchiveReport

log = structlog.get_logger(__name__)

GUARD = timedelta(minutes=10)
RETENTION_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Collected:
    """A collection pass, the alerts and notices it led to, and the second opinions that were asked for.

    An opinion that did not come is no work undone: it is asked for again.
    """

    readings: PassReport
    alerts: SendReport
    opinions: OpinionReport

    @property
    def well(self) -> bool:
        """Whether nothing was left undone."""
        return not self.readings.failed and self.alerts.well


def never() -> bool:
    """For a one-shot command: nobody asks it to stop."""
    return False


def collect(
    app: App, *, stopping: Callable[[], bool] = never, on_visit: Callable[[Visit], None] | None = None
) -> Collected:
    """Read every due account, alert about anything critical, ask for second opinions where switched on, open reviews.

    Of a danger to life the clinical lead is told while the pass still runs.
    """
    started_at = app.clock()

    def visited(visit: Visit) -> None:
        (on_visit or log_visit)(visit)
        if visit.danger:
            # Not at the end of a pass, which may be an hour away.
            warn_due(app.reporting())

    readings = collect_due(app.collecting(), stopping=stopping, on_visit=visited)
    if readings.visits:
        _record(app, readings, started_at)
    alerts = alert(app)
    # Before the notices, which say what the model said; after the alerts, which wait for nothing.
    opinions = second_opinions(app, stopping=stopping)
    return Collected(readings, alerts + review_due(app.reporting()), opinions)


def _record(app: App, readings: PassReport, started_at: datetime) -> None:
    counts = {
        "accounts": len(readings.visits),
        "failed": len(readings.failed),
        "new": sum(visit.new for visit in readings.visits),
        "edited": sum(visit.edited for visit in readings.visits),
        "gone": sum(visit.gone for visit in readings.visits),
        "findings": sum(visit.findings for visit in readings.visits),
    }
    run = app.store.runs.start("collect", app.owner, started_at)
    app.store.runs.finish(run, app.clock(), counts)


def alert(app: App) -> SendReport:
    """Send every same-day alert that is due."""
    return alert_due(app.reporting())


def second_opinions(app: App, *, stopping: Callable[[], bool] = never) -> OpinionReport:
    """Put findings in the uncertain band to the configured model; nothing while that is switched off."""
    if not app.config.opinion.enabled:
        return OpinionReport()
    with _alone(app, "opinion") as mine:
        if not mine:
            return OpinionReport()
        started_at = app.clock()
        report = opine(app, stopping)
    if report.calls:
        run = app.store.runs.start("opinion", app.owner, started_at)
        app.store.runs.finish(run, app.clock(), report.counts())
    return report


def digest(app: App) -> DigestReport | None:
    """Build and send what is due; None when another process is at it."""
    with _alone(app, "digest") as mine:
        return digest_due(app.reporting()) if mine else None


def archive(app: App, *, urgent: bool = False) -> ArchiveReport | None:
    """Write the static archive; None when another process is at it. `urgent` does not wait for that: it erases."""
    with _alone(app, "archive") as mine:
        return publish(app.reporting()) if mine or urgent else None


def retention(app: App) -> RetentionReport:
    """Erase what the retention profile and the platforms' terms no longer allow, and cases made of what was erased."""
    now = app.clock()
    run = app.store.runs.start("retention", app.owner, now)
    report = app.store.retention.apply(PROFILES[app.config.retention.profile], app.ceilings(), now)
    app.store.runs.finish(run, app.clock(), dict(report.removed))
    try:
        drop_withdrawn(app.tokens, app.store, now)
    except (ConfigError, UsageError):
        log.warning("tokens-not-dropped", file=str(app.tokens.path))
    try:
        drop_cases(app)
    except (ConfigError, UsageError):
        # The message may hold a case's words. The next pass tries again.
        log.warning("cases-not-erased", file=str(cases_beside(app.config.policy)))
    return report


def drop_cases(app: App) -> int:
    """Remove the practice's cases whose findings were erased; how many. Raises ConfigError and UsageError."""
    return len(drop_erased(cases_beside(app.config.policy), app.store))


def sign(app: App) -> Head | None:
    """Sign the head of the log, once a day; the digest that follows carries it out of the house."""
    tools = app.signing()
    try:
        return None if tools is None else sign_due(tools, app.clock())
    except UsageError as error:
        # A file that cannot be written must not keep a digest from its readers; the next tick tries again.
        log.error("head-not-written", problem=str(error))  # noqa: TRY400 - the message says it all
        return None


def tick(app: App, stopping: Callable[[], bool]) -> None:
    """Everything that is due now, in the order in which it matters. The daemon's whole life is this, repeated."""
    collected = collect(app, stopping=stopping)
    if stopping():
        return
    sign(app)
    weekly = bool(weeks_without_digest(app.reporting()))
    digest(app)
    last = app.store.runs.last_finished("retention")
    daily = last is None or app.clock() - last >= RETENTION_EVERY
    if daily:
        retention(app)
    changed = any(visit.findings or visit.gone or visit.edited for visit in collected.readings.visits)
    if weekly or daily or changed or collected.opinions.stands:
        archive(app)


@contextmanager
def _alone(app: App, work: str) -> Iterator[bool]:
    """True while no other process does the same work. It saves effort; correctness rests on unique keys."""
    now = app.clock()
    if not app.store.leases.acquire(work, app.owner, now, now + GUARD):
        log.info("left-to-another-process", work=work)
        yield False
        return
    try:
        yield True
    finally:
        app.store.leases.release(work, app.owner)


def log_visit(visit: Visit) -> None:
    """One line an account, without any word of any post."""
    log.info(
        "visited",
        account=visit.account_id,
        platform=visit.platform,
        outcome=visit.outcome,
        new=visit.new,
        edited=visit.edited,
        gone=visit.gone,
        findings=visit.findings,
    )
