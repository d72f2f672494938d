"""What Meta's interfaces have in common: one address each, errors as JSON, pages by cursor, tokens that last 60 days.

Built from documentation, not run against the live service. Pages are asked for by `paging.cursors.after` alone: the
ready-made address beside it carries the token in it. An error's words are never repeated, only its numbers.

Sources: https://developers.facebook.com/docs/graph-api/guides/error-handling/, .../docs/graph-api/results/,
.../docs/graph-api/overview/rate-limiting/, .../docs/graph-api/guides/versioning/,
.../documentation/threads/troubleshooting/debug-access-token and
.../docs/instagram-platform/reference/refresh_access_token
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from collectors import fields
from collectors.base import Terms
from collectors.owned_api import usable
from collectors.times import parse_instant
from domain.errors import (
    AccessRefused,
    AccountGone,
    AccountSuspended,
    CollectError,
    Malformed,
    RateLimited,
    ServerFault,
    TokenRefused,
    TooLarge,
    WrongContent,
)
from domain.posts import Fetched, Presence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from collectors.base import Grant, Http, Limits, Response
    from collectors.fields import Json
    from domain.posts import Post

GRAPH_VERSION = "v26.0"
"""Of graph.facebook.com and graph.instagram.com. A version lives for about two years."""
THREADS_VERSION = "v1.0"

_JSON = "application/json"
_WITH_WORDS = (400, 401, 403, 404)
"""Statuses whose body says what is wrong."""
_TOKEN_CODES = frozenset({102, 190})
_PERMISSION_CODES = frozenset({3, 10, *range(200, 300)})
_LIMIT_CODES = frozenset({4, 17, 32, 341, 613, *range(80_000, 80_015)})
"""Limits of an app, a user, a page; Business Use Case limits from 80000 on."""
_PASSING_CODES = frozenset({1, 2})
_NOT_THERE_CODES = frozenset({100, 803})
_NOT_THERE_SUBCODE = 33
_BLOCKED_CODE = 368
_STATUS_ERRORS: Mapping[int, type[CollectError]] = {401: AccessRefused, 403: AccessRefused, 404: AccountGone}

META_TERMS = Terms(
    source="Meta Platform Terms, 3.a and 3.d: https://developers.facebook.com/terms/",
    erase_deleted=True,
    refresh_within=timedelta(days=30),
    keep_scores=False,
    note=(
        "What is kept must stay in step with the platform, deletions too; the thirty days are ours. Findings must not "
        "feed decisions on hiring, pay or dismissal (3.a.ii), nor surveillance (3.a.iii): they serve the review that "
        "the owner agreed to."
    ),
)

RENEWABLE_AFTER = timedelta(days=1)
RENEW_WITHIN = timedelta(days=14)


class PermissionLacking(TokenRefused):
    """The token is good, and lacks the permission for what was asked."""


@dataclass(frozen=True, slots=True)
class Edge:
    """What the pages of one listing showed, in the order of the listing.

    `complete` when the server said that there is no more. `notes` are for the administrator.
    """

    items: tuple[Json, ...] = ()
    complete: bool = True
    not_before: datetime | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Graph:
    """One of Meta's interfaces: its address without a slash at the end, and the version that is asked for."""

    base: str
    version: str
    dated: bool = True
    """Whether versions of it end, and answers say which version answered."""
    says_next: bool = True
    """Whether a page that another follows says so; else an empty page is the last one."""

    def address(self, path: str) -> str:
        """The full address of a path such as "me/media"."""
        return f"{self.base}/{self.version}/{path}"

    def node(self, path: str, names: Sequence[str], http: Http) -> Json:
        """One object with these fields, asked with the owner's token. Raises as `ask`."""
        return self.ask(path, {"fields": ",".join(names)}, http)[0]

    def ask(self, path: str, params: Mapping[str, str | int], http: Http) -> tuple[Json, Response]:
        """A JSON object and the answer that it came in.

        Raises TokenRefused (ended, withdrawn), PermissionLacking, RateLimited, AccountGone (no such object, or not for
        this token), ServerFault, and what `Http.get` raises.
        """
        response = http.get(self.address(path), params=params, accept=_JSON, expect=_WITH_WORDS, authorised=True)
        if response.status in _WITH_WORDS:
            raise error_of(response)
        answer = fields.decode_object(response)
        if "error" in answer:
            raise error_of(response)
        return answer, response

    def edge(  # noqa: PLR0917 - what one listing takes
        self,
        path: str,
        names: Sequence[str],
        http: Http,
        limits: Limits,
        page_size: int,
        enough: Callable[[Sequence[Json], int], bool],
    ) -> Edge:
        """The objects of a listing, page by page, until `enough(page, number)`, the end, or as many as `limits` allow.

        A cursor that comes back a second time ends it: it would go round for ever. Raises as `ask`.
        """
        items: list[Json] = []
        seen: set[str] = set()
        params: dict[str, str | int] = {"fields": ",".join(names), "limit": page_size}
        for number in range(1, limits.pages + 1):
            answer, response = self.ask(path, params, http)
            if not isinstance(answer.get("data"), list):
                raise Malformed("a listing without a list")
            page = fields.children(answer, "data")
            items += page
            if len(items) > limits.posts:
                raise TooLarge(f"more than {limits.posts} posts")
            after = _after(answer, says_next=self.says_next)
            complete = not page or not after or after in seen
            if complete or enough(page, number) or number == limits.pages:
                return Edge(tuple(items), complete, response.not_before, self._notes(response))
            seen.add(after)
            params["after"] = after
        return Edge(tuple(items), complete=False)

    def presence(self, post_id: str, http: Http) -> Presence:
        """Whether the interface still knows one post. Raises as `ask` for everything but a plain answer."""
        try:
            found = self.node(path_of(post_id), ("id",), http)
        except AccountGone:
            return Presence.ABSENT
        return Presence.PRESENT if fields.identifier(found, "id") == post_id else Presence.UNKNOWN

    def renewed(self, kind: str, grant: Grant, http: Http, now: datetime) -> Grant | None:
        """The grant with a token for 60 more days, or None when it is not time.

        The documentation of this one request knows no place for the token but its address.
        """
        if not may_be_renewed(grant, now):
            return None
        asked = {"grant_type": kind, "access_token": grant.token}
        url = f"{self.base}/refresh_access_token"
        response = http.get(url, params=asked, accept=_JSON, expect=_WITH_WORDS, authorised=True)
        if response.status in _WITH_WORDS:
            raise error_of(response)
        answer = fields.decode_object(response)
        token, seconds = fields.text(answer, "access_token"), fields.number(answer, "expires_in")
        if not usable(token) or seconds is None or not 0 < seconds <= _LONGEST.total_seconds():
            raise Malformed("no token came back, or none that ends")
        return replace(grant, token=token, expires_at=now + timedelta(seconds=seconds), obtained_at=now)

    def inspected(self, grant: Grant, http: Http) -> Json:
        """What the interface says of the token itself (`/debug_token`), with the token in the address as documented."""
        answer, _ = self.ask("debug_token", {"input_token": grant.token}, http)
        told = fields.child(answer, "data")
        if not fields.flag(told, "is_valid"):
            raise TokenRefused("it is not valid")
        return told

    def _notes(self, response: Response) -> tuple[str, ...]:
        """A version that has ended is served as the oldest that is left, and the answer names that one."""
        answered = response.headers.get("facebook-api-version", "")
        if not self.dated or answered in ("", self.version):
            return ()
        return (f"The interface answers as {shortened(answered)}; this program was built for {self.version}.",)


_LONGEST = timedelta(days=3660)
_LONGEST_NAME = 40


def may_be_renewed(grant: Grant, now: datetime) -> bool:
    """Whether a long-lived token is a day old at least, still good, and due: it ends within two weeks or nobody knows.

    A token that has ended cannot be renewed, and one that nobody knows the age of is taken to be old enough.
    """
    if grant.obtained_at is not None and now - grant.obtained_at < RENEWABLE_AFTER:
        return False
    return grant.expires_at is None or now < grant.expires_at <= now + RENEW_WITHIN


def ends_at(told: Json) -> datetime | None:
    """When an inspected token stops to show anything; a zero stands for never."""
    ends = [
        at for key in ("expires_at", "data_access_expires_at") if (at := parse_instant(fields.number(told, key) or ""))
    ]
    return min(ends, default=None)


def shortened(text: str) -> str:
    """The harmless beginning of something that a server said."""
    return "".join(mark for mark in text if mark.isascii() and mark.isprintable())[:_LONGEST_NAME]


def error_of(response: Response) -> CollectError:
    """The error that an answer stands for, by its numbers; its words are left out, since they may repeat anything."""
    try:
        error = fields.child(fields.decode_object(response), "error")
    except (AccessRefused, Malformed, WrongContent):
        error = {}
    code, subcode = fields.number(error, "code"), fields.number(error, "error_subcode")
    if code is None:
        return _STATUS_ERRORS.get(response.status, WrongContent)(f"status {response.status}")
    detail = f"code {code}" if subcode is None else f"code {code}, subcode {subcode}"
    if code in _LIMIT_CODES:
        return RateLimited(detail, retry_at=response.not_before)
    return _error_by(code, subcode, transient=fields.flag(error, "is_transient"))(detail)


def _error_by(code: int, subcode: int | None, *, transient: bool) -> type[CollectError]:
    if code in _TOKEN_CODES:
        return TokenRefused
    if transient or code in _PASSING_CODES:
        return ServerFault
    if code in _PERMISSION_CODES:
        return PermissionLacking
    if code == _BLOCKED_CODE:
        return AccountSuspended
    if code in _NOT_THERE_CODES and (subcode == _NOT_THERE_SUBCODE or code != min(_NOT_THERE_CODES)):
        return AccountGone
    return WrongContent


def _after(answer: Json, *, says_next: bool = True) -> str:
    """The cursor of the next page, "" on the last: cursors also stand on a page that nothing follows."""
    paging = fields.child(answer, "paging")
    more = bool(fields.text(paging, "next")) or not says_next
    return fields.text(fields.child(paging, "cursors"), "after") if more else ""


def has_more(listing: Json) -> bool:
    """Whether a listing inside an object goes on beyond what was sent along."""
    return bool(_after(listing))


def covers_since(times: Sequence[datetime | None], starts_at: datetime, *, complete: bool) -> datetime | None:
    """The instant from which on a listing holds everything; None when its order proves nothing.

    A listing read to its end holds everything since `starts_at`; else all that is newer than its last entry.
    """
    if complete:
        return starts_at
    known = [at for at in times if at is not None]
    if not known or len(known) < len(times) or known != sorted(known, reverse=True):
        return None
    return known[-1] + timedelta(seconds=1)


def reaches(page: Sequence[Json], key: str, starts_at: datetime) -> bool:
    """Whether a page, newest first, reaches back beyond the permission."""
    times = [at for item in page if (at := parse_instant(item.get(key)))]
    return bool(times) and times[-1] < starts_at


def path_of(post_id: str) -> str:
    """An id as it stands in an address."""
    return quote(post_id, safe="")


def gathered(edges: Sequence[Edge], entries: Iterable[tuple[str, Post | str]]) -> Fetched:
    """What the listings showed, by id, with a reason in place of each post that is left out; the first of two counts.

    What it covers and whose it is the platform adds. Raises Malformed when nothing in a listing has an id.
    """
    for edge in edges:
        if edge.items and not any(fields.identifier(item, "id") for item in edge.items):
            raise Malformed("a list in which no entry has an id")
    found: dict[str, Post | str] = {}
    reasons: list[str] = []
    for post_id, one in entries:
        if post_id:
            found.setdefault(post_id, one)
        else:
            reasons.append("malformed")
    reasons += [one for one in found.values() if isinstance(one, str)]
    return Fetched(
        posts=tuple(one for one in found.values() if not isinstance(one, str)),
        listed_ids=frozenset(post_id for post_id, one in found.items() if one not in _UNLISTED),
        covers_since=None,
        cursor="{}",
        skipped={reason: reasons.count(reason) for reason in sorted(set(reasons))},
        not_before=max((edge.not_before for edge in edges if edge.not_before), default=None),
        notes=tuple(dict.fromkeys(note for edge in edges for note in edge.notes)),
    )


_UNLISTED = ("not-public", "other-author")
"""Reasons that leave nothing of the owner's in the public listing."""
