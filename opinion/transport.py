"""One POST to one address that an administrator chose: no redirect, no proxy, no cookie, bounded in time and bytes."""

from __future__ import annotations

import json
import socket
import ssl
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

import httpcore

from domain.errors import NoAnswer
from opinion.address import host_of, may_be_sent
from opinion.dial import Deadline, JudgingBackend, Resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

MOST_BYTES = 262_144
"""An answer is one word in JSON; a quarter of a megabyte leaves room for whatever a server wraps it in."""
_REFUSALS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_LONGEST_FIGURE = 9


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model answers. `url` is the base address, such as "http://127.0.0.1:8080/v1".

    `agreed` tells that the administrator has recorded an agreement that lets masked posts leave the practice's
    network. `timeout` is for one exchange, in seconds, name lookup included.
    """

    url: str
    api_key: str = ""
    ca_file: Path | None = None
    timeout: float = 30.0
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer with status 200. `content_type` is in lower case and without parameters."""

    content_type: str
    body: bytes


class Transport(Protocol):
    """Asks once."""

    def post(self, payload: Mapping[str, Any]) -> Reply:
        """Send a chat completion request. Raises NoAnswer for everything that is not a whole answer with status 200."""
        ...


class HttpTransport:
    """`Transport` over HTTP/1.1. Every exchange opens its own connection, so that every address is judged anew."""

    def __init__(
        self, endpoint: Endpoint, pool: httpcore.ConnectionPool, deadline: Deadline, clock: Callable[[], datetime]
    ) -> None:
        self._endpoint, self._pool, self._deadline, self._clock = endpoint, pool, deadline, clock

    def post(self, payload: Mapping[str, Any]) -> Reply:
        """See `Transport.post`."""
        _raise_for_unsendable(self._endpoint)
        self._deadline.start(self._endpoint.timeout)
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "section7",
            "Connection": "close",
        }
        if self._endpoint.api_key:
            headers["Authorization"] = f"Bearer {self._endpoint.api_key}"
        url = f"{self._endpoint.url.rstrip('/')}/chat/completions"
        content = json.dumps(payload, ensure_ascii=True).encode()
        with _named(), self._pool.stream("POST", url, headers=list(headers.items()), content=content) as answer:
            return self._read(answer)

    def _read(self, answer: httpcore.Response) -> Reply:
        """The head decides first; a body is read only where it is wanted."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
        _raise_for_status(answer.status, headers, self._clock())
        if headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise NoAnswer("wrong-content")
        body = bytearray()
        for chunk in answer.iter_stream():
            body += chunk
            if len(body) > MOST_BYTES:
                raise NoAnswer("too-large")
        return Reply(headers.get("content-type", "").split(";")[0].strip().lower(), bytes(body))


@contextmanager
def open_transport(
    endpoint: Endpoint,
    *,
    clock: Callable[[], datetime],
    monotonic: Callable[[], float] = time.monotonic,
    resolve: Resolve = socket.getaddrinfo,
) -> Iterator[HttpTransport]:
    """A way to one endpoint, for one thread. `clock` gives aware UTC; the environment's proxies are not looked at."""
    deadline = Deadline(monotonic)
    backend = JudgingBackend(resolve, deadline, agreed=endpoint.agreed)
    trust = ssl.create_default_context(cafile=str(endpoint.ca_file) if endpoint.ca_file else None)
    with httpcore.ConnectionPool(ssl_context=trust, network_backend=backend, keepalive_expiry=0) as pool:
        try:
            yield HttpTransport(endpoint, pool, deadline, clock)
        finally:
            backend.close()


def _raise_for_unsendable(endpoint: Endpoint) -> None:
    """What the client would answer with errors of its own, which can repeat the key."""
    if not may_be_sent(endpoint.api_key):
        raise NoAnswer("access-refused")
    try:
        host_of(endpoint.url)
    except ValueError:
        raise NoAnswer("address-refused") from None


def _raise_for_status(status: int, headers: Mapping[str, str], now: datetime) -> None:
    if status == HTTPStatus.OK:
        return
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        # Where it leads nobody has agreed to.
        raise NoAnswer("redirected")
    if status in _REFUSALS:
        raise NoAnswer("access-refused")
    wait = seconds_asked(headers.get("retry-after", ""), now)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise NoAnswer("rate-limited", passing=True, wait=wait)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise NoAnswer("server-fault", passing=True, wait=wait)
    raise NoAnswer("request-refused")


def seconds_asked(retry_after: str, now: datetime) -> float | None:
    """Retry-After (RFC 9110 section 10.2.3) as seconds from `now`, at least 0; None when absent or unreadable."""
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:_LONGEST_FIGURE])
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds())


@contextmanager
def _named() -> Iterator[None]:
    """Turn whatever httpcore raises into the NoAnswer that names it."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise NoAnswer("timed-out", passing=True) from error
    except (httpcore.NetworkError, httpcore.ConnectionNotAvailable) as error:
        raise NoAnswer("unreachable", passing=True) from error
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise NoAnswer("broken-off", passing=True) from error
