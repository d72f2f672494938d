"""A browser for tests that speaks ASGI within the process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from anyio.from_thread import start_blocking_portal
from starlette.testclient import TestClient


class Browser(TestClient):
    """Starlette's client, but on the loop of `one_loop` while there is one: each request would start its own."""


@contextmanager
def one_loop() -> Iterator[None]:
    """Let every `Browser` made meanwhile or before share one event loop, which takes half of a request's time away."""
    with start_blocking_portal("asyncio") as portal:
        Browser.portal = portal
        try:
            yield
        finally:
            Browser.portal = None
