"""One's own password, asked again before something that matters (OWASP ASVS 4.0.3, 3.7.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.guessing import forgiven, slowed

if TYPE_CHECKING:
    from console.answers import Answer
    from console.asked import Asked

NOT_YOURS = {"current": "This is not your password."}
"""What is wrong with the form then, by field."""


def is_own(asked: Asked) -> bool:
    """Whether the form's "current" is the password of who sends it; the tries counted until now are forgotten then."""
    right = asked.desk.store.credentials.is_password_of(asked.user.id, asked.form.get("current", ""))
    if right:
        forgiven(asked, "password", asked.user.email)
    return right


def asks(asked: Asked) -> bool:
    """Whether there is a password to ask for: who comes by an identity provider alone has none."""
    return asked.desk.store.credentials.has_password(asked.user.id)


def unproven(asked: Asked) -> Answer | dict[str, str] | None:
    """None when the password was given again or there is none; else the page that slows down, or what is wrong."""
    if not asks(asked):
        return None
    return slowed(asked, "password", asked.user.email) or (None if is_own(asked) else NOT_YOURS)
