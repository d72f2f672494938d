"""Sessions: found by a secret that is stored nowhere, and ended in every way that must end them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from domain.access import Role, User
from store.engine import Store
from store.record_tables import sessions
from tests.fakes.clock import FakeClock

NOW = FakeClock()()
LENGTH, IDLE = timedelta(hours=12), timedelta(minutes=30)
SECOND = timedelta(seconds=1)


def person(store: Store, name: str = "Ada") -> User:
    return store.users.add(name, f"{name}@larkspurbend.example", [Role.ADMINISTRATOR], None, "command", NOW)


def stored(store: Store) -> str:
    with store.database.reading() as connection:
        return repr(connection.execute(select(sessions)).all())


def test_a_session_is_found_by_its_token_alone(store: Store) -> None:
    user = person(store)

    token, session = store.sessions.begin(user.id, NOW, LENGTH, verified=True)

    assert store.sessions.find(token, NOW, IDLE) == (session, user)
    assert store.sessions.find(f"{token}x", NOW, IDLE) is None
    assert store.sessions.find("", NOW, IDLE) is None
    assert token not in stored(store)


def test_a_session_ends_by_itself(store: Store) -> None:
    user = person(store)
    token, _ = store.sessions.begin(user.id, NOW, LENGTH, verified=True)

    assert store.sessions.find(token, NOW + IDLE - SECOND, IDLE) is not None
    assert store.sessions.find(token, NOW + 2 * IDLE - 2 * SECOND, IDLE) is not None
    assert store.sessions.find(token, NOW + 3 * IDLE, IDLE) is None


def test_use_does_not_carry_a_session_over_its_own_end(store: Store) -> None:
    user = person(store)
    token, _ = store.sessions.begin(user.id, NOW, LENGTH, verified=True)
    at = NOW
    while at < NOW + LENGTH - IDLE:
        at += IDLE / 2
        assert store.sessions.find(token, at, IDLE) is not None

    assert store.sessions.find(token, NOW + LENGTH - SECOND, IDLE) is not None
    assert store.sessions.find(token, NOW + LENGTH, IDLE) is None


def test_the_second_factor_changes_the_token_and_the_forms_secret(store: Store) -> None:
    user = person(store)
    before, half = store.sessions.begin(user.id, NOW, timedelta(minutes=10), verified=False)

    after, whole = store.sessions.verify(half, NOW, LENGTH)

    assert half.verified_at is None
    assert whole.verified_at == NOW
    assert whole.expires_at == NOW + LENGTH
    assert whole.csrf != half.csrf
    assert store.sessions.find(before, NOW, IDLE) is None
    assert store.sessions.find(after, NOW, IDLE) == (whole, user)


def test_a_session_is_ended_by_its_owner_and_nobody_elses_is(store: Store) -> None:
    user, other = person(store), person(store, "Bea")
    token, session = store.sessions.begin(user.id, NOW, LENGTH, verified=True)

    assert not store.sessions.end(session.id, other.id, f"user:{other.id}", NOW)
    assert store.sessions.find(token, NOW, IDLE) is not None

    assert store.sessions.end(session.id, user.id, f"user:{user.id}", NOW)
    assert not store.sessions.end(session.id, user.id, f"user:{user.id}", NOW)
    assert store.sessions.find(token, NOW, IDLE) is None


def test_all_but_this_one(store: Store) -> None:
    user, other = person(store), person(store, "Bea")
    kept, session = store.sessions.begin(user.id, NOW, LENGTH, verified=True)
    gone, _ = store.sessions.begin(user.id, NOW, LENGTH, verified=True)
    others, _ = store.sessions.begin(other.id, NOW, LENGTH, verified=True)

    assert len(store.sessions.of(user.id, NOW, IDLE)) == 2
    assert store.sessions.end_all(user.id, "user:1", NOW, but=session.id) == 1

    assert store.sessions.of(user.id, NOW, IDLE) == (session,)
    assert store.sessions.find(kept, NOW, IDLE)
    assert store.sessions.find(gone, NOW, IDLE) is None
    assert store.sessions.find(others, NOW, IDLE)


def test_what_has_ended_is_cleared_and_not_listed(store: Store) -> None:
    user = person(store)
    store.sessions.begin(user.id, NOW, SECOND, verified=True)

    later = NOW + 2 * SECOND
    assert store.sessions.of(user.id, later, IDLE) == ()
    _, session = store.sessions.begin(user.id, later, LENGTH, verified=True)

    assert store.sessions.of(user.id, later, IDLE) == (session,)
    assert stored(store).count("@") == 0
    with store.database.reading() as connection:
        assert len(connection.execute(select(sessions)).all()) == 1


def test_beginnings_and_ends_are_logged(store: Store) -> None:
    user = person(store)
    _, half = store.sessions.begin(user.id, NOW, LENGTH, verified=False)
    store.sessions.verify(half, NOW, LENGTH)
    store.sessions.end(half.id, user.id, f"user:{user.id}", NOW)

    told = [(entry.record.event, entry.record.subject) for entry in store.audit.entries()][1:]
    assert told == [("session.began", f"session:{half.id}"), ("session.ended", f"session:{half.id}")]
