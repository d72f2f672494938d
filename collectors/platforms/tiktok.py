"""TikTok by its Display API: titles and descriptions of the owner's public videos.

Built from documentation, not run against the live service.

The interface shows public videos alone and says nothing of who may see them, so that nothing is left to be checked
after reading. It tells no comments, no words spoken or written in the video, no edits (a changed description is seen
by its words) and 150 characters of a description at most. Scopes: user.info.basic, user.info.profile, video.list.

The lasting key is the "open_id", which TikTok makes for one user of one registered app: with another app the account
has to be enrolled anew.

Source: https://developers.tiktok.com/doc/display-api-overview (video list, video query, user info, rate limits).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from collectors import fields
from collectors.base import Consent, Limits, Owned, ProofText, Terms
from collectors.owned_api import OwnedApi, TokenDoor, renewed
from collectors.owned_listing import ask_in_batches, covers_since, older_than, to_fetched, walk
from collectors.tiktok_api_videos import parse_page, presence, profile_of, refusal, user_of
from domain.accounts import Profile, Proof
from domain.errors import CollectError, TokenRefused, WrongContent
from domain.posts import Presence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from collectors.base import Grant, Http, PostRef
    from collectors.fields import Json
    from collectors.owned_listing import Entry, Page
    from domain.accounts import Account
    from domain.posts import Fetched, Parent, Post

NAME = "tiktok"
READS = (
    "Titles and descriptions of public videos, and the profile text; not what is said or written in a video, comments, "
    "private videos or messages."
)
PAGE_SIZE = 20

_HOSTS = frozenset({"tiktok.com", "www.tiktok.com", "m.tiktok.com"})
_PATH = re.compile(r"/@([A-Za-z0-9_.]{2,24})(?:/.*)?", re.ASCII)
_VERSION = "/v2"
_USER = {"fields": "open_id,display_name,bio_description,username"}
_SCOPES = frozenset({"user.info.basic", "user.info.profile", "video.list"})

TERMS = Terms(
    source="TikTok Developer Terms of Service: https://www.tiktok.com/legal/tik-tok-developer-terms-of-service",
    erase_deleted=True,
    note=(
        "What the owner deletes, or takes permission for away, is erased here. The terms' text was not read in full: "
        "have it read by a person before this is used."
    ),
)
CONSENT = Consent(
    hosts=frozenset({"open.tiktokapis.com"}),
    needed=_SCOPES,
    allowed=_SCOPES | {"user.info.stats"},
    documentation="https://developers.tiktok.com/doc/display-api-get-started",
    how="In an app with Login Kit and Display API that TikTok has approved: the owner signs in and grants the scopes.",
)


@dataclass(frozen=True, slots=True)
class TikTok:
    """The platform; see the module's docstring."""

    name: str = NAME
    terms: Terms = TERMS
    consent: Consent | None = CONSENT
    limits: Limits = field(default=Limits(pages=40, posts=800))
    base: str = "https://open.tiktokapis.com"

    def recognises(self, url: str) -> bool:
        """Whether the URL is a profile or a video on tiktok.com."""
        return bool(_name_in(url))

    def resolve(self, url: str, http: Http) -> Profile:
        """The account whose token it is, when the address names the same.

        Raises WrongContent when the address is not TikTok's, TokenRefused without a token and for another account's.
        """
        name = _name_in(url)
        if not name:
            raise WrongContent("not a profile on TikTok")
        user = self._user(http)
        if fields.text(user, "username").lower() != name.lower():
            raise TokenRefused("it is another account's")
        return self._profile(user)

    def owned(self, grant: Grant, http: Http, now: datetime) -> Owned:  # noqa: ARG002 - the protocol's
        """The account whose token it is; TikTok does not tell what it allows."""
        return Owned(self._profile(self._user(http)), expires_at=grant.expires_at)

    def renew(self, grant: Grant, http: Http, now: datetime) -> Grant | None:
        """A token lasts a day, its refresh token a year; each renewal may bring a new refresh token."""
        return renewed(grant, http, now, TokenDoor(f"{self.base}{_VERSION}/oauth/token/", client_field="client_key"))

    def proof_texts(self, profile: Profile, http: Http) -> Sequence[ProofText]:
        """The profile's description."""
        bio = profile_of(self._user(http, profile.platform_id)).bio
        return [ProofText(Proof.BIO, profile.url, bio)] if bio else []

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched:  # noqa: ARG002 - the protocol's
        """Read the videos, newest first, back to the permission's start: descriptions change without a sign."""
        user, starts_at = self._user(http, account.platform_id), account.authorisation.starts_at
        walked = walk(
            lambda cursor: self._page(cursor, http), self.limits, lambda entries: older_than(entries, starts_at)
        )
        return to_fetched(walked, covered=covers_since(walked, starts_at), profile=profile_of(user), cursor="{}")

    def confirm(self, account: Account, post: Sequence[PostRef], http: Http) -> Mapping[str, Presence]:
        """Ask for videos by id, twenty at a time, once the account itself has answered."""
        ids = [ref.post_id for ref in post]
        try:
            self._user(http, account.platform_id)
        except CollectError:  # an account that does not answer proves nothing about its videos
            return dict.fromkeys(ids, Presence.UNKNOWN)
        return ask_in_batches(ids, PAGE_SIZE, lambda batch: self._presence(batch, http))

    def parent(self, account: Account, post: Post, http: Http) -> Parent | None:  # noqa: ARG002 - the protocol's
        """None: a video answers nothing that the interface tells of."""
        return None

    def _api(self, http: Http) -> OwnedApi:
        return OwnedApi(http, f"{self.base}{_VERSION}", refusal)

    def _user(self, http: Http, expected_id: str = "") -> Json:
        return user_of(self._api(http).get("/user/info/", _USER), expected_id)

    def _page(self, cursor: str, http: Http) -> Page[Entry]:
        path = "/video/list/?fields=id,create_time,share_url,title,video_description"
        asked = {"max_count": PAGE_SIZE} | ({"cursor": int(cursor)} if cursor else {})
        return parse_page(self._api(http).post(path, asked))

    def _presence(self, batch: Sequence[str], http: Http) -> Mapping[str, Presence]:
        asked = {"filters": {"video_ids": list(batch)}}
        return presence(self._api(http).post("/video/query/?fields=id", asked), batch)

    def _profile(self, user: Json) -> Profile:
        seen = profile_of(user)
        return Profile(
            platform=NAME,
            platform_id=fields.text(user, "open_id"),
            handle=seen.handle,
            url=f"https://www.tiktok.com/@{seen.handle}",
            api_base=f"{self.base}{_VERSION}",
            display_name=seen.display_name,
            bio=seen.bio,
            reads=READS,
        )


def _name_in(url: str) -> str:
    """The user name in an address on TikTok, "" when there is none."""
    if not fields.is_web_address(url.strip()):
        return ""
    parts = urlsplit(url.strip())
    found = _PATH.fullmatch(unquote(parts.path))
    return found[1] if found and parts.hostname in _HOSTS else ""


PLATFORM = TikTok()
