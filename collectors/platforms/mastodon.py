"""Mastodon's REST API, as Mastodon, snac, Pleroma, Akkoma, Takahe and WordPress with "Enable Mastodon Apps" speak it.

Read anonymously and from the account's home server only: a token would also show followers-only and direct posts,
and other servers hold incomplete copies. GoToSocial and Pixelfed want a login: AccessRefused says so.

The lasting key (`platform_id`) is "ID@API host". The actor's URI is no better: it usually holds the user name, and
Mastodon has changed its form for accounts that stayed the same. `api_base` is the account's own API address,
"https://host/api/v1/accounts/ID".

Source: https://docs.joinmastodon.org/methods/accounts/ and .../methods/statuses/; WebFinger is RFC 7033.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from collectors import fields
from collectors.base import Consent, Limits, ProofText, Terms
from collectors.mastodon_statuses import (
    Cursor,
    Listed,
    Listing,
    api_id,
    bio_of,
    check_account,
    check_listing,
    far_enough,
    field_row,
    parse_parent,
    parse_status,
    presence_of,
    to_fetched,
)
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

NAME = "mastodon"
READS = (
    "Public and unlisted posts and replies, their content warnings, picture descriptions and poll options, and the "
    "profile text; not boosts, followers-only posts or direct messages."
)
PAGE_SIZE = 40
RECENT_PAGES = 3
"""Pages read again on every pass: servers cannot list by the time of an edit."""

_JSON = "application/json"
_NOT_THERE = (404, 410)
_UNSEEN = (401, 403, *_NOT_THERE)
_ELSEWHERE = (
    "flickr.com",
    "medium.com",
    "substack.com",
    "threads.com",
    "threads.net",
    "tiktok.com",
    "tumblr.com",
    "youtube.com",
)
"""Sites whose profile addresses look like https://host/@name and which are something else."""
_USER = r"(?P<user>[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)"
_HOST = r"(?P<host>[A-Za-z0-9.-]+(?::\d+)?)"
_ACCT = re.compile(rf"(?:acct:)?@?{_USER}@{_HOST}")
_PATH = re.compile(rf"/(?:web/)?(?:@|users/){_USER}(?:@{_HOST})?(?:/.*)?")
_BARE_PATH = re.compile(rf"/{_USER}/?")


@dataclass(frozen=True, slots=True)
class Named:
    """A user name found in an address: `site` (scheme and host) is where to ask, `host` what follows the @."""

    site: str
    host: str
    user: str


def name_in(url: str) -> Named | None:
    """The user named by a profile address or an acct: name; None when there is no user name in it."""
    if acct := _ACCT.fullmatch(url.strip()):
        return Named(f"https://{acct['host']}", acct["host"], acct["user"])
    if not fields.is_web_address(url.strip()):
        return None
    parts = urlsplit(url.strip())
    found = _PATH.fullmatch(parts.path) or _BARE_PATH.fullmatch(parts.path)
    if found is None:
        return None
    if host := found.groupdict().get("host"):
        return Named(f"https://{host}", host, found["user"])
    return Named(f"{parts.scheme}://{parts.netloc}", parts.netloc, found["user"])


def webfinger_site(document: Json) -> str:
    """Scheme and host of the server that holds the account, by its "self" link, "" when there is none."""
    for link in fields.children(document, "links"):
        if fields.text(link, "rel") == "self" and (href := fields.address(link, "href")):
            return _site(href)
    return ""


@dataclass(frozen=True, slots=True)
class Mastodon:
    """The platform; see the module's docstring."""

    name: str = NAME
    terms: Terms = field(
        default=Terms(
            source="The server's public interface, read without a login: https://docs.joinmastodon.org/api/guidelines/",
            note="No contract limits what is kept. What the author deletes is erased all the same.",
        )
    )
    limits: Limits = field(default=Limits())
    consent: Consent | None = None

    def recognises(self, url: str) -> bool:
        """Whether the URL is an acct: name or has the form https://host/@name or https://host/users/name."""
        if _ACCT.fullmatch(url.strip()):
            return True
        if not fields.is_web_address(url.strip()):
            return False
        parts = urlsplit(url.strip())
        elsewhere = any(f".{parts.hostname}".endswith(f".{other}") for other in _ELSEWHERE)
        return not elsewhere and _PATH.fullmatch(parts.path) is not None

    def resolve(self, url: str, http: Http) -> Profile:
        """The account behind a profile address, asked at its home server.

        Raises WrongContent when the address holds no user name or the account lives elsewhere, AccountGone for
        unknown, suspended and moved accounts, AccessRefused where the server shows nothing without a login.
        """
        named = name_in(url)
        if named is None:
            raise WrongContent("no user name in the address")
        try:
            site, entity = self._lookup(named.site, named.user, http)
        except (AccountGone, WrongContent, Malformed):
            site, entity = self._lookup(self._home(named, http), named.user, http)
        check_account(entity)
        return _profile(entity, site, named)

    def proof_texts(self, profile: Profile, http: Http) -> Sequence[ProofText]:
        """The bio with its table of fields, and each field whose link the server has verified by rel="me".

        A file on the server would prove nothing: the server is seldom the account owner's.
        """
        entity = self._entity(profile.api_base, http)
        verified = [row for row in fields.children(entity, "fields") if fields.text(row, "verified_at")]
        found = [ProofText(Proof.BIO, profile.url, bio_of(entity))]
        found += [ProofText(Proof.REL_ME, profile.url, field_row(row)) for row in verified]
        return [place for place in found if place.text]

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched:
        """Read the newest statuses; on the first pass, all since the permission began.

        Order, `Link` headers, `since_id` and `min_id` are not relied on: servers differ in all four. `listed_ids`
        leave out statuses that say they are not public. Raises AccountGone for a suspended or moved account, and
        AccountGone or Malformed instead of an empty reading that cannot be true.
        """
        entity = self._entity(account.api_base, http)
        before = Cursor.read(account.cursor)
        listing = self._read(account, before, http)
        check_listing(listing, entity, before)
        starts_at = account.authorisation.starts_at
        return to_fetched(listing, entity=entity, handle=account.handle, starts_at=starts_at, now=now)

    def confirm(self, account: Account, post: Sequence[PostRef], http: Http) -> Mapping[str, Presence]:
        """Ask for each status by id, once the account itself has answered.

        404 and 410 are ABSENT, and so is a status that says it is no longer public. snac shows single statuses to
        members only (401): UNKNOWN.
        """
        ids = [ref.post_id for ref in post]
        try:
            self._entity(account.api_base, http)
        except CollectError:  # an account that does not answer proves nothing about its posts
            return dict.fromkeys(ids, Presence.UNKNOWN)
        return ask_each(ids, lambda post_id: self._presence(account, post_id, http))

    def parent(self, account: Account, post: Post, http: Http) -> Parent | None:
        """The status that `post` answers, None when this server does not show it to everybody."""
        if post.reply_to_id is None:
            return None
        response = self._ask(account, post.reply_to_id, http)
        if response.status in _UNSEEN:
            return None
        return parse_parent(fields.decode_object(response), _account_id(account.api_base))

    def _lookup(self, site: str, user: str, http: Http) -> tuple[str, Json]:
        """The site that answered, and the account."""
        response = http.get(f"{site}/api/v1/accounts/lookup", params={"acct": user}, accept=_JSON)
        return _site(response.url), fields.decode_object(response)

    def _home(self, named: Named, http: Http) -> str:
        resource = {"resource": f"acct:{named.user}@{named.host}"}
        accept = f"application/jrd+json, {_JSON}"
        response = http.get(f"{named.site}/.well-known/webfinger", params=resource, accept=accept)
        home = webfinger_site(fields.decode_object(response))
        if home in ("", named.site):
            raise WrongContent("the site does not speak Mastodon's interface")
        return home

    def _entity(self, api_base: str, http: Http) -> Json:
        """The account as it is now. Raises AccountGone or Malformed when it is not the one that was enrolled."""
        response = http.get(api_base, accept=_JSON)
        if _site(response.url) != _site(api_base):
            raise AccountGone("the server has moved to another address")
        entity = fields.decode_object(response)
        check_account(entity)
        if fields.identifier(entity, "id") != _account_id(api_base):
            raise Malformed("another account came back than the one that was asked for")
        return entity

    def _read(self, account: Account, before: Cursor | None, http: Http) -> Listing:
        items: list[Listed] = []
        seen: set[str] = set()
        starts_at = account.authorisation.starts_at
        number = 1
        while True:
            response = self._page(account, items, http)
            page = [parse_status(value, _account_id(account.api_base)) for value in fields.decode_list(response)]
            fresh = any(item.post_id not in seen for item in page if item.post_id)
            items += page if fresh or number == 1 else []
            seen.update(item.post_id for item in page)
            if len(items) > self.limits.posts:
                raise TooLarge(f"more than {self.limits.posts} posts")
            enough = far_enough(page, recent=number < RECENT_PAGES, before=before, starts_at=starts_at)
            if not fresh or enough or number == self.limits.pages:
                return Listing(tuple(items), complete=not page, not_before=response.not_before)
            number += 1

    def _page(self, account: Account, items: Sequence[Listed], http: Http) -> Response:
        params: dict[str, str | int] = {"limit": PAGE_SIZE, "exclude_reblogs": "true"}
        if items:
            params["max_id"] = next((item.raw_id for item in reversed(items) if item.raw_id), "")
        return http.get(f"{account.api_base}/statuses", params=params, accept=_JSON)

    def _ask(self, account: Account, post_id: str, http: Http) -> Response:
        url = f"{_site(account.api_base)}/api/v1/statuses/{quote(api_id(post_id), safe='')}"
        return http.get(url, accept=_JSON, expect=_UNSEEN)

    def _presence(self, account: Account, post_id: str, http: Http) -> Presence:
        response = self._ask(account, post_id, http)
        if response.status in _UNSEEN:
            return Presence.ABSENT if response.status in _NOT_THERE else Presence.UNKNOWN
        return presence_of(fields.decode_object(response), post_id)


def _profile(entity: Json, site: str, named: Named) -> Profile:
    account_id, api_host = fields.identifier(entity, "id"), urlsplit(site).netloc
    home = fields.text(entity, "acct").partition("@")[2]
    if home not in ("", named.host, api_host):
        raise WrongContent("the account lives on another server; give its address there")
    return Profile(
        platform=NAME,
        platform_id=f"{account_id}@{api_host}",
        handle=f"{fields.text(entity, 'username') or named.user}@{named.host}",
        url=fields.address(entity, "url") or fields.address(entity, "uri") or f"{site}/@{named.user}",
        api_base=f"{site}/api/v1/accounts/{quote(account_id, safe='')}",
        display_name=fields.text(entity, "display_name"),
        bio=bio_of(entity),
        reads=READS,
    )


def _account_id(api_base: str) -> str:
    return unquote(api_base.rpartition("/")[2])


def _site(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


PLATFORM = Mastodon()
