"""Erasure on request: one clinician, or one mention of a client.

Hashes, dates and decisions that a duty keeps stay; words go. Every row that goes is told to the audit log by its
number, so that the chain stays whole and says what is missing and why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select, update

from domain.erasures import ClinicianErased, MentionErased
from domain.errors import Refused, UsageError
from store.clinician_erasure import erase_account, erase_sign_in, stays
from store.digest_content import readdress_findings
from store.enrolments import lock_account
from store.erasure import clear
from store.held import held_now, is_held
from store.record_tables import review_events, reviews
from store.review_erasure import erase_notes
from store.search import index_findings
from store.tables import accounts, findings, posts, staff, versions
from store.watching import watched

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Connection

    from domain.plans import RetentionProfile
    from store.columns import AnyRow
    from store.database import Database

_WHY = "request"


@dataclass(frozen=True, slots=True)
class ErasureStore:
    """Requests that somebody has decided to grant. Who may decide is the caller's to ask."""

    database: Database

    def clinician(self, staff_id: int, profile: RetentionProfile, actor: str, now: datetime) -> ClinicianErased:
        """Erase all of one member of staff that neither a legal duty nor a hold keeps, and say what stays and why.

        Every account of theirs that still stands is withdrawn by it. A second request finds nothing left to do.
        Raises UsageError when there is no such member of staff.
        """
        removed: dict[str, int] = {}
        with self.database.writing() as connection:
            _expect_staff(connection, staff_id)
            numbers = _locked_accounts(connection, staff_id)
            held = held_now(connection)
            for number in (each for each in numbers if each not in held):
                with watched(connection, number, now, _WHY, actor):
                    for kind, count in erase_account(connection, number, profile, actor, now).items():
                        removed[kind] = removed.get(kind, 0) + count
            removed["sign-ins"] = erase_sign_in(connection, staff_id, actor, now)
            kept = stays(connection, staff_id, profile, frozenset(each for each in numbers if each in held))
        return ClinicianErased(staff_id, removed, kept, scrubbed=self.database.scrub())

    def mention(
        self,
        finding_id: int,
        address: Callable[[str], str],
        actor: str,
        now: datetime,
        *,
        notes: bool = True,
    ) -> MentionErased:
        """Erase the words of the post version that a finding stands on: text, excerpts, places, search terms.

        The version's hash and the decision stay. `address` says what may stay of the post's address, which can hold a
        title. With `notes`, what reviewers and the author wrote about its findings goes too. Raises UsageError when
        there is no such finding, Refused while a legal hold stands.
        """
        with self.database.writing() as connection:
            at = _place(connection, finding_id)
            lock_account(connection, at.account_id)
            if is_held(connection, at.account_id):
                raise Refused("A legal hold keeps this account's records. Nothing was erased.")
            with watched(connection, at.account_id, now, _WHY, actor):
                done = _erase_version(connection, at, address, notes=notes)
        return replace(done, scrubbed=self.database.scrub())

    def finding_of(self, review_id: int) -> int:
        """The finding that a review is about. Raises UsageError when there is none, or it is erased already."""
        with self.database.reading() as connection:
            found = connection.execute(select(reviews.c.finding_id).where(reviews.c.id == review_id)).scalar()
        if found is None:
            raise UsageError(f"There is no review {review_id} whose finding still exists.")
        return int(found)


def _expect_staff(connection: Connection, staff_id: int) -> None:
    if connection.execute(select(staff.c.id).where(staff.c.id == staff_id)).scalar() is None:
        raise UsageError(f"There is no staff member {staff_id}. `section7 staff list` shows everybody.")


def _locked_accounts(connection: Connection, staff_id: int) -> list[int]:
    """All at once and in one order, before anything is told to the log: see `store.holds`."""
    mine = select(accounts.c.id).where(accounts.c.staff_id == staff_id).order_by(accounts.c.id).with_for_update()
    return list(connection.execute(mine).scalars())


def _place(connection: Connection, finding_id: int) -> AnyRow:
    query = (
        select(findings.c.version_id, versions.c.post_key, posts.c.account_id, posts.c.url)
        .select_from(findings.join(versions).join(posts))
        .where(findings.c.id == finding_id)
    )
    if (row := connection.execute(query).one_or_none()) is None:
        raise UsageError(f"There is no finding {finding_id}.")
    return row


def _erase_version(connection: Connection, at: AnyRow, address: Callable[[str], str], *, notes: bool) -> MentionErased:
    on_it = select(findings.c.id).where(findings.c.version_id == at.version_id).order_by(findings.c.id)
    ids = tuple(connection.execute(on_it).scalars())
    clear(connection, versions.c.id == at.version_id)
    # `clear` starts from words that are kept; an excerpt can outlive them.
    connection.execute(update(findings).where(findings.c.id.in_(ids)).values(excerpt="", spans=[]))
    index_findings(connection, ids)
    about = reviews.c.finding_id.in_(ids)
    left = address(at.url)
    if left != at.url:
        connection.execute(update(posts).where(posts.c.id == at.post_key).values(url=left))
        readdress_findings(connection, _on_post(connection, at.post_key), left)
    return MentionErased(
        version_id=at.version_id,
        findings=ids,
        notes=_erase_notes(connection, about) if notes else 0,
        elsewhere=_elsewhere(connection, at),
        address=left != at.url,
    )


def _erase_notes(connection: Connection, about: ColumnElement[bool]) -> int:
    worded = and_(review_events.c.review_id == reviews.c.id, review_events.c.note.is_not(None), about)
    count = connection.execute(select(func.count()).select_from(review_events.join(reviews)).where(worded)).scalar_one()
    erase_notes(connection, about)
    return count


def _on_post(connection: Connection, post_key: int) -> frozenset[int]:
    query = select(findings.c.id).join_from(findings, versions).where(versions.c.post_key == post_key)
    return frozenset(connection.execute(query).scalars())


def _elsewhere(connection: Connection, at: AnyRow) -> tuple[int, ...]:
    query = (
        select(findings.c.id)
        .join_from(findings, versions)
        .where(
            versions.c.post_key == at.post_key,
            versions.c.id != at.version_id,
            or_(versions.c.kept_text.is_not(None), findings.c.excerpt != ""),
        )
        .order_by(findings.c.id)
    )
    return tuple(connection.execute(query).scalars())
