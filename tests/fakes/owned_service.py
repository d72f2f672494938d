"""A double of an interface that wants its owner's token: a loopback server that answers as its documentation says."""

from __future__ import annotations

import json
import ssl
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from collectors.base import Grant, Politeness
from collectors.http import open_http
from tests.fakes.loopback import Loopback, reply

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from collectors.base import Http
    from collectors.http import HttpClient
    from tests.fakes.loopback import Seen

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing here speaks TLS, and loading every authority takes longer than a test."""
TOKEN = "s3cret-of-the-owner"
DATE = "Wed, 25 Nov 2026 12:00:00 GMT"


class _Every(dict):
    """One handler for every path."""

    def __init__(self, handler: Callable[..., bool]) -> None:
        super().__init__()
        self.handler = handler

    def get(self, key: str, default: object = None) -> Callable[..., bool]:
        return self.handler


class OwnedService(Loopback):
    """Checks the token, then asks `respond`; what `broken` holds for a path comes back instead.

    `asked` keeps path and query of what was let in. `respond` raises Refused for what the documentation forbids.
    """

    open_paths: tuple[str, ...] = ()
    """Asked without a token."""

    def __init__(self) -> None:
        super().__init__()
        self.routes = _Every(self._handle)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.broken: dict[str, tuple[int, object]] = {}
        self.token = TOKEN

    def respond(self, path: str, query: dict[str, str], body: dict[str, object]) -> object:
        """The body of an answer."""
        raise NotImplementedError

    def refused(self, status: int) -> object:
        """The body of a refusal in the interface's own form."""
        raise NotImplementedError

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def _handle(self, peer: socket.socket, _: Loopback, seen: Seen) -> bool:
        status, body = self._decide(seen)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        line = f"{status} {HTTPStatus(status).phrase}"
        peer.sendall(reply(content, line, content_type="application/json; charset=utf-8", date=DATE))
        return True

    def _decide(self, seen: Seen) -> tuple[int, object]:
        parts = urlsplit(seen.path)
        path, query = unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True))
        wanted = None if path in self.open_paths else f"Bearer {self.token}"
        if seen.headers.get("authorization") != wanted:
            return 401, self.refused(401)
        self.asked.append((path, query))
        if path in self.broken:
            return self.broken[path]
        try:
            return 200, self.respond(path, query, self._body(seen))
        except RefusedError as refused:
            return refused.status, refused.body or self.refused(refused.status)

    @staticmethod
    def _body(seen: Seen) -> dict[str, object]:
        if seen.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(seen.body.decode()))
        return json.loads(seen.body) if seen.body else {}

    def client(self) -> HttpClient:
        """A client that may ask this server; to be closed."""
        polite = Politeness("section7", "", delay=0, jitter=0, allowed_private=frozenset({self.place}))
        return open_http(polite, clock=lambda: datetime.now(UTC), trust=NO_TLS)


class RefusedError(Exception):
    """What the double answers instead."""

    def __init__(self, status: int, body: object = None) -> None:
        super().__init__(status)
        self.status, self.body = status, body


def grant(platform: str = "", **changes: object) -> Grant:
    """An owner's token that can be renewed."""
    kept = {"refresh_token": "r3fresh", "client_id": "app", "client_secret": "appsecret"}
    return Grant(platform, "", **({"token": TOKEN} | kept | changes))


def reader(client: HttpClient, token: str = TOKEN) -> Http:
    """A reader with a token that goes to this machine alone."""
    return client.for_account(60, grant=grant(token=token), hosts=frozenset({"127.0.0.1"}))


def page_of(things: list, start: str, size: int) -> tuple[list, str]:
    """A page from the token `start` ("" or "at-N"), and the token of the next one, "" at the end."""
    if start and not start.startswith("at-"):
        raise RefusedError(400)
    first = int(start.removeprefix("at-") or 0)
    more = first + size < len(things)
    return things[first : first + size], f"at-{first + size}" if more else ""
