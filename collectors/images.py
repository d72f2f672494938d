"""The words in the pictures of posts: fetched with the account's own budget, read in memory, kept nowhere."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from domain.errors import CollectError
from domain.posts import IMAGE, INLINE

if TYPE_CHECKING:
    from collections.abc import Callable

    from collectors.base import Http
    from domain.posts import Post

MOST_A_POST = 8
MOST_A_VISIT = 16
"""Pictures; a quarter of the requests that an account may cost."""
MOST_FAILURES = 3
"""In a row; then the place of the pictures is left alone for this visit, and its time kept for the posts."""
SECONDS_A_VISIT = 120.0
"""Longest time for all pictures of one visit; the account's lease outlives it."""
ACCEPT = "image/jpeg, image/png, image/webp, image/gif"


class PictureReader(Protocol):
    """Turns a picture into words. Implemented by `collectors.ocr.Ocr`."""

    def words(self, picture: bytes) -> str:
        """The words in the picture, "" where there are none. Raises CollectError for one that cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class PictureWords:
    """What was read of one post: `words` has an entry for each of its media in order, "" where nothing was read.

    `missed` counts the pictures that could not be fetched or read.
    """

    words: tuple[str, ...] = ()
    missed: int = 0


class Pictures:
    """The pictures of one account during one visit."""

    def __init__(self, http: Http, reader: PictureReader, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._http, self._reader, self._monotonic = http, reader, monotonic
        self._left, self._failures = MOST_A_VISIT, 0
        self._end = monotonic() + SECONDS_A_VISIT

    def of(self, post: Post) -> PictureWords:
        """Fetch and read the post's pictures, each address once. Never raises for a picture: it counts as missed."""
        found: dict[str, str | None] = {}
        for medium in post.media:
            if medium.kind in (IMAGE, INLINE) and medium.address and medium.address not in found:
                found[medium.address] = self._words(medium.address) if len(found) < MOST_A_POST else None
        words = tuple(found.get(medium.address) or "" for medium in post.media)
        return PictureWords(words, sum(one is None for one in found.values()))

    def _words(self, address: str) -> str | None:
        if self._left <= 0 or self._failures >= MOST_FAILURES or self._monotonic() >= self._end:
            return None
        self._left -= 1
        try:
            words = self._reader.words(self._http.get(address, accept=ACCEPT, robots=True).body)
        except CollectError:  # missed, which is counted; why may name an address, which is not kept
            self._failures += 1
            return None
        self._failures = 0
        return words
