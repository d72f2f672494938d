"""What Google's Business Profile APIs mean: locations, reviews and the owner's replies. Pure.

Built from documentation, not run against the live service. Sources: https://developers.google.com/my-business/
reference/rest/v4/accounts.locations.reviews, .../reference/businessinformation/rest/v1/accounts.locations and
.../reference/accountmanagement/rest/v1/accounts.

A reviewer's name, picture and stars are never looked at. A review's words leave this module as a Parent alone.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from collectors import fields
from collectors.owned_listing import Entry, Page, links_in
from collectors.times import parse_instant
from domain.errors import Malformed
from domain.posts import Parent, ParentAuthor, Post, PostKind, Presence, ProfileSeen

if TYPE_CHECKING:
    from collectors.fields import Json
    from collectors.owned_api import Answer

_CID = re.compile(r"\d{1,20}", re.ASCII)
_FEATURE = re.compile(r"0x[0-9a-f]{1,16}:0x([0-9a-f]{1,16})", re.ASCII)
_NAME = re.compile(r"accounts/(\d{1,30})/locations/(\d{1,30})", re.ASCII)
_LOCATION = re.compile(r"locations/(\d{1,30})", re.ASCII)
_ACCOUNT = re.compile(r"accounts/(\d{1,30})", re.ASCII)
_UNSAID = "REVIEW_REPLY_STATE_UNSPECIFIED"
_SHOWN = ("APPROVED", _UNSAID)


def name_in(url: str) -> str:
    """The location's own name in an address ("accounts/1/locations/2"), "" when there is none."""
    found = _NAME.search(unquote(urlsplit(url).path))
    return found[0] if found else ""


def map_number(url: str) -> str:
    """The number that Google Maps has for a place (`cid`), from either of its addresses; "" when there is none."""
    parts = urlsplit(url)
    said = parse_qs(parts.query).get("cid", [""])[0]
    if _CID.fullmatch(said):
        return said
    found = _FEATURE.search(unquote(f"{parts.path}?{parts.query}").lower())
    return str(int(found[1], 16)) if found else ""


def account_names(answer: Answer) -> Page[str]:
    """The accounts of one page, by name."""
    names = (fields.text(account, "name") for account in fields.children(answer.body, "accounts"))
    return Page(tuple(name for name in names if _ACCOUNT.fullmatch(name)), _following(answer), answer.not_before)


def locations(answer: Answer) -> Page[Json]:
    """The locations of one page that have a name."""
    found = fields.children(answer.body, "locations")
    named = tuple(place for place in found if _LOCATION.fullmatch(fields.text(place, "name")))
    return Page(named, _following(answer), answer.not_before)


def _following(answer: Answer) -> str:
    return fields.text(answer.body, "nextPageToken")


def map_address(place: Json) -> str:
    """Where everybody finds the place on Google Maps, "" when Google does not tell."""
    return fields.address(fields.child(place, "metadata"), "mapsUri")


def profile_of(place: Json) -> ProfileSeen:
    """The practice's own words about itself."""
    described = fields.text(fields.child(place, "profile"), "description").strip()
    return ProfileSeen(described, fields.text(place, "title"))


def parse_page(answer: Answer, place_url: str) -> Page[Entry]:
    """One page of reviews, seen for their replies. A location without reviews answers {}: it has no list at all."""
    if "reviews" in answer.body and not isinstance(answer.body["reviews"], list):
        raise Malformed("an answer without a list")
    entries = tuple(parse_review(review, place_url) for review in fields.children(answer.body, "reviews"))
    return Page(entries, _following(answer), answer.not_before)


def parse_review(review: Json, place_url: str) -> Entry:
    """The owner's reply to a review as a post, or why there is none. Never raises.

    A review without a reply is another person's words and is passed over. A reply's only date is that of its last
    change. One that Google still looks at, or has refused, nobody can see.
    """
    review_id, reply = fields.text(review, "reviewId"), fields.child(review, "reviewReply")
    at = parse_instant(reply.get("updateTime"))
    if not review_id:
        return Entry("", at, skipped="malformed", shown=False)
    if not has_reply(review):
        return Entry(review_id, at, skipped="other-author", shown=False)
    if not is_public(review):
        return Entry(review_id, at, skipped="not-public", shown=False)
    text = fields.text(reply, "comment").strip()
    post = Post(
        post_id=review_id,
        url=place_url,
        kind=PostKind.REVIEW_REPLY,
        text=text,
        links=links_in(text),
        published_at=at,
        reply_to_id=review_id,
        replies_to_self=False,
    )
    return Entry(review_id, at, post)


def has_reply(review: Json) -> bool:
    """Whether the owner has answered."""
    return bool(fields.text(fields.child(review, "reviewReply"), "comment").strip())


def is_public(review: Json) -> bool:
    """Whether Google shows the reply, not waiting for its look and not refused by it; older answers tell no state."""
    return fields.child(review, "reviewReply").get("reviewReplyState", _UNSAID) in _SHOWN


def presence(answer: Answer, review_id: str) -> Presence:
    """What the answer about one review proves of its reply; a deleted review takes its reply with it."""
    if answer.status != HTTPStatus.OK:
        return Presence.ABSENT
    if fields.text(answer.body, "reviewId") != review_id:
        return Presence.UNKNOWN
    return Presence.PRESENT if has_reply(answer.body) and is_public(answer.body) else Presence.ABSENT


def parse_parent(answer: Answer, review_id: str) -> Parent | None:
    """The words of a review, for scoring in memory: its writer may well be a client."""
    if fields.text(answer.body, "reviewId") != review_id:
        return None
    return Parent(fields.text(answer.body, "comment").strip(), ParentAuthor.CLIENT_UNKNOWN)
