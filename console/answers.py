"""What a handler answers, as data: the shell makes HTTP of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from domain.errors import Section7Error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class NotHere(Section7Error):  # noqa: N818 - reads as the answer it becomes
    """There is no such thing, or it is not this person's to know of: both are answered alike (404)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A template and its values."""

    template: str
    values: Mapping[str, object]
    status: int = HTTPStatus.OK


@dataclass(frozen=True, slots=True)
class Redirected:
    """See other (RFC 9110 section 15.4.4). `to` is a path of the console; `notice` is shown once on the next page."""

    to: str
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """Bytes as they are; with a `name`, offered as a file."""

    content: bytes
    media_type: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class SentAway:
    """See other, to the practice's identity provider. `to` is made by the provider's part and never by a visitor."""

    to: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, and what goes with it.

    `session` sets the session cookie to this token; "" ends it; None leaves it. So does `attempt` with the cookie of a
    sign-in that is under way at the identity provider. `after` runs when the answer is out, for what the person need
    not wait for.
    """

    content: Shown | Redirected | Sent | SentAway
    session: str | None = None
    attempt: str | None = None
    after: Callable[[], None] | None = field(default=None, compare=False)


def page(template: str, *, status: int = HTTPStatus.OK, **values: object) -> Answer:
    """A page. The template extends base.html.j2, which says what it is given besides `values`."""
    return Answer(Shown(template, values, status))


def redirect(to: str, *, notice: str = "", session: str | None = None) -> Answer:
    """Go on to another page by GET, with a sentence shown there once. No client detail in either."""
    return Answer(Redirected(to, notice), session=session)


def download(content: bytes, media_type: str, name: str) -> Answer:
    """A file to keep. `name` is plain ASCII."""
    return Answer(Sent(content, media_type, name))


def inline(content: bytes, media_type: str) -> Answer:
    """Bytes that a page shows: a picture, a style sheet."""
    return Answer(Sent(content, media_type))
