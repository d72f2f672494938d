"""The pages for what did not go as asked. Each says what happened, what was kept, and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from console.admission import CSRF_FIELD, Verdict
from console.answers import Answer, NotHere, page, redirect
from domain.errors import Conflict, Refused, UsageError

if TYPE_CHECKING:
    from console.asked import Asked

Told = Callable[[str], Answer]
"""Makes a page of an incident's code."""

_SECRET = ("password", "code", CSRF_FIELD)
"""Fields whose name begins like this are not shown again."""


_ENDED = "Your session has ended. Sign in again, and you come back to the page that you asked for."

TELLING = (NotHere, UsageError, Refused, Conflict)
"""What a handler raises to say no in its own words."""


def of(error: Exception) -> Answer:
    """The page for one of TELLING."""
    match error:
        case UsageError():
            return wrong(str(error))
        case Refused():
            return refused(str(error))
        case Conflict():
            return conflict(str(error))
        case _:
            return not_here()


def wrong(message: str) -> Answer:
    """400: what was asked for cannot be; `message` says why."""
    return _fault(HTTPStatus.BAD_REQUEST, "This cannot be done", message, "Go back, change it, and send it again.")


def no_form(status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> Answer:
    """400: the body is no form; 415 when it is of another kind altogether."""
    return _fault(
        status,
        "This form cannot be read",
        "What arrived is not a form of this console. Nothing was changed.",
        "Go back, open the page anew and try once more.",
    )


def too_long() -> Answer:
    """413."""
    return _fault(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "This is too long",
        "What you sent is longer than a form may be. Nothing was changed.",
        "Go back and shorten the text; your browser still holds it.",
    )


def refused(message: str) -> Answer:
    """403: a rule of the process stands against it."""
    return _fault(HTTPStatus.FORBIDDEN, "This is not allowed", message, "Nothing was changed.")


def conflict(message: str) -> Answer:
    """409: somebody else was first."""
    return _fault(HTTPStatus.CONFLICT, "Somebody else was first", message, "Open it again and look before you decide.")


def not_here() -> Answer:
    """404: no such page, or nothing that this person may know of."""
    return _fault(
        HTTPStatus.NOT_FOUND,
        "There is nothing here",
        "The page does not exist, was erased, or is not for you.",
        "Begin again from the start page.",
    )


def wrong_verb() -> Answer:
    """405."""
    return _fault(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "This page cannot be asked that way",
        "The address exists, and answers another kind of request. Nothing was changed.",
        "Begin again from the start page.",
    )


def too_often(seconds: int) -> Answer:
    """429: wait."""
    return page(
        "faults/fault.html.j2",
        status=HTTPStatus.TOO_MANY_REQUESTS,
        title="Please wait a moment",
        told=f"There were too many tries. You can try again in {_wait(seconds)}.",
        advice="Nothing is locked for good, and nothing was lost.",
        code="",
        kept=(),
        back="",
    )


def broken(code: str) -> Answer:
    """500: our fault."""
    return _fault(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something broke",
        "The fault is ours. What you sent was not saved, and nothing was saved by half.",
        "Try once more. If it happens again, tell your administrator this code; the log has the details under it.",
        code,
    )


def database_away(code: str) -> Answer:
    """503."""
    return _fault(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The record cannot be reached",
        "The database does not answer at the moment. What you sent was not saved, and nothing was saved by half.",
        "Wait a minute and try again. If it lasts, tell your administrator this code.",
        code,
    )


def kept_out(verdict: Verdict, asked: Asked) -> Answer:
    """What somebody is answered who was not let in: the way to sign in, or 403."""
    if verdict is Verdict.NOT_PERMITTED:
        return _fault(
            HTTPStatus.FORBIDDEN,
            "This page is not part of your role",
            "You are signed in, and your role does not open this page. Nobody sees more than the role needs.",
            "If you need it for your work, ask your administrator.",
        )
    way = "/sign-in" if verdict is Verdict.SIGN_IN else "/sign-in/code"
    if asked.method == "GET":
        to = way if asked.here == "/" else f"{way}?{urlencode({'next': asked.here})}"
        # Told once: the cookie that opens nothing goes with it.
        return redirect(to, notice=_ENDED, session="") if asked.ended else redirect(to)
    return page(
        "faults/fault.html.j2",
        status=HTTPStatus.UNAUTHORIZED,
        title="You were signed out",
        told="Your session has ended before this arrived. Nothing was changed, and what you wrote is below.",
        advice="Sign in, come back to the page, and put your words in again.",
        code="",
        kept=_kept(asked),
        back=way,
    )


def foreign_form(asked: Asked) -> Answer:
    """403: the form is not one that this session was shown."""
    return page(
        "faults/fault.html.j2",
        status=HTTPStatus.FORBIDDEN,
        title="This form is out of date",
        told="It was opened before you signed in, or comes from another site. Nothing was changed.",
        advice="Open the page anew and send it again. What you wrote is below.",
        code="",
        kept=_kept(asked),
        back="",
    )


def _kept(asked: Asked) -> tuple[str, ...]:
    """What a person typed, so that no words are lost; never a password or a code."""
    typed = (value for name, value in asked.form.items() if not name.startswith(_SECRET))
    return tuple(value for value in typed if " " in value.strip())


def _fault(status: HTTPStatus, title: str, told: str, advice: str, code: str = "") -> Answer:
    return page(
        "faults/fault.html.j2", status=status, title=title, told=told, advice=advice, code=code, kept=(), back=""
    )


def _wait(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"{seconds} seconds" if seconds < 60 else f"{minutes} minute{'s' if minutes > 1 else ''}"  # noqa: PLR2004 - a minute
