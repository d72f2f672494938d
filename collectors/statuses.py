"""What an HTTP status means for an account: one table, used by the real reader and by the tests' fake one."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from collectors.rate_limits import earliest_next
from domain.errors import (
    AccessRefused,
    AccountDeleted,
    AccountGone,
    CollectError,
    RateLimited,
    ServerFault,
    Unreachable,
    WrongContent,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from collectors.base import Response

_ERRORS: Mapping[int, type[CollectError]] = {
    HTTPStatus.UNAUTHORIZED: AccessRefused,
    HTTPStatus.FORBIDDEN: AccessRefused,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: AccessRefused,
    HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS: AccessRefused,
    HTTPStatus.NOT_FOUND: AccountGone,
    HTTPStatus.GONE: AccountDeleted,
    HTTPStatus.REQUEST_TIMEOUT: Unreachable,
}


def raise_for_status(response: Response, expect: Sequence[int], now: datetime) -> None:
    """Return for 200, 304 and the statuses in `expect`; raise the CollectError that names any other.

    429, and 503 with a usable Retry-After or an exhausted rate limit, are RateLimited with `retry_at` by our own
    clock; 401, 403, 407 and 451 AccessRefused; 404 AccountGone; 410, which means for good, AccountDeleted; 408
    Unreachable; other 5xx ServerFault; everything else WrongContent. The body is not looked at (RFC 9110 section 15,
    RFC 6585 section 4).
    """
    status = response.status
    if status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED) or status in expect:
        return
    retry_at = response.not_before or earliest_next(status, response.headers, now)
    detail = f"status {status}"
    if status == HTTPStatus.TOO_MANY_REQUESTS or (status == HTTPStatus.SERVICE_UNAVAILABLE and retry_at):
        raise RateLimited(detail, retry_at=retry_at)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ServerFault(detail, retry_at=retry_at)
    raise _ERRORS.get(status, WrongContent)(detail, retry_at=retry_at)
