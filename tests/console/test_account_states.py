"""Why an account is not read, and how reading may go on, where people look: and a profile that is called one."""

import pytest

from domain.access import Role
from domain.accounts import AccountState
from domain.errors import (
    AccountDeactivated,
    AccountDeleted,
    AccountMoved,
    AccountPrivate,
    AccountSuspended,
    CollectError,
    TokenRefused,
)
from domain.findings import Clause, Severity
from domain.posts import PostKind
from tests.fakes.desk import Office
from tests.fakes.findings import account_of, flag, marked, notice, trained
from tests.store.records import visit

STATES = [AccountSuspended, AccountDeactivated, AccountDeleted, AccountMoved, AccountPrivate, TokenRefused]


@pytest.fixture
def office(office: Office) -> Office:
    trained(office, Role.REVIEWER, Role.PRIVACY_OFFICER)
    return office


@pytest.mark.parametrize("error", STATES, ids=lambda error: error.code)
def test_the_accounts_page_says_what_is_wrong_and_the_way_back(office: Office, error: type[CollectError]) -> None:
    account = account_of(office)
    office.clock.forward(minutes=1)
    failed = {"outcome": error.code, "problem_code": error.code, "problem": error.reason, "failures": 5}
    visit(office.store, of=account, now=office.clock(), state=AccountState.QUARANTINED, **failed)
    browser = office.signed_in(Role.PRIVACY_OFFICER)

    for path in ("/accounts", f"/accounts/{account.id}"):
        page = browser.get(path).text.replace("&#39;", "'")
        assert error.reason in page
        assert error.way_back in page
        assert "tried only once a week now" in page


def test_an_item_about_a_profile_speaks_of_the_profile(office: Office) -> None:
    account = account_of(office)
    found = marked(Clause.SEPARATION, Severity.S2)
    notice(office, account, flag(office, 1, found, kind=PostKind.PROFILE), flag(office, 2, found))
    browser = office.signed_in(Role.REVIEWER)

    assert "<h2>The profile</h2>" in browser.get("/queue/1").text
    assert "<h2>The post</h2>" in browser.get("/queue/2").text
