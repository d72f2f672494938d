"""A practice's replies to its reviews on Google, by the Business Profile APIs.

Built from documentation, not run against the live service.

A reply that confirms that somebody is a client is the classic breach. Replies are kept; of a review only its opaque id
is, its words are held in memory for scoring and its writer's name is never looked at. Google offers one scope,
"business.manage", which could also write; nothing here writes. Google grants a project its first request only after
an application, and the location must be verified.

The lasting key is the location's name, "accounts/1/locations/2". Every pass reads all reviews: a reply may come to any
old one, and the list goes by the reviews' own dates.

Source: https://developers.google.com/my-business/content/review-data and the reference pages of the three interfaces.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from collectors import fields
from collectors.base import Consent, Limits, ProofText, Terms
from collectors.google_business_reviews import (
    account_names,
    locations,
    map_address,
    map_number,
    name_in,
    parse_page,
    parse_parent,
    presence,
    profile_of,
)
from collectors.google_refusals import TOKEN_HOST, TOKEN_URL, refusal
from collectors.owned_api import OwnedApi, TokenDoor, renewed
from collectors.owned_listing import to_fetched, walk
from collectors.presence import ask_each
from domain.accounts import Profile, Proof
from domain.errors import AccountGone, CollectError, WrongContent
from domain.posts import Presence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from collectors.base import Grant, Http, PostRef
    from collectors.fields import Json
    from collectors.owned_api import Answer
    from collectors.owned_listing import Entry, Page
    from domain.accounts import Account
    from domain.posts import Fetched, Parent, Post

NAME = "google_review_reply"
"""The name under which the local model has learnt such replies, and by which clause 2 knows one."""
READS = (
    "The practice's replies to reviews on Google, and its description there. A review's words are held in memory while "
    "its reply is judged and never stored; the reviewer's name is not looked at."
)
PAGE_SIZE = 50
_NOT_THERE = (404,)

_MAP_HOSTS = frozenset({"google.com", "www.google.com", "maps.google.com", "business.google.com"})
_ABOUT = "metadata,name,profile,title"
_FEW = Limits(pages=5)
"""Pages of accounts and of locations that are looked through for the one in an address."""
_SCOPE = "https://www.googleapis.com/auth/business.manage"

TERMS = Terms(
    source="Business Profile APIs policies: https://developers.google.com/my-business/content/policies",
    erase_deleted=True,
    refresh_within=timedelta(days=30),
    note=(
        "Only for listings that the practice owns or manages. The policies were not read in full: thirty days are this "
        "program's own bound, in line with Google's other interfaces."
    ),
)
CONSENT = Consent(
    hosts=frozenset(
        {
            "mybusiness.googleapis.com",
            "mybusinessaccountmanagement.googleapis.com",
            "mybusinessbusinessinformation.googleapis.com",
            TOKEN_HOST,
        }
    ),
    needed=frozenset({_SCOPE}),
    allowed=frozenset({_SCOPE}),
    documentation="https://developers.google.com/my-business/content/basic-setup",
    how=(
        "In a Google Cloud project that Google has admitted to the Business Profile APIs: a manager of the listing "
        "grants business.manage, the only scope there is (it could also write; this program does not)."
    ),
)


@dataclass(frozen=True, slots=True)
class GoogleBusiness:
    """The platform; see the module's docstring."""

    name: str = NAME
    terms: Terms = TERMS
    consent: Consent | None = CONSENT
    limits: Limits = field(default=Limits(pages=40, posts=2000))
    base: str = "https://mybusiness.googleapis.com/v4"
    accounts_base: str = "https://mybusinessaccountmanagement.googleapis.com/v1"
    information_base: str = "https://mybusinessbusinessinformation.googleapis.com/v1"
    token_url: str = TOKEN_URL

    def recognises(self, url: str) -> bool:
        """Whether the URL is a place on Google Maps, or holds the location's own name, on a host of Google's."""
        if not fields.is_web_address(url.strip()) or urlsplit(url.strip()).hostname not in _MAP_HOSTS:
            return False
        return bool(name_in(url) or map_number(url))

    def resolve(self, url: str, http: Http) -> Profile:
        """The location behind an address, among those that the token manages.

        Raises WrongContent when the address holds neither a place's number nor a location's name (the short ones do
        not), AccountGone when the token manages no such location, TokenRefused without a token.
        """
        if not self.recognises(url):
            raise WrongContent("not a place on Google Maps; open it there and give the long address")
        name, number = name_in(url), map_number(url)
        for account, place in self._managed(http):
            full = f"{account}/{fields.text(place, 'name')}"
            if full == name or (number and number == map_number(map_address(place))):
                return self._profile(full, place)
        raise AccountGone("the token manages no such location")

    def renew(self, grant: Grant, http: Http, now: datetime) -> Grant | None:
        """A token lasts an hour; the refresh token gets the next."""
        return renewed(grant, http, now, TokenDoor(self.token_url))

    def proof_texts(self, profile: Profile, http: Http) -> Sequence[ProofText]:
        """The listing's description."""
        bio = profile_of(self._place(profile.platform_id, http)).bio
        return [ProofText(Proof.BIO, profile.url, bio)] if bio else []

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched:  # noqa: ARG002 - the protocol's
        """Read all reviews for their replies. `covers_since` is None when there were more than the limits allow."""
        place = self._place(account.platform_id, http)
        walked = walk(lambda token: self._page(account, token, http), self.limits)
        covered = account.authorisation.starts_at if walked.complete else None
        return to_fetched(walked, covered=covered, profile=profile_of(place), cursor="{}")

    def confirm(self, account: Account, post: Sequence[PostRef], http: Http) -> Mapping[str, Presence]:
        """Ask for each review by id, once the location has answered: without it, or its reply, ABSENT."""
        ids = [ref.post_id for ref in post]
        try:
            self._place(account.platform_id, http)
        except CollectError:  # a location that does not answer proves nothing about its replies
            return dict.fromkeys(ids, Presence.UNKNOWN)
        return ask_each(ids, lambda review_id: presence(self._review(account, review_id, http), review_id))

    def parent(self, account: Account, post: Post, http: Http) -> Parent | None:
        """The review's words, None when it is gone."""
        if post.reply_to_id is None:
            return None
        return parse_parent(self._review(account, post.reply_to_id, http), post.reply_to_id)

    def _managed(self, http: Http) -> Iterator[tuple[str, Json]]:
        """Every location of every account that the token reaches, with the account's name."""
        accounts = self._api(self.accounts_base, http)
        information = self._api(self.information_base, http)
        found = walk(lambda token: account_names(accounts.get("/accounts", _paged(token))), _FEW)
        for account in found.items:
            for place in walk(lambda token: self._places(account, token, information), _FEW).items:  # noqa: B023 - called at once
                yield account, place

    def _places(self, account: str, token: str, information: OwnedApi) -> Page[Json]:
        asked = {"readMask": _ABOUT, "pageSize": 100, **_paged(token)}
        return locations(information.get(f"/{account}/locations", asked))

    def _place(self, full_name: str, http: Http) -> Json:
        path = f"/locations/{full_name.rpartition('/')[2]}"
        return self._api(self.information_base, http).get(path, {"readMask": _ABOUT}).body

    def _page(self, account: Account, token: str, http: Http) -> Page[Entry]:
        asked = {"pageSize": PAGE_SIZE, "orderBy": "updateTime desc", **_paged(token)}
        answer = self._api(self.base, http).get(f"/{account.platform_id}/reviews", asked)
        return parse_page(answer, account.url)

    def _review(self, account: Account, review_id: str, http: Http) -> Answer:
        path = f"/{account.platform_id}/reviews/{quote(review_id, safe='')}"
        return self._api(self.base, http).get(path, absent=_NOT_THERE)

    def _api(self, base: str, http: Http) -> OwnedApi:
        return OwnedApi(http, base, refusal)

    def _profile(self, full_name: str, place: Json) -> Profile:
        seen = profile_of(place)
        return Profile(
            platform=NAME,
            platform_id=full_name,
            handle=seen.display_name or full_name,
            url=map_address(place) or f"https://business.google.com/{full_name}",
            api_base=f"{self.base}/{full_name}",
            display_name=seen.display_name,
            bio=seen.bio,
            reads=READS,
        )


def _paged(token: str) -> dict[str, str | int]:
    return {"pageToken": token} if token else {}


PLATFORM = GoogleBusiness()
