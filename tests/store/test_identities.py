"""Whose account at an identity provider is whose: tied once by a verified address, and by the account from then on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.access import Identity, Role, User
from domain.accounts import Licence
from domain.errors import UsageError
from store.clinician_erasure import erase_sign_in
from store.engine import Store
from tests.fakes.clock import FakeClock

NOW = FakeClock()()
ISSUER = "https://id.larkspurbend.example"


def person(store: Store, name: str = "ada") -> User:
    return store.users.add(name, f"{name}@larkspurbend.example", [Role.ADMINISTRATOR], None, "command", NOW)


def account(name: str = "ada") -> Identity:
    return Identity(ISSUER, f"subject of {name}", f"{name}@larkspurbend.example")


def told(store: Store) -> list[tuple[str, str]]:
    return [(entry.record.event, entry.record.subject) for entry in store.audit.entries()]


def test_a_verified_address_ties_once_and_the_account_counts_from_then_on(store: Store) -> None:
    user = person(store)

    assert store.identities.admit(account(), NOW) == user
    assert store.identities.admit(replace(account(), verified_email=""), NOW) == user
    assert store.identities.admit(replace(account(), subject="another"), NOW) is None
    assert told(store)[1:] == [
        ("user.bound", f"user:{user.id}"),
        ("user.vouched", f"user:{user.id}"),
        ("user.vouched", f"user:{user.id}"),
        ("session.refused", ""),
    ]


def test_the_spelling_of_an_address_does_not_count_but_its_alphabet_does(store: Store) -> None:
    user = person(store, "mark.smith")
    kelvin = replace(account(), verified_email="mar\u212a.smith@larkspurbend.example")

    assert store.identities.admit(kelvin, NOW) is None
    assert store.identities.admit(replace(account(), verified_email="Mark.Smith@LarkspurBend.example"), NOW) == user


def test_the_same_name_at_another_issuer_is_somebody_else(store: Store) -> None:
    person(store)
    store.identities.admit(account(), NOW)

    assert store.identities.admit(replace(account(), issuer="https://id.evil.example"), NOW) is None


def test_whoever_was_taken_out_is_neither_tied_nor_let_in(store: Store) -> None:
    person(store)
    user = person(store, "bea")
    store.users.deactivate(user.id, "command", NOW)
    assert store.identities.admit(account("bea"), NOW) is None
    store.users.activate(user.id, "command", NOW)
    assert store.identities.admit(account("bea"), NOW) is not None
    store.users.deactivate(user.id, "command", NOW)

    assert store.identities.admit(account("bea"), NOW) is None
    assert [event for event, _ in told(store)].count("user.bound") == 1


def test_released_is_tied_anew_and_signed_out(store: Store) -> None:
    user = person(store)
    store.identities.admit(account(), NOW)
    token, _ = store.sessions.begin(user.id, NOW, timedelta(hours=1), verified=True, how="provider")

    assert store.identities.release(user.id, "command", NOW)
    assert not store.identities.release(user.id, "command", NOW)
    assert store.sessions.find(token, NOW, timedelta(hours=1)) is None
    assert store.identities.admit(replace(account(), subject="another"), NOW) == user
    assert store.identities.admit(replace(account(), verified_email=""), NOW) is None


def test_tied_by_hand_to_one_person_alone(store: Store) -> None:
    user, other = person(store), person(store, "bea")
    nameless = replace(account(), verified_email="")
    store.identities.tie(user.id, nameless, "command", NOW)
    store.identities.tie(user.id, nameless, "command", NOW)

    assert store.identities.admit(nameless, NOW) == user
    with pytest.raises(UsageError, match=f"belongs to user {user.id} already"):
        store.identities.tie(other.id, nameless, "command", NOW)
    with pytest.raises(UsageError, match="no user 99"):
        store.identities.tie(99, nameless, "command", NOW)
    with pytest.raises(UsageError, match="no user 99"):
        store.identities.release(99, "command", NOW)


def test_whoever_was_erased_is_nobody_at_the_provider_either(store: Store) -> None:
    staff = store.staff.add("Tess", "counselor", Licence.COUNSELOR, "tess@larkspurbend.example", None, None, NOW)
    user = store.users.add("Tess", "tess@larkspurbend.example", [Role.CLINICIAN], staff.id, "command", NOW)
    store.identities.admit(account("tess"), NOW)
    with store.database.writing() as connection:
        assert erase_sign_in(connection, staff.id, "command", NOW) == 1

    assert store.identities.admit(account("tess"), NOW) is None
    assert not store.identities.release(user.id, "command", NOW)


def test_a_refusal_is_logged_with_its_reason_and_without_a_name(store: Store) -> None:
    store.identities.refuse("nonce", NOW)

    entry = list(store.audit.entries())[-1]
    assert (entry.record.event, entry.record.subject) == ("session.refused", "")
    assert entry.record.details == {"how": "provider", "why": "nonce"}
