"""Reads public addresses politely and within limits, and names every failure; httpx is known here and below only."""

from __future__ import annotations

import json as json_format
import re
import socket
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx

from collectors import robots
from collectors.address import SCHEMES, Resolve, check_target
from collectors.base import Response
from collectors.dial import Exchange, GuardedBackend, current
from collectors.http_transport import GuardedTransport, named
from collectors.inflate import Caps, read_body
from collectors.names import Lookup, txt_records
from collectors.pace import Pace
from collectors.rate_limits import earliest_next
from collectors.statuses import raise_for_status
from domain.errors import (
    AccessRefused,
    AddressRefused,
    TimedOut,
    TokenRefused,
    TooLarge,
    Unreachable,
    WrongContent,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType
    from typing import Self

    from collectors.base import Grant, Http, Politeness
    from collectors.turns import Turns

_PERMANENT = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})
_REDIRECTS = _PERMANENT | {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER, HTTPStatus.TEMPORARY_REDIRECT}
_LOGIN_PATH = re.compile(
    r"/(log[-_]?in|sign[-_]?in|wp-login|oauth2?|authwall|sso)(\.[a-z]{2,5})?(/|$)", re.IGNORECASE | re.ASCII
)
_SENDABLE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?", re.ASCII)
_UNSAID_WAIT = timedelta(minutes=1)
"""How long a host is left alone that answered 429 without saying how long."""


def open_http(
    politeness: Politeness,
    *,
    clock: Callable[[], datetime],
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    resolve: Resolve = socket.getaddrinfo,
    trust: ssl.SSLContext | None = None,
    lookup: Lookup = txt_records,
    turns: Turns | None = None,
) -> HttpClient:
    """One client for the process, to be used as a context manager and shared by its threads.

    `clock` gives aware UTC. `resolve` is `socket.getaddrinfo` or acts like it. `trust` replaces the certificate
    authorities that ship with httpx. `lookup` reads DNS TXT records. `turns` shares the pace with other processes.
    Proxies, netrc and certificate settings of the environment are not looked at.
    """
    backend = GuardedBackend(resolve, politeness.allowed_private)
    pace = Pace(
        delay=politeness.delay, jitter=politeness.jitter, clock=clock, monotonic=monotonic, sleep=sleep, turns=turns
    )
    client = httpx.Client(
        transport=GuardedTransport(backend, trust or httpx.create_ssl_context(trust_env=False)),
        headers=_headers(politeness),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        trust_env=False,
        follow_redirects=False,
    )
    return HttpClient(client, politeness, pace, robots.RobotsCache(clock), clock, monotonic, lookup)


def _headers(politeness: Politeness) -> dict[str, str]:
    agent = f"{politeness.user_agent} (+{politeness.contact})" if politeness.contact else politeness.user_agent
    return {"User-Agent": agent, "Accept-Encoding": "gzip"}


@dataclass(frozen=True, slots=True)
class HttpClient:
    """What all accounts share: connections, turns at hosts, robots.txt."""

    client: httpx.Client
    politeness: Politeness
    pace: Pace
    robots: robots.RobotsCache
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    lookup: Lookup

    def for_account(
        self, deadline: float | None = None, *, grant: Grant | None = None, hosts: frozenset[str] = frozenset()
    ) -> Http:
        """A reader with its own request budget, whose time (seconds, waits included) runs from now.

        `grant` is the owner's token, sent only to `hosts` and only where a request says so.
        """
        seconds = self.politeness.account_deadline if deadline is None else deadline
        return _AccountHttp(self, self.monotonic() + seconds, _Permit(grant, hosts))

    def post(
        self,
        url: str,
        content: bytes,
        *,
        content_type: str,
        accept: str,
        authorization: str = "",
        expect: Sequence[int] = (),
    ) -> Response:
        """One POST, bounded and checked like every request; a redirect is not followed, it raises WrongContent.

        Raises CollectError for everything that is not a whole answer with status 200 or one of `expect`.
        `authorization` is the header of that name (RFC 9110 section 11.6.2).
        """
        with named():
            target = httpx.URL(url)
        caps = Caps(self.politeness.max_wire_bytes, self.politeness.max_body_bytes)
        headers = {"Accept": accept, "Content-Type": content_type}
        if authorization:
            headers["Authorization"] = authorization
        reader = _AccountHttp(self, self.monotonic() + self.politeness.account_deadline, _Permit())
        return reader.send_once(target, _Ask(headers, {}, robots=False, expect=expect, caps=caps, content=content))

    def close(self) -> None:
        """Close all connections."""
        self.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class _Ask:
    """What one `get` wants of every hop, or a `post` of its only one."""

    headers: Mapping[str, str]
    validators: Mapping[str, str]
    robots: bool
    expect: Sequence[int]
    caps: Caps
    content: bytes | None = None
    """What is posted; None asks with GET."""
    authorised: bool = False


@dataclass(frozen=True, slots=True)
class _Permit:
    """An owner's token, and where it may go."""

    grant: Grant | None = None
    hosts: frozenset[str] = frozenset()

    def require(self, url: httpx.URL, allowed_private: frozenset[str]) -> Grant:
        """The grant, for this address; AddressRefused where it must not go."""
        if self.grant is None:
            raise TokenRefused("there is none")
        tested = f"{_host(url)}:{_port(url)}" in allowed_private
        if _host(url) not in self.hosts or not (url.scheme == "https" or tested):
            raise AddressRefused("the owner's token is not for this host")
        return self.grant

    def header(self, url: httpx.URL, allowed_private: frozenset[str]) -> dict[str, str]:
        """The header for this address (RFC 6750 section 2.1)."""
        return {"Authorization": f"Bearer {self.require(url, allowed_private).token}"}


class _AccountHttp:
    """One account's `Http` (see collectors.base). For one thread at a time."""

    def __init__(self, shared: HttpClient, deadline: float, permit: _Permit) -> None:
        self._shared, self._deadline, self._token = shared, deadline, permit
        self._requests_left = shared.politeness.max_requests

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
        """See `Http.get`. Also raises TooLarge when the account's requests are used up."""
        polite = self._shared.politeness
        usable = {name: value for name, value in (validators or {}).items() if _SENDABLE.fullmatch(value)}
        caps = Caps(polite.max_wire_bytes, polite.max_body_bytes)
        with named():
            start = httpx.URL(url)
            start = start.copy_merge_params({key: str(value) for key, value in params.items()}) if params else start
        ask = _Ask({**(headers or {}), "Accept": accept}, usable, robots, expect, caps, authorised=authorised)
        return self._follow(start.copy_with(fragment=None), ask)

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
        """See `Http.post`."""
        polite = self._shared.politeness
        with named():
            target = httpx.URL(url)
        sent = {**(headers or {}), "Accept": "application/json", "Content-Type": "application/json"}
        content = json_format.dumps(json or {}, ensure_ascii=True, allow_nan=False).encode()
        if form is not None:
            self._token.require(target, polite.allowed_private)
            sent["Content-Type"], content = "application/x-www-form-urlencoded", urlencode(form).encode()
        caps = Caps(polite.max_wire_bytes, polite.max_body_bytes)
        ask = _Ask(sent, {}, robots=False, expect=expect, caps=caps, content=content, authorised=authorised)
        return self.send_once(target, ask)

    def txt(self, name: str) -> Sequence[str]:
        """See `Http.txt`."""
        patience = self._deadline - self._shared.monotonic()
        if patience <= 0:
            raise TimedOut("the account's time is used up")
        return self._shared.lookup(name, min(patience, self._shared.politeness.read_timeout))

    def send_once(self, url: httpx.URL, ask: _Ask) -> Response:
        """One request to one address. Raises WrongContent for a redirect."""
        self._permit(url, ask)
        response = self._exchange(url, ask)
        if response.status != HTTPStatus.OK and response.status not in ask.expect:
            raise WrongContent(f"status {response.status}")
        return response

    def _follow(self, start: httpx.URL, ask: _Ask) -> Response:
        """Redirects by hand: every hop is checked like the first, and only the first carries validators."""
        url, permanent = start, True
        for hop in range(self._shared.politeness.max_redirects + 1):
            self._permit(url, ask)
            response = self._exchange(url, ask if hop == 0 else replace(ask, validators={}))
            if response.status not in _REDIRECTS or response.status in ask.expect:
                moved = str(url) if hop and permanent else None
                return replace(response, moved_to=moved)
            permanent = permanent and response.status in _PERMANENT
            url = _next_hop(url, response)
        raise TooLarge(f"more than {self._shared.politeness.max_redirects} redirects")

    def _permit(self, url: httpx.URL, ask: _Ask) -> None:
        host, port, allowed = _host(url), _port(url), self._shared.politeness.allowed_private
        check_target(url.scheme, host, port, userinfo=bool(url.userinfo), allowed=allowed)
        if ask.robots:
            patience = self._deadline - self._shared.monotonic()
            rules = self._shared.robots.rules(_origin(url), self._read_robots, patience)
            self._shared.pace.slow_down(_place(url), rules.crawl_delay)
            rules.require(str(url))

    def _read_robots(self, url: str) -> Response:
        caps = Caps(self._shared.politeness.max_wire_bytes, robots.MOST_BYTES, cut=True)
        ask = _Ask({"Accept": "text/plain, */*;q=0.1"}, {}, robots=False, expect=robots.NO_ROBOTS_STATUSES, caps=caps)
        return self._follow(httpx.URL(url), ask)

    def _exchange(self, url: httpx.URL, ask: _Ask) -> Response:
        """One request in its turn; asked once more when a kept connection turned out closed before any answer."""
        with self._shared.pace.turn(_place(url), self._deadline):
            exchange = self._open()
            try:
                return self._send(url, ask, exchange)
            except Unreachable:
                if exchange.connected or exchange.received:
                    raise
            return self._send(url, ask, self._open())

    def _open(self) -> Exchange:
        if self._requests_left <= 0:
            raise TooLarge(f"more than {self._shared.politeness.max_requests} requests")
        self._requests_left -= 1
        return Exchange(self._deadline, self._shared.monotonic)

    def _send(self, url: httpx.URL, ask: _Ask, exchange: Exchange) -> Response:
        headers = {**ask.headers, **ask.validators}
        if ask.authorised:
            headers |= self._token.header(url, self._shared.politeness.allowed_private)
        token = current.set(exchange)
        try:
            with (
                named(exchange),
                self._shared.client.stream(
                    "GET" if ask.content is None else "POST",
                    url,
                    headers=headers,
                    content=ask.content,
                    timeout=self._timeout(),
                ) as raw,
            ):
                return self._read(raw, str(url), ask)
        finally:
            current.reset(token)

    def _timeout(self) -> httpx.Timeout:
        polite = self._shared.politeness
        return httpx.Timeout(polite.read_timeout, connect=polite.connect_timeout, pool=polite.read_timeout)

    def _read(self, raw: httpx.Response, url: str, ask: _Ask) -> Response:
        """The head decides first; a body is read only for an answer that is wanted."""
        now = self._shared.clock()
        headers = {name: value for name, value in raw.headers.items() if name != "set-cookie"}
        head = Response(raw.status_code, url, headers, b"", not_before=earliest_next(raw.status_code, headers, now))
        self._heed(head, now)
        if head.status in _REDIRECTS and head.status not in ask.expect and "location" in headers:
            return head
        raise_for_status(head, ask.expect, now)
        if head.not_modified:
            if not ask.validators:
                raise WrongContent("304 to an unconditional request")
            return head
        stated = headers.get("content-length", "")
        if not ask.caps.cut and stated.isdecimal() and int(stated[:18]) > ask.caps.wire:
            raise TooLarge(f"more than {ask.caps.wire} bytes on the wire")
        return replace(head, body=read_body(raw.iter_raw(), headers.get("content-encoding", ""), ask.caps))

    def _heed(self, head: Response, now: datetime) -> None:
        """Leave the host alone for every account when it says so."""
        until = head.not_before
        if until is None and head.status == HTTPStatus.TOO_MANY_REQUESTS:
            until = now + _UNSAID_WAIT
        if until is not None:
            self._shared.pace.hold(_place(httpx.URL(head.url)), until)


def _next_hop(url: httpx.URL, response: Response) -> httpx.URL:
    """Where a redirect leads. AccessRefused for a login page, AddressRefused for a step down from https."""
    with named():
        target = url.join(response.headers["location"]).copy_with(fragment=None)
    if _LOGIN_PATH.search(target.path):
        raise AccessRefused("redirect to a login page")
    if url.scheme == "https" and target.scheme == "http":
        raise AddressRefused("redirect from https to http")
    return target


def _host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii").lower().rstrip(".")


def _port(url: httpx.URL) -> int:
    return SCHEMES.get(url.scheme, 0) if url.port is None else url.port


def _place(url: httpx.URL) -> str:
    """The key of a host's turns: http and https of one host are one machine, another port may be another."""
    return _host(url) if _port(url) in SCHEMES.values() else f"{_host(url)}:{_port(url)}"


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii').lower()}"
