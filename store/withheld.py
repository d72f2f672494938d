"""What only the author of a post may see, because the platform's terms say so.

The platforms' own terms are code of the reading layer, which the store does not know. Which platforms they concern is
therefore a table, set when the program opens the store, so that every process on the database goes by the same, and
each query that shows findings asks the table itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, bindparam, delete, select

from store.database import insert_if_new
from store.tables import accounts, author_only, findings, posts, versions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection

    from store.database import Database


@dataclass(frozen=True, slots=True)
class TermsStore:
    """The platforms whose findings are their authors' alone."""

    database: Database

    def set(self, terms: Mapping[str, bool]) -> None:
        """What the terms of the platforms that this program knows say now; what it says of others stays as it is."""
        wanted = {name for name, only in terms.items() if only}
        if self.author_only() & terms.keys() == wanted:
            return
        with self.database.writing() as connection:
            connection.execute(delete(author_only).where(author_only.c.platform.in_(terms.keys() - wanted)))
            for name in sorted(wanted):
                insert_if_new(connection, author_only, {"platform": name})

    def author_only(self) -> frozenset[str]:
        """Their names."""
        with self.database.reading() as connection:
            return frozenset(connection.execute(select(author_only.c.platform)).scalars())


def is_withheld() -> ColumnElement[bool]:
    """Accounts whose findings only their owner may see, where a query joins `accounts`."""
    return accounts.c.platform.in_(select(author_only.c.platform))


def withheld_accounts() -> Select[tuple[int]]:
    """Their numbers."""
    return select(accounts.c.id).where(is_withheld())


def withheld_findings() -> Select[tuple[int]]:
    """Numbers of findings that nobody but the author may see."""
    joined = findings.join(versions, versions.c.id == findings.c.version_id).join(posts)
    # By the account's number and not by a join: found from the few such accounts on, never by reading every finding.
    return select(findings.c.id).select_from(joined).where(posts.c.account_id.in_(withheld_accounts()))


def is_withheld_account(connection: Connection, account_id: int) -> bool:
    """Whether nobody but its owner may see what is found there."""
    return connection.execute(_WITHHELD_ACCOUNT, {"this": account_id}).scalar() is not None


_WITHHELD_ACCOUNT = withheld_accounts().where(accounts.c.id == bindparam("this"))
