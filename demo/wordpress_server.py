"""The practice's WordPress site: the anonymous REST reads and the pages around them.

As the real thing does it: a page past the end is 400, a draft or a trashed post is 401, a deleted one is 404;
comments of everybody are listed together, and only `author` tells whose they are.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from demo import markup
from demo.addresses import slug, wordpress_number
from demo.feed_server import RSS_TYPE, Item, rss
from demo.wire import Answer, conditional, entity_tag, text_answer
from demo.wordpress_entities import article_json, comment_json, error_json, gmt, rendered, root_json, user_json
from domain.accounts import Proof

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo.story import StoryPost
    from demo.wire import Request
    from demo.world import World

DEFAULT_PAGE = 10
MAX_PAGE = 100
OFFICE, AUTHOR = 2, 3
"""User ids of the front desk and of the enrolled author."""
ROBOTS = "User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\n\nSitemap: {base}/wp-sitemap.xml\n"
FORBIDDEN = ("rest_forbidden", "Sorry, you are not allowed to do that.", 401)
NO_ROUTE = ("rest_no_route", "No route was found matching the URL and request method.", 404)


class WordPressSite:
    """Answers for one WordPress site with one enrolled author."""

    def __init__(self, world: World, host: str) -> None:
        """Serve `host` of `world`."""
        self._world = world
        self._host = host
        self._story = world.accounts_on(host)[0]
        self._routes: tuple[tuple[str, Callable[..., Answer]], ...] = (
            (r"/?", self._root),
            (r"/wp/v2/(posts|pages|comments|users)", self._collection),
            (r"/wp/v2/(posts|pages|comments|users)/(\d+)", self._single),
            (r"/wp/v2/(?:posts|pages)/\d+/revisions", lambda _request: rest(error_json(*FORBIDDEN), 401)),
        )

    def answer(self, request: Request) -> Answer:
        """REST under /wp-json/ or ?rest_route=, pages everywhere else."""
        discovery = ("Link", f'<{request.base}/wp-json/>; rel="https://api.w.org/"')
        route = request.value("rest_route")
        if request.path.startswith("/wp-json"):
            route = request.path.removeprefix("/wp-json") or "/"
        if not route:
            return self._page(request).with_headers(discovery)
        answer = self._rest(request, route)
        listed = any(name == "Link" for name, _ in answer.headers)
        return answer if listed else answer.with_headers(discovery)

    def _rest(self, request: Request, route: str) -> Answer:
        for pattern, handle in self._routes:
            if match := re.fullmatch(pattern, route):
                return handle(request, *match.groups())
        return rest(error_json(*NO_ROUTE), 404)

    def _root(self, request: Request) -> Answer:
        return rest(root_json(self._world.practice.name, request.base))

    def _collection(self, request: Request, kind: str) -> Answer:
        per_page, page = request.number("per_page", DEFAULT_PAGE), request.number("page", 1)
        if not 1 <= per_page <= MAX_PAGE:
            return rest(_out_of_bounds(), 400)
        if request.value("status", "publish") != "publish":
            return rest(_bad_status(), 400)
        found = [item for item in self._objects(kind, request) if _wanted(item, request)]
        found.sort(key=_order(request), reverse=request.value("order", "desc") == "desc")
        pages = -(-len(found) // per_page)
        if page > max(pages, 1):
            message = "The page number requested is larger than the number of pages available."
            return rest(error_json("rest_post_invalid_page_number", message, 400), 400)
        window = found[(page - 1) * per_page : page * per_page]
        headers = [("X-WP-Total", str(len(found))), ("X-WP-TotalPages", str(pages))]
        if page < pages:
            headers.append(("Link", f'<{request.base}{request.path}?per_page={per_page}&page={page + 1}>; rel="next"'))
        return rest([_fields(item, request) for item in window]).with_headers(*headers)

    def _single(self, request: Request, kind: str, number: str) -> Answer:
        found = next((item for item in self._objects(kind, request) if item["id"] == int(number)), None)
        if found is not None:
            return rest(_fields(found, request))
        if kind in {"posts", "pages"} and self._hidden(int(number), request.now):
            return rest(error_json(*FORBIDDEN), 401)
        name = {"comments": "comment", "users": "user"}.get(kind, "post")
        label = "post" if kind == "pages" else name
        return rest(error_json(f"rest_{name}_invalid_id", f"Invalid {label} ID.", 404), 404)

    def _objects(self, kind: str, request: Request) -> list[dict[str, Any]]:
        if kind == "users":
            return self._users(request)
        if kind == "comments":
            return [self._comment(post, request) for post in self._comments(request.now)]
        wanted = "page" if kind == "pages" else "article"
        return [self._article(post, request) for post in self._listed(request.now) if post.kind == wanted]

    def _users(self, request: Request) -> list[dict[str, Any]]:
        story, token = self._story, self._world.shown_token(self._story.key, Proof.BIO, request.now)
        bio = f"{story.bio}\n\n{token}".strip()
        office = user_json(OFFICE, "Front desk", "front-desk", "", request.base)
        return [office, user_json(AUTHOR, story.display_name, story.handle, bio, request.base)]

    def _article(self, post: StoryPost, request: Request) -> dict[str, Any]:
        author = OFFICE if post.by else AUTHOR
        return article_json(post, author, self._world.url(post), request.base, request.now)

    def _comment(self, post: StoryPost, request: Request) -> dict[str, Any]:
        author = (0, post.by) if post.by else (AUTHOR, self._story.display_name)
        parent = wordpress_number(self._world.post(post.to)) if post.to else 0
        place = (wordpress_number(self._world.post(post.on)), parent, self._world.url(post))
        text = (post.version(request.now) or post.versions[0]).text
        return comment_json(post, text, author, place, request.base)

    def _listed(self, now: datetime) -> list[StoryPost]:
        """Articles and pages that a list shows; a protected one is among them, without its words."""
        return [
            post
            for post in self._world.posts(self._story.key)
            if post.kind != "comment"
            and (post.stands(now) or (post.status == "protected" and post.published_at <= now))
        ]

    def _comments(self, now: datetime) -> list[StoryPost]:
        standing = {post.id for post in self._listed(now) if post.status == "publish"}
        posts = self._world.posts(self._story.key)
        return [post for post in posts if post.kind == "comment" and post.stands(now) and post.on in standing]

    def _hidden(self, number: int, now: datetime) -> bool:
        """Whether the number belongs to a draft, a scheduled post or one in the trash: there, but not for you."""
        posts = (post for post in self._world.posts(self._story.key) if post.kind != "comment")
        post = next((post for post in posts if wordpress_number(post) == number), None)
        if post is None:
            return False
        trashed = post.removed(now) and post.restored_at is not None
        written = post.published_at <= now or post.status == "future"
        return trashed or (post.status in {"draft", "future"} and written)

    def _page(self, request: Request) -> Answer:
        fixed: dict[str, Callable[[Request], Answer]] = {
            "/": self._home,
            "/robots.txt": lambda asked: text_answer(
                ROBOTS.format(base=asked.base), content_type="text/plain; charset=utf-8"
            ),
            "/feed/": self._feed,
            f"/author/{self._story.handle}/feed/": self._feed,
            f"/author/{self._story.handle}/": self._author_page,
        }
        return fixed.get(request.path, self._permalink)(request)

    def _home(self, request: Request) -> Answer:
        name = self._world.practice.name
        return text_answer(
            markup.page(name, self._head(request), f"<h1>{name}</h1>\n{self._rel_me(request, f'{request.base}/')}")
        )

    def _head(self, request: Request) -> str:
        name = self._world.practice.name
        kind = 'type="application/rss+xml"'
        feed = f'<link rel="alternate" {kind} title="{name} &raquo; Feed" href="{request.base}/feed/" />'
        generator = '<meta name="generator" content="WordPress 6.1.9" />'
        return f'{feed}\n<link rel="https://api.w.org/" href="{request.base}/wp-json/" />\n{generator}'

    def _rel_me(self, request: Request, url: str) -> str:
        """Links back to the profiles whose rel=me page this address is."""
        lines = [
            f'<p><a rel="me" href="{account.url}">{account.story.display_name} on the fediverse</a> '
            f"{self._world.shown_token(account.key, Proof.REL_ME, request.now)}</p>"
            for account in self._world.accounts
            if account.story.proof is Proof.REL_ME and self._world.rel_me_page(account.key, request.now) == url
        ]
        return "\n".join(lines)

    def _author_page(self, request: Request) -> Answer:
        user = self._users(request)[1]
        alternate = ("Link", f'<{request.base}/wp-json/wp/v2/users/{AUTHOR}>; rel="alternate"; type="application/json"')
        body = f"<h1>{user['name']}</h1><p>{markup.escape(user['description'])}</p>"
        classes = f"archive author author-{self._story.handle} author-{AUTHOR}"
        return text_answer(markup.page(user["name"], self._head(request), body, classes)).with_headers(alternate)

    def _feed(self, request: Request) -> Answer:
        listed = [post for post in self._listed(request.now) if post.kind == "article" and post.status == "publish"]
        own = [post for post in listed if not post.by] if "author" in request.path else listed
        items = [self._item(post, request) for post in own]
        items.sort(key=lambda item: item.published, reverse=True)
        window = items[:DEFAULT_PAGE]
        answer = text_answer(rss((self._world.practice.name, ""), request, window), content_type=RSS_TYPE)
        changed = max((item.updated for item in window), default=self._story.joined_at)
        return conditional(answer, request, entity_tag(answer.body), changed)

    def _item(self, post: StoryPost, request: Request) -> Item:
        text = (post.version(request.now) or post.versions[0]).text
        guid = f"{request.base}/?p={wordpress_number(post)}"
        dates = post.published_at, post.changed_at(request.now)
        return Item(guid, self._world.url(post), post.title, rendered(text), "en", *dates)

    def _permalink(self, request: Request) -> Answer:
        url = f"{request.base}{request.path}"
        post = next((post for post in self._listed(request.now) if self._world.url(post) == url), None)
        if back := self._rel_me(request, url):
            return text_answer(markup.page("Elsewhere", self._head(request), back))
        if post is None:
            return text_answer(markup.page("Page not found", self._head(request), "<h1>Nothing here</h1>"), 404)
        closed = post.status == "protected"
        text = "This content is password protected." if closed else (post.version(request.now) or post.versions[0]).text
        shown = f'<article id="post-{wordpress_number(post)}" class="{slug(post)}">{rendered(text)}</article>'
        return text_answer(markup.page(post.title, self._head(request), shown))


def rest(data: Any, status: int = 200) -> Answer:
    """A REST answer: slashes escaped, words in ASCII, as PHP's json_encode writes them."""
    body = json.dumps(data, separators=(",", ":")).replace("/", "\\/").encode()
    headers = (
        ("X-Powered-By", "PHP/8.2.36"),
        ("Content-Type", "application/json; charset=UTF-8"),
        ("X-Robots-Tag", "noindex"),
        ("X-Content-Type-Options", "nosniff"),
        ("Allow", "GET"),
    )
    return Answer(status, body, headers)


def _wanted(item: dict[str, Any], request: Request) -> bool:
    """The filters that anonymous readers may use. Times without a zone are on the site's clock."""
    numbers = {name: _numbers(request, name) for name in ("author", "include", "post", "parent")}
    columns = {"author": "author", "include": "id", "post": "post", "parent": "parent"}
    if any(wanted and item.get(columns[name]) not in wanted for name, wanted in numbers.items()):
        return False
    slugs = request.value("slug")
    if slugs and item.get("slug") not in slugs.split(","):
        return False
    return all(
        _holds(item, column, request.value(name), later=later)
        for name, column, later in (
            ("after", "date", True),
            ("before", "date", False),
            ("modified_after", "modified", True),
            ("modified_before", "modified", False),
        )
    )


def _holds(item: dict[str, Any], column: str, bound: str, *, later: bool) -> bool:
    if not bound or column not in item:
        return True
    zoned = bound.endswith("Z") or re.search(r"[+-]\d\d:\d\d$", bound)
    seen = item[f"{column}_gmt"] if zoned else item[column]
    limit = _utc_text(bound) if zoned else bound[:19]
    return bool(seen > limit if later else seen < limit)


def _utc_text(bound: str) -> str:
    return gmt(datetime.fromisoformat(bound).astimezone(UTC))


def _numbers(request: Request, name: str) -> set[int]:
    values = [*request.query.get(name, ()), *request.query.get(f"{name}[]", ())]
    return {int(part) for value in values for part in value.split(",") if part.isdecimal()}


def _order(request: Request) -> Callable[[dict[str, Any]], tuple[str, int]]:
    column = {"modified": "modified_gmt", "id": "id"}.get(request.value("orderby"), "date_gmt")
    return lambda item: ("" if column == "id" else item.get(column, ""), item["id"])


def _fields(item: dict[str, Any], request: Request) -> dict[str, Any]:
    values = [*request.query.get("_fields", ()), *request.query.get("_fields[]", ())]
    names = {part.strip().split(".")[0] for value in values for part in value.split(",") if part}
    return {name: value for name, value in item.items() if name in names} if names else item


def _out_of_bounds() -> dict[str, Any]:
    message = "per_page must be between 1 (inclusive) and 100 (inclusive)"
    error = error_json("rest_invalid_param", "Invalid parameter(s): per_page", 400)
    return {**error, "data": {"status": 400, "params": {"per_page": message}}}


def _bad_status() -> dict[str, Any]:
    error = error_json("rest_invalid_param", "Invalid parameter(s): status", 400)
    return {**error, "data": {"status": 400, "params": {"status": "Status is forbidden."}}}
