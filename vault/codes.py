"""Time-based one-time codes (RFC 6238) and the codes that stand in when the telephone is lost."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

import pyotp

if TYPE_CHECKING:
    from datetime import datetime

STEP_SECONDS = 30
_DRIFT = (0, -1, 1)
"""Steps that a telephone's clock may be off (RFC 6238 section 5.2)."""
_RECOVERY_CODES = 10
_RECOVERY_BYTES = 10
"""80 bits: enough that the stored SHA-256 of a code gives it away to nobody."""


def new_secret() -> str:
    """A secret to share with a telephone: 160 bits in base 32 (RFC 4226 section 4 R6)."""
    return pyotp.random_base32(32)


def provisioning_uri(secret: str, email: str, issuer: str) -> str:
    """What the picture for the telephone says (the otpauth scheme of authenticator programs)."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def code_at(secret: str, now: datetime) -> str:
    """The six digits of this moment."""
    return pyotp.TOTP(secret).at(int(now.timestamp()))


def fitting_step(secret: str, code: str, now: datetime, after: int | None) -> int | None:
    """The time step whose code this is, when it is near enough and later than `after`; else None."""
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdigit()):
        return None
    current = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    fitting = [
        current + drift
        for drift in _DRIFT
        if pyotp.utils.strings_equal(typed, totp.generate_otp(current + drift))
        and (after is None or current + drift > after)
    ]
    return fitting[0] if fitting else None


def new_recovery_codes() -> tuple[str, ...]:
    """Ten codes, each good once, in four groups of four letters and digits."""
    return tuple(_grouped(secrets.token_bytes(_RECOVERY_BYTES)) for _ in range(_RECOVERY_CODES))


def recovery_form(typed: str) -> str:
    """A recovery code as it was made, however it was typed."""
    letters = "".join(character for character in typed.lower() if character.isalnum())
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _grouped(raw: bytes) -> str:
    return recovery_form(base64.b32encode(raw).decode())
