"""A Tumblr blog by its feed, https://NAME.tumblr.com/rss.

What others wrote is cut out: in a reblog it stands in a quotation under a line that links to its blog
(class "tumblr_blog"), and what is left is the owner's. Titles are never read: of an answered question Tumblr makes the
asker's words the title, without a sign.

Built from documentation and published samples: https://www.tumblr.com/docs/en/api/v2 (reblog trails).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from collectors.base import Terms
from collectors.feeds.addresses import host_and_path, own_host
from collectors.feeds.listing import Words
from collectors.feeds.posts import plain
from collectors.feeds.reblogs import own_words
from collectors.feeds.site import FeedSite, profile_of, read
from domain.errors import WrongContent

if TYPE_CHECKING:
    from collectors.base import Http
    from collectors.feeds.listing import Entry
    from domain.accounts import Profile

READS = (
    "The owner's words in the blog's newest posts as the feed shows them, and what the owner adds to a reblog. Not "
    "titles, which may be an asker's words, not what others wrote, nor notes, likes, messages or older posts."
)
_SERVICE = "tumblr.com"
_RESERVED = frozenset({"api", "assets", "help", "media", "policy", "safe", "secure", "static", "www"})
_FOLDER = re.compile(r"/(?:blog/(?:view/)?)?@?([a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?)(?:/.*)?", re.IGNORECASE)
_PAGES = re.compile(
    "/(?:about|dashboard|docs|explore|help|likes|login|new|policy|register|search|settings|tagged)(?:/.*)?"
)


@dataclass(frozen=True, slots=True)
class Tumblr(FeedSite):
    """The platform; see the module's docstring."""

    name: str = "tumblr"
    terms: Terms = Terms(  # noqa: RUF009 - frozen
        source="https://www.tumblr.com/policy/en/terms-of-service; the feed is published for programs to read, and "
        "robots.txt is obeyed.",
        note="Posts the owner deletes are erased here too.",
    )

    def recognises(self, url: str) -> bool:
        """Whether it is https://NAME.tumblr.com or https://www.tumblr.com/NAME."""
        return bool(_blog(url))

    def resolve(self, url: str, http: Http) -> Profile:
        """The blog behind an address. Raises WrongContent for other addresses."""
        name = _blog(url)
        if not name:
            raise WrongContent("not the address of a Tumblr blog")
        listing, found_at = read(f"https://{name}.{_SERVICE}/rss", http)
        return replace(profile_of(self.name, listing, found_at, READS), handle=name)

    def own(self, entry: Entry) -> Entry | None:
        """The item without its title and what it quotes of other blogs; None when nothing is left of it."""
        bodies = tuple(replace(body, source=own_words(body.source)) for body in entry.bodies)
        cut = any(body.source != before.source for body, before in zip(bodies, entry.bodies, strict=True))
        if cut and not any(plain(body) for body in bodies):
            return None
        return replace(entry, title=Words("", is_html=False), bodies=bodies, media=() if cut else entry.media)


def _blog(url: str) -> str:
    host, path = host_and_path(url)
    if name := own_host(url, _SERVICE, _RESERVED):
        return name
    found = _FOLDER.fullmatch(path) if host.removeprefix("www.") == _SERVICE and not _PAGES.fullmatch(path) else None
    return found[1].lower() if found else ""


PLATFORM = Tumblr()
