"""Asks AT Protocol servers (XRPC over GET) and reads what they say about an account's repository.

Errors are told by name (`error`), never by their message, whose words differ between versions.

Sources: https://atproto.com/specs/xrpc, https://atproto.com/specs/account, and the lexicons com.atproto.repo and
com.atproto.sync.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from collectors import fields
from domain.errors import (
    AccessRefused,
    AccountDeactivated,
    AccountDeleted,
    AccountGone,
    AccountSuspended,
    CollectError,
    Malformed,
    ServerFault,
    WrongContent,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from collectors.base import Http, Response
    from collectors.fields import Json

POSTS = "app.bsky.feed.post"
PROFILE = "app.bsky.actor.profile"
PAGE_SIZE = 100

_REFUSALS = (400, 401, 403, 404)
_STATES: Mapping[str, type[CollectError]] = {
    "takendown": AccountSuspended,
    "suspended": AccountSuspended,
    "deactivated": AccountDeactivated,
    "deleted": AccountDeleted,
    "throttled": ServerFault,
    "desynchronized": ServerFault,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON object, or the name of the error that the server gave instead."""

    value: Json
    error: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, its entries unread."""

    entries: tuple[object, ...]
    not_before: datetime | None


def ask(http: Http, site: str, method: str, params: Mapping[str, str | int]) -> Answer:
    """Ask one method. Raises CollectError unless the server itself answered with an object or a named error."""
    response = http.get(f"{site}/xrpc/{method}", params=params, accept="application/json", expect=_REFUSALS)
    if _site(response.url) != _site(site):
        raise WrongContent("another server answered")
    return read_answer(response)


def read_answer(response: Response) -> Answer:
    """One answer; AccessRefused or WrongContent for a refusal without a name."""
    if response.status not in _REFUSALS:
        return Answer(fields.decode_object(response), not_before=response.not_before)
    try:
        error = fields.text(fields.decode_object(response), "error")
    except (Malformed, WrongContent):  # the status alone is left
        error = ""
    if error in ("", "AuthMissing", "AuthRequired", "AuthenticationRequired"):
        refused = response.status in (401, 403) or error
        raise (AccessRefused if refused else WrongContent)(f"status {response.status}")
    return Answer({}, error, response.not_before)


def newest_rev(did: str, pds: str, http: Http) -> str:
    """The revision of the repository's newest commit, "" when the server does not show it."""
    return fields.text(ask(http, pds, "com.atproto.sync.getLatestCommit", {"did": did}).value, "rev")


def check_active(did: str, pds: str, http: Http) -> None:
    """Return when the server says that the account is active; else raise the error that names its state."""
    check_status(ask(http, pds, "com.atproto.sync.getRepoStatus", {"did": did}), did)


def check_status(answer: Answer, did: str) -> None:
    """As `check_active`, of an answer that is there. A state is never a sign that posts were deleted."""
    if answer.error == "RepoNotFound":
        raise AccountDeleted("its server does not hold it")
    if answer.error:
        raise WrongContent("the server does not tell the account's state")
    if fields.text(answer.value, "did") != did:
        raise Malformed("the state of another account")
    if not fields.flag(answer.value, "active"):
        state = fields.text(answer.value, "status")
        raise _STATES.get(state, AccountGone)(state if state in _STATES else "its server shows it as not active")


def record(did: str, pds: str, http: Http, *, collection: str, rkey: str) -> Answer:
    """One record: `value` is the whole answer (uri, cid, value), `error` "RecordNotFound" when it is not there."""
    params = {"repo": did, "collection": collection, "rkey": rkey}
    return ask(http, pds, "com.atproto.repo.getRecord", params)


def profile_record(did: str, pds: str, http: Http) -> Json:
    """The account's profile, an empty object when it has none. Raises CollectError when it is not shown."""
    answer = record(did, pds, http, collection=PROFILE, rkey="self")
    if answer.error not in ("", "RecordNotFound"):
        raise WrongContent("the server does not show the profile")
    return fields.child(answer.value, "value")


def pages(did: str, pds: str, http: Http) -> Iterator[Page]:
    """The account's posts page by page, newest record key first, as long as the server gives a cursor.

    Raises WrongContent when the server does not list them. It gives a cursor with its last page, too.
    """
    params: dict[str, str | int] = {"repo": did, "collection": POSTS, "limit": PAGE_SIZE}
    while True:
        answer = ask(http, pds, "com.atproto.repo.listRecords", params)
        entries = answer.value.get("records")
        if answer.error:
            raise WrongContent("the server does not list the posts")
        if not isinstance(entries, list):
            raise Malformed("a list of posts without a list")
        yield Page(tuple(entries), answer.not_before)
        cursor = fields.text(answer.value, "cursor")
        if not cursor:
            return
        params["cursor"] = cursor


def feed(did: str, appview: str, http: Http) -> Iterator[Page]:
    """An AppView's list of the account's posts, replies and reposts, newest first, page by page."""
    params: dict[str, str | int] = {"actor": did, "limit": PAGE_SIZE, "filter": "posts_with_replies"}
    while True:
        answer = ask(http, appview, "app.bsky.feed.getAuthorFeed", params)
        if answer.error:
            raise WrongContent("the AppView does not list the posts")
        yield Page(fields.children(answer.value, "feed"), answer.not_before)
        cursor = fields.text(answer.value, "cursor")
        if not cursor:
            return
        params["cursor"] = cursor


def _site(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
