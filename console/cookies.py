"""The console's four cookies: the session, the visit of a stranger, a sign-in at the provider, the next page's notice.

With TLS each carries the prefix __Host-, so that no other host can plant one (RFC 6265bis section 4.1.3.2).
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from console.signing import sign, signed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from console.desk import Desk

SESSION = "section7"
VISIT = "section7-visit"
ATTEMPT = "section7-provider"
_NOTICE = "section7-notice"
_NOTICE_SECONDS = 60


def cookie(desk: Desk, name: str, cookies: Mapping[str, str]) -> str:
    """The value of one of ours, "" when it did not come."""
    return cookies.get(_full(desk, name), "")


def put(desk: Desk, response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Set one of ours; "" takes it away. Without `seconds` it lasts as long as the browser is open."""
    response.set_cookie(
        _full(desk, name),
        value,
        max_age=0 if value == "" else seconds,
        path="/",
        secure=desk.https,
        httponly=True,
        samesite="lax",
    )


def new_visit() -> str:
    """A random value that ties a form to the browser that it was shown to."""
    return secrets.token_urlsafe(24)


def put_notice(desk: Desk, response: Response, text: str) -> None:
    """Have `text` shown on the next page."""
    put(desk, response, _NOTICE, sign(desk.key, "notice", text), _NOTICE_SECONDS)


def notice(desk: Desk, cookies: Mapping[str, str]) -> str:
    """What is to be shown now, "" for nothing; a forged one is nothing."""
    return signed(desk.key, "notice", cookie(desk, _NOTICE, cookies)) or ""


def drop_notice(desk: Desk, response: Response) -> None:
    """It was shown."""
    put(desk, response, _NOTICE, "")


def _full(desk: Desk, name: str) -> str:
    return f"__Host-{name}" if desk.https else name
