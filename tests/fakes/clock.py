"""A clock that stands until it is moved."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class FakeClock:
    """Starts on Wednesday of ISO week 41 of 2026."""

    now: datetime = datetime(2026, 10, 7, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        self.now += timedelta(**amount)

    def to(self, text: str) -> None:
        self.now = datetime.fromisoformat(text)
