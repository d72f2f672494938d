"""Bluesky, and every other server of the AT Protocol: the account's own server is asked, without a login.

It holds what the account itself wrote and nothing of anybody else: posts and replies are one collection there, and
reposts and likes are others, which are not read. The lasting key (`platform_id`) is the DID; handle and server may both
change without anybody's fault. `api_base` is the server at enrolment; the cursor remembers the present one.

Source: https://docs.bsky.app and https://atproto.com/specs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote

from collectors import bluesky_repo as repo
from collectors import fields
from collectors.base import Limits, ProofText, Terms
from collectors.bluesky_identity import Directory, is_did, is_handle, web_host
from collectors.bluesky_records import (
    MEMBERS_ONLY,
    Cursor,
    Home,
    Listing,
    author_in,
    check_visible,
    covers_since,
    key_in,
    labels,
    parse_parent,
    parse_record,
    parse_view,
    presence_of,
    profile_seen,
    to_fetched,
    view_labels,
    with_feed,
    with_page,
)
from collectors.presence import ask_each
from collectors.proof import well_known
from domain.accounts import Profile, Proof
from domain.errors import (
    AccessRefused,
    AccountDeactivated,
    AccountGone,
    AccountSuspended,
    CollectError,
    Malformed,
    ServerFault,
    TimedOut,
    Unreachable,
    WrongContent,
)
from domain.posts import NotModified, Presence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from collectors.base import Consent, Http, PostRef
    from domain.accounts import Account
    from domain.posts import Fetched, Parent, Post

NAME = "bluesky"
READS = (
    "Posts and replies with their content warnings, links and picture descriptions, and the profile text; not reposts, "
    "likes, direct messages, or the words of posts that are quoted or answered."
)
APPVIEW = "https://public.api.bsky.app"
LOOK_UP_EVERY = timedelta(hours=24)
"""How long an identity document is believed (https://atproto.com/specs/handle)."""
LIST_EVERY = timedelta(days=7)
"""The posts are listed again after this, changed or not: a post that a moderator took down changes no revision."""

_SILENT = (Unreachable, TimedOut, ServerFault)
_SITE = "https://bsky.app/profile/"
_ADDRESS = re.compile(r"https?://(?:www\.)?bsky\.app/profile/(?P<name>[^/?#]+)(?:[/?#].*)?", re.IGNORECASE)
_AT = re.compile(r"at://(?P<name>[^/?#]+)(?:[/?#].*)?", re.IGNORECASE)
_SHARED = ".bsky.social"
_APPVIEW_STATES: Mapping[str, type[CollectError]] = {
    "AccountTakedown": AccountSuspended,
    "AccountDeactivated": AccountDeactivated,
}


def name_in(url: str) -> str:
    """The handle or DID in an address, "" when it is in none of the forms that are Bluesky's alone.

    They are https://bsky.app/profile/NAME, at://NAME, @NAME, a DID, and NAME.bsky.social with or without https.
    """
    given = url.strip()
    if found := _ADDRESS.fullmatch(given) or _AT.fullmatch(given):
        name = unquote(found["name"])
    elif given.startswith(("@", "did:")):
        name = given.removeprefix("@")
    else:
        name = given.removeprefix("https://").removesuffix("/")
        if not name.lower().endswith(_SHARED):
            return ""
    name = name if name.startswith("did:plc:") else name.lower()
    return name if is_did(name) or is_handle(name) else ""


@dataclass(frozen=True, slots=True)
class Settled:
    """Where the account was found, its newest revision, and why its server said nothing, if so.

    `known` is as the pass began or as a document says that was read since (`fresh`).
    """

    known: Cursor
    fresh: bool
    handle: str
    """What the profile shows as its handle; "" while that does not lead back to the account."""
    rev: str = ""
    silence: CollectError | None = None


@dataclass(frozen=True, slots=True)
class Bluesky:
    """The platform; see the module's docstring. `appview` is asked when the account's own server does not answer."""

    name: str = NAME
    terms: Terms = field(
        default=Terms(
            source="The account's public repository, read without a login: https://docs.bsky.app/docs/advanced-guides/",
            note="No contract limits what is kept. What the author deletes is erased all the same.",
        )
    )
    limits: Limits = field(default=Limits())
    consent: Consent | None = None
    directory: Directory = field(default=Directory())
    appview: str = APPVIEW

    def recognises(self, url: str) -> bool:
        """Whether the URL has one of the forms in `name_in`."""
        return name_in(url) != ""

    def resolve(self, url: str, http: Http) -> Profile:
        """The account behind a handle or DID. A handle counts only if the account names it back.

        Raises WrongContent when the address names no account or the account does not name the handle,
        AccountPrivate when its owner asks to show it to members only, and the error that names its state when it
        is not active.
        """
        name = name_in(url)
        if not name:
            raise WrongContent("no handle in the address")
        identity = self.directory.document(name if is_did(name) else self.directory.did_of(name, http), http)
        if not is_did(name) and identity.handle != name:
            raise WrongContent("the account does not name this handle as its own")
        handle = name if identity.handle == name else self.directory.handle_of(identity, http)
        repo.check_active(identity.did, identity.pds, http)
        record = repo.profile_record(identity.did, identity.pds, http)
        check_visible(labels(record))
        seen = profile_seen(record, handle or identity.did)
        return Profile(
            platform=NAME,
            platform_id=identity.did,
            handle=seen.handle,
            url=f"{_SITE}{identity.did}",
            api_base=identity.pds,
            display_name=seen.display_name,
            bio=seen.bio,
            reads=READS,
        )

    def proof_texts(self, profile: Profile, http: Http) -> Sequence[ProofText]:
        """The bio, and for a did:web the file on its host, whose controller is the account's by definition.

        The host of a handle proves nothing: many people's handles end in a name that somebody else owns.
        """
        record = repo.profile_record(profile.platform_id, profile.api_base, http)
        check_visible(labels(record))
        found = [ProofText(Proof.BIO, profile.url, profile_seen(record, "").bio)]
        if host := web_host(profile.platform_id):
            found += well_known(f"https://{host}/", http)
        return [place for place in found if place.text]

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched | NotModified:
        """Read the posts since the permission began, unless the repository has not changed since the last reading.

        The dates are what the author's client claims. While the account's own server does not answer, an AppView's
        copy is read instead, from which nothing is concluded about what is absent. Raises the error that names the
        state of an account that is not active, and AccountPrivate when its owner asks to show it to members only.
        """
        before = Cursor.read(account.cursor)
        settled = self._settle(account, before, http, now)
        if settled.silence is not None:
            return self._second_hand(account, settled, http, settled.silence)
        if not settled.rev:
            repo.check_active(account.platform_id, settled.known.pds, http)
            raise WrongContent("the server does not show the newest commit of an active account")
        known = replace(settled.known, rev=settled.rev, seen_at=now)
        listed_at = before.whole_at
        same = (known.rev, known.pds, known.handle) == (before.rev, before.pds, before.handle)
        if same and listed_at is not None and now - listed_at < LIST_EVERY:
            return NotModified(cursor=known.write())
        return self._read(account, replace(settled, known=replace(known, whole_at=now)), http)

    def confirm(self, account: Account, post: Sequence[PostRef], http: Http) -> Mapping[str, Presence]:
        """Ask for each record by key, once the server has said that the account is active.

        Only "RecordNotFound" is ABSENT, and a record that is for members only.
        """
        ids = [ref.post_id for ref in post]
        try:
            home = Home(account.platform_id, self._active_server(account, http))
        except CollectError:  # an account that is not shown proves nothing about its posts
            return dict.fromkeys(ids, Presence.UNKNOWN)
        return ask_each(ids, lambda rkey: _presence(home, rkey, http))

    def parent(self, account: Account, post: Post, http: Http) -> Parent | None:
        """The post that `post` answers: an own one from the account's server, another's from the AppView."""
        uri = post.reply_to_id or ""
        did = account.platform_id
        if rkey := key_in(uri, did):
            pds = Cursor.read(account.cursor).pds or account.api_base
            answer = repo.record(did, pds, http, collection=repo.POSTS, rkey=rkey)
            return parse_parent(fields.child(answer.value, "value"), own=True)
        if not author_in(uri):
            return None
        answer = repo.ask(http, self.appview, "app.bsky.feed.getPosts", {"uris": uri})
        view = next((view for view in fields.children(answer.value, "posts") if fields.text(view, "uri") == uri), {})
        hidden = MEMBERS_ONLY in view_labels(fields.child(view, "author"))
        return None if hidden else parse_parent(fields.child(view, "record"), own=False)

    def _settle(self, account: Account, before: Cursor, http: Http, now: datetime) -> Settled:
        """Ask for the newest revision where the account was last; elsewhere, if it is not there and has moved."""
        known = replace(before, pds=before.pds or account.api_base, handle=before.handle or account.handle)
        settled = Settled(known, fresh=False, handle=known.handle)
        if before.document_at is None or now - before.document_at >= LOOK_UP_EVERY:
            settled = self._look_up_if_possible(account, settled, http, now)
        found = _probe(account, settled, http)
        if found.rev or settled.fresh:
            return found
        moved = self._look_up_if_possible(account, found, http, now)
        if moved.fresh and moved.known.pds != found.known.pds:
            return _probe(account, moved, http)
        if not moved.fresh and found.silence is None:
            raise Unreachable("whether the account has moved to another server could not be asked")
        return moved

    def _look_up_if_possible(self, account: Account, settled: Settled, http: Http, now: datetime) -> Settled:
        """The same as its identity document says now, or as it was when that cannot be read."""
        try:
            identity = self.directory.document(account.platform_id, http)
        except AccountGone:
            raise
        except CollectError:  # the server that is known may answer all the same
            return settled
        known = replace(settled.known, pds=identity.pds, document_at=now)
        if identity.handle == known.handle:
            return replace(settled, known=known, fresh=True, handle=known.handle)
        handle = self.directory.handle_of(identity, http)
        return replace(settled, known=replace(known, handle=handle or known.handle), fresh=True, handle=handle)

    def _read(self, account: Account, settled: Settled, http: Http) -> Fetched:
        home = Home(account.platform_id, settled.known.pds)
        record = repo.profile_record(home.did, home.pds, http)
        check_visible(labels(record))
        listing = self._list(home, account.authorisation.starts_at, http)
        return to_fetched(
            listing,
            since=covers_since(listing, account.authorisation.starts_at),
            profile=profile_seen(record, settled.handle),
            cursor=settled.known,
        )

    def _list(self, home: Home, starts_at: datetime, http: Http) -> Listing:
        listing = Listing()
        for page in islice(repo.pages(home.did, home.pds, http), self.limits.pages):
            items = [parse_record(entry, home) for entry in page.entries]
            listing = with_page(listing, items, starts_at, page.not_before)
            if listing.over or len(listing.items) >= self.limits.posts:
                break
        return listing

    def _second_hand(self, account: Account, settled: Settled, http: Http, silence: CollectError) -> Fetched:
        """What the AppView shows. Posts that may be known already are only listed: its copies may be older."""
        try:
            profile = repo.ask(http, self.appview, "app.bsky.actor.getProfile", {"actor": account.platform_id})
            if profile.error:
                raise _APPVIEW_STATES.get(profile.error, type(silence))(silence.detail)
            check_visible(view_labels(profile.value))
            listing = self._feed(account, http)
        except (*_SILENT, Malformed, WrongContent):  # nothing is known but that the account's server is silent
            raise silence from None
        return to_fetched(
            listing,
            since=None,
            profile=profile_seen(profile.value, settled.handle),
            cursor=settled.known,
            newer_than=settled.known.seen_at,
        )

    def _feed(self, account: Account, http: Http) -> Listing:
        listing, did = Listing(), account.platform_id
        for page in islice(repo.feed(did, self.appview, http), self.limits.pages):
            items = [parse_view(entry, did) for entry in page.entries]
            listing = with_feed(listing, items, account.authorisation.starts_at)
            if listing.over:
                break
        return listing

    def _active_server(self, account: Account, http: Http) -> str:
        """The server that holds the account and says that it is active. Raises CollectError."""
        did, pds = account.platform_id, Cursor.read(account.cursor).pds or account.api_base
        try:
            repo.check_active(did, pds, http)
        except CollectError:
            moved = self.directory.document(did, http).pds
            if moved == pds:
                raise
            repo.check_active(did, moved, http)
            return moved
        return pds


def _probe(account: Account, settled: Settled, http: Http) -> Settled:
    """The same with the newest revision, or with why the server gave no answer; with neither if it refused."""
    try:
        return replace(settled, rev=repo.newest_rev(account.platform_id, settled.known.pds, http), silence=None)
    except _SILENT as error:
        return replace(settled, rev="", silence=error)
    except (AccessRefused, AccountGone, Malformed, WrongContent):  # what it means is asked by the account's status
        return replace(settled, rev="", silence=None)


def _presence(home: Home, rkey: str, http: Http) -> Presence:
    answer = repo.record(home.did, home.pds, http, collection=repo.POSTS, rkey=rkey)
    if answer.error:
        return Presence.ABSENT if answer.error == "RecordNotFound" else Presence.UNKNOWN
    return presence_of(answer.value, home, rkey)


PLATFORM = Bluesky()
