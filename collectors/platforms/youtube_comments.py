"""A YouTube channel's own comments under its own videos, by the YouTube Data API. The videos' words are in its feed.

Built from documentation, not run against the live service.

Comments of the channel elsewhere cannot be listed by anybody. Other people's comments come along in the lists and
are passed over; of one that the channel answers only the id is kept. YouTube lists comments to a token with
"youtube.force-ssl" alone, which could also write; nothing here writes. Such a token also shows comments under
private videos: the videos are asked, and what is not public is left out.

The lasting key is the channel id. A channel is enrolled by its address with "#comments" behind it: without, the
address is that of the channel's feed, which wants no token.

Source: https://developers.google.com/youtube/v3/docs (commentThreads, comments, channels, videos, quota).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from collectors import fields
from collectors.base import Consent, Limits, Owned, ProofText, Terms
from collectors.google_refusals import TOKEN_HOST, TOKEN_URL, refusal
from collectors.owned_api import OwnedApi, TokenDoor, renewed
from collectors.owned_listing import Walk, ask_in_batches, to_fetched, walk
from collectors.youtube_api_comments import (
    channel_of,
    own_videos,
    parse_comments,
    parse_parent,
    parse_threads,
    presence,
    profile_of,
    public_videos,
    to_entries,
    video_of,
)
from domain.accounts import Profile, Proof
from domain.errors import CollectError, TokenRefused, WrongContent
from domain.posts import Presence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from collectors.base import Grant, Http, PostRef
    from collectors.fields import Json
    from collectors.owned_listing import Page
    from collectors.youtube_api_comments import Thread
    from domain.accounts import Account
    from domain.posts import Fetched, Parent, Post

NAME = "youtube_comments"
READS = (
    "The channel's own public comments and answers under its own public videos, and the channel's description; not its "
    "comments elsewhere, and not what other people write. Titles and descriptions of videos are in the channel's feed."
)
PAGE_SIZE = 100
BATCH = 50
"""Ids that `videos` and `comments` take in one question."""
THREADS_COMPLETED = 30
"""Threads a pass may ask the rest of, in one question each."""
VIDEO_BATCHES = 8

_MARK = "comments"
_HOSTS = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com"})
_CHANNEL = re.compile(r"/channel/(UC[A-Za-z0-9_-]{22})(?:/.*)?", re.ASCII)
_HANDLE = re.compile(r"/(@[^/\s]{3,60})(?:/.*)?")
_USER = re.compile(r"/user/([A-Za-z0-9]{1,40})(?:/.*)?", re.ASCII)
_FORCE_SSL = "https://www.googleapis.com/auth/youtube.force-ssl"
_ABOUT = "snippet,status"

TERMS = Terms(
    source=(
        "YouTube API Services Developer Policies, III.E.4 and III.E.2.h: "
        "https://developers.google.com/youtube/terms/developer-policies"
    ),
    refresh_within=timedelta(days=30),
    keep_scores=False,
    note=(
        "Stored data is deleted or refreshed within thirty days, and within seven when the owner asks. No data or "
        "metrics may be derived from it to be kept, so findings go with the words. Data that the owner's permission "
        "opens is for the owner and those whom the owner approves. Nothing is combined across channels."
    ),
)
CONSENT = Consent(
    hosts=frozenset({"youtube.googleapis.com", TOKEN_HOST}),
    needed=frozenset({_FORCE_SSL}),
    allowed=frozenset({_FORCE_SSL, "https://www.googleapis.com/auth/youtube.readonly"}),
    documentation="https://developers.google.com/youtube/v3/docs/commentThreads/list",
    how=(
        "In a Google Cloud project with the YouTube Data API: the owner grants youtube.force-ssl, the only scope that "
        "lists comments (it could also write; this program does not). Enrol the channel's address with #comments."
    ),
)


@dataclass(frozen=True, slots=True)
class YouTubeComments:
    """The platform; see the module's docstring."""

    name: str = NAME
    terms: Terms = TERMS
    consent: Consent | None = CONSENT
    limits: Limits = field(default=Limits(pages=8, posts=800))
    base: str = "https://youtube.googleapis.com/youtube/v3"
    token_url: str = TOKEN_URL

    def recognises(self, url: str) -> bool:
        """Whether the URL is a channel's (/channel/UC…, /@handle or /user/name on youtube.com) with "#comments"."""
        return bool(_channel_in(url))

    def resolve(self, url: str, http: Http) -> Profile:
        """The channel behind an address, which must be the token's own.

        Raises WrongContent when the address names no channel, AccountGone and AccountPrivate as YouTube tells,
        TokenRefused without a token and for another channel's.
        """
        asked = _channel_in(url)
        if not asked:
            raise WrongContent("not a channel on YouTube; give its address with /channel/ or @, and #comments")
        channel = channel_of(self._api(http).get("/channels", {"part": _ABOUT, **asked}))
        if fields.text(self._mine(http), "id") != fields.text(channel, "id"):
            raise TokenRefused("it is another channel's")
        return self._profile(channel)

    def owned(self, grant: Grant, http: Http, now: datetime) -> Owned:  # noqa: ARG002 - the protocol's
        """The channel whose token it is. Google tells the scopes only to who shows the token itself: None."""
        return Owned(self._profile(self._mine(http)), expires_at=grant.expires_at)

    def renew(self, grant: Grant, http: Http, now: datetime) -> Grant | None:
        """A token lasts an hour; the refresh token gets the next."""
        return renewed(grant, http, now, TokenDoor(self.token_url))

    def proof_texts(self, profile: Profile, http: Http) -> Sequence[ProofText]:
        """The channel's description."""
        bio = profile_of(self._channel(profile.platform_id, http)).bio
        return [ProofText(Proof.BIO, profile.url, bio)] if bio else []

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched:  # noqa: ARG002 - the protocol's
        """Read the threads under all videos, newest first, and the rest of those that were cut.

        An answer may come to any old thread, so the reading covers everything since the permission began, or, when
        one thread was not read to its end, nothing (`covers_since` None).
        """
        channel_id = account.platform_id
        channel = self._channel(channel_id, http)
        walked = walk(lambda token: self._page(channel_id, token, http), self.limits)
        cut = [thread for thread in walked.items if thread.cut]
        rest = {thread.thread_id: self._completed(thread, http) for thread in cut[:THREADS_COMPLETED]}
        threads = tuple(rest.get(thread.thread_id, thread) for thread in walked.items)
        videos = own_videos(threads, channel_id)
        public = self._public(videos[: BATCH * VIDEO_BATCHES], http)
        whole = walked.complete and not any(thread.cut for thread in threads) and len(videos) <= BATCH * VIDEO_BATCHES
        entries = tuple(entry for thread in threads for entry in to_entries(thread, channel_id, public))
        return to_fetched(
            Walk(entries, complete=whole, not_before=walked.not_before),
            covered=account.authorisation.starts_at if whole else None,
            profile=profile_of(channel),
            cursor="{}",
        )

    def confirm(self, account: Account, post: Sequence[PostRef], http: Http) -> Mapping[str, Presence]:
        """Ask for comments by id, fifty at a time, once the channel itself has answered; then for their videos.

        A comment that does not come back is ABSENT, and so is one whose video is not public any more.
        """
        ids = [ref.post_id for ref in post]
        try:
            self._channel(account.platform_id, http)
        except CollectError:  # a channel that does not answer proves nothing about its comments
            return dict.fromkeys(ids, Presence.UNKNOWN)
        return ask_in_batches(ids, BATCH, lambda batch: self._presence(batch, http))

    def parent(self, account: Account, post: Post, http: Http) -> Parent | None:
        """The comment that `post` answers, None for a comment on the video and where YouTube does not show it."""
        if post.reply_to_id is None:
            return None
        asked = {"part": "snippet", "id": post.reply_to_id, "textFormat": "plainText"}
        return parse_parent(self._api(http).get("/comments", asked), account.platform_id)

    def _api(self, http: Http) -> OwnedApi:
        return OwnedApi(http, self.base, refusal)

    def _channel(self, channel_id: str, http: Http) -> Json:
        return channel_of(self._api(http).get("/channels", {"part": _ABOUT, "id": channel_id}), channel_id)

    def _mine(self, http: Http) -> Json:
        return channel_of(self._api(http).get("/channels", {"part": _ABOUT, "mine": "true"}))

    def _page(self, channel_id: str, token: str, http: Http) -> Page[Thread]:
        asked: dict[str, str | int] = {
            "part": "snippet,replies",
            "allThreadsRelatedToChannelId": channel_id,
            "order": "time",
            "textFormat": "plainText",
            "maxResults": PAGE_SIZE,
        }
        return parse_threads(self._api(http).get("/commentThreads", asked | ({"pageToken": token} if token else {})))

    def _completed(self, thread: Thread, http: Http) -> Thread:
        """The thread with the first hundred of its replies; it stays `cut` when there are more."""
        asked: dict[str, str | int] = {
            "part": "snippet",
            "parentId": thread.thread_id,
            "textFormat": "plainText",
            "maxResults": PAGE_SIZE,
        }
        page = parse_comments(self._api(http).get("/comments", asked))
        more = len(page.items) + (1 if page.following else 0)
        return replace(thread, comments=(*thread.comments[:1], *page.items), replies=more)

    def _public(self, video_ids: Sequence[str], http: Http) -> frozenset[str]:
        found: frozenset[str] = frozenset()
        for start in range(0, len(video_ids), BATCH):
            ids = ",".join(video_ids[start : start + BATCH])
            asked: dict[str, str | int] = {"part": "status", "id": ids, "maxResults": BATCH}
            found |= public_videos(self._api(http).get("/videos", asked))
        return found

    def _presence(self, batch: Iterable[str], http: Http) -> Mapping[str, Presence]:
        ids = list(batch)
        asked = {"part": "snippet", "id": ",".join(ids), "textFormat": "plainText"}
        listed = parse_comments(self._api(http).get("/comments", asked)).items
        videos = tuple(dict.fromkeys(video_of(comment) for comment in listed if video_of(comment)))
        found = {fields.text(comment, "id"): comment for comment in listed}
        return presence(found, ids, self._public(videos, http))

    def _profile(self, channel: Json) -> Profile:
        channel_id, seen = fields.text(channel, "id"), profile_of(channel)
        return Profile(
            platform=NAME,
            platform_id=channel_id,
            handle=seen.handle or channel_id,
            url=f"https://www.youtube.com/channel/{channel_id}#{_MARK}",
            api_base=f"{self.base}/channels?id={channel_id}",
            display_name=seen.display_name,
            bio=seen.bio,
            reads=READS,
        )


def _channel_in(url: str) -> dict[str, str]:
    """How the channel in an address is asked for, {} when there is none in it."""
    if not fields.is_web_address(url.strip()):
        return {}
    parts = urlsplit(url.strip())
    if parts.hostname not in _HOSTS or parts.fragment != _MARK:
        return {}
    path = unquote(parts.path)
    for pattern, name in ((_CHANNEL, "id"), (_HANDLE, "forHandle"), (_USER, "forUsername")):
        if found := pattern.fullmatch(path):
            return {name: found[1]}
    return {}


PLATFORM = YouTubeComments()
