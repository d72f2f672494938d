"""Findings: what reports are told, and what scoring may look at again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import String, cast, exists, func, literal, select, update

from domain.accounts import AccountState
from domain.errors import NotAuthorised
from domain.findings import Severity
from domain.posts import PostState
from domain.reporting import DeliveryKind
from domain.review import DISMISSALS, ReviewState
from store.audit import Trail
from store.authorisations import permitted_ids
from store.enrolments import lock_account
from store.evidence import evidence_of
from store.kept import kept_of, kept_query
from store.record_tables import reviews
from store.recording import add_findings
from store.reported import is_enrolled, is_news, reported, reported_by_id, reported_to_author
from store.tables import accounts, deliveries, findings, posts, versions
from store.telling import tell_found
from store.withheld import is_withheld

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from domain.archive import Evidence
    from domain.findings import Finding
    from domain.plans import KeptVersion
    from domain.reporting import ReportedFinding
    from store.database import Database

_PAGE = 500
ALERT_PREFIX = "finding:"
"""An alert's delivery key is this and the finding's id."""


@dataclass(frozen=True, slots=True)
class FindingStore:
    """Findings on stored post versions. A repeat of an older finding by a rescoring is stored and is not news."""

    database: Database

    def seen_between(self, start: datetime, end: datetime) -> tuple[ReportedFinding, ...]:
        """News that management may see from `start` or later and before `end` on, in the order it was found.

        None of a withdrawn account, none that its author mended in time, none that people have dismissed.
        """
        with self.database.reading() as connection:
            seen = (findings.c.visible_from >= start, findings.c.visible_from < end)
            return reported(connection, *seen, is_news(), is_enrolled(), ~_dismissed())

    def open_before(self, start: datetime, min_severity: Severity) -> tuple[ReportedFinding, ...]:
        """What management could see before `start`, at least this grave, whose post still stands.

        None of a withdrawn account, none whose review is closed.
        """
        with self.database.reading() as connection:
            return reported(
                connection,
                findings.c.visible_from < start,
                ~_closed(),
                findings.c.severity >= int(min_severity),
                posts.c.state != PostState.GONE,
                is_news(),
                is_enrolled(),
            )

    def get(self, ids: Collection[int]) -> tuple[ReportedFinding, ...]:
        """Those of the findings that still exist."""
        with self.database.reading() as connection:
            return reported_by_id(connection, ids)

    def evidence(self, finding_id: int) -> Evidence | None:
        """What is kept of the post under a finding, words and all; None when there is no such finding."""
        with self.database.reading() as connection:
            return evidence_of(connection, finding_id)

    def of_staff(self, staff_id: int) -> tuple[ReportedFinding, ...]:
        """Everything ever found about this person's posts and kept, repeats too, oldest first: for their own eyes."""
        with self.database.reading() as connection:
            return reported_to_author(connection, accounts.c.staff_id == staff_id)

    def authors_alone(self) -> tuple[ReportedFinding, ...]:
        """News that only its author may see and has not heard of, for the notice to that author."""
        untold = (findings.c.author_told_at.is_(None), is_withheld(), is_news())
        with self.database.reading() as connection:
            return reported_to_author(connection, *untold, accounts.c.state != AccountState.WITHDRAWN)

    def critical_unalerted(self) -> tuple[ReportedFinding, ...]:
        """S4 findings for which no alert was ever queued."""
        queued = exists().where(
            deliveries.c.kind == DeliveryKind.ALERT,
            deliveries.c.key == literal(ALERT_PREFIX) + cast(findings.c.id, String),
        )
        with self.database.reading() as connection:
            return reported(connection, findings.c.severity == int(Severity.S4), ~queued, is_news())

    def mark_author_told(self, ids: Collection[int], at: datetime) -> None:
        """Record when the author heard of findings; the first time counts."""
        untold = (findings.c.id.in_(tuple(ids)), findings.c.author_told_at.is_(None))
        with self.database.writing() as connection:
            connection.execute(update(findings).where(*untold).values(author_told_at=at))

    def all(self) -> Iterator[ReportedFinding]:
        """Every finding, by id, read in pages so that any number fits in memory."""
        last = 0
        while page := self._page_after(last):
            yield from page
            last = page[-1].id

    def kept_for_rescore(self) -> Iterator[KeptVersion]:
        """Post versions whose words are kept, of accounts that are being read, in pages."""
        last = 0
        while page := self._kept_after(last):
            yield from page
            last = page[-1].version_id

    def add_rescored(
        self,
        version_id: int,
        found: Sequence[Finding],
        excerpts: Sequence[str],
        *,
        policy_version: str,
        needs_context: Sequence[str] = (),
        now: datetime,
    ) -> tuple[int, ...]:
        """Store what a new policy or detector says of kept words; returns the ids of findings that are new.

        Raises NotAuthorised when the account may not be read at `now`, or the words were erased meanwhile.
        """
        common = {"policy_version": policy_version, "needs_context": needs_context, "first_seen_at": now}
        kept = (
            select(posts.c.account_id)
            .join_from(versions, posts)
            .where(versions.c.id == version_id, versions.c.kept_text.is_not(None))
        )
        with self.database.writing() as connection:
            account_id = connection.execute(kept).scalar()
            if account_id is not None:
                lock_account(connection, account_id)
                account_id = connection.execute(kept).scalar()
            if account_id is None or not permitted_ids(connection, now, [account_id]):
                raise NotAuthorised("These words may not be scored again: they were erased or the account stopped.")
            pairs = zip(found, excerpts, strict=True)
            made = tuple(added for added, _ in add_findings(connection, version_id, pairs, common))
            trail = Trail(now)
            tell_found(connection, trail, account_id, made)
            trail.write(connection)
            return made

    def _page_after(self, last: int) -> tuple[ReportedFinding, ...]:
        window = select(findings.c.id).where(findings.c.id > last).order_by(findings.c.id).limit(_PAGE).subquery()
        with self.database.reading() as connection:
            upper = connection.execute(select(func.max(window.c.id))).scalar()
            page = reported(connection, findings.c.id > last, findings.c.id <= (upper or last))
        return tuple(sorted(page, key=lambda finding: finding.id))

    def _kept_after(self, last: int) -> tuple[KeptVersion, ...]:
        with self.database.reading() as connection:
            return tuple(kept_of(row) for row in connection.execute(kept_query(versions.c.id > last, limit=_PAGE)))


def _closed(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    """The review of the finding is closed."""
    return exists().where(reviews.c.finding_id == findings.c.id, reviews.c.state == ReviewState.CLOSED, *more)


def _dismissed() -> ColumnElement[bool]:
    return _closed(reviews.c.outcome.in_(DISMISSALS))
