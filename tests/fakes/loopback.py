"""A real server on 127.0.0.1 that says, byte for byte, what a test wants, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self


@dataclass(frozen=True, slots=True)
class Seen:
    """One request. `connection` counts from 1."""

    path: str
    headers: dict[str, str]
    connection: int
    body: bytes = b""


def reply(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """An HTTP/1.1 answer with a right Content-Length unless one is given; header names with underscores."""
    named = {"Content-Length": str(len(body))} | {
        name.replace("_", "-").title(): value for name, value in headers.items()
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body


def redirect(target: str, status: str = "302 Found") -> bytes:
    return reply(status=status, location=target)


class Loopback:
    """`routes` maps a path (with query) to bytes, or to a function of the socket, this server and the request.

    A function that returns leaves the connection open only if it returns True.
    """

    def __init__(self, trust: ssl.SSLContext | None = None) -> None:
        self.routes: dict[str, bytes | Callable[[socket.socket, Loopback, Seen], bool | None]] = {}
        self.seen: list[Seen] = []
        self.stopping = threading.Event()
        self._tls = trust
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.place}{path}"

    @property
    def paths(self) -> list[str]:
        return [seen.path for seen in self.seen]

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def _start(self, work: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        number = 0
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self._listener.accept()
                number += 1
                self._start(self._serve, peer, number)

    def _serve(self, peer: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError), peer:
            peer.settimeout(0.05)
            stream = self._tls.wrap_socket(peer, server_side=True) if self._tls else peer
            with stream:
                while self._one(stream, number):
                    pass

    def _one(self, peer: socket.socket, number: int) -> bool:
        head = self._head(peer)
        if not head:
            return False
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        body = self._read(peer, lambda data: len(data) >= int(headers.get("content-length", 0)))
        seen = Seen(first.split(" ")[1], headers, number, body)
        self.seen.append(seen)
        answer = self.routes.get(seen.path, reply(status="404 Not Found"))
        if callable(answer):
            return bool(answer(peer, self, seen))
        peer.sendall(answer)
        return b"Connection: close" not in answer

    def _head(self, peer: socket.socket) -> bytes:
        head = self._read(peer, lambda data: data.endswith(b"\r\n\r\n"))
        return head if head.endswith(b"\r\n\r\n") else b""

    def _read(self, peer: socket.socket, whole: Callable[[bytes], bool]) -> bytes:
        """What the other side sends, byte by byte, so that nothing of what follows is taken."""
        data = b""
        while not whole(data) and not self.stopping.is_set():
            try:
                more = peer.recv(1)
            except TimeoutError:
                continue
            if not more:
                return b""
            data += more
        return data
