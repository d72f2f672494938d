"""When the digest of each week is due. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from domain.periods import period_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.reporting import Period

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def due_at(period: Period, weekday: str, at: time) -> datetime:
    """When the digest of `period` goes out: the first such weekday and local time after the week has ended."""
    zone = ZoneInfo(period.time_zone)
    monday = period.end.astimezone(zone).date()
    return datetime.combine(monday + timedelta(days=WEEKDAYS.index(weekday)), at, zone).astimezone(UTC)


def periods_due(since: datetime, now: datetime, time_zone: str, weekday: str, at: time) -> Iterator[Period]:
    """Every week from the one of `since` whose digest is due by `now`, oldest first."""
    period = period_of(since, time_zone)
    while due_at(period, weekday, at) <= now:
        yield period
        period = period_of(period.end, time_zone)
