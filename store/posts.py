"""Posts, their versions and the findings on them, written one pass over one account at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, exists, select

from domain.errors import NotAuthorised
from domain.plans import Applied, Change
from domain.posts import KnownPost
from store.authorisations import READABLE_STATES, authorised
from store.columns import UtcDateTime
from store.dangers import write_dangers
from store.enrolments import lock_account
from store.recording import Found, record_check, settle_account, write_findings, write_states, write_versions
from store.signals import write_signals
from store.stops import must_not_be_stopped
from store.tables import accounts, ledger, posts, versions
from store.telling import tell_pass
from store.withheld import is_withheld_account

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from domain.accounts import Account
    from domain.plans import Plan, Verdict
    from store.database import Database

# Made once: each is asked for every account that is read, and making one takes longer than asking it.
_UNJUDGED = exists().where(versions.c.post_key == posts.c.id, versions.c.change == Change.BASELINE)
_KNOWN = select(posts, _UNJUDGED.label("baseline")).where(posts.c.account_id == bindparam("this"))
_PERMITTED = (
    select(accounts.c.lease_owner, ledger.c.starts_at)
    .select_from(authorised(bindparam("permitted_at", type_=UtcDateTime)))
    .where(accounts.c.id == bindparam("this"))
)


@dataclass(frozen=True, slots=True)
class PostStore:
    """What is known of posts, mostly without their words."""

    database: Database

    def known(self, account_id: int) -> Mapping[str, KnownPost]:
        """Every post of an account that is remembered, by the platform's id."""
        with self.database.reading() as connection:
            return {
                row.post_id: KnownPost(
                    post_id=row.post_id,
                    content_hash=row.current_hash,
                    published_at=row.published_at,
                    state=row.state,
                    absences=row.absences,
                    last_absence_at=row.last_absence_at,
                    url=row.url,
                    baseline=bool(row.baseline),
                )
                for row in connection.execute(_KNOWN, {"this": account_id})
            }

    def apply(
        self,
        account: Account,
        plan: Plan,
        verdicts: Sequence[Verdict],
        *,
        owner: str,
        policy_version: str,
        now: datetime,
    ) -> Applied:
        """Write one pass, all of it or nothing, and give the lease back. A repeat adds no post, version or finding.

        Words are written only where a verdict says which. Raises NotAuthorised, with nothing written, when the account
        may not be read at `now`, when the lease is not `owner`'s any more, or when a version is older than the
        authorisation; Stopped when collection was stopped meanwhile; ValueError when plan and verdicts do not belong
        together, which is a bug.
        """
        _must_belong_together(plan, verdicts)
        with self.database.writing() as connection:
            must_not_be_stopped(connection)
            lock_account(connection, account.id)
            starts_at = _permitted_since(connection, account.id, owner, now)
            _must_not_be_older(verdicts, starts_at)
            written = write_versions(connection, account.id, verdicts, now)
            found = write_findings(connection, written, policy_version, now)
            write_signals(connection, written, now)
            danger = write_dangers(connection, account.id, verdicts, now)
            gone = write_states(connection, account.id, plan, now)
            # What only the author may see is counted nowhere: not in a report, a log or an alert.
            told = Found() if found.ids and is_withheld_account(connection, account.id) else found
            applied = Applied(written.new, written.edited, gone, told.ids, told.critical, danger)
            record_check(connection, account.id, plan, verdicts=verdicts, applied=applied, now=now)
            settle_account(connection, account.id, plan, now)
            tell_pass(connection, account.id, plan=plan, written=written, made=found.ids, now=now)
        return applied


def _must_belong_together(plan: Plan, verdicts: Sequence[Verdict]) -> None:
    planned = sorted((each.post.post_id, each.post.content_hash) for each in plan.versions)
    judged = sorted((each.version.post.post_id, each.version.post.content_hash) for each in verdicts)
    if planned != judged:
        raise ValueError("every planned version needs exactly one verdict")
    if plan.state not in (None, *READABLE_STATES):
        raise ValueError(f"a pass cannot make an account {plan.state}")


def _permitted_since(connection: Connection, account_id: int, owner: str, now: datetime) -> datetime:
    """Start of the authorisation that stands now; looked up again, because reading took a while."""
    permitted = connection.execute(_PERMITTED, {"this": account_id, "permitted_at": now}).one_or_none()
    if permitted is None:
        raise NotAuthorised(f"Account {account_id} has no active authorisation any more; what was read is dropped.")
    if permitted.lease_owner != owner:
        raise NotAuthorised(f"Account {account_id} is not leased to this process; what was read is dropped.")
    starts_at: datetime = permitted.starts_at
    return starts_at


def _must_not_be_older(verdicts: Sequence[Verdict], starts_at: datetime) -> None:
    for verdict in verdicts:
        if verdict.version.change is Change.BASELINE:
            told = verdict.findings or verdict.signals or verdict.danger
            if verdict.kept_text is not None or verdict.kept_alts or told:
                raise NotAuthorised("A post that may be older than the authorisation was judged; nothing is written.")
        elif verdict.version.published_at < starts_at:
            raise NotAuthorised("A post is older than the authorisation; nothing is written.")
