"""A snac-shaped host: the small Mastodon-like server that does a good deal its own way.

Seen of snac 2.94: no Link header; `min_id`, `since_id` and every exclusion are ignored; boosts and polls are not
listed; a single status is refused to anybody without a token with an empty 401; times have whole seconds; error
bodies are HTML; robots.txt closes all pages to automatic readers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from demo import markup
from demo.addresses import digest, platform_id, profile_url
from demo.story import Shape
from demo.wire import Answer, entity_tag, json_answer, text_answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from demo.story import AccountStory, StoryPost
    from demo.wire import Request
    from demo.world import World

DEFAULT_LIMIT = 20
VERSION = "snac/2.94"
HEADERS = (
    ("x-creator", VERSION),
    ("access-control-allow-origin", "*"),
    ("access-control-allow-headers", "*"),
    ("access-control-expose-headers", "Link"),
    ("Content-Security-Policy", "script-src ;"),
)
NOT_FOUND = text_answer(f"<h1>404 Not Found ({VERSION})</h1>", 404)
REFUSED = text_answer("", 401)


class SnacSite:
    """Answers for the one account of a snac host."""

    def __init__(self, world: World, host: str) -> None:
        """Serve `host` of `world`."""
        self._world = world
        self._story = world.accounts_on(host)[0]
        self._routes: tuple[tuple[str, Callable[..., Answer]], ...] = (
            (r"/api/v1/accounts/lookup", self._lookup),
            (r"/api/v1/accounts/([0-9a-f]{32})", self._account),
            (r"/api/v1/accounts/([0-9a-f]{32})/statuses", self._statuses),
            (r"/api/v1/statuses/.*", lambda _request: REFUSED),
            (r"/api/v1/instance", self._instance),
            (r"/\.well-known/webfinger", self._webfinger),
            (r"/\.well-known/nodeinfo", self._nodeinfo_links),
            (r"/nodeinfo_2_0", self._nodeinfo),
            (r"/robots\.txt", self._robots),
            (r"/([\w.]+)", self._profile_page),
            (r"/([\w.]+)/p/([\d.]+)", self._status_page),
        )

    def answer(self, request: Request) -> Answer:
        """The answer with snac's own headers."""
        for pattern, handle in self._routes:
            if match := re.fullmatch(pattern, request.path):
                return handle(request, *match.groups()).with_headers(*HEADERS)
        return NOT_FOUND.with_headers(*HEADERS)

    def _lookup(self, request: Request) -> Answer:
        name = request.value("acct").removeprefix("@").partition("@")[0]
        return (
            json_answer(self._account_json(request), content_type="application/json") if self._is(name) else NOT_FOUND
        )

    def _account(self, request: Request, account_id: str) -> Answer:
        known = account_id == account_number(self._story)
        return json_answer(self._account_json(request), content_type="application/json") if known else NOT_FOUND

    def _statuses(self, request: Request, account_id: str) -> Answer:
        if account_id != account_number(self._story):
            return NOT_FOUND
        shown = [post for post in self._standing(request.now) if post.boost is None and not post.poll]
        shown.sort(key=lambda post: post.published_at, reverse=True)
        ids = [platform_id(post, Shape.SNAC) for post in shown]
        first = ids.index(request.value("max_id")) + 1 if request.value("max_id") in ids else 0
        window = shown[first : first + request.number("limit", DEFAULT_LIMIT)]
        return json_answer([self._status_json(post, request) for post in window], content_type="application/json")

    def _instance(self, request: Request) -> Answer:
        host = request.base.split("//")[1]
        version = f"4.0.0 (not true; really {VERSION})"
        data = {"uri": host, "domain": host, "title": host, "version": version, "rules": [], "languages": ["en"]}
        return json_answer(data, content_type="application/json")

    def _webfinger(self, request: Request) -> Answer:
        name = request.value("resource").removeprefix("acct:").split("@")[0].rsplit("/", 1)[-1]
        if not self._is(name):
            return NOT_FOUND
        url = profile_url(self._story, request.base)
        links = [
            {"rel": "self", "type": "application/activity+json", "href": url},
            {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": url},
        ]
        subject = f"acct:{name}@{request.base.split('//')[1]}"
        return json_answer({"aliases": [url], "subject": subject, "links": links}, content_type="application/jrd+json")

    def _nodeinfo_links(self, request: Request) -> Answer:
        rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
        data = {"links": [{"rel": rel, "href": f"{request.base}/nodeinfo_2_0"}]}
        return json_answer(data, content_type="application/json")

    def _nodeinfo(self, _request: Request) -> Answer:
        software = {"name": "snac", "version": VERSION.removeprefix("snac/")}
        data = {"version": "2.0", "software": software, "protocols": ["activitypub"], "metadata": {}}
        return json_answer(data, content_type="application/json")

    def _robots(self, _request: Request) -> Answer:
        return text_answer("User-agent: *\nDisallow: /\n", content_type="text/plain")

    def _profile_page(self, request: Request, name: str) -> Answer:
        if not self._is(name):
            return NOT_FOUND
        posts = (self._status_json(post, request)["content"] for post in self._standing(request.now))
        head = f'<meta name="generator" content="{VERSION}"/>'
        body = f'<p class="snac-top-user-name">{self._story.display_name}</p>' + "".join(posts)
        answer = text_answer(markup.page(self._story.display_name, head, body))
        return answer.with_headers(("etag", f"W/{entity_tag(answer.body)}"))

    def _status_page(self, request: Request, name: str, _stamp: str) -> Answer:
        url = f"{request.base}{request.path}"
        post = next((post for post in self._standing(request.now) if self._world.url(post) == url), None)
        if post is None:
            return NOT_FOUND
        return text_answer(markup.page(name, "", self._status_json(post, request)["content"]))

    def _is(self, name: str) -> bool:
        return name == self._story.handle

    def _standing(self, now: datetime) -> list[StoryPost]:
        return [post for post in self._world.posts(self._story.key) if post.stands(now)]

    def _account_json(self, request: Request) -> dict[str, Any]:
        story, url = self._story, profile_url(self._story, request.base)
        picture = f"{request.base}/susie.png"
        newest = max((post.published_at for post in self._standing(request.now)), default=story.joined_at)
        return {
            "id": account_number(story), "username": story.handle, "display_name": story.display_name,
            "discoverable": True, "group": False, "hide_collections": False, "indexable": True, "noindex": False,
            "roles": [], "acct": f"{story.handle}@{request.base.split('//')[1]}",
            "created_at": seconds(story.joined_at), "last_status_at": newest.date().isoformat(), "bot": False,
            "note": markup.snac_html(story.bio, request.base), "url": url, "uri": url, "avatar": picture,
            "avatar_static": picture, "header": "", "header_static": "", "emojis": [], "locked": False,
            "followers_count": 0, "following_count": 0, "statuses_count": 0, "fields": [],
        }  # fmt: skip

    def _status_json(self, post: StoryPost, request: Request) -> dict[str, Any]:
        version = post.version(request.now) or post.versions[0]
        url = self._world.url(post)
        people = [
            {"id": str(number), "username": name, "acct": name, "url": "https://{1}/{0}".format(*name.split("@"))}
            for number, name in enumerate(markup.mentions(version.text))
        ]
        parent = digest(post.id, "parent") if post.parent else None
        before = int(post.published_at.timestamp()) - 600
        return {
            "id": platform_id(post, Shape.SNAC), "uri": url, "url": url, "account": self._account_json(request),
            "created_at": seconds(post.published_at, ".000Z"),
            "content": markup.snac_html(version.text, request.base), "visibility": post.visibility,
            "sensitive": bool(post.content_warning), "spoiler_text": post.content_warning,
            "media_attachments": _media(post, url, request.base), "mentions": people,
            "tags": [{"name": tag, "url": f"{request.base}?t={tag}"} for tag in markup.hashtags(version.text)],
            "emojis": [], "reactions": [], "favourites_count": 0, "favourited": False, "reblogs_count": 0,
            "reblogged": False, "replies_count": 0,
            "in_reply_to_id": f"{before}{parent}" if parent else None,
            "in_reply_to_account_id": digest("account", post.parent.by) if post.parent else None,
            "reblog": None, "card": None, "language": post.language, "filtered": [], "muted": False,
            "text": version.text,
            "edited_at": seconds(version.at, ".000Z") if version is not post.versions[0] else None, "poll": None,
            "bookmarked": False, "pinned": False,
        }  # fmt: skip


def account_number(story: AccountStory) -> str:
    """snac's account id: 32 hex digits."""
    return digest("account", story.handle)


def seconds(moment: datetime, tail: str = "Z") -> str:
    """A time in whole seconds, with the tail that snac adds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + tail


def _media(post: StoryPost, url: str, base: str) -> list[dict[str, str]]:
    file = f"{base}/{post.account}/s/post-{digest(post.id, 'media')}.jpg"
    return [
        {
            "id": f"{url}_{number}",
            "url": file,
            "preview_url": file,
            "remote_url": file,
            "description": picture.alt,
            "type": picture.kind,
        }
        for number, picture in enumerate(post.pictures)
    ]
