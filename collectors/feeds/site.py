"""What all platforms that are read by a feed do alike: ask conditionally, make posts of a listing, prove, confirm.

Sources: RFC 9110 and RFC 9111 (validators, caching); `collectors.feeds` names those of the formats.

A feed shows a window of the newest items, often ten. It says nothing of deletions (tombstones, RFC 6721, are hardly
ever written), hides edits that its owner does not date, and knows no visibility: what is in it is public.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from collectors.base import Consent, ProofText, Terms
from collectors.feeds.comments import address_of_comments, is_of_comments
from collectors.feeds.cursor import FeedCursor, body_hash, not_before
from collectors.feeds.identity import feed_id, is_front_page, item_key
from collectors.feeds.memory import trace, with_lasting_ids, with_undatable
from collectors.feeds.ownership import names_others, names_several, names_staff, owned, sole_author
from collectors.feeds.parse import parse_feed
from collectors.feeds.posts import plain, to_items
from collectors.html import alternate_feeds, decode, is_login_page
from collectors.presence import ask_each
from collectors.proof import same_host
from domain.accounts import AccountKind, Profile, Proof
from domain.errors import AccessRefused, Malformed, WrongContent
from domain.posts import Fetched, NotModified, Presence, ProfileSeen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from collectors.base import Http, PostRef, Response
    from collectors.feeds.listing import Entry, Listing
    from collectors.feeds.posts import Item, Items
    from collectors.html import FeedLink
    from domain.accounts import Account
    from domain.posts import Parent, Post

ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_MISSING = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the source said this time, and the cursor before and after it."""

    response: Response
    before: FeedCursor
    after: FeedCursor

    @property
    def unchanged(self) -> bool:
        """Whether it is the same as last time, whatever the status: some servers know no 304."""
        return self.response.not_modified or body_hash(self.response.body) == self.before.body_hash

    def not_modified(self, now: datetime) -> NotModified:
        """The reading of an unchanged source."""
        return NotModified(self.after.dump(), not_before(self.response, None, now))


@dataclass(frozen=True, slots=True)
class FeedSite:
    """`collectors.base.Platform` but for `recognises` and `resolve`: a platform whose profiles are read by a feed.

    `own` is given every item and may change it, or leave it out (None) when its words are somebody else's.
    """

    name: str
    terms: Terms
    consent: Consent | None = field(default=None, kw_only=True)

    def own(self, entry: Entry) -> Entry | None:
        """The item as the owner wrote it; None for one that somebody else wrote."""
        return entry

    def proof_texts(self, profile: Profile, http: Http) -> Sequence[ProofText]:
        """The feed's title and description, and its items where it names one author at most.

        Raises WrongContent when the feed lies on another host now.
        """
        return tuple(feed_texts(self.listing(_asked_for_proof(profile, http))[0], profile.api_base))

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched | NotModified:
        """Read the feed once, conditionally. The same body as last time is NotModified, whatever the status.

        Raises Malformed for a feed that had items and now has none: that is a fault of the site far more often
        than a mass deletion.
        """
        answer = ask(account, http, ACCEPT)
        if answer.unchanged:
            return answer.not_modified(now)
        listing, boosts = self.listing(answer.response)
        return fetched(answer, listing, account, now, boosts=boosts)

    def confirm(self, account: Account, post: Sequence[PostRef], http: Http) -> Mapping[str, Presence]:
        """Ask for the pages of single items (`presence`); failures as in `ask_each`.

        Items without a page of their own, or with one on a site that nobody agreed to have asked, are UNKNOWN.
        """
        urls = {ref.post_id: ref.url for ref in post if _may_be_asked(ref.url, account)}
        asked = ask_each(urls, lambda post_id: presence(urls[post_id], http))
        return {ref.post_id: asked.get(ref.post_id, Presence.UNKNOWN) for ref in post}

    def parent(self, account: Account, post: Post, http: Http) -> Parent | None:  # noqa: ARG002 - the protocol's
        """None: a feed does not show what an item answers."""
        return None

    def listing(self, response: Response) -> tuple[Listing, int]:
        """The owner's items of an answer, and how many items were left out as other people's words."""
        whole = parsed(response)
        mine = [changed for entry in whole.entries if (changed := self.own(entry)) is not None]
        return replace(whole, entries=tuple(mine)), len(whole.entries) - len(mine)


def read(feed_url: str, http: Http) -> tuple[Listing, str]:
    """The feed at an address, and where it was found. Errors as in `parsed`."""
    response = http.get(feed_url, accept=ACCEPT, robots=True)
    return parsed(response), response.url


def ask(account: Account, http: Http, accept: str) -> Answer:
    """One conditional request for the account's address, where it has moved to if it has."""
    cursor = FeedCursor.load(account.cursor)
    asked = cursor.url or account.api_base
    response = http.get(asked, accept=accept, validators=cursor.validators, robots=True)
    return Answer(response, cursor, cursor.after(response, asked))


def parsed(response: Response) -> Listing:
    """The listing of an answer. Raises WrongContent for a feed of comments; other errors as in `parse_feed`."""
    listing = parse_feed(response.body, response.headers.get("content-type", ""), response.url)
    if is_of_comments(listing, response.url):
        raise WrongContent("this is a feed of comments, which are other people's words; give the feed of the posts")
    return listing


def announced(response: Response) -> str:
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


def profile_of(name: str, listing: Listing, feed_url: str, reads: str) -> Profile:
    """The profile behind a feed; `platform_id` is the feed's normalised address without its scheme."""
    parts = urlsplit(feed_url)
    home = listing.home if urlsplit(listing.home).hostname == parts.hostname else ""
    key = feed_id(feed_url, listing.own_address)
    return Profile(
        platform=name,
        platform_id=key,
        handle=key,
        url=home or feed_url,
        api_base=feed_url,
        display_name=plain(listing.title),
        bio=plain(listing.description),
        reads=reads,
    )


def fetched(answer: Answer, listing: Listing, account: Account, now: datetime, *, boosts: int = 0) -> Fetched:
    """The reading that a listing makes, with the cursor for the next one; `boosts` items were left out before.

    Raises Malformed when there were items before and now there are none.
    """
    found = _keyed(to_items(listing, answer.before.url or account.api_base))
    if answer.before.items and not found.items and not boosts:
        raise Malformed("the feed had items before and now has none")
    found = replace(found, items=_remembered(found, answer.before))
    made = _fetched(listing, found, account, answer.after, boosts)
    return replace(made, not_before=not_before(answer.response, listing.ttl, now))


def feed_texts(listing: Listing, url: str) -> Iterator[ProofText]:
    """Title, description, and the items' words unless the feed names several authors."""
    words = [plain(listing.title), plain(listing.description)]
    names = (*listing.authors, *(name for entry in listing.entries for name in entry.authors))
    if sole_author(names):
        words += [item.post.text for item in to_items(listing, url).items]
    yield from (ProofText(Proof.FEED_ITEM, url, text) for text in words if text)


def presence(url: str, http: Http) -> Presence:
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


def _asked_for_proof(profile: Profile, http: Http) -> Response:
    response = http.get(profile.api_base, accept=ACCEPT, robots=True)
    if not same_host(profile.api_base, response.url):
        raise WrongContent("the feed has moved to another host")
    return response


def _is_of_comments(feed: FeedLink) -> bool:
    return address_of_comments(feed.href) or "comment" in f"{feed.title} {urlsplit(feed.href).path}".lower()


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


def _fetched(listing: Listing, found: Items, account: Account, after: FeedCursor, boosts: int) -> Fetched:
    named = after.names_staff or names_staff(found.items, account)
    several = after.several_authors or names_several(found.items) or (named and names_others(found.items, account))
    owner = account.staff.name if named else next(iter(listing.authors), "")
    mine = owned(found.items, owner, several=several and account.kind is AccountKind.PROFESSIONAL)
    dates = [item.post.published_at for item in found.items]
    dated = [at for at in dates if at is not None]
    complete = len(dated) == len(dates) and not found.beyond and not found.malformed
    left_out = {
        "other-author": len(found.items) - len(mine),
        "boost": boosts,
        "malformed": found.malformed,
        "duplicate": found.duplicates,
        "beyond-limit": found.beyond,
    }
    last = trace(found.items, {item.post.post_id for item in mine})
    size = len(found.items) + boosts
    cursor = replace(after, items=size, several_authors=several, names_staff=named, listing=last)
    return Fetched(
        posts=tuple(item.post for item in mine),
        listed_ids=frozenset(item.post.post_id for item in found.items),
        covers_since=min(dated, default=None) if complete else None,
        cursor=cursor.dump(),
        skipped={reason: count for reason, count in left_out.items() if count},
        profile=ProfileSeen(plain(listing.description), plain(listing.title)) if plain(listing.description) else None,
    )


def _may_be_asked(url: str, account: Account) -> bool:
    """Whether `url` is an item's own page on the site of the feed or of its home page."""
    hosts = {urlsplit(account.api_base).hostname, urlsplit(account.url).hostname}
    return urlsplit(url).hostname in hosts and not is_front_page(url) and url not in (account.url, account.api_base)
