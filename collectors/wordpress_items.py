"""What WordPress's REST JSON means: posts, pages and the owner's own comments to Posts. Pure.

Ids carry their sort: "post:12", "page:3", "comment:7". Times come from the `*_gmt` fields, which are UTC without
saying so. Sources: https://developer.wordpress.org/rest-api/reference/posts/ and .../comments/, and the answers of
a real server in tests/collectors/data/wordpress.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collectors import fields
from collectors.html import links, pictures, to_text
from collectors.times import parse_instant
from domain.posts import IMAGE, INLINE, Media, Post, PostKind, Presence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from collectors.fields import Json

KINDS = {"posts": "post", "pages": "page", "comments": "comment"}
"""Route of the REST API -> the sort that stands in our ids."""

_POST_KINDS = {"post": PostKind.ARTICLE, "page": PostKind.PAGE}
_NO_SUCH_ITEM = frozenset({"rest_post_invalid_id", "rest_comment_invalid_id"})
_HIDDEN_ITEM = {
    "post": frozenset({"rest_forbidden"}),
    "page": frozenset({"rest_forbidden"}),
    "comment": frozenset({"rest_cannot_read", "rest_cannot_read_post"}),
}
"""Codes of WP_REST_Posts_Controller and WP_REST_Comments_Controller for items that are draft, private, in the bin or
not approved. Codes of plugins that close the whole interface are others."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose words are read: one user's (`user` is the id), or the whole site's ("")."""

    user: str = ""

    def owns(self, author: str) -> bool:
        """Whether a post or page by this user id is the owner's."""
        return author == self.user if self.user else True


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list: the post, or the reason why it is none.

    `post_id` is "" for what has no id and for comments of other people, of which nothing is kept. `shown` is false
    for what is not, or no longer, a public post of the owner's.
    """

    post_id: str = ""
    author: str = ""
    post: Post | None = None
    skipped: str = ""
    shown: bool = True


def owner_of(platform_id: str) -> Owner:
    """The owner in a `platform_id` ("https://site/|user:3" or "https://site/|site")."""
    kind, _, user = platform_id.rpartition("|")[2].partition(":")
    return Owner(user if kind == "user" else "")


def parse_item(value: object, kind: str, owner: Owner) -> Item:
    """One post or page (`kind` "post" or "page"). Never raises."""
    item = fields.as_object(value)
    number, author = fields.identifier(item, "id"), fields.identifier(item, "author")
    if not number:
        return Item(skipped="malformed")
    post_id = f"{kind}:{number}"
    if not author and owner.user:
        return Item(post_id, skipped="malformed")
    if not owner.owns(author):
        return Item(post_id, author, skipped="other-author", shown=False)
    if not _is_public(item):
        return Item(post_id, author, skipped="not-public", shown=False)
    if not fields.has_text(fields.child(item, "content"), "rendered"):
        return Item(post_id, author, skipped="malformed")
    return Item(post_id, author, _post(item, post_id, _POST_KINDS[kind]))


def _is_public(item: Json) -> bool:
    """Published and without a password: a protected post shows its title only."""
    return item.get("status", "publish") == "publish" and not _is_protected(item)


def _is_protected(item: Json) -> bool:
    """Whether a password stands before its words: so does anything but a plain no."""
    return fields.child(item, "content").get("protected", False) is not False


def _post(item: Json, post_id: str, kind: PostKind) -> Post:
    published, modified = parse_instant(item.get("date_gmt")), parse_instant(item.get("modified_gmt"))
    content, url = fields.text(fields.child(item, "content"), "rendered"), fields.address(item, "link")
    title = to_text(fields.text(fields.child(item, "title"), "rendered"))
    return Post(
        post_id=post_id,
        url=url,
        kind=kind,
        text="\n\n".join(part for part in (title, to_text(content)) if part),
        links=links(content, url),
        media=(*_featured(item), *pictures(content, url)),
        published_at=published,
        edited_at=modified if published and modified and modified > published else None,
    )


def _featured(item: Json) -> Iterator[Media]:
    """The pictures that stand for the whole item; a theme shows them beside its words."""
    for picture in fields.children(fields.child(item, "_embedded"), "wp:featuredmedia"):
        alt = fields.text(picture, "alt_text").strip()
        address = fields.address(picture, "source_url") if fields.text(picture, "media_type") == IMAGE else ""
        if alt or address:
            yield Media(IMAGE if alt else INLINE, alt, address)


def parse_comments(values: Sequence[object], owners: frozenset[str], posts: Iterable[Item]) -> tuple[Item, ...]:
    """The comments of the users in `owners`; of everybody else's only that there was one. Never raises.

    `posts` tell whose post a comment stands under. Comments of guests have the author 0.
    """
    comments = [fields.as_object(value) for value in values]
    authors = {f"comment:{fields.identifier(one, 'id')}": fields.identifier(one, "author") for one in comments}
    authors |= {item.post_id: item.author for item in posts if item.post_id}
    return tuple(_comment(comment, owners - {"", "0"}, authors) for comment in comments)


def _comment(comment: Json, owners: frozenset[str], authors: Mapping[str, str]) -> Item:
    number, author = fields.identifier(comment, "id"), fields.identifier(comment, "author")
    if not number or not author:
        return Item(skipped="malformed")
    if author not in owners:
        return Item(skipped="other-author")
    post_id, content = f"comment:{number}", fields.child(comment, "content")
    if comment.get("status", "approved") != "approved":
        return Item(post_id, author, skipped="not-public", shown=False)
    if not fields.has_text(content, "rendered"):
        return Item(post_id, author, skipped="malformed")
    rendered, url = fields.text(content, "rendered"), fields.address(comment, "link")
    answered = _answered(comment, authors)
    answered_author = authors.get(answered)
    post = Post(
        post_id=post_id,
        url=url,
        kind=PostKind.REPLY if answered.startswith("comment:") else PostKind.COMMENT,
        text=to_text(rendered),
        links=links(rendered, url),
        media=pictures(rendered, url),
        published_at=parse_instant(comment.get("date_gmt")),
        reply_to_id=answered or None,
        replies_to_self=answered_author in owners if answered_author else None,
    )
    return Item(post_id, author, post)


def _answered(comment: Json, authors: Mapping[str, str]) -> str:
    """Our id of what a comment answers: another comment, or the post or page that it stands under."""
    parent, post = fields.identifier(comment, "parent"), fields.identifier(comment, "post")
    if parent not in ("", "0"):
        return f"comment:{parent}"
    if not post:
        return ""
    return f"page:{post}" if f"page:{post}" in authors else f"post:{post}"


def words_of(item: Json) -> str:
    """Title and text of a post or comment, "" unless it is public."""
    content = fields.child(item, "content")
    if item.get("status", "publish") not in ("publish", "approved") or _is_protected(item):
        return ""
    title = to_text(fields.text(fields.child(item, "title"), "rendered"))
    return "\n\n".join(part for part in (title, to_text(fields.text(content, "rendered"))) if part)


def presence_of(status: int, body: Json, post_id: str, *, list_open: bool) -> Presence:
    """What the answer about one item proves.

    404 proves absence only with the code of a missing item (a closed interface is also 404), 410 always. 401 and
    403 prove it only with the code of a hidden item, and while the list of posts is open to everybody (`list_open`):
    the item is then draft, private, in the bin or not approved, and no longer public.
    """
    kind, _, number = post_id.partition(":")
    code = fields.text(body, "code")
    if status == 200:  # noqa: PLR2004 - RFC 9110
        return _presence_by_status(body, number)
    if status == 410 or (status == 404 and code in _NO_SUCH_ITEM):  # noqa: PLR2004
        return Presence.ABSENT
    hidden = status in (401, 403) and code in _HIDDEN_ITEM.get(kind, frozenset())
    return Presence.ABSENT if hidden and list_open else Presence.UNKNOWN


def _presence_by_status(body: Json, number: str) -> Presence:
    status = fields.text(body, "status")
    if fields.identifier(body, "id") != number or not status:
        return Presence.UNKNOWN
    return Presence.PRESENT if status in ("publish", "approved") and not _is_protected(body) else Presence.ABSENT
