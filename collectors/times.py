"""Instants as platforms write them, read into aware UTC. Pure; what cannot be read is None, never an error."""

from __future__ import annotations

from datetime import UTC, datetime

_MILLISECONDS_FROM = 1e11
"""An epoch above this (year 5138 in seconds, 1973 in milliseconds) counts milliseconds."""
_FIRST_YEAR, _LAST_YEAR = 1971, 2199
"""Outside of these no post was written: a zero, a placeholder or damage."""


def parse_instant(value: object) -> datetime | None:
    """An ISO 8601 string or an epoch number as aware UTC.

    A string without a zone is UTC, as in WordPress's `*_gmt` fields. Epochs may be whole or broken numbers, of
    seconds or milliseconds, also as a string (Pixelfed sends floats). None for anything else, also for instants
    before 1971 or after 2199 and for those that do not exist, such as "0000-00-00T00:00:00".
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return from_epoch(value)
    if not isinstance(value, str):
        return None
    return _from_iso(value.strip()) or _from_digits(value.strip())


def from_epoch(value: float) -> datetime | None:
    """Seconds or milliseconds since 1970 as aware UTC; None outside 1971 to 2199."""
    try:
        seconds = float(value)
        return _plausible(datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS_FROM else seconds, UTC))
    except (OverflowError, ValueError, OSError):  # not a number, beyond year 9999, or too large for a float
        return None


def _from_iso(value: str) -> datetime | None:
    if len(value) < len("2026-01-01") or "-" not in value:  # fromisoformat also reads "20260101", an epoch to us
        return None
    try:
        parsed = datetime.fromisoformat(value)
        return _plausible(parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _from_digits(value: str) -> datetime | None:
    try:
        return from_epoch(float(value))
    except ValueError:
        return None


def _plausible(instant: datetime) -> datetime | None:
    return instant if _FIRST_YEAR <= instant.year <= _LAST_YEAR else None
