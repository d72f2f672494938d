"""Blog and podcast hosts: an Atom feed, or a JSON Feed with an RSS twin, and the pages around them.

Formats: RFC 4287, jsonfeed.org/version/1.1, rssboard.org/rss-specification. A feed shows a window of its newest
items only; permalinks answer 404 once the item is deleted; nothing in the feed itself tells a deletion.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo import markup
from demo.addresses import platform_id
from demo.story import FaultKind, Shape
from demo.wire import Answer, conditional, entity_tag, text_answer
from domain.accounts import Proof

if TYPE_CHECKING:
    from datetime import datetime

    from demo.story import AccountStory
    from demo.wire import Request
    from demo.world import World

WINDOW = {Shape.ATOM: 10, Shape.JSON_FEED: 15}
"""Items that a feed shows."""
ATOM_TYPE = "application/atom+xml; charset=utf-8"
JSON_TYPE = "application/feed+json; charset=utf-8"
RSS_TYPE = "application/rss+xml; charset=utf-8"
ROBOTS = "User-agent: *\nDisallow: /drafts/\nAllow: /\n"
NOT_FOUND = text_answer(markup.page("Not found", "", "<h1>Not found</h1>"), 404)
MAINTENANCE = text_answer(
    markup.page("Back soon", "", "<h1>We are moving to a faster server</h1><p>Everything will be back shortly.</p>")
)


@dataclass(frozen=True, slots=True)
class Item:
    """One item as it stands now. Times are aware UTC."""

    id: str
    url: str
    title: str
    markup: str
    language: str
    published: datetime
    updated: datetime


class FeedSite:
    """Answers for one blog or podcast."""

    def __init__(self, world: World, host: str) -> None:
        """Serve `host` of `world`."""
        self._world = world
        self._host = host
        self._story = world.accounts_on(host)[0]
        formats = {"/feed.xml": ATOM_TYPE} if self._story.shape is Shape.ATOM else {}
        self._formats = formats or {"/feed.json": JSON_TYPE, "/feed.rss": RSS_TYPE}

    def answer(self, request: Request) -> Answer:
        """The feed, a page, or what the present fault makes of it."""
        fault = self._world.fault(self._host, request.now)
        if fault is not None and fault.kind is FaultKind.MAINTENANCE_PAGE:
            return MAINTENANCE
        if content_type := self._formats.get(request.path):
            broken = fault is not None and fault.kind is FaultKind.MALFORMED
            return self._feed(request, content_type, broken=broken)
        return self._page(request)

    def _feed(self, request: Request, content_type: str, *, broken: bool) -> Answer:
        items = self.items(request)[: WINDOW[self._story.shape]]
        text = self._render(content_type, request, items)
        if broken:
            return text_answer(text[: text.index("<entry>") + 40], content_type=content_type)
        answer = text_answer(text, content_type=content_type)
        changed = max((item.updated for item in items), default=self._story.joined_at)
        return conditional(answer, request, entity_tag(answer.body), changed)

    def _render(self, content_type: str, request: Request, items: list[Item]) -> str:
        if content_type == RSS_TYPE:
            return rss((self._story.handle, self._story.bio), request, items)
        return (atom if content_type == ATOM_TYPE else json_feed)(self._story, request, items)

    def _page(self, request: Request) -> Answer:
        if request.path == "/":
            return text_answer(self._home(request))
        if request.path == "/robots.txt":
            return text_answer(ROBOTS, content_type="text/plain; charset=utf-8")
        token = self._world.shown_token(self._story.key, Proof.WELL_KNOWN, request.now)
        if request.path == "/.well-known/section7.txt" and token:
            return text_answer(f"{token}\n", content_type="text/plain; charset=utf-8")
        url = f"{request.base}{request.path}"
        item = next((item for item in self.items(request) if item.url == url), None)
        if item is None:
            return NOT_FOUND
        return text_answer(markup.page(item.title, "", f"<h1>{markup.escape(item.title)}</h1>\n{item.markup}"))

    def _home(self, request: Request) -> str:
        name = markup.escape(self._story.handle)
        links = "\n".join(
            f'<link rel="alternate" type="{content_type.split(";")[0]}" title="{name}" href="{request.base}{path}">'
            for path, content_type in self._formats.items()
        )
        entries = "".join(
            f'<li><a href="{item.url}">{markup.escape(item.title)}</a></li>' for item in self.items(request)
        )
        bio = f"<p>{markup.escape(self._story.bio)}</p>"
        return markup.page(self._story.handle, links, f"<h1>{name}</h1>{bio}<ul>{entries}</ul>")

    def items(self, request: Request) -> list[Item]:
        """All items that stand now, newest first; one of them is the token's, where that is the way of proof."""
        posts = [post for post in self._world.posts(self._story.key) if post.stands(request.now)]
        items = [
            Item(
                id=platform_id(post, self._story.shape),
                url=self._world.url(post),
                title=post.title,
                markup=markup.article_html((post.version(request.now) or post.versions[0]).text),
                language=post.language,
                published=post.published_at,
                updated=post.changed_at(request.now),
            )
            for post in posts
        ]
        return sorted([*items, *self._token_item(request)], key=lambda item: item.published, reverse=True)

    def _token_item(self, request: Request) -> list[Item]:
        shown = self._world.token(self._story.key, request.now)
        if shown is None or self._story.proof is not Proof.FEED_ITEM:
            return []
        token, since = shown
        text = markup.article_html(f"Housekeeping, nothing to hear here: {token}")
        url = f"{request.base}/episodes/housekeeping"
        return [Item("episode-housekeeping", url, "Housekeeping", text, "en", since, since)]


def atom(story: AccountStory, request: Request, items: list[Item]) -> str:
    """An Atom feed as a static site generator writes it: HTML content in CDATA."""
    name = markup.escape(story.handle)
    updated = max((item.updated for item in items), default=story.joined_at).isoformat()
    head = (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f'<link href="{request.base}/feed.xml" rel="self" type="application/atom+xml" />'
        f'<link href="{request.base}/" rel="alternate" type="text/html" /><updated>{updated}</updated>'
        f'<id>{request.base}/feed.xml</id><title type="html">{name}</title>'
        f"<subtitle>{markup.escape(story.bio)}</subtitle><author><name>{story.display_name}</name></author>"
    )
    return head + "".join(_entry(item) for item in items) + "</feed>\n"


def _entry(item: Item) -> str:
    title = markup.escape(markup.escape(item.title))
    return (
        f'<entry><title type="html">{title}</title><link href="{item.url}" rel="alternate" type="text/html" />'
        f"<published>{item.published.isoformat()}</published><updated>{item.updated.isoformat()}</updated>"
        f'<id>{item.id}</id><content type="html" xml:base="{item.url}" xml:lang="{item.language}">'
        f"<![CDATA[{item.markup}]]></content></entry>"
    )


def json_feed(story: AccountStory, request: Request, items: list[Item]) -> str:
    """A JSON Feed 1.1 of a podcast: show notes as HTML, the sound as an attachment."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": story.handle,
        "home_page_url": f"{request.base}/",
        "feed_url": f"{request.base}/feed.json",
        "description": story.bio,
        "language": "en-US",
        "authors": [{"name": story.display_name}],
        "items": [_json_item(item, request) for item in items],
    }
    return json.dumps(feed, ensure_ascii=False, indent=2) + "\n"


def _json_item(item: Item, request: Request) -> dict[str, object]:
    sound = f"{request.base}/audio/{item.url.rsplit('/', 1)[-1]}.mp3"
    return {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "content_html": item.markup,
        "date_published": item.published.isoformat(),
        "date_modified": item.updated.isoformat(),
        "attachments": [{"url": sound, "mime_type": "audio/mpeg", "duration_in_seconds": 600}],
    }


def rss(channel: tuple[str, str], request: Request, items: list[Item]) -> str:
    """The items as RSS 2.0. `channel` is (title, description)."""
    title, description = channel
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom">\n'
        f"<channel>\n<title>{markup.escape(title)}</title>\n<link>{request.base}/</link>\n"
        f'<atom:link href="{request.base}{request.path}" rel="self" type="application/rss+xml" />\n'
        f"<description>{markup.escape(description)}</description>\n<language>en-US</language>\n"
    )
    return head + "".join(_rss_item(item) for item in items) + "</channel>\n</rss>\n"


def _rss_item(item: Item) -> str:
    date = item.published.strftime("%a, %d %b %Y %H:%M:%S +0000")
    return (
        f"<item>\n<title>{markup.escape(item.title)}</title>\n<link>{item.url}</link>\n"
        f'<guid isPermaLink="false">{item.id}</guid>\n<pubDate>{date}</pubDate>\n'
        f"<content:encoded><![CDATA[{item.markup}]]></content:encoded>\n</item>\n"
    )
