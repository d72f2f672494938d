"""The practice's OpenID Connect provider: where its parts are, its keys, and what it says about a code.

Discovery after OpenID Connect Discovery 1.0, the code flow after OpenID Connect Core 1.0 section 3.1. Every request
goes out by the guarded reader, with limits of its own: somebody is waiting for the answer.
"""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlencode, urlsplit

import structlog

from collectors.http import open_http
from console.identity import NotVouched, ProviderAway, code_in, request_address
from domain.errors import CollectError, ConfigError, Mistake
from vault.id_tokens import BadToken, Expected, UnknownKey, identity_in, installed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from collectors.base import Politeness
    from collectors.http import HttpClient
    from console.identity import Attempt
    from domain.access import Identity
    from monitor.config import Config

log = structlog.get_logger(__name__)

_DISCOVERY = "/.well-known/openid-configuration"
_JSON = "application/json"
_KEEP = timedelta(hours=1)
"""How long what the provider says of itself, and its keys, are believed without asking again."""
_REST = timedelta(seconds=15)
"""A provider that did not answer is not asked again before, or everybody would wait for it at once."""
_SECONDS = 10.0
_BYTES = 256_000
_REFUSALS = (HTTPStatus.BAD_REQUEST,)
_NOT_GOOD = "invalid_grant"
"""The code is not good (RFC 6749 section 5.2); every other error there is of how the console was set up."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What discovery says, as far as it is used."""

    authorization: str
    token: str
    keys: str
    by_header: bool
    """Whether the secret travels as HTTP Basic, or in the form."""
    names_issuer: bool
    """Whether every answer names the issuer (RFC 9207)."""


@dataclass(slots=True)
class _Known:
    """What was learned, and when; shared by threads."""

    parts: Parts | None = None
    parts_at: datetime | None = None
    keys: tuple[Mapping[str, Any], ...] = ()
    keys_at: datetime | None = None
    failed_at: datetime | None = None
    lock: Lock = field(default_factory=Lock)


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider, as `console.identity.IdentityProvider` asks for it."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    name: str
    origin: str
    trusted: bool
    http: HttpClient
    known: _Known = field(default_factory=_Known, repr=False, compare=False)

    def address(self, attempt: Attempt, back: str, now: datetime) -> str:
        """Where to send somebody who wants to sign in. Raises ProviderAway."""
        return request_address(self._parts(now).authorization, self.client_id, attempt, back)

    def identity(self, answer: Mapping[str, str], attempt: Attempt, back: str, now: datetime) -> Identity:
        """Whom the provider vouches for. Raises NotVouched, and ProviderAway when it cannot be asked now."""
        parts = self._parts(now)
        code = code_in(answer, attempt, self.issuer, names_issuer=parts.names_issuer)
        token = self._token(parts, code, attempt, back)
        expected = Expected(self.issuer, self.client_id, attempt.nonce)
        try:
            return self._identity(token, parts, expected, now)
        except BadToken as error:
            log.warning("id-token-refused", why=str(error))
            raise NotVouched(str(error)) from error

    def _identity(self, token: str, parts: Parts, expected: Expected, now: datetime) -> Identity:
        """With the keys at hand; asked for anew once when the token names another, as after a change of keys."""
        keys, fresh = self._keys(parts, now, None)
        try:
            return identity_in(token, keys, expected, now)
        except UnknownKey:
            if fresh:
                raise
        keys, _ = self._keys(parts, now, keys)
        return identity_in(token, keys, expected, now)

    def _parts(self, now: datetime) -> Parts:
        known = self.known
        with known.lock:
            if known.parts and known.parts_at and now < known.parts_at + _KEEP:
                return known.parts
            if known.failed_at and now < known.failed_at + _REST:
                raise ProviderAway("It did not answer a moment ago.")
            try:
                known.parts = _parts_of(self._read(self.issuer.rstrip("/") + _DISCOVERY), self.issuer, self.origin)
            except ProviderAway:
                known.failed_at = now
                raise
            known.parts_at = now
            return known.parts

    def _keys(
        self, parts: Parts, now: datetime, outdated: tuple[Mapping[str, Any], ...] | None
    ) -> tuple[tuple[Mapping[str, Any], ...], bool]:
        """The provider's keys, other than the `outdated` ones, and whether they were just asked for."""
        known = self.known
        with known.lock:
            if known.keys_at and now < known.keys_at + _KEEP and known.keys is not outdated:
                return known.keys, False
            listed = self._read(parts.keys).get("keys")
            if not isinstance(listed, list):
                raise ProviderAway("Its list of keys is none.")
            known.keys = tuple(key for key in listed if isinstance(key, dict))
            known.keys_at = now
            return known.keys, True

    def _token(self, parts: Parts, code: str, attempt: Attempt, back: str) -> str:
        """The ID token for a code (OpenID Connect Core 1.0 section 3.1.3)."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": attempt.verifier,
            **({} if parts.by_header else {"client_id": self.client_id, "client_secret": self.secret}),
        }
        with _named():
            response = self.http.post(
                parts.token,
                urlencode(fields).encode(),
                content_type="application/x-www-form-urlencoded",
                accept=_JSON,
                authorization=_basic(self.client_id, self.secret) if parts.by_header else "",
                expect=_REFUSALS,
            )
        told = _object(response.body)
        if response.status in _REFUSALS:
            if told.get("error") == _NOT_GOOD:
                raise NotVouched("grant")
            raise ProviderAway("It refuses how the console asks for a token; compare [console.oidc] with it.")
        token = told.get("id_token")
        if not isinstance(token, str):
            raise NotVouched("no-token")
        return token

    def _read(self, url: str) -> dict[str, Any]:
        with _named():
            return _object(self.http.for_account().get(url, accept=_JSON).body)


@contextmanager
def open_provider(
    config: Config, politeness: Politeness, clock: Callable[[], datetime], extra: Callable[[], bool] = installed
) -> Iterator[Provider | None]:
    """The provider that the configuration names; None for none. Raises ConfigError when the extra is not there.

    It is not asked anything yet: a provider that is down keeps nobody from the console.
    """
    if (table := config.console.oidc) is None:
        yield None
        return
    if not extra():
        expected = 'the extra "oidc" installed (docs/administrators.md), or no such table'
        raise ConfigError([Mistake(str(config.file), "console.oidc", "a table, but the extra is missing", expected)])
    with open_http(_for_people(politeness), clock=clock, trust=table.trust(config.file)) as http:
        yield Provider(
            issuer=table.issuer,
            client_id=table.client_id,
            secret=config.oidc_secret.get_secret_value(),
            name=table.name,
            origin=table.origin,
            trusted=table.second_factor == "provider",
            http=http,
        )


def _for_people(politeness: Politeness) -> Politeness:
    """No rests between requests, short waits, small answers, no redirect."""
    return replace(
        politeness,
        delay=0.0,
        jitter=0.0,
        read_timeout=_SECONDS / 2,
        account_deadline=_SECONDS,
        max_wire_bytes=_BYTES,
        max_body_bytes=_BYTES,
        max_redirects=0,
    )


def _parts_of(told: Mapping[str, Any], issuer: str, origin: str) -> Parts:
    """Raises ProviderAway for a document of another issuer, and for addresses that secrets must not go to."""
    if told.get("issuer") != issuer:
        raise ProviderAway("Its document names another issuer than console.oidc.issuer, letter by letter.")
    authorization, token, keys = (
        _address(told, name, origin) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
    )
    if _origin(authorization) != origin:
        raise ProviderAway("Its sign-in page stands at another host than the issuer.")
    offered = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    by_header = not isinstance(offered, list) or "client_secret_basic" in offered or "client_secret_post" not in offered
    names = told.get("authorization_response_iss_parameter_supported") is True
    return Parts(authorization, token, keys, by_header, names)


def _address(told: Mapping[str, Any], name: str, origin: str) -> str:
    """https, or where the issuer itself is."""
    address = told.get(name)
    try:
        if isinstance(address, str) and (address.startswith("https://") or _origin(address) == origin):
            return address
    except ValueError:
        pass
    raise ProviderAway(f"Its document has no {name} that may be used.")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _basic(client_id: str, secret: str) -> str:
    """HTTP Basic as OAuth wants it: both parts form-encoded first (RFC 6749 section 2.3.1)."""
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProviderAway("Its answer is not JSON.") from error
    if not isinstance(told, dict):
        raise ProviderAway("Its answer is not a JSON object.")
    return told


@contextmanager
def _named() -> Iterator[None]:
    """Turn a reading that failed into what it means to somebody who wants to sign in."""
    try:
        yield
    except CollectError as error:
        raise ProviderAway(str(error)) from error
