"""The rule of slots, its keeper in memory, and the pace of two processes that share one."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.pace import Pace
from collectors.turns import MemoryTurns
from domain.errors import RateLimited, TimedOut
from domain.turns import LONGEST_HOLD, MOST_AHEAD, Place, reserve
from tests.fakes.time import NOON, FakeTime

SECOND = timedelta(seconds=1)
REST, PATIENCE = 2 * SECOND, 60 * SECOND


def paced(passing, turns, *, jitter=0.0, chance=0.5):
    return Pace(
        delay=2.0,
        jitter=jitter,
        clock=passing.clock,
        monotonic=passing.monotonic,
        sleep=passing.sleep,
        chance=lambda: chance,
        turns=turns,
    )


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(2, 4)), min_size=2, max_size=40))
def test_slots_are_never_closer_than_the_rest_before_them(visits):
    place, now, slots = None, NOON, []
    for passed, rest in visits:
        now += timedelta(seconds=passed)
        turn, after = reserve(place, now, timedelta(seconds=rest), timedelta(minutes=9))
        assert turn.wait is not None
        slots.append((now + turn.wait, timedelta(seconds=rest)))
        place = after
    assert all(later - earlier >= rest for (earlier, rest), (later, _) in pairwise(slots))


def test_a_slot_that_is_refused_is_not_taken():
    place = Place(NOON + 30 * SECOND)
    turn, after = reserve(place, NOON, REST, 29 * SECOND)
    assert (turn.wait, turn.held_until, after) == (None, None, None)
    turn, after = reserve(place, NOON, REST, 30 * SECOND)
    assert turn.wait == 30 * SECOND
    assert after == Place(NOON + 32 * SECOND)


@pytest.mark.parametrize("ahead", [MOST_AHEAD + SECOND, timedelta(days=365), timedelta(days=9999)])
def test_what_another_clock_wrote_starves_nobody(ahead):
    assert reserve(Place(NOON + ahead), NOON, REST, PATIENCE)[0].wait == timedelta()


def test_a_hold_beyond_belief_is_none_and_the_longest_stands():
    held = Place(NOON, NOON + LONGEST_HOLD)
    assert reserve(held, NOON, REST, PATIENCE)[0].held_until == NOON + LONGEST_HOLD
    beyond = Place(NOON, NOON + LONGEST_HOLD + SECOND)
    assert reserve(beyond, NOON, REST, PATIENCE)[0].wait == timedelta()


def test_a_rest_without_measure_is_cut():
    _, place = reserve(None, NOON, timedelta(days=9), PATIENCE)
    assert place == Place(NOON + MOST_AHEAD)


def test_two_processes_space_their_requests_to_one_host():
    passing, turns, starts = FakeTime(), MemoryTurns(), []
    first, second = paced(passing, turns), paced(passing, turns)
    for pace in (first, second, first, second, second, first):
        with pace.turn("a.example", 9_999):
            starts.append(passing.monotonic())
    assert [later - earlier for earlier, later in pairwise(starts)] == [2.0] * 5


def test_jitter_is_part_of_what_the_others_wait_for():
    passing, turns = FakeTime(), MemoryTurns()
    first, second = (paced(passing, turns, jitter=1.0, chance=chance) for chance in (1.0, 0.0))
    for pace in (first, second, first):
        with pace.turn("a.example", 9_999):
            pass
    assert passing.sleeps == [3.0, 2.0]


def test_a_process_that_died_in_its_turn_costs_the_others_one_rest():
    passing, turns = FakeTime(), MemoryTurns()
    turns.reserve("a.example", passing.clock(), rest=REST, patience=PATIENCE)
    with paced(passing, turns).turn("a.example", 9_999):
        assert passing.sleeps == [2.0]


def test_a_hold_that_another_process_met_counts_here_and_is_not_asked_again():
    passing, turns = FakeTime(), MemoryTurns()
    paced(passing, turns).hold("a.example", NOON + timedelta(minutes=5))
    with pytest.raises(RateLimited) as caught, paced(passing, turns).turn("a.example", 9_999):
        pass
    assert caught.value.retry_at == NOON + timedelta(minutes=5)
    assert passing.sleeps == []


def test_a_queue_of_other_processes_that_is_too_long_is_not_joined():
    passing, turns = FakeTime(), MemoryTurns()
    for _ in range(5):
        turns.reserve("a.example", NOON, rest=REST, patience=PATIENCE)
    with pytest.raises(TimedOut), paced(passing, turns).turn("a.example", passing.monotonic() + 9):
        pass
    assert turns.reserve("a.example", NOON, rest=REST, patience=PATIENCE).wait == 10 * SECOND


def test_holds_only_grow_and_end_somewhere():
    turns = MemoryTurns()
    for minutes in (5, 1, 10**6):
        turns.hold("a.example", NOON + timedelta(minutes=minutes), NOON)
    turn = turns.reserve("a.example", NOON, rest=REST, patience=PATIENCE)
    assert turn.held_until == NOON + LONGEST_HOLD
