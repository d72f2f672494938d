"""Pasted posts in a plain text file. Each begins with a line that says when it was published:

    date: 2026-11-12 09:30
    address: https://…
    The words of the post, in as many lines as it has.

The address may be left out. A date without a zone is in the practice's, one without a time the beginning of that day.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from collectors.feeds.identity import item_key
from collectors.fields import is_web_address
from collectors.import_format import PLAIN, Export, gathered
from collectors.import_text import pasted
from collectors.times import parse_instant
from domain.errors import ImportRefused
from domain.posts import Post, PostKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from collectors.import_format import Handing, Members

_DATE = re.compile(r"date:[ \t]*([0-9T:+Z. -]{10,40})", re.IGNORECASE)
_ADDRESS = re.compile(r"address:[ \t]*(\S{1,2000})[ \t]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PastedPosts:
    """The format; see the module's docstring."""

    name: str = "text"
    services: frozenset[str] = frozenset()
    members: re.Pattern[str] = re.compile(re.escape(PLAIN))

    def recognises(self, names: frozenset[str]) -> bool:  # noqa: ARG002 - the protocol's
        """Never: anything may be text, so that somebody has to say it."""
        return False

    def read(self, members: Members, handing: Handing) -> Export:
        """Every post in the file. Never whole.

        Raises ImportRefused, naming the line, for words before the first date, a post without words, and posts that
        nothing tells apart.
        """
        posts, _ = gathered(_told_apart(list(_posts(pasted(members.read(PLAIN)), handing.zone))))
        if not posts:
            raise ImportRefused("there is no post in it; each begins with a line such as: date: 2026-11-12 09:30")
        return Export(posts=posts, listed_ids=frozenset(post.post_id for post in posts))


def _posts(text: str, zone: tzinfo) -> Iterator[tuple[int, Post]]:
    """Each post with the number of its first line."""
    began, at, lines = 0, None, list[str]()
    for number, line in enumerate(text.split("\n"), start=1):
        heading = _instant(line, zone)
        if heading is None:
            if at is None and line.strip():
                raise ImportRefused(f"line {number} stands before any date; begin with: date: 2026-11-12 09:30")
            lines.append(line)
            continue
        if at is not None:
            yield began, _post(began, at, lines)
        began, at, lines = number, heading, []
    if at is not None:
        yield began, _post(began, at, lines)


def _instant(line: str, zone: tzinfo) -> datetime | None:
    """The instant that a line names, if it is the heading of a post."""
    found = _DATE.fullmatch(line.strip())
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(found[1].strip())
        there = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):  # somebody's words that look like a heading
        return None
    return parse_instant(there.isoformat())


def _post(began: int, at: datetime, lines: list[str]) -> Post:
    address = _ADDRESS.fullmatch(lines[0].strip()) if lines else None
    url = address[1] if address and is_web_address(address[1]) else ""
    words = "\n".join(lines[1:] if url else lines).strip()
    if not words:
        raise ImportRefused(f"the post that begins in line {began} has no words")
    return Post(post_id=item_key(url or at.isoformat()), url=url, kind=PostKind.POST, text=words, published_at=at)


def _told_apart(posts: list[tuple[int, Post]]) -> Iterator[Post]:
    """Posts are known by address, or else by date: with two of one date an edit could not be told from a new post."""
    times = Counter(post.post_id for _, post in posts)
    for began, post in posts:
        if times[post.post_id] > 1:
            raise ImportRefused(f"the post that begins in line {began} has another one's date; add its address or time")
        yield post


FORMAT = PastedPosts()
