"""Instagram's own download as JSON: a zip with posts_1.json and reels.json.

Opened are posts, reels and the file of personal information, for name, bio and whether the account is private.
Messages, contacts, advertising, stories and archived posts are never opened. Text is UTF-8 that was escaped byte by
byte as if it were Latin-1. Meta publishes no schema (https://help.instagram.com/181231772500920).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collectors import fields
from collectors.feeds.identity import item_key
from collectors.import_format import Export, gathered, parse_json, tally
from collectors.times import parse_instant
from domain.errors import ImportRefused
from domain.posts import IMAGE, Media, Post, PostKind, ProfileSeen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from collectors.fields import Json
    from collectors.import_format import Handing, Members

_POSTS = re.compile(r"(?:your_instagram_activity/)?(?:content|media)/(?:posts_\d{1,4}|reels)\.json")
_PERSON = re.compile(r"(?:personal_information/){1,2}personal_information\.json")
_LISTS = ("ig_reels_media",)
_FILMS = (".mp4", ".mov", ".webm")
_YES, _NO = "true", "false"


@dataclass(frozen=True, slots=True)
class InstagramArchive:
    """The format; see the module's docstring."""

    name: str = "instagram"
    services: frozenset[str] = frozenset({"instagram"})
    members: re.Pattern[str] = re.compile(rf"{_POSTS.pattern}|{_PERSON.pattern}")

    def recognises(self, names: frozenset[str]) -> bool:
        """Whether a list of posts is there, which no other export names so."""
        return any(_POSTS.fullmatch(name) for name in names)

    def read(self, members: Members, handing: Handing) -> Export:  # noqa: ARG002 - the protocol's
        """Captions of posts and reels. Whether the account is public only an English export tells for sure.

        Never whole: a download may hold a range of dates, and does not say so. Raises ImportRefused for an account
        that says it is private.
        """
        person = _person(members)
        private = person.get("private account", "").casefold()
        if private == _YES:
            raise ImportRefused("the account is private, so that its posts are not public")
        names = sorted(name for name in members.names if _POSTS.fullmatch(name))
        entries = [entry for name in names for entry in _entries(members, name)]
        keys = Counter(_moment(entry) for entry in entries)
        read = [_post(entry, alone=keys[_moment(entry)] == 1) for entry in entries]
        posts, twice = gathered(post for post in read if post)
        ids = frozenset(post.post_id for post in posts)
        return Export(
            posts=posts,
            listed_ids=ids,
            skipped=tally(("malformed" for post in read if post is None), duplicate=twice),
            profile=_profile(person),
            names=frozenset({f"@{person['username']}"}) if person.get("username") else frozenset(),
            unclear=frozenset() if private == _NO else ids,
        )


def _profile(person: Mapping[str, str]) -> ProfileSeen | None:
    """None where the export does not show it, which is not the same as an empty one."""
    if not person:
        return None
    return ProfileSeen(person.get("bio", ""), person.get("name", ""), "", person.get("username", ""))


def mended(text: str) -> str:
    """The words that Instagram escaped byte by byte; text that was not escaped so stays as it is."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:  # it was written as it should be
        return text


def _entries(members: Members, name: str) -> Iterator[Json]:
    value = parse_json(members.read(name), name)
    if isinstance(value, dict):
        value = next((value[key] for key in _LISTS if key in value), [value])
    if not isinstance(value, list):
        raise ImportRefused(f"{name} is not a list")
    yield from (fields.as_object(entry) for entry in value)


def _moment(entry: Json) -> str:
    first = next(iter(fields.children(entry, "media")), {})
    at = parse_instant(entry.get("creation_timestamp")) or parse_instant(first.get("creation_timestamp"))
    return at.isoformat() if at else ""


def _post(entry: Json, *, alone: bool) -> Post | None:
    """The post of an entry; None when it has neither words nor pictures, or no time.

    The export has no ids. A post is known by its second, and by its first file where two share one.
    """
    media = fields.children(entry, "media")
    moment = _moment(entry)
    first = fields.text(media[0], "uri").rpartition("/")[2] if media else ""
    captions = dict.fromkeys((fields.text(entry, "title"), *(fields.text(one, "title") for one in media)))
    words = "\n\n".join(mended(caption).strip() for caption in captions if caption.strip())
    if not moment or not (words or media):
        return None
    return Post(
        post_id=item_key(moment if alone else f"{moment} {first}"),
        url="",
        kind=PostKind.POST,
        text=words,
        media=tuple(_medium(one) for one in media),
        published_at=parse_instant(moment),
    )


def _medium(one: Json) -> Media:
    film = fields.text(one, "uri").lower().endswith(_FILMS)
    return Media("video" if film else IMAGE)


def _person(members: Members) -> Mapping[str, str]:
    """The owner's name, user name, bio and whether the account is private, by English labels in lower case.

    Everything else in that file (address, telephone, birthday) is passed over.
    """
    name = next((name for name in sorted(members.names) if _PERSON.fullmatch(name)), None)
    if name is None:
        return {}
    users = fields.children(fields.as_object(parse_json(members.read(name), name)), "profile_user")
    told = fields.child(users[0], "string_map_data") if users else {}
    wanted = {"name", "username", "bio", "private account"}
    return {
        label.casefold(): mended(fields.text(fields.child(told, label), "value"))
        for label in told
        if label.casefold() in wanted
    }


FORMAT = InstagramArchive()
