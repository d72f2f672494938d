"""A scripted `Http`: answers from a table, keeps what was asked, and treats statuses as the real one does."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from collectors.base import Response
from collectors.rate_limits import earliest_next
from collectors.statuses import raise_for_status
from domain.errors import CollectError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Answer = Response | CollectError
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the platform made it; `url` has the parameters in it, sorted."""

    url: str
    accept: str = "*/*"
    validators: Mapping[str, str] = field(default_factory=dict)
    robots: bool = False
    expect: tuple[int, ...] = ()
    authorised: bool = False
    json: Mapping[str, object] | None = None
    """What was posted, be it JSON or a form; None for a GET."""
    headers: Mapping[str, str] = field(default_factory=dict)


def canonical(url: str, params: Mapping[str, str | int] | None = None) -> str:
    """The URL with its own and the given parameters (which replace its own) in one sorted query, without fragment."""
    parts, given = urlsplit(url), params or {}
    query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key not in given]
    query += [(key, str(value)) for key, value in given.items()]
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", urlencode(sorted(query)), ""))


def answer(body: bytes | str = b"", *, status: int = 200, url: str = "", **headers: str) -> Response:
    """A Response in few words: header names with underscores (`content_type="application/json"`)."""
    named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    return Response(status, url, named, body.encode() if isinstance(body, str) else body)


class FakeHttp:
    """`script` maps a URL (query in any order) to an answer given every time, or to a list given one by one.

    A Response without `url` gets the asked one. CollectErrors are raised. An address that is not in the script, and
    one more request than its list holds, is an AssertionError. `requests` holds what was asked, in order.
    """

    def __init__(
        self,
        script: Mapping[str, Answer | list[Answer]],
        *,
        now: datetime = NOON,
        records: Mapping[str, Sequence[str] | CollectError] | None = None,
    ) -> None:
        self.script = {
            canonical(url): list(given) if isinstance(given, list) else given for url, given in script.items()
        }
        self.now = now
        self.records = dict(records or {})
        self.requests: list[Asked] = []

    @property
    def urls(self) -> list[str]:
        return [asked.url for asked in self.requests]

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        accept: str = "*/*",
        validators: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        robots: bool = False,
        expect: Sequence[int] = (),
        authorised: bool = False,
    ) -> Response:
        asked = Asked(canonical(url, params), accept, dict(validators or {}), robots, tuple(expect), authorised)
        return self._answer(replace(asked, headers=dict(headers or {})), expect)

    def post(
        self,
        url: str,
        *,
        json: Mapping[str, object] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Sequence[int] = (),
        authorised: bool = False,
    ) -> Response:
        asked = Asked(
            canonical(url),
            "application/json",
            expect=tuple(expect),
            authorised=authorised,
            json=dict(form or json or {}),
        )
        return self._answer(replace(asked, headers=dict(headers or {})), expect)

    def txt(self, name: str) -> Sequence[str]:
        """`records` by name, given when made; a name that is not in it has none."""
        found = self.records.get(name, ())
        if isinstance(found, CollectError):
            raise found
        return found

    def _answer(self, request: Asked, expect: Sequence[int]) -> Response:
        self.requests.append(request)
        asked = request.url
        given = self._next(asked)
        if isinstance(given, CollectError):
            raise given
        not_before = given.not_before or earliest_next(given.status, given.headers, self.now)
        response = replace(given, url=given.url or asked, not_before=not_before)
        raise_for_status(response, expect, self.now)
        return response

    def _next(self, asked: str) -> Answer:
        if asked not in self.script:
            raise AssertionError(f"not in the script: {asked}\nscripted: {sorted(self.script)}")
        given = self.script[asked]
        if not isinstance(given, list):
            return given
        if not given:
            raise AssertionError(f"asked more often than scripted: {asked}")
        return given.pop(0)
