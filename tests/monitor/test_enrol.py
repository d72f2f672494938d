from pathlib import Path

import pytest

from collectors.base import Response
from domain.accounts import AccountKind, AccountState, LedgerEvent, Proof
from domain.errors import AccountGone, CollectError, NotProven, RateLimited, TimedOut, Unreachable, UsageError
from monitor.enrol import Offer, new_token, offer, verify_by_form, verify_by_token
from store.engine import Store
from tests.fakes.http import FakeHttp
from tests.fakes.practice import Practice, practice_on


@pytest.fixture
def practice(store: Store, tmp_path: Path) -> Practice:
    return practice_on(store, tmp_path)


def test_tokens_are_never_the_same_and_easy_to_copy() -> None:
    tokens = {new_token() for _ in range(200)}

    assert len(tokens) == 200
    assert all(token.startswith("section7-") and token[9:].isalnum() and token.islower() for token in tokens)


def test_a_token_read_back_from_the_profile_authorises_from_now_on(practice: Practice) -> None:
    enrolled = practice.enroll()
    practice.platform.publish(enrolled.token)

    done = verify_by_token(practice.store, practice.platform, enrolled, FakeHttp({}), practice.clock())

    assert (done.state, done.authorised_at) == (AccountState.ACTIVE, practice.clock())
    events = [(line.event, line.proof) for line in practice.store.accounts.ledger(done.id)]
    assert events == [(LedgerEvent.ENROLLED, None), (LedgerEvent.AUTHORISED, Proof.BIO)]


def test_another_token_authorises_nothing_and_says_where_was_looked(practice: Practice) -> None:
    enrolled = practice.enroll()
    practice.platform.publish("section7-somethingelse")

    with pytest.raises(NotProven, match="the bio"):
        verify_by_token(practice.store, practice.platform, enrolled, FakeHttp({}), practice.clock())
    assert practice.store.accounts.find(str(enrolled.id)).state is AccountState.ENROLLED


def test_a_signed_form_is_kept_as_its_hash(practice: Practice, tmp_path: Path) -> None:
    form = tmp_path / "form.pdf"
    form.write_bytes(b"signed")
    done = verify_by_form(practice.store, practice.enroll(), form, practice.clock())
    line = practice.store.accounts.ledger(done.id)[-1]

    assert (line.proof, line.proof_reference[:14]) == (Proof.SIGNED_FORM, "sha256:4a3cdfa")


def test_a_form_that_is_not_there_is_a_clear_mistake(practice: Practice, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        verify_by_form(practice.store, practice.enroll(), tmp_path / "none.pdf", practice.clock())


@pytest.mark.parametrize("name", ["/dev/null", ".", "empty.pdf"])
def test_what_is_no_form_authorises_nothing(practice: Practice, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.pdf").write_bytes(b"")
    enrolled = practice.enroll()

    with pytest.raises(UsageError, match="is empty" if name == "empty.pdf" else "not a file"):
        verify_by_form(practice.store, enrolled, tmp_path / name, practice.clock(), actor="operator")
    assert practice.store.accounts.find(str(enrolled.id)).state is AccountState.ENROLLED


def test_the_ledger_names_who_ran_the_command(practice: Practice, tmp_path: Path) -> None:
    form = tmp_path / "form.pdf"
    form.write_bytes(b"signed")
    by_form, by_token = practice.enroll("tess"), practice.enroll("jo", practice.hire("Jo Penhallow"))
    practice.platform.publish(by_token.token)

    verify_by_form(practice.store, by_form, form, practice.clock(), actor="operator")
    verify_by_token(
        practice.store, practice.platform, by_token, FakeHttp({}), practice.clock(), actor="another operator"
    )

    actors = [practice.store.accounts.ledger(one.id)[-1].actor for one in (by_form, by_token)]
    assert actors == ["operator", "another operator"]


class Failing:
    """A reader whose every request fails alike."""

    def __init__(self, fault: CollectError) -> None:
        self._fault = fault

    def get(self, url: str, **how: object) -> Response:
        raise self._fault


def offered(practice: Practice, fault: CollectError) -> Offer:
    return offer(
        practice.store,
        practice.config,
        practice.policy,
        Failing(fault),
        url="https://fernhill.example/@tess",
        staff=practice.hire(),
        kind=AccountKind.PROFESSIONAL,
        actor="operator",
        now=practice.clock(),
    )


@pytest.mark.parametrize("fault", [RateLimited("wait"), TimedOut("slow"), Unreachable("down")])
def test_a_site_that_does_not_answer_now_is_no_wrong_address(practice: Practice, fault: CollectError) -> None:
    with pytest.raises(type(fault)) as caught:
        offered(practice, fault)
    assert caught.value is fault


def test_an_address_that_nothing_can_read_is_wrong_usage(practice: Practice) -> None:
    with pytest.raises(UsageError, match="No profile was found"):
        offered(practice, AccountGone("404"))


def test_an_account_is_proven_once(practice: Practice) -> None:
    account = practice.authorise()
    enrolled = practice.store.accounts.find(str(account.id))

    with pytest.raises(UsageError, match="only an enrolled account"):
        verify_by_token(practice.store, practice.platform, enrolled, FakeHttp({}), practice.clock())


def test_the_same_profile_is_not_enrolled_twice(practice: Practice) -> None:
    practice.authorise()

    with pytest.raises(UsageError):
        practice.enroll(staff=practice.store.staff.find("tess@larkspurbend.example"))
