"""What is gathered for an export: findings by filter, one whole case, one person's record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, or_, select

from domain.errors import UsageError
from domain.exports import CaseFile, ExportedIncident, ExportedVersion, Notice, PersonnelFile
from domain.reporting import UNLOGGED
from domain.review import Outcome
from store.audit import entries_about
from store.deliveries import deliveries_where
from store.enrolments import ledger_lines
from store.exporting import decided, found, masked, narrowed, news
from store.findings import ALERT_PREFIX
from store.holds import holds_on
from store.record_tables import incidents, reviews
from store.review_queue import OPENED_PREFIX, STEP_PREFIX
from store.review_rows import reviews_where
from store.staff import staff_of
from store.tables import accounts, deliveries, findings, ledger, notices, staff, versions

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from domain.audit import AuditEntry
    from domain.exports import ExportedFinding, ExportFilter
    from domain.reporting import Delivery
    from domain.review import Review
    from store.database import Database


@dataclass(frozen=True, slots=True)
class ExportStore:
    """Reads for exports. Everything comes out masked unless `unmasked`; who may ask is the caller's to know."""

    database: Database

    def findings(
        self,
        chosen: ExportFilter,
        now: datetime,
        *,
        unmasked: bool = False,
        hidden_staff: Collection[int] = (),
    ) -> tuple[ExportedFinding, ...]:
        """Findings and decisions by filter, in the order they were found; never in an order of persons.

        `hidden_staff` are those whose findings are not the asking person's to see.
        """
        foreign = accounts.c.staff_id.not_in(tuple(hidden_staff))
        with self.database.reading() as connection:
            listed = found(connection, now, *news(), *narrowed(chosen, findings, findings.c.first_seen_at), foreign)
            bare = decided(connection, _told(), *narrowed(chosen, reviews, reviews.c.opened_at), foreign)
        together = sorted((*listed, *bare), key=lambda each: (each.found_at, each.finding_id or 0, each.review_id or 0))
        return tuple(each if unmasked else masked(each) for each in together)

    def case(self, review_id: int, now: datetime, *, unmasked: bool = False) -> CaseFile:
        """The whole case. Raises UsageError when there is no such review, or it was decided to be protected activity.

        In a masked one, words of versions are left out, and notes too where a finding of clause 2 stands on the post.
        """
        with self.database.reading() as connection:
            review = next(iter(reviews_where(connection, reviews.c.id == review_id, _told())), None)
            if review is None:
                raise UsageError(f"There is no review {review_id}.")
            return _case(connection, review, now, unmasked=unmasked)

    def personnel(self, staff_id: int, now: datetime, *, unmasked: bool = False) -> PersonnelFile:
        """All about one member of staff, for that person. Raises UsageError when there is none."""
        with self.database.reading() as connection:
            member = connection.execute(select(staff).where(staff.c.id == staff_id)).one_or_none()
            if member is None:
                raise UsageError(f"There is no staff member {staff_id}. `section7 staff list` shows everybody.")
            theirs = reviews_where(connection, reviews.c.staff_id == staff_id, _told())
            mine = select(accounts.c.id).where(accounts.c.staff_id == staff_id)
            lines = ledger_lines(connection, ledger.c.account_id.in_(mine))
            unreviewed = found(connection, now, accounts.c.staff_id == staff_id, reviews.c.id.is_(None))
            addresses = select(accounts.c.url).where(accounts.c.staff_id == staff_id).order_by(accounts.c.id)
            return PersonnelFile(
                staff=staff_of(member),
                accounts=tuple(connection.execute(addresses).scalars()),
                ledger=lines,
                notices=_notices(connection, {line.notice_hash for line in lines}),
                cases=tuple(_case(connection, each, now, unmasked=unmasked) for each in theirs),
                unreviewed=tuple(each if unmasked else masked(each) for each in unreviewed),
            )


def _told() -> ColumnElement[bool]:
    """Nothing is told of protected activity, not even that it was looked at."""
    return or_(reviews.c.outcome.is_(None), reviews.c.outcome != Outcome.PROTECTED)


def _case(connection: Connection, review: Review, now: datetime, *, unmasked: bool) -> CaseFile:
    about = reviews.c.id == review.id
    (finding,) = (*found(connection, _ever(review, now), about), *decided(connection, about)) or (None,)
    if finding is None:
        raise UsageError(f"The finding of review {review.id} was erased before anybody decided.")
    if not unmasked and finding.confidential:
        review = replace(review, events=tuple(replace(event, note="") for event in review.events))
    lines = ledger_lines(connection, ledger.c.account_id == review.account_id)
    author = connection.execute(select(staff.c.name).where(staff.c.id == review.staff_id)).scalar_one()
    return CaseFile(
        review=review,
        finding=finding if unmasked else masked(finding),
        author=author,
        versions=_versions(connection, review.finding_id, unmasked=unmasked),
        ledger=lines,
        notices=_notices(connection, {line.notice_hash for line in lines}),
        mails=_mails(connection, review),
        audit=_audit(connection, review),
        incident=_incident(connection, review.id),
        holds=holds_on(connection, review.account_id),
    )


def _ever(review: Review, now: datetime) -> datetime:
    """A case may be asked for within its grace, by its author."""
    return max(now, review.grace_until or now)


def _versions(connection: Connection, finding_id: int | None, *, unmasked: bool) -> tuple[ExportedVersion, ...]:
    post = select(versions.c.post_key).join_from(versions, findings).where(findings.c.id == finding_id)
    query = select(versions).where(versions.c.post_key.in_(post)).order_by(versions.c.id)
    return tuple(
        ExportedVersion(
            version_id=row.id,
            content_hash=row.content_hash,
            change=row.change.value,
            first_seen_at=row.first_seen_at,
            edited_at=row.edited_at,
            kept=row.kept_text is not None,
            text=row.kept_text if unmasked else None,
            alts=tuple(row.kept_alts or ()) if unmasked else (),
        )
        for row in connection.execute(query)
    )


def _notices(connection: Connection, hashes: Collection[str]) -> tuple[Notice, ...]:
    query = select(notices).where(notices.c.hash.in_(hashes)).order_by(notices.c.first_used_at, notices.c.hash)
    return tuple(Notice(row.hash, row.text) for row in connection.execute(query))


def _mails(connection: Connection, review: Review) -> tuple[Delivery, ...]:
    """Mails about this one finding or review, by their keys; a digest names a week and is not among them."""
    steps = [f"{STEP_PREFIX}{event.id}" for event in review.events]
    author = select(staff.c.email).where(staff.c.id == review.staff_id).scalar_subquery()
    opened = and_(
        deliveries.c.key == f"{OPENED_PREFIX}{review.opened_at.isoformat()}", deliveries.c.recipient == author
    )
    about = or_(deliveries.c.key.in_([f"{ALERT_PREFIX}{review.finding_id}", *steps]), opened)
    return deliveries_where(connection, deliveries.c.kind.not_in(UNLOGGED), about)


def _audit(connection: Connection, review: Review) -> tuple[AuditEntry, ...]:
    subjects = [f"review:{review.id}"] + ([f"finding:{review.finding_id}"] if review.finding_id else [])
    return entries_about(connection, subjects)


def _incident(connection: Connection, review_id: int) -> ExportedIncident | None:
    row = connection.execute(select(incidents).where(incidents.c.review_id == review_id)).one_or_none()
    if row is None:
        return None
    return ExportedIncident(row.discovered_at, row.first_viewed_at, row.checklist, row.closed_at)
