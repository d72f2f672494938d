"""Tries are counted before they are judged, and wait longer and longer."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import select

from domain.credentials import MEMORY, Pace
from store.engine import Store
from store.record_tables import attempts
from tests.fakes.clock import FakeClock

NOW = FakeClock()()
KEY, OTHER = "a" * 64, "b" * 64
PACE = Pace(free=3, first=timedelta(seconds=10), longest=timedelta(seconds=35))
ZERO = timedelta(0)


def take(store: Store, at: float = 0, key: str = KEY) -> float:
    return store.attempts.take({key: PACE}, NOW + timedelta(seconds=at)).total_seconds()


def test_some_are_free_and_then_each_wait_doubles_up_to_the_longest(store: Store) -> None:
    assert [take(store) for _ in range(4)] == [0, 0, 0, 10]
    assert take(store, 9) == 1
    assert take(store, 10) == 0
    assert take(store, 10) == 20
    assert take(store, 30) == 0
    assert take(store, 30) == 35


def test_one_key_does_not_slow_another_and_the_longest_wait_counts(store: Store) -> None:
    for _ in range(3):
        take(store)

    assert take(store, key=OTHER) == 0
    assert store.attempts.take({KEY: PACE, OTHER: PACE}, NOW) == PACE.first


def test_the_right_person_begins_anew(store: Store) -> None:
    for _ in range(3):
        take(store)
    store.attempts.forgive([KEY])

    assert take(store) == 0


def test_tries_are_forgotten_after_a_day(store: Store) -> None:
    for _ in range(3):
        take(store)

    assert store.attempts.take({KEY: PACE}, NOW + MEMORY) == ZERO
    with store.database.reading() as connection:
        assert len(connection.execute(select(attempts)).all()) == 1


def test_many_at_once_do_not_slip_through_together(store: Store) -> None:
    ready = threading.Barrier(8)
    waits: list[timedelta] = []

    def attempt() -> None:
        ready.wait()
        waits.append(store.attempts.take({KEY: PACE, OTHER: PACE}, NOW))

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert waits.count(ZERO) == PACE.free
