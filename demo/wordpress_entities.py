"""WordPress's REST objects, as an anonymous reader gets them.

Shapes: developer.wordpress.org/rest-api/reference and the answers of WordPress 6.1. `date` and `modified` are on
the site's clock and carry no zone; their `_gmt` twins are UTC and carry none either.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from demo import markup
from demo.addresses import SITE_ZONE, digest, slug, wordpress_number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from demo.story import StoryPost

EXCERPT_WORDS = 55
SIZES = ("24", "48", "96")


def local(moment: datetime) -> str:
    """A time on the site's clock, without a zone."""
    return moment.astimezone(SITE_ZONE).strftime("%Y-%m-%dT%H:%M:%S")


def gmt(moment: datetime) -> str:
    """A UTC time, without a zone."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def rendered(text: str) -> str:
    """Words as WordPress renders them."""
    return markup.texturised(markup.article_html(text))


def excerpt(text: str) -> str:
    """The first 55 words."""
    words = re.sub(r"\s+", " ", text).split(" ")
    if len(words) <= EXCERPT_WORDS:
        return f"<p>{markup.texturised(markup.escape(' '.join(words)))}</p>\n"
    return f"<p>{markup.texturised(markup.escape(' '.join(words[:EXCERPT_WORDS])))} [&hellip;]</p>\n"


def article_json(post: StoryPost, author: int, url: str, base: str, now: datetime) -> dict[str, Any]:
    """A post or page object. A protected one is listed with empty content."""
    version = post.version(now) or post.versions[0]
    number, changed = wordpress_number(post), post.changed_at(now)
    closed = post.status == "protected"
    kind, plural = ("page", "pages") if post.kind == "page" else ("post", "posts")
    return {
        "id": number,
        "date": local(post.published_at),
        "date_gmt": gmt(post.published_at),
        "guid": {"rendered": f"{base}/?{'page_id' if kind == 'page' else 'p'}={number}"},
        "modified": local(changed),
        "modified_gmt": gmt(changed),
        "slug": slug(post),
        "status": "publish",
        "type": kind,
        "link": url,
        "title": {"rendered": markup.texturised(markup.escape(post.title))},
        "content": {"rendered": "" if closed else rendered(version.text), "protected": closed},
        "excerpt": {"rendered": "" if closed else excerpt(version.text), "protected": closed},
        "author": author,
        "featured_media": 0,
        **({"parent": 0, "menu_order": 0} if kind == "page" else {}),
        "comment_status": "closed" if kind == "page" else "open",
        "ping_status": "closed",
        **({} if kind == "page" else {"sticky": False}),
        "template": "",
        **({} if kind == "page" else {"format": "standard"}),
        "meta": [],
        **({} if kind == "page" else {"categories": [1], "tags": []}),
        "_links": _article_links(post, author, base, plural, now),
    }


def _article_links(post: StoryPost, author: int, base: str, plural: str, now: datetime) -> dict[str, Any]:
    api, number = f"{base}/wp-json/wp/v2", wordpress_number(post)
    edits = sum(1 for version in post.versions[1:] if version.at <= now)
    return {
        "self": [{"href": f"{api}/{plural}/{number}"}],
        "collection": [{"href": f"{api}/{plural}"}],
        "about": [{"href": f"{api}/types/{plural.removesuffix('s')}"}],
        "author": [{"embeddable": True, "href": f"{api}/users/{author}"}],
        "replies": [{"embeddable": True, "href": f"{api}/comments?post={number}"}],
        "version-history": [{"count": edits, "href": f"{api}/{plural}/{number}/revisions"}],
        "wp:attachment": [{"href": f"{api}/media?parent={number}"}],
        "curies": [{"name": "wp", "href": "https://api.w.org/{rel}", "templated": True}],
    }


def comment_json(
    post: StoryPost, text: str, author: tuple[int, str], place: tuple[int, int, str], base: str
) -> dict[str, Any]:
    """A comment object. `author` is (user id, shown name), 0 for a guest; `place` is (article, parent, permalink)."""
    api, (number, name), (article, parent, url) = f"{base}/wp-json/wp/v2", author, place
    links: dict[str, Any] = {
        "self": [{"href": f"{api}/comments/{wordpress_number(post)}"}],
        "collection": [{"href": f"{api}/comments"}],
        "up": [{"embeddable": True, "post_type": "post", "href": f"{api}/posts/{article}"}],
    }
    if parent:
        links["in-reply-to"] = [{"embeddable": True, "href": f"{api}/comments/{parent}"}]
    if number:
        links["author"] = [{"embeddable": True, "href": f"{api}/users/{number}"}]
    return {
        "id": wordpress_number(post),
        "post": article,
        "parent": parent,
        "author": number,
        "author_name": name,
        "author_url": base if number else "",
        "date": local(post.published_at),
        "date_gmt": gmt(post.published_at),
        "content": {"rendered": rendered(text)},
        "link": url,
        "status": "approved",
        "type": "comment",
        "author_avatar_urls": avatars(name),
        "meta": [],
        "_links": links,
    }


def user_json(number: int, name: str, slug_: str, description: str, base: str) -> dict[str, Any]:
    """A public user object."""
    api = f"{base}/wp-json/wp/v2"
    links = {"self": [{"href": f"{api}/users/{number}"}], "collection": [{"href": f"{api}/users"}]}
    return {
        "id": number,
        "name": name,
        "url": "",
        "description": description,
        "link": f"{base}/author/{slug_}/",
        "slug": slug_,
        "avatar_urls": avatars(name),
        "meta": [],
        "_links": links,
    }


def avatars(name: str) -> dict[str, str]:
    """Avatar addresses by size."""
    return {size: f"http://0.gravatar.com/avatar/{digest('avatar', name)}?s={size}&d=mm&r=g" for size in SIZES}


def root_json(name: str, base: str) -> dict[str, Any]:
    """The index of the REST API, with the routes that this site answers."""
    routes = ("/", "/wp/v2", "/wp/v2/posts", "/wp/v2/pages", "/wp/v2/comments", "/wp/v2/users")
    api = f"{base}/wp-json"
    return {
        "name": name,
        "description": "",
        "url": base,
        "home": base,
        "gmt_offset": -5,
        "timezone_string": str(SITE_ZONE),
        "namespaces": ["oembed/1.0", "wp/v2"],
        "authentication": [],
        "routes": {route: {"methods": ["GET"], "_links": {"self": [{"href": f"{api}{route}"}]}} for route in routes},
        "site_logo": 0,
        "_links": {"help": [{"href": "https://developer.wordpress.org/rest-api/"}]},
    }


def error_json(code: str, message: str, status: int, **more: Mapping[str, str]) -> dict[str, Any]:
    """A REST error."""
    return {"code": code, "message": message, "data": {"status": status, **more}}
