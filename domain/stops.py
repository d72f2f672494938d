"""The switch that stops all collection, and who may turn it back (Regulation (EU) 2024/1689, article 26(5))."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

LONGEST_REASON = 500
"""Characters; a reason stands in every digest, so it must fit there."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One time in which nothing was collected. It stands until two different people have said that it may go on.

    Actors are "user:<id>" for people who signed in, "command:<login>" for the command line.
    """

    id: int
    at: datetime
    actor: str
    reason: str
    """Shown in digests and in the archive: no client detail belongs in it."""
    resume_asked_at: datetime | None = None
    resume_asked_by: str | None = None
    resumed_at: datetime | None = None
    resumed_by: str | None = None

    @property
    def stands(self) -> bool:
        """Whether nothing is collected because of it."""
        return self.resumed_at is None

    def touches(self, start: datetime, end: datetime) -> bool:
        """Whether it stood at some time between `start` and `end`."""
        return self.at < end and (self.resumed_at is None or self.resumed_at > start)
