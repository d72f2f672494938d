"""Bytes sealed with a passphrase, for keys that leave the machine in a backup.

The key is derived with scrypt (RFC 7914; N 2^17, r 8, p 1, which OWASP names as its first choice), the bytes are sealed
with AES-256-GCM. Salt and parameters stand in front and are authenticated with them.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from domain.errors import UsageError

_FORM = b"s7-passphrase-1\n"
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32
_N, _R, _P = 2**17, 8, 1
LEAST_CHARACTERS = 12


def seal_with(passphrase: str, content: bytes) -> bytes:
    """`content` sealed. Raises UsageError for a passphrase of fewer than `LEAST_CHARACTERS` characters."""
    if len(passphrase) < LEAST_CHARACTERS:
        raise UsageError(f"The passphrase needs {LEAST_CHARACTERS} characters or more.")
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    head = _FORM + salt + nonce
    return head + AESGCM(_derived(passphrase, salt)).encrypt(nonce, content, head)


def open_with(passphrase: str, sealed: bytes) -> bytes:
    """The bytes again. Raises UsageError when the passphrase is another one, or the bytes were changed."""
    salt_at, nonce_at = len(_FORM), len(_FORM) + _SALT_BYTES
    body_at = nonce_at + _NONCE_BYTES
    if not sealed.startswith(_FORM) or len(sealed) <= body_at:
        raise UsageError("The keys in this backup are of no form that this program knows.")
    key = _derived(passphrase, sealed[salt_at:nonce_at])
    try:
        return AESGCM(key).decrypt(sealed[nonce_at:body_at], sealed[body_at:], sealed[:body_at])
    except InvalidTag:
        raise UsageError("The keys do not open: the passphrase is another one, or the backup was damaged.") from None


def _derived(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=_KEY_BYTES, n=_N, r=_R, p=_P).derive(passphrase.encode())
