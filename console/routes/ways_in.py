"""The two links that let somebody choose a password: an invitation, and the way back in.

Whoever asks for a way back in is told the same, in the same time, whether the address is known or not.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from console import letters
from console.answers import Answer, page
from console.guessing import slowed
from console.new_password import faults_of
from console.pages import Page
from console.posting import deliver
from console.routes.sign_in import let_in

if TYPE_CHECKING:
    from console.asked import Asked
    from domain.access import User


def show_invitation(asked: Asked) -> Answer:
    """Where somebody new chooses a password."""
    return _show(asked, "invitation")


def follow_invitation(asked: Asked) -> Answer:
    """The password of somebody new."""
    return _follow(asked, "invitation")


def show_recovery(asked: Asked) -> Answer:
    """Where a new password is chosen."""
    return _show(asked, "recovery")


def follow_recovery(asked: Asked) -> Answer:
    """The new password. The one-time code is asked for all the same."""
    return _follow(asked, "recovery")


def show_asking(asked: Asked) -> Answer:  # noqa: ARG001 - a handler's signature
    """Where somebody asks for a way back in."""
    return page("sign-in/recovery.html.j2", asked_for=False)


def ask(asked: Asked) -> Answer:
    """A way back in is asked for: the mail goes out after the answer, which takes as long for a stranger."""
    email = asked.form.get("email", "").strip()
    if pause := slowed(asked, "recovery", email):
        return pause

    def send() -> None:
        user = asked.desk.store.users.with_email(email)
        if user is not None and user.active:
            letter = letters.recovery(asked.desk, user, f"user:{user.id}", asked.now)
            deliver(asked.desk, user, "recovery", letter, asked.now)

    return Answer(page("sign-in/recovery.html.j2", asked_for=True).content, after=send)


def _show(asked: Asked, purpose: letters.Purpose) -> Answer:
    user = _whose(asked, purpose)
    return _gone() if user is None else _form(asked, purpose, user)


def _follow(asked: Asked, purpose: letters.Purpose) -> Answer:
    if (user := _whose(asked, purpose)) is None:
        return _gone()
    if wrong := faults_of(asked, user):
        return _form(asked, purpose, user, wrong)
    token = letters.token_in(asked.desk, purpose, asked.path["token"])
    redeemed = asked.desk.store.credentials.redeem(token, purpose, asked.form["password"], asked.now)
    return _gone() if redeemed is None else let_in(asked, redeemed)


def _whose(asked: Asked, purpose: letters.Purpose) -> User | None:
    token = letters.token_in(asked.desk, purpose, asked.path["token"])
    return asked.desk.store.credentials.whose_link(token, purpose, asked.now) if token else None


def _form(asked: Asked, purpose: letters.Purpose, user: User, wrong: dict[str, str] | None = None) -> Answer:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return page(
        "sign-in/password.html.j2",
        status=status,
        action=f"/{purpose}/{asked.path['token']}",
        invited=purpose == "invitation",
        user=user,
        wrong=wrong or {},
    )


def _gone() -> Answer:
    return page("sign-in/gone.html.j2", status=HTTPStatus.GONE)


ROUTES = (
    Page("/invitation/{token}", "GET", None, show_invitation, "invitation"),
    Page("/invitation/{token}", "POST", None, follow_invitation, "invitation"),
    Page("/recovery", "GET", None, show_asking, "recovery"),
    Page("/recovery", "POST", None, ask, "recovery"),
    Page("/recovery/{token}", "GET", None, show_recovery, "new-password"),
    Page("/recovery/{token}", "POST", None, follow_recovery, "new-password"),
)
