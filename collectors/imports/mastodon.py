"""Mastodon's own archive: actor.json and outbox.json in a zip or tar.gz. Pixelfed's and GoToSocial's are other files.

The archive holds posts of every visibility, so `to` and `cc` decide; likes and bookmarks are never opened. Sources:
https://docs.joinmastodon.org/user/moving/#export, app/services/backup_service.rb of Mastodon, ActivityStreams 2.0
(https://www.w3.org/TR/activitystreams-vocabulary/), ActivityPub section 5.6 (public addressing).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from collectors import fields
from collectors.feeds.identity import item_key
from collectors.html import links, to_text
from collectors.import_format import Export, gathered, newest, parse_json, tally
from collectors.times import parse_instant
from domain.errors import ImportRefused
from domain.posts import IMAGE, Media, Post, PostKind, ProfileSeen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collectors.fields import Json
    from collectors.import_format import Handing, Members

_PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
_NEEDED = frozenset({"actor.json", "outbox.json"})


@dataclass(frozen=True, slots=True)
class MastodonArchive:
    """The format; see the module's docstring."""

    name: str = "mastodon"
    services: frozenset[str] = frozenset({"mastodon"})
    members: re.Pattern[str] = re.compile(r"actor\.json|outbox\.json")

    def recognises(self, names: frozenset[str]) -> bool:
        """Whether both files are there."""
        return names >= _NEEDED

    def read(self, members: Members, handing: Handing) -> Export:
        """Public and unlisted posts of the actor; boosts are skipped. Whole when the outbox holds what it counts."""
        actor = fields.as_object(parse_json(members.read("actor.json"), "actor.json"))
        outbox = fields.as_object(parse_json(members.read("outbox.json"), "outbox.json"))
        owner = fields.address(actor, "id")
        activities = outbox.get("orderedItems")
        if not owner or not isinstance(activities, list):
            raise ImportRefused("actor.json or outbox.json is not what Mastodon writes")
        read = [(_reason(value, owner), fields.child(fields.as_object(value), "object")) for value in activities]
        posts, twice = gathered(_post(note, owner) for reason, note in read if not reason)
        skipped = tally((reason for reason, _ in read), duplicate=twice)
        return Export(
            posts=posts,
            listed_ids=frozenset(post.post_id for post in posts),
            skipped=skipped,
            profile=_profile(actor),
            names=frozenset({_handle(actor), owner}),
            owner_id=owner,
            made_at=newest(posts, handing.now),
            whole=fields.number(outbox, "totalItems") == len(activities) and "malformed" not in skipped,
        )


def _reason(value: object, owner: str) -> str:
    """Why an activity is no post of the owner's for everybody to see; "" when it is one."""
    activity = fields.as_object(value)
    note = fields.child(activity, "object")
    if fields.text(activity, "type") == "Announce":
        return "boost"
    if fields.text(activity, "type") != "Create" or not fields.text(note, "id") or not fields.has_text(note, "content"):
        return "malformed"
    if fields.text(note, "attributedTo") != owner or fields.text(activity, "actor") not in ("", owner):
        return "other-author"
    return "" if _PUBLIC & {*_audience(note, "to"), *_audience(note, "cc")} else "not-public"


def _audience(note: Json, key: str) -> tuple[str, ...]:
    return fields.strings(note, key) or (fields.text(note, key),)


def _post(note: Json, owner: str) -> Post:
    answered = fields.text(note, "inReplyTo")
    own_answer = answered.startswith(f"{owner}/")
    address = fields.address(note, "url") or fields.address(note, "id")
    people = {fields.text(tag, "href") for tag in fields.children(note, "tag")}
    html = fields.text(note, "content")
    published = parse_instant(note.get("published"))
    return Post(
        post_id=_key(fields.text(note, "id")),
        url=address,
        kind=PostKind.REPLY if answered else PostKind.POST,
        text="\n".join(part for part in (to_text(html), *_options(note)) if part),
        content_warning=fields.text(note, "summary").strip(),
        links=tuple(link for link in links(html, address) if link not in people),
        media=tuple(_media(note)),
        language=next(iter(fields.child(note, "contentMap")), None),
        published_at=published,
        edited_at=parse_instant(note.get("updated")),
        reply_to_id=_key(answered) if answered else None,
        replies_to_self=own_answer if answered else None,
        undatable=published is None,
    )


def _key(uri: str) -> str:
    """The number that a status has on its server, or else a hash of its name: names are made of words."""
    number = uri.rpartition("/")[2]
    return number if number.isdecimal() and number.isascii() else item_key(uri)


def _options(note: Json) -> tuple[str, ...]:
    """The choices of a poll (a Question of ActivityStreams)."""
    choices = (*fields.children(note, "oneOf"), *fields.children(note, "anyOf"))
    return tuple(fields.text(choice, "name") for choice in choices)


def _media(note: Json) -> Iterator[Media]:
    """Without an address: the file lies in the archive and is not opened."""
    for attached in fields.children(note, "attachment"):
        kind = fields.text(attached, "mediaType").partition("/")[0] or "unknown"
        yield Media(IMAGE if kind == "image" else kind, fields.text(attached, "name").strip())


def _profile(actor: Json) -> ProfileSeen:
    rows = (
        f"{to_text(fields.text(row, 'name'))}: {to_text(fields.text(row, 'value'))}"
        for row in fields.children(actor, "attachment")
    )
    bio = "\n".join(part for part in (to_text(fields.text(actor, "summary")), *rows) if part)
    avatar = fields.text(fields.child(actor, "icon"), "name")
    return ProfileSeen(bio, fields.text(actor, "name"), avatar, _handle(actor))


def _handle(actor: Json) -> str:
    return f"{fields.text(actor, 'preferredUsername')}@{urlsplit(fields.address(actor, 'id')).netloc}"


FORMAT = MastodonArchive()
