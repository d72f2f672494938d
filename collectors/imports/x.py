"""X's own archive (once Twitter's): a zip with data/tweets.js and data/account.js, JavaScript that assigns JSON.

Opened are tweets, long tweets, account, profile, manifest and the history of protection. Direct messages, contacts,
advertising, likes, circles, communities and deleted tweets are never opened. X publishes no schema; the files were
described from README.txt of the archive and from what readers of it agree on
(https://help.x.com/en/managing-your-account/how-to-download-your-x-archive).
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import TYPE_CHECKING, TypeAlias

from collectors import fields
from collectors.feeds.identity import item_key
from collectors.import_format import Export, gathered, newest, parse_json, tally
from collectors.times import parse_instant
from collectors.x_api_posts import spelled_out
from domain.errors import ImportRefused
from domain.posts import IMAGE, Media, Post, PostKind, ProfileSeen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from collectors.fields import Json
    from collectors.import_format import Handing, Members

_TWEETS = re.compile(r"data/tweets?(?:-part\d{1,4})?\.js")
_ASSIGNED = re.compile(rb"\s*window\.([\w.]{1,200})\s*=\s*")
_TWEETS_NAME = re.compile(rb"YTD\.tweets?\.part\d{1,4}")
_RETWEET = re.compile(r"RT @\w{1,30}: ")
_CUT = re.compile(r"(?:…|\.\.\.)?(?:\s*https://t\.co/\w{1,30})?\s*$")
_DATE = "%a %b %d %H:%M:%S %z %Y"
_ID = re.compile(r"[0-9]{1,20}")
_LONG = 200
"""Characters; what was cut off is longer than this, or ends with "…"."""
_APART = 2
"""Seconds by which the two files may date one tweet differently."""
_MOST_NEAR = 5
"""Long tweets of one second that are looked at: nobody writes as many, and a file that is made up might."""
_Notes: TypeAlias = "Mapping[int, Sequence[str]]"


@dataclass(frozen=True, slots=True)
class XArchive:
    """The format; see the module's docstring."""

    name: str = "x"
    services: frozenset[str] = frozenset({"x", "twitter"})
    members: re.Pattern[str] = re.compile(
        rf"{_TWEETS.pattern}|data/(?:note-tweet|account|profile|manifest|protected-history)\.js"
    )

    def recognises(self, names: frozenset[str]) -> bool:
        """Whether account and tweets are there."""
        return "data/account.js" in names and any(_TWEETS.fullmatch(name) for name in names)

    def read(self, members: Members, handing: Handing) -> Export:
        """The owner's tweets and replies without retweets; whole unless the manifest says it is a part.

        Raises ImportRefused for a protected account: its tweets are not public.
        """
        account = _first(members, "data/account.js", "account")
        if not fields.text(account, "username"):
            raise ImportRefused("data/account.js does not say whose account it is")
        if _protected(members):
            raise ImportRefused("the account is protected, so that its posts are not public")
        notes = _notes(members)
        own_id = fields.identifier(account, "accountId")
        tweets = [
            tweet for name in sorted(members.names) if _TWEETS.fullmatch(name) for tweet in _tweets(members, name)
        ]
        read = [(_reason(tweet), tweet) for tweet in tweets]
        posts, twice = gathered(_post(tweet, own_id, notes) for reason, tweet in read if not reason)
        skipped = tally((reason for reason, _ in read), duplicate=twice)
        stated, partial = _manifest(members)
        return Export(
            posts=posts,
            listed_ids=frozenset(post.post_id for post in posts),
            skipped=skipped,
            profile=_profile(members, account),
            names=frozenset({f"@{fields.text(account, 'username')}"}),
            owner_id=own_id,
            made_at=min(stated, handing.now) if stated else newest(posts, handing.now),
            whole=not partial and "malformed" not in skipped,
        )


def _tweets(members: Members, name: str) -> Iterator[Json]:
    """The tweets of a member. Messages, deleted tweets and those of a circle say by their own name what they are."""
    head = _ASSIGNED.match(members.read(name))
    if head and not _TWEETS_NAME.fullmatch(head[1]):
        raise ImportRefused(f"{name} holds something other than tweets")
    return _rows(members, name, "tweet")


def _rows(members: Members, name: str, kind: str = "") -> Iterator[Json]:
    """The objects of a list that a member assigns, each without the wrapper that names its kind.

    An object that is named as another `kind` is handed on empty.
    """
    assigned = _value(members, name)
    if not isinstance(assigned, list):
        raise ImportRefused(f"{name} is not a list")
    for row in assigned:
        wrapped = fields.as_object(row)
        named, inner = next(iter(wrapped.items()), ("", None)) if len(wrapped) == 1 else ("", None)
        if isinstance(inner, dict):
            yield inner if kind in ("", named) else {}
        else:
            yield wrapped


def _value(members: Members, name: str) -> object:
    body = members.read(name)
    head = _ASSIGNED.match(body)
    return parse_json((body[head.end() :] if head else body).rstrip().rstrip(b";"), name)


def _first(members: Members, name: str, kind: str) -> Json:
    """The object of this kind in a member that holds one; an empty one where there is none."""
    assigned = _value(members, name) if name in members.names else []
    rows = assigned if isinstance(assigned, list) else []
    return fields.child(fields.as_object(rows[0]), kind) if rows else {}


def _protected(members: Members) -> bool:
    """What was done last, protecting or its opposite, decides."""
    name = "data/protected-history.js"
    steps = list(_rows(members, name)) if name in members.names else []
    ever = datetime.min.replace(tzinfo=UTC)
    newest = max(steps, key=lambda step: parse_instant(step.get("protectedAt")) or ever, default={})
    return fields.text(newest, "action").casefold() in ("protect", "protected")


def _manifest(members: Members) -> tuple[datetime | None, bool]:
    """When the archive was made, and whether it is a part of one. Without a manifest it is not known to be whole."""
    if "data/manifest.js" not in members.names:
        return None, True
    info = fields.child(fields.as_object(_value(members, "data/manifest.js")), "archiveInfo")
    return parse_instant(info.get("generationDate")), info.get("isPartialArchive") is not False


def _notes(members: Members) -> _Notes:
    """Words of tweets that were too long for data/tweets.js, which cuts them off, by the second they were written."""
    notes: defaultdict[int, list[str]] = defaultdict(list)
    for note in _rows(members, "data/note-tweet.js") if "data/note-tweet.js" in members.names else ():
        at, words = parse_instant(note.get("createdAt")), fields.text(fields.child(note, "core"), "text")
        if at and words:
            notes[int(at.timestamp())].append(unescape(words))
    return notes


def _reason(tweet: Json) -> str:
    """Why a tweet is no post of the owner's own; "" when it is one."""
    said = fields.text(tweet, "full_text") or fields.text(tweet, "text")
    if not _number(tweet, "id_str") or not said:
        return "malformed"
    return "boost" if _RETWEET.match(said) or tweet.get("retweeted_status") else ""


def _post(tweet: Json, own_id: str, notes: _Notes) -> Post:
    answered = _number(tweet, "in_reply_to_status_id_str")
    whom = fields.identifier(tweet, "in_reply_to_user_id_str")
    number = _number(tweet, "id_str")
    published = _instant(fields.text(tweet, "created_at"))
    said = unescape(fields.text(tweet, "full_text") or fields.text(tweet, "text"))
    addresses = _addresses(tweet)
    return Post(
        post_id=_original(tweet) or number,
        url=f"https://x.com/i/web/status/{number}",
        kind=PostKind.REPLY if answered or whom else PostKind.POST,
        text=_spelled_out(_uncut(said, published, notes), tweet, addresses),
        links=tuple(dict.fromkeys(addresses.values())),
        media=tuple(_media(tweet)),
        language=fields.text(tweet, "lang") if fields.text(tweet, "lang") not in ("und", "zxx") else None,
        published_at=published,
        # Whose post it was is nobody's business; that it was the owner's own is kept apart.
        reply_to_id=(answered if whom == own_id else item_key(answered)) if answered else None,
        replies_to_self=whom == own_id if whom else None,
        undatable=published is None,
    )


def _original(tweet: Json) -> str:
    """The id that a tweet had before it was edited: each edit gets one of its own."""
    info = fields.child(tweet, "edit_info")
    edited = _number(fields.child(info, "edit"), "initialTweetId")
    ids = fields.strings(fields.child(info, "initial"), "editTweetIds")
    return edited or (ids[0] if ids and _ID.fullmatch(ids[0]) else "")


def _number(obj: Json, key: str) -> str:
    """An id as X gives them; "" for anything else."""
    value = fields.identifier(obj, key)
    return value if _ID.fullmatch(value) else ""


def _instant(written: str) -> datetime | None:
    """As in "Wed Nov 11 08:00:00 +0000 2026", read without the machine's language."""
    parts = written.split()
    if len(parts) != len(_DATE.split()):
        return None
    day, month, number, clock, zone, year = parts
    try:
        at = parsedate_to_datetime(f"{day}, {number} {month} {year} {clock} {zone}").astimezone(UTC)
    except (ValueError, OverflowError):  # no date: the answer
        return None
    return parse_instant(at.isoformat())


def _uncut(said: str, at: datetime | None, notes: _Notes) -> str:
    """The whole words of a long tweet: the note of the same moment that begins with what is left of it."""
    if at is None or not notes or (len(said) < _LONG and "…" not in said):
        return said
    start, second = " ".join(_CUT.sub("", said).split())[:200], int(at.timestamp())
    nearby = (
        words for near in range(second - _APART, second + _APART + 1) for words in notes.get(near, ())[:_MOST_NEAR]
    )
    return next((words for words in nearby if " ".join(words.split()).startswith(start)), said)


def _addresses(tweet: Json) -> Mapping[str, str]:
    """Short addresses and what they stand for."""
    found = fields.children(fields.child(tweet, "entities"), "urls")
    return {
        fields.text(one, "url"): fields.address(one, "expanded_url")
        for one in found
        if fields.text(one, "url") and fields.address(one, "expanded_url")
    }


def _spelled_out(said: str, tweet: Json, addresses: Mapping[str, str]) -> str:
    pictures = {fields.text(one, "url"): "" for one in fields.children(fields.child(tweet, "entities"), "media")}
    return spelled_out(said, pictures | dict(addresses)).strip()


def _media(tweet: Json) -> Iterator[Media]:
    entities = fields.child(tweet, "extended_entities") or fields.child(tweet, "entities")
    for one in fields.children(entities, "media"):
        kind = fields.text(one, "type")
        yield Media(IMAGE if kind == "photo" else kind or "unknown", fields.text(one, "ext_alt_text").strip())


def _profile(members: Members, account: Json) -> ProfileSeen | None:
    """None where the archive does not hold it."""
    if "data/profile.js" not in members.names:
        return None
    described = fields.child(_first(members, "data/profile.js", "profile"), "description")
    lines = (fields.text(described, key) for key in ("bio", "location", "website"))
    bio = "\n".join(line for line in lines if line)
    return ProfileSeen(bio, fields.text(account, "accountDisplayName"), "", fields.text(account, "username"))


FORMAT = XArchive()
