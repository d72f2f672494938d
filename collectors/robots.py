"""robots.txt (RFC 9309): what a site allows us to read, remembered for a day."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from protego import Protego

from domain.errors import (
    AccessRefused,
    Malformed,
    RobotsDisallow,
    ServerFault,
    TimedOut,
    TooLarge,
    Unreachable,
    WrongContent,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from collectors.base import Response

TOKEN = "section7"  # noqa: S105 - a product token is a name, not a secret
MOST_BYTES = 512_000
"""What is read of a robots.txt; section 2.5 asks for 500 KiB at least."""
REMEMBERED = timedelta(hours=24)
FAILURE_REMEMBERED = timedelta(hours=1)
"""A site that was down for a minute is not left out for a day."""
LONGEST_CRAWL_DELAY = 30.0
NO_ROBOTS_STATUSES = tuple(status for status in range(400, 500) if status != HTTPStatus.TOO_MANY_REQUESTS)
"""Section 2.3.1.3: unavailable means that there are no rules. A site that is overrun is asked later."""

_AGENT = re.compile(r"[ \t]*user[- ]?agent[ \t]*:[ \t]*([^#\r\n]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rules:
    """One site's rules for us. `crawl_delay` is in seconds, already capped, 0.0 when none is asked for."""

    crawl_delay: float = 0.0
    parsed: Protego | None = None
    """None: everything is allowed."""
    closed_until: datetime | None = None
    """Set when robots.txt could not be read because the server failed: nothing is allowed before."""

    def require(self, url: str) -> None:
        """Raise RobotsDisallow unless `url` may be read."""
        if self.closed_until is not None:
            raise RobotsDisallow("robots.txt could not be read", retry_at=self.closed_until)
        if self.parsed is not None and not self.parsed.can_fetch(url, TOKEN):
            raise RobotsDisallow("robots.txt")


def parse(body: bytes) -> Rules:
    """The rules in a robots.txt; anything that is not one has none.

    Groups of other crawlers are folded into one first: our name is then matched as a whole, and thousands of
    names times thousands of lines cost nothing.
    """
    lines = body.decode("utf-8-sig", errors="replace").splitlines()
    parsed = Protego.parse("\n".join(_AGENT.sub(_fold, line, count=1) for line in lines))
    return Rules(min(parsed.crawl_delay(TOKEN) or 0.0, LONGEST_CRAWL_DELAY), parsed)


def _fold(line: re.Match[str]) -> str:
    name = line[1].strip().lower().split("/")[0]
    return f"User-agent: {name if name in ('*', TOKEN) else 'another'}"


class RobotsCache:
    """Rules by origin, shared by all accounts of the process. Thread-safe; each origin is read once at a time."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._known: dict[str, tuple[Rules, datetime]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def rules(self, origin: str, read: Callable[[str], Response], patience: float) -> Rules:
        """The rules at `origin` ("https://host"), asked with `read` unless they are known.

        A 4xx answer (expected by `read`), a login page or too many redirects mean no rules; a failure of the server
        or the connection closes the site for FAILURE_REMEMBERED. RateLimited, TimedOut and AddressRefused pass
        through and are not remembered. `patience` is how many seconds to wait for another account's reading.
        """
        with self._lock:
            turn = self._locks.setdefault(origin, threading.Lock())
        if not turn.acquire(timeout=max(0.0, patience)):
            raise TimedOut("waiting for robots.txt")
        try:
            rules, until = self._known.get(origin, (None, self._clock()))
            if rules is None or self._clock() >= until:
                rules, kept = self._ask(f"{origin}/robots.txt", read)
                self._known[origin] = (rules, self._clock() + kept)
            return rules
        finally:
            turn.release()

    def _ask(self, url: str, read: Callable[[str], Response]) -> tuple[Rules, timedelta]:
        try:
            response = read(url)
        except (TooLarge, AccessRefused):
            return Rules(), REMEMBERED
        except (ServerFault, Unreachable, Malformed, WrongContent):
            return Rules(closed_until=self._clock() + FAILURE_REMEMBERED), FAILURE_REMEMBERED
        return (parse(response.body) if response.status == HTTPStatus.OK else Rules()), REMEMBERED
