"""Blogs, newsletters and podcasts by their feed: RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed 1.0 and 1.1.

Sources: RSS 2.0 (https://www.rssboard.org/rss-specification), RFC 4287 (Atom), RFC 4685 (threading), JSON Feed 1.1
(https://www.jsonfeed.org/version/1.1/), RSS autodiscovery (https://www.rssboard.org/rss-autodiscovery), RFC 9110
and RFC 9111 (validators, caching).

A feed shows a window of the newest items, often ten. It says nothing of deletions (tombstones, RFC 6721, are hardly
ever written), hides edits that its owner does not date, and knows no visibility: what is in it is public.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from collectors import fields
from collectors.base import Consent, ProofText, Terms
from collectors.feeds.comments import address_of_comments, is_of_comments
from collectors.feeds.cursor import FeedCursor, body_hash, not_before
from collectors.feeds.identity import (
    feed_id,
    has_host_to_itself,
    is_front_page,
    item_key,
    names_feed,
    status_account,
)
from collectors.feeds.memory import trace, with_lasting_ids, with_undatable
from collectors.feeds.ownership import names_several, names_staff, owned, sole_author
from collectors.feeds.parse import is_page, parse_feed
from collectors.feeds.posts import plain, to_items
from collectors.html import alternate_feeds, decode, is_login_page, rel_me
from collectors.presence import ask_each
from collectors.proof import same_host, well_known
from domain.accounts import AccountKind, Profile, Proof
from domain.errors import AccessRefused, AccountGone, CollectError, Malformed, ServerFault, WrongContent
from domain.posts import Fetched, NotModified, Presence, ProfileSeen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from collectors.base import Http, PostRef, Response
    from collectors.feeds.listing import Listing
    from collectors.feeds.posts import Item, Items
    from collectors.html import FeedLink
    from domain.accounts import Account
    from domain.posts import Parent, Post

ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_MISSING = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_NO_STATUS_SERVER = (AccessRefused, AccountGone, Malformed, ServerFault, WrongContent)
"""How a server answers that does not speak Mastodon's interface, or shows nothing there without a login."""
_READS = "Every item of the feed {url}: titles, texts, descriptions of pictures and links. Comments are not read."


@dataclass(frozen=True, slots=True)
class FeedPlatform:
    """`collectors.base.Platform` for feeds. `platform_id` is the feed's normalised address without its scheme."""

    name: str = "feed"
    terms: Terms = Terms(  # noqa: RUF009 - frozen
        source="No contract: the owner publishes the feed on the open web for programs to read.",
        note="Posts the owner deletes are erased here too.",
    )
    consent: Consent | None = None

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
            response = http.get(_announced(response), accept=ACCEPT, robots=True)
        listing = _parsed(response)
        _refuse_status_account(response.url, http)
        return _profile(listing, response.url)

    def proof_texts(self, profile: Profile, http: Http) -> Sequence[ProofText]:
        """The feed's own words, the rel="me" links of its home page, and /.well-known/section7.txt.

        Only what nobody but the owner can have put there: title and description; items where the feed names one
        author at most; the file where the site has its host to itself; never the words of pages, since visitors'
        names and comments stand on them. A place that cannot be read is left out; only when the feed cannot be
        read, or lies on another host now, is an error raised.
        """
        response = http.get(profile.api_base, accept=ACCEPT, robots=True)
        if not same_host(profile.api_base, response.url):
            raise WrongContent("the feed has moved to another host")
        listing = _parsed(response)
        page = _claimed(profile.url, http) if profile.url != profile.api_base else ()
        file = well_known(profile.api_base, http) if has_host_to_itself(profile.api_base, profile.url) else ()
        return (*_feed_texts(listing, profile.api_base), *page, *file)

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched | NotModified:
        """Read the feed once, conditionally. The same body as last time is NotModified, whatever the status.

        Raises Malformed for a feed that had items and now has none: that is a fault of the site far more often
        than a mass deletion.
        """
        cursor = FeedCursor.load(account.cursor)
        asked = cursor.url or account.api_base
        response = http.get(asked, accept=ACCEPT, validators=cursor.validators, robots=True)
        after = cursor.after(response, asked)
        if response.not_modified or body_hash(response.body) == cursor.body_hash:
            return NotModified(after.dump(), not_before(response, None, now))
        listing = _parsed(response)
        found = _keyed(to_items(listing, asked))
        if cursor.items and not found.items:
            raise Malformed("the feed had items before and now has none")
        found = replace(found, items=_remembered(found, cursor))
        return replace(_fetched(listing, found, account, after), not_before=not_before(response, listing.ttl, now))

    def confirm(self, account: Account, post: Sequence[PostRef], http: Http) -> Mapping[str, Presence]:
        """Ask for the pages of single items (`_presence`); failures as in `ask_each`.

        Items without a page of their own, or with one on a site that nobody agreed to have asked, are UNKNOWN.
        """
        urls = {ref.post_id: ref.url for ref in post if _may_be_asked(ref.url, account)}
        asked = ask_each(urls, lambda post_id: _presence(urls[post_id], http))
        return {ref.post_id: asked.get(ref.post_id, Presence.UNKNOWN) for ref in post}

    def parent(self, account: Account, post: Post, http: Http) -> Parent | None:  # noqa: ARG002 - the protocol's
        """None: a feed does not show what an item answers."""
        return None


def _parsed(response: Response) -> Listing:
    listing = parse_feed(response.body, response.headers.get("content-type", ""), response.url)
    if is_of_comments(listing, response.url):
        raise WrongContent("this is a feed of comments, which are other people's words; give the feed of the posts")
    return listing


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


def _announced(response: Response) -> str:
    """The first feed of posts that a page names. Raises AccessRefused or WrongContent when there is none.

    Feeds of comments are passed over even when a page names no other: they are other people's words.
    """
    page = decode(response.body, response.headers.get("content-type", ""))
    named = [feed.href for feed in alternate_feeds(page, response.url) if not _is_of_comments(feed)]
    if named:
        return named[0]
    if is_login_page(page):
        raise AccessRefused("a login page came back instead of the page")
    raise WrongContent("the page names no feed of posts")


def _is_of_comments(feed: FeedLink) -> bool:
    return address_of_comments(feed.href) or "comment" in f"{feed.title} {urlsplit(feed.href).path}".lower()


def _profile(listing: Listing, feed_url: str) -> Profile:
    parts = urlsplit(feed_url)
    home = listing.home if urlsplit(listing.home).hostname == parts.hostname else ""
    key = feed_id(feed_url, listing.own_address)
    title = plain(listing.title)
    return Profile(
        platform=PLATFORM.name,
        platform_id=key,
        handle=key,
        url=home or feed_url,
        api_base=feed_url,
        display_name=title,
        bio=plain(listing.description),
        reads=_READS.format(url=feed_url),
    )


def _remembered(found: Items, before: FeedCursor) -> tuple[Item, ...]:
    items = with_lasting_ids(found.items, before.listing)
    return with_undatable(items, before.listing, was_empty=before.was_empty)


def _keyed(found: Items) -> Items:
    """Ids of items are often addresses, and addresses are made of words: only a hash of them goes on."""
    return replace(
        found,
        items=tuple(
            replace(item, post=replace(item.post, post_id=item_key(item.post.post_id))) for item in found.items
        ),
    )


def _fetched(listing: Listing, found: Items, account: Account, after: FeedCursor) -> Fetched:
    several = after.several_authors or names_several(found.items)
    named = after.names_staff or names_staff(found.items, account)
    owner = account.staff.name if named else next(iter(listing.authors), "")
    mine = owned(found.items, owner, several=several and account.kind is AccountKind.PROFESSIONAL)
    dates = [item.post.published_at for item in found.items]
    dated = [at for at in dates if at is not None]
    complete = len(dated) == len(dates) and not found.beyond and not found.malformed
    left_out = {
        "other-author": len(found.items) - len(mine),
        "malformed": found.malformed,
        "duplicate": found.duplicates,
        "beyond-limit": found.beyond,
    }
    last = trace(found.items, {item.post.post_id for item in mine})
    cursor = replace(after, items=len(found.items), several_authors=several, names_staff=named, listing=last)
    return Fetched(
        posts=tuple(item.post for item in mine),
        listed_ids=frozenset(item.post.post_id for item in found.items),
        covers_since=min(dated, default=None) if complete else None,
        cursor=cursor.dump(),
        skipped={reason: count for reason, count in left_out.items() if count},
        profile=ProfileSeen(plain(listing.description), plain(listing.title)) if plain(listing.description) else None,
    )


def _feed_texts(listing: Listing, url: str) -> Iterator[ProofText]:
    words = [plain(listing.title), plain(listing.description)]
    names = (*listing.authors, *(name for entry in listing.entries for name in entry.authors))
    if sole_author(names):
        words += [item.post.text for item in to_items(listing, url).items]
    yield from (ProofText(Proof.FEED_ITEM, url, text) for text in words if text)


def _claimed(url: str, http: Http) -> tuple[ProofText, ...]:
    """What the home page links to with rel="me"; nothing when it cannot be read or lies on another host now."""
    try:
        response = http.get(url, accept="text/html", robots=True)
    except CollectError:
        return ()
    page = decode(response.body, response.headers.get("content-type", ""))
    links = rel_me(page, response.url) if same_host(url, response.url) else ()
    return tuple(ProofText(Proof.REL_ME, url, link) for link in links)


def _may_be_asked(url: str, account: Account) -> bool:
    """Whether `url` is an item's own page on the site of the feed or of its home page."""
    hosts = {urlsplit(account.api_base).hostname, urlsplit(account.url).hostname}
    return urlsplit(url).hostname in hosts and not is_front_page(url) and url not in (account.url, account.api_base)


def _presence(url: str, http: Http) -> Presence:
    """404 and 410: ABSENT. The page itself, or another one on its site: PRESENT. Else UNKNOWN.

    A redirect to the front page, to another site or to a login page is what many sites do with a deleted page, and
    what some do with all pages: it proves nothing.
    """
    response = http.get(url, robots=True, expect=_MISSING)
    if response.status in _MISSING:
        return Presence.ABSENT
    elsewhere = urlsplit(response.url).hostname != urlsplit(url).hostname
    page = decode(response.body, response.headers.get("content-type", ""))
    if response.status != HTTPStatus.OK or elsewhere or is_front_page(response.url) or is_login_page(page):
        return Presence.UNKNOWN
    return Presence.PRESENT


PLATFORM = FeedPlatform()
