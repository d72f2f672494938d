"""X (once Twitter) by its API v2. Off unless a token is stored: every post read is paid for.

Built from documentation, not run against the live service.

Read are posts and replies with alt texts and poll options. An app-only token is best, since it sees what everybody
sees; protected accounts are refused with either kind. A pass reads the last two days again and once a week all since
the permission began, because X bills each post read (once a UTC day).

The lasting key is the user id. Every edit makes a new id; a post is kept under its first.

Source: https://docs.x.com/x-api (timelines, posts lookup, users lookup, edit posts, rate limits, pricing).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from collectors import fields
from collectors.base import Consent, Limits, ProofText, Terms
from collectors.owned_api import OwnedApi, TokenDoor, renewed
from collectors.owned_listing import ask_in_batches, walk
from collectors.x_api_posts import (
    EXPANSIONS,
    Cursor,
    bio_of,
    fetched,
    parse_page,
    parse_parent,
    presence,
    reached,
    refusal,
    user_of,
)
from domain.accounts import Profile, Proof
from domain.errors import CollectError, WrongContent
from domain.posts import Presence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from collectors.base import Grant, Http, PostRef
    from collectors.fields import Json
    from collectors.owned_listing import Entry, Page
    from domain.accounts import Account
    from domain.posts import Fetched, Parent, Post

NAME = "x"
READS = (
    "Public posts and replies, their links, picture descriptions and poll options, and the profile text; not reposts, "
    "protected posts, likes or messages."
)
PAGE_SIZE = 100
LOOKUP_SIZE = 100

_HOSTS = frozenset({"x.com", "www.x.com", "mobile.x.com", "twitter.com", "www.twitter.com", "mobile.twitter.com"})
_PATH = re.compile(r"/@?([A-Za-z0-9_]{1,15})(?:/.*)?", re.ASCII)
_NO_NAMES = frozenset({"i", "home", "explore", "search", "settings", "hashtag", "intent", "share", "login", "messages"})
_USER = {"user.fields": "description,entities,name,protected,username"}

TERMS = Terms(
    source="X Developer Agreement and Policy: https://docs.x.com/developer-terms/policy",
    erase_deleted=True,
    refresh_within=timedelta(days=30),
    note=(
        "What X no longer shows must go or be changed, within 24 hours of being asked. No surveillance, no tracking or "
        "profiling of people, no inferring of health. Tying an account to a person off X needs that person's express "
        "consent: the authorisation is its record. Thirty days are this program's own bound: the terms ask for "
        "current copies and name no number."
    ),
)
CONSENT = Consent(
    hosts=frozenset({"api.x.com"}),
    needed=frozenset(),  # an app-only token names no scopes
    allowed=frozenset({"tweet.read", "users.read", "offline.access"}),
    documentation="https://docs.x.com/x-api/fundamentals/authentication",
    how=(
        "In X's developer console: the app's bearer token (it sees public posts only), or a token of the owner with "
        "tweet.read and users.read."
    ),
)


@dataclass(frozen=True, slots=True)
class X:
    """The platform; see the module's docstring."""

    name: str = NAME
    terms: Terms = TERMS
    consent: Consent | None = CONSENT
    limits: Limits = field(default=Limits(pages=32, posts=3200))
    base: str = "https://api.x.com"

    def recognises(self, url: str) -> bool:
        """Whether the URL is a profile or a post on x.com or twitter.com."""
        return bool(_name_in(url))

    def resolve(self, url: str, http: Http) -> Profile:
        """The account behind an address, by its user name now.

        Raises WrongContent when the address is not X's, AccountPrivate for protected posts, AccountSuspended and
        AccountGone as X tells, TokenRefused without a token.
        """
        name = _name_in(url)
        if not name:
            raise WrongContent("not a profile on X")
        return self._profile(user_of(self._api(http).get(f"/2/users/by/username/{name}", _USER)))

    def proof_texts(self, profile: Profile, http: Http) -> Sequence[ProofText]:
        """The description and the web address of the profile."""
        bio = bio_of(self._user(profile.platform_id, http))
        return [ProofText(Proof.BIO, profile.url, bio)] if bio else []

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched:
        """Read posts, newest first, back to two days before the newest known, or once a week to the permission's start.

        `covers_since` is that bound, or what was really reached. X lists 3,200 posts at most.
        """
        user = self._user(account.platform_id, http)
        before, starts_at = Cursor.read(account.cursor), account.authorisation.starts_at
        begins = before.begins(starts_at, now)

        def ask(token: str) -> Page[Entry]:
            return self._page(account.platform_id, token, begins, http)

        walked = walk(ask, self.limits, lambda entries: reached(entries, begins))
        return fetched(walked, user, before, begins=begins, whole=begins == starts_at, now=now)

    def confirm(self, account: Account, post: Sequence[PostRef], http: Http) -> Mapping[str, Presence]:
        """Ask for posts by id, a hundred at a time, once the account itself has answered.

        Only "resource-not-found" is ABSENT; a post that X will not show for another reason is UNKNOWN.
        """
        ids = [ref.post_id for ref in post]
        try:
            self._user(account.platform_id, http)
        except CollectError:  # an account that does not answer proves nothing about its posts
            return dict.fromkeys(ids, Presence.UNKNOWN)
        fields_asked = {"tweet.fields": "edit_history_tweet_ids"}
        api = self._api(http)
        return ask_in_batches(
            ids, LOOKUP_SIZE, lambda batch: presence(api.get("/2/tweets", {"ids": ",".join(batch), **fields_asked}))
        )

    def parent(self, account: Account, post: Post, http: Http) -> Parent | None:
        """The post that `post` answers, None where X does not show it."""
        if post.reply_to_id is None:
            return None
        asked = {"ids": post.reply_to_id, "tweet.fields": "author_id,edit_history_tweet_ids,entities,note_tweet"}
        return parse_parent(self._api(http).get("/2/tweets", asked), post.reply_to_id, account.platform_id)

    def renew(self, grant: Grant, http: Http, now: datetime) -> Grant | None:
        """A token of the owner lasts two hours; an app-only one has no end. For apps of the public kind (no secret)."""
        return renewed(grant, http, now, TokenDoor(f"{self.base}/2/oauth2/token"))

    def _api(self, http: Http) -> OwnedApi:
        return OwnedApi(http, self.base, refusal)

    def _user(self, user_id: str, http: Http) -> Json:
        return user_of(self._api(http).get(f"/2/users/{quote(user_id, safe='')}", _USER), user_id)

    def _page(self, user_id: str, token: str, begins: datetime, http: Http) -> Page[Entry]:
        asked: dict[str, str | int] = {
            **EXPANSIONS,
            "max_results": PAGE_SIZE,
            "exclude": "retweets",
            "start_time": begins.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        if token:
            asked["pagination_token"] = token
        return parse_page(self._api(http).get(f"/2/users/{quote(user_id, safe='')}/tweets", asked), user_id)

    def _profile(self, user: Json) -> Profile:
        user_id, name = fields.identifier(user, "id"), fields.text(user, "username")
        return Profile(
            platform=NAME,
            platform_id=user_id,
            handle=name,
            url=f"https://x.com/{name}",
            api_base=f"{self.base}/2/users/{user_id}",
            display_name=fields.text(user, "name"),
            bio=bio_of(user),
            reads=READS,
        )


def _name_in(url: str) -> str:
    """The user name in an address on X, "" when there is none."""
    if not fields.is_web_address(url.strip()):
        return ""
    parts = urlsplit(url.strip())
    found = _PATH.fullmatch(parts.path)
    known = parts.hostname in _HOSTS and found is not None and found[1].lower() not in _NO_NAMES
    return found[1] if known and found else ""


PLATFORM = X()
