"""A Substack newsletter by its feed, https://NAME.substack.com/feed.

The lasting key is the feed's address. One on a domain of its own is read as a feed. substack.com/@name is a person's
page and no newsletter: only a newsletter that the page itself announces is taken for theirs.

Built from documentation: https://support.substack.com/hc/en-us/articles/360038239391 (the feed's address).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from collectors.base import Terms
from collectors.feeds.addresses import at_name, own_host
from collectors.feeds.site import FeedSite, announced, profile_of, read
from domain.errors import WrongContent

if TYPE_CHECKING:
    from collectors.base import Http
    from domain.accounts import Profile

READS = (
    "The newsletter's posts as its public feed shows them: free ones whole, paid ones as their preview. Not Notes, "
    "chats, comments, or anything behind the paywall."
)
_SERVICE = "substack.com"
_RESERVED = frozenset({"api", "blog", "cdn", "email", "on", "open", "support", "www"})


@dataclass(frozen=True, slots=True)
class Substack(FeedSite):
    """The platform; see the module's docstring."""

    name: str = "substack"
    terms: Terms = Terms(  # noqa: RUF009 - frozen
        source="https://substack.com/tos; the feed is published for programs to read, and robots.txt is obeyed.",
        note="Posts the owner deletes are erased here too.",
    )

    def recognises(self, url: str) -> bool:
        """Whether it is https://NAME.substack.com or https://substack.com/@name."""
        return bool(own_host(url, _SERVICE, _RESERVED) or at_name(url, _SERVICE))

    def resolve(self, url: str, http: Http) -> Profile:
        """The newsletter behind an address. Raises WrongContent when it names none."""
        if name := own_host(url, _SERVICE, _RESERVED):
            feed = f"https://{name}.{_SERVICE}/feed"
        elif at_name(url, _SERVICE):
            feed = _newsletter(url, http)
        else:
            raise WrongContent("not an address of Substack")
        listing, found_at = read(feed, http)
        return profile_of(self.name, listing, found_at, READS)


def _newsletter(url: str, http: Http) -> str:
    """The feed that a person's page announces, on a host of a newsletter."""
    try:
        feed = announced(http.get(url, accept="text/html", robots=True))
    except WrongContent as error:
        raise _asks_for_address() from error
    if not own_host(feed, _SERVICE, _RESERVED) or not urlsplit(feed).path.rstrip("/").endswith("/feed"):
        raise _asks_for_address()
    return feed


def _asks_for_address() -> WrongContent:
    return WrongContent("this page names no newsletter; give the newsletter's own address, https://NAME.substack.com")


PLATFORM = Substack()
