"""Enrolment, authorisation, and which accounts are due.

Without an active authorisation no Account comes out of here: see `store.authorisations`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, ColumnElement, Integer, and_, bindparam, func, insert, or_, select, update

from domain.accounts import Account, AccountState, Enrolment, LedgerEntry, LedgerEvent, Profile
from domain.audit import COMMAND
from domain.errors import Conflict, NotAuthorised, UsageError
from domain.imports import MARK, is_imported
from store.audit import Trail
from store.authorisations import READABLE_STATES, authorised, readable_accounts
from store.columns import UtcDateTime
from store.database import insert_if_new
from store.enrolments import (
    change,
    enrolments,
    expect_state,
    find_enrolment,
    ledger_lines,
    lock_account,
    one_enrolment,
    record,
)
from store.stops import must_not_be_stopped, standing_stop
from store.tables import accounts, ledger, notices, staff
from store.watching import watched
from store.withdrawal import erase

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection

    from domain.accounts import AccountKind, Proof
    from domain.plans import Erased
    from store.database import Database

    Instant = datetime | BindParameter[datetime]

_FARTHEST_PLAN = timedelta(days=31)
"""Nothing is ever planned for later; see monitor.plan.LONGEST_WAIT."""
_RELEASED: dict[str, Any] = {"lease_owner": None, "lease_until": None}


@dataclass(frozen=True, slots=True)
class AccountStore:
    """Accounts, their ledger and their leases."""

    database: Database

    def enroll(
        self,
        staff_id: int,
        kind: AccountKind,
        profile: Profile,
        *,
        token: str,
        notice_hash: str,
        notice_text: str,
        actor: str,
        now: datetime,
    ) -> Enrolment:
        """An account that was asked for: it cannot be read until `authorise`. The notice is kept as it was shown.

        Raises UsageError when the same profile is enrolled already, or there is no such staff member.
        """
        with self.database.writing() as connection:
            _expect_staff(connection, staff_id)
            _expect_free(connection, profile)
            insert_if_new(connection, notices, {"hash": notice_hash, "text": notice_text, "first_used_at": now})
            values = _new_row(staff_id, kind, profile, now) | {"token": token, "notice_hash": notice_hash}
            account_id = connection.execute(insert(accounts).values(values).returning(accounts.c.id)).scalar_one()
            enrolment = one_enrolment(connection, account_id)
            record(connection, enrolment, LedgerEvent.ENROLLED, actor, now).write(connection)
        return enrolment

    def find(self, query: str) -> Enrolment:
        """By id, URL or handle. Raises UsageError when none fits, or more than one does, naming their ids."""
        with self.database.reading() as connection:
            return find_enrolment(connection, query)

    def all(self) -> tuple[Enrolment, ...]:
        """Every account ever enrolled, oldest first, withdrawn ones included."""
        with self.database.reading() as connection:
            return enrolments(connection)

    def profile_of(self, account_id: int) -> Profile:
        """The profile as it was when the account was enrolled, with its newest bio. Raises UsageError."""
        with self.database.reading() as connection:
            row = connection.execute(select(accounts).where(accounts.c.id == account_id)).one_or_none()
        if row is None:
            raise UsageError(f"There is no account {account_id}.")
        return Profile(
            platform=row.platform,
            platform_id=row.platform_id,
            handle=row.handle,
            url=row.url,
            api_base=row.api_base,
            display_name=row.display_name,
            bio=row.bio,
            reads=row.reads,
        )

    def notice(self, notice_hash: str) -> str:
        """The words of a notice that was shown. Raises UsageError when none has this hash."""
        with self.database.reading() as connection:
            words = connection.execute(select(notices.c.text).where(notices.c.hash == notice_hash)).scalar()
        if words is None:
            raise UsageError(f"No notice with the hash {notice_hash} was ever shown.")
        return str(words)

    def authorise(
        self,
        account_id: int,
        *,
        proof: Proof,
        proof_reference: str,
        actor: str,
        starts_at: datetime,
        ends_at: datetime | None,
        now: datetime,
    ) -> Enrolment:
        """Permit reading from `starts_at` on; also renews a standing permission. Due at once.

        Raises UsageError for a paused or withdrawn account, and for an end that is not after the start.
        """
        if ends_at is not None and ends_at <= starts_at:
            raise UsageError("An authorisation must end after it starts.")
        with self.database.writing() as connection:
            enrolment = _locked(connection, account_id)
            expect_state(enrolment, (AccountState.ENROLLED, *READABLE_STATES), "authorised")
            line = {"proof": proof, "proof_reference": proof_reference, "starts_at": starts_at, "ends_at": ends_at}
            told = record(connection, enrolment, LedgerEvent.AUTHORISED, actor, now, **line)
            change(connection, account_id, {"state": AccountState.ACTIVE, "next_check_at": now, "failures": 0})
            told.write(connection)
            return one_enrolment(connection, account_id)

    def pause(self, account_id: int, actor: str, now: datetime) -> Enrolment:
        """Stop reading, also a pass that is under way. Raises UsageError unless the account is being read."""
        with self.database.writing() as connection:
            enrolment = _locked(connection, account_id)
            expect_state(enrolment, READABLE_STATES, "paused")
            told = record(connection, enrolment, LedgerEvent.PAUSED, actor, now)
            change(connection, account_id, {"state": AccountState.PAUSED} | _RELEASED)
            told.write(connection)
            return one_enrolment(connection, account_id)

    def resume(self, account_id: int, actor: str, now: datetime) -> Enrolment:
        """Go on reading under the authorisation that stood before. Raises UsageError unless the account is paused."""
        with self.database.writing() as connection:
            enrolment = _locked(connection, account_id)
            expect_state(enrolment, (AccountState.PAUSED,), "resumed")
            # What was published meanwhile was not to be read: the permission begins anew.
            proof = _newest_proof(connection, account_id) | {"starts_at": now}
            told = record(connection, enrolment, LedgerEvent.RESUMED, actor, now, **proof)
            change(connection, account_id, {"state": AccountState.ACTIVE, "next_check_at": now, "failures": 0})
            told.write(connection)
            return one_enrolment(connection, account_id)

    def withdraw(self, account_id: int, actor: str, now: datetime) -> Erased:
        """Stop for good and erase: all findings below S4, all posts without an S4 finding, all words about failures.

        What stays is the ledger, the account's address, bare counts of passes, and S4 findings with their text.
        Raises UsageError when it was withdrawn before.
        """
        with self.database.writing() as connection:
            enrolment = _locked(connection, account_id)
            if enrolment.state is AccountState.WITHDRAWN:
                raise UsageError(f"Account {account_id} was withdrawn before.")
            told = record(connection, enrolment, LedgerEvent.WITHDRAWN, actor, now)
            with watched(connection, account_id, now, "withdrawal", told.actor):
                erased = erase(connection, enrolment)
                told.write(connection)
        return replace(erased, scrubbed=self.database.scrub())

    def retry(self, account_id: int, now: datetime) -> Enrolment:
        """Read it again now, out of quarantine if it was there. Raises UsageError unless it is being read."""
        with self.database.writing() as connection:
            enrolment = _locked(connection, account_id)
            expect_state(enrolment, READABLE_STATES, "tried again")
            if is_imported(enrolment.platform):
                raise UsageError(f"Account {account_id} is imported: nothing is fetched for it. Use `section7 import`.")
            change(connection, account_id, {"state": AccountState.ACTIVE, "next_check_at": now, "failures": 0})
            return one_enrolment(connection, account_id)

    def ledger(self, account_id: int | None = None) -> tuple[LedgerEntry, ...]:
        """The authorisation ledger, oldest line first, of one account or of all."""
        conditions = [] if account_id is None else [ledger.c.account_id == account_id]
        with self.database.reading() as connection:
            return ledger_lines(connection, *conditions)

    def practice_started_at(self) -> datetime | None:
        """When anything could be read for the first time, None before the first authorisation."""
        with self.database.reading() as connection:
            lines = ledger_lines(connection, ledger.c.event == LedgerEvent.AUTHORISED)
        return min((max(line.at, line.starts_at or line.at) for line in lines), default=None)

    def account(self, account_id: int, now: datetime) -> Account:
        """An account that may be read at `now`. Raises NotAuthorised for every other one."""
        with self.database.reading() as connection:
            found = readable_accounts(connection, now, [account_id])
        if not found:
            raise NotAuthorised(f"Account {account_id} has no active authorisation.")
        return found[0]

    def claim_due(
        self, now: datetime, owner: str, lease_until: datetime, limit: int, due_by: datetime | None = None
    ) -> tuple[Account, ...]:
        """Lease up to `limit` accounts that may be read and are due; no two callers get the same one.

        Due means: never planned, or planned for `due_by` (default: `now`) or earlier. With `due_by`, an account that
        was visited at or after that instant is left out, so that a pass that began then meets each account once.
        Nothing is due while collection is stopped, and an imported account never is.
        """
        by = due_by or now
        instants = {"now": now, "due_by": by, "farthest": by + _FARTHEST_PLAN, "most": limit}
        with self.database.writing() as connection:
            if standing_stop(connection) is not None:
                return ()
            ids = _next_due(connection, instants, once=due_by is not None)
            if not ids:
                return ()
            connection.execute(_LEASED, {"these": ids, "owner": owner, "until": lease_until})
            return readable_accounts(connection, now, ids)

    def count_due(self, now: datetime) -> int:
        """How many accounts `claim_due` could lease at `now`."""
        due = (_planned_for(now, now + _FARTHEST_PLAN), _free(now), _fetched())
        query = select(func.count()).select_from(authorised(now)).where(*due)
        with self.database.reading() as connection:
            return 0 if standing_stop(connection) else connection.execute(query).scalar_one()

    def claim_import(
        self, account_id: int, owner: str, now: datetime, lease_until: datetime, handed: Mapping[str, Any]
    ) -> Account:
        """Lease an imported account for what its owner handed over, and tell the log of it.

        `handed` are counts and the name of the format, never a word. Raises Stopped while collection is stopped,
        UsageError for an account that is fetched, NotAuthorised for one that may not be read, Conflict when another
        import of it is under way.
        """
        this = accounts.c.id == account_id
        with self.database.writing() as connection:
            must_not_be_stopped(connection)
            if not is_imported(_locked(connection, account_id).platform):
                raise UsageError(f"Account {account_id} is read by itself and takes no imports.")
            found = readable_accounts(connection, now, [account_id])
            if not found:
                raise NotAuthorised(f"Account {account_id} has no active authorisation; nothing was imported.")
            lease = update(accounts).where(this, _free(now)).values(lease_owner=owner, lease_until=lease_until)
            if connection.execute(lease).rowcount != 1:
                raise Conflict(f"Another import of account {account_id} is under way; nothing was imported.")
            trail = Trail(now, COMMAND)
            trail.note("account.imported", f"account:{account_id}", **handed)
            trail.write(connection)
            return found[0]

    def renew(self, account_id: int, owner: str, lease_until: datetime) -> bool:
        """Hold a lease for longer; False when it is no longer the owner's, and the work must stop."""
        mine = and_(accounts.c.id == account_id, accounts.c.lease_owner == owner)
        with self.database.writing() as connection:
            return connection.execute(update(accounts).where(mine).values(lease_until=lease_until)).rowcount == 1

    def release(self, account_id: int, owner: str) -> None:
        """Give a lease back without having written anything; nothing happens when it is not the owner's."""
        mine = and_(accounts.c.id == account_id, accounts.c.lease_owner == owner)
        with self.database.writing() as connection:
            connection.execute(update(accounts).where(mine).values(**_RELEASED))

    def make_due(self, now: datetime, account_ids: Collection[int] | None = None) -> int:
        """Plan accounts for `now`: all active ones, or the named ones, quarantined or not. Returns how many."""
        wanted = and_(accounts.c.state == AccountState.ACTIVE, _fetched())
        if account_ids is not None:
            wanted = and_(accounts.c.id.in_(account_ids), accounts.c.state.in_(READABLE_STATES), _fetched())
        with self.database.writing() as connection:
            return connection.execute(update(accounts).where(wanted).values(next_check_at=now)).rowcount


def _locked(connection: Connection, account_id: int) -> Enrolment:
    lock_account(connection, account_id)
    return one_enrolment(connection, account_id)


def _planned_for(instant: Instant, farthest: Instant) -> ColumnElement[bool]:
    """Never planned, planned for then or earlier, or for a time so far off that only a wrong clock can have set it."""
    planned = accounts.c.next_check_at
    return or_(planned.is_(None), planned <= instant, planned > farthest)


def _free(now: Instant) -> ColumnElement[bool]:
    return or_(accounts.c.lease_until.is_(None), accounts.c.lease_until <= now)


def _fetched() -> ColumnElement[bool]:
    """Whether the account is read from its platform, and not imported."""
    return accounts.c.platform.not_like(f"{MARK}%")


def _next_due(connection: Connection, instants: Mapping[str, Any], *, once: bool) -> list[int]:
    """Up to `most` accounts that are due, those that were never planned first."""
    new, planned = _DUE_ONCE if once else _DUE
    ids: list[int] = [row.id for row in connection.execute(new, instants)]
    if more := instants["most"] - len(ids):
        ids += [row.id for row in connection.execute(planned, {**instants, "most": more})]
    return ids


def _due(*, once: bool) -> tuple[Select[tuple[int]], Select[tuple[int]]]:
    """Up to `most` accounts that are due for `due_by` at `now`: never planned, and planned.

    Apart, since the two databases disagree where nulls stand and either's index gives each in order: no more rows are
    looked at than are wanted, however many accounts there are. `once` leaves out those visited since `due_by`.
    """
    now, due_by, farthest = (bindparam(name, type_=UtcDateTime) for name in ("now", "due_by", "farthest"))
    planned, checked = accounts.c.next_check_at, accounts.c.last_checked_at
    unvisited = (or_(checked.is_(None), checked < due_by, checked > farthest),) if once else ()
    asked = (
        select(accounts.c.id)
        .select_from(authorised(now))
        .where(_free(now), _fetched(), *unvisited)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(of=accounts, skip_locked=True)
    )
    new = asked.where(planned.is_(None)).order_by(accounts.c.id)
    return new, asked.where(planned.is_not(None), _planned_for(due_by, farthest)).order_by(planned, accounts.c.id)


# Made once: they are asked for every account that is read, and making one takes longer than asking it.
_DUE, _DUE_ONCE = _due(once=False), _due(once=True)
_THESE = accounts.c.id.in_(bindparam("these", expanding=True))
_LEASED = (
    update(accounts)
    .where(_THESE)
    .values(lease_owner=bindparam("owner"), lease_until=bindparam("until", type_=UtcDateTime))
)


def _expect_staff(connection: Connection, staff_id: int) -> None:
    if connection.execute(select(staff.c.id).where(staff.c.id == staff_id)).scalar() is None:
        raise UsageError(f"There is no staff member {staff_id}.")


def _expect_free(connection: Connection, profile: Profile) -> None:
    same = and_(
        accounts.c.platform == profile.platform,
        accounts.c.platform_id == profile.platform_id,
        accounts.c.state != AccountState.WITHDRAWN,
    )
    known = connection.execute(select(func.min(accounts.c.id)).where(same)).scalar()
    if known is not None:
        raise UsageError(f"This profile is enrolled already, as account {known}.")


def _new_row(staff_id: int, kind: AccountKind, profile: Profile, now: datetime) -> dict[str, Any]:
    return {
        "staff_id": staff_id,
        "kind": kind,
        "platform": profile.platform,
        "platform_id": profile.platform_id,
        "handle": profile.handle,
        "url": profile.url,
        "api_base": profile.api_base,
        "display_name": profile.display_name,
        "bio": profile.bio,
        "reads": profile.reads,
        "state": AccountState.ENROLLED,
        "enrolled_at": now,
        "failures": 0,
    }


def _newest_proof(connection: Connection, account_id: int) -> dict[str, Any]:
    """The authorisation that a pause interrupted: its terms stand again, its start included."""
    mine = and_(ledger.c.account_id == account_id, ledger.c.event == LedgerEvent.AUTHORISED)
    line = ledger_lines(connection, mine)[-1]
    return {
        "proof": line.proof,
        "proof_reference": line.proof_reference,
        "starts_at": line.starts_at,
        "ends_at": line.ends_at,
    }
