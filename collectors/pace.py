"""Politeness per host, shared by all accounts: one request at a time, spaced, and never after a no.

Within the process a host is asked by one account at a time, and rests from the end of a request. Other processes are
met through `Turns`: whoever shares one starts no two requests to a host closer than the delay.
"""

from __future__ import annotations

import random
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from collectors.turns import MemoryTurns
from domain.errors import RateLimited, TimedOut
from domain.turns import LONGEST_HOLD, Place, held_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from collectors.turns import Turns

_LEFT_ALONE = "the host asked to be left alone"


@dataclass(slots=True)
class _Host:
    delay: float
    free_at: float = 0.0
    """When the next request may start, by the monotonic clock."""
    held_until: datetime | None = None
    turn: threading.Lock = field(default_factory=threading.Lock)


class Pace:
    """Turns at hosts. Thread-safe. Seconds, by `monotonic`; instants, by `clock`."""

    def __init__(
        self,
        *,
        delay: float,
        jitter: float,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
        turns: Turns | None = None,
    ) -> None:
        self._turns: Turns = turns or MemoryTurns()
        self._delay, self._jitter = delay, jitter
        self._clock, self._monotonic, self._sleep, self._chance = clock, monotonic, sleep, chance
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, host: str, deadline: float) -> Iterator[None]:
        """Hold the only turn at `host` for the time of the block, once the host has had its rest.

        Raises RateLimited at once when the host asked to be left alone, and TimedOut when the turn cannot come
        before `deadline` (monotonic); in both cases the host has not been asked anything.
        """
        place = self._place(host)
        _refuse_held(place, self._clock())
        if not place.turn.acquire(timeout=max(0.0, deadline - self._monotonic())):
            raise TimedOut("waiting for a turn")
        try:
            _refuse_held(place, self._clock())
            pause = self._rest(host, place, deadline)
            try:
                yield
            finally:
                place.free_at = self._monotonic() + pause
        finally:
            place.turn.release()

    def hold(self, host: str, until: datetime) -> None:
        """Leave `host` alone until then, for every account; an earlier instant than a known one changes nothing."""
        place = self._place(host)
        with self._lock:
            now = self._clock()
            until = min(until, now + LONGEST_HOLD)
            place.held_until = max(until, held_until(Place(now, place.held_until), now) or until)
        self._turns.hold(host, until, self._clock())

    def slow_down(self, host: str, delay: float) -> None:
        """Rest at least `delay` seconds between requests to `host` from now on."""
        place = self._place(host)
        with self._lock:
            place.delay = max(place.delay, delay)

    def _place(self, host: str) -> _Host:
        with self._lock:
            return self._hosts.setdefault(host, _Host(self._delay))

    def _rest(self, host: str, place: _Host, deadline: float) -> float:
        """Wait for the rest after our own last request, and for a slot that nobody else has; the rest to come."""
        own = max(0.0, place.free_at - self._monotonic())
        left = deadline - self._monotonic() - own
        if left <= 0:
            raise TimedOut("waiting for a turn")
        start = self._clock() + timedelta(seconds=own)
        pause = place.delay + self._jitter * self._chance()
        patience = timedelta(seconds=left)
        turn = self._turns.reserve(host, start, rest=timedelta(seconds=pause), patience=patience)
        if turn.held_until is not None:
            raise RateLimited(_LEFT_ALONE, retry_at=turn.held_until)
        if turn.wait is None:
            raise TimedOut("waiting for a turn")
        wait = own + turn.wait.total_seconds()
        if wait > 0:
            self._sleep(wait)
        return pause


def _refuse_held(place: _Host, now: datetime) -> None:
    # One that lies too far ahead was made while the clock was wrong, and counts as little as among shared ones.
    until = held_until(Place(now, place.held_until), now)
    if until is not None:
        raise RateLimited(_LEFT_ALONE, retry_at=until)
