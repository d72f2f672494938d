from pathlib import Path

import pytest

from domain.accounts import AccountState, LedgerEvent, Proof
from domain.errors import UsageError
from monitor.enrol import new_token, verify_by_form, verify_by_token
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

    with pytest.raises(UsageError, match="the bio"):
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


def test_an_account_is_proven_once(practice: Practice) -> None:
    account = practice.authorise()
    enrolled = practice.store.accounts.find(str(account.id))

    with pytest.raises(UsageError, match="only an enrolled account"):
        verify_by_token(practice.store, practice.platform, enrolled, FakeHttp({}), practice.clock())


def test_the_same_profile_is_not_enrolled_twice(practice: Practice) -> None:
    practice.authorise()

    with pytest.raises(UsageError):
        practice.enroll(staff=practice.store.staff.find("tess@larkspurbend.example"))
