"""Passwords as Argon2id hashes (RFC 9106), with the parameters that OWASP's Password Storage Cheat Sheet names."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type
from zxcvbn import zxcvbn

from domain.credentials import normal

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
_LONGEST_ESTIMATED = 72
"""Characters that are looked at: the estimate takes long for long ones, and those are hardly guessed."""
_UNLIKELY = 3
_NOBODYS = _HASHER.hash("the password of nobody, which is never compared with success")


def hash_password(password: str) -> str:
    """The encoded hash with its parameters and a salt of its own."""
    return _HASHER.hash(_bytes(password))


def fits(encoded: str | None, password: str) -> bool:
    """Whether the password is the hashed one. It takes as long without a hash, so that time tells nothing."""
    try:
        _HASHER.verify(encoded or _NOBODYS, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return encoded is not None


def outdated(encoded: str) -> bool:
    """Whether the hash was made with other parameters than are used now, and should be made anew."""
    return _HASHER.check_needs_rehash(encoded)


def guessable(password: str) -> bool:
    """Whether it is among the tens of thousands of common ones, or made of them in a way that guessers try.

    By zxcvbn's lists and patterns (Wheeler, USENIX Security 2016): fewer than 10^8 guesses. Those are of Latin letters;
    of other scripts it knows nothing and would call every password weak.
    """
    if not normal(password).isascii():
        return False
    estimate = zxcvbn(normal(password)[:_LONGEST_ESTIMATED], max_length=_LONGEST_ESTIMATED)
    return bool(estimate["score"] < _UNLIKELY)


def _bytes(password: str) -> bytes:
    return normal(password).encode("utf-8", "surrogatepass")
