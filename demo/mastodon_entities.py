"""Mastodon's JSON entities, as an anonymous reader gets them.

Shapes: docs.joinmastodon.org/entities (Account, Status, MediaAttachment, Poll) and api/rate-limits.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from demo import markup
from demo.addresses import digest, snowflake
from demo.wire import zulu

if TYPE_CHECKING:
    from demo.story import AccountStory, Quoted, StoryPost
    from demo.wire import Request

RATE_LIMIT = 300
RATE_WINDOW = timedelta(minutes=5)
PARENT_LEAD = timedelta(minutes=17)
"""How long before the answer an answered or boosted status was written."""
POLL_LENGTH = timedelta(days=1)


def account_number(story: AccountStory) -> str:
    """The lasting id of one of the host's own accounts."""
    return snowflake(story.joined_at, story.handle)


def others_number(handle: str) -> str:
    """The id under which this host knows somebody from elsewhere."""
    return str(10**17 + int(digest("account", handle)[:13], 16))


def quoted_id(post: StoryPost) -> str:
    """The id of the status by somebody else that `post` answers or boosts."""
    return snowflake(post.published_at - PARENT_LEAD, f"parent of {post.id}")


def rate_headers(now: datetime, *, limited: bool) -> tuple[tuple[str, str], ...]:
    """X-RateLimit headers; the reset is an ISO 8601 time with microseconds, at the end of a five minute window."""
    seconds = int(RATE_WINDOW.total_seconds())
    reset = datetime.fromtimestamp((int(now.timestamp()) // seconds + 1) * seconds, UTC)
    return (
        ("X-RateLimit-Limit", str(RATE_LIMIT)),
        ("X-RateLimit-Remaining", "0" if limited else str(RATE_LIMIT - 1)),
        ("X-RateLimit-Reset", reset.strftime("%Y-%m-%dT%H:%M:%S.%fZ")),
    )


def account_json(number: str, handle: str, base: str, joined: datetime) -> dict[str, Any]:
    """An Account entity; the caller fills in what it knows."""
    user, _, domain = handle.partition("@")
    url = f"https://{domain}/@{user}" if domain else f"{base}/@{user}"
    picture = f"{base}/avatars/original/missing.png"
    return {
        "id": number, "username": user, "acct": handle, "display_name": user, "locked": False, "bot": False,
        "discoverable": True, "indexable": False, "group": False,
        "created_at": joined.strftime("%Y-%m-%dT00:00:00.000Z"), "note": "", "url": url, "uri": url,
        "avatar": picture, "avatar_static": picture, "header": picture, "header_static": picture,
        "followers_count": 0, "following_count": 0, "statuses_count": 0, "last_status_at": None,
        "hide_collections": None, "noindex": False, "emojis": [], "roles": [], "fields": [],
    }  # fmt: skip


def status_json(number: str, at: datetime, text: str, base: str) -> dict[str, Any]:
    """A Status entity as an anonymous reader gets it; the caller fills in what it knows."""
    tags = [{"name": tag, "url": f"{base}/tags/{tag}"} for tag in markup.hashtags(text)]
    people = [
        {"id": others_number(name), "username": name.split("@")[0], "acct": name, "url": others_url(name)}
        for name in markup.mentions(text)
    ]
    return {
        "id": number, "created_at": zulu(at), "in_reply_to_id": None, "in_reply_to_account_id": None,
        "sensitive": False, "spoiler_text": "", "visibility": "public", "language": "en", "uri": "", "url": None,
        "replies_count": 0, "reblogs_count": 0, "favourites_count": 0, "quotes_count": 0, "edited_at": None,
        "content": markup.mastodon_html(text, base), "reblog": None, "application": None, "account": None,
        "media_attachments": [], "mentions": people, "tags": tags, "emojis": [], "quote": None, "card": None,
        "poll": None, "quote_approval": {"automatic": ["public"], "manual": [], "current_user": "denied"},
    }  # fmt: skip


def others_url(handle: str) -> str:
    """The profile of somebody from elsewhere."""
    user, domain = handle.split("@")
    return f"https://{domain}/@{user}"


def counters(post: StoryPost, now: datetime) -> dict[str, int]:
    """Counts that move by themselves, so that only the words can tell an edit."""
    hours = max(0, int((now - post.published_at).total_seconds()) // 3600)
    salt = int(digest("counts", post.id)[:4], 16)
    return {"favourites_count": min(hours, salt % 31), "reblogs_count": min(hours // 5, salt % 4)}


def others_status(post: StoryPost, quoted: Quoted, request: Request) -> dict[str, Any]:
    number, at = quoted_id(post), post.published_at - PARENT_LEAD
    url = f"{others_url(quoted.by)}/{number}"
    account = account_json(others_number(quoted.by), quoted.by, request.base, at - timedelta(days=400))
    return status_json(number, at, quoted.text, request.base) | {"account": account, "url": url, "uri": url}


def media(post: StoryPost, base: str) -> list[dict[str, Any]]:
    return [
        {
            "id": snowflake(post.published_at, f"{post.id} {number}"),
            "type": picture.kind,
            "url": f"{base}/system/media_attachments/{digest(post.id)}.jpg",
            "preview_url": f"{base}/system/media_attachments/small/{digest(post.id)}.jpg",
            "remote_url": None,
            "preview_remote_url": None,
            "text_url": None,
            "meta": {"original": {"width": 1200, "height": 900, "size": "1200x900", "aspect": 1.3333333333333333}},
            "description": picture.alt or None,
            "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
        }
        for number, picture in enumerate(post.pictures)
    ]


def poll(post: StoryPost, now: datetime) -> dict[str, Any] | None:
    if not post.poll:
        return None
    hours = min(24, max(0, int((now - post.published_at).total_seconds()) // 3600))
    votes = [hours * (3 + 2 * number) % 19 for number, _ in enumerate(post.poll)]
    expires = post.published_at + POLL_LENGTH
    return {
        "id": snowflake(post.published_at, f"poll {post.id}"),
        "expires_at": zulu(expires),
        "expired": expires <= now,
        "multiple": False,
        "votes_count": sum(votes),
        "voters_count": sum(votes),
        "options": [{"title": title, "votes_count": count} for title, count in zip(post.poll, votes, strict=True)],
        "emojis": [],
    }
