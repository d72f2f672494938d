from __future__ import annotations

from tests.store.records import HOUR, START


def test_a_lease_is_held_by_one_owner_until_it_runs_out(store):
    assert store.leases.acquire("digest", "w1", START, START + HOUR)
    assert not store.leases.acquire("digest", "w2", START, START + HOUR)
    assert store.leases.acquire("digest", "w1", START + HOUR / 2, START + 2 * HOUR)
    assert not store.leases.acquire("digest", "w2", START + HOUR, START + 3 * HOUR)
    assert store.leases.acquire("digest", "w2", START + 2 * HOUR, START + 3 * HOUR)
    assert not store.leases.acquire("digest", "w1", START + 2 * HOUR, START + 3 * HOUR)


def test_names_do_not_disturb_one_another(store):
    assert store.leases.acquire("digest", "w1", START, START + HOUR)
    assert store.leases.acquire("retention", "w2", START, START + HOUR)


def test_only_the_owner_gives_a_lease_back(store):
    store.leases.acquire("digest", "w1", START, START + HOUR)
    store.leases.release("digest", "w2")
    assert not store.leases.acquire("digest", "w2", START, START + HOUR)
    store.leases.release("digest", "w1")
    assert store.leases.acquire("digest", "w2", START, START + HOUR)
