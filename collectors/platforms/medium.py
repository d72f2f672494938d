"""An author on Medium by the feed: https://medium.com/feed/@name, or https://name.medium.com/feed.

The lasting key is the feed's address, the same for both ways of writing it. Publications have several authors and are
read as feeds.

Built from documentation: https://help.medium.com/hc/en-us/articles/214874118 (RSS feeds).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from collectors.base import Terms
from collectors.feeds.addresses import at_name, host_and_path, own_host
from collectors.feeds.site import FeedSite, profile_of, read
from domain.errors import WrongContent

if TYPE_CHECKING:
    from collectors.base import Http
    from domain.accounts import Profile

READS = (
    "The author's newest ten stories and responses as the public feed shows them; those for members only as their "
    "preview. Not older ones, claps, highlights or lists."
)
_SERVICE = "medium.com"
_RESERVED = frozenset({"about", "api", "blog", "cdn-images-1", "help", "miro", "policy", "status", "www"})


@dataclass(frozen=True, slots=True)
class Medium(FeedSite):
    """The platform; see the module's docstring."""

    name: str = "medium"
    terms: Terms = Terms(  # noqa: RUF009 - frozen
        source="https://policy.medium.com/medium-terms-of-service-9db0094a1e0f; the feed is published for programs to "
        "read, and robots.txt is obeyed.",
        note="Stories the author deletes are erased here too.",
    )

    def recognises(self, url: str) -> bool:
        """Whether it is https://medium.com/@name, https://name.medium.com, or the feed of one of them."""
        return bool(_name(url))

    def resolve(self, url: str, http: Http) -> Profile:
        """The author behind an address. Raises WrongContent for other addresses."""
        name = _name(url)
        if not name:
            raise WrongContent("not the address of an author on Medium")
        own = own_host(url, _SERVICE, _RESERVED)
        feed = f"https://{own}.{_SERVICE}/feed" if own else f"https://{_SERVICE}/feed/@{name}"
        listing, found_at = read(feed, http)
        key = f"{_SERVICE}/feed/@{name.lower()}"
        return replace(
            profile_of(self.name, listing, found_at, READS),
            platform_id=key,
            handle=f"@{name}",
            url=f"https://{own}.{_SERVICE}/" if own else f"https://{_SERVICE}/@{name}",
        )


def _name(url: str) -> str:
    host, path = host_and_path(url)
    of_feed = path.removeprefix("/feed") if host.removeprefix("www.") == _SERVICE and path.startswith("/feed/@") else ""
    return own_host(url, _SERVICE, _RESERVED) or at_name(f"https://{_SERVICE}{of_feed}" if of_feed else url, _SERVICE)


PLATFORM = Medium()
