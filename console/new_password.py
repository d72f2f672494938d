"""The part of several forms where somebody chooses a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.credentials import EASY_TO_GUESS, password_faults
from vault.passwords import guessable

if TYPE_CHECKING:
    from console.asked import Asked
    from domain.access import User


def faults_of(asked: Asked, user: User) -> dict[str, str]:
    """What is wrong with the form's "password" and "again", by field; nothing when it may be used."""
    password = asked.form.get("password", "")
    found = password_faults(password, (user.name, user.email, asked.desk.practice.name))
    if not found and guessable(password):
        found = (EASY_TO_GUESS,)
    if found:
        return {"password": " ".join(found)}
    if asked.form.get("again", "") != password:
        return {"again": "This is not what you typed above."}
    return {}
