"""What everybody may do about the own access: the password, the telephone, and where one is signed in."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from console import letters
from console.answers import Answer, NotHere, Redirected, page, redirect
from console.guessing import slowed
from console.new_password import faults_of
from console.own_password import NOT_YOURS, is_own
from console.pages import Page
from console.posting import deliver
from console.second_factor import new_telephone, telephone_of
from domain.access import Permission

if TYPE_CHECKING:
    from console.asked import Asked


def me(asked: Asked) -> Answer:
    """Who one is here."""
    credentials = asked.desk.store.credentials
    return page(
        "me/me.html.j2",
        user=asked.user,
        has_code=credentials.has_code(asked.user.id),
        codes_left=credentials.codes_left(asked.user.id),
    )


def show_password(asked: Asked) -> Answer:  # noqa: ARG001 - a handler's signature
    """The form for another password."""
    return page("me/password.html.j2", wrong={})


def change_password(asked: Asked) -> Answer:
    """Another password. Every session ends, and this browser gets a new one."""
    if pause := slowed(asked, "password", asked.user.email):
        return pause
    wrong = {} if is_own(asked) else NOT_YOURS
    wrong = wrong or faults_of(asked, asked.user)
    if wrong:
        return page("me/password.html.j2", status=HTTPStatus.UNPROCESSABLE_ENTITY, wrong=wrong)
    asked.desk.store.credentials.set_password(asked.user.id, asked.form["password"], asked.actor, asked.now)
    return _anew(asked, "password", "Your password is changed.")


def show_telephone(asked: Asked) -> Answer:
    """The form for another telephone."""
    return _telephone_page(asked)


def change_telephone(asked: Asked) -> Answer:
    """Another telephone, with the password asked again; new recovery codes come with it."""
    if pause := slowed(asked, "password", asked.user.email):
        return pause
    if not is_own(asked):
        return _telephone_page(asked, NOT_YOURS)
    secret = telephone_of(asked, asked.user, asked.form.get("telephone", ""))
    credentials = asked.desk.store.credentials
    codes = credentials.set_code(asked.user.id, secret, asked.form.get("code", ""), asked.now) if secret else None
    if codes is None:
        return _telephone_page(asked, {"code": "This is not the code that the new telephone shows now."})
    asked.desk.store.sessions.end_all(asked.user.id, asked.actor, asked.now)
    signed_in = _anew(asked, "telephone for one-time codes", "")
    shown = page("sign-in/codes.html.j2", codes=codes, onward="/me")
    return Answer(shown.content, session=signed_in.session, after=signed_in.after)


def sessions(asked: Asked) -> Answer:
    """Everywhere one is signed in."""
    found = asked.desk.store.sessions.of(asked.user.id, asked.now, asked.desk.settings.idle)
    return page("me/sessions.html.j2", sessions=found, session=asked.session)


def end_session(asked: Asked) -> Answer:
    """End one of one's own sessions."""
    number = asked.number("id")
    store = asked.desk.store
    if number is None or not store.sessions.end(number, asked.user.id, asked.actor, asked.now):
        raise NotHere
    assert asked.session is not None
    if number == asked.session.id:
        return Answer(Redirected("/sign-in", "You are signed out."), session="")
    return redirect("/me/sessions", notice="That session is ended.")


def end_others(asked: Asked) -> Answer:
    """End every session but this one."""
    assert asked.session is not None
    asked.desk.store.sessions.end_all(asked.user.id, asked.actor, asked.now, but=asked.session.id)
    return redirect("/me/sessions", notice="You are signed out everywhere else.")


def _anew(asked: Asked, what: str, notice: str) -> Answer:
    """A new session after all of them ended, and a letter to the owner."""
    desk, user, now = asked.desk, asked.user, asked.now
    token, _ = desk.store.sessions.begin(user.id, now, desk.settings.session_length, verified=True)

    def tell() -> None:
        deliver(desk, user, "changed", letters.changed(desk, user, what, now), now)

    return Answer(Redirected("/me", notice), session=token, after=tell)


def _telephone_page(asked: Asked, wrong: dict[str, str] | None = None) -> Answer:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    telephone = new_telephone(asked, asked.user, asked.form.get("telephone", ""))
    return page("me/telephone.html.j2", status=status, telephone=telephone, wrong=wrong or {})


ROUTES = (
    Page("/me", "GET", Permission.OWN_SESSION, me, "me"),
    Page("/me/password", "GET", Permission.OWN_SESSION, show_password, "own-password"),
    Page("/me/password", "POST", Permission.OWN_SESSION, change_password, "own-password"),
    Page("/me/telephone", "GET", Permission.OWN_SESSION, show_telephone, "own-telephone"),
    Page("/me/telephone", "POST", Permission.OWN_SESSION, change_telephone, "own-telephone"),
    Page("/me/sessions", "GET", Permission.OWN_SESSION, sessions, "own-sessions"),
    Page("/me/sessions/others/end", "POST", Permission.OWN_SESSION, end_others, "end-other-sessions"),
    Page("/me/sessions/{id}/end", "POST", Permission.OWN_SESSION, end_session, "end-own-session"),
)
