"""Two processes, or six threads, on one database: nothing twice, nothing lost."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import ProcessPoolExecutor
from threading import Barrier

from sqlalchemy import insert, select, update

from domain.errors import NotAuthorised, StoreError, UsageError
from domain.reporting import DeliveryKind
from store import tables
from store.engine import open_store
from tests.fakes.keys import KEYRING
from tests.store.records import HOUR, OWNER, POLICY, START, active, claim, clean, enrolled, person, plan, post, profile

WORKERS = 4


def at_once(number, work):
    """Run `work(index)` in threads that all start together; the results, or what was raised."""
    gate = Barrier(number)

    def start(index):
        gate.wait()
        return work(index)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(start, range(number)))


def drain(store, owner):
    """Claim two at a time until none is left."""
    got = []
    while claimed := claim(store, START, owner=owner, limit=2):
        got += [account.id for account in claimed]
    return got


def drain_in_process(url, owner):
    store = open_store(url, KEYRING)
    got = drain(store, owner)
    store.close()
    return got


def test_four_threads_claim_each_account_once(store):
    staff = person(store)
    wanted = sorted(active(store, staff).id for _ in range(30))
    shares = at_once(WORKERS, lambda index: drain(store, f"worker-{index}"))
    assert sorted(account for share in shares for account in share) == wanted


def test_four_processes_claim_each_account_once(store, database_url):
    staff = person(store)
    wanted = sorted(active(store, staff).id for _ in range(30))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, mp_context=context) as pool:
        shares = list(pool.map(drain_in_process, [database_url] * WORKERS, [f"w{n}" for n in range(WORKERS)]))
    assert sorted(account for share in shares for account in share) == wanted


def test_four_threads_claim_each_mail_once(store):
    for number in range(30):
        store.deliveries.enqueue(DeliveryKind.DIGEST, "2026-W47", f"m{number}@example.org", "<a>", START)

    def send(index):
        got = []
        while claimed := store.deliveries.claim_due(START, f"w{index}", START + HOUR, 1):
            got += [delivery.id for delivery in claimed]
        return got

    shares = at_once(WORKERS, send)
    assert sorted(mail for share in shares for mail in share) == list(range(1, 31))


def test_no_increment_is_lost(store):
    """Read, add one, write: the pattern that loses updates under SQLite's deferred transactions."""
    with store.database.writing() as connection:
        connection.execute(insert(tables.runs).values(kind="x", owner="0", started_at=START, counts={}, problem=""))

    def increment(_):
        for _ in range(20):
            with store.database.writing() as connection:
                now = connection.execute(select(tables.runs.c.owner).with_for_update()).scalar_one()
                connection.execute(update(tables.runs).values(owner=str(int(now) + 1)))

    at_once(6, increment)
    with store.database.reading() as connection:
        assert connection.execute(select(tables.runs.c.owner)).scalar_one() == "120"


def test_one_of_four_gets_a_lease(store):
    got = at_once(WORKERS, lambda index: store.leases.acquire("digest", f"w{index}", START, START + HOUR))
    assert sorted(got) == [False, False, False, True]


def test_a_mail_queued_by_four_at_once_is_one_mail(store):
    queue = store.deliveries.enqueue
    got = at_once(WORKERS, lambda _: queue(DeliveryKind.DIGEST, "2026-W47", "m@example.org", "<a>", START))
    assert len({delivery.id for delivery in got}) == 1


def test_the_same_pass_applied_by_four_at_once_is_written_once(store):
    active(store)
    (leased,) = claim(store)
    verdicts = [clean(post(str(number))) for number in range(20)]

    def write(_):
        try:
            return store.posts.apply(
                leased, plan(*verdicts), verdicts, owner=OWNER, policy_version=POLICY, now=START + HOUR
            ).new
        except NotAuthorised:
            return 0

    assert sorted(at_once(WORKERS, write)) == [0, 0, 0, 20]


def test_withdrawal_wins_over_a_pass_at_the_same_moment(store):
    account = active(store)
    (leased,) = claim(store)
    verdicts = [clean(post(str(number))) for number in range(50)]

    def act(index):
        if index == 0:
            return store.accounts.withdraw(account.id, "Maren Okafor", START + HOUR)
        try:
            return store.posts.apply(
                leased, plan(*verdicts), verdicts, owner=OWNER, policy_version=POLICY, now=START + HOUR
            )
        except NotAuthorised as refused:
            return refused

    at_once(2, act)
    assert store.posts.known(account.id) == {}


def test_a_profile_enrolled_by_four_at_once_is_enrolled_once(store):
    page, staff = profile("same"), person(store)

    def enrol(_):
        try:
            return enrolled(store, staff, page).id
        except (UsageError, StoreError):
            return None

    assert len([got for got in at_once(WORKERS, enrol) if got is not None]) == 1
    assert len(store.accounts.all()) == 1
