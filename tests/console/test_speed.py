"""How often each page asks the database: a number that does not grow with what the database holds.

A page that asks once for each line that it shows is fast in every other test, and slow in a practice.
"""

from __future__ import annotations

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from domain.access import Role
from domain.findings import Clause, Severity
from tests.fakes.desk import Office
from tests.fakes.findings import account_of, flag, marked, notice, trained

OFFICER = Role.PRIVACY_OFFICER
MOST = {
    "/": 1,
    "/queue": 8,
    "/queue?show=overdue": 10,
    "/queue/2": 16,
    "/search": 2,
    "/search?clause=5": 4,
    "/clauses/5": 3,
    "/findings/2": 6,
    "/weeks": 3,
    "/accounts": 4,
    "/accounts/1": 7,
    "/figures": 10,
    "/critical": 5,
    "/concerns": 3,
    "/me": 4,
}
"""Statements for each page at the second look, without BEGIN."""


class Counted:
    """Every statement that an engine was asked since this was made, but for BEGIN."""

    def __init__(self, engine: Engine) -> None:
        self.asked: list[str] = []
        event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, _connection, _cursor, statement, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            self.asked.append(statement)


def filled(office: Office) -> Office:
    """Forty findings on two accounts, one in four of them critical."""
    for name in ("Maren Okafor", "Idris Vale"):
        grave = [flag(office, number, marked(Clause.CONDUCT, Severity.S4)) for number in range(100, 105)]
        notice(office, account_of(office, name), *(flag(office, number) for number in range(15)), *grave)
    trained(office, OFFICER)
    return office


@pytest.mark.parametrize("path", MOST)
def test_a_page_asks_the_database_as_often_as_it_must(office: Office, path: str) -> None:
    browser = filled(office).signed_in(OFFICER)
    browser.get(path)
    counted = Counted(office.store.database.engine)

    assert browser.get(path).status_code == 200

    assert len(counted.asked) <= MOST[path], "\n".join(counted.asked)


def test_a_page_that_asks_more_would_be_noticed(office: Office) -> None:
    counted = Counted(office.store.database.engine)

    office.store.users.all()
    office.store.users.all()

    assert len(counted.asked) == 2
