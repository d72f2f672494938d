"""What the simulated platforms are asked and what they answer, before it becomes bytes on a socket."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Request:
    """One GET. `now` is the simulated instant, read once, `base` the host's own address without a closing slash."""

    path: str
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    """Names in lower case."""
    base: str
    now: datetime

    def value(self, name: str, default: str = "") -> str:
        """The last value of a query parameter."""
        return self.query.get(name, [default])[-1]

    def number(self, name: str, default: int) -> int:
        """A query parameter as a number, `default` when it is absent or no number."""
        value = self.value(name)
        return int(value) if value.isdecimal() else default

    def flag(self, name: str) -> bool:
        """Whether a query parameter is switched on."""
        return self.value(name).lower() in {"1", "true", "yes"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `headers` are sent as they are, in order, besides Date and Content-Length."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = field(default=())

    def with_headers(self, *pairs: tuple[str, str]) -> Answer:
        """The same answer with more headers."""
        return replace(self, headers=(*self.headers, *pairs))


class Site(Protocol):
    """One simulated host."""

    def answer(self, request: Request) -> Answer | None:
        """The host's answer, or None when the connection is to be closed without one."""
        ...


def json_answer(data: Any, status: int = 200, content_type: str = "application/json; charset=utf-8") -> Answer:
    """A JSON body with its content type."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status, body, (("Content-Type", content_type),))


def text_answer(text: str, status: int = 200, content_type: str = "text/html; charset=utf-8") -> Answer:
    """A page or a plain text with its content type."""
    return Answer(status, text.encode(), (("Content-Type", content_type),))


def conditional(answer: Answer, request: Request, etag: str, modified: datetime | None = None) -> Answer:
    """The answer with its validators, or 304 without a body when the request's own still hold.

    If-None-Match goes before If-Modified-Since (RFC 9110 section 13.2.2); tags are compared weakly.
    """
    dated = () if modified is None else (("Last-Modified", http_date(modified)),)
    headers = (("ETag", etag), *dated)
    return Answer(304, b"", headers) if _unchanged(request, etag, modified) else answer.with_headers(*headers)


def _unchanged(request: Request, etag: str, modified: datetime | None) -> bool:
    if sent := request.headers.get("if-none-match"):
        return etag.removeprefix("W/") in {item.strip().removeprefix("W/") for item in sent.split(",")}
    since = request.headers.get("if-modified-since", "")
    return since != "" and modified is not None and modified.replace(microsecond=0) <= parsedate_to_datetime(since)


def entity_tag(body: bytes) -> str:
    """A strong entity tag of these bytes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def http_date(moment: datetime) -> str:
    """RFC 9110 section 5.6.7, such as "Mon, 07 Sep 2026 11:00:00 GMT"."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def zulu(moment: datetime) -> str:
    """RFC 3339 with milliseconds and Z, as Mastodon writes times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
