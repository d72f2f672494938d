"""Random secrets that are handed out once and stored only as their hash."""

from __future__ import annotations

import hashlib
import secrets

_TOKEN_BYTES = 32
"""256 bits; OWASP ASVS 5.0 section 7.2.3 asks for 128 at least."""


def new_token() -> str:
    """A secret nobody can guess, in letters that an address and a cookie can carry (43 of them)."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What is stored instead of it: SHA-256 in hex. A slow hash gains nothing for a secret of 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
