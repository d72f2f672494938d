"""Who is let in: decided from what came with a request, before any handler sees it."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from console.signing import same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.access import Permission, Session, User

CSRF_FIELD = "form-token"
"""The name of the hidden field in every form."""


class Verdict(Enum):
    """What becomes of a request."""

    LET_IN = auto()
    SIGN_IN = auto()
    """Nobody is signed in, or the session has ended."""
    SECOND_FACTOR = auto()
    """The password was given, the code was not."""
    NOT_PERMITTED = auto()


def admission(needs: Permission | None, session: Session | None, user: User | None) -> Verdict:
    """Whether this person may have this page. `needs` None is a public page."""
    if needs is None:
        return Verdict.LET_IN
    if session is None or user is None:
        return Verdict.SIGN_IN
    if session.verified_at is None:
        return Verdict.SECOND_FACTOR
    return Verdict.LET_IN if user.may(needs) else Verdict.NOT_PERMITTED


def same_site(headers: Mapping[str, str], origins: frozenset[str]) -> bool:
    """Whether a form came from one of our own pages, as far as the browser tells.

    Sec-Fetch-Site must be "same-origin" or "none", Origin one of ours (Fetch Standard; OWASP, Cross-Site Request
    Forgery Prevention). A header that is missing proves nothing: the token of the form decides.
    """
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or origin in origins


def own_form(form: Mapping[str, str], csrf: str) -> bool:
    """Whether the form carries the token of this session or visit."""
    return bool(csrf) and same(form.get(CSRF_FIELD, ""), csrf)
