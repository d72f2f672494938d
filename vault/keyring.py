"""Keys that live outside the database, and the sealing of words with them.

AES-256 in Galois/Counter Mode (NIST SP 800-38D) with a random 96-bit nonce for every text. Each purpose has a key of
its own, derived with HKDF-SHA-256 (RFC 5869), so that whoever is given one purpose's key reads nothing else. What a
text is sealed for is authenticated with it: moved to another column it does not open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import KeyLost, SealBroken

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY_BYTES = 32
_NONCE_BYTES = 12
_MARK = "s7:1"
SEALED_MARK = f"{_MARK}:"
"""Begins every sealed text: what made it, and the form it has. The name of the key follows, and another colon."""


class Purpose(StrEnum):
    """What a text is sealed for; none opens what another sealed."""

    POSTS = "posts"
    """Words of posts, and excerpts of them."""
    NOTES = "notes"
    """What reviewers and authors write about findings."""
    REPORTERS = "reporters"
    """Who reported a concern."""
    CREDENTIALS = "credentials"
    """Secrets of one-time codes."""


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """The installation's keys by their short names; new texts are sealed with `current`."""

    keys: Mapping[str, bytes]
    current: str

    def seal(self, text: str, purpose: Purpose) -> str:
        """`text` as "s7:1:<key name>:<base64 of nonce and ciphertext>"."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(self._key(self.current, purpose)).encrypt(nonce, text.encode(), purpose.encode())
        return f"{_MARK}:{self.current}:{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, purpose: Purpose) -> str:
        """The text itself. Raises KeyLost when the ring lacks its key, SealBroken when it was changed or moved."""
        name, raw = _parts(sealed)
        try:
            return (
                AESGCM(self._key(name, purpose))
                .decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode())
                .decode()
            )
        except (InvalidTag, UnicodeDecodeError, ValueError) as error:
            raise SealBroken from error

    def token(self, word: str, purpose: Purpose) -> str:
        """A keyed hash of `word` (HMAC-SHA-256, the first 16 hex digits): finds equal words without showing them.

        With the current key: a rotation makes every stored token anew.
        """
        return hmac.new(self._key(self.current, purpose), word.encode(), hashlib.sha256).hexdigest()[:16]

    def _key(self, name: str, purpose: Purpose) -> bytes:
        if name not in self.keys:
            raise KeyLost(name)
        return _derived(self.keys[name], purpose)


@cache
def _derived(key: bytes, purpose: Purpose) -> bytes:
    """One key of each purpose, worked out once a process: a keyring's keys are in memory anyway."""
    derived = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=f"section7/{purpose}".encode())
    return derived.derive(key)


def is_sealed(text: str) -> bool:
    """Whether `text` has the form that `Keyring.seal` gives."""
    return text.startswith(SEALED_MARK)


def key_name(sealed: str) -> str:
    """The name of the key that a sealed text needs. Raises SealBroken."""
    return _parts(sealed)[0]


def _parts(sealed: str) -> tuple[str, bytes]:
    try:
        mark, form, name, coded = sealed.split(":")
        raw = base64.b64decode(coded, validate=True)
    except ValueError as error:
        raise SealBroken from error
    if f"{mark}:{form}" != _MARK or len(raw) <= _NONCE_BYTES:
        raise SealBroken
    return name, raw
