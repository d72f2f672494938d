"""ISO weeks in the practice's time zone. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.reporting import Period

WEEK = timedelta(days=7)


def period_of(instant: datetime, time_zone: str) -> Period:
    """The ISO 8601 week that `instant` falls into, by the clocks of `time_zone`."""
    year, week, _ = instant.astimezone(ZoneInfo(time_zone)).isocalendar()
    return _period(date.fromisocalendar(year, week, 1), time_zone)


def period_named(week: str, time_zone: str) -> Period:
    """The week called "2026-W47". Raises ValueError for anything else, week 53 of a short year included."""
    year, separator, number = week.partition("-W")
    if not separator or not (year.isdecimal() and number.isdecimal()):
        raise ValueError(f'"{week}" is not an ISO week such as 2026-W47')
    try:
        return _period(date.fromisocalendar(int(year), int(number), 1), time_zone)
    except OverflowError as error:
        raise ValueError(f'"{week}" is beyond the calendar') from error


def _period(monday: date, time_zone: str) -> Period:
    zone = ZoneInfo(time_zone)
    year, week, _ = monday.isocalendar()
    return Period(
        week=f"{year}-W{week:02d}",
        start=datetime.combine(monday, time(0), zone).astimezone(UTC),
        end=datetime.combine(monday + WEEK, time(0), zone).astimezone(UTC),
        time_zone=time_zone,
    )
