"""What Google's interfaces refuse, by the reason in the body. Pure.

Sources: https://developers.google.com/youtube/v3/docs/errors and https://cloud.google.com/apis/design/errors; the
quota of a day ends at midnight Pacific time (https://developers.google.com/youtube/v3/getting-started).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from collectors import fields
from collectors.owned_api import next_midnight
from domain.errors import (
    AccountDeactivated,
    AccountGone,
    AccountSuspended,
    RateLimited,
    ServerFault,
    TokenRefused,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collectors.base import Response
    from collectors.fields import Json
    from domain.errors import CollectError

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address and no secret
TOKEN_HOST = "oauth2.googleapis.com"  # noqa: S105

_DAY_ENDS_IN = "America/Los_Angeles"
_DAILY = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
_ERRORS: Mapping[str, type[CollectError]] = {
    "rateLimitExceeded": RateLimited,
    "userRateLimitExceeded": RateLimited,
    "RESOURCE_EXHAUSTED": RateLimited,
    "authError": TokenRefused,
    "insufficientPermissions": TokenRefused,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": TokenRefused,
    "UNAUTHENTICATED": TokenRefused,
    "authenticatedUserAccountClosed": AccountDeactivated,
    "authenticatedUserAccountSuspended": AccountSuspended,
    "accountClosed": AccountDeactivated,
    "accountSuspended": AccountSuspended,
    "channelClosed": AccountDeactivated,
    "channelSuspended": AccountSuspended,
    "channelNotFound": AccountGone,
    "backendError": ServerFault,
}


def refusal(response: Response, body: Json) -> CollectError | None:
    """The error that a refusal names: RateLimited until midnight Pacific time when the day's quota is used up."""
    if response.status == HTTPStatus.OK:
        return None
    said = _reasons(fields.child(body, "error"))
    if daily := next((reason for reason in said if reason in _DAILY), ""):
        return RateLimited(daily, retry_at=response.not_before or next_midnight(_DAY_ENDS_IN, response))
    known = next((reason for reason in said if reason in _ERRORS), "")
    return _ERRORS[known](known, retry_at=response.not_before) if known else None


def _reasons(error: Json) -> tuple[str, ...]:
    """The reasons of both forms, the older list and the newer details, and the status, most specific first."""
    entries = (*fields.children(error, "errors"), *fields.children(error, "details"))
    return (*(fields.text(entry, "reason") for entry in entries), fields.text(error, "status"))
