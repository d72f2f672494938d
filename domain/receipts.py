"""The code on a receipt: all that a reporter needs to ask again, and all that ties them to the concern.

Crockford's base 32 (crockford.com/base32.html): no letters that look alike, and what people mistake is put right.
"""

from __future__ import annotations

import hashlib

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 20
"""Characters of five bits each: 100 bits."""
_GROUP = 5
_MISREAD = str.maketrans("OIL", "011")


def receipt_code(number: int) -> str:
    """`number`, below 2**100, as four groups of five characters."""
    letters = "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(LENGTH)))
    return "-".join(letters[start : start + _GROUP] for start in range(0, LENGTH, _GROUP))


def receipt_hash(code: str) -> str:
    """SHA-256 (hex) of a code however it was typed, "" when it cannot be one. So random a value needs no salt."""
    letters = "".join(mark for mark in code.upper() if mark.isalnum()).translate(_MISREAD)
    if len(letters) != LENGTH or not set(letters) <= set(ALPHABET):
        return ""
    return hashlib.sha256(letters.encode()).hexdigest()
