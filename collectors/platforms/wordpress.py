"""WordPress by its REST API: posts, pages and the owner's own comments of a site, or of one author of it.

An account is an author's archive (https://site/author/dana/) or a whole site (its front page). `platform_id` is
"https://site/|user:3" or "https://site/|site"; `api_base` is the root of the API. Only one that may be read without
a login is read, and robots.txt is obeyed for it as for pages. Nothing of other people's comments is kept.

Source: https://developer.wordpress.org/rest-api/using-the-rest-api/discovery/ and .../pagination/.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from collectors import fields
from collectors.base import Consent, Limits, ProofText, Terms
from collectors.html import decode, to_text
from collectors.presence import ask_each
from collectors.proof import well_known
from collectors.times import parse_instant
from collectors.wordpress_api import Api, find_api, home_of
from collectors.wordpress_items import KINDS, Item, Owner, owner_of, parse_comments, parse_item, presence_of, words_of
from domain.accounts import Profile, Proof
from domain.errors import AccessRefused, AccountDeleted, CollectError, Malformed, TooLarge, WrongContent
from domain.posts import Fetched, Parent, ParentAuthor, Presence, ProfileSeen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from collectors.base import Http, PostRef, Response
    from collectors.fields import Json
    from domain.accounts import Account
    from domain.posts import Post

NAME = "wordpress"
PAGE_SIZE = 100
READS_AUTHOR = (
    "The author's public posts, pages and comments with their picture descriptions, and the author's profile."
)
READS_SITE = (
    "All public posts and pages of the site, whoever wrote them, the comments of their authors, picture descriptions "
    "and the site's tagline."
)
READS_NOT = "Not drafts, private or password-protected posts, nor what visitors write."

_CLOSED = (401, 403, 404)
_GONE = 410
_ITEM_STATUSES = (*_CLOSED, _GONE)
_PAST_END = 400
"""WordPress answers a page number past the end so (rest_post_invalid_page_number)."""
_ORDER_SLACK = timedelta(days=1)
"""Lists are in order of site-local time, which moves when the site's time zone does."""
_FIELDS = {
    "posts": "id,date_gmt,modified_gmt,link,status,title,content,author,_links,_embedded",
    "pages": "id,date_gmt,modified_gmt,link,status,title,content,author,_links,_embedded",
    "comments": "id,post,parent,author,date_gmt,link,status,content",
}
_AUTHOR_PATH = re.compile(r".*/author/([^/]+)/?")
_AUTHOR_QUERY = re.compile(r"(?:^|&)author=(\d{1,18})(?:&|$)")
_BODY_CLASS = re.compile(r"<body\b[^<>]{0,2000}?\bclass=[\"']([^\"'<>]{0,4000})[\"']", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One list as read: its entries, and since when it is complete (None: absence from it proves nothing)."""

    values: tuple[object, ...]
    covers_since: datetime | None
    not_before: datetime | None
    counted: int | None = None
    """How many entries the server says there are (X-WP-Total)."""
    ended: bool = False
    """Whether it was read to its end."""
    closed: bool = False


@dataclass(frozen=True, slots=True)
class WordPress:
    """The platform; see the module's docstring."""

    name: str = NAME
    terms: Terms = field(
        default=Terms(
            source="The site's own terms; the interface is open to everybody unless its owner closes it",
            note="No contract limits what is kept. What the author deletes is erased all the same.",
        )
    )
    limits: Limits = field(default=Limits())
    consent: Consent | None = None

    def recognises(self, url: str) -> bool:
        """Whether the URL is an address of WordPress's REST API; others are found out by asking."""
        return fields.is_web_address(url) and ("/wp-json" in url or "rest_route=" in url)

    def resolve(self, url: str, http: Http) -> Profile:
        """The site or the author behind an address.

        Raises WrongContent for a page that is neither a WordPress front page nor an author's archive, AccessRefused
        when the interface is closed, or when the site hides which posts are the author's.
        """
        page = http.get(url, accept="text/html, application/xhtml+xml, application/json", robots=True)
        api, index = find_api(page, http)
        home, parts = home_of(index, page.url), urlsplit(page.url)
        if named := _AUTHOR_PATH.fullmatch(parts.path):
            return _author_profile(api, page, home, _author(api, page, "slug", named[1]))
        if numbered := _AUTHOR_QUERY.search(parts.query):
            return _author_profile(api, page, home, _author(api, page, "id", numbered[1]))
        if parts.path.rstrip("/") != urlsplit(home).path.rstrip("/") and not self.recognises(page.url):
            raise WrongContent("neither the site's front page nor an author's archive; give the address of one of them")
        return _site_profile(api, home, index)

    def proof_texts(self, profile: Profile, http: Http) -> Sequence[ProofText]:
        """The author's description, or the site's name and tagline, and the site's well-known file.

        Pages are not searched for a token: visitors' names and words stand on them. Nor is the file of a host on
        which the site is only a folder: it is somebody else's.
        """
        seen = _seen(Api(profile.api_base, http), owner_of(profile.platform_id))
        found = (ProofText(Proof.BIO, profile.url, seen.bio),) if seen and seen.bio else ()
        home = profile.platform_id.partition("|")[0]
        return (*found, *(well_known(home, http) if urlsplit(home).path == "/" else ()))

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched:
        """Read what was published since the permission began, and what was edited last.

        Lists that the site has closed are counted in `skipped` ("pages-closed", "comments-closed"). Raises Malformed
        instead of an empty reading that cannot be true.
        """
        api, owner = Api(account.api_base, http), owner_of(account.platform_id)
        since = min(account.authorisation.starts_at, now)
        profile = _seen(api, owner)
        posts, pages = self._items(api, "posts", owner, since), self._items(api, "pages", owner, since)
        comments = self._list(api, "comments", {}, since)
        items = [parse_item(value, "post", owner) for value in posts.values]
        items += [parse_item(value, "page", owner) for value in pages.values]
        owners = frozenset({owner.user} if owner.user else {item.author for item in items})
        items += parse_comments(comments.values, owners, items)
        _check_not_empty(items, posts, account.cursor)
        return _fetched(items, {"posts": posts, "pages": pages, "comments": comments}, profile)

    def confirm(self, account: Account, post: Sequence[PostRef], http: Http) -> Mapping[str, Presence]:
        """Ask for each item by id, once the list of posts has answered; see `presence_of` for what proves absence."""
        api = Api(account.api_base, http)
        ids = [ref.post_id for ref in post]
        try:
            listed = fields.decode_list(api.get("wp/v2/posts", {"per_page": 1, "_fields": "id"}))
        except CollectError:  # a site that does not answer proves nothing about its posts
            return dict.fromkeys(ids, Presence.UNKNOWN)
        return ask_each(ids, lambda post_id: _ask(api, post_id, list_open=bool(listed)))

    def parent(self, account: Account, post: Post, http: Http) -> Parent | None:
        """The comment, post or page that a comment answers, when everybody can see it."""
        api = Api(account.api_base, http)
        for route in _routes(post.reply_to_id or ""):
            response = api.get(route, expect=_ITEM_STATUSES)
            if response.status == 200:  # noqa: PLR2004 - RFC 9110
                author = ParentAuthor.SELF if post.replies_to_self else ParentAuthor.OTHER
                words = words_of(fields.decode_object(response))
                return Parent(words, author) if words else None
        return None

    def _items(self, api: Api, route: str, owner: Owner, since: datetime) -> Part:
        """Posts or pages: those published since `since`, and when there are older ones, those edited last."""
        asked = {"_embed": "wp:featuredmedia"} | ({"author": owner.user} if owner.user else {})
        part = self._list(api, route, asked, since)
        if part.ended or part.closed:
            return part
        edited = api.get(f"wp/v2/{route}", _query(route, asked | {"orderby": "modified"}, 1))
        return replace(part, values=(*part.values, *fields.decode_list(edited)), not_before=edited.not_before)

    def _list(self, api: Api, route: str, asked: Mapping[str, str], since: datetime) -> Part:
        """The list by date; by id as well when pages overlap.

        WordPress gives entries of one second in any order, another one for each page: what comes twice has pushed
        something else out (or somebody has published meanwhile). Ids have an order.
        """
        by_date = self._pages(api, route, asked, since, by_date=True)
        if not _overlaps(by_date.values):
            return by_date
        bounds = {"orderby": "id", "after": (since - 2 * _ORDER_SLACK).isoformat()}
        by_id = self._pages(api, route, dict(asked) | bounds, since, by_date=False)
        return replace(by_id, values=(*by_date.values, *by_id.values), ended=by_date.ended)

    def _pages(self, api: Api, route: str, asked: Mapping[str, str], since: datetime, *, by_date: bool) -> Part:
        """The pages, newest first, until they end or, in order of date, are older than `since`."""
        values: list[object] = []
        number = 1
        while True:
            accepted = _expected(route, number)
            response = api.get(f"wp/v2/{route}", _query(route, asked, number), accepted)
            if response.status in accepted and response.status != _PAST_END:
                return Part(tuple(values), since, response.not_before, closed=True)
            page = [] if response.status == _PAST_END else fields.decode_list(response)
            repeats = bool(values) and {_id(value) for value in page} <= {_id(value) for value in values}
            values += [] if repeats else page
            if len(values) > self.limits.posts:
                raise TooLarge(f"more than {self.limits.posts} {route}")
            part = Part(tuple(values), None, response.not_before, _count(response, "x-wp-total"))
            last_page = not page or number == _count(response, "x-wp-totalpages")
            if last_page and not (page and repeats):
                return replace(part, covers_since=since, ended=True)
            oldest = parse_instant(fields.as_object(page[-1]).get("date_gmt")) if by_date else None
            if oldest and oldest < since - _ORDER_SLACK:
                return replace(part, covers_since=since)
            if repeats:  # the server does not look at the page number: what is missing is unknown
                return part
            if number == self.limits.pages:
                return replace(part, covers_since=oldest + _ORDER_SLACK if oldest else None)
            number += 1


def _overlaps(values: Sequence[object]) -> bool:
    ids = [identifier for value in values if (identifier := _id(value))]
    return len(set(ids)) < len(ids)


def _expected(route: str, number: int) -> tuple[int, ...]:
    """Statuses that are no failure: pages and comments may be closed, and a list may end before its last page."""
    return (*(() if route == "posts" else _CLOSED), *((_PAST_END,) if number > 1 else ()))


def _query(route: str, asked: Mapping[str, str], number: int) -> dict[str, str | int]:
    order: dict[str, str | int] = {"orderby": "date_gmt" if route == "comments" else "date", "order": "desc"}
    return order | dict(asked) | {"per_page": PAGE_SIZE, "page": number, "_fields": _FIELDS[route]}


def _id(value: object) -> str:
    return fields.identifier(fields.as_object(value), "id")


def _count(response: Response, header: str) -> int | None:
    value = response.headers.get(header, "")
    return int(value) if value.isdecimal() and len(value) < len("1000000000") else None


def _check_not_empty(items: Sequence[Item], posts: Part, cursor: str | None) -> None:
    """Raise Malformed for lists without any usable id, and for an empty site that had posts and does not say 0."""
    if any(item.post_id for item in items):
        return
    if any(item.skipped == "malformed" for item in items):
        raise Malformed("lists in which no entry has an id")
    if _listed_before(cursor) and posts.counted != 0:
        raise Malformed("an empty list from a site that had posts and does not say that they are gone")


def _listed_before(cursor: str | None) -> int:
    try:
        return fields.number(fields.as_object(json.loads(cursor or "null")), "listed") or 0
    except ValueError:  # a cursor that another version wrote says nothing
        return 0


def _fetched(items: Sequence[Item], parts: Mapping[str, Part], profile: ProfileSeen | None) -> Fetched:
    """The reading; of an item that two lists showed, the later answer counts."""
    newest_copy = {item.post_id: item for item in items if item.post_id}
    skipped = [item.skipped for item in items if not item.post_id]
    skipped += [item.skipped for item in newest_copy.values() if item.skipped]
    skipped += [f"{route}-closed" for route, part in parts.items() if part.closed]
    listed = frozenset(post_id for post_id, item in newest_copy.items() if item.shown)
    covered = [part.covers_since for part in parts.values()]
    return Fetched(
        posts=tuple(item.post for item in newest_copy.values() if item.post),
        listed_ids=listed,
        covers_since=None if None in covered else max(since for since in covered if since),
        cursor=json.dumps({"listed": len(listed)}),
        skipped={reason: skipped.count(reason) for reason in sorted(set(skipped))},
        not_before=max((part.not_before for part in parts.values() if part.not_before), default=None),
        profile=profile,
    )


def _routes(post_id: str) -> tuple[str, ...]:
    """Where the item with one of our ids is asked for. What a comment stands under may turn out to be a page."""
    kind, _, number = post_id.partition(":")
    found = [route for route, sort in KINDS.items() if sort == kind and number.isdecimal()]
    also = ["pages"] if found == ["posts"] else []
    return tuple(f"wp/v2/{route}/{number}" for route in (*found, *also))


def _ask(api: Api, post_id: str, *, list_open: bool) -> Presence:
    routes = _routes(post_id)
    if not routes:
        return Presence.UNKNOWN
    response = api.get(routes[0], expect=_ITEM_STATUSES)
    if response.status == _GONE:  # whatever its body is
        return Presence.ABSENT
    return presence_of(response.status, fields.decode_object(response), post_id, list_open=list_open)


def _author(api: Api, page: Response, key: str, name: str) -> Json:
    """The author by "slug" or "id": from the list of users, else from the classes that themes put on the body."""
    response = api.get("wp/v2/users", {"include" if key == "id" else key: name}, _CLOSED)
    users = fields.decode_list(response) if response.status not in _CLOSED else []
    for user in map(fields.as_object, users):
        if fields.identifier(user, key) == name and fields.identifier(user, "id"):
            return user
    body = _BODY_CLASS.search(decode(page.body, page.headers.get("content-type", "")))
    classes = body[1].split() if body else []
    ids = [word.removeprefix("author-") for word in classes if re.fullmatch(r"author-\d{1,18}", word)]
    if len(ids) == 1 and "author" in classes and f"author-{name}" in classes:
        return {"id": ids[0], "slug": name}
    raise AccessRefused("the site does not say which posts are this author's")


def _seen(api: Api, owner: Owner) -> ProfileSeen | None:
    """The author's or the site's words about themselves; None when the site does not show its authors."""
    if not owner.user:
        index = fields.decode_object(api.get("", {"_fields": "name,description,namespaces"}))
        name, tagline = (to_text(fields.text(index, key)) for key in ("name", "description"))
        return ProfileSeen("\n".join(part for part in (name, tagline) if part), name)
    response = api.get(f"wp/v2/users/{owner.user}", expect=_CLOSED)
    if response.status == 200:  # noqa: PLR2004 - RFC 9110
        user = fields.decode_object(response)
        about, name = (to_text(fields.text(user, key)) for key in ("description", "name"))
        return ProfileSeen(about, name, handle=fields.text(user, "slug"))
    if response.status == 404 and b'"rest_user_invalid_id"' in response.body:  # noqa: PLR2004
        raise AccountDeleted("the author is no longer a user of the site")
    return None


def _author_profile(api: Api, page: Response, home: str, user: Json) -> Profile:
    number = fields.identifier(user, "id")
    return Profile(
        platform=NAME,
        platform_id=f"{home}|user:{number}",
        handle=fields.text(user, "slug") or number,
        url=page.url,
        api_base=api.root,
        display_name=to_text(fields.text(user, "name")),
        bio=to_text(fields.text(user, "description")),
        reads=f"{READS_AUTHOR} {READS_NOT}",
    )


def _site_profile(api: Api, home: str, index: Json) -> Profile:
    name, tagline = (to_text(fields.text(index, key)) for key in ("name", "description"))
    return Profile(
        platform=NAME,
        platform_id=f"{home}|site",
        handle=urlsplit(home).netloc + urlsplit(home).path.rstrip("/"),
        url=home,
        api_base=api.root,
        display_name=name,
        bio="\n".join(part for part in (name, tagline) if part),
        reads=f"{READS_SITE} {READS_NOT}",
    )


PLATFORM = WordPress()
