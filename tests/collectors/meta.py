"""What the tests of Meta's three platforms share: invented owners, and a reader that carries an invented token."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from collectors.base import Grant, Politeness
from collectors.http import open_http
from tests.fakes.graph import GraphServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collectors.base import Http

TOKEN = "IGQVJinvented-token-of-dana"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
IG_COMMENTS = "instagram_business_manage_comments"


def grant(platform: str, owner: str, **more: object) -> Grant:
    return Grant(platform, owner, TOKEN, **more)  # type: ignore[arg-type]


@contextmanager
def reader(server: GraphServer, platform, token: str = TOKEN) -> Iterator[Http]:
    """An `Http` for one account, whose requests carry `token` to the server."""
    polite = Politeness(
        user_agent="section7", contact="", delay=0, jitter=0, allowed_private=frozenset({server.loopback.place})
    )
    with open_http(polite, clock=lambda: NOW) as client:
        yield client.for_account(30, grant=Grant(platform.name, "x", token), hosts=platform.consent.hosts)


def media(number: int, day: str, **more: object) -> dict[str, object]:
    """An Instagram post of Dana's, with every field that the documentation names."""
    return {
        "id": f"1790{number}",
        "caption": f"Autumn walk {number}",
        "media_type": "IMAGE",
        "media_product_type": "FEED",
        "media_url": f"https://cdn.example/{number}.jpg?signature=a{number}",
        "permalink": f"https://www.instagram.com/p/C{number}/",
        "timestamp": f"2026-{day}T09:00:00+0000",
        "username": "dana.therapy",
    } | more


def instagram(**more: object) -> GraphServer:
    me = {
        "id": "9001",
        "user_id": "17841400000000001",
        "username": "dana.therapy",
        "name": "Dana Ferreira",
        "account_type": "BUSINESS",
        "biography": "Counselor in Oregon",
    }
    known = frozenset({"id", "user_id", "username", "name", "account_type", "biography"})
    post = frozenset({*media(1, "11-01"), "alt_text", "children", "comments"})
    made = {
        "me": me,
        "edges": {"me/media": [media(3, "11-20"), media(2, "11-10"), media(1, "11-01")]},
        "token": TOKEN,
        "scopes": ("instagram_business_basic", IG_COMMENTS),
        "fields": {"me": known, "me/media": post},
        "wants": {"comments": IG_COMMENTS},
    }
    return GraphServer(**(made | more))  # type: ignore[arg-type]


def page_post(number: int, day: str, **more: object) -> dict[str, object]:
    """A post of the page Fern Street Counseling."""
    return {
        "id": f"1001_{number}",
        "message": f"Open house {number}",
        "created_time": f"2026-{day}T09:00:00+0000",
        "permalink_url": f"https://www.facebook.com/fernstreet/posts/{number}",
        "is_published": True,
        "privacy": {"value": "EVERYONE", "description": "Public", "friends": "", "allow": "", "deny": ""},
        "from": {"id": "1001"},
    } | more


def facebook(**more: object) -> GraphServer:
    me = {
        "id": "1001",
        "name": "Fern Street Counseling",
        "username": "FernStreet",
        "link": "https://www.facebook.com/FernStreet",
        "about": "A practice in Oregon",
        "is_published": True,
    }
    post = frozenset({*page_post(1, "11-01"), "attachments", "comments"})
    made = {
        "me": me,
        "edges": {"1001/published_posts": [page_post(3, "11-20"), page_post(2, "11-10"), page_post(1, "11-01")]},
        "token": TOKEN,
        "scopes": ("pages_read_engagement", "pages_read_user_content"),
        "fields": {"me": frozenset(me), "1001/published_posts": post},
        "wants": {"comments": "pages_read_user_content"},
        "inspected": {"type": "PAGE", "expires_at": 0, "data_access_expires_at": 1_800_000_000},
    }
    return GraphServer(**(made | more))  # type: ignore[arg-type]


def thread(number: int, day: str, **more: object) -> dict[str, object]:
    """A post of Dana's on Threads."""
    return {
        "id": f"700{number}",
        "media_type": "TEXT_POST",
        "permalink": f"https://www.threads.com/@dana/post/D{number}",
        "username": "dana",
        "text": f"Thought {number}",
        "timestamp": f"2026-{day}T09:00:00+0000",
    } | more


def threads(**more: object) -> GraphServer:
    me = {"id": "42", "username": "dana", "name": "Dana", "threads_biography": "Counselor"}
    post = frozenset({*thread(1, "11-01"), "alt_text", "link_attachment_url", "poll_attachment", "children"})
    made = {
        "me": me,
        "edges": {
            "me/threads": [thread(3, "11-20"), thread(2, "11-10"), thread(1, "11-01")],
            "me/replies": [thread(9, "11-15", is_reply=True, replied_to={"id": "5550"})],
        },
        "token": TOKEN,
        "version": "v1.0",
        "scopes": ("threads_basic", "threads_read_replies", "threads_profile_discovery"),
        "fields": {"me": frozenset(me), "me/threads": post, "me/replies": post | {"is_reply", "replied_to"}},
        "lookups": {"dana": {"username": "dana"}},
        "wants": {"me/replies": "threads_read_replies", "profile_lookup": "threads_profile_discovery"},
        "inspected": {"type": "USER", "user_id": "42", "expires_at": 1_800_000_000},
        "says_next": False,
    }
    return GraphServer(**(made | more))  # type: ignore[arg-type]
