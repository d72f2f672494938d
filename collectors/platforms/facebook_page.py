"""Facebook Pages, by the Graph API and a token of the page itself.

Built from documentation, not run against the live service.

Read are the page's own published posts that everybody may see and the page's own comments under them. Names of people
are not even asked for. There is no time of an edit (`updated_time` moves with every comment): a changed message shows
by its hash. The interface lists about 600 posts of a year, so that a very busy page is not read whole.

Sources: https://developers.facebook.com/docs/graph-api/reference/page/published_posts/, .../reference/post/ (fields
is_published, privacy), .../reference/comment/ and .../reference/debug_token
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from collectors import facebook_posts, fields
from collectors.base import Consent, Limits, Owned, ProofText
from collectors.graph_api import GRAPH_VERSION, META_TERMS, Edge, Graph, PermissionLacking, ends_at, path_of, reaches
from collectors.presence import ask_each
from domain.accounts import Profile, Proof
from domain.errors import AccountGone, AccountPrivate, CollectError, TokenRefused, WrongContent
from domain.posts import Presence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from collectors.base import Grant, Http, PostRef, Terms
    from collectors.fields import Json
    from domain.accounts import Account
    from domain.posts import Fetched, Parent, Post

NAME = "facebook_page"
READS = (
    "The page's published posts that everybody may see, the page's own comments under them, and its short description; "
    "not messages, drafts, posts for chosen people, other people's comments or anything of your personal profile."
)
PAGE_SIZE = 50
RECENT_PAGES = 2
"""Read on every pass however old, for own comments under older posts."""

_ME = ("id", "name", "username", "link", "about", "is_published")
_URL = re.compile(
    r"https?://(?:www\.|m\.|web\.)?facebook\.com/"
    r"(?:profile\.php\?id=(?P<id>\d+)|(?:pages/[^/?#]+/|p/[^/?#]+-)(?P<old>\d+)|(?P<user>[A-Za-z0-9.\-]{2,80}))"
    r"/?(?:[?&#].*)?",
    re.IGNORECASE,
)
_PLACES = frozenset(
    {"pages", "groups", "events", "watch", "marketplace", "login", "people", "photo", "profile.php", "p"}
)
_PAGE = "PAGE"

CONSENT = Consent(
    hosts=frozenset({"graph.facebook.com"}),
    needed=frozenset({"pages_read_engagement"}),
    allowed=frozenset({"pages_read_engagement", "pages_read_user_content", "pages_show_list", "public_profile"}),
    documentation="https://developers.facebook.com/docs/pages-api/overview",
    how=(
        "An administrator of the page grants your Meta app pages_show_list and pages_read_engagement (and "
        "pages_read_user_content, if the page's own comments are to be read), and you take the page's own token from "
        "/me/accounts with a long-lived user token."
    ),
)


@dataclass(frozen=True, slots=True)
class FacebookPage:
    """The platform; see the module's docstring. `base` is where its interface is, other than that only in tests."""

    name: str = NAME
    terms: Terms = field(default=META_TERMS)
    consent: Consent | None = field(default=CONSENT)
    limits: Limits = field(default=Limits())
    base: str = "https://graph.facebook.com"

    @property
    def graph(self) -> Graph:
        """Its interface."""
        return Graph(self.base, GRAPH_VERSION)

    def recognises(self, url: str) -> bool:
        """Whether the URL has a form that pages have; people's profiles look the same, and are not read."""
        return bool(name_in(url))

    def resolve(self, url: str, http: Http) -> Profile:
        """The page behind an address, if the token is its own.

        Raises WrongContent for another page's, TokenRefused for a person's, AccountPrivate for an unpublished page.
        """
        me = self._me(http)
        known = {fields.identifier(me, "id"), fields.text(me, "username").casefold()}
        known.add(name_in(fields.text(me, "link")))
        if name_in(url) not in known - {""}:
            raise WrongContent("the token is another page's")
        return self._profile(me)

    def owned(self, grant: Grant, http: Http, now: datetime) -> Owned:  # noqa: ARG002 - the protocol's
        """Whose the token is, what it may and until when, by Meta's own inspection of it.

        Raises TokenRefused for a token that is not a page's own: a person's shows what is theirs alone.
        """
        told = self.graph.inspected(grant, http)
        if fields.text(told, "type") != _PAGE:
            raise TokenRefused("it is a person's token, not the page's own")
        return Owned(self._profile(self._me(http)), frozenset(fields.strings(told, "scopes")), ends_at(told))

    def proof_texts(self, profile: Profile, http: Http) -> Sequence[ProofText]:
        """The page's short description."""
        about = fields.text(self._of(profile.platform_id, http), "about").strip()
        return [ProofText(Proof.BIO, profile.url, about)] if about else []

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched:  # noqa: ARG002 - the protocol's
        """Read everything since the permission began, and older posts on the first pages for new own comments."""
        me = self._of(account.platform_id, http)
        starts_at = account.authorisation.starts_at
        try:
            edge = self._posts(account, (*facebook_posts.POST, facebook_posts.COMMENTS), http)
            comments = True
        except PermissionLacking:
            edge, comments = self._posts(account, facebook_posts.POST, http), False
        return facebook_posts.to_fetched(edge, me, starts_at, comments=comments)

    def confirm(self, account: Account, post: Sequence[PostRef], http: Http) -> Mapping[str, Presence]:
        """Ask for each post by id, once the page itself has answered.

        ABSENT is what Facebook does not know, and what is no longer for everybody: the page's token sees that still.
        """
        ids = [ref.post_id for ref in post]
        try:
            self._of(account.platform_id, http)
        except CollectError:  # an account that does not answer proves nothing about its posts
            return dict.fromkeys(ids, Presence.UNKNOWN)
        return ask_each(ids, lambda post_id: self._presence(post_id, account.platform_id, http))

    def parent(self, account: Account, post: Post, http: Http) -> Parent | None:
        """The post or comment that an own comment stands under."""
        if post.reply_to_id is None:
            return None
        try:
            answered = self.graph.node(path_of(post.reply_to_id), facebook_posts.PARENT, http)
        except AccountGone:
            return None
        return facebook_posts.parent_of(answered, account.platform_id)

    def _presence(self, post_id: str, page_id: str, http: Http) -> Presence:
        names = facebook_posts.audience_of(post_id, page_id)
        try:
            return facebook_posts.presence(self.graph.node(path_of(post_id), names, http), post_id, names)
        except AccountGone:
            return Presence.ABSENT

    def _posts(self, account: Account, names: Sequence[str], http: Http) -> Edge:
        starts_at = account.authorisation.starts_at

        def enough(page: Sequence[Json], number: int) -> bool:
            return number >= RECENT_PAGES and reaches(page, "created_time", starts_at)

        path = f"{path_of(account.platform_id)}/published_posts"
        return self.graph.edge(path, names, http, self.limits, PAGE_SIZE, enough)

    def _me(self, http: Http) -> Json:
        """The page whose token it is."""
        try:
            me = self.graph.node("me", _ME, http)
        except WrongContent as error:
            # A person has no such fields: asking for them is an error.
            raise TokenRefused("it is not a page's own") from error
        if not fields.identifier(me, "id"):
            raise TokenRefused("the interface does not say whose the token is")
        if not fields.flag(me, "is_published"):
            raise AccountPrivate("the page is not published")
        return me

    def _of(self, platform_id: str, http: Http) -> Json:
        me = self._me(http)
        if fields.identifier(me, "id") != platform_id:
            raise TokenRefused("it is another page's")
        return me

    def _profile(self, me: Json) -> Profile:
        page_id = fields.identifier(me, "id")
        return Profile(
            platform=NAME,
            platform_id=page_id,
            handle=fields.text(me, "username") or page_id,
            url=fields.address(me, "link") or f"https://www.facebook.com/{path_of(page_id)}",
            api_base=self.graph.address(path_of(page_id)),
            display_name=fields.text(me, "name"),
            bio=fields.text(me, "about").strip(),
            reads=READS,
        )


def name_in(url: str) -> str:
    """The name or id in a page's address, in lower case, "" when it is none."""
    found = _URL.fullmatch(url.strip())
    name = (found["id"] or found["old"] or found["user"] or "").casefold() if found else ""
    return "" if name in _PLACES else name


PLATFORM = FacebookPage()
