"""Hostile answers, from a real server through the whole reading layer: an error with a name or harmless posts, soon,
and without taking memory. What each part does alone is held by its own tests; here nothing is left out between them.
"""

from __future__ import annotations

import gzip
import io
import time
import zipfile
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.base import Politeness
from collectors.http import open_http
from collectors.platforms.feed import PLATFORM
from domain.errors import (
    AccessRefused,
    AddressRefused,
    CollectError,
    Malformed,
    RobotsDisallow,
    TimedOut,
    TooLarge,
    Unreachable,
    WrongContent,
)
from tests.fakes.collected import account
from tests.fakes.loopback import Loopback, redirect, reply
from tests.fakes.time import NOON

MEGABYTE = 1024
"""In KiB."""
MOST_MEMORY = 192 * MEGABYTE
"""For a body of ten megabytes at most, decoded, as a tree and as text, all at once."""
MOST_SECONDS = 20.0
FEED = "application/rss+xml"
LOGIN = b"<!doctype html><title>Log in</title><h1>Log in</h1><form><input type=password name=p></form>"


def rss(inside):
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{inside}</channel></rss>'.encode()


def item(words):
    return f"<item><guid>1</guid><title>A walk</title><description>{words}</description></item>"


def laughs():
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    return b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "ha">' + entities.encode() + b"]>" + rss("&l11;")[21:]


def zip_of_nothing():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w"):
        pass
    return made.getvalue()


def zipped(body, times=1, coding="gzip"):
    for _ in range(times):
        body = gzip.compress(body)
    return reply(body, content_encoding=coding, content_type=FEED)


@contextmanager
def within(seconds=MOST_SECONDS, memory=MOST_MEMORY):
    """The block takes no more processor time, and the process at its highest no more than before it (KiB, Linux)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the highest is counted from now on
    before, started = _status("VmRSS"), time.process_time()
    yield
    assert time.process_time() - started < seconds
    assert _status("VmHWM") - before < memory


def _status(name):
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


@pytest.fixture
def server():
    with Loopback() as running:
        yield running


def collect(server, path="/feed", **changes):
    polite = Politeness("test", "", delay=0, jitter=0, allowed_private=frozenset({server.place}))
    one = account("feed", server.url(path), "1", url=server.url(path), cursor=None)
    with open_http(polite, clock=lambda: datetime.now(UTC), **changes) as http:
        return PLATFORM.collect(one, http.for_account(8.0), NOON)


REFUSED = {
    "64 MiB of nothing, packed": (zipped(bytes(64 * 1024 * 1024)), TooLarge),
    "packed twice and said so": (zipped(rss(item("x")), 2, "gzip, gzip"), WrongContent),
    "packed twice and said once": (zipped(rss(item("x")), 2), CollectError),
    "a bomb in a bomb": (zipped(bytes(64 * 1024 * 1024), 2), CollectError),
    "a billion laughs": (reply(laughs(), content_type=FEED), CollectError),
    "a body that is an address": (reply(b"http://169.254.169.254/latest/meta-data/", content_type=FEED), CollectError),
    "a body that is a file's address": (reply(b"file:///etc/hostname", content_type=FEED), CollectError),
    "a login page with 200": (reply(LOGIN, content_type="text/html"), AccessRefused),
    "a login page that says it is a feed": (reply(LOGIN, content_type=FEED), AccessRefused),
    "a zip of nothing": (reply(zip_of_nothing(), content_type="application/zip"), CollectError),
    "a zip of nothing that says it is a feed": (reply(zip_of_nothing(), content_type=FEED), CollectError),
    "a picture": (reply(b"\x89PNG\r\n\x1a\n" + bytes(99_999), content_type="image/png"), CollectError),
    "only NUL": (reply(bytes(100_000), content_type=FEED), CollectError),
    "one line of 10 MB and a little": (reply(rss(item("x" * 10_000_000)), content_type=FEED), TooLarge),
    "a length that is too long": (reply(rss(""), content_type=FEED, content_length="99999"), (Unreachable, TimedOut)),
    "a length that is no number": (reply(rss(""), content_type=FEED, content_length="ten"), Malformed),
    "a length below nothing": (reply(rss(""), content_type=FEED, content_length="-1"), Malformed),
    "nothing": (reply(b"", content_type=FEED), CollectError),
}


def say(raw):
    """The answer, and then the connection's end, so that a wrong length is not waited for."""
    return lambda peer, server, seen: peer.sendall(raw)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_feed_is_refused_by_name(server, name):
    raw, error = REFUSED[name]
    server.routes["/feed"] = say(raw)
    with within(), pytest.raises(error) as caught:
        collect(server)
    assert "meta-data" not in str(caught.value)
    assert {seen.path for seen in server.seen} <= {"/feed", "/robots.txt"}


BORNE = {
    "6,000 nested tags, escaped": item("&lt;div&gt;" * 6000 + "deep"),
    "6,000 nested tags in a section": item("<![CDATA[" + "<b><i>" * 3000 + "deep]]>"),
    "NUL and lone surrogates": item("de&#0;ep &#xD800;&#xDFFF; \ufffe end"),
    "one line of four megabytes": item("x" * 4_000_000),
    "a line of four million references": item("&amp;lt;" * 400_000),
    "ten thousand items": "".join(f"<item><guid>{n}</guid><title>{n}</title></item>" for n in range(10_000)),
    "an address that is no end": item(f"&lt;a href='http://a.example/{'x' * 2_000_000}'&gt;deep&lt;/a&gt;"),
}


@pytest.mark.parametrize("name", BORNE)
def test_what_is_a_feed_for_all_that_is_borne_or_refused(server, name):
    """Whichever it is, no word of it can break what is stored: no NUL, no lone surrogate."""
    server.routes["/feed"] = say(reply(rss(BORNE[name]), content_type=f"{FEED}; charset=utf-8"))
    posts = ()
    with within(), suppress(TooLarge, Malformed, WrongContent):
        posts = collect(server).posts
    for post in posts:
        (post.text + "".join(post.links)).encode()
        assert "\x00" not in post.text


def test_an_endless_drip_takes_the_accounts_time_and_nobodys_memory(server):
    def drip(peer, server, seen):
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n")
        while not server.stopping.wait(0.02):
            peer.sendall(b"<a>")

    server.routes["/feed"] = drip
    started = time.monotonic()
    with within(), pytest.raises(TimedOut):
        collect(server)
    assert time.monotonic() - started < 8.0 + 10.0


PRIVATE = (
    "http://127.0.0.1/",
    "http://127.1/",
    "http://0177.0.0.1/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://0/",
    "http://169.254.169.254/",
    "http://0xa9fea9fe/",
    "http://2852039166/",
    "http://0251.0376.0251.0376/",
    "http://10.1/",
    "http://172.16.0.1/",
    "http://192.168.257/",
    "http://100.64.0.1/",
    "http://[::1]/",
    "http://[::]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25lo]/",
    "http://[fc00::1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[::169.254.169.254]/",
    "http://１２７.０.０.１/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://localhost/",
    "http://localhost./",
    "http://LOCALHOST/",
    "http://metadata.localhost/",
)


REFUSALS = (AddressRefused, Unreachable, Malformed, RobotsDisallow)
"""No address, none that can be dialled, none that HTTP can name, or one whose robots.txt could not be asked for."""


@pytest.mark.parametrize("target", PRIVATE)
def test_no_spelling_of_a_private_address_is_reached_first_or_by_redirect(server, target):
    server.routes["/feed"] = redirect(target.encode().decode("latin-1"))
    with within(), pytest.raises(REFUSALS):
        collect(server)
    assert {seen.path for seen in server.seen} <= {"/feed", "/robots.txt"}


def test_a_name_that_is_public_for_robots_and_private_for_the_page_is_not_read(server):
    """Every connection is judged by the very answer that it dials."""
    answers = iter(["127.0.0.1", "169.254.169.254"])
    asked = []

    def resolve(host, port, *, type):  # noqa: A002 - the name it has
        asked.append(host)
        return [(2, type, 6, "", (next(answers, "10.0.0.1"), port))]

    server.routes["/feed"] = redirect("http://rebind.example/feed")
    with pytest.raises(AddressRefused):
        collect(server, resolve=resolve)
    assert asked
    assert {seen.path for seen in server.seen} <= {"/feed", "/robots.txt"}
