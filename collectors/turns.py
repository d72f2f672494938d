"""The seam behind the pace at hosts: who else, in whatever process, asks the same host. And one that asks nobody."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from domain.turns import LONGEST_HOLD, Place, held_until, reserve

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from domain.turns import Turn


class Turns(Protocol):
    """Slots at hosts. Both methods are atomic among all who share the keeper."""

    def reserve(self, host: str, now: datetime, *, rest: timedelta, patience: timedelta) -> Turn:
        """Take the host's next slot at `now` or later, after which it rests; nothing is taken when refused.

        Refused is a slot further ahead than `patience`, and a host that asked to be left alone.
        """
        ...

    def hold(self, host: str, until: datetime, now: datetime) -> None:
        """Leave the host alone until then; an earlier instant than a known one changes nothing."""
        ...


class MemoryTurns:
    """Turns shared by whoever holds this object. Thread-safe."""

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}
        self._lock = threading.Lock()

    def reserve(self, host: str, now: datetime, *, rest: timedelta, patience: timedelta) -> Turn:
        """See `Turns.reserve`."""
        with self._lock:
            turn, place = reserve(self._places.get(host), now, rest, patience)
            if place is not None:
                self._places[host] = place
            return turn

    def hold(self, host: str, until: datetime, now: datetime) -> None:
        """See `Turns.hold`."""
        with self._lock:
            known = self._places.get(host)
            standing = held_until(known, now)
            until = min(until, now + LONGEST_HOLD)
            self._places[host] = Place(now if known is None else known.free_at, max(until, standing or until))
