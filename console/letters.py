"""The letters of signing in: an invitation, a way back in, and word of a change. Links are signed and good once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from console.signing import sign, signed
from reports.plain_mail import Letter, written

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from console.desk import Desk
    from domain.access import User
    from domain.reporting import Message

Purpose = Literal["invitation", "recovery"]
_HOURS_A_DAY = 24


def new_link(desk: Desk, user: User, purpose: Purpose, actor: str, now: datetime) -> str:
    """The address of a new link for this person. Raises UsageError when they may not sign in."""
    length = desk.settings.invitation_length if purpose == "invitation" else desk.settings.recovery_length
    token = desk.store.credentials.make_link(user.id, purpose, actor, now, length)
    return f"{desk.base_url}/{purpose}/{sign(desk.key, purpose, token)}"


def token_in(desk: Desk, purpose: Purpose, text: str) -> str:
    """The stored token of a link's last part, "" when nobody here made it."""
    return signed(desk.key, purpose, text) or ""


def invitation(desk: Desk, user: User, actor: str, now: datetime) -> Message:
    """How a new person gets in."""
    letter = _with_link(
        desk,
        user,
        "invitation",
        new_link(desk, user, "invitation", actor, now),
        f"Your access to {desk.practice.name}'s policy check",
        ("You have been given access. Follow this link to choose a password and to set up one-time codes.",),
        desk.settings.invitation_length,
    )
    return written(letter, desk.practice.name, desk.sender, now)


def recovery(desk: Desk, user: User, actor: str, now: datetime) -> Message:
    """How somebody gets in again who has forgotten the password."""
    letter = _with_link(
        desk,
        user,
        "recovery",
        new_link(desk, user, "recovery", actor, now),
        "Choose a new password",
        (
            "Somebody, most likely you, asked for a new password for this address. Follow this link to choose one.",
            "If it was not you, do nothing: your password stays as it is.",
        ),
        desk.settings.recovery_length,
    )
    return written(letter, desk.practice.name, desk.sender, now)


def changed(desk: Desk, user: User, what: str, now: datetime, *, signed_out: bool = True) -> Message:
    """Word to the owner that `what` of the account was changed, so that a stranger's change does not stay unseen."""
    told = f"The {what} of your access to {desk.practice.name}'s policy check was changed just now"
    told += ", and everywhere else you were signed out." if signed_out else "."
    letter = Letter(
        kind="changed",
        key=f"{user.id}:{what}:{now.isoformat()}",
        recipient=user.email,
        subject=f"Your {what} was changed",
        paragraphs=(told, f"If it was not you, write at once to {desk.practice.privacy_contact}."),
    )
    return written(letter, desk.practice.name, desk.sender, now)


def _with_link(  # noqa: PLR0917 - the parts of a letter
    desk: Desk, user: User, kind: Purpose, link: str, subject: str, paragraphs: tuple[str, ...], length: timedelta
) -> Letter:
    hours = round(length.total_seconds() / 3600)
    lasts = f"{hours // _HOURS_A_DAY} days" if hours > _HOURS_A_DAY else f"{hours} hour{'s' if hours > 1 else ''}"
    return Letter(
        kind=kind,
        # The link itself: another link is another mail.
        key=link,
        recipient=user.email,
        subject=subject,
        paragraphs=paragraphs,
        link=link,
        after=(f"It works once and for {lasts}. Give it to nobody.", f"Questions: {desk.practice.privacy_contact}."),
    )
