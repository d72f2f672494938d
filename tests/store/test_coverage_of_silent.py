"""A silent account is read less often by the rule for everybody, and the digest does not call that stale."""

from __future__ import annotations

from domain.reporting import Reading
from tests.store.records import DAY, HOUR, START, active, clean, post, visit
from tests.store.test_runs import NEXT, WEEK, cover


def readings(store, days, period):
    for day in days:
        visit(store, now=START + day * DAY + HOUR)
    return [line.reading for line in cover(store, period)]


def test_two_readings_a_week_are_enough_for_one_that_was_silent_for_a_month(store):
    active(store, now=START - 40 * DAY)
    assert readings(store, (1, 4), WEEK) == [Reading.READ]


def test_and_too_few_for_one_that_was_lively(store):
    active(store, now=START - 40 * DAY)
    visit(store, clean(post(published_at=START - DAY)), now=START - DAY + HOUR)
    assert readings(store, (1, 4), WEEK) == [Reading.STALE]
    assert readings(store, (8,), NEXT) == [Reading.STALE]
