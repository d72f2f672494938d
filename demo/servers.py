"""The simulated hosts on loopback: one ephemeral port each, answering as of the world's clock.

Only the standard library serves; the platforms decide what to say in their own modules.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from demo.feed_server import FeedSite
from demo.mastodon_server import MastodonSite
from demo.snac_server import SnacSite
from demo.story import FaultKind, Shape
from demo.wire import Answer, Request, http_date
from demo.wordpress_server import WordPressSite

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from demo.wire import Site
    from demo.world import World

LOOPBACK = "127.0.0.1"
POLL_SECONDS = 0.005
"""How soon a server notices that it is to stop."""


class HostServer(ThreadingHTTPServer):
    """The socket of one simulated host. `base` is its address without a closing slash."""

    daemon_threads = True

    def __init__(self, world: World, host: str) -> None:
        """Listen on an ephemeral loopback port and tell the world where."""
        super().__init__((LOOPBACK, 0), HostHandler)
        self.world = world
        self.host = host
        self.base = f"http://{LOOPBACK}:{self.server_address[1]}"
        self.site = site(world, host)
        world.place(host, self.base)

    def ask(self, request: Request) -> Answer | None:
        """The site's answer, or None while the host is down."""
        fault = self.world.fault(self.host, request.now)
        return None if fault is not None and fault.kind is FaultKind.DOWN else self.site.answer(request)


class HostHandler(BaseHTTPRequestHandler):
    """Turns a request into a question for the site and its answer into bytes."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    """Head and body leave together; as two small packets, the second would wait for the reader's late ACK."""
    server: HostServer

    def do_GET(self) -> None:
        """Answer, or close the connection without a word."""
        self._reply(body=True)

    def do_HEAD(self) -> None:
        """The same headers without the body."""
        self._reply(body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: the demonstration prints its own story."""

    def _reply(self, *, body: bool) -> None:
        request = self._request()
        answer = self.server.ask(request)
        if answer is None:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        length = () if answer.status == 304 else (("Content-Length", str(len(answer.body))),)  # noqa: PLR2004 - RFC 9110
        for name, value in (("Date", http_date(request.now)), *answer.headers, *length):
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(answer.body)

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        return Request(
            path=unquote(parts.path),
            query=parse_qs(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            base=self.server.base,
            now=self.server.world.now,
        )


def site(world: World, host: str) -> Site:
    """The simulated host in the shape that its accounts name."""
    shape = world.accounts_on(host)[0].shape
    if shape is Shape.MASTODON:
        return MastodonSite(world, host)
    if shape is Shape.SNAC:
        return SnacSite(world, host)
    return WordPressSite(world, host) if shape is Shape.WORDPRESS else FeedSite(world, host)


@contextmanager
def running(world: World) -> Iterator[Mapping[str, str]]:
    """Run every host of the world; gives host name and address. All stop when the block ends."""
    with ExitStack() as stack:
        hosts = [stack.enter_context(_serving(HostServer(world, host))) for host in world.hosts]
        yield {server.host: server.base for server in hosts}


@contextmanager
def _serving(server: HostServer) -> Iterator[HostServer]:
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), name=f"demo-{server.host}")
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
