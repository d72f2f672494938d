"""A server on 127.0.0.1 that takes chat completion requests and answers, byte for byte, what a test wants."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    Answer = bytes | Callable[[socket.socket, threading.Event], None]


def completion(content: str, finish_reason: str = "stop") -> bytes:
    """The body of a chat completion with one choice."""
    choice = {"index": 0, "finish_reason": finish_reason, "message": {"role": "assistant", "content": content}}
    return json.dumps({"id": "c-1", "object": "chat.completion", "choices": [choice]}).encode()


def reply(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    """An HTTP/1.1 answer in JSON unless told otherwise; header names with underscores."""
    named = {"Content-Type": "application/json", "Content-Length": str(len(body))} | {
        name.replace("_", "-").title(): value for name, value in headers.items()
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body


def verdict(word: str) -> bytes:
    """A whole good answer."""
    return reply(completion(json.dumps({"verdict": word})))


class ModelServer:
    """`answers` are given in turn, the last one again and again. `asked` holds what came: (first line, headers, JSON).

    With `trust` it speaks TLS. An answer that is a function gets the socket and an event that is set when the test is over.
    """

    def __init__(self, *answers: Answer, trust: ssl.SSLContext | None = None) -> None:
        self.answers = list(answers) or [verdict("fine")]
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        self._trust = trust
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Self:
        self._listener.settimeout(0.05)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(5)
        self._listener.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                peer, _ = self._listener.accept()
            except TimeoutError:
                continue
            with peer, contextlib.suppress(OSError):
                peer.settimeout(5)
                with self._trust.wrap_socket(peer, server_side=True) if self._trust else peer as stream:
                    self._one(stream)

    def _one(self, peer: socket.socket) -> None:
        stream = peer.makefile("rb")
        first = stream.readline().decode("latin-1").strip()
        if not first:
            return
        headers: dict[str, str] = {}
        while line := stream.readline().decode("latin-1").strip():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        body = stream.read(int(headers.get("content-length", "0")))
        self.asked.append((first, headers, json.loads(body) if body else None))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            answer(peer, self._over)
        else:
            peer.sendall(answer)
