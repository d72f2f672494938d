"""What an actor's outbox means: activities to posts, a listing to what a pass hands on. Pure.

Sources: ActivityPub (https://www.w3.org/TR/activitypub/, sections 5.1 outbox and 5.6 public addressing), Activity
Vocabulary (https://www.w3.org/TR/activitystreams-vocabulary/), what snac serves in tests/collectors/data/activitypub.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from collectors import fields
from collectors.feeds.identity import item_key
from collectors.html import links, to_text
from collectors.mastodon_statuses import Listed, field_row
from collectors.times import parse_instant
from domain.errors import AccountDeleted, AccountMoved, AccountSuspended, Malformed
from domain.posts import IMAGE, Media, Parent, ParentAuthor, Post, PostKind, Presence, ProfileSeen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from collectors.fields import Json

PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
KINDS = {"Note": PostKind.POST, "Question": PostKind.POST, "Article": PostKind.ARTICLE, "Page": PostKind.PAGE}
ACTORS = frozenset({"Person", "Service", "Organization", "Application", "Group"})
_OF_THE_POST = ("", "malformed", "not-public")
"""Only these say something about the post itself: a boost of one's own post must not hide the post."""
_TITLED = frozenset({"Article", "Page"})
_PLAIN_PARTS = frozenset(
    {"users", "statuses", "objects", "notes", "posts", "p", "ap", "o", "u", "s", "note", "status", "notice", "post"}
)
_NUMBERED = re.compile(r"(?=[^0-9]*[0-9])[0-9A-Za-z.]{1,40}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def members(value: object) -> tuple[object, ...]:
    """The members of a property that may hold one value or a list of them (JSON-LD)."""
    if isinstance(value, list):
        return tuple(value)
    return () if value is None else (value,)


def ids(value: object) -> tuple[str, ...]:
    """The ids in a property: each member is an id or an object that has one."""
    found = (
        member if isinstance(member, str) else fields.text(fields.as_object(member), "id") for member in members(value)
    )
    return tuple(each for each in found if each)


def types(obj: Json) -> frozenset[str]:
    """The types of an object; most have one."""
    return frozenset(member for member in members(obj.get("type")) if isinstance(member, str))


def key_of(object_id: str, actor_id: str) -> str:
    """What a post is remembered by: its own id where that is the actor's, names of lists and numbers, else its hash.

    Blogs put words of the title into ids, and no word of a post is kept where nothing was found in it.
    """
    parts = urlsplit(object_id)
    own = urlsplit(actor_id).path.split("/")
    plain = all(part in own or _tells_nothing(part) for part in parts.path.split("/"))
    return object_id if plain and re.fullmatch(r"(?:p=\d{1,18})?", parts.query) else item_key(object_id)


def _tells_nothing(part: str) -> bool:
    return not part or part in _PLAIN_PARTS or bool(_NUMBERED.fullmatch(part) or _UUID.fullmatch(part))


def check_actor(actor: Json, actor_id: str) -> None:
    """Raise when this is not the actor that was asked for, or when it has moved, is suspended or was deleted.

    The new address of one that moved is not named: it may be one that was never opted in.
    """
    if "Tombstone" in types(actor):
        raise AccountDeleted("a tombstone stands in its place")
    if fields.text(actor, "id") != actor_id or not types(actor) & ACTORS:
        raise Malformed("another thing came back than the actor that was asked for")
    if fields.flag(actor, "suspended"):
        raise AccountSuspended("by its server")
    if any(moved != actor_id for moved in ids(actor.get("movedTo"))):
        raise AccountMoved


def profile_of(actor: Json, handle: str) -> ProfileSeen:
    """The actor's own words about itself. `handle` is the one it was known by, whose server it keeps."""
    user, host = fields.text(actor, "preferredUsername").strip(), handle.lstrip("@").partition("@")[2]
    picture = fields.as_object(next(iter(members(actor.get("icon"))), None))
    return ProfileSeen(
        bio=bio_of(actor),
        display_name=to_text(fields.text(actor, "name")),
        avatar_alt=(fields.text(picture, "name") or fields.text(picture, "summary")).strip(),
        handle=f"{user}@{host}" if user and host else "",
    )


def bio_of(actor: Json) -> str:
    """The profile's text and its table of fields (PropertyValue), a line each."""
    table = (row for row in map(fields.as_object, members(actor.get("attachment"))) if "PropertyValue" in types(row))
    return "\n".join(part for part in (to_text(fields.text(actor, "summary")), *map(field_row, table)) if part)


def wanted_address(value: object) -> str:
    """The address of an item that is given by its address alone, or of a Create whose object is; "" for others."""
    if isinstance(value, str):
        return value if fields.is_web_address(value) else ""
    activity = fields.as_object(value)
    return fields.address(activity, "object") if "Create" in types(activity) else ""


def parse_item(value: object, actor_id: str) -> Listed:
    """One item of the outbox as a post of the actor's, or the reason why it is none. Never raises.

    An object that stands there without an activity around it counts as its creation.
    """
    item = fields.as_object(value)
    bare = bool(types(item) & KINDS.keys())
    activity: Json = {"type": "Create", "actor": actor_id, "object": item} if bare else item
    note = fields.child(activity, "object")
    object_id = fields.address(note, "id")
    reason = _reason_to_skip(activity, note, actor_id)
    at = parse_instant(note.get("published")) or parse_instant(activity.get("published"))
    return Listed(
        key_of(object_id, actor_id) if object_id and reason in _OF_THE_POST else "",
        object_id,
        at,
        post=None if reason else _post(note, actor_id, at),
        skipped=reason,
        shown=reason in ("", "malformed"),
    )


def _reason_to_skip(activity: Json, note: Json, actor_id: str) -> str:
    if "Announce" in types(activity):
        return "boost"
    if "Create" not in types(activity) or (types(note) and not types(note) & KINDS.keys()):
        return "not-a-post"
    if not types(note) or not fields.address(note, "id"):
        return "malformed"
    if ids(activity.get("actor")) != (actor_id,) or not _by(note, actor_id):
        return "other-author"
    if not (is_public(note) and is_public(activity, unless_said=True)):
        return "not-public"
    said = fields.has_text(note, "content") or fields.child(note, "contentMap") or note.get("attachment")
    return "" if said else "malformed"


def _by(note: Json, actor_id: str) -> bool:
    """Whether the object is the actor's: it says so, or says nothing, and lives on the actor's own host."""
    authors = ids(note.get("attributedTo"))
    unsaid = not members(note.get("attributedTo"))
    return (unsaid or actor_id in authors) and same_host(fields.text(note, "id") or actor_id, actor_id)


def same_host(one: str, other: str) -> bool:
    """Whether two addresses are of one server, port and scheme included."""
    try:
        first, second = urlsplit(one), urlsplit(other)
    except ValueError:  # no address at all
        return False
    return (first.scheme, first.netloc.lower()) == (second.scheme, second.netloc.lower())


def is_public(obj: Json, *, unless_said: bool = False) -> bool:
    """Whether it is addressed to everybody. `unless_said`: so is what names no audience at all."""
    if unless_said and "to" not in obj and "cc" not in obj:
        return True
    return bool(PUBLIC & {*ids(obj.get("to")), *ids(obj.get("cc"))})


def _post(note: Json, actor_id: str, at: datetime | None) -> Post:
    answered = ids(note.get("inReplyTo"))
    kind = next(KINDS[each] for each in KINDS if each in types(note))
    content, language = _content(note)
    object_id = fields.address(note, "id")
    url = _url(note) or object_id
    people = {fields.text(tag, "href") for tag in map(fields.as_object, members(note.get("tag")))}
    words = _words(note, content)
    return Post(
        post_id=key_of(object_id, actor_id),
        url=url,
        kind=PostKind.REPLY if answered and kind is PostKind.POST else kind,
        text=words,
        content_warning=_warning(note, words),
        links=tuple(link for link in links(content, url) if link not in people),
        media=tuple(_media(note)),
        language=language,
        published_at=at,
        edited_at=parse_instant(note.get("updated")),
        reply_to_id=answered[0] if answered else None,
    )


def _content(note: Json) -> tuple[str, str | None]:
    """The markup and, where the object states just one, its language."""
    by_language = fields.child(note, "contentMap")
    language = next(iter(by_language)) if len(by_language) == 1 else None
    if fields.has_text(note, "content") or not by_language:
        return fields.text(note, "content"), language
    first = next(iter(by_language))
    return fields.text(by_language, first), first


def _words(note: Json, content: str) -> str:
    title = to_text(fields.text(note, "name")) if types(note) & _TITLED else ""
    options = [
        to_text(fields.text(fields.as_object(option), "name"))
        for key in ("oneOf", "anyOf")
        for option in members(note.get(key))
    ]
    return "\n".join(part for part in (title, to_text(content), *options) if part)


def _warning(note: Json, words: str) -> str:
    """The summary; of an article it is often only its beginning, which is not said twice."""
    summary = to_text(fields.text(note, "summary"))
    opening = summary.rstrip("\u2026.[] ")
    return "" if types(note) & _TITLED and opening in " ".join(words.split()) else summary


def _url(note: Json) -> str:
    """The page for people: an address, or the first of several links, a web page before others."""
    found = members(note.get("url"))
    linked = [fields.as_object(each) for each in found if not isinstance(each, str)]
    pages = [fields.address(link, "href") for link in linked if fields.text(link, "mediaType") == "text/html"]
    plain = [each for each in found if isinstance(each, str) and fields.is_web_address(each)]
    return next((each for each in (*plain, *pages, *(fields.address(link, "href") for link in linked)) if each), "")


def _media(note: Json) -> Iterator[Media]:
    for value in members(note.get("attachment")):
        attached = fields.as_object(value)
        kind = fields.text(attached, "mediaType").partition("/")[0] or next(iter(types(attached)), "").lower()
        if not types(attached) & {"Document", "Image", "Video", "Audio"}:
            continue
        alt = fields.text(attached, "name").strip() or fields.text(attached, "summary").strip()
        yield Media(kind or "unknown", alt, _url(attached) if kind == IMAGE else "")


def parse_parent(note: Json, actor_id: str) -> Parent | None:
    """An object as the post that was answered; None unless it is public and is a post."""
    if not is_public(note) or not types(note) & KINDS.keys():
        return None
    words = _words(note, _content(note)[0])
    warning = _warning(note, words)
    own = actor_id in ids(note.get("attributedTo"))
    said = f"{warning}\n\n{words}" if warning else words
    return Parent(said, ParentAuthor.SELF if own else ParentAuthor.OTHER)


def presence_of(obj: Json, post_id: str, actor_id: str) -> Presence:
    """What an answer about one object proves: a tombstone, or an audience that is not everybody, is ABSENT."""
    object_id = fields.text(obj, "id")
    if "Tombstone" in types(obj):
        return Presence.ABSENT if key_of(object_id, actor_id) == post_id else Presence.UNKNOWN
    if (
        not object_id
        or key_of(object_id, actor_id) != post_id
        or not _by(obj, actor_id)
        or not types(obj) & KINDS.keys()
    ):
        return Presence.UNKNOWN
    if "to" not in obj and "cc" not in obj:
        return Presence.UNKNOWN
    return Presence.PRESENT if is_public(obj) else Presence.ABSENT
