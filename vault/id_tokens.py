"""ID tokens of an OpenID Connect provider, with the extra "oidc": signature first, then every claim.

After OpenID Connect Core 1.0 section 3.1.3.7, JSON Web Signature (RFC 7515) and Best Current Practices for JSON Web
Tokens (RFC 8725): the algorithms are ours to choose and not the token's, and a key is good for one kind of them.
"""

from __future__ import annotations

import copy
import hmac
import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from domain.access import Identity, is_subject

try:
    from joserfc import errors, jwk, jws
except ImportError:  # the extra is not installed
    jws = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_KEY_TYPES = {
    "RS256": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "EdDSA": ("OKP", "Ed25519"),
    "Ed25519": ("OKP", "Ed25519"),
}
"""What may sign, each with its kind of key and curve. No "none", and nothing where a public key could be the secret."""
LEEWAY = timedelta(minutes=1)
"""How far the two clocks may be apart."""
_OLDEST = timedelta(minutes=10)
"""A token is made for one sign-in and fetched at once."""
_LONGEST_HEADER = 4_096
_SHORTEST_MODULUS = 342
"""Of 2048 bits, in base64url (RFC 7518 section 3.3)."""
_MULTI_FACTOR = frozenset(
    {"http://schemas.openid.net/pape/policies/2007/06/multi-factor", "https://refeds.org/profile/mfa"}
)
"""Values of "acr" that say so. "amr" says "mfa" (RFC 8176)."""


class BadToken(Exception):  # noqa: N818 - reads as the state it names
    """The token proves nothing. The message is one word for the log, such as "audience"; it repeats nothing."""


class UnknownKey(BadToken):
    """The token names a key that is not among the provider's."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Whose token it has to be, for whom, and for which sign-in."""

    issuer: str
    client_id: str
    nonce: str


def installed() -> bool:
    """Whether the extra is there."""
    return jws is not None


def identity_in(token: str, keys: Sequence[Mapping[str, Any]], expected: Expected, now: datetime) -> Identity:
    """Who the token says has signed in. `keys` are the provider's JSON Web Keys (RFC 7517).

    Raises BadToken for a token that is not the provider's, not for us, not for this sign-in or not of now.
    """
    return _identity(_claims(token, keys), expected, now)


def _claims(token: str, keys: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    registry = _registry()
    try:
        header = jws.extract_compact(token.encode(), registry=registry).headers()
        key = jwk.JWKRegistry.import_key(dict(_key_for(header, keys)))
        signed = jws.deserialize_compact(token.encode(), key, algorithms=[header["alg"]], registry=registry)
        claims = json.loads(signed.payload or b"")
    except errors.JoseError as error:
        raise BadToken(_word(error)) from error
    except (ValueError, TypeError, RecursionError) as error:
        raise BadToken("form") from error
    if not isinstance(claims, dict):
        raise BadToken("form")
    return claims


def _registry() -> jws.JWSRegistry:
    registry = jws.JWSRegistry(algorithms=tuple(_KEY_TYPES), strict_check_header=False)
    registry.max_header_length = _LONGEST_HEADER
    # RFC 9864 renames EdDSA with this curve to Ed25519; providers still say EdDSA, and the warning is not for users.
    renamed = copy.copy(registry.algorithms["EdDSA"])
    renamed.security_warning = None
    registry.algorithms = {**registry.algorithms, "EdDSA": renamed}
    return registry


def _key_for(header: object, keys: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The key that the header names, or the only one that fits when it names none."""
    if not isinstance(header, dict):
        raise BadToken("form")
    algorithm, named = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in _KEY_TYPES:
        raise BadToken("algorithm")
    fitting = [key for key in keys if _fits(key, algorithm) and named in (None, key.get("kid"))]
    if not fitting or (named is None and len(fitting) > 1):
        raise UnknownKey("key")
    return fitting[0]


def _fits(key: Mapping[str, Any], algorithm: str) -> bool:
    kind, curve = _KEY_TYPES[algorithm]
    if key.get("kty") != kind or (curve and key.get("crv") != curve):
        return False
    if kind == "RSA" and len(str(key.get("n", "")).rstrip("=")) < _SHORTEST_MODULUS:
        return False
    return key.get("use", "sig") == "sig" and key.get("alg", algorithm) in (algorithm, "EdDSA", "Ed25519")


def _word(error: errors.JoseError) -> str:
    return "signature" if isinstance(error, errors.BadSignatureError) else "form"


def _identity(claims: Mapping[str, Any], expected: Expected, now: datetime) -> Identity:
    if claims.get("iss") != expected.issuer:
        raise BadToken("issuer")
    _must_be_for(claims, expected.client_id)
    _must_be_of_now(claims, now)
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(
        nonce.encode("utf-8", "surrogatepass"), expected.nonce.encode()
    ):
        raise BadToken("nonce")
    subject, email = claims.get("sub"), claims.get("email")
    if not isinstance(subject, str) or not is_subject(subject):
        raise BadToken("subject")
    return Identity(
        issuer=expected.issuer,
        subject=subject,
        # Only the value true is true: some providers say "false" in letters.
        verified_email=email if isinstance(email, str) and claims.get("email_verified") is True else "",
        multi_factor=_multi_factor(claims),
    )


def _must_be_for(claims: Mapping[str, Any], client_id: str) -> None:
    """For us and for nobody else: another audience could replay the token here."""
    audience = claims.get("aud")
    if audience not in (client_id, [client_id]):
        raise BadToken("audience")
    if claims.get("azp", client_id) != client_id:
        raise BadToken("authorized-party")


def _must_be_of_now(claims: Mapping[str, Any], now: datetime) -> None:
    expires, issued, begins = (_instant(claims, name) for name in ("exp", "iat", "nbf"))
    if expires is None or issued is None:
        raise BadToken("time")
    if now >= expires + LEEWAY:
        raise BadToken("expired")
    if not now - _OLDEST <= issued <= now + LEEWAY or (begins is not None and begins > now + LEEWAY):
        raise BadToken("time")


def _instant(claims: Mapping[str, Any], name: str) -> datetime | None:
    """A NumericDate (RFC 7519 section 2); None where there is none."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadToken("time")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise BadToken("time") from error


def _multi_factor(claims: Mapping[str, Any]) -> bool:
    methods, level = claims.get("amr"), claims.get("acr")
    return (isinstance(methods, list) and "mfa" in methods) or (isinstance(level, str) and level in _MULTI_FACTOR)
