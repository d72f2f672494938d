"""Passwords, codes and links: each works once, for the right person, and is stored so that it gives nothing away."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text, update

from domain.access import Role, User
from domain.errors import UsageError
from store.engine import Store
from store.record_tables import links, users
from tests.fakes.clock import FakeClock
from vault.codes import STEP_SECONDS, code_at, new_secret

NOW = FakeClock()()
HOUR = timedelta(hours=1)
STEP = timedelta(seconds=STEP_SECONDS)
PASSWORD = "maple kettle orbit 9"


def person(store: Store, name: str = "ada") -> User:
    return store.users.add(name, f"{name}@larkspurbend.example", [Role.ADMINISTRATOR], None, "command", NOW)


def with_password(store: Store, name: str = "ada") -> User:
    user = person(store, name)
    store.credentials.set_password(user.id, PASSWORD, "command", NOW)
    return user


def with_code(store: Store) -> tuple[User, str, tuple[str, ...]]:
    user, secret = with_password(store), new_secret()
    codes = store.credentials.set_code(user.id, secret, code_at(secret, NOW), NOW)
    assert codes is not None
    return user, secret, codes


def test_the_right_password_opens_in_any_unicode_form_and_no_other_does(store: Store) -> None:
    user = person(store)
    store.credentials.set_password(user.id, "na\u00efve maple kettle", "command", NOW)

    assert store.credentials.check_password("ADA@larkspurbend.example", "nai\u0308ve maple kettle", NOW) == user
    for wrong in ("", "naive maple kettle", "na\u00efve maple kettle ", "\ud800"):
        assert store.credentials.check_password("ada@larkspurbend.example", wrong, NOW) is None
    assert store.credentials.check_password("nobody@larkspurbend.example", PASSWORD, NOW) is None


def test_nobody_signs_in_before_the_invitation_was_followed_or_after_leaving(store: Store) -> None:
    person(store)
    gone = with_password(store, "bea")
    store.users.deactivate(gone.id, "command", NOW)

    assert store.credentials.check_password("ada@larkspurbend.example", "", NOW) is None
    assert store.credentials.check_password("bea@larkspurbend.example", PASSWORD, NOW) is None


def test_a_refused_sign_in_is_logged_without_the_address(store: Store) -> None:
    user = with_password(store)
    store.credentials.check_password("ada@larkspurbend.example", "wrong", NOW)
    store.credentials.check_password("nobody@elsewhere.example", "wrong", NOW)

    refused = [entry.record for entry in store.audit.entries() if entry.record.event == "session.refused"]
    assert [record.subject for record in refused] == [f"user:{user.id}", ""]
    assert "elsewhere" not in repr(refused)


def test_a_hash_of_older_parameters_is_made_anew_at_the_next_sign_in(store: Store) -> None:
    user = with_password(store)
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with store.database.writing() as connection:
        connection.execute(update(users).where(users.c.id == user.id).values(password_hash=weak))

    assert store.credentials.check_password("ada@larkspurbend.example", PASSWORD, NOW) is not None

    with store.database.reading() as connection:
        made = connection.execute(select(users.c.password_hash)).scalar_one()
    assert made.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert store.credentials.check_password("ada@larkspurbend.example", PASSWORD, NOW) is not None


def test_a_new_password_ends_every_session_and_every_link(store: Store) -> None:
    user = with_password(store)
    token, _ = store.sessions.begin(user.id, NOW, HOUR, verified=True)
    link = store.credentials.make_link(user.id, "recovery", "command", NOW, HOUR)

    store.credentials.set_password(user.id, "another maple kettle", f"user:{user.id}", NOW)

    assert store.sessions.find(token, NOW, HOUR) is None
    assert store.credentials.whose_link(link, "recovery", NOW) is None
    assert not store.credentials.is_password_of(user.id, PASSWORD)
    assert store.credentials.is_password_of(user.id, "another maple kettle")


def test_a_code_works_once_and_an_earlier_one_not_after_it(store: Store) -> None:
    user, secret, _ = with_code(store)

    assert not store.credentials.use_code(user.id, code_at(secret, NOW), NOW)
    later = NOW + 2 * STEP
    typed = f"{code_at(secret, later)[:3]} {code_at(secret, later)[3:]}"
    assert store.credentials.use_code(user.id, typed, later)
    assert not store.credentials.use_code(user.id, typed, later)
    assert not store.credentials.use_code(user.id, code_at(secret, later - STEP), later)


def test_a_telephones_clock_may_be_one_step_off_and_no_more(store: Store) -> None:
    user, secret, _ = with_code(store)
    later = NOW + 20 * STEP

    assert not store.credentials.use_code(user.id, code_at(secret, later - 2 * STEP), later)
    assert not store.credentials.use_code(user.id, code_at(secret, later + 2 * STEP), later)
    assert store.credentials.use_code(user.id, code_at(secret, later - STEP), later)
    assert store.credentials.use_code(user.id, code_at(secret, later + STEP), later)


def test_one_code_tried_twice_at_once_works_once(store: Store) -> None:
    user, secret, _ = with_code(store)
    later = NOW + 2 * STEP
    ready = threading.Barrier(4)
    worked: list[bool] = []

    def use() -> None:
        ready.wait()
        worked.append(store.credentials.use_code(user.id, code_at(secret, later), later))

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(worked) == [False, False, False, True]


@pytest.mark.parametrize("typed", ["", "abcdef", "12345", "1234567", "٠٠٠٠٠٠", "\ud800", "0" * 10_000])
def test_what_is_no_code_is_refused(store: Store, typed: str) -> None:
    user, _, _ = with_code(store)

    assert not store.credentials.use_code(user.id, typed, NOW)


def test_recovery_codes_work_once_each_however_they_are_typed(store: Store) -> None:
    user, _, codes = with_code(store)

    assert len(set(codes)) == 10
    assert store.credentials.use_code(user.id, codes[0].upper().replace("-", " "), NOW)
    assert not store.credentials.use_code(user.id, codes[0], NOW)
    assert store.credentials.codes_left(user.id) == 9
    assert store.credentials.use_code(user.id, codes[9], NOW)


def test_a_telephone_is_set_up_only_by_a_code_of_its_own(store: Store) -> None:
    user = with_password(store)

    assert store.credentials.set_code(user.id, new_secret(), code_at(new_secret(), NOW), NOW) is None
    assert not store.credentials.has_code(user.id)
    assert not store.credentials.use_code(user.id, "000000", NOW)


def test_a_lost_telephone_takes_codes_and_sessions_with_it(store: Store) -> None:
    user, _, codes = with_code(store)
    token, _ = store.sessions.begin(user.id, NOW, HOUR, verified=True)

    store.credentials.forget_code(user.id, "command", NOW)

    assert not store.credentials.has_code(user.id)
    assert not store.credentials.use_code(user.id, codes[1], NOW)
    assert store.sessions.find(token, NOW, HOUR) is None


def test_secrets_lie_hashed_or_sealed(store: Store) -> None:
    user, secret, codes = with_code(store)
    link = store.credentials.make_link(user.id, "recovery", "command", NOW, HOUR)

    with store.database.reading() as connection:
        raw = repr(connection.execute(text("SELECT * FROM users")).all())
        raw += repr(connection.execute(text("SELECT * FROM links")).all())

    assert not [one for one in (secret, PASSWORD, link, *codes) if one in raw]


def test_a_link_sets_the_password_once(store: Store) -> None:
    user = person(store)
    link = store.credentials.make_link(user.id, "invitation", "command", NOW, HOUR)

    assert store.credentials.whose_link(link, "invitation", NOW) == user
    assert store.credentials.redeem(link, "invitation", PASSWORD, NOW) == user
    assert store.credentials.redeem(link, "invitation", "another maple kettle", NOW) is None
    assert store.credentials.whose_link(link, "invitation", NOW) is None
    assert store.credentials.check_password(user.email, PASSWORD, NOW) == user


def test_a_link_is_for_one_purpose_runs_out_and_gives_way_to_a_newer_one(store: Store) -> None:
    user = person(store)
    first = store.credentials.make_link(user.id, "recovery", "command", NOW, HOUR)
    second = store.credentials.make_link(user.id, "recovery", "command", NOW, HOUR)

    assert store.credentials.whose_link(first, "recovery", NOW) is None
    assert store.credentials.redeem(second, "invitation", PASSWORD, NOW) is None
    assert store.credentials.redeem(second, "recovery", PASSWORD, NOW + HOUR) is None
    assert store.credentials.redeem("", "recovery", PASSWORD, NOW) is None
    assert store.credentials.redeem(second, "recovery", PASSWORD, NOW) == user


def test_no_link_for_somebody_who_may_not_sign_in(store: Store) -> None:
    person(store)
    user = with_password(store, "bea")
    link = store.credentials.make_link(user.id, "recovery", "command", NOW, HOUR)
    with store.database.writing() as connection:
        connection.execute(update(users).where(users.c.id == user.id).values(active=False))

    assert store.credentials.redeem(link, "recovery", PASSWORD, NOW) is None
    with pytest.raises(UsageError, match="may not sign in"):
        store.credentials.make_link(user.id, "recovery", "command", NOW, HOUR)
    with store.database.reading() as connection:
        assert len(connection.execute(select(links)).all()) == 1
