"""Threads, by its own interface and the owner's token. Meta allows these posts to be shown to their author alone.

Built from documentation, not run against the live service.

A token shows posts of a private profile just like those of a public one, and no post says which it is. So every reading
first looks the profile up as Threads shows it to strangers (`/profile_lookup`, permission threads_profile_discovery),
which knows public profiles only; without an answer nothing is read. By its documentation that leaves out profiles with
few followers, too, and an app without advanced access.

Sources: https://developers.facebook.com/documentation/threads/retrieve-posts, .../threads-profiles,
.../reply-management, .../reference/debug and .../docs/threads/get-started/long-lived-tokens/
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from collectors import fields, threads_posts
from collectors.base import Consent, Limits, Owned, ProofText
from collectors.graph_api import META_TERMS, THREADS_VERSION, Edge, Graph, ends_at, path_of, reaches
from collectors.presence import ask_each
from domain.accounts import Profile, Proof
from domain.errors import AccessRefused, AccountGone, AccountPrivate, CollectError, TokenRefused, WrongContent
from domain.posts import Presence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from collectors.base import Grant, Http, PostRef, Terms
    from collectors.fields import Json
    from domain.accounts import Account
    from domain.posts import Fetched, Parent, Post

NAME = "threads"
READS = (
    "Your posts and replies on a public profile, with picture descriptions and poll options, and your biography; not "
    "reposts, direct messages or anything of a private profile. Nobody but you is shown what is found; of a danger to "
    "somebody's life the clinical lead is told, without the words."
)
PAGE_SIZE = 50

_ME = ("id", "username", "name", "threads_biography")
_URL = re.compile(r"https?://(?:www\.)?threads\.(?:com|net)/@(?P<user>[A-Za-z0-9._]{1,30})/?(?:[?#].*)?", re.IGNORECASE)

CONSENT = Consent(
    hosts=frozenset({"graph.threads.net"}),
    needed=frozenset({"threads_basic", "threads_read_replies", "threads_profile_discovery"}),
    allowed=frozenset({"threads_basic", "threads_read_replies", "threads_profile_discovery"}),
    documentation="https://developers.facebook.com/documentation/threads/get-started",
    how=(
        "The owner grants your Meta app threads_basic, threads_read_replies and threads_profile_discovery, and you "
        "exchange the code for a long-lived token."
    ),
)
TERMS = replace(
    META_TERMS,
    source="Threads API overview and Meta Platform Terms: https://developers.facebook.com/documentation/threads/overview",
    author_only=True,
    note=f"Posts may be shown solely to the person who created them. {META_TERMS.note}",
)


@dataclass(frozen=True, slots=True)
class Threads:
    """The platform; see the module's docstring. `base` is where its interface is, other than that only in tests."""

    name: str = NAME
    terms: Terms = field(default=TERMS)
    consent: Consent | None = field(default=CONSENT)
    limits: Limits = field(default=Limits())
    base: str = "https://graph.threads.net"

    @property
    def graph(self) -> Graph:
        """Its interface, whose pages name the next one by its cursor alone."""
        return Graph(self.base, THREADS_VERSION, dated=False, says_next=False)

    def recognises(self, url: str) -> bool:
        """Whether the URL has the form https://www.threads.com/@name, or threads.net as it was before."""
        return bool(user_in(url))

    def resolve(self, url: str, http: Http) -> Profile:
        """The profile behind an address, if it is the token's owner and public.

        Raises WrongContent for another owner's, AccountPrivate where Threads does not show it to strangers.
        """
        me = self._me(http)
        if user_in(url).casefold() != fields.text(me, "username").casefold():
            raise WrongContent("the token is another profile's")
        self._must_be_public(me, http)
        return self._profile(me)

    def owned(self, grant: Grant, http: Http, now: datetime) -> Owned:  # noqa: ARG002 - the protocol's
        """Whose the token is, what it may and until when, by Meta's own inspection of it."""
        told = self.graph.inspected(grant, http)
        return Owned(self._profile(self._me(http)), frozenset(fields.strings(told, "scopes")), ends_at(told))

    def renew(self, grant: Grant, http: Http, now: datetime) -> Grant | None:
        """A token for sixty more days, once the old one is a day old and ends within two weeks."""
        return self.graph.renewed("th_refresh_token", grant, http, now)

    def proof_texts(self, profile: Profile, http: Http) -> Sequence[ProofText]:
        """The biography."""
        bio = fields.text(self._of(profile.platform_id, http), "threads_biography").strip()
        return [ProofText(Proof.BIO, profile.url, bio)] if bio else []

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched:  # noqa: ARG002 - the protocol's
        """Read all posts and replies since the permission began."""
        me = self._of(account.platform_id, http)
        self._must_be_public(me, http)
        starts_at = account.authorisation.starts_at
        posts = self._listed("me/threads", threads_posts.POST, http, starts_at)
        replies = self._listed("me/replies", threads_posts.REPLY, http, starts_at)
        return threads_posts.to_fetched(posts, replies, me, starts_at)

    def confirm(self, account: Account, post: Sequence[PostRef], http: Http) -> Mapping[str, Presence]:
        """Ask for each post by id, once the account itself has answered. What Threads does not know is ABSENT."""
        ids = [ref.post_id for ref in post]
        try:
            self._must_be_public(self._of(account.platform_id, http), http)
        except CollectError:  # an account that does not answer proves nothing about its posts
            return dict.fromkeys(ids, Presence.UNKNOWN)
        return ask_each(ids, lambda post_id: self.graph.presence(post_id, http))

    def parent(self, account: Account, post: Post, http: Http) -> Parent | None:
        """The post that a reply answers, where Threads shows it to this token."""
        if post.reply_to_id is None:
            return None
        try:
            answered = self.graph.node(path_of(post.reply_to_id), threads_posts.PARENT, http)
        except (AccountGone, AccessRefused, WrongContent):
            return None
        return threads_posts.parent_of(answered, account.handle)

    def _listed(self, path: str, names: Sequence[str], http: Http, starts_at: datetime) -> Edge:
        def enough(page: Sequence[Json], _: int) -> bool:
            return reaches(page, "timestamp", starts_at)

        return self.graph.edge(path, names, http, self.limits, PAGE_SIZE, enough)

    def _must_be_public(self, me: Json, http: Http) -> None:
        name = fields.text(me, "username")
        try:
            shown, _ = self.graph.ask("profile_lookup", {"username": name, "fields": "username"}, http)
        except (AccountGone, WrongContent) as error:
            raise AccountPrivate("Threads does not show the profile to strangers") from error
        if fields.text(shown, "username").casefold() != name.casefold():
            raise AccountPrivate("Threads does not show the profile to strangers")

    def _me(self, http: Http) -> Json:
        me = self.graph.node("me", _ME, http)
        if not fields.identifier(me, "id") or not fields.text(me, "username"):
            raise TokenRefused("the interface does not say whose the token is")
        return me

    def _of(self, platform_id: str, http: Http) -> Json:
        me = self._me(http)
        if fields.identifier(me, "id") != platform_id:
            raise TokenRefused("it is another profile's")
        return me

    def _profile(self, me: Json) -> Profile:
        user = fields.text(me, "username")
        return Profile(
            platform=NAME,
            platform_id=fields.identifier(me, "id"),
            handle=user,
            url=f"https://www.threads.com/@{path_of(user)}",
            api_base=self.graph.address(path_of(fields.identifier(me, "id"))),
            display_name=fields.text(me, "name"),
            bio=fields.text(me, "threads_biography").strip(),
            reads=READS,
        )


def user_in(url: str) -> str:
    """The user name in a profile's address, "" when it is none."""
    found = _URL.fullmatch(url.strip())
    return found["user"] if found else ""


PLATFORM = Threads()
