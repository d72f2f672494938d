import pytest

from domain.errors import (
    AccountDeactivated,
    AccountDeleted,
    AccountMoved,
    AccountPrivate,
    AccountSuspended,
    CollectError,
    TokenRefused,
    Unreachable,
)
from domain.problems import told_to_owner, way_back, what_is_wrong

STATES = [AccountSuspended, AccountDeactivated, AccountDeleted, AccountMoved, AccountPrivate, TokenRefused]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.code)
def test_every_state_of_an_account_has_a_reason_and_a_way_back_of_its_own(state: type[CollectError]) -> None:
    assert way_back(state.code) == state.way_back != CollectError.way_back
    assert what_is_wrong(state.reason, state.code) == f"{state.reason} {state.way_back}"
    assert len({(each.code, each.reason, each.way_back) for each in STATES}) == len(STATES)


def test_nothing_wrong_needs_no_way_back() -> None:
    assert (way_back(None), way_back(""), what_is_wrong(None, None), what_is_wrong("", "read")) == ("", "", "", "")


def test_a_code_of_another_version_is_tried_again() -> None:
    assert way_back("of-tomorrow") == CollectError.way_back


def test_what_is_set_aside_says_how_it_goes_on_once() -> None:
    said = what_is_wrong(Unreachable.reason, Unreachable.code, failures=5, set_aside=True)

    assert said == (
        "The site could not be reached. It failed 5 times in a row, so it is tried only once a week now; "
        "it goes on by itself once a try succeeds."
    )


def test_what_is_set_aside_keeps_the_way_back_of_its_state() -> None:
    said = what_is_wrong(AccountMoved.reason, AccountMoved.code, failures=5, set_aside=True)

    assert said.startswith(AccountMoved.reason)
    assert said.endswith(AccountMoved.way_back)


def every(kind: type[CollectError] = CollectError) -> list[type[CollectError]]:
    return [kind, *(deeper for narrower in kind.__subclasses__() for deeper in every(narrower))]


@pytest.mark.parametrize("error", every(), ids=lambda error: error.code)
@pytest.mark.parametrize("set_aside", [False, True])
def test_an_owner_is_never_told_of_herself_as_of_somebody_else(error: type[CollectError], *, set_aside: bool) -> None:
    said = told_to_owner(str(error("HTTP 410")), error.code, failures=5, set_aside=set_aside)

    assert "owner" not in said
    assert "section7" not in said.replace("Section7", "")
    assert "(HTTP 410)" in said
    assert said.count("tried") <= 2
    assert ("5 times in a row" in said) == set_aside


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.code)
def test_an_owner_is_told_another_way_back_for_every_state_that_she_can_end(state: type[CollectError]) -> None:
    hers, theirs = told_to_owner(state.reason, state.code), what_is_wrong(state.reason, state.code)

    assert (hers == theirs) == (state is AccountSuspended)
    assert len(hers) > len(state.reason)


def test_an_owner_is_told_nothing_where_nothing_is_wrong() -> None:
    assert (told_to_owner(None, None), told_to_owner("", "")) == ("", "")
    assert told_to_owner("It failed.", "of-tomorrow") == f"It failed. {CollectError.way_back}"
