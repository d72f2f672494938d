"""The switch over all collection, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest
from sqlalchemy import text

from domain.errors import Conflict, Refused, Stopped, UsageError
from store.stops import must_not_be_stopped
from tests.store.records import DAY, HOUR, OWNER, POLICY, START, active, claim, clean, flagged, plan, post, visit
from tests.store.test_withdrawal import everything_stored

ANN, BEA = "user:1", "command:bea"


def stop(store, now=START, reason="The detector errs."):
    return store.stops.stop(ANN, reason, now)


def test_nothing_is_due_while_it_stands(store):
    active(store)
    stop(store)
    assert claim(store) == ()
    assert store.accounts.count_due(START) == 0
    store.stops.ask_resume(ANN, START)
    assert claim(store) == ()
    store.stops.confirm_resume(BEA, START)
    assert len(claim(store)) == 1


def test_what_was_read_when_it_came_is_not_written(store):
    account = active(store)
    (leased,) = claim(store)
    stop(store)
    verdict = flagged(post("1", "Secret garden words."))
    with pytest.raises(Stopped):
        store.posts.apply(leased, plan(verdict), (verdict,), owner=OWNER, policy_version=POLICY, now=START + HOUR)
    assert "Secret garden" not in everything_stored(store)
    assert store.posts.known(account.id) == {}


def test_evidence_stays(store):
    active(store)
    visit(store, flagged(post("1", "Kept words.")))
    stop(store, START + DAY)
    assert len(list(store.findings.all())) == 1
    assert "Kept words." in [kept.post.text for kept in store.findings.kept_for_rescore()]


def test_a_stop_waits_for_a_pass_that_is_writing(postgres_store):
    """Otherwise words could be committed after it."""
    order = []

    def pull():
        stop(postgres_store)
        order.append("stopped")

    with ThreadPoolExecutor(1) as pool:
        with postgres_store.database.writing() as connection:
            must_not_be_stopped(connection)
            pulled = pool.submit(pull)
            _until_somebody_waits(postgres_store)
            order.append("written")
        pulled.result(timeout=30)
    assert order == ["written", "stopped"]


def _until_somebody_waits(store):
    waiting, deadline = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"), monotonic()
    while monotonic() < deadline + 20:
        with store.database.reading() as connection:
            if connection.execute(waiting).scalar():
                return
    raise AssertionError("the stop did not wait")


def test_two_passes_write_side_by_side(postgres_store):
    with postgres_store.database.writing() as one, postgres_store.database.writing() as other:
        must_not_be_stopped(one)
        must_not_be_stopped(other)


def test_who_asked_cannot_confirm(store):
    stop(store)
    store.stops.ask_resume(ANN, START)
    with pytest.raises(Refused, match="somebody else"):
        store.stops.confirm_resume(ANN, START)
    assert store.stops.standing().resume_asked_by == ANN
    done = store.stops.confirm_resume(BEA, START + HOUR)
    assert (done.resumed_by, done.resumed_at, store.stops.standing()) == (BEA, START + HOUR, None)


def test_a_request_can_be_taken_back(store):
    stop(store)
    store.stops.ask_resume(ANN, START)
    store.stops.take_back(BEA, START)
    with pytest.raises(Conflict, match="Nobody has asked"):
        store.stops.confirm_resume(BEA, START)


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (lambda stops: stops.ask_resume(ANN, START), "not stopped"),
        (lambda stops: stops.confirm_resume(ANN, START), "not stopped"),
        (lambda stops: stops.take_back(ANN, START), "not stopped"),
    ],
)
def test_what_does_not_stand_cannot_be_lifted(store, act, why):
    with pytest.raises(Conflict, match=why):
        act(store.stops)


def test_it_stops_once(store):
    stop(store)
    with pytest.raises(Conflict, match="stopped already"):
        stop(store)
    assert len(store.stops.all()) == 1


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 501])
def test_it_needs_a_reason_that_fits(store, reason):
    with pytest.raises(UsageError, match="Say why"):
        stop(store, reason=reason)
    assert store.stops.standing() is None


def test_every_change_is_logged_without_its_words(store):
    stop(store, reason="Telling words.")
    store.stops.ask_resume(BEA, START)
    store.stops.take_back(ANN, START)
    store.stops.ask_resume(BEA, START)
    store.stops.confirm_resume(ANN, START)
    lines = [entry.record for entry in store.audit.entries()]
    assert [(line.actor, line.event) for line in lines] == [
        (ANN, "collection.stopped"),
        ("command", "collection.resume-asked"),
        (ANN, "collection.resume-dropped"),
        ("command", "collection.resume-asked"),
        (ANN, "collection.resumed"),
    ]
    assert lines[1].details == {"login": "bea"}
    assert all("Telling" not in str(line) for line in lines)


def test_it_stood_at_some_time_between(store):
    stop(store, START)
    store.stops.ask_resume(ANN, START + HOUR)
    store.stops.confirm_resume(BEA, START + 2 * HOUR)
    second = stop(store, START + DAY, "Again.")
    between = store.stops.between
    assert [one.id for one in between(START + HOUR, START + 3 * HOUR)] == [second.id - 1]
    assert between(START + 2 * HOUR, START + DAY) == ()
    assert [one.id for one in between(START, START + 2 * DAY)] == [second.id - 1, second.id]
    assert [one.id for one in between(START + 9 * DAY, START + 10 * DAY)] == [second.id]


def test_clean_posts_are_dropped_too(store):
    active(store)
    (leased,) = claim(store)
    stop(store)
    with pytest.raises(Stopped):
        store.posts.apply(leased, plan(clean()), (clean(),), owner=OWNER, policy_version=POLICY, now=START + HOUR)
    assert store.posts.known(leased.id) == {}
