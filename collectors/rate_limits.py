"""When a server wants to be asked again, from every form of rate-limit header that platforms send."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONGEST_WAIT = timedelta(days=31)
"""No header can keep an account from being read for longer than this."""

_FAMILIES = ("x-ratelimit", "x-rate-limit", "ratelimit")
_EPOCH_SECONDS = 1e9
"""Numbers from here on are instants (2001-09-09 and later), below it they are seconds to go."""
_EPOCH_MILLISECONDS = 1e12
_META_WINDOW = 3600.0
"""Meta counts calls over a rolling hour (Graph API, "Rate Limits")."""
_FULL = 100.0
_COMBINED_LEFT = re.compile(r"(?:^|[;,\s])(?:r|remaining)\s*=\s*(-?[\d.]+)", re.IGNORECASE)
_COMBINED_RESET = re.compile(r"(?:^|[;,\s])(?:t|reset)\s*=\s*(-?[\d.]+)", re.IGNORECASE)
_POLICY_WINDOW = re.compile(r";\s*w\s*=\s*(\d+)", re.IGNORECASE)


def earliest_next(status: int, headers: Mapping[str, str], now: datetime) -> datetime | None:
    """The earliest instant (UTC, by our clock `now`) at which the server wants the next request; None: at any time.

    `headers` have lower-case names. Read are Retry-After (RFC 9110 section 10.2.3), X-RateLimit-*, X-Rate-Limit-*,
    RateLimit-* and RateLimit (draft-ietf-httpapi-ratelimit-headers), X-App-Usage and X-Business-Use-Case-Usage
    (Meta). A reset counts only when nothing remains or the status is 429. Instants of the server's clock are turned
    into ours by its Date header. Of several answers the latest counts. What cannot be read is passed over.
    """
    server_now = _instant(headers.get("date", "")) or now
    waits = [wait for wait in _waits(status, headers, server_now) if math.isfinite(wait) and wait > 0]
    if not waits:
        return None
    return now.astimezone(UTC) + timedelta(seconds=min(max(waits), LONGEST_WAIT.total_seconds()))


def _waits(status: int, headers: Mapping[str, str], server_now: datetime) -> Iterator[float]:
    """Every wait that the headers ask for, in seconds, unchecked."""
    yield from _reset(headers.get("retry-after"), server_now)
    told_off = status == HTTPStatus.TOO_MANY_REQUESTS
    for family in _FAMILIES:
        if told_off or _exhausted(headers.get(f"{family}-remaining")):
            yield from _reset(headers.get(f"{family}-reset"), server_now) or _window(headers)
    yield from _combined(headers, told_off=told_off)
    yield from _meta_app(headers.get("x-app-usage", ""))
    yield from _meta_business(headers.get("x-business-use-case-usage", ""))


def _reset(value: str | None, server_now: datetime) -> list[float]:
    """Seconds to go, from a number of seconds, an epoch in seconds or milliseconds, ISO 8601 or an HTTP-date."""
    number = _number(value)
    if number is None:
        instant = _instant(value or "")
        return [] if instant is None else [(instant - server_now).total_seconds()]
    if number >= _EPOCH_MILLISECONDS:
        number /= 1000
    return [number - server_now.timestamp() if number >= _EPOCH_SECONDS else number]


def _combined(headers: Mapping[str, str], *, told_off: bool) -> list[float]:
    """The one-header form: `"default";r=0;t=30`, or the older `limit=100, remaining=0, reset=30`."""
    value = headers.get("ratelimit", "")
    left, reset = _COMBINED_LEFT.search(value), _COMBINED_RESET.search(value)
    if not told_off and not (left and _exhausted(left[1])):
        return []
    seconds = _number(reset[1]) if reset else None
    return _window(headers) if seconds is None else [seconds]


def _window(headers: Mapping[str, str]) -> list[float]:
    """The longest window of RateLimit-Policy (`3000;w=300`): an upper bound when no reset was sent."""
    found = _POLICY_WINDOW.findall(headers.get("ratelimit-policy", ""))
    return [max(float(window) for window in found)] if found else []


def _meta_app(value: str) -> list[float]:
    usage = _json(value)
    return [_META_WINDOW] if isinstance(usage, dict) and _full(usage) else []


def _meta_business(value: str) -> list[float]:
    usage = _json(value)
    groups = usage.values() if isinstance(usage, dict) else ()
    lines = [line for group in groups if isinstance(group, list) for line in group if isinstance(line, dict)]
    waits = [_number(line.get("estimated_time_to_regain_access")) or 0.0 for line in lines]
    return [wait * 60 for wait in waits] + [_META_WINDOW for line in lines if _full(line)]


def _full(usage: Mapping[str, Any]) -> bool:
    counted = (_number(usage.get(key)) for key in ("call_count", "total_time", "total_cputime"))
    return any(percent is not None and percent >= _FULL for percent in counted)


def _exhausted(remaining: str | None) -> bool:
    number = _number(remaining)
    return number is not None and number <= 0


def _number(value: object) -> float | None:
    """A finite number, or None. Booleans and anything that float() would stretch ("1_0", "inf") do not count."""
    text = str(value).strip()
    if not re.fullmatch(r"-?\d{1,15}(\.\d{0,9})?", text, re.ASCII):
        return None
    return float(text)


def _json(value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _instant(value: str) -> datetime | None:
    """An aware UTC instant from ISO 8601 or an HTTP-date (RFC 9110 section 5.6.7), or None. No zone means UTC."""
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            parsed = parse(value.strip())
            return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None
