"""An ActivityPub actor's outbox, where its server shows it to everybody: snac, Takahe, WordPress with its plugin.

Read unsigned. Servers that demand a signature (GoToSocial, Mastodon with AUTHORIZED_FETCH) answer 401: AccessRefused.
Mastodon's own interface says more (visibility, languages, counts), so that platform is asked first.

The lasting key (`platform_id`) is the actor's id, and so is `api_base`. Nothing is asked of another host than the
actor's: what is given there by its address alone and lives elsewhere is passed over.

Source: https://www.w3.org/TR/activitypub/ and https://www.w3.org/TR/activitystreams-core/ section 5; WebFinger is
RFC 7033.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from collectors import fields
from collectors.activitypub_listing import Outbox, check_outbox, to_fetched
from collectors.activitypub_objects import (
    bio_of,
    check_actor,
    members,
    parse_item,
    parse_parent,
    presence_of,
    profile_of,
    same_host,
    types,
    wanted_address,
)
from collectors.base import Consent, Limits, ProofText, Terms
from collectors.html import to_text
from collectors.mastodon_statuses import Cursor, Listed, far_enough
from collectors.presence import ask_each
from domain.accounts import Profile, Proof
from domain.errors import AccountGone, CollectError, Malformed, TooLarge, WrongContent
from domain.posts import Presence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from collectors.base import Http, PostRef, Response
    from collectors.fields import Json
    from domain.accounts import Account
    from domain.posts import Fetched, Parent, Post

NAME = "activitypub"
READS = (
    "Public and unlisted posts, replies and articles that its server shows to everybody, their content warnings, "
    "picture descriptions and poll options, and the profile text; not boosts, followers-only posts or direct messages."
)
ACCEPT = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
RECENT_PAGES = 3
"""Pages read again on every pass: outboxes are in order of first publication, not of edits."""
MOST_LOOKUPS = 20
"""Items given by their address alone that one pass asks for."""

_NOT_THERE = (404, 410)
_UNSEEN = (401, 403, *_NOT_THERE)
_LONGEST_ID = 1000
_ACCT = re.compile(r"(?:acct:)?@?(?P<user>[A-Za-z0-9_.-]+)@(?P<host>[A-Za-z0-9.-]+(?::\d+)?)")
_USER_PATH = re.compile(r"/(?:@|users/|author/)?(?P<user>[A-Za-z0-9_.-]+)/?")


def acct_in(url: str) -> tuple[str, str]:
    """Site to ask and "user@host" for WebFinger, from an acct: name or a profile's address; two "" without a name."""
    if found := _ACCT.fullmatch(url.strip()):
        return f"https://{found['host']}", f"{found['user']}@{found['host']}"
    if not fields.is_web_address(url.strip()):
        return "", ""
    parts = urlsplit(url.strip())
    named = _USER_PATH.fullmatch(parts.path)
    site = f"{parts.scheme}://{parts.netloc}"
    return (site, f"{named['user']}@{parts.netloc}") if named else ("", "")


def actor_in(document: Json) -> str:
    """The actor's address in a WebFinger answer: the "self" link of an ActivityPub type, "" when there is none."""
    for link in fields.children(document, "links"):
        kind = fields.text(link, "type")
        if fields.text(link, "rel") == "self" and ("activity+json" in kind or "ld+json" in kind):
            return fields.address(link, "href")
    return ""


@dataclass(frozen=True, slots=True)
class ActivityPub:
    """The platform; see the module's docstring."""

    name: str = NAME
    terms: Terms = field(
        default=Terms(
            source="What the server publishes to everybody without a login: https://www.w3.org/TR/activitypub/",
            note="No contract limits what is kept. What the author deletes is erased all the same.",
        )
    )
    limits: Limits = field(default=Limits())
    consent: Consent | None = None

    def recognises(self, url: str) -> bool:  # noqa: ARG002 - the protocol's
        """Never: an actor's address looks like any other."""
        return False

    def resolve(self, url: str, http: Http) -> Profile:
        """The actor behind an address or an acct: name.

        The address is asked itself first, then WebFinger. Raises WrongContent when neither leads to an actor,
        AccessRefused where the server demands a signature, AccountGone and its kinds for one that is not to be read.
        """
        actor = self._found(url, http)
        actor_id = fields.address(actor, "id")
        check_actor(actor, actor_id)
        _outbox_of(actor)
        user = fields.text(actor, "preferredUsername")
        host = acct_in(url)[1].rpartition("@")[2] if _ACCT.fullmatch(url.strip()) else urlsplit(actor_id).netloc
        return Profile(
            platform=NAME,
            platform_id=actor_id,
            handle=f"{user}@{host}" if user else urlsplit(actor_id).netloc,
            url=fields.address(actor, "url") or actor_id,
            api_base=actor_id,
            display_name=to_text(fields.text(actor, "name")),
            bio=bio_of(actor),
            reads=READS,
        )

    def proof_texts(self, profile: Profile, http: Http) -> Sequence[ProofText]:
        """The actor's summary with its table of fields. A file proves nothing: the server is seldom the owner's."""
        bio = bio_of(self._actor(profile.api_base, http))
        return (ProofText(Proof.BIO, profile.url, bio),) if bio else ()

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched:
        """Read the newest items; on the first pass, all since the permission began.

        Raises AccountMoved, AccountSuspended and AccountDeleted as the actor says, AccessRefused where a signature is
        demanded, and Malformed instead of an empty outbox that cannot be true.
        """
        actor = self._actor(account.api_base, http)
        before = Cursor.read(account.cursor)
        outbox = self._read(account, actor, before, http)
        check_outbox(outbox, before)
        profile = profile_of(actor, account.handle)
        return to_fetched(outbox, profile=profile, starts_at=account.authorisation.starts_at, now=now)

    def confirm(self, account: Account, post: Sequence[PostRef], http: Http) -> Mapping[str, Presence]:
        """Ask for each object by its id, once the actor itself has answered.

        404, 410 and a tombstone are ABSENT, and so is an object that is no longer addressed to everybody. An object
        that is remembered by the hash of its id is asked for at its page's address, where that is known.
        """
        ids = [ref.post_id for ref in post]
        try:
            self._actor(account.api_base, http)
        except CollectError:  # an actor that does not answer proves nothing about its posts
            return dict.fromkeys(ids, Presence.UNKNOWN)
        places = {ref.post_id: ref.post_id if fields.is_web_address(ref.post_id) else ref.url for ref in post}
        return ask_each(ids, lambda post_id: _presence(account.api_base, post_id, places[post_id], http))

    def parent(self, account: Account, post: Post, http: Http) -> Parent | None:
        """The object that `post` answers, where the account's own server shows it to all; no other one is asked."""
        if post.reply_to_id is None or not same_host(post.reply_to_id, account.api_base):
            return None
        response = http.get(post.reply_to_id, accept=ACCEPT, expect=_UNSEEN)
        if response.status in _UNSEEN or not same_host(response.url, account.api_base):
            return None
        return parse_parent(fields.decode_object(response), account.api_base)

    def _found(self, url: str, http: Http) -> Json:
        if fields.is_web_address(url.strip()):
            try:
                return self._named_by_itself(http.get(url.strip(), accept=ACCEPT), http)
            except (AccountGone, Malformed, WrongContent):
                return self._by_name(url, http)
        return self._by_name(url, http)

    def _by_name(self, url: str, http: Http) -> Json:
        site, acct = acct_in(url)
        if not site:
            raise WrongContent("no actor at the address, and no user name in it")
        accept = "application/jrd+json, application/json"
        response = http.get(f"{site}/.well-known/webfinger", params={"resource": f"acct:{acct}"}, accept=accept)
        address = actor_in(fields.decode_object(response))
        if not address:
            raise WrongContent("the site names no ActivityPub actor")
        return self._named_by_itself(http.get(address, accept=ACCEPT), http)

    def _named_by_itself(self, response: Response, http: Http) -> Json:
        """The actor as it stands at its own id: what another address says of it counts only where the id agrees."""
        actor = fields.decode_object(response)
        actor_id = fields.address(actor, "id")
        if not actor_id or len(actor_id) > _LONGEST_ID:
            raise WrongContent("no ActivityPub actor")
        return actor if actor_id == response.url else self._actor(actor_id, http)

    def _actor(self, actor_id: str, http: Http) -> Json:
        """The actor as it is now. Raises AccountGone and its kinds, or Malformed when it is not the one enrolled."""
        response = http.get(actor_id, accept=ACCEPT)
        if not same_host(response.url, actor_id):
            raise AccountGone("the server has moved to another address")
        actor = fields.decode_object(response)
        check_actor(actor, actor_id)
        return actor

    def _read(self, account: Account, actor: Json, before: Cursor | None, http: Http) -> Outbox:
        reading = _Reading(account.api_base, http, self.limits.posts)
        starts_at = account.authorisation.starts_at
        page = reading.open(_outbox_of(actor))
        for number in range(1, self.limits.pages + 1):
            listed = reading.take(page)
            following = fields.address(page, "next")
            enough = far_enough(listed, recent=number < RECENT_PAGES, before=before, starts_at=starts_at)
            if not following or enough or following in reading.visited or not same_host(following, account.api_base):
                # An outbox without pages may hold the newest few only, and does not say so.
                ended = not following and reading.paged
                return reading.outbox(complete=ended)
            page = reading.page(following)
        return reading.outbox(complete=False)


def _outbox_of(actor: Json) -> str:
    outbox = fields.address(actor, "outbox")
    if not outbox or not same_host(outbox, fields.text(actor, "id")):
        raise WrongContent("the actor has no outbox on its own server")
    return outbox


def _presence(actor_id: str, post_id: str, place: str, http: Http) -> Presence:
    if not fields.is_web_address(place) or not same_host(place, actor_id):
        return Presence.UNKNOWN
    response = http.get(place, accept=ACCEPT, expect=_UNSEEN)
    if response.status in _NOT_THERE:
        # A Tombstone comes with either of them (ActivityPub section 6.4).
        return Presence.ABSENT
    if response.status in _UNSEEN or not same_host(response.url, actor_id):
        return Presence.UNKNOWN
    return presence_of(fields.decode_object(response), post_id, actor_id)


class _Reading:
    """One pass over an outbox: pages one after another, and items that stand there by their address alone."""

    def __init__(self, actor_id: str, http: Http, most: int) -> None:
        self._actor_id = actor_id
        self._http = http
        self._most = most
        self._lookups = 0
        self._items: list[Listed] = []
        self._unread = 0
        self._not_before: datetime | None = None
        self._counted: int | None = None
        self.visited: set[str] = set()
        self.paged = False

    def open(self, outbox: str) -> Json:
        """The collection itself where it holds its items, else its first page."""
        collection = self._get(outbox)
        if not types(collection) & {"OrderedCollection", "Collection"}:
            raise Malformed("the outbox is no collection")
        self._counted = fields.number(collection, "totalItems")
        first = collection.get("first")
        if "orderedItems" in collection or "items" in collection or first is None:
            return collection
        self.paged = True
        if isinstance(first, dict):
            return first
        address = fields.address(collection, "first")
        if not address or not same_host(address, self._actor_id):
            raise Malformed("the outbox names no first page on its own server")
        return self.page(address)

    def page(self, address: str) -> Json:
        self.visited.add(address)
        return self._get(address)

    def take(self, page: Json) -> list[Listed]:
        """The page's items as posts or reasons."""
        listed = [self._listed(value) for value in members(page.get("orderedItems", page.get("items")))]
        self._items += listed
        if len(self._items) > self._most:
            raise TooLarge(f"more than {self._most} items")
        return listed

    def outbox(self, *, complete: bool) -> Outbox:
        return Outbox(tuple(self._items), complete, self._not_before, self._counted, self._unread)

    def _listed(self, value: object) -> Listed:
        address = wanted_address(value)
        if not address:
            return parse_item(value, self._actor_id)
        found = self._looked_up(address)
        if found is None:
            self._unread += 1
            return Listed("", "", None, skipped="not-read")
        return parse_item(found, self._actor_id)

    def _looked_up(self, address: str) -> Json | None:
        """The object or activity at its own address; None where it is not to be had or not to be asked for."""
        if not same_host(address, self._actor_id) or self._lookups >= MOST_LOOKUPS:
            return None
        self._lookups += 1
        response = self._http.get(address, accept=ACCEPT, expect=_UNSEEN)
        if response.status in _UNSEEN or not same_host(response.url, self._actor_id):
            return None
        return fields.decode_object(response)

    def _get(self, address: str) -> Json:
        response = self._http.get(address, accept=ACCEPT)
        if not same_host(response.url, self._actor_id):
            raise WrongContent("the outbox led to another server")
        if response.not_before is not None:
            self._not_before = max(response.not_before, self._not_before or response.not_before)
        return fields.decode_object(response)


PLATFORM = ActivityPub()
