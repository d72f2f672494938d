"""Addresses that mails and pages may show."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

_ROUTE = frozenset(
    {"", "post", "posts", "profile", "status", "statuses", "users", "notes", "p", "reel", "watch", "video"}
)
_OPAQUE = re.compile(r"@[^/]+|[A-Za-z0-9.:]*\d[A-Za-z0-9.:]*|[^-_/\s]+\.[^-_/\s]+")
_QUERY = re.compile(r"(\w{1,12}=\d+)(&\w{1,12}=\d+)*")


def web_address(url: str) -> str:
    """The address when it is an http(s) one that is safe to link, else ""."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"[\s<>\"\x00-\x1f\x7f]", url):
        return ""
    return url


def site(url: str) -> str:
    """Scheme and host alone, or "" when it is no web address."""
    parts = urlsplit(web_address(url))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/" if parts.hostname else ""


def wordless(url: str) -> bool:
    """Whether the address is made of identifiers only.

    Blogs write a post's title into its address, and a title can name a client.
    """
    if not web_address(url):
        return False
    parts = urlsplit(url)
    return (
        all(segment in _ROUTE or _OPAQUE.fullmatch(segment) for segment in parts.path.split("/"))
        and not parts.fragment
        and bool(not parts.query or _QUERY.fullmatch(parts.query))
    )


def own_post(url: str) -> str:
    """What mails and pages may link: the post, or only its site where the address itself could tell."""
    return url if wordless(url) and "@" not in urlsplit(url).netloc else site(url)


def archived(archive_url: str, week: str, anchor: str = "") -> str:
    """A week's page in the archive, or "" when the archive has no address. `anchor` is without the "#"."""
    if not archive_url:
        return ""
    page = f"{archive_url.rstrip('/')}/weeks/{quote(week)}.html"
    return f"{page}#{anchor}" if anchor else page


def own_page(console_url: str, review_id: int | None = None) -> str:
    """The author's own page, or one item on it; "" when the console has no address that others can reach."""
    if not console_url:
        return ""
    page = f"{console_url.rstrip('/')}/my"
    return page if review_id is None else f"{page}/findings/{review_id}"
