"""One bad account never costs another more than its own deadline, and one host never another host's accounts."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from collectors.base import Politeness
from collectors.http import open_http
from domain.accounts import AccountKind, Profile, Proof
from domain.posts import NotModified
from monitor.run import collect_due
from tests.fakes.loopback import Loopback, reply
from tests.fakes.practice import practice_on

DEADLINE = 1.0
SLACK = 4.0
"""What a busy machine may add."""


@dataclass
class OnePage:
    """A platform that reads one page of the account's own host, by real HTTP."""

    name: str = "fake"
    consent: None = None
    done: dict[str, float] = field(default_factory=dict)

    def collect(self, account, http, now):
        try:
            http.get(account.url)
        finally:
            self.done[account.handle] = time.monotonic()
        return NotModified()


def drip(connection, server, seen):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n")
    while not server.stopping.wait(0.05):
        connection.sendall(b"x")


@pytest.fixture
def hosts():
    with Loopback() as bad, Loopback() as good:
        bad.routes["/"] = drip
        good.routes["/"] = reply(b"posts")
        yield bad, good


def enrol(practice, handle, url, staff):
    enrolled = practice.store.accounts.enroll(
        staff.id,
        kind=AccountKind.PROFESSIONAL,
        profile=Profile("fake", handle, handle, url, url),
        token="t",
        notice_hash="n" * 64,
        notice_text="The notice.",
        actor="tester",
        now=practice.clock(),
    )
    practice.store.accounts.authorise(
        enrolled.id,
        proof=Proof.BIO,
        proof_reference="the bio",
        actor="tester",
        starts_at=practice.clock(),
        ends_at=None,
        now=practice.clock(),
    )


def visits(practice, **tools):
    return collect_due(replace(practice.collecting(), **tools), stopping=lambda: False, on_visit=lambda _: None)


def collect(practice, hosts, *, workers, delay=0.0):
    allowed = frozenset(host.place for host in hosts)
    polite = Politeness("test", "", delay=delay, jitter=0, account_deadline=DEADLINE, allowed_private=allowed)
    platform = OnePage()
    started = time.monotonic()
    with open_http(polite, clock=lambda: datetime.now(UTC)) as http:
        made = visits(practice, platforms={"fake": platform}, reader=http, workers=workers)
    return made, {handle: at - started for handle, at in platform.done.items()}


def test_an_endless_drip_costs_the_account_behind_it_one_deadline_at_most(sqlite_store, tmp_path, hosts):
    practice, (bad, good) = practice_on(sqlite_store, tmp_path), hosts
    staff = practice.hire()
    enrol(practice, "bad", bad.url(), staff)
    enrol(practice, "good", good.url(), staff)
    made, done = collect(practice, hosts, workers=1)
    assert {visit.outcome for visit in made.visits} == {"timed-out", "not-modified"}
    assert done["good"] < DEADLINE + SLACK


def test_with_a_second_worker_it_costs_nothing(sqlite_store, tmp_path, hosts):
    practice, (bad, good) = practice_on(sqlite_store, tmp_path), hosts
    staff = practice.hire()
    enrol(practice, "bad", bad.url(), staff)
    for number in range(5):
        enrol(practice, f"good-{number}", good.url(), staff)
    _, done = collect(practice, hosts, workers=2)
    assert max(at for handle, at in done.items() if handle != "bad") <= done["bad"] + SLACK
    assert len(done) == 6


def test_accounts_that_wait_for_one_slow_host_give_up_at_their_own_deadline(sqlite_store, tmp_path, hosts):
    """Three of one dripping host before one of another, two workers: each of the three waits one deadline, no more."""
    practice, (bad, good) = practice_on(sqlite_store, tmp_path), hosts
    staff = practice.hire()
    for number in range(3):
        enrol(practice, f"bad-{number}", bad.url(), staff)
    enrol(practice, "good", good.url(), staff)
    made, done = collect(practice, hosts, workers=2)
    assert [visit.outcome for visit in made.visits].count("timed-out") == 3
    assert done["good"] < 2 * DEADLINE + SLACK


def test_a_host_that_must_rest_does_not_hold_the_accounts_of_another(sqlite_store, tmp_path, hosts):
    """A rest longer than the deadline is not waited for at all."""
    practice, (_, good) = practice_on(sqlite_store, tmp_path), hosts
    with Loopback() as other:
        other.routes["/"] = reply(b"posts")
        staff = practice.hire()
        for number in range(4):
            enrol(practice, f"resting-{number}", good.url(), staff)
        enrol(practice, "other", other.url(), staff)
        made, done = collect(practice, (*hosts, other), workers=1, delay=30.0)
    outcomes = [visit.outcome for visit in made.visits]
    assert (outcomes.count("not-modified"), outcomes.count("timed-out")) == (2, 3)
    assert done["other"] < SLACK


def test_a_platform_that_breaks_costs_its_own_visit(sqlite_store, tmp_path):
    practice = practice_on(sqlite_store, tmp_path)
    staff = practice.hire()
    for handle in ("broken", "well"):
        enrol(practice, handle, f"https://fake.example/{handle}", staff)
    seen = threading.Event()

    class Broken(OnePage):
        def collect(self, account, http, now):
            if account.handle == "broken":
                raise RecursionError
            seen.set()
            return NotModified()

    made = visits(practice, platforms={"fake": Broken()})
    assert sorted(visit.outcome for visit in made.visits) == ["malformed", "not-modified"]
    assert seen.is_set()
