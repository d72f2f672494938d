"""A Mastodon-shaped host: the anonymous REST reads, webfinger, nodeinfo and plain profile pages.

Shapes: docs.joinmastodon.org (entities/Status, entities/Account, methods/accounts, api/rate-limits). As the real
server does, it lists public and unlisted statuses to anybody, followers-only and direct ones to nobody, and leaves
out the keys that exist for a logged-in reader only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from demo import markup
from demo.addresses import platform_id, profile_url
from demo.mastodon_entities import (
    account_json,
    account_number,
    counters,
    media,
    others_number,
    others_status,
    poll,
    quoted_id,
    rate_headers,
    status_json,
)
from demo.story import FaultKind, Shape
from demo.wire import Answer, conditional, entity_tag, json_answer, text_answer, zulu
from domain.accounts import Proof

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from demo.story import AccountStory, StoryPost
    from demo.wire import Request
    from demo.world import World

DEFAULT_LIMIT = 20
MAX_LIMIT = 40
VERSION = "4.5.2"
ROBOTS = "User-agent: GPTBot\nDisallow: /\n\nUser-agent: *\nDisallow: /media_proxy/\nDisallow: /interact/\n"
NOT_FOUND = json_answer({"error": "Record not found"}, 404)


class MastodonSite:
    """Answers for all accounts of one Mastodon host."""

    def __init__(self, world: World, host: str) -> None:
        """Serve `host` of `world`."""
        self._world = world
        self._host = host
        self._accounts = {story.handle: story for story in world.accounts_on(host)}
        self._routes: tuple[tuple[str, Callable[..., Answer]], ...] = (
            (r"/api/v1/accounts/lookup", self._lookup),
            (r"/api/v1/accounts/(\d+)", self._account),
            (r"/api/v1/accounts/(\d+)/statuses", self._statuses),
            (r"/api/v1/statuses", self._several),
            (r"/api/v1/statuses/(\d+)", self._status),
            (r"/api/v1/statuses/(\d+)/history", self._history),
            (r"/api/v1/instance", self._instance),
            (r"/api/v2/instance", self._instance),
            (r"/\.well-known/webfinger", self._webfinger),
            (r"/\.well-known/nodeinfo", self._nodeinfo_links),
            (r"/nodeinfo/2\.0", self._nodeinfo),
            (r"/robots\.txt", self._robots),
            (r"/@([\w.]+)", self._profile_page),
            (r"/@([\w.]+)/(\d+)", self._status_page),
        )

    def answer(self, request: Request) -> Answer:
        """The answer with this platform's rate-limit and server headers."""
        api = request.path.startswith("/api/")
        fault = self._world.fault(self._host, request.now)
        if api and fault is not None and fault.kind is FaultKind.RATE_LIMITED:
            answer = json_answer({"error": "Too many requests"}, 429)
        else:
            answer = self._route(request)
        extra = rate_headers(request.now, limited=answer.status == 429) if api else ()  # noqa: PLR2004 - RFC 6585
        return answer.with_headers(("Server", "Mastodon"), ("Vary", "Authorization, Origin"), *extra)

    def _route(self, request: Request) -> Answer:
        for pattern, handle in self._routes:
            if match := re.fullmatch(pattern, request.path):
                return _cached(handle(request, *match.groups()), request)
        if request.path.startswith("/api/"):
            return NOT_FOUND
        return text_answer(markup.page("The page you are looking for isn't here.", "", "<h1>404</h1>"), 404)

    def _lookup(self, request: Request) -> Answer:
        name, _, domain = request.value("acct").removeprefix("@").partition("@")
        story = self._accounts.get(name)
        if story is None or domain not in {"", request.base.split("//")[1], request.base.split("//")[1].split(":")[0]}:
            return NOT_FOUND
        return json_answer(self._account_json(story, request))

    def _account(self, request: Request, account_id: str) -> Answer:
        story = self._by_id(account_id)
        return NOT_FOUND if story is None else json_answer(self._account_json(story, request))

    def _statuses(self, request: Request, account_id: str) -> Answer:
        story = self._by_id(account_id)
        if story is None:
            return NOT_FOUND
        shown = [post for post in self._standing(story, request.now) if _wanted(post, request)]
        shown.sort(key=lambda post: int(platform_id(post, Shape.MASTODON)), reverse=True)
        limit = max(1, min(request.number("limit", DEFAULT_LIMIT), MAX_LIMIT))
        window = _window(shown, request, limit)
        answer = json_answer([self._status_json(post, request) for post in window])
        links = _links(request, window, limit)
        return answer.with_headers(("Link", links)) if links else answer

    def _several(self, request: Request) -> Answer:
        wanted = [*request.query.get("id[]", ()), *request.query.get("id", ())]
        posts = [self._find(status_id, request.now) for status_id in wanted]
        return json_answer([self._status_json(post, request) for post in posts if post is not None])

    def _status(self, request: Request, status_id: str) -> Answer:
        if post := self._find(status_id, request.now):
            return json_answer(self._status_json(post, request))
        for post in self._visible(request.now):
            quoted = post.parent or post.boost
            if quoted is not None and quoted_id(post) == status_id:
                return json_answer(others_status(post, quoted, request))
        return NOT_FOUND

    def _history(self, request: Request, status_id: str) -> Answer:
        post = self._find(status_id, request.now)
        if post is None:
            return NOT_FOUND
        account = self._account_json(self._world.account(post.account), request)
        versions = [version for version in post.versions if version.at <= request.now]
        return json_answer(
            [
                {
                    "content": markup.mastodon_html(version.text, request.base),
                    "spoiler_text": post.content_warning,
                    "sensitive": bool(post.content_warning),
                    "created_at": zulu(version.at),
                    "account": account,
                    "media_attachments": media(post, request.base),
                    "emojis": [],
                }
                for version in versions
            ]
        )

    def _instance(self, request: Request) -> Answer:
        host = request.base.split("//")[1]
        name = "uri" if "v1" in request.path else "domain"
        return json_answer({name: host, "title": "Ferry Social", "version": VERSION, "languages": ["en"], "rules": []})

    def _webfinger(self, request: Request) -> Answer:
        name = request.value("resource").removeprefix("acct:").split("@")[0]
        if name not in self._accounts:
            return Answer(404, b"", (("Content-Type", "application/jrd+json"),))
        url = f"{request.base}/@{name}"
        links = [
            {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": url},
            {"rel": "self", "type": "application/activity+json", "href": f"{request.base}/users/{name}"},
        ]
        subject = f"acct:{name}@{request.base.split('//')[1]}"
        data = {"subject": subject, "aliases": [url, f"{request.base}/users/{name}"], "links": links}
        return json_answer(data, content_type="application/jrd+json; charset=utf-8")

    def _nodeinfo_links(self, request: Request) -> Answer:
        rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
        return json_answer({"links": [{"rel": rel, "href": f"{request.base}/nodeinfo/2.0"}]})

    def _nodeinfo(self, _request: Request) -> Answer:
        software = {"name": "mastodon", "version": VERSION}
        return json_answer({"version": "2.0", "software": software, "protocols": ["activitypub"], "metadata": {}})

    def _robots(self, _request: Request) -> Answer:
        return text_answer(ROBOTS, content_type="text/plain; charset=utf-8")

    def _profile_page(self, request: Request, handle: str) -> Answer:
        story = self._accounts.get(handle)
        if story is None:
            return text_answer("<h1>404</h1>", 404)
        me = self._account_json(story, request)
        links = "".join(f"<dl><dt>{item['name']}</dt><dd>{item['value']}</dd></dl>" for item in me["fields"])
        return text_answer(markup.page(story.display_name, "", f"<h1>{story.display_name}</h1>{me['note']}{links}"))

    def _status_page(self, request: Request, handle: str, status_id: str) -> Answer:
        post = self._find(status_id, request.now)
        if post is None or self._world.account(post.account).handle != handle:
            return text_answer("<h1>404</h1>", 404)
        return text_answer(markup.page(handle, "", self._status_json(post, request)["content"]))

    def _by_id(self, account_id: str) -> AccountStory | None:
        return next((story for story in self._accounts.values() if account_number(story) == account_id), None)

    def _standing(self, story: AccountStory, now: datetime) -> list[StoryPost]:
        return [post for post in self._world.posts(story.key) if post.stands(now)]

    def _visible(self, now: datetime) -> list[StoryPost]:
        return [post for story in self._accounts.values() for post in self._standing(story, now)]

    def _find(self, status_id: str, now: datetime) -> StoryPost | None:
        return next((post for post in self._visible(now) if platform_id(post, Shape.MASTODON) == status_id), None)

    def _account_json(self, story: AccountStory, request: Request) -> dict[str, Any]:
        posts = self._standing(story, request.now)
        token = self._world.shown_token(story.key, Proof.BIO, request.now)
        newest = max((post.published_at for post in posts), default=None)
        other = account_json(account_number(story), story.handle, request.base, story.joined_at)
        return other | {
            "display_name": story.display_name,
            "url": profile_url(story, request.base),
            "uri": f"{request.base}/users/{story.handle}",
            "note": markup.mastodon_html(f"{story.bio_at(request.now)}\n\n{token}", request.base),
            "followers_count": 212 + (request.now - story.joined_at).days // 9,
            "following_count": 148,
            "statuses_count": len(posts),
            "last_status_at": newest.date().isoformat() if newest else None,
            "fields": self._fields(story, request.now),
        }

    def _fields(self, story: AccountStory, now: datetime) -> list[dict[str, Any]]:
        """The one verified link: a page that links back, and whose address carries the token while it is shown."""
        if story.proof_host == self._host:
            return []
        link = markup.mastodon_link(self._world.rel_me_page(story.key, now), "nofollow noopener noreferrer me")
        return [{"name": "Website", "value": link, "verified_at": zulu(min(story.enrolled_at, now))}]

    def _status_json(self, post: StoryPost, request: Request) -> dict[str, Any]:
        story = self._world.account(post.account)
        version = post.version(request.now) or post.versions[0]
        status = status_json(platform_id(post, Shape.MASTODON), post.published_at, version.text, request.base)
        if post.boost is not None:
            status |= {"content": "", "reblog": others_status(post, post.boost, request)}
        in_reply_to, in_reply_to_account = self._reply_ids(post)
        return (
            status
            | counters(post, request.now)
            | {
                "url": self._world.url(post),
                "uri": f"{request.base}/users/{story.handle}/statuses/{platform_id(post, Shape.MASTODON)}",
                "in_reply_to_id": in_reply_to,
                "in_reply_to_account_id": in_reply_to_account,
                "sensitive": bool(post.content_warning),
                "spoiler_text": post.content_warning,
                "visibility": post.visibility,
                "language": post.language,
                "edited_at": zulu(version.at) if version is not post.versions[0] else None,
                "account": self._account_json(story, request),
                "media_attachments": media(post, request.base),
                "poll": poll(post, request.now),
            }
        )

    def _reply_ids(self, post: StoryPost) -> tuple[str | None, str | None]:
        if post.parent_id:
            parent = self._world.post(post.parent_id)
            return platform_id(parent, Shape.MASTODON), account_number(self._world.account(parent.account))
        if post.parent is not None:
            return quoted_id(post), others_number(post.parent.by)
        return None, None


def _cached(answer: Answer, request: Request) -> Answer:
    if answer.status != 200 or not request.path.startswith("/api/"):  # noqa: PLR2004 - RFC 9110 section 15.3.1
        return answer
    return conditional(answer, request, f"W/{entity_tag(answer.body)}").with_headers(
        ("Cache-Control", "private, no-store")
    )


def _wanted(post: StoryPost, request: Request) -> bool:
    reply_to_other = post.parent is not None
    return not (
        (request.flag("exclude_reblogs") and post.boost is not None)
        or (request.flag("exclude_replies") and reply_to_other)
        or (request.flag("pinned") and not post.pinned)
        or (request.flag("only_media") and not post.pictures)
    )


def _window(shown: Sequence[StoryPost], request: Request, limit: int) -> Sequence[StoryPost]:
    """One page, newest first. `since_id` gives the newest page, `min_id` the page just after the id."""
    upper, since, lower = (request.number(name, 0) for name in ("max_id", "since_id", "min_id"))
    numbered = [(int(platform_id(post, Shape.MASTODON)), post) for post in shown]
    kept = [post for number, post in numbered if max(since, lower) < number and (not upper or number < upper)]
    return kept[-limit:] if lower else kept[:limit]


def _links(request: Request, window: Sequence[StoryPost], limit: int) -> str:
    if not window:
        return ""
    kept = {name: values[-1] for name, values in request.query.items() if name not in {"max_id", "min_id", "since_id"}}

    def link(name: str, post: StoryPost, rel: str) -> str:
        query = urlencode(kept | {name: platform_id(post, Shape.MASTODON)})
        return f'<{request.base}{request.path}?{query}>; rel="{rel}"'

    following = [link("max_id", window[-1], "next")] if len(window) == limit else []
    return ", ".join([*following, link("min_id", window[0], "prev")])
