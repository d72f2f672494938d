"""How a model's server is connected to: the name resolved once, every address judged, a judged one dialled, in time."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol

import httpcore

from domain.errors import NoAnswer
from opinion.address import may_be_dialled

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

_MOST_ADDRESSES = 3


class Resolve(Protocol):
    """What `socket.getaddrinfo` does: every address of a name, as (family, type, protocol, name, (address, …))."""

    def __call__(self, host: str, port: int, *, type: int) -> list[tuple[Any, ...]]:  # noqa: A002 - the name it has
        """Raise OSError when the name has no address."""
        ...


class Deadline:
    """The end of one exchange, by a monotonic clock in seconds. One exchange at a time."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._end = 0.0

    def start(self, seconds: float) -> None:
        """The next exchange begins now and may take this long, name lookup and reading included."""
        self._end = self._monotonic() + seconds

    def left(self) -> float:
        """Seconds left. NoAnswer when there are none."""
        left = self._end - self._monotonic()
        if left <= 0:
            raise NoAnswer("timed-out", passing=True)
        return left


class _Stream(httpcore.NetworkStream):
    """A connection whose every read and write ends by the deadline: a server that drips bytes gains nothing."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline rules
        return self._inner.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the deadline rules
        self._inner.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the deadline rules
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._deadline.left()), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class JudgingBackend(httpcore.NetworkBackend):
    """Dials what `may_be_dialled`. One address of a name that may not is enough to refuse the name.

    The judged address is the one that is dialled, so a name server that changes its answer in between gains nothing.
    """

    def __init__(self, resolve: Resolve, deadline: Deadline, *, agreed: bool) -> None:
        self._resolve, self._deadline, self._agreed = resolve, deadline, agreed
        self._inner = httpcore.SyncBackend()
        self._lookups = ThreadPoolExecutor(1, thread_name_prefix="opinion-resolve")

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline rules
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to `host`; NoAnswer "address-refused" when that may not be, "unreachable" when it has no address."""
        *first, last = self._addresses(host, port)[:_MOST_ADDRESSES]
        for address in first:
            try:
                return self._dial(address, port, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._dial(last, port, local_address, socket_options)

    def close(self) -> None:
        """Stop looking names up; a lookup under way ends by itself."""
        self._lookups.shutdown(wait=False, cancel_futures=True)

    def _addresses(self, host: str, port: int) -> tuple[str, ...]:
        """Resolved beside this thread, because getaddrinfo knows no time limit."""
        lookup = self._lookups.submit(self._resolve, host, port, type=socket.SOCK_STREAM)
        try:
            answers = lookup.result(timeout=self._deadline.left())
        except (OSError, UnicodeError) as error:  # TimeoutError is an OSError
            raise NoAnswer("unreachable", passing=True) from error
        found = tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))
        if not found:
            raise NoAnswer("unreachable", passing=True)
        if not all(may_be_dialled(address, agreed=self._agreed) for address in found):
            raise NoAnswer("address-refused")
        return found

    def _dial(
        self,
        address: str,
        port: int,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.NetworkStream:
        opened = self._inner.connect_tcp(address, port, self._deadline.left(), local_address, socket_options)
        return _Stream(opened, self._deadline)
