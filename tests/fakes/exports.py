"""Invented exports, built member by member the way the services pack them."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from collectors.import_format import Handing
from domain.accounts import AccountKind

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECRET = "Never to be opened: the words of a client."
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ACTOR = "https://fern.example/users/tess"
HANDING = Handing("tess", "Tess Arroway", AccountKind.PROFESSIONAL, NOW, UTC)


def zipped(members: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    """A zip with these members, in this order."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    file.seek(0)
    return file


def tarred(members: Mapping[str, str | bytes], *, packed: bool = True) -> io.BytesIO:
    """The same as tar.gz, or as plain tar."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in members.items():
            body = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    body = plain.getvalue()
    return io.BytesIO(gzip.compress(body) if packed else body)


def note(number: int, words: str, at: str = "2026-11-18T10:00:00Z", **more: Any) -> dict[str, Any]:
    """One public post as Mastodon's outbox holds it."""
    held = {
        "id": f"{ACTOR}/statuses/{number}",
        "type": "Note",
        "attributedTo": ACTOR,
        "content": f"<p>{words}</p>",
        "published": at,
        "url": f"https://fern.example/@tess/{number}",
        "to": [PUBLIC],
        "cc": [f"{ACTOR}/followers"],
        "inReplyTo": None,
    }
    return {"type": "Create", "actor": ACTOR, "object": held | more}


def mastodon(*activities: dict[str, Any], bio: str = "Counselor", total: int | None = None) -> dict[str, str]:
    """The members of Mastodon's archive, with some that are never to be opened."""
    actor = {
        "id": ACTOR,
        "type": "Person",
        "preferredUsername": "tess",
        "name": "Tess Arroway",
        "summary": f"<p>{bio}</p>",
        "url": "https://fern.example/@tess",
        "attachment": [{"type": "PropertyValue", "name": "Practice", "value": "Larkspur Bend"}],
    }
    count = len(activities) if total is None else total
    outbox = {"type": "OrderedCollection", "totalItems": count, "orderedItems": list(activities)}
    return {
        "media_attachments/files/1.png": "not a picture",
        "outbox.json": json.dumps(outbox),
        "likes.json": SECRET,
        "bookmarks.json": SECRET,
        "actor.json": json.dumps(actor),
    }


def assigned(kind: str, rows: Any, part: int = 0) -> str:
    """JavaScript as X's archive has it."""
    return f"window.YTD.{kind}.part{part} = {json.dumps(rows, indent=2)}"


def tweet(number: int, words: str, at: str = "Wed Nov 18 10:00:00 +0000 2026", **more: Any) -> dict[str, Any]:
    """One tweet of X's archive."""
    held = {"id_str": str(number), "full_text": words, "created_at": at, "lang": "en", "retweeted": False}
    return {"tweet": held | more}


def x_archive(*tweets: dict[str, Any], **more: str) -> dict[str, str]:
    """The members of X's archive; `more` by file name without ending, "_" for "-", replaces or adds one in data/."""
    account = {
        "username": "tess",
        "accountId": "77",
        "accountDisplayName": "Tess",
        "email": "tess@larkspurbend.example",
    }
    info = {"generationDate": "2026-11-20T08:00:00.000Z", "isPartialArchive": False}
    manifest = json.dumps({"userInfo": {"accountId": "77"}, "archiveInfo": info})
    members = {
        "Your archive.html": "<html></html>",
        "data/account.js": assigned("account", [{"account": account}]),
        "data/profile.js": assigned(
            "profile", [{"profile": {"description": {"bio": "Counselor", "location": "Here"}}}]
        ),
        "data/manifest.js": f"window.__THAR_CONFIG = {manifest}",
        "data/tweets.js": assigned("tweets", list(tweets)),
        "data/direct-messages.js": SECRET,
        "data/contact.js": SECRET,
        "data/ad-impressions.js": SECRET,
        "data/deleted-tweets.js": SECRET,
    }
    return members | {f"data/{name.replace('_', '-')}.js": body for name, body in more.items()}


def garbled(words: str) -> str:
    """Text as Instagram escapes it: each byte of its UTF-8 as if it were a character."""
    return words.encode().decode("latin-1")


def picture(words: str, at: int = 1_795_000_000, uri: str = "media/posts/202611/1.jpg") -> dict[str, Any]:
    """One post of one picture in Instagram's download."""
    return {"media": [{"uri": uri, "creation_timestamp": at, "title": garbled(words)}]}


def instagram(
    *posts: dict[str, Any], private: str | None = "False", bio: str = "Counselor", **more: str
) -> dict[str, str]:
    """The members of Instagram's download; `private` None leaves out what tells it."""
    told = {
        "Username": {"value": "tess"},
        "Bio": {"value": garbled(bio)},
        "Email": {"value": "tess@larkspurbend.example"},
    }
    if private is not None:
        told["Private Account"] = {"value": private}
    person = {"profile_user": [{"title": "User Information", "string_map_data": told}]}
    return {
        "your_instagram_activity/media/posts_1.json": json.dumps(list(posts)),
        "personal_information/personal_information/personal_information.json": json.dumps(person),
        "your_instagram_activity/messages/inbox/dana_1/message_1.json": SECRET,
        "your_instagram_activity/media/archived_posts.json": SECRET,
        "your_instagram_activity/media/stories.json": SECRET,
        "connections/contacts/synced_contacts.json": SECRET,
        "ads_information/ads_and_topics/ads_viewed.json": SECRET,
    } | more


SHARES = "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\r\n"
COMMENTS = "Date,Link,Message\r\n"


def share(number: int, words: str, audience: str = "PUBLIC", at: str = "2026-11-18 10:00:00", shared: str = "") -> str:
    """One row of Shares.csv."""
    quoted = words.replace('"', '""')
    link = f"https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A{number}"
    return f'{at},{link},"{quoted}",{shared},,{audience}\r\n'


def linkedin(shares: str = "", comments: str = "", name: str = "Tess,Arroway", **articles: str) -> dict[str, str]:
    """The members of LinkedIn's download; `articles` by the name of the page."""
    profile = (
        f"First Name,Last Name,Birth Date,Address,Headline,Summary\r\n{name},Jan 1,12 Elm Street,Counselor,Hello\r\n"
    )
    return {
        "Shares.csv": SHARES + shares,
        "Comments.csv": COMMENTS + comments,
        "Profile.csv": profile,
        "messages.csv": SECRET,
        "Connections.csv": SECRET,
        "Ad_Targeting.csv": SECRET,
    } | {f"Articles/Articles/{page}.html": body for page, body in articles.items()}
