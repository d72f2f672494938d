"""Time that passes only when somebody sleeps."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class FakeTime:
    """`clock`, `monotonic` and `sleep` of one imaginary afternoon that begins at noon. Thread-safe."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.sleeps: list[float] = []
        self._lock = threading.Lock()

    def clock(self) -> datetime:
        return NOON + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return 1_000.0 + self.passed

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.sleeps.append(seconds)
            self.passed += seconds
