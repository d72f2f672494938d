"""What a reviewer's queue is asked for, what it answers, and what reviews add up to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.findings import Severity

if TYPE_CHECKING:
    from domain.findings import Clause
    from domain.review import Review, ReviewState

OVERDUE_AFTER = timedelta(days=14)
"""How long an item may wait for a reviewer before it counts as overdue."""
FEWEST = 5
"""With fewer decisions than this, a rate says more about single cases than about the detector."""


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What to leave out. `due`: only what a reviewer can act on now, not what waits for an author's answer."""

    due: bool = True
    states: tuple[ReviewState, ...] = ()
    """() is every state in which people have something to do."""
    clause: Clause | None = None
    severity: Severity | None = None
    overdue: bool = False
    """Only what has waited for longer than `OVERDUE_AFTER`."""
    mine: bool = False
    """Only what the person has on the screen now."""
    free: bool = False
    """Without what somebody else has on the screen now."""


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """The last item of a page; the next page begins after it."""

    severity: Severity
    opened_at: datetime
    id: int

    def __str__(self) -> str:
        return f"{int(self.severity)},{self.opened_at.isoformat()},{self.id}"

    @classmethod
    def parse(cls, text: str) -> QueuePlace:
        """What `str` wrote. Raises ValueError for anything else."""
        severity, opened_at, number = text.split(",")
        at = datetime.fromisoformat(opened_at)
        if at.utcoffset() is None:
            raise ValueError("a time without an offset")
        return cls(Severity(int(severity)), at, int(number))


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Gravest first, then oldest. Reviews come without their events; `after` is None on the last page."""

    reviews: tuple[Review, ...]
    after: QueuePlace | None = None


@dataclass(frozen=True, slots=True)
class Overturn:
    """How often people decided against one detector under one clause."""

    clause: Clause
    detector: str
    decided: int
    """Findings that people dismissed or decided; protected ones were erased and count nowhere."""
    overturned: int

    @property
    def rate(self) -> float | None:
        """Share from 0 to 1; None below `FEWEST` decisions."""
        return self.overturned / self.decided if self.decided >= FEWEST else None


@dataclass(frozen=True, slots=True)
class ReviewCounts:
    """How many reviews stand where, of the practice as a whole; those in grace are not counted."""

    waiting: int = 0
    """For a reviewer."""
    overdue: int = 0
    """Of those, how many for longer than `OVERDUE_AFTER`."""
    with_author: int = 0
    """The author may still answer or appeal."""
    closed: int = 0
