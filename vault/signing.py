"""The installation's signature on the head of the log (Ed25519, RFC 8032).

The private key is a PEM file that only its owner may read; the public key stands beside it and goes wherever somebody
is to check. Whoever holds the private key can write another log: what protects against that is a head that others hold.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain.errors import ConfigError, Mistake, UsageError

if TYPE_CHECKING:
    from pathlib import Path

_NAME_DIGITS = 16
_PUBLIC_SUFFIX = ".pub"


@dataclass(frozen=True, slots=True, repr=False)
class PublicKey:
    """Checks signatures. `name` is the first 16 hex digits of the SHA-256 of its 32 bytes."""

    raw: bytes

    @property
    def name(self) -> str:
        """What a head and a person call this key."""
        return hashlib.sha256(self.raw).hexdigest()[:_NAME_DIGITS]

    @property
    def pem(self) -> str:
        """The key as a PEM file (SubjectPublicKeyInfo, RFC 8410)."""
        key = Ed25519PublicKey.from_public_bytes(self.raw)
        return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()

    def verifies(self, signature: str, content: bytes) -> bool:
        """Whether `signature` (128 lower-case hex digits) is this key's over `content`."""
        try:
            raw = bytes.fromhex(signature)
        except ValueError:
            return False
        if raw.hex() != signature:
            # Other spellings of the same signature are not what was written.
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(raw, content)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """Signs. Holds the private key; its repr shows nothing."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        """What checks this key's signatures."""
        raw = self.private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return PublicKey(raw)

    def sign(self, content: bytes) -> str:
        """The signature in 128 hex digits."""
        return self.private.sign(content).hex()


def new_signing_key() -> SigningKey:
    """A key that was never used."""
    return SigningKey(Ed25519PrivateKey.generate())


def make_signing_key(file: Path) -> bool:
    """Write a new private key to `file`, with the public one beside it, unless there is one; whether it was made.

    Raises UsageError when it cannot be written.
    """
    made = not file.exists()
    try:
        if made:
            key = new_signing_key()
            pem = key.private.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(pem)
                stream.flush()
                os.fsync(stream.fileno())
        public_file(file).write_text(read_signing_key(file).public.pem, encoding="ascii")
    except OSError as error:
        raise UsageError(f"The signing key {file} cannot be written: {error.strerror}.") from error
    return made


def public_file(file: Path) -> Path:
    """Where the public key of a private one stands."""
    return file.with_name(f"{file.name}{_PUBLIC_SUFFIX}")


def read_signing_key(file: Path) -> SigningKey:
    """The private key in `file`. Raises ConfigError when it is not there or is another thing; never repeats it."""
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except OSError as error:
        raise _wrong(file, error.strerror or "an error") from error
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # Not chained: what the library says of a damaged key may quote it.
        raise _wrong(file, "something else") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _wrong(file, "a key of another kind")
    return SigningKey(key)


def read_public_key(pem: str) -> PublicKey:
    """The public key in a PEM text. Raises ValueError when it is none, or not spelt as `PublicKey.pem` spells it."""
    try:
        key = serialization.load_pem_public_key(pem.encode("ascii"))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("not a public key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 key")  # noqa: TRY004 - what was read is wrong, not what was called
    read = PublicKey(key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw))
    if read.pem != pem:
        raise ValueError("not spelt as it was written")
    return read


def _wrong(file: Path, seen: str) -> ConfigError:
    return ConfigError([Mistake(str(file), "(file)", seen, "the signing key that `section7 init` makes")])
