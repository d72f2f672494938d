"""What a legal hold bears on, and what may be seen of a withdrawn account while one stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, not_, or_, select

from domain.accounts import AccountState
from domain.findings import Severity
from domain.review import UPHELD, ReviewState
from store.record_tables import holds, reviews
from store.tables import accounts, findings
from store.withheld import is_withheld

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.engine import Connection

_DECIDED = (ReviewState.DECIDED, ReviewState.APPEALED, ReviewState.CLOSED)


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


def outlives_withdrawal() -> ColumnElement[bool]:
    """Findings that a withdrawal does not take: S4, and what people have upheld."""
    return or_(findings.c.severity >= int(Severity.S4), findings.c.id.in_(_upheld()))


def in_view() -> ColumnElement[bool]:
    """Findings that may be shown to others than the author, where a query joins `accounts` and `findings`.

    As `in_authors_view`, and nothing of a platform whose terms let only the author see what was found.
    """
    return and_(not_(is_withheld()), in_authors_view())


def in_authors_view() -> ColumnElement[bool]:
    """Findings that may be shown at all.

    Of a withdrawn account, what outlives the withdrawal; what a hold has kept besides is out of every view until it is
    erased.
    """
    return or_(accounts.c.state != AccountState.WITHDRAWN, outlives_withdrawal())


def is_upheld() -> ColumnElement[bool]:
    """Reviews in which people have upheld the finding, be it open to appeal or closed."""
    return and_(reviews.c.state.in_(_DECIDED), reviews.c.outcome.in_(UPHELD))


def _upheld() -> Select[tuple[int | None]]:
    return select(reviews.c.finding_id).where(is_upheld(), reviews.c.finding_id.is_not(None))
