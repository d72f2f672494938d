"""Short texts that leave the program and come back: signed, so that nobody else can make them (HMAC-SHA-256).

`purpose` binds a signature to its use: what was signed for a cookie is worth nothing in a link.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac


def sign(key: bytes, purpose: str, text: str) -> str:
    """`text` with its signature, in letters that an address and a cookie can carry."""
    coded = base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
    return f"{coded}.{mark(key, purpose, text)}"


def signed(key: bytes, purpose: str, token: str) -> str | None:
    """What `sign` was given; None for anything that it did not make for this purpose."""
    coded, _, given = token.rpartition(".")
    try:
        text = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    return text if same(given, mark(key, purpose, text)) else None


def mark(key: bytes, purpose: str, text: str) -> str:
    """A keyed hash of `text` in 64 hex digits; the same for the same text, and it tells nothing of it."""
    return hmac.new(key, f"{purpose}\0{text}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compared in a time that tells nothing of where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
