"""Drives a real WordPress as its people do: an administrator, an author, visitors."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.real.web import Client, basic

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Author:
    """A user with the role "author" and an application password of her own."""

    id: int
    url: str
    client: Client

    def describe(self, words: str) -> None:
        """Write the biography."""
        self.client.ask("POST", "/wp-json/wp/v2/users/me", description=words)

    def publish(self, title: str, words: str, **more: Any) -> int:
        """A post, published unless `more` says otherwise; returns its id."""
        body = {"title": title, "content": f"<p>{words}</p>", "status": "publish", **more}
        return self.client.ask("POST", "/wp-json/wp/v2/posts", **body)["id"]

    def change(self, post: int, **more: Any) -> None:
        self.client.ask("POST", f"/wp-json/wp/v2/posts/{post}", **more)

    def touch_until_the_feed_moves(self, post: int, before: str) -> None:
        """Save a post until the feed's Last-Modified, which counts whole seconds, is no longer `before`."""
        for _ in range(500):
            self.change(post, status="publish")
            if self.feed_stamp() != before:
                return
        raise AssertionError("the feed's Last-Modified stands still")

    def feed_stamp(self) -> str:
        return self.client.header(f"{self.url.removeprefix(self.client.base)}feed/", "Last-Modified")

    def bin(self, post: int) -> None:
        self.client.ask("DELETE", f"/wp-json/wp/v2/posts/{post}")

    def delete(self, post: int) -> None:
        """Delete for good, past the bin."""
        self.client.ask("DELETE", f"/wp-json/wp/v2/posts/{post}?force=true")

    def comment(self, post: int, words: str, parent: int = 0) -> int:
        return self.client.ask("POST", "/wp-json/wp/v2/comments", post=post, content=words, parent=parent)["id"]


@dataclass(frozen=True)
class WordPress:
    """The site, by its administrator."""

    base: str
    admin: Client

    @classmethod
    def at(cls, base: str, login: str) -> WordPress:
        user, _, password = login.partition(":")
        return cls(base, Client(base, basic(user, password)))

    def author(self, first_post_at: datetime) -> Author:
        """A new author with one old post: before it, WordPress shows nobody that the author exists."""
        name = f"odalys-{secrets.token_hex(4)}"
        made = self.admin.ask(
            "POST",
            "/wp-json/wp/v2/users",
            username=name,
            name="Odalys Brennan",
            email=f"{name}@larkspurbend.example",
            password=secrets.token_hex(12),
            roles=["author"],
        )
        key = self.admin.ask("POST", f"/wp-json/wp/v2/users/{made['id']}/application-passwords", name="tests")
        author = Author(made["id"], f"{self.base}/author/{name}/", Client(self.base, basic(name, key["password"])))
        author.publish(
            "Hello from the new office", "We moved. Long before anybody watched.", date_gmt=gmt(first_post_at)
        )
        return author

    def tagline(self, words: str) -> None:
        self.admin.ask("POST", "/wp-json/wp/v2/settings", description=words)

    def page(self, author: Author, title: str, words: str) -> int:
        """A page in the author's name; only editors may make pages."""
        body = {"title": title, "content": f"<p>{words}</p>", "status": "publish", "author": author.id}
        return self.admin.ask("POST", "/wp-json/wp/v2/pages", **body)["id"]

    def visitor_comments(self, post: int, name: str, words: str) -> int:
        body = {"post": post, "author_name": name, "author_email": "visitor@elsewhere.example", "content": words}
        return self.admin.ask("POST", "/wp-json/wp/v2/comments", **body, status="approved")["id"]


def gmt(instant: datetime) -> str:
    """WordPress's own form: UTC without saying so."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S")
