"""Blogs, newsletters and podcasts by their feed: RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed 1.0 and 1.1.

Sources: RSS 2.0 (https://www.rssboard.org/rss-specification), RFC 4287 (Atom), RFC 4685 (threading), JSON Feed 1.1
(https://www.jsonfeed.org/version/1.1/), RSS autodiscovery (https://www.rssboard.org/rss-autodiscovery), RFC 9110
and RFC 9111 (validators, caching).

What is common to everything that is read by a feed, and what feeds cannot show, stands in `collectors.feeds.site`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from collectors import fields
from collectors.base import ProofText, Terms
from collectors.feeds.identity import has_host_to_itself, names_feed, status_account
from collectors.feeds.parse import is_page
from collectors.feeds.site import ACCEPT, FeedSite, announced, parsed, profile_of
from collectors.html import decode, rel_me
from collectors.proof import same_host, well_known
from domain.accounts import Profile, Proof
from domain.errors import AccessRefused, AccountGone, CollectError, Malformed, ServerFault, WrongContent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collectors.base import Http

_NO_STATUS_SERVER = (AccessRefused, AccountGone, Malformed, ServerFault, WrongContent)
"""How a server answers that does not speak Mastodon's interface, or shows nothing there without a login."""
_READS = "Every item of the feed {url}: titles, texts, descriptions of pictures and links. Comments are not read."


@dataclass(frozen=True, slots=True)
class FeedPlatform(FeedSite):
    """`collectors.base.Platform` for feeds. `platform_id` is the feed's normalised address without its scheme."""

    name: str = "feed"
    terms: Terms = Terms(  # noqa: RUF009 - frozen
        source="No contract: the owner publishes the feed on the open web for programs to read.",
        note="Posts the owner deletes are erased here too.",
    )

    def recognises(self, url: str) -> bool:
        """Whether the path ends like a feed: /feed, /rss, /atom, feed.json, .rss, .atom, .rdf or .xml."""
        return names_feed(url)

    def resolve(self, url: str, http: Http) -> Profile:
        """The feed at `url`, or the one that the page at `url` announces.

        Nothing is guessed: only an address the page itself names is asked. Raises WrongContent for a page without
        a feed, for a feed of comments and for the feed of an account that can be read itself by Mastodon's
        interface (its replies, edits and deletions too), AccessRefused for a login page.
        """
        response = http.get(url, accept=ACCEPT, robots=True)
        if is_page(response.body, response.headers.get("content-type", "")):
            response = http.get(announced(response), accept=ACCEPT, robots=True)
        listing = parsed(response)
        _refuse_status_account(response.url, http)
        return profile_of(self.name, listing, response.url, _READS.format(url=response.url))

    def proof_texts(self, profile: Profile, http: Http) -> Sequence[ProofText]:
        """The feed's own words, the rel="me" links of its home page, and /.well-known/section7.txt.

        Only what nobody but the owner can have put there: title and description; items where the feed names one
        author at most; the file where the site has its host to itself; never the words of pages, since visitors'
        names and comments stand on them. A place that cannot be read is left out; only when the feed cannot be
        read, or lies on another host now, is an error raised.
        """
        words = FeedSite.proof_texts(self, profile, http)
        page = _claimed(profile.url, http) if profile.url != profile.api_base else ()
        file = well_known(profile.api_base, http) if has_host_to_itself(profile.api_base, profile.url) else ()
        return (*words, *page, *file)


def _refuse_status_account(feed_url: str, http: Http) -> None:
    """Raise WrongContent when the feed is that of an account which its server shows by Mastodon's interface."""
    user = status_account(feed_url)
    if not user:
        return
    site = urljoin(feed_url, "/")
    try:
        found = fields.decode_object(
            http.get(f"{site}api/v1/accounts/lookup", params={"acct": user}, accept="application/json")
        )
    except _NO_STATUS_SERVER:
        return
    if fields.identifier(found, "id") and fields.text(found, "username").lower() == user.lower():
        profile = fields.address(found, "url") or f"{site}@{user}"
        raise WrongContent(f"this is the feed of an account that can be read itself; give its address: {profile}")


def _claimed(url: str, http: Http) -> tuple[ProofText, ...]:
    """What the home page links to with rel="me"; nothing when it cannot be read or lies on another host now."""
    try:
        response = http.get(url, accept="text/html", robots=True)
    except CollectError:
        return ()
    page = decode(response.body, response.headers.get("content-type", ""))
    links = rel_me(page, response.url) if same_host(url, response.url) else ()
    return tuple(ProofText(Proof.REL_ME, url, link) for link in links)


PLATFORM = FeedPlatform()
