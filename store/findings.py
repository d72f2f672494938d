"""Findings: what reports are told, and what scoring may look at again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, cast, exists, func, literal, select, update

from domain.errors import NotAuthorised
from domain.findings import Severity
from domain.plans import KeptVersion
from domain.posts import Media, Post, PostState
from domain.reporting import DeliveryKind
from store.authorisations import READABLE_STATES, joined_staff, permitted_ids, staff_columns
from store.enrolments import lock_account
from store.recording import add_findings
from store.reported import is_enrolled, is_news, reported
from store.tables import accounts, deliveries, findings, posts, staff, versions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Select

    from domain.findings import Finding
    from domain.reporting import ReportedFinding
    from store.columns import AnyRow
    from store.database import Database

_PAGE = 500
ALERT_PREFIX = "finding:"
"""An alert's delivery key is this and the finding's id."""


@dataclass(frozen=True, slots=True)
class FindingStore:
    """Findings on stored post versions. A repeat of an older finding by a rescoring is stored and is not news."""

    database: Database

    def seen_between(self, start: datetime, end: datetime) -> tuple[ReportedFinding, ...]:
        """News found at `start` or later and before `end`, in the order it was found; none of a withdrawn account."""
        with self.database.reading() as connection:
            seen = (findings.c.first_seen_at >= start, findings.c.first_seen_at < end)
            return reported(connection, *seen, is_news(), is_enrolled())

    def open_before(self, start: datetime, min_severity: Severity) -> tuple[ReportedFinding, ...]:
        """News found before `start`, at least this grave, whose post still stands; none of a withdrawn account."""
        with self.database.reading() as connection:
            return reported(
                connection,
                findings.c.first_seen_at < start,
                findings.c.severity >= int(min_severity),
                posts.c.state != PostState.GONE,
                is_news(),
                is_enrolled(),
            )

    def get(self, ids: Collection[int]) -> tuple[ReportedFinding, ...]:
        """Those of the findings that still exist."""
        with self.database.reading() as connection:
            return reported(connection, findings.c.id.in_(tuple(ids)))

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
            return tuple(added for added, _ in add_findings(connection, version_id, pairs, common))

    def _page_after(self, last: int) -> tuple[ReportedFinding, ...]:
        window = select(findings.c.id).where(findings.c.id > last).order_by(findings.c.id).limit(_PAGE).subquery()
        with self.database.reading() as connection:
            upper = connection.execute(select(func.max(window.c.id))).scalar()
            page = reported(connection, findings.c.id > last, findings.c.id <= (upper or last))
        return tuple(sorted(page, key=lambda finding: finding.id))

    def _kept_after(self, last: int) -> tuple[KeptVersion, ...]:
        with self.database.reading() as connection:
            return tuple(_kept_of(row) for row in connection.execute(_kept_query(last)))


def _kept_query(last: int) -> Select[Any]:
    joined = (
        versions.join(posts, posts.c.id == versions.c.post_key)
        .join(accounts, accounts.c.id == posts.c.account_id)
        .join(staff, staff.c.id == accounts.c.staff_id)
    )
    return (
        select(
            *versions.c["id", "kept_text", "kept_alts", "language", "edited_at"],
            *posts.c["account_id", "post_id", "url", "reply_to_id", "published_at"],
            posts.c.kind.label("post_kind"),
            *accounts.c["staff_id", "platform", "kind", "handle", "bio"],
            *staff_columns(),
        )
        .select_from(joined)
        .where(versions.c.id > last, versions.c.kept_text.is_not(None), accounts.c.state.in_(READABLE_STATES))
        .order_by(versions.c.id)
        .limit(_PAGE)
    )


def _kept_of(row: AnyRow) -> KeptVersion:
    return KeptVersion(
        version_id=row.id,
        account_id=row.account_id,
        platform=row.platform,
        kind=row.kind,
        staff=joined_staff(row),
        handle=row.handle,
        bio=row.bio,
        post=Post(
            post_id=row.post_id,
            url=row.url,
            kind=row.post_kind,
            text=row.kept_text,
            media=tuple(Media(kind="image", alt=alt) for alt in row.kept_alts or ()),
            language=row.language,
            published_at=row.published_at,
            edited_at=row.edited_at,
            reply_to_id=row.reply_to_id,
        ),
    )
