"""What a legal hold bears on, and what may be seen of a withdrawn account while one stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, or_, select

from domain.accounts import AccountState
from domain.findings import Severity
from store.record_tables import holds
from store.tables import accounts, findings

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


@dataclass(frozen=True, slots=True)
class Held:
    """All that stands under a hold now."""

    everything: bool
    accounts: frozenset[int]

    def __contains__(self, account_id: int) -> bool:
        """Whether nothing of this account may be erased."""
        return self.everything or account_id in self.accounts

    def __bool__(self) -> bool:
        """Whether any hold stands."""
        return self.everything or bool(self.accounts)


def held_now(connection: Connection) -> Held:
    """Every hold that stands, as one look."""
    standing = connection.execute(select(holds.c.account_id).where(holds.c.lifted_at.is_(None))).scalars().all()
    return Held(None in standing, frozenset(each for each in standing if each is not None))


def is_held(connection: Connection, account_id: int) -> bool:
    """Whether nothing of this account may be erased. Ask with the account's row locked."""
    return account_id in held_now(connection)


def in_view() -> ColumnElement[bool]:
    """Findings that may be shown at all, where a query joins `accounts` and `findings`.

    A withdrawal leaves S4 alone; what a hold has kept besides is out of every view until it is erased.
    """
    return or_(accounts.c.state != AccountState.WITHDRAWN, findings.c.severity >= int(Severity.S4))
