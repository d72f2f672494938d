"""A Ghost site or one of its authors by the feed: /rss/ and /author/NAME/rss/.

A Ghost site is known by what its pages and feeds say made them. The lasting key is the feed's address.

Sources: https://ghost.org/help/rss/ and https://ghost.org/docs/themes/contexts/author/; built from documentation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from collectors import fields
from collectors.base import Terms
from collectors.feeds.addresses import host_and_path
from collectors.feeds.parse import is_page
from collectors.feeds.site import ACCEPT, FeedSite, announced, parsed, profile_of, read
from collectors.web.tree import read_page
from domain.errors import WrongContent

if TYPE_CHECKING:
    from collectors.base import Http, Response
    from domain.accounts import Profile

READS = (
    "The newest 15 posts of {url} as the public feed shows them, with pictures' descriptions and links. Not posts for "
    "members only, older ones, pages or comments."
)
_AUTHOR = re.compile(r"((?:/[^/]+)*/author/[^/]+)(?:/rss)?/?")
_FEED = re.compile(r"(?:/[^/]+)*/rss/")


@dataclass(frozen=True, slots=True)
class Ghost(FeedSite):
    """The platform; see the module's docstring."""

    name: str = "ghost"
    terms: Terms = Terms(  # noqa: RUF009 - frozen
        source="No contract: the owner publishes the feed on the open web for programs to read.",
        note="Posts the owner deletes are erased here too.",
    )

    def recognises(self, url: str) -> bool:
        """Whether it is on ghost.io or ends in /rss/, as Ghost's feeds do."""
        host, path = host_and_path(url)
        return bool(host) and (host.endswith(".ghost.io") or bool(_FEED.fullmatch(path)))

    def resolve(self, url: str, http: Http) -> Profile:
        """The site or author at `url`. Raises WrongContent where Ghost is not what made it."""
        if not fields.is_web_address(url):
            raise WrongContent("not the address of a web page")
        response = http.get(url, accept=f"text/html, {ACCEPT}", robots=True)
        if is_page(response.body, response.headers.get("content-type", "")):
            listing, found_at = read(_feed_of(response), http)
        else:
            listing, found_at = parsed(response), response.url
        if not _is_ghost(listing.generator):
            raise WrongContent("the feed was not made by Ghost")
        return profile_of(self.name, listing, found_at, READS.format(url=found_at))


def _feed_of(response: Response) -> str:
    """An author's page announces the site's feed, not the author's, whose address is the page's with /rss/."""
    document = read_page(response.body, response.headers.get("content-type", ""), response.url)
    if not _is_ghost(document.metas.get("generator", "")):
        raise WrongContent("the page was not made by Ghost")
    _, path = host_and_path(response.url)
    author = _AUTHOR.fullmatch(path)
    return urljoin(response.url, f"{author[1]}/rss/") if author else announced(response)


def _is_ghost(generator: str) -> bool:
    return generator.lower().partition(" ")[0] == "ghost"


PLATFORM = Ghost()
