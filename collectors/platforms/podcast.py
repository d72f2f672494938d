"""A podcast by its feed: titles and show notes of its episodes. The sound is not listened to.

The lasting key is the feed's address. What makes a feed a podcast's is Apple's namespace in it.

Source: https://podcasters.apple.com/support/823-podcast-requirements, https://help.apple.com/itc/podcasts_connect/.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collectors.base import Terms
from collectors.feeds.addresses import host_and_path
from collectors.feeds.parse import is_page
from collectors.feeds.site import ACCEPT, FeedSite, announced, parsed, profile_of
from domain.errors import WrongContent

if TYPE_CHECKING:
    from collectors.base import Http
    from domain.accounts import Profile

READS = (
    "Titles and show notes of the episodes in {url}, with their links. Not what is said in an episode, its transcript, "
    "chapters, or what listeners write."
)
_HOSTS = re.compile(
    r"feeds\.(?:acast|blubrry|buzzsprout|captivate|megaphone|podbean|podcastics|simplecast|soundcloud|transistor)"
    r"\.(?:com|fm)|(?:media\.)?rss\.com|feed\.podbean\.com|rss\.(?:art19|buzzsprout)\.com|[a-z0-9-]+\.libsyn\.com"
    r"|anchor\.fm|www\.spreaker\.com"
)
_PATH = re.compile(
    r"(?:.*/)?(?:podcast|episodes)(?:\.(?:rss|xml)|/(?:feed|rss)(?:\.xml)?|/index\.xml)/?|.*/feed/podcast(?:/.*)?"
)


@dataclass(frozen=True, slots=True)
class Podcast(FeedSite):
    """The platform; see the module's docstring."""

    name: str = "podcast"
    terms: Terms = Terms(  # noqa: RUF009 - frozen
        source="No contract: the owner publishes the feed on the open web for programs to read.",
        note="Episodes the owner deletes are erased here too.",
    )

    def recognises(self, url: str) -> bool:
        """Whether it is a feed at one of the known hosts of podcasts, or its path ends like a podcast's feed."""
        host, path = host_and_path(url)
        return bool(host) and bool(_HOSTS.fullmatch(host) or _PATH.fullmatch(path.lower()))

    def resolve(self, url: str, http: Http) -> Profile:
        """The podcast at `url`, or the one that the page there announces. Raises WrongContent for any other."""
        if not self.recognises(url):
            raise WrongContent("not the address of a podcast's feed")
        response = http.get(url, accept=ACCEPT, robots=True)
        if is_page(response.body, response.headers.get("content-type", "")):
            response = http.get(announced(response), accept=ACCEPT, robots=True)
        listing = parsed(response)
        if not listing.is_podcast:
            raise WrongContent("a feed, but not a podcast's")
        return profile_of(self.name, listing, response.url, READS.format(url=response.url))


PLATFORM = Podcast()
