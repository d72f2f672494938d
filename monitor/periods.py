"""ISO weeks in the practice's time zone, and when the digest of each is due. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from domain.reporting import Period

if TYPE_CHECKING:
    from collections.abc import Iterator

WEEK = timedelta(days=7)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def period_of(instant: datetime, time_zone: str) -> Period:
    """The ISO 8601 week that `instant` falls into, by the clocks of `time_zone`."""
    year, week, _ = instant.astimezone(ZoneInfo(time_zone)).isocalendar()
    return _period(date.fromisocalendar(year, week, 1), time_zone)


def period_named(week: str, time_zone: str) -> Period:
    """The week called "2026-W47". Raises ValueError for anything else, week 53 of a short year included."""
    year, separator, number = week.partition("-W")
    if not separator or not (year.isdigit() and number.isdigit()):
        raise ValueError(f'"{week}" is not an ISO week such as 2026-W47')
    return _period(date.fromisocalendar(int(year), int(number), 1), time_zone)


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


def _period(monday: date, time_zone: str) -> Period:
    zone = ZoneInfo(time_zone)
    year, week, _ = monday.isocalendar()
    return Period(
        week=f"{year}-W{week:02d}",
        start=datetime.combine(monday, time(0), zone).astimezone(UTC),
        end=datetime.combine(monday + WEEK, time(0), zone).astimezone(UTC),
        time_zone=time_zone,
    )
