"""Asking an interface with its owner's token: what its refusals mean, and how its tokens are renewed.

An interface names its refusals in the body, so the bodies of refusals are read here; their words go no further.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

from collectors import fields
from domain.errors import (
    AccessRefused,
    AccountGone,
    CollectError,
    Malformed,
    RateLimited,
    TokenRefused,
    WrongContent,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from collectors.base import Grant, Http, Response
    from collectors.fields import Json

Refusal: TypeAlias = "Callable[[Response, Json], CollectError | None]"
"""From an answer and its body, {} for one that is no JSON object, to what it refuses; None: nothing, or not known."""

_JSON = "application/json"
_ERRORS: Mapping[int, type[CollectError]] = {
    HTTPStatus.BAD_REQUEST: WrongContent,
    HTTPStatus.UNAUTHORIZED: TokenRefused,
    HTTPStatus.PAYMENT_REQUIRED: AccessRefused,
    HTTPStatus.FORBIDDEN: AccessRefused,
    HTTPStatus.NOT_FOUND: AccountGone,
    HTTPStatus.GONE: AccountGone,
    HTTPStatus.UPGRADE_REQUIRED: WrongContent,
    HTTPStatus.TOO_MANY_REQUESTS: RateLimited,
}
_READ = tuple(_ERRORS)
_NOT_RENEWED = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_LONGEST_TOKEN = 4096
_LONGEST_LIFE = timedelta(days=3650)
_SEPARATORS = re.compile(r"[\s,]+")
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `body` is {} for an answer that says that the thing is not there."""

    status: int
    body: Json
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class OwnedApi:
    """One interface for one reading. `base` is its address without a slash at the end."""

    http: Http
    base: str
    refusal: Refusal
    headers: Mapping[str, str] = field(default_factory=dict)

    def get(self, path: str, params: Mapping[str, str | int] | None = None, *, absent: Sequence[int] = ()) -> Answer:
        """The JSON object at a path, asked with the owner's token.

        A status in `absent` is an answer and no error where the interface itself gives it, as JSON: a gateway's
        page proves nothing. Raises the CollectError that `refusal` names, else TokenRefused for 401, RateLimited
        for 429, AccessRefused for 402 and 403, AccountGone for 404 and 410, WrongContent for 400 and 426, and
        whatever `Http.get` raises.
        """
        url = f"{self.base}{path}"
        asked = self.http.get(url, params=params, accept=_JSON, headers=self.headers, expect=_READ, authorised=True)
        return self._answer(asked, absent)

    def post(self, path: str, json: Mapping[str, object]) -> Answer:
        """The JSON object that a question with a body brings; errors as in `get`."""
        asked = self.http.post(f"{self.base}{path}", json=json, headers=self.headers, expect=_READ, authorised=True)
        return self._answer(asked, ())

    def _answer(self, response: Response, absent: Sequence[int]) -> Answer:
        if response.status == HTTPStatus.OK:
            body = fields.decode_object(response)
            if error := self.refusal(response, body):
                raise error
            return Answer(response.status, body, response.not_before)
        body = _body(response)
        if response.status in absent and body:
            return Answer(response.status, {}, response.not_before)
        raise self.refusal(response, body) or _by_status(response)


def _body(response: Response) -> Json:
    try:
        return fields.decode_object(response)
    except (AccessRefused, Malformed, WrongContent):  # the status alone has to say it
        return {}


def _by_status(response: Response) -> CollectError:
    raised = _ERRORS.get(response.status, WrongContent)
    return raised(f"status {response.status}", retry_at=response.not_before)


def next_midnight(zone: str, response: Response) -> datetime | None:
    """The next midnight of a time zone after the answer's own date, in UTC; None when it has no date."""
    try:
        said = parsedate_to_datetime(response.headers.get("date", ""))
    except (ValueError, TypeError, IndexError):
        return None
    place = ZoneInfo(zone)
    there = (said.replace(tzinfo=UTC) if said.tzinfo is None else said).astimezone(place)
    return datetime.combine(there.date() + timedelta(days=1), time(), place).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class TokenDoor:
    """Where a refresh token is exchanged (RFC 6749 section 6)."""

    url: str
    client_field: str = "client_id"
    early: timedelta = timedelta(minutes=15)
    """How long before its end a token is renewed."""


def renewed(grant: Grant, http: Http, now: datetime, door: TokenDoor) -> Grant | None:
    """The grant with a fresh token; None while the old one lasts, and where no refresh token or client is known.

    Raises TokenRefused when the owner or the platform has withdrawn the permission, CollectError for the rest.
    """
    lasts = grant.expires_at is not None and grant.expires_at - now > door.early
    if lasts or not grant.refresh_token or not grant.client_id:
        return None
    form = {
        "grant_type": "refresh_token",
        "refresh_token": grant.refresh_token,
        door.client_field: grant.client_id,
    }
    form |= {"client_secret": grant.client_secret} if grant.client_secret else {}
    body = fields.decode_object(http.post(door.url, form=form, expect=_NOT_RENEWED))
    token, refresh_token = fields.text(body, "access_token"), fields.text(body, "refresh_token")
    if not token:
        raise TokenRefused(f"it could not be renewed: {code_in(body, 'error')}")
    if not usable(token) or not usable(refresh_token or token):
        # Such a token would be repeated by the errors of whatever refuses to send it.
        raise Malformed("a token came back that no header can hold")
    return replace(
        grant,
        token=token,
        refresh_token=refresh_token or grant.refresh_token,
        scopes=frozenset(_SEPARATORS.split(fields.text(body, "scope").strip())) - {""} or grant.scopes,
        expires_at=_end(body, now),
    )


def _end(body: Json, now: datetime) -> datetime | None:
    seconds = fields.number(body, "expires_in")
    if seconds is None or seconds <= 0:
        return None
    return now + timedelta(seconds=min(seconds, _LONGEST_LIFE.total_seconds()))


def usable(token: str) -> bool:
    """Whether a token can stand in a header and in a file: visible ASCII, not empty, no longer than 4096."""
    return bool(token) and len(token) <= _LONGEST_TOKEN and token.isascii() and token.isprintable() and " " not in token


def code_in(body: Json, key: str) -> str:
    """An interface's own word for an error, fit for a message; "no reason given" for anything that is no such word."""
    said = fields.text(body, key)
    return said if _CODE.fullmatch(said) else "no reason given"
