"""A YouTube channel by its feed: titles and descriptions of the newest 15 videos.

`platform_id` is the channel id (UC and 22 characters), which no other channel ever gets; handles change hands.
robots.txt is obeyed here as everywhere: YouTube's forbade /feeds/videos.xml to all programs in 2026, and as long as it
does, a reading is RobotsDisallow and nothing else. The page of a deleted video is a page still, so oEmbed is asked.
The feed answers 404 for channels that are there, hours on end: never a sign that the channel is gone.

Built from documentation: https://developers.google.com/youtube/v3/guides/push_notifications (the feed),
https://support.google.com/youtube/answer/6180214 (channel addresses), https://oembed.com/ section 2.3.4 (status codes).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

from collectors.base import Terms
from collectors.feeds.listing import Words
from collectors.feeds.posts import plain
from collectors.feeds.site import FeedSite, read
from collectors.html import alternate_feeds, decode
from collectors.presence import ask_each
from collectors.web.tree import read_page
from domain.accounts import Profile
from domain.errors import AccountGone, ServerFault, WrongContent
from domain.posts import Media, Presence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from urllib.parse import SplitResult

    from collectors.base import Http, PostRef, Response
    from collectors.feeds.listing import Entry
    from domain.accounts import Account
    from domain.posts import Fetched, NotModified

SITE = "https://www.youtube.com"
READS = (
    "Titles and descriptions of the channel's newest 15 videos, while YouTube's robots.txt allows its feed to be read. "
    "Not what is said in a video, its subtitles, community posts, comments, or older videos."
)

_ID = re.compile(r"UC[A-Za-z0-9_-]{22}")
_HOSTS = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com"})
_NAMED = re.compile(r"/(?:@[^/]+|c/[^/]+|user/[^/]+)(?:/.*)?")
_BY_ID = re.compile(rf"/channel/({_ID.pattern})(?:/.*)?")
_ID_METAS = ("identifier", "channelid")
_ABSENT = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_UNSEEN = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, *_ABSENT)


@dataclass(frozen=True, slots=True)
class YouTube(FeedSite):
    """The platform; see the module's docstring."""

    name: str = "youtube"
    terms: Terms = Terms(  # noqa: RUF009 - frozen
        source="https://www.youtube.com/t/terms: automated means only as robots.txt allows, which is obeyed.",
        note="The feed is read, not the Data API, so that the API's storage rules do not apply.",
    )

    def recognises(self, url: str) -> bool:
        """Whether it is a channel's address: /channel/UC…, /@name, /c/name, /user/name, or its feed.

        With "#comments" behind it, it means the channel's comments, which another platform reads.
        """
        parts = _split(url)
        if parts is None or parts.fragment == "comments":
            return False
        return bool(_NAMED.fullmatch(parts.path)) or bool(_id_in(url))

    def resolve(self, url: str, http: Http) -> Profile:
        """The channel behind an address; a name is looked up on the channel's own page.

        Raises WrongContent for other addresses and for a page that states no channel, ServerFault when the feed is
        not there, RobotsDisallow as long as robots.txt forbids it.
        """
        if not self.recognises(url):
            raise WrongContent("not the address of a YouTube channel")
        channel = _id_in(url) or _stated(http.get(url, accept="text/html", robots=True))
        try:
            listing, _ = read(_feed(channel), http)
        except AccountGone as error:
            raise ServerFault("YouTube's feeds answer so at times; try again later") from error
        named = re.match(r"/@([^/]+)", urlsplit(url).path)
        return Profile(
            platform=self.name,
            platform_id=channel,
            handle=f"@{named[1]}" if named else channel,
            url=f"{SITE}/channel/{channel}",
            api_base=_feed(channel),
            display_name=plain(listing.title),
            reads=READS,
        )

    def own(self, entry: Entry) -> Entry:
        """The item with its description as it was written: plain text, lines and all."""
        return replace(
            entry,
            bodies=tuple(Words(words.source, is_html=False) for words in entry.bodies),
            media=(Media("video"),),
        )

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched | NotModified:
        """As for every feed, but that a missing feed is ServerFault: YouTube's are missing at times."""
        try:
            return FeedSite.collect(self, account, http, now)
        except AccountGone as error:
            raise ServerFault("YouTube's feed was not there, as happens at times") from error

    def confirm(self, account: Account, post: Sequence[PostRef], http: Http) -> Mapping[str, Presence]:  # noqa: ARG002 - the protocol's
        """Ask oEmbed for each video: 404 and 410 ABSENT, 200 PRESENT; a private one or another answer is UNKNOWN."""
        urls = {ref.post_id: ref.url for ref in post if _split(ref.url)}
        asked = ask_each(urls, lambda post_id: _presence(urls[post_id], http))
        return {ref.post_id: asked.get(ref.post_id, Presence.UNKNOWN) for ref in post}


def _split(url: str) -> SplitResult | None:
    """The parts of an address of YouTube's, None for any other."""
    try:
        parts = urlsplit(url.strip())
        here = parts.scheme in ("http", "https") and parts.hostname in _HOSTS
    except ValueError:
        return None
    return parts if here else None


def _id_in(url: str) -> str:
    parts = _split(url)
    if parts is None:
        return ""
    if found := _BY_ID.fullmatch(parts.path):
        return found[1]
    asked = parse_qs(parts.query).get("channel_id", [""])[0] if parts.path == "/feeds/videos.xml" else ""
    return asked if _ID.fullmatch(asked) else ""


def _stated(response: Response) -> str:
    """The channel that a page says it is: by its feed, its canonical address or its identifier."""
    declared = response.headers.get("content-type", "")
    page = decode(response.body, declared)
    feeds = [found for feed in alternate_feeds(page, response.url) if (found := _id_in(feed.href))]
    document = read_page(response.body, declared, response.url)
    metas = [document.metas.get(name, "") for name in _ID_METAS]
    stated = [*feeds, _id_in(document.canonical), *(meta for meta in metas if _ID.fullmatch(meta))]
    channel = next((one for one in stated if one), "")
    if not channel:
        raise WrongContent("the page does not say which channel it is; give the address with /channel/UC…")
    return channel


def _feed(channel: str) -> str:
    return f"{SITE}/feeds/videos.xml?channel_id={channel}"


def _presence(url: str, http: Http) -> Presence:
    asked = f"{SITE}/oembed?{urlencode({'url': url, 'format': 'json'})}"
    response = http.get(asked, accept="application/json", robots=True, expect=_UNSEEN)
    if response.status in _ABSENT:
        return Presence.ABSENT
    is_data = response.status == HTTPStatus.OK and response.body.lstrip().startswith(b"{")
    return Presence.PRESENT if is_data else Presence.UNKNOWN


PLATFORM = YouTube()
