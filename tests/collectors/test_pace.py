import threading
from datetime import timedelta
from itertools import pairwise

import pytest

from collectors.pace import Pace
from domain.errors import RateLimited, TimedOut
from tests.fakes.time import NOON, FakeTime


@pytest.fixture
def passing():
    return FakeTime()


def paced(passing, *, delay=2.0, jitter=0.5, chance=0.5):
    return Pace(
        delay=delay,
        jitter=jitter,
        clock=passing.clock,
        monotonic=passing.monotonic,
        sleep=passing.sleep,
        chance=lambda: chance,
    )


def test_the_first_request_waits_for_nothing_and_the_next_for_delay_and_jitter(passing):
    pace = paced(passing)
    for _ in range(3):
        with pace.turn("a.example", 9_999):
            pass
    assert passing.sleeps == [2.25, 2.25]


def test_the_rest_is_counted_from_the_end_of_a_request(passing):
    pace = paced(passing, jitter=0)
    with pace.turn("a.example", 9_999):
        passing.passed += 60
    with pace.turn("a.example", 9_999):
        assert passing.sleeps == [2.0]


def test_hosts_do_not_wait_for_each_other(passing):
    pace = paced(passing)
    for host in ("a.example", "b.example", "c.example:8080"):
        with pace.turn(host, 9_999):
            pass
    assert passing.sleeps == []


def test_a_turn_that_would_come_too_late_is_not_waited_for(passing):
    pace = paced(passing)
    with pace.turn("a.example", 9_999):
        pass
    with pytest.raises(TimedOut), pace.turn("a.example", passing.monotonic() + 2.0):
        pass
    assert passing.sleeps == []


def test_a_deadline_that_has_passed_gets_no_turn(passing):
    with pytest.raises(TimedOut), paced(passing).turn("a.example", passing.monotonic()):
        pass


def test_a_host_that_asked_to_wait_is_left_alone_by_all(passing):
    pace = paced(passing)
    pace.hold("a.example", NOON + timedelta(minutes=5))
    pace.hold("a.example", NOON + timedelta(minutes=1))
    with pytest.raises(RateLimited) as caught, pace.turn("a.example", 9_999):
        pass
    assert caught.value.retry_at == NOON + timedelta(minutes=5)
    assert passing.sleeps == []
    with pace.turn("b.example", 9_999):
        passing.passed += 300
    with pace.turn("a.example", 9_999):
        pass


def test_a_hold_of_a_clock_that_was_wrong_holds_nobody_back(passing):
    pace = paced(passing)
    passing.passed += 10 * 365 * 86_400
    pace.hold("a.example", passing.clock() + timedelta(minutes=5))
    passing.passed = 0
    with pace.turn("a.example", 9_999):
        pass
    pace.hold("a.example", NOON + timedelta(minutes=5))
    with pytest.raises(RateLimited) as caught, pace.turn("a.example", 9_999):
        pass
    assert caught.value.retry_at == NOON + timedelta(minutes=5)


def test_no_host_is_held_for_a_year(passing):
    pace = paced(passing)
    pace.hold("a.example", NOON + timedelta(days=365))
    with pytest.raises(RateLimited) as caught, pace.turn("a.example", 9_999):
        pass
    assert caught.value.retry_at == NOON + timedelta(days=31)


def test_a_hold_that_comes_while_waiting_counts(passing):
    pace, refused, inside = paced(passing), [], threading.Event()

    def second():
        inside.set()
        try:
            with pace.turn("a.example", 9_999):
                pass
        except RateLimited as error:
            refused.append(error)

    with pace.turn("a.example", 9_999):
        thread = threading.Thread(target=second)
        thread.start()
        inside.wait(5)
        pace.hold("a.example", NOON + timedelta(hours=1))
    thread.join(5)
    assert len(refused) == 1


def test_crawl_delay_slows_a_host_down_and_never_up(passing):
    pace = paced(passing, jitter=0)
    pace.slow_down("a.example", 10)
    pace.slow_down("a.example", 1)
    for _ in range(2):
        with pace.turn("a.example", 9_999):
            pass
    assert passing.sleeps == [10]


def test_an_error_inside_a_turn_gives_the_turn_back(passing):
    pace = paced(passing, jitter=0)
    with pytest.raises(KeyError), pace.turn("a.example", 9_999):
        raise KeyError
    with pace.turn("a.example", 9_999):
        assert passing.sleeps == [2.0]


def test_threads_take_turns_at_one_host(passing):
    pace, starts, inside, most = paced(passing, jitter=0), [], [], []
    ready = threading.Barrier(8)

    def account():
        ready.wait(5)
        for _ in range(5):
            with pace.turn("a.example", 9_999):
                inside.append(1)
                most.append(len(inside))
                starts.append(passing.monotonic())
                inside.pop()

    threads = [threading.Thread(target=account) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(starts) == 40
    assert max(most) == 1
    assert all(later - earlier == pytest.approx(2.0) for earlier, later in pairwise(starts))
