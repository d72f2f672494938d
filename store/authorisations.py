"""The only door to an Account: the newest line of the ledger must be a standing authorisation.

No other module builds an Account. Whether an account may be read is never a flag that somebody sets; `state` in the
accounts table is kept beside the ledger for quarantine and for indexes, and it must agree as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, func, or_, select

from domain.accounts import Account, AccountState, Authorisation, LedgerEvent, Staff
from store.columns import UtcDateTime
from store.tables import accounts, ledger, staff

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Join, ScalarSelect, Select
    from sqlalchemy.engine import Connection

    from store.columns import AnyRow

READABLE_STATES = (AccountState.ACTIVE, AccountState.QUARANTINED)
_PERMITTING = (LedgerEvent.AUTHORISED, LedgerEvent.RESUMED)


def authorised(now: datetime | BindParameter[datetime]) -> Join:
    """Accounts INNER JOINed to the ledger line that permits reading them at `now`; nothing else is in it."""
    stands = and_(
        ledger.c.id == _newest_line(),
        ledger.c.event.in_(_PERMITTING),
        ledger.c.starts_at <= now,
        or_(ledger.c.ends_at.is_(None), ledger.c.ends_at > now),
        accounts.c.state.in_(READABLE_STATES),
    )
    return accounts.join(ledger, stands)


def _newest_line() -> ScalarSelect[int]:
    """The newest ledger line of the account beside it: looked up for each, so that one account costs no other."""
    lines = ledger.alias()
    return select(func.max(lines.c.id)).where(lines.c.account_id == accounts.c.id).scalar_subquery()


def readable_accounts(connection: Connection, now: datetime, ids: Sequence[int]) -> tuple[Account, ...]:
    """Those of the accounts that may be read at `now`, in the order in which they are due."""
    return tuple(_account_of(row) for row in connection.execute(_READABLE, {"permitted_at": now, "these": ids}))


def permitted_ids(connection: Connection, now: datetime, ids: Sequence[int]) -> frozenset[int]:
    """Those of `ids` that may be read at `now`."""
    query = select(accounts.c.id).select_from(authorised(now)).where(accounts.c.id.in_(ids))
    return frozenset(connection.execute(query).scalars())


def _account_of(row: AnyRow) -> Account:
    return Account(
        id=row.id,
        staff=joined_staff(row),
        kind=row.kind,
        platform=row.platform,
        platform_id=row.platform_id,
        handle=row.handle,
        url=row.url,
        api_base=row.api_base,
        bio=row.bio,
        authorisation=Authorisation(
            account_id=row.id,
            notice_hash=row.ledger_notice_hash,
            proof=row.ledger_proof,
            proof_reference=row.ledger_proof_reference,
            starts_at=row.ledger_starts_at,
            ends_at=row.ledger_ends_at,
        ),
        cursor=row.cursor,
        failures=row.failures,
        state=row.state,
    )


def joined_staff(row: AnyRow) -> Staff:
    """From a row of accounts joined to staff, with the staff columns named staff_*."""
    return Staff(
        id=row.staff_id,
        name=row.staff_name,
        role=row.staff_role,
        licence=row.staff_licence,
        email=row.staff_email,
        employed_from=row.staff_employed_from,
        employed_to=row.staff_employed_to,
    )


def staff_columns() -> tuple[ColumnElement[Any], ...]:
    """The staff columns that `joined_staff` reads, beside accounts.staff_id."""
    return tuple(column.label(f"staff_{column.name}") for column in staff.c if column.name != "id")


_OF_LEDGER = ("notice_hash", "proof", "proof_reference", "starts_at", "ends_at")


def _readable() -> Select[Any]:
    permitted = authorised(bindparam("permitted_at", type_=UtcDateTime))
    return (
        select(
            *accounts.c,
            *staff_columns(),
            *(ledger.c[name].label(f"ledger_{name}") for name in _OF_LEDGER),
        )
        .select_from(permitted.join(staff, staff.c.id == accounts.c.staff_id))
        .where(accounts.c.id.in_(bindparam("these", expanding=True)))
        .order_by(accounts.c.next_check_at, accounts.c.id)
    )


# Made once: it is asked for every account that is read, and making it takes longer than asking it.
_READABLE = _readable()
