"""Where each post of the story stands: the id and the address that its platform would give it.

Ids follow from the story alone, so that two runs of the demonstration agree on all of them but the port.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from demo.story import Shape

if TYPE_CHECKING:
    from datetime import datetime

    from demo.story import AccountStory, StoryPost

SITE_ZONE = ZoneInfo("America/New_York")


def digest(*parts: str) -> str:
    """32 hex digits that depend on nothing but the parts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def snowflake(moment: datetime, salt: str) -> str:
    """A Mastodon id: milliseconds in the upper bits, 16 bits that tell posts of one instant apart."""
    milliseconds = int(moment.timestamp() * 1000)
    return str((milliseconds << 16) | (zlib.crc32(salt.encode()) & 0xFFFF))


def slug(post: StoryPost) -> str:
    """The last part of an article's address."""
    return post.slug or re.sub(r"[^a-z0-9]+", "-", post.title.lower().replace("'", "")).strip("-")


def wordpress_number(post: StoryPost) -> int:
    """Row number on the WordPress site. Articles and pages share one sequence and comments have their own."""
    return 3 * post.number + 2


def platform_id(post: StoryPost, shape: Shape) -> str:
    """The post's id as the platform itself writes it."""
    if shape is Shape.MASTODON:
        return snowflake(post.published_at, post.id)
    if shape is Shape.SNAC:
        return f"{int(post.published_at.timestamp()):010d}{digest('snac', post.id)}"
    if shape is Shape.WORDPRESS:
        return str(wordpress_number(post))
    if shape is Shape.ATOM:
        return f"tag:fieldnotes.example,2026:{post.id}"
    return f"episode-{post.id}"


def profile_url(account: AccountStory, base: str) -> str:
    """The address that staff would give when they enrol the account."""
    if account.shape is Shape.MASTODON:
        return f"{base}/@{account.handle}"
    if account.shape is Shape.SNAC:
        return f"{base}/{account.handle}"
    if account.shape is Shape.WORDPRESS:
        return f"{base}/author/{account.handle}/"
    return f"{base}/"


def post_url(post: StoryPost, account: AccountStory, base: str, article: StoryPost | None = None) -> str:
    """The post's permalink. `article` is what a comment stands under and is needed for comments only."""
    if account.shape is Shape.MASTODON:
        return f"{base}/@{account.handle}/{platform_id(post, account.shape)}"
    if account.shape is Shape.SNAC:
        return f"{base}/{account.handle}/p/{post.published_at.timestamp():.6f}"
    if account.shape is Shape.WORDPRESS:
        return _wordpress_url(post, base, article)
    if account.shape is Shape.ATOM:
        return f"{base}/{_day(post)}/{slug(post)}.html"
    return f"{base}/episodes/{slug(post)}"


def _wordpress_url(post: StoryPost, base: str, article: StoryPost | None) -> str:
    if article is not None:
        return f"{_wordpress_url(article, base, None)}#comment-{wordpress_number(post)}"
    if post.status in {"draft", "future"}:
        return f"{base}/?p={wordpress_number(post)}"
    return f"{base}/{slug(post)}/" if post.kind == "page" else f"{base}/{_day(post)}/{slug(post)}/"


def _day(post: StoryPost) -> str:
    return post.published_at.astimezone(SITE_ZONE).strftime("%Y/%m/%d")
