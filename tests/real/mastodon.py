"""Drives a Mastodon server (mastodon_mock) as its users do, and makes it fail on demand."""

from __future__ import annotations

import secrets
import struct
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.real.web import Client, bearer

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Person:
    """One account with its own token."""

    id: str
    name: str
    url: str
    client: Client

    def describe(self, words: str) -> None:
        """Write the biography."""
        self.client.form("PATCH", "/api/v1/accounts/update_credentials", {"note": words})

    def toot(self, words: str, **more: Any) -> str:
        return self.client.ask("POST", "/api/v1/statuses", status=words, **{"visibility": "public", **more})["id"]

    def edit(self, status: str, words: str) -> None:
        self.client.ask("PUT", f"/api/v1/statuses/{status}", status=words)

    def delete(self, status: str) -> None:
        self.client.ask("DELETE", f"/api/v1/statuses/{status}")

    def boost(self, status: str) -> None:
        self.client.ask("POST", f"/api/v1/statuses/{status}/reblog")

    def picture(self, alt: str) -> str:
        return self.client.upload("/api/v2/media", "card.png", PIXEL, "image/png", description=alt)["id"]


@dataclass(frozen=True)
class Mastodon:
    """The server, with the mock's own controls."""

    base: str

    def person(self) -> Person:
        made = Client(self.base).ask("POST", "/api/v1/_mock/dev_user", username=f"tess_{secrets.token_hex(4)}")
        name = made["username"]
        return Person(made["id"], name, f"{self.base}/@{name}", Client(self.base, bearer(made["access_token"])))

    @contextmanager
    def failing(self, person: Person, **effect: Any) -> Iterator[None]:
        """While this lasts, everything asked about the person fails in one way (`type`: status, ratelimit, …)."""
        match = {"path_regex": f"/api/v1/accounts/{person.id}(/|$)"}
        rule = Client(self.base).ask("POST", "/api/v1/_mock/faults", match=match, effect=effect)
        try:
            yield
        finally:
            Client(self.base).ask("DELETE", f"/api/v1/_mock/faults/{rule['id']}")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


PIXEL = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\xff\x80\x40"))
    + _chunk(b"IEND", b"")
)
"""A PNG of one dot."""
