"""A page of the author's own site that has no feed: a biography, services, an article, or a list of entries.

One request a page a day, and robots.txt is obeyed (RFC 9309). A page is one account with one post, whose words are what
its author wrote there; a page that lists entries (h-feed) is one post for each. A page without a date says what it says
now, so it counts as published when it is first read. Pages of the large networks are not read so: their terms forbid
it, or a platform of their own does it better.

Sources: those of `collectors.web.page`; HTML Living Standard 4.2.5 (meta), XFN 1.1 (rel="me").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from collectors import fields
from collectors.base import ProofText, Terms
from collectors.feeds.identity import feed_id, is_front_page
from collectors.feeds.site import FeedSite, ask, fetched
from collectors.html import decode, is_login_page
from collectors.proof import same_host, well_known
from collectors.web.page import Page, read
from domain.accounts import Profile, Proof
from domain.errors import AccessRefused, WrongContent
from domain.posts import NotModified, PostKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from collectors.base import Http, Response
    from domain.accounts import Account
    from domain.posts import Fetched, Post

ONCE_IN = timedelta(days=1)
ACCEPT = "text/html, application/xhtml+xml;q=0.9"

_PAGES = frozenset({"", "text/html", "application/xhtml+xml"})
_NOT_THE_AUTHORS = re.compile(
    r"(?:.*\.)?(?:bsky\.app|facebook\.com|goodtherapy\.org|google\.com|healthgrades\.com|instagram\.com|linkedin\.com"
    r"|medium\.com|nextdoor\.com|pinterest\.com|psychologytoday\.com|reddit\.com|substack\.com|threads\.(?:com|net)"
    r"|tiktok\.com|tumblr\.com|twitter\.com|vitals\.com|x\.com|yelp\.com|youtu\.be|youtube\.com|zocdoc\.com)"
)
"""Networks and directories: sites of others, with terms of their own."""
_OF_THE_SITE = re.compile(
    "|about(?:-me|-us)?|approach|bio|blog|contact|counsell?ing|faqs?|fees|home|index|practice|services|therapy"
)
"""How pages of a one-person site are called that lie directly below its root."""
_READS_PAGE = (
    "The words of the page {url}, its title and description, pictures' descriptions and links, once a day. Not other "
    "pages of the site, and not what others say there: comments, reviews and testimonials are left out."
)
_READS_FEED = (
    "Every entry that the page {url} lists, once a day. Not older entries, other pages of the site, or what others say "
    "there: comments, reviews and testimonials are left out."
)


@dataclass(frozen=True, slots=True)
class WebPage(FeedSite):
    """The platform. `platform_id` is the page's normalised address without its scheme."""

    name: str = "webpage"
    terms: Terms = Terms(  # noqa: RUF009 - frozen
        source="No contract: the author publishes the page on the open web; its robots.txt is obeyed (RFC 9309).",
        note="What the author takes from the page is erased here too.",
    )

    def recognises(self, url: str) -> bool:  # noqa: ARG002 - the protocol's
        """Never: every address might be a page's."""
        return False

    def resolve(self, url: str, http: Http) -> Profile:
        """The page at `url`. Raises WrongContent for one without words of its author's, and for others' sites."""
        if not fields.is_web_address(url):
            raise WrongContent("not the address of a web page")
        response = http.get(url, accept=ACCEPT, robots=True)
        _refuse_others(response.url)
        page = _page(response)
        seen, key = page.profile, feed_id(response.url)
        return Profile(
            platform=self.name,
            platform_id=key,
            handle=key,
            url=response.url,
            api_base=response.url,
            display_name=(seen.display_name if seen else "") or page.title,
            bio=seen.bio if seen else "",
            reads=(_READS_FEED if page.is_feed else _READS_PAGE).format(url=response.url),
        )

    def proof_texts(self, profile: Profile, http: Http) -> Sequence[ProofText]:
        """The page's rel="me" links; where the site has its host to itself, its meta element and well-known file too.

        Never its words: visitors may write there. Raises WrongContent when the page lies on another host now.
        """
        response = http.get(profile.api_base, accept=ACCEPT, robots=True)
        _refuse_moved(profile.api_base, response.url)
        page = _page(response)
        found = [ProofText(Proof.REL_ME, profile.url, link) for link in page.claims]
        if not _has_host_to_itself(response.url):
            return found
        found += [ProofText(Proof.REL_ME, profile.url, page.token)] if page.token else []
        return [*found, *well_known(profile.api_base, http)]

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched | NotModified:
        """Read the page once, conditionally, and ask to be left alone for a day.

        Raises WrongContent when another page or none of the author's words came back, AccessRefused for a login page,
        Malformed when a list that had entries has none now.
        """
        answer = ask(account, http, ACCEPT)
        _refuse_moved(account.api_base, answer.response.url)
        if answer.unchanged:
            made = answer.not_modified(now)
            return replace(made, not_before=_tomorrow(made.not_before, now))
        page = _page(answer.response)
        found = fetched(answer, page.listing, account, now)
        skipped = dict(found.skipped)
        if page.others:
            skipped["other-author"] = skipped.get("other-author", 0) + page.others
        return replace(
            found,
            posts=tuple(_as_kind(post, page, now) for post in found.posts),
            covers_since=found.covers_since if page.is_feed else None,
            skipped=skipped,
            profile=page.profile,
            not_before=_tomorrow(found.not_before, now),
        )


def _page(response: Response) -> Page:
    """What an answer holds. Raises AccessRefused for a login page, WrongContent for anything but a page."""
    if response.content_type not in _PAGES:
        raise WrongContent(f"not a web page but {response.content_type}")
    declared = response.headers.get("content-type", "")
    if b"password" in response.body.lower() and is_login_page(decode(response.body, declared)):
        raise AccessRefused("a login page came back instead of the page")
    return read(response.body, declared, response.url)


def _as_kind(post: Post, page: Page, now: datetime) -> Post:
    if page.is_article:
        return post
    return replace(post, kind=PostKind.PAGE, published_at=now, edited_at=None, undatable=False)


def _tomorrow(asked: datetime | None, now: datetime) -> datetime:
    return max(now + ONCE_IN, asked or now)


def _refuse_others(url: str) -> None:
    if _NOT_THE_AUTHORS.fullmatch(urlsplit(url).hostname or ""):
        raise WrongContent("a page of a network or directory, which is not read this way; give the author's own site")


def _refuse_moved(asked: str, found: str) -> None:
    if not same_host(asked, found):
        raise WrongContent("the page has moved to another host")
    if is_front_page(found) and not is_front_page(asked):
        raise WrongContent("the site's front page came back instead of the page")


def _has_host_to_itself(url: str) -> bool:
    """Whether the page is its host's front page or lies directly below, under a name that no person has."""
    parts = urlsplit(url)
    stem = parts.path.strip("/").lower().partition(".")[0]
    below = "/" in parts.path.strip("/")
    return not parts.query and not below and _OF_THE_SITE.fullmatch(stem) is not None


PLATFORM = WebPage()
