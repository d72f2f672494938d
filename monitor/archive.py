"""The static archive: everything the digests say, with masked excerpts, as pages for compliance staff."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain.periods import period_named, period_of
from domain.reporting import ArchiveContent
from monitor.digest import draft
from reports.archive import write_archive

if TYPE_CHECKING:
    from domain.reporting import Digest
    from monitor.digest import Reporting
    from reports.archive import ArchiveReport


def publish(tools: Reporting) -> ArchiveReport:
    """Write the archive's folder anew; unchanged pages stay as they are. Raises ArchiveError with the reason."""
    store = tools.post.store
    time_zone = tools.config.practice.time_zone
    digests = (*store.digests.all(), _running_week(tools))
    return write_archive(
        ArchiveContent(
            practice=tools.policy.practice_name,
            made_at=tools.post.clock(),
            time_zone=time_zone,
            digests=digests,
            clause_texts=tuple((text.id, text.title, text.summary) for text in tools.policy.clauses),
            figures=store.runs.figures([period_named(digest.period.week, time_zone) for digest in digests]),
            privacy_contact=tools.config.practice.contact,
            error_rates=tools.renderer.error_rates,
        ),
        tools.config.archive,
    )


def _running_week(tools: Reporting) -> Digest:
    """The week that has not ended: coverage, and only what its author has already been told (POLICY R24)."""
    running = draft(tools, period_of(tools.post.clock(), tools.config.practice.time_zone))
    told = tuple(finding for finding in running.findings if finding.author_told_at is not None)
    return replace(running, findings=told)
