"""Instagram's professional accounts (business and creator), by Instagram Login and the owner's token.

Built from documentation, not run against the live service.

Read are the account's own posts and reels and its own comments under them. A professional account is public by
Instagram's rules; one that turns out to be personal is refused, for its posts need not be. Stories and advertisements
are left out. There is no time of an edit: a changed caption shows by its hash. Addresses of media are signed and change
all the time: they are used in memory at most.

Sources: https://developers.facebook.com/documentation/instagram-platform/reference/instagram-media,
.../docs/instagram-platform/instagram-api-with-instagram-login/get-started and .../reference/instagram-comment
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from collectors import fields, instagram_media
from collectors.base import Consent, Limits, Owned, ProofText
from collectors.graph_api import GRAPH_VERSION, META_TERMS, Edge, Graph, PermissionLacking, path_of, reaches
from collectors.presence import ask_each
from domain.accounts import Profile, Proof
from domain.errors import AccountGone, CollectError, TokenRefused, WrongContent
from domain.posts import Presence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from collectors.base import Grant, Http, PostRef, Terms
    from collectors.fields import Json
    from domain.accounts import Account
    from domain.posts import Fetched, Parent, Post

NAME = "instagram"
READS = (
    "The captions and picture descriptions of your posts and reels, your own comments under them, and your biography; "
    "not stories, direct messages, other people's comments or your comments under other people's posts."
)
PAGE_SIZE = 50
RECENT_PAGES = 3
"""Read on every pass however old, for own comments under older posts."""

_PROFESSIONAL = frozenset({"BUSINESS", "MEDIA_CREATOR", "CREATOR"})
_ME = ("user_id", "username", "name", "account_type")
_URL = re.compile(r"https?://(?:www\.)?instagram\.com/(?P<user>[A-Za-z0-9._]{1,30})/?(?:[?#].*)?", re.IGNORECASE)
_PAGES = frozenset({"p", "reel", "reels", "explore", "accounts", "stories", "tv", "direct", "about", "legal", "web"})

CONSENT = Consent(
    hosts=frozenset({"graph.instagram.com"}),
    needed=frozenset({"instagram_business_basic"}),
    allowed=frozenset({"instagram_business_basic", "instagram_business_manage_comments"}),
    documentation="https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login",
    how=(
        "The owner of a business or creator account grants your Meta app instagram_business_basic (and "
        "instagram_business_manage_comments, if own comments are to be read), and you exchange the code for a "
        "long-lived token."
    ),
)


@dataclass(frozen=True, slots=True)
class Instagram:
    """The platform; see the module's docstring. `base` is where its interface is, other than that only in tests."""

    name: str = NAME
    terms: Terms = field(default=META_TERMS)
    consent: Consent | None = field(default=CONSENT)
    limits: Limits = field(default=Limits())
    base: str = "https://graph.instagram.com"

    @property
    def graph(self) -> Graph:
        """Its interface."""
        return Graph(self.base, GRAPH_VERSION)

    def recognises(self, url: str) -> bool:
        """Whether the URL has the form https://www.instagram.com/name."""
        return bool(user_in(url))

    def resolve(self, url: str, http: Http) -> Profile:
        """The profile behind an address, if it is the token's owner.

        Raises WrongContent for another owner's, TokenRefused for a personal account.
        """
        me = self._me(http)
        if user_in(url).casefold() != fields.text(me, "username").casefold():
            raise WrongContent("the token is another profile's")
        return self._profile(me)

    def owned(self, grant: Grant, http: Http, now: datetime) -> Owned:  # noqa: ARG002 - the protocol's
        """Whose the token is. Instagram tells neither its permissions nor its end."""
        return Owned(self._profile(self._me(http)))

    def renew(self, grant: Grant, http: Http, now: datetime) -> Grant | None:
        """A token for sixty more days, once the old one is a day old and ends within two weeks."""
        return self.graph.renewed("ig_refresh_token", grant, http, now)

    def proof_texts(self, profile: Profile, http: Http) -> Sequence[ProofText]:
        """The biography, where the interface shows it."""
        bio = fields.text(self._of(profile.platform_id, http), "biography")
        return [ProofText(Proof.BIO, profile.url, bio)] if bio else []

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched:  # noqa: ARG002 - the protocol's
        """Read everything since the permission began, and older posts on the first pages for new own comments."""
        me = self._of(account.platform_id, http)
        starts_at = account.authorisation.starts_at
        try:
            edge = self._media((*instagram_media.MEDIA, instagram_media.COMMENTS), http, starts_at)
            comments = True
        except PermissionLacking:
            edge, comments = self._media(instagram_media.MEDIA, http, starts_at), False
        return instagram_media.to_fetched(edge, me, starts_at, comments=comments)

    def confirm(self, account: Account, post: Sequence[PostRef], http: Http) -> Mapping[str, Presence]:
        """Ask for each post by id, once the account itself has answered. What Instagram does not know is ABSENT."""
        ids = [ref.post_id for ref in post]
        try:
            self._of(account.platform_id, http)
        except CollectError:  # an account that does not answer proves nothing about its posts
            return dict.fromkeys(ids, Presence.UNKNOWN)
        return ask_each(ids, lambda post_id: self.graph.presence(post_id, http))

    def parent(self, account: Account, post: Post, http: Http) -> Parent | None:
        """What an own comment stands under: the owner's post, or somebody's comment."""
        if post.reply_to_id is None:
            return None
        under_post = post.replies_to_self is True
        names = instagram_media.PARENT_POST if under_post else instagram_media.PARENT_COMMENT
        try:
            answered = self.graph.node(path_of(post.reply_to_id), names, http)
            me = answered if under_post else self._of(account.platform_id, http)
        except AccountGone:
            return None
        return instagram_media.parent_of(answered, me, own_post=under_post)

    def _media(self, names: Sequence[str], http: Http, starts_at: datetime) -> Edge:
        def enough(page: Sequence[Json], number: int) -> bool:
            return number >= RECENT_PAGES and reaches(page, "timestamp", starts_at)

        return self.graph.edge("me/media", names, http, self.limits, PAGE_SIZE, enough)

    def _me(self, http: Http) -> Json:
        """The token's owner. The biography is asked for and done without, since not every token may see it."""
        try:
            me = self.graph.node("me", (*_ME, "biography"), http)
        except (WrongContent, PermissionLacking):
            me = self.graph.node("me", _ME, http)
        if fields.text(me, "account_type").upper() not in _PROFESSIONAL:
            raise TokenRefused("the account is a personal one, whose posts need not be public")
        if not fields.identifier(me, "user_id") or not fields.text(me, "username"):
            raise TokenRefused("the interface does not say whose the token is")
        return me

    def _of(self, platform_id: str, http: Http) -> Json:
        me = self._me(http)
        if fields.identifier(me, "user_id") != platform_id:
            raise TokenRefused("it is another profile's")
        return me

    def _profile(self, me: Json) -> Profile:
        user = fields.text(me, "username")
        return Profile(
            platform=NAME,
            platform_id=fields.identifier(me, "user_id"),
            handle=user,
            url=f"https://www.instagram.com/{path_of(user)}/",
            api_base=self.graph.address(path_of(fields.identifier(me, "user_id"))),
            display_name=fields.text(me, "name"),
            bio=fields.text(me, "biography").strip(),
            reads=READS,
        )


def user_in(url: str) -> str:
    """The user name in a profile's address, "" when it is none."""
    found = _URL.fullmatch(url.strip())
    return found["user"] if found and found["user"].casefold() not in _PAGES else ""


PLATFORM = Instagram()
