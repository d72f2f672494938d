"""Setting up a telephone for one-time codes: a secret that is stored only once its first code was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import segno

from console.signing import sign, signed
from vault.codes import new_secret, provisioning_uri

if TYPE_CHECKING:
    from console.asked import Asked
    from domain.access import User

_GROUP = 4


@dataclass(frozen=True, slots=True)
class Telephone:
    """What is shown to set one up. `field` carries the secret through the form, signed for this person."""

    secret: str
    field: str
    picture: str
    """An SVG drawing without style or script; segno draws squares and repeats nothing of the address."""
    address: str
    """The otpauth address, for a telephone that shows this very page."""

    @property
    def grouped(self) -> str:
        """The secret as it is typed by hand."""
        return " ".join(self.secret[start : start + _GROUP] for start in range(0, len(self.secret), _GROUP))


def new_telephone(asked: Asked, user: User, field: str = "") -> Telephone:
    """A new secret, or the one of a form that comes back with a mistake."""
    secret = telephone_of(asked, user, field) or new_secret()
    address = provisioning_uri(secret, user.email, asked.desk.practice.name)
    drawing = segno.make(address, error="m").svg_inline(
        scale=4, border=4, omitsize=True, svgclass="qr", lineclass=None, light="#ffffff"
    )
    return Telephone(secret, sign(asked.desk.key, _purpose(asked, user), secret), drawing, address)


def telephone_of(asked: Asked, user: User, field: str) -> str:
    """The secret in a form's field; "" when it was not made for this person in this session."""
    return signed(asked.desk.key, _purpose(asked, user), field) or ""


def _purpose(asked: Asked, user: User) -> str:
    session = asked.session.id if asked.session else 0
    return f"telephone:{user.id}:{session}"
