"""How much may come from one network within an hour, counted in memory alone.

Nothing about where something came from is written down: a stored time and network beside a stored concern could tell
who sent it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

WINDOW = timedelta(hours=1)
_FROM_EVERYWHERE = 20
"""Networks' worth that are let in together, whatever number of networks they come from."""


class Counting(Protocol):
    """Counts what comes from each network."""

    def lets_in(self, network: str, most: int, now: datetime) -> bool:
        """Count one more and True, or False when there were too many within the hour."""


@dataclass(frozen=True, slots=True)
class Flood:
    """Counts by network. Where several processes answer they share one; a restart forgets."""

    _came: dict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))
    _lock: Lock = field(default_factory=Lock)

    def lets_in(self, network: str, most: int, now: datetime) -> bool:
        """Count one more and True, or False when `most` came from there, or far too many altogether, in the hour."""
        with self._lock:
            self._forget(now)
            everywhere = sum(map(len, self._came.values()))
            here = len(self._came.get(network, ()))
            if here >= most or everywhere >= most * _FROM_EVERYWHERE:
                return False
            self._came[network].append(now)
            return True

    def _forget(self, now: datetime) -> None:
        for network in list(self._came):
            times = self._came[network]
            while times and times[0] <= now - WINDOW:
                times.popleft()
            if not times:
                del self._came[network]
