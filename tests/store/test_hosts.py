"""Turns at hosts in the database: the same rule as in memory, for threads, processes and the dead."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import ProcessPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from collectors.turns import MemoryTurns
from domain.turns import LONGEST_HOLD, MOST_AHEAD
from monitor.turns import SharedTurns, hashed
from store.engine import open_store
from store.hosts import HostStore, ticks
from store.tables import hosts
from tests.fakes.keys import KEYRING
from tests.store.records import DAY, START
from tests.store.test_retention import keep

SECOND = timedelta(seconds=1)
REST, PATIENCE = 2 * SECOND, timedelta(minutes=9)
VISITS = 25

STEPS = st.one_of(
    st.tuples(st.just("reserve"), st.integers(0, 5), st.integers(0, 90)),
    st.tuples(st.just("hold"), st.integers(-5, 30), st.just(0)),
    st.tuples(st.just("pass"), st.integers(-9, 20), st.just(0)),
)


@given(steps=st.lists(STEPS, max_size=25))
@settings(max_examples=15)
def test_the_database_keeps_turns_as_memory_does(store, steps):
    name, now, memory = os.urandom(8).hex(), START, MemoryTurns()
    for step, seconds, patience in steps:
        length = seconds * SECOND
        if step == "pass":
            now += length
        elif step == "hold":
            for turns in (memory, store.hosts):
                turns.hold(name, now + length, now)
        else:
            asked = {"rest": length, "patience": patience * SECOND}
            assert store.hosts.reserve(name, now, **asked) == memory.reserve(name, now, **asked)


def slots_of(turns, host="a", now=START):
    """Many slots, all asked for at one instant: what a clock that stands still, or is shared, would bring."""
    return [turns.reserve(host, now, rest=REST, patience=PATIENCE).wait for _ in range(VISITS)]


def slots_in_process(url):
    store = open_store(url, KEYRING)
    waits = slots_of(store.hosts)
    store.close()
    return waits


def spaced(waits):
    return all(later - earlier >= REST for earlier, later in pairwise(sorted(waits)))


def test_threads_never_get_slots_closer_than_the_delay(store):
    with ThreadPoolExecutor(6) as pool:
        waits = [wait for share in pool.map(lambda _: slots_of(store.hosts), range(6)) for wait in share]
    assert len(waits) == 6 * VISITS
    assert spaced(waits)
    assert max(waits) == (len(waits) - 1) * REST


def test_processes_never_get_slots_closer_than_the_delay(store, database_url):
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        waits = [wait for share in pool.map(slots_in_process, [database_url] * 2) for wait in share]
    assert len(waits) == 2 * VISITS
    assert spaced(waits)
    assert max(waits) == (len(waits) - 1) * REST


def die_with_a_slot(url):
    open_store(url, KEYRING).hosts.reserve("a", START, rest=REST, patience=PATIENCE)
    os._exit(9)


def test_a_process_that_is_killed_with_a_slot_costs_one_rest(store, database_url):
    dying = multiprocessing.get_context("spawn").Process(target=die_with_a_slot, args=(database_url,))
    dying.start()
    dying.join(60)
    assert dying.exitcode == 9
    assert store.hosts.reserve("a", START, rest=REST, patience=PATIENCE).wait == REST


def test_hosts_and_holds_do_not_disturb_one_another(store):
    store.hosts.hold("a", START + DAY, START)
    assert store.hosts.reserve("b", START, rest=REST, patience=PATIENCE).wait == timedelta()
    turn = store.hosts.reserve("a", START, rest=REST, patience=PATIENCE)
    assert (turn.wait, turn.held_until) == (None, START + DAY)
    assert store.hosts.reserve("a", START + DAY, rest=REST, patience=PATIENCE).wait == timedelta()


@pytest.mark.parametrize(
    "row",
    [
        {"free_at": ticks(START + MOST_AHEAD + SECOND)},
        {"free_at": 2**62},
        {"free_at": -(2**62), "held_until": 2**62},
        {"free_at": ticks(START), "held_until": ticks(START + LONGEST_HOLD + SECOND)},
    ],
)
def test_rows_of_another_clock_starve_nobody_and_are_mended(store, row):
    with store.database.writing() as connection:
        connection.execute(insert(hosts).values(host="a", **row))
    assert store.hosts.reserve("a", START, rest=REST, patience=PATIENCE).wait == timedelta()
    assert store.hosts.reserve("a", START, rest=REST, patience=PATIENCE).wait == REST


def test_a_clock_that_goes_back_waits_ten_minutes_at_most(store):
    store.hosts.reserve("a", START, rest=REST, patience=PATIENCE)
    early = START - timedelta(minutes=9)
    assert store.hosts.reserve("a", early, rest=REST, patience=MOST_AHEAD).wait == timedelta(minutes=9) + REST
    long_before = START - timedelta(hours=1)
    assert store.hosts.reserve("a", long_before, rest=REST, patience=PATIENCE).wait == timedelta()


def test_no_name_of_a_host_is_written(store):
    turns = SharedTurns(store.hosts, b"k" * 32)
    turns.reserve("dana.site.example", START, rest=REST, patience=PATIENCE)
    turns.hold("dana.site.example", START + DAY, START)
    with store.database.reading() as connection:
        (row,) = connection.execute(select(hosts)).all()
    assert row.host == hashed("dana.site.example", b"k" * 32)
    assert "dana" not in str(row)
    assert hashed("dana.site.example", b"other") != row.host
    assert turns.reserve("dana.site.example", START, rest=REST, patience=PATIENCE).held_until == START + DAY


def test_both_keepers_are_counted_the_same(store):
    for host in ("a", "b", "a"):
        store.hosts.reserve(host, START, rest=REST, patience=PATIENCE)
    assert store.hosts.count() == 2
    assert isinstance(store.hosts, HostStore)


def test_retention_forgets_hosts_that_nobody_asks_and_keeps_holds(store):
    store.hosts.reserve("old", START, rest=REST, patience=PATIENCE)
    store.hosts.hold("held", START + 3 * DAY, START)
    store.hosts.reserve("new", START + DAY, rest=REST, patience=PATIENCE)
    with store.database.writing() as connection:
        connection.execute(insert(hosts).values(host="of another clock", free_at=2**62, held_until=2**62))
    assert keep(store, START + DAY)["hosts"] == 1
    assert keep(store, START + DAY + 3 * SECOND)["hosts"] == 1
    with store.database.reading() as connection:
        assert set(connection.execute(select(hosts.c.host)).scalars()) == {"held", "new"}
    assert keep(store, START + 3 * DAY)["hosts"] == 2
