"""What holds for every answer and every request, whatever page it is: headers, host, size.

Headers after OWASP ASVS 5.0 sections 3.4 and the OWASP Secure Headers Project.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from console.desk import Desk

SIGN_IN = "/sign-in"
_FORMS = "form-action 'self'"
_CSP = f"default-src 'none'; style-src 'self'; img-src 'self'; {_FORMS}; frame-ancestors 'none'; base-uri 'none'"
_HEADERS = {
    "content-security-policy": _CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not "no-referrer": under it browsers send our own forms with "Origin: null" (Fetch Standard, section 3.1).
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
    "x-robots-tag": "noindex, nofollow, noarchive",
}
_TRANSPORT = "max-age=31536000; includeSubDomains"


class Hardened:
    """Puts the headers on every answer and refuses hosts that are not the console's (DNS rebinding)."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app = app
        self._hosts = desk.hosts
        self._provider = desk.identity.origin if desk.identity else ""
        self._headers = {**_HEADERS, **({"strict-transport-security": _TRANSPORT} if desk.https else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI 3)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                if self._provider and scope["path"] == SIGN_IN:
                    # The button's form ends at the provider, and browsers hold the redirection to this rule, too.
                    headers["content-security-policy"] = _CSP.replace(_FORMS, f"{_FORMS} {self._provider}")
            await send(message)

        named = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"]
        if len(named) != 1 or named[0] not in self._hosts:
            refusal = PlainTextResponse("This is not the address of this console.\n", status_code=400)
            await refusal(scope, receive, with_headers)
            return
        await self._app(scope, receive, with_headers)
