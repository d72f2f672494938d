"""The rhythm of reading: the same rule for everybody, stretched by silence, spread by chance, and bounded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.accounts import AccountKind
from domain.errors import RateLimited, ServerFault
from domain.plans import Plan
from domain.posts import Fetched, KnownPost, NotModified, Post, PostKind, PostState
from domain.rhythm import LONGEST, SLOWEST, SPREAD, interval
from monitor.cadence import LONGEST_WAIT, Cadence, after_failure, next_check
from monitor.plan import decide
from tests.fakes.collected import account as collected
from tests.fakes.time import NOON

DAY = timedelta(days=1)
CADENCE = Cadence(every=DAY, slowest=SLOWEST, spread=SPREAD)
STEADY = replace(CADENCE, spread=0.0)


def account(**changes):
    return collected("mastodon", "https://social.example", cursor="{}", **changes)


def new_post(number):
    return Post(number, f"https://social.example/{number}", PostKind.POST, "Leaves fall.", published_at=NOON)


def silent(days):
    return {"1": KnownPost("1", "hash", NOON - days * DAY, PostState.LIVE)}


@pytest.mark.parametrize(("days", "wait"), [(0, 1), (10, 1), (15, 1.5), (20, 2), (30, 3), (31, 3), (4000, 3)])
def test_silence_stretches_the_interval_up_to_three_times(days, wait):
    due = next_check(account(), Plan(), None, known=silent(days), now=NOON, cadence=STEADY)
    assert due == NOON + wait * DAY


def test_a_new_post_or_an_edit_brings_it_back():
    fetched = Fetched((new_post("2"),), frozenset({"1", "2"}), None, cursor="{}")
    made = decide(account(), fetched, silent(300), presence={}, now=NOON, cadence=STEADY)
    assert made.next_check_at == NOON + DAY
    quiet = decide(account(), NotModified(), silent(300), presence={}, now=NOON, cadence=STEADY)
    assert quiet.next_check_at == NOON + 3 * DAY


def test_an_account_without_posts_is_silent_since_it_was_authorised():
    one = account()
    fresh = next_check(one, Plan(), None, known={}, now=one.authorisation.starts_at, cadence=STEADY)
    assert fresh == one.authorisation.starts_at + DAY
    later = one.authorisation.starts_at + 400 * DAY
    assert next_check(one, Plan(), None, known={}, now=later, cadence=STEADY) == later + 3 * DAY


@given(hours=st.integers(6, 168), days=st.integers(0, 5000), chance=st.integers(0, 10**6))
def test_never_more_often_than_the_schedule_and_never_slowed_beyond_a_week(hours, days, chance):
    every = timedelta(hours=hours)
    due = next_check(
        account(id=chance), Plan(), None, known=silent(days), now=NOON, cadence=replace(CADENCE, every=every)
    )
    assert NOON + every <= due <= NOON + max(timedelta(days=7), every * (1 + SPREAD))


def test_a_site_that_asks_for_less_is_read_less_and_not_for_ever():
    for asked, wait in ((12 / 24, 1), (9, 9), (400, 30)):
        due = next_check(account(), Plan(), NOON + asked * DAY, known=silent(1), now=NOON, cadence=STEADY)
        assert due == NOON + wait * DAY


def test_accounts_of_one_host_do_not_stay_due_together():
    dues = [next_check(account(id=n), Plan(), None, known=silent(1), now=NOON, cadence=CADENCE) for n in range(200)]
    assert len(set(dues)) == 200
    assert all(NOON + DAY <= due <= NOON + DAY * (1 + SPREAD) for due in dues)
    quarters = [int((due - NOON - DAY) / (DAY * SPREAD) * 4) for due in dues]
    assert min(quarters.count(quarter) for quarter in range(4)) > 30


def test_failures_are_spread_as_well_and_stay_bounded():
    until = NOON + timedelta(hours=1)
    dues = {
        decide(account(id=n), RateLimited(retry_at=until), {}, presence={}, now=NOON, cadence=CADENCE).next_check_at
        for n in range(50)
    }
    assert len(dues) == 50
    assert min(dues) >= until
    assert after_failure(account(), NOON + 90 * DAY, now=NOON, cadence=CADENCE) == NOON + LONGEST_WAIT


def test_kind_and_author_make_no_difference():
    kinds = [account(kind=kind, handle=f"@{kind}") for kind in AccountKind]
    assert len({next_check(one, Plan(), None, known=silent(3), now=NOON, cadence=CADENCE) for one in kinds}) == 1


def test_a_failing_account_is_set_aside_and_frees_itself_slowly():
    failing, waits = account(), []
    for _ in range(7):
        made = decide(failing, ServerFault(), {}, presence={}, now=NOON, cadence=STEADY)
        waits.append(made.next_check_at - NOON)
        failing = replace(failing, failures=made.failures, state=made.state)
    assert waits == [*(timedelta(minutes=minutes) for minutes in (30, 60, 120, 240)), *[7 * DAY] * 3]
    well = decide(failing, NotModified(), silent(1), presence={}, now=NOON, cadence=STEADY)
    assert (well.failures, well.next_check_at) == (0, NOON + DAY)


def test_the_bounds_are_those_that_are_told():
    slowest = LONGEST * (1 + SPREAD)
    assert slowest < timedelta(days=7)
    assert interval(timedelta(hours=168), timedelta(days=999)) == timedelta(hours=168)
    assert interval(timedelta(hours=100), timedelta(days=999)) == LONGEST
