"""Accounts as staff tools see them, readable or not, and the lines their ledger is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, bindparam, func, insert, select, update

from domain.accounts import AccountState, Enrolment, LedgerEntry, LedgerEvent
from domain.audit import acting
from domain.errors import UsageError
from store.audit import Trail
from store.authorisations import joined_staff, staff_columns
from store.binding import bound
from store.staff import as_id
from store.tables import accounts, ledger, staff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from store.columns import AnyRow


_CHANGED = update(accounts).where(accounts.c.id == bindparam("this"))
_LOCKED = select(accounts.c.id).where(accounts.c.id == bindparam("this")).with_for_update()


def enrolments(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[Enrolment, ...]:
    """Enrolments that meet `conditions`, oldest first."""
    authorised_at = (
        select(func.max(ledger.c.at))
        .where(ledger.c.account_id == accounts.c.id, ledger.c.event == LedgerEvent.AUTHORISED)
        .scalar_subquery()
    )
    query = (
        select(*accounts.c, *staff_columns(), authorised_at.label("authorised_at"))
        .join_from(accounts, staff)
        .where(*conditions)
        .order_by(accounts.c.id)
    )
    return tuple(_enrolment_of(row) for row in connection.execute(query))


def one_enrolment(connection: Connection, account_id: int) -> Enrolment:
    """By id. Raises UsageError when there is none."""
    found = enrolments(connection, accounts.c.id == account_id)
    if not found:
        raise UsageError(f"There is no account {account_id}. `section7 accounts list` shows them all.")
    return found[0]


def find_enrolment(connection: Connection, query: str) -> Enrolment:
    """By id, URL or handle ("@" may be left out). A withdrawn account is found only when no other one fits."""
    wanted = query.strip()
    found = [each for each in enrolments(connection) if _goes_by(each, wanted)]
    if not found:
        raise UsageError(f"No account is known as {query!r}. `section7 accounts list` shows them all.")
    standing = [each for each in found if each.state is not AccountState.WITHDRAWN] or found
    if len(standing) > 1:
        ids = ", ".join(str(each.id) for each in standing)
        raise UsageError(f"{query!r} fits more than one account; say which id: {ids}.")
    return standing[0]


def _goes_by(enrolment: Enrolment, wanted: str) -> bool:
    # Compared here and not in SQL: the two databases disagree on what is lower case.
    return (
        enrolment.id == as_id(wanted)
        or enrolment.url.rstrip("/") == wanted.rstrip("/")
        or enrolment.handle.lstrip("@").casefold() == wanted.lstrip("@").casefold()
    )


def lock_account(connection: Connection, account_id: int) -> None:
    """Hold the account's row until the transaction ends: every change of an account or its posts goes through here."""
    connection.execute(_LOCKED, {"this": account_id})


def record(
    connection: Connection, enrolment: Enrolment, event: LedgerEvent, actor: str, now: datetime, **proof: Any
) -> Trail:
    """Add a line to the ledger. `proof` holds proof, proof_reference, starts_at and ends_at where they apply.

    Returns what the log must be told of it, to be written at the end of the transaction.
    """
    line = {
        "account_id": enrolment.id,
        "event": event,
        "at": now,
        "actor": actor,
        "notice_hash": enrolment.notice_hash,
        "proof_reference": "",
    }
    number = connection.execute(insert(ledger).values(line | proof).returning(ledger.c.id)).scalar_one()
    trail = Trail(now, acting(actor))
    binds = bound(connection, "ledger", [number])
    trail.note(f"account.{event}", f"account:{enrolment.id}", platform=enrolment.platform, binds=binds)
    return trail


def change(connection: Connection, account_id: int, values: Mapping[str, Any]) -> None:
    """Set columns of one account."""
    connection.execute(_CHANGED, {**values, "this": account_id})


def expect_state(enrolment: Enrolment, allowed: Sequence[AccountState], doing: str) -> None:
    """Raises UsageError unless the account is in one of the allowed states."""
    if enrolment.state not in allowed:
        wanted = " or ".join(allowed)
        raise UsageError(f"Account {enrolment.id} is {enrolment.state}; only one that is {wanted} can be {doing}.")


def ledger_lines(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[LedgerEntry, ...]:
    """Lines that meet `conditions`, oldest first."""
    query = select(ledger).where(*conditions).order_by(ledger.c.id)
    return tuple(_entry_of(row) for row in connection.execute(query))


def _entry_of(row: AnyRow) -> LedgerEntry:
    return LedgerEntry(
        id=row.id,
        account_id=row.account_id,
        event=row.event,
        at=row.at,
        actor=row.actor,
        notice_hash=row.notice_hash,
        proof=row.proof,
        proof_reference=row.proof_reference,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


def _enrolment_of(row: AnyRow) -> Enrolment:
    return Enrolment(
        id=row.id,
        staff=joined_staff(row),
        kind=row.kind,
        platform=row.platform,
        platform_id=row.platform_id,
        handle=row.handle,
        url=row.url,
        api_base=row.api_base,
        state=row.state,
        token=row.token,
        notice_hash=row.notice_hash,
        enrolled_at=row.enrolled_at,
        authorised_at=row.authorised_at,
        last_read_at=row.last_read_at,
        next_check_at=row.next_check_at,
        failures=row.failures,
        problem_code=row.problem_code,
        problem=row.problem,
    )
