"""httpx over connections that are checked before they are made, and a name for each of their failures."""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpcore
import httpx

from domain.errors import (
    AddressRefused,
    CollectError,
    Malformed,
    TimedOut,
    TooLarge,
    Unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collectors.dial import Exchange, GuardedBackend

_CONNECTIONS = 64
_KEPT_ALIVE = 15.0

# Most specific first; the first match names the failure.
_FAILURES: tuple[tuple[type[Exception], type[CollectError], str], ...] = (
    (httpcore.ConnectTimeout, Unreachable, "no connection in time"),
    (httpx.ConnectTimeout, Unreachable, "no connection in time"),
    (httpcore.TimeoutException, TimedOut, "no answer in time"),
    (httpx.TimeoutException, TimedOut, "no answer in time"),
    (httpcore.ConnectError, Unreachable, "no connection"),
    (httpx.ConnectError, Unreachable, "no connection"),
    (httpcore.NetworkError, Unreachable, "the connection broke"),
    (httpx.NetworkError, Unreachable, "the connection broke"),
    (httpcore.UnsupportedProtocol, AddressRefused, "neither http nor https"),
    (httpx.UnsupportedProtocol, AddressRefused, "neither http nor https"),
    (httpcore.ProtocolError, Malformed, "not HTTP"),
    (httpx.ProtocolError, Malformed, "not HTTP"),
    (httpx.DecodingError, Malformed, "damaged body"),
    (httpx.TooManyRedirects, TooLarge, "too many redirects"),
    (httpx.InvalidURL, AddressRefused, "not an address"),
    (httpcore.ProxyError, Unreachable, "a proxy failed"),
    (httpcore.ConnectionNotAvailable, Unreachable, "no connection"),
    (httpx.HTTPError, Unreachable, "the request failed"),
    (httpx.StreamError, Malformed, "damaged body"),
    (httpx.CookieConflict, Malformed, "damaged head"),
)


@contextmanager
def named(exchange: Exchange | None = None) -> Iterator[None]:
    """Turn whatever httpx, httpcore or the socket raise into the CollectError that names it."""
    try:
        yield
    except tuple(kind for kind, _, _ in _FAILURES) as error:
        if exchange is not None and exchange.monotonic() >= exchange.deadline:
            raise TimedOut("the account's time is used up") from error
        if exchange is not None and exchange.ended and isinstance(error, httpcore.RemoteProtocolError):
            raise Unreachable("the answer broke off") from error
        if any(isinstance(cause, ssl.SSLError) for cause in error.args):
            raise Unreachable("no secure connection") from error
        _, failure, detail = next(entry for entry in _FAILURES if isinstance(error, entry[0]))
        raise failure(detail) from error


class GuardedTransport(httpx.BaseTransport):
    """httpx over an httpcore pool whose network backend is ours, which httpx itself offers no public way to set."""

    def __init__(self, backend: GuardedBackend, trust: ssl.SSLContext) -> None:
        self._backend = backend
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust,
            max_connections=_CONNECTIONS,
            keepalive_expiry=_KEPT_ALIVE,
            network_backend=backend,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                target,
                headers=request.headers.raw,
                content=request.read(),
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Stream(answer))

    def close(self) -> None:
        self._pool.close()
        self._backend.close()


class _Stream(httpx.SyncByteStream):
    """httpcore's body as httpx wants it."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
