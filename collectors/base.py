"""The seams of the collecting room: what a platform must offer, and what it is given to read with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from domain.accounts import Account, Profile, Proof
    from domain.posts import Fetched, NotModified, Parent, Post, Presence


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer, read whole and decoded within the limits.

    `url` is where it was found after redirects; `moved_to` is set when every redirect was permanent (301, 308).
    `headers` have lower-case names. `body` is decoded bytes, "" for 304. `not_before` is the earliest next
    request that the server's rate-limit headers ask for, by the server's own clock, or None.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    moved_to: str | None = None
    not_before: datetime | None = None

    @property
    def not_modified(self) -> bool:
        """Whether the server answered 304."""
        return self.status == 304  # noqa: PLR2004 - RFC 9110 section 15.4.5

    @property
    def content_type(self) -> str:
        """Media type in lower case without parameters, "" when the server sent none."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


class Http(Protocol):
    """Reads public addresses for one account, within that account's deadline, byte and request budget."""

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        accept: str = "*/*",
        validators: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        robots: bool = False,
        expect: Sequence[int] = (),
        authorised: bool = False,
    ) -> Response:
        """Read `url` once, following up to five redirects by hand.

        `headers` go along on every hop, such as the version of an interface, never a secret. `validators` are
        conditional request headers ("If-None-Match", "If-Modified-Since"). `robots` obeys robots.txt, for pages
        and feeds. Statuses 200, 304 and those in `expect` come back as a Response; every other one, and every
        failure, is raised as the CollectError that names it (429 and 503 with Retry-After: RateLimited; 401 and
        403: AccessRefused; 404: AccountGone; 410: AccountDeleted; 5xx: ServerFault).
        `authorised` sends the owner's token, and only to a host that the platform's Consent names; without a
        token it raises TokenRefused.
        """
        ...

    def post(
        self,
        url: str,
        *,
        json: Mapping[str, object] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Sequence[int] = (),
        authorised: bool = False,
    ) -> Response:
        """Ask with a JSON body, for interfaces that read by POST; never to change anything.

        `form` is sent instead, as fields of a web form (RFC 6749 appendix B), when it is given: it may hold an
        owner's secrets, so it goes only to a host that the platform's Consent names, with `authorised` or without.
        A redirect is not followed: it raises WrongContent. Otherwise as `get`.
        """
        ...

    def txt(self, name: str) -> Sequence[str]:
        """The DNS TXT records of a name, each joined to one string (RFC 1035 section 3.3.14); none is empty.

        Raises Unreachable when the servers do not answer, TimedOut at the account's deadline.
        """
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """What a platform's own terms allow; a ceiling that the store enforces.

    None means that the terms set no ceiling. `source` names the text it was read from.
    """

    source: str
    keep_text: timedelta | None = None
    """Longest time words may be kept, from when they were first seen."""
    erase_deleted: bool = True
    """Whether words must go once their author has deleted them."""
    refresh_within: timedelta | None = None
    """A kept record must have been seen again within this time, or go."""
    keep_scores: bool = True
    """Whether what is derived from the words (findings) may outlive them; if not, it goes with them."""
    author_only: bool = False
    """Nothing may be shown to anybody but the author: no digest, no queue, no archive."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """An owner's token for one account of a platform. Its words never reach a platform's code, a log or a message."""

    platform: str
    platform_id: str
    """Whose posts it reads; "" until that has been asked."""
    token: str = field(repr=False)
    scopes: frozenset[str] = frozenset()
    expires_at: datetime | None = None
    """When it ends; None where it does not, or where nobody has told."""
    refresh_token: str = field(default="", repr=False)
    client_id: str = ""
    """The application's, which the owner's permission was given to; so is the secret."""
    client_secret: str = field(default="", repr=False)
    obtained_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """What must be granted before a platform of the second tier may be read. Built from documentation alone.

    A token with a scope outside `allowed` could show more than public posts, or change something: it is refused.
    """

    hosts: frozenset[str]
    """Where the token may be sent, by https only."""
    needed: frozenset[str]
    allowed: frozenset[str]
    documentation: str
    """The page that this was built from."""
    how: str
    """One sentence for the administrator: where the owner gets such a token."""


@dataclass(frozen=True, slots=True)
class Owned:
    """What a platform says of a token: whose it is, what it allows, until when."""

    profile: Profile
    scopes: frozenset[str] | None = None
    """None where the platform does not tell: then the administrator has to say what the owner granted."""
    expires_at: datetime | None = None


@runtime_checkable
class Owning(Protocol):
    """What a platform of the second tier offers besides, where a token names its owner."""

    def owned(self, grant: Grant, http: Http, now: datetime) -> Owned:
        """Ask whose the token is. `http` carries the grant already. Raises CollectError, TokenRefused among them."""
        ...


@runtime_checkable
class Renewing(Protocol):
    """What a platform of the second tier offers besides, where a token can be made to last longer."""

    def renew(self, grant: Grant, http: Http, now: datetime) -> Grant | None:
        """The same grant with a newer token, or None when it is not time or the grant lacks what it takes.

        `http` carries the grant already. Raises CollectError; a failure costs no reading.
        """
        ...


@dataclass(frozen=True, slots=True)
class ProofText:
    """A text found on the profile where a proof token may stand."""

    proof: Proof
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one reading."""

    pages: int = 10
    """List pages a pass may read."""
    posts: int = 1000


class Platform(Protocol):
    """One platform: how a profile is found, read and asked about a single post.

    Methods do I/O through `http` and raise CollectError; turning bytes into posts is pure and lives beside them.
    """

    name: str
    terms: Terms
    consent: Consent | None
    """None where public posts are open to everybody."""

    def recognises(self, url: str) -> bool:
        """Whether the URL alone already says that it is this platform's. No I/O."""
        ...

    def resolve(self, url: str, http: Http) -> Profile:
        """The profile behind a URL, with its lasting id and canonical address."""
        ...

    def proof_texts(self, profile: Profile, http: Http) -> Sequence[ProofText]:
        """The places on the profile where a token would be public, as they read now."""
        ...

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched | NotModified:
        """Read the account's public posts, newest window first, continuing from `account.cursor`."""
        ...

    def confirm(self, account: Account, post: Sequence[PostRef], http: Http) -> Mapping[str, Presence]:
        """Ask for single posts by id; answers by post id. A failure for one post is UNKNOWN, not an error."""
        ...

    def parent(self, account: Account, post: Post, http: Http) -> Parent | None:
        """The post that `post` answers, for scoring in memory; None when it cannot be seen."""
        ...


@dataclass(frozen=True, slots=True)
class PostRef:
    """Enough to ask a platform for one post."""

    post_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Politeness:
    """How gently and how far the HTTP layer reads. Seconds and bytes.

    `allowed_private` holds "host:port" entries an administrator has opened for tests and demonstrations.
    """

    user_agent: str
    contact: str
    delay: float = 2.0
    """Least time between two requests to one host."""
    jitter: float = 0.5
    connect_timeout: float = 5.0
    read_timeout: float = 15.0
    account_deadline: float = 120.0
    """Longest time for one account, all requests and waits together."""
    max_wire_bytes: int = 5_000_000
    max_body_bytes: int = 10_000_000
    max_redirects: int = 5
    max_requests: int = 60
    """Requests one account may cost in one pass."""
    allowed_private: frozenset[str] = field(default_factory=frozenset)
