"""Signing in by the practice's own OpenID Connect provider: what is asked for, and what may be believed of the answer.

The authorization code flow (OpenID Connect Core 1.0 section 3.1) with PKCE (RFC 7636), a state and a nonce, after
Best Current Practice for OAuth 2.0 Security (RFC 9700). What is under way lies in the browser's own signed cookie, so
that an answer counts only where the question was asked.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode, urlsplit

from console.signing import same, sign, signed
from domain.errors import Section7Error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.access import Identity

BACK = "/sign-in/provider/back"
"""Where the provider sends people back to; the address to register there, behind the console's own."""
SCOPE = "openid email"
ATTEMPT_SECONDS = 600
"""How long somebody may take at the provider."""
_PURPOSE = "provider"
_LONGEST_CODE = 4_096
_PASSING = frozenset({"server_error", "temporarily_unavailable"})
"""Errors of the provider's own (RFC 6749 section 4.1.2.1)."""


class ProviderAway(Section7Error):  # noqa: N818 - reads as the state it names
    """The provider cannot be asked, or not in the way that it was set up. The message is for the administrator."""


class NotVouched(Section7Error):  # noqa: N818 - reads as the state it names
    """The provider has not said who this is, or nothing that may be believed. The message is one word for the log."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in under way. `verifier` proves that who fetches the token began it; `way` is the page to end at."""

    state: str
    nonce: str
    verifier: str
    way: str
    until: datetime


class IdentityProvider(Protocol):
    """The practice's provider. `name` is what the button says, `origin` scheme and host of its sign-in page.

    `trusted` says that whoever it lets in has given a second factor there.
    """

    @property
    def name(self) -> str: ...
    @property
    def origin(self) -> str: ...
    @property
    def trusted(self) -> bool: ...

    def address(self, attempt: Attempt, back: str, now: datetime) -> str:
        """Where to send somebody who wants to sign in. Raises ProviderAway."""
        ...

    def identity(self, answer: Mapping[str, str], attempt: Attempt, back: str, now: datetime) -> Identity:
        """Whom the provider vouches for in its `answer`, the query that it sent people back with.

        Raises NotVouched, and ProviderAway when it cannot be asked now.
        """
        ...


def new_attempt(way: str, now: datetime) -> Attempt:
    """Random values for one sign-in, 256 bits each."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Attempt(state, nonce, verifier, way, now + timedelta(seconds=ATTEMPT_SECONDS))


def packed(attempt: Attempt, key: bytes) -> str:
    """The attempt as a cookie, signed."""
    until = int(attempt.until.timestamp())
    return sign(key, _PURPOSE, json.dumps([attempt.state, attempt.nonce, attempt.verifier, attempt.way, until]))


def unpacked(cookie: str, key: bytes, now: datetime) -> Attempt:
    """What `packed` was given. Raises NotVouched for anything else, and for what took too long."""
    text = signed(key, _PURPOSE, cookie)
    if text is None:
        raise NotVouched("attempt")
    state, nonce, verifier, way, until = json.loads(text)
    attempt = Attempt(state, nonce, verifier, way, datetime.fromtimestamp(until, UTC))
    if now >= attempt.until:
        raise NotVouched("late")
    return attempt


def request_address(endpoint: str, client_id: str, attempt: Attempt, back: str) -> str:
    """The authentication request (OpenID Connect Core 1.0 section 3.1.2.1) with the challenge S256."""
    fields = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": back,
        "scope": SCOPE,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge(attempt.verifier),
        "code_challenge_method": "S256",
    }
    joint = "&" if urlsplit(endpoint).query else "?"
    return f"{endpoint}{joint}{urlencode(fields)}"


def challenge(verifier: str) -> str:
    """The challenge S256 of a verifier (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def code_in(answer: Mapping[str, str], attempt: Attempt, issuer: str, *, names_issuer: bool) -> str:
    """The code of an answer to this very attempt.

    `names_issuer` is set for a provider that says so in every answer: then one without its name, like one with
    another's, may come from elsewhere (RFC 9207). Raises NotVouched, and ProviderAway for a fault of the provider's.
    """
    if not same(answer.get("state", ""), attempt.state):
        raise NotVouched("state")
    if answer.get("iss", "" if names_issuer else issuer) != issuer:
        raise NotVouched("mix-up")
    if "error" in answer:
        if answer["error"] in _PASSING:
            raise ProviderAway(f"It answered {answer['error']}.")
        raise NotVouched("declined")
    code = answer.get("code", "")
    if not 0 < len(code) <= _LONGEST_CODE:
        raise NotVouched("code")
    return code
