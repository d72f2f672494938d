"""Signing in: the password, then the one-time code; and signing out.

What a stranger is told is the same whether the address is known or not, and takes as long.
"""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from console.answers import Answer, Redirected, page, redirect
from console.guessing import forgiven, slowed
from console.pages import Page
from console.second_factor import new_telephone, telephone_of
from domain.access import Permission

if TYPE_CHECKING:
    from console.asked import Asked
    from domain.access import Session, User

_BETWEEN = timedelta(minutes=10)
"""How long the code may take after the password."""
_WRONG = "This address and password do not go together."
_WRONG_CODE = "This code is not right, or was used before. Wait for the next one, or use a recovery code."


def show_sign_in(asked: Asked) -> Answer:
    """The form."""
    if _whole(asked):
        return redirect(safe_path(asked.query.get("next", "")))
    return _sign_in_page(asked, asked.query.get("next", ""))


def sign_in(asked: Asked) -> Answer:
    """The address and the password."""
    email, way = asked.form.get("email", "").strip(), asked.form.get("next", "")
    if pause := slowed(asked, "password", email):
        return pause
    user = asked.desk.store.credentials.check_password(email, asked.form.get("password", ""), asked.now)
    if user is None:
        return _sign_in_page(asked, way, email, {"": _WRONG}, HTTPStatus.UNPROCESSABLE_ENTITY)
    forgiven(asked, "password", email)
    return let_in(asked, user, way)


def let_in(asked: Asked, user: User, way: str = "", *, how: str = "password", whole: bool = False) -> Answer:
    """A new session for somebody whose password was right; what this browser held before is ended.

    `how` tells the log of another proof; `whole` that it stands for the second factor, too.
    """
    store, settings = asked.desk.store, asked.desk.settings
    if asked.session is not None:
        store.sessions.end(asked.session.id, asked.session.user_id, f"user:{asked.session.user_id}", asked.now)
    whole = whole or (not settings.second_factor and not store.credentials.has_code(user.id))
    length = settings.session_length if whole else _BETWEEN
    token, _ = store.sessions.begin(user.id, asked.now, length, verified=whole, how=how)
    if whole:
        return redirect(safe_path(way), session=token)
    onward = f"?{urlencode({'next': way})}" if safe_path(way) != "/" else ""
    return redirect(f"/sign-in/code{onward}", session=token)


def show_code(asked: Asked) -> Answer:
    """The form for the code, or, the first time, the telephone's setting up."""
    if (answer := _not_between(asked)) is not None:
        return answer
    _, user = _between(asked)
    return _code_page(asked, user, asked.query.get("next", ""))


def give_code(asked: Asked) -> Answer:
    """The code. With it the session is whole, under a new token."""
    if (answer := _not_between(asked)) is not None:
        return answer
    session, user = _between(asked)
    if pause := slowed(asked, "code", str(user.id)):
        return pause
    way, code = asked.form.get("next", ""), asked.form.get("code", "")
    credentials = asked.desk.store.credentials
    codes: tuple[str, ...] | None = ()
    if credentials.has_code(user.id):
        codes = () if credentials.use_code(user.id, code, asked.now) else None
    else:
        secret = telephone_of(asked, user, asked.form.get("telephone", ""))
        codes = credentials.set_code(user.id, secret, code, asked.now) if secret else None
    if codes is None:
        return _code_page(asked, user, way, {"code": _WRONG_CODE}, HTTPStatus.UNPROCESSABLE_ENTITY)
    forgiven(asked, "code", str(user.id))
    token, _ = asked.desk.store.sessions.verify(session, asked.now, asked.desk.settings.session_length)
    if not codes:
        return redirect(safe_path(way), session=token)
    shown = page("sign-in/codes.html.j2", codes=codes, onward=safe_path(way))
    return Answer(shown.content, session=token)


def sign_out(asked: Asked) -> Answer:
    """End this session."""
    assert asked.session is not None
    asked.desk.store.sessions.end(asked.session.id, asked.user.id, asked.actor, asked.now)
    return Answer(Redirected("/sign-in", "You are signed out."), session="")


def safe_path(way: str) -> str:
    """Where to go after signing in: a path of this console and nothing else, "/" for anything that is none."""
    plain = way.isascii() and way.isprintable() and "\\" not in way and not way.startswith("//")
    return way if plain and way.startswith("/") and not way.startswith(("/sign-", "/invitation", "/recovery")) else "/"


def _whole(asked: Asked) -> bool:
    return asked.session is not None and asked.session.verified_at is not None


def _not_between(asked: Asked) -> Answer | None:
    if asked.session is None:
        return redirect("/sign-in", notice="Please sign in again; the code came too late.")
    return redirect(safe_path(asked.query.get("next", ""))) if _whole(asked) else None


def _between(asked: Asked) -> tuple[Session, User]:
    assert asked.session is not None
    assert asked.visitor is not None
    return asked.session, asked.visitor


def _sign_in_page(
    asked: Asked, way: str, email: str = "", wrong: dict[str, str] | None = None, status: int = HTTPStatus.OK
) -> Answer:
    provider = asked.desk.identity.name if asked.desk.identity else ""
    return page("sign-in/form.html.j2", status=status, way=way, email=email, wrong=wrong or {}, provider=provider)


def _code_page(
    asked: Asked, user: User, way: str, wrong: dict[str, str] | None = None, status: int = HTTPStatus.OK
) -> Answer:
    common: dict[str, object] = {"way": way, "wrong": wrong or {}}
    if asked.desk.store.credentials.has_code(user.id):
        return page("sign-in/code.html.j2", status=status, **common)
    telephone = new_telephone(asked, user, asked.form.get("telephone", ""))
    return page("sign-in/set-up.html.j2", status=status, telephone=telephone, **common)


ROUTES = (
    Page("/sign-in", "GET", None, show_sign_in, "sign-in"),
    Page("/sign-in", "POST", None, sign_in, "sign-in"),
    Page("/sign-in/code", "GET", None, show_code, "code"),
    Page("/sign-in/code", "POST", None, give_code, "code"),
    Page("/sign-out", "POST", Permission.OWN_SESSION, sign_out, "sign-out"),
)
