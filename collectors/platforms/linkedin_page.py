"""A practice's LinkedIn page, by the Community Management API. Personal profiles are not read: no interface allows it.

Built from documentation, not run against the live service.

Read are the page's public posts; not what others comment, and not what the page answers them. The token's owner must
be an administrator of the page, and LinkedIn must have admitted the app to the Community Management API. The page
itself, with the description where a proof may stand, is told only to a token with "r_organization_admin".

The lasting key is the organisation's URN. Versions of the interface end after about a year: LinkedIn then answers 426,
and VERSION has to be raised.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api (version 202606).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from collectors import fields
from collectors.base import Consent, Limits, ProofText, Terms
from collectors.linkedin_posts import (
    ORGANIZATION,
    organization_of,
    parse_page,
    presence,
    profile_of,
    refusal,
)
from collectors.owned_api import OwnedApi, TokenDoor, renewed
from collectors.owned_listing import covers_since, older_than, to_fetched, walk
from collectors.presence import ask_each
from domain.accounts import Profile, Proof
from domain.errors import CollectError, WrongContent
from domain.posts import Presence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from collectors.base import Grant, Http, PostRef
    from collectors.fields import Json
    from collectors.owned_api import Answer
    from collectors.owned_listing import Entry, Page
    from domain.accounts import Account
    from domain.posts import Fetched, Parent, Post

NAME = "linkedin"
VERSION = "202606"
READS = (
    "Public posts of the practice's page, picture descriptions, polls, and the page's description; not comments, not "
    "posts for members or followers only, and no personal profile."
)
PAGE_SIZE = 50

_HOSTS = frozenset({"linkedin.com", "www.linkedin.com"})
_PATH = re.compile(r"/(company|school|showcase|in)/([^/]{1,120})(?:/.*)?")
_HEADERS = {"LinkedIn-Version": VERSION, "X-Restli-Protocol-Version": "2.0.0"}
_FINDER = {"X-RestLi-Method": "FINDER"}
_NOT_THERE = (404,)
_EARLY = timedelta(days=7)
_NOTED_AFTER = timedelta(days=300)
_SCOPES = frozenset({"r_organization_social", "r_organization_admin"})

TERMS = Terms(
    source=(
        "LinkedIn Marketing API Program, Data Storage Requirements: "
        "https://learn.microsoft.com/en-us/linkedin/marketing/data-storage-requirements"
    ),
    erase_deleted=True,
    refresh_within=timedelta(days=30),
    note=(
        "Data of a page is for managing that page, and members' data is not read. The table of storage times was not "
        "read in full: thirty days without seeing a post again are this program's own bound. Have the terms read by a "
        "person before this is used."
    ),
)
CONSENT = Consent(
    hosts=frozenset({"api.linkedin.com", "www.linkedin.com"}),  # www renews tokens
    needed=_SCOPES,
    allowed=_SCOPES,
    documentation="https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api",
    how=(
        "In an app with the Community Management API: an administrator of the page grants r_organization_social (its "
        "posts) and r_organization_admin (its description)."
    ),
)


@dataclass(frozen=True, slots=True)
class LinkedInPage:
    """The platform; see the module's docstring."""

    name: str = NAME
    terms: Terms = TERMS
    consent: Consent | None = CONSENT
    limits: Limits = field(default=Limits(pages=20, posts=1000))
    base: str = "https://api.linkedin.com/rest"
    token_url: str = "https://www.linkedin.com/oauth/v2/accessToken"  # noqa: S105 - an address and no secret

    def recognises(self, url: str) -> bool:
        """Whether the URL is a page's, or a person's, which `resolve` then refuses by name."""
        return _named_in(url) is not None

    def resolve(self, url: str, http: Http) -> Profile:
        """The page behind an address.

        Raises WrongContent when the address is not LinkedIn's and for a personal profile, AccountGone when there is
        no such page, TokenRefused without a token.
        """
        named = _named_in(url)
        if named is None:
            raise WrongContent("not a page on LinkedIn")
        kind, name = named
        if kind == "in":
            raise WrongContent("LinkedIn lets nobody read a personal profile; only a page of the practice can be")
        if name.isdecimal():
            return self._profile(organization_of(self._get(f"/organizations/{name}", http)))
        asked: dict[str, str | int] = {"q": "vanityName", "vanityName": name}
        return self._profile(organization_of(self._find("/organizations", asked, http)))

    def renew(self, grant: Grant, http: Http, now: datetime) -> Grant | None:
        """A token lasts sixty days; apps that LinkedIn lets renew get a refresh token for a year."""
        return renewed(grant, http, now, TokenDoor(self.token_url, early=_EARLY))

    def proof_texts(self, profile: Profile, http: Http) -> Sequence[ProofText]:
        """The page's description."""
        bio = profile_of(self._organization(profile.platform_id, http)).bio
        return [ProofText(Proof.BIO, profile.url, bio)] if bio else []

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched:
        """Read the posts, last changed first, back to those last changed before the permission began.

        No post was published after its last change, so that what lies beyond a page was published before it, too.
        """
        author, starts_at = account.platform_id, account.authorisation.starts_at
        page = self._organization(author, http)
        walked = walk(
            lambda start: self._page(author, start, http), self.limits, lambda entries: older_than(entries, starts_at)
        )
        covered = covers_since(walked, starts_at)
        read = to_fetched(walked, covered=covered, profile=profile_of(page), cursor="{}")
        return replace(read, notes=version_notes(now))

    def confirm(self, account: Account, post: Sequence[PostRef], http: Http) -> Mapping[str, Presence]:
        """Ask for each post by its URN, once the page itself has answered."""
        ids = [ref.post_id for ref in post]
        try:
            self._organization(account.platform_id, http)
        except CollectError:  # a page that does not answer proves nothing about its posts
            return dict.fromkeys(ids, Presence.UNKNOWN)
        return ask_each(ids, lambda post_id: presence(self._post(post_id, http), post_id))

    def parent(self, account: Account, post: Post, http: Http) -> Parent | None:  # noqa: ARG002 - the protocol's
        """None: comments are not read, and a post answers nothing."""
        return None

    def _get(self, path: str, http: Http, *, absent: Sequence[int] = ()) -> Answer:
        return OwnedApi(http, self.base, refusal, _HEADERS).get(path, absent=absent)

    def _find(self, path: str, asked: Mapping[str, str | int], http: Http) -> Answer:
        return OwnedApi(http, self.base, refusal, _HEADERS | _FINDER).get(path, asked)

    def _organization(self, urn: str, http: Http) -> Json:
        return organization_of(self._get(f"/organizations/{urn.removeprefix(ORGANIZATION)}", http), urn)

    def _page(self, author: str, start: str, http: Http) -> Page[Entry]:
        asked: dict[str, str | int] = {
            "author": author,
            "q": "author",
            "count": PAGE_SIZE,
            "start": int(start or 0),
            "sortBy": "LAST_MODIFIED",
        }
        return parse_page(self._find("/posts", asked, http), author)

    def _post(self, post_id: str, http: Http) -> Answer:
        return self._get(f"/posts/{quote(post_id, safe='')}", http, absent=_NOT_THERE)

    def _profile(self, page: Json) -> Profile:
        page_id, seen = fields.identifier(page, "id"), profile_of(page)
        return Profile(
            platform=NAME,
            platform_id=f"{ORGANIZATION}{page_id}",
            handle=seen.handle or page_id,
            url=f"https://www.linkedin.com/company/{page_id}/",
            api_base=f"{self.base}/organizations/{page_id}",
            display_name=seen.display_name,
            bio=seen.bio,
            reads=READS,
        )


def version_notes(now: datetime) -> tuple[str, ...]:
    """That the version asked for ends soon, from ten months after it began."""
    began = datetime.strptime(VERSION, "%Y%m").replace(tzinfo=UTC)
    if now - began < _NOTED_AFTER:
        return ()
    return (f"LinkedIn ends versions of its interface after about a year, and {VERSION} is asked for",)


def _named_in(url: str) -> tuple[str, str] | None:
    """What kind of thing a LinkedIn address names, and its name; None for every other address."""
    if not fields.is_web_address(url.strip()):
        return None
    parts = urlsplit(url.strip())
    found = _PATH.fullmatch(unquote(parts.path))
    return (found[1], found[2]) if found and parts.hostname in _HOSTS else None


PLATFORM = LinkedInPage()
