"""How connections are made: names resolved once, judged, and the judged address dialled; everything within a deadline.

Works below httpx, as httpcore's public network backend, so that redirects and reconnections cannot go round it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpcore

from collectors.address import Resolve, resolve_public
from domain.errors import TimedOut, Unreachable

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Collection, Iterable

_MOST_ADDRESSES = 3
"""Addresses of one name that are tried in turn."""
_LOOKUPS_AT_ONCE = 16


@dataclass(slots=True)
class Exchange:
    """One request on its way: its deadline, and what has happened on the wire so far."""

    deadline: float
    """By `monotonic`."""
    monotonic: Callable[[], float]
    connected: bool = False
    """A connection was opened for it; False: it travels on one that was kept."""
    received: int = 0
    """Bytes of the answer, head included."""
    ended: bool = False
    """The other side has closed the connection."""

    def left(self, most: float | None = None) -> float:
        """Seconds until the deadline, `most` at the most. TimedOut when it has passed."""
        left = self.deadline - self.monotonic()
        if left <= 0:
            raise TimedOut("the account's time is used up")
        return left if most is None else min(left, most)


current: ContextVar[Exchange] = ContextVar("current")
"""The exchange that this thread is in; httpcore hands neither request nor deadline down to the socket."""


class DeadlineStream(httpcore.NetworkStream):
    """A connection whose every read and write ends by the deadline of the exchange that uses it."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        exchange = current.get()
        data = self._inner.read(max_bytes, exchange.left(timeout))
        exchange.received += len(data)
        exchange.ended = not data
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, current.get().left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return DeadlineStream(self._inner.start_tls(ssl_context, server_hostname, current.get().left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Dials public addresses only.

    A name is resolved once and the address that was judged is the one dialled, so a name server that changes its
    answer in between (DNS rebinding) gains nothing.
    """

    def __init__(
        self, resolve: Resolve, allowed: Collection[str], dialler: httpcore.NetworkBackend | None = None
    ) -> None:
        self._resolve, self._allowed = resolve, allowed
        self._inner = dialler or httpcore.SyncBackend()
        self._lookups = ThreadPoolExecutor(_LOOKUPS_AT_ONCE, thread_name_prefix="resolve")

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to `host`; AddressRefused, Unreachable or TimedOut when that may or can not be."""
        exchange = current.get()
        exchange.connected = True
        addresses = self._addresses(host, port, exchange.left(timeout))[:_MOST_ADDRESSES]
        for address in addresses[:-1]:
            try:
                return self._dial(address, port, exchange.left(timeout), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._dial(addresses[-1], port, exchange.left(timeout), local_address, socket_options)

    def close(self) -> None:
        """Stop looking names up; lookups under way end by themselves."""
        self._lookups.shutdown(wait=False, cancel_futures=True)

    def _addresses(self, host: str, port: int, patience: float) -> tuple[str, ...]:
        """Resolved beside this thread, because getaddrinfo knows no time limit."""
        lookup = self._lookups.submit(resolve_public, host, port, self._resolve, self._allowed)
        try:
            return lookup.result(timeout=patience)
        except TimeoutError as error:
            current.get().left()
            raise Unreachable(f"no answer about the name {host}") from error

    def _dial(
        self,
        address: str,
        port: int,
        timeout: float,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.NetworkStream:
        return DeadlineStream(self._inner.connect_tcp(address, port, timeout, local_address, socket_options))
