"""Legal holds: placed with a reason, lifted by somebody else, never deleted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, insert, or_, select, update

from domain.accounts import AccountState
from domain.audit import AuditRecord
from domain.errors import Conflict, Refused, UsageError
from domain.holds import Hold, Lifted
from store.audit import append
from store.enrolments import lock_account, one_enrolment
from store.held import is_held
from store.record_tables import holds
from store.tables import accounts
from store.watching import watched
from store.withdrawal import erase

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from store.columns import AnyRow
    from store.database import Database


@dataclass(frozen=True, slots=True)
class HoldStore:
    """Holds on one account or on everything. Who may place one is the caller's to ask."""

    database: Database

    def place(self, account_id: int | None, reason: str, actor: str, now: datetime) -> Hold:
        """Let nothing of the account (None: nothing at all) be erased from now on.

        Raises UsageError without a reason, or for an account that does not exist.
        """
        if not reason.strip():
            raise UsageError("A hold needs a reason: which dispute, inquiry or claim it is for.")
        with self.database.writing() as connection:
            if account_id is not None:
                # An erasure that has begun ends before; the next one finds the hold.
                lock_account(connection, account_id)
                one_enrolment(connection, account_id)
            values = {"account_id": account_id, "reason": reason.strip(), "actor": actor, "since": now}
            number = connection.execute(insert(holds).values(values).returning(holds.c.id)).scalar_one()
            append(connection, AuditRecord(now, actor, "hold.placed", f"hold:{number}", {"account": account_id}))
            return _one(connection, number)

    def lift(self, hold_id: int, actor: str, now: datetime) -> Lifted:
        """End a hold. What withdrew meanwhile is erased in the same transaction, unless another hold stands.

        Raises UsageError when there is no such hold, Conflict when it was lifted before, and Refused when `actor`
        placed it: what it kept is gone afterwards, so a second person decides that.
        """
        with self.database.writing() as connection:
            connection.execute(select(holds.c.id).where(holds.c.id == hold_id).with_for_update())
            hold = _one(connection, hold_id)
            if not hold.stands:
                raise Conflict(f"Hold {hold_id} was lifted before.")
            if hold.actor == actor:
                raise Refused("Whoever placed a hold does not lift it; ask somebody else who may.")
            ended = {"lifted_at": now, "lifted_by": actor}
            connection.execute(update(holds).where(holds.c.id == hold_id).values(**ended))
            with watched(connection, hold.account_id, now, "hold lifted", actor):
                erased = _erase_withdrawn(connection, hold.account_id, actor, now)
            details = {"account": hold.account_id, "erased": erased}
            append(connection, AuditRecord(now, actor, "hold.lifted", f"hold:{hold_id}", details))
        self.database.scrub()
        return Lifted(replace(hold, lifted_at=now, lifted_by=actor), erased)

    def all(self) -> tuple[Hold, ...]:
        """Every hold there ever was, oldest first."""
        with self.database.reading() as connection:
            return _those(connection)

    def standing(self, account_id: int | None = None) -> tuple[Hold, ...]:
        """The holds that stand now: all of them, or those that bear on one account."""
        with self.database.reading() as connection:
            return holds_on(connection, account_id)


def holds_on(connection: Connection, account_id: int | None) -> tuple[Hold, ...]:
    """The holds that stand now and bear on an account; all that stand, for None."""
    conditions: list[ColumnElement[bool]] = [holds.c.lifted_at.is_(None)]
    if account_id is not None:
        conditions.append(or_(holds.c.account_id.is_(None), holds.c.account_id == account_id))
    return _those(connection, *conditions)


def _erase_withdrawn(connection: Connection, account_id: int | None, actor: str, now: datetime) -> dict[str, int]:
    gone = [accounts.c.state == AccountState.WITHDRAWN]
    if account_id is not None:
        gone.append(accounts.c.id == account_id)
    total = {"findings": 0, "versions": 0, "posts": 0}
    # All accounts first, then the log: a pass that holds an account may be waiting for the log.
    locked = select(accounts.c.id).where(*gone).order_by(accounts.c.id).with_for_update()
    numbers = connection.execute(locked).scalars().all()
    with watched(connection, account_id, now, "hold lifted", actor):
        for number in numbers:
            if is_held(connection, number):
                continue
            erased = erase(connection, one_enrolment(connection, number))
            for kind in total:
                total[kind] += getattr(erased, kind)
    return total


def _one(connection: Connection, hold_id: int) -> Hold:
    found = _those(connection, holds.c.id == hold_id)
    if not found:
        raise UsageError(f"There is no hold {hold_id}. `section7 holds list` shows them all.")
    return found[0]


def _those(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[Hold, ...]:
    query = select(holds).where(*conditions).order_by(holds.c.id)
    return tuple(_hold_of(row) for row in connection.execute(query))


def _hold_of(row: AnyRow) -> Hold:
    return Hold(
        id=row.id,
        account_id=row.account_id,
        reason=row.reason,
        actor=row.actor,
        since=row.since,
        lifted_at=row.lifted_at,
        lifted_by=row.lifted_by,
    )
