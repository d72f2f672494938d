"""What a reader of feeds remembers between two readings of one address, as opaque JSON. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from collectors.feeds.memory import Trace
from collectors.fields import as_object, flag, has_text, number, text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from collectors.base import Response
    from collectors.fields import Json

POLLS_BEFORE_MOVING = 3
"""Readings in a row that must be sent to one new address for good before it is read directly."""
LONGEST_PAUSE = timedelta(days=1)
"""No `ttl` and no cache header keeps a feed from being read for longer than this."""

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,10})")


@dataclass(frozen=True, slots=True)
class FeedCursor:
    """Both validators (RFC 9110 section 8.8), what the last body was, and where the feed is moving to.

    `items` is how many items the last reading found. `url` is where the feed lives now, "" for where it was
    enrolled. `moving_to` was named by the last `moving_polls` readings. `several_authors` is true for good once
    the feed has named more than one author, `names_staff` once it has named the staff member as one. `listing` is
    the last listing in its order, in hashes.
    """

    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    items: int = 0
    url: str = ""
    moving_to: str = ""
    moving_polls: int = 0
    several_authors: bool = False
    names_staff: bool = False
    listing: tuple[Trace, ...] = ()

    @classmethod
    def load(cls, stored: str | None) -> FeedCursor:
        """The cursor that `dump` wrote; a fresh one for None and for anything else."""
        try:
            found = as_object(json.loads(stored or "{}"))
        except ValueError:
            return cls()
        words = ("etag", "last_modified", "body_hash", "url", "moving_to")
        return cls(
            **{key: text(found, key) for key in words if has_text(found, key)},
            items=number(found, "items") or 0,
            moving_polls=number(found, "moving_polls") or 0,
            several_authors=flag(found, "several_authors"),
            names_staff=flag(found, "names_staff"),
            listing=_traces(found),
        )

    def dump(self) -> str:
        """The cursor as JSON."""
        # By name, since `astuple` copies every part of every row.
        rows = [(one.identity, one.by_date, one.by_title, one.given) for one in self.listing]
        return json.dumps(asdict(replace(self, listing=())) | {"listing": rows}, sort_keys=True)

    @property
    def was_empty(self) -> bool:
        """Whether the feed has been read and had no items."""
        return bool(self.body_hash) and not self.items

    @property
    def validators(self) -> dict[str, str]:
        """Conditional request headers: both, since servers differ in which they honour (RFC 9110 section 13)."""
        given = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in given.items() if value}

    def after(self, response: Response, asked: str) -> FeedCursor:
        """The cursor once `response` came for `asked`: validators, body and move are taken over."""
        moved = self._moved(response.moved_to or "", asked)
        if response.not_modified:
            return moved
        return replace(
            moved,
            etag=response.headers.get("etag", "")[:1024],
            last_modified=response.headers.get("last-modified", "")[:128],
            body_hash=body_hash(response.body),
        )

    def _moved(self, target: str, asked: str) -> FeedCursor:
        """A permanent redirect (301, 308) is followed for good after some readings, and only on the same host.

        A feed that moves to another host goes on being read through its old address: what was agreed to is never
        replaced silently. A step from https back to http is not followed for good either.
        """
        if not target or not _same_place(asked, target):
            return replace(self, moving_to="", moving_polls=0)
        polls = self.moving_polls + 1 if target == self.moving_to else 1
        if polls < POLLS_BEFORE_MOVING:
            return replace(self, moving_to=target, moving_polls=polls)
        return replace(self, url=target, moving_to="", moving_polls=0)


def _traces(stored: Json) -> tuple[Trace, ...]:
    rows = stored.get("listing")
    parts = len(fields(Trace))
    return tuple(
        Trace(*row)
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, list) and len(row) == parts and all(isinstance(part, str) for part in row)
    )


def body_hash(body: bytes) -> str:
    """SHA-256 (hex) of a response body; some servers answer 200 with the same feed whatever is asked."""
    return hashlib.sha256(body).hexdigest()


def not_before(response: Response, ttl: int | None, now: datetime) -> datetime | None:
    """When the feed may be read again, by the latest of what it asks: rate limits and Retry-After, max-age, ttl.

    RFC 9111 section 5.2.2.1 for max-age in seconds; RSS 2.0 `ttl` in minutes. A day at most; None: at any time.
    """
    asked = [response.not_before - now] if response.not_before else []
    asked += [timedelta(seconds=seconds) for seconds in _max_age(response.headers)]
    asked += [timedelta(minutes=min(ttl, 10_000))] if ttl else []
    wait = max(asked, default=timedelta(0))
    return now + min(wait, LONGEST_PAUSE) if wait > timedelta(0) else None


def _max_age(headers: Mapping[str, str]) -> list[int]:
    found = _MAX_AGE.search(headers.get("cache-control", "").lower())
    return [int(found[1])] if found else []


def _same_place(old: str, new: str) -> bool:
    before, after = urlsplit(old), urlsplit(new)
    downgraded = before.scheme == "https" and after.scheme != "https"
    return before.hostname == after.hostname and not downgraded
