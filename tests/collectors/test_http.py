import gzip
import resource
import socket
import ssl
import subprocess
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpcore
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.base import Politeness
from collectors.dial import Exchange, GuardedBackend, current
from collectors.http import open_http
from collectors.http_transport import named
from domain.errors import (
    AccessRefused,
    AccountDeleted,
    AccountGone,
    AddressRefused,
    CollectError,
    Malformed,
    RateLimited,
    RobotsDisallow,
    ServerFault,
    TimedOut,
    TooLarge,
    Unreachable,
    WrongContent,
)
from tests.fakes.loopback import Loopback, redirect, reply
from tests.fakes.time import NOON, FakeTime

GENTLE = Politeness(user_agent="section7/0.1.0", contact="https://clinic.example/bot", delay=0, jitter=0)
PUBLIC = "93.184.216.34"
TRUST = ssl.create_default_context()


@pytest.fixture
def server():
    with Loopback() as running:
        yield running


@pytest.fixture
def reader(server):
    """Opens clients that may read the loopback server, and closes them."""
    opened = []

    def make(*, allowed=(), **changes):
        wiring = {
            name: changes.pop(name) for name in ("clock", "monotonic", "sleep", "resolve", "trust") if name in changes
        }
        politeness = replace(GENTLE, allowed_private=frozenset({server.place, *allowed}), **changes)
        client = open_http(politeness, **({"clock": lambda: datetime.now(UTC)} | wiring))
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.close()


@pytest.fixture
def http(reader):
    return reader().for_account(30)


def answering(*addresses):
    """A resolver that gives one address after the other, the last one for ever, and counts."""
    left, asked = list(addresses), []

    def resolve(host, port, *, type):  # noqa: A002 - as getaddrinfo calls it
        asked.append(host)
        return [(socket.AF_INET, type, 6, "", (left.pop(0) if len(left) > 1 else left[0], port))]

    resolve.asked = asked
    return resolve


def test_an_answer_comes_back_whole(server, http):
    server.routes["/feed?a=1&b=x+y"] = reply(b"words", content_type="Text/Plain; charset=utf-8", ETag='"e"')
    response = http.get(server.url("/feed?a=1#part"), params={"b": "x y"}, accept="text/plain")
    assert (response.status, response.body, response.content_type) == (200, b"words", "text/plain")
    assert response.headers["etag"] == '"e"'
    assert response.url == server.url("/feed?a=1&b=x+y")
    assert (response.moved_to, response.not_before) == (None, None)


def test_the_request_is_honest_and_carries_nothing_else(server, reader, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    http = reader().for_account()
    server.routes["/"] = reply(set_cookie="id=1; Path=/")
    for _ in range(2):
        assert "set-cookie" not in http.get(server.url()).headers
    assert server.seen[1].headers == {
        "host": server.place,
        "user-agent": "section7/0.1.0 (+https://clinic.example/bot)",
        "accept-encoding": "gzip",
        "accept": "*/*",
        "connection": "keep-alive",
    }


def test_connections_are_kept(server, http):
    server.routes["/"] = reply(b"x")
    for _ in range(3):
        http.get(server.url())
    assert [seen.connection for seen in server.seen] == [1, 1, 1]


# --- conditional requests ---


def test_validators_go_out_and_304_comes_back(server, http):
    server.routes["/"] = reply(status="304 Not Modified", etag='"e"')
    response = http.get(
        server.url(), validators={"If-None-Match": '"e"', "If-Modified-Since": "x\r\nEvil: 1", "X": "é"}
    )
    assert response.not_modified
    assert response.body == b""
    assert server.seen[0].headers["if-none-match"] == '"e"'
    assert not {"if-modified-since", "evil", "x"} & set(server.seen[0].headers)


def test_validators_are_for_the_same_url_only(server, http):
    server.routes |= {"/old": redirect("/new"), "/new": reply(b"x")}
    http.get(server.url("/old"), validators={"If-None-Match": '"e"'})
    assert ["if-none-match" in seen.headers for seen in server.seen] == [True, False]


def test_304_to_an_unconditional_request_is_not_an_answer(server, http):
    server.routes["/"] = reply(status="304 Not Modified")
    with pytest.raises(WrongContent):
        http.get(server.url())


# --- redirects ---


def test_a_move_is_reported_only_when_every_hop_was_permanent(server, http):
    server.routes |= {
        "/a": redirect("/b", "301 Moved Permanently"),
        "/b": redirect("//" + server.place + "/end#x", "308 Permanent Redirect"),
        "/c": redirect("/b"),
        "/end": reply(b"x"),
    }
    assert http.get(server.url("/a")).moved_to == server.url("/end")
    temporary = http.get(server.url("/c"))
    assert (temporary.url, temporary.moved_to) == (server.url("/end"), None)


def test_five_redirects_are_followed_and_six_are_not(server, http):
    server.routes |= {f"/{hop}": redirect(f"/{hop + 1}") for hop in range(6)}
    server.routes["/6"] = reply(b"end")
    assert http.get(server.url("/1")).body == b"end"
    with pytest.raises(TooLarge):
        http.get(server.url("/0"))


def test_a_loop_ends(server, http):
    server.routes |= {"/a": redirect("/b"), "/b": redirect("/a")}
    with pytest.raises(TooLarge):
        http.get(server.url("/a"))
    assert len(server.seen) == 6


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/",
        "http://127.0.0.1:1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://0.0.0.0/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::1]/",
        "http://localhost/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "https://192.168.0.1/",
        "http://user:pass@a.example/",
        "http://a.example:22/",
        "http://a.example:0/",
        "ftp://a.example/",
        "file:///etc/hostname",
        "gopher://127.0.0.1/",
        "http://",
        "data:text/html,x",
    ],
)
def test_no_address_but_a_public_one_is_read_first_or_by_redirect(server, http, target):
    with pytest.raises(AddressRefused):
        http.get(target)
    server.routes["/go"] = redirect(target)
    if target != "http://":
        with pytest.raises(AddressRefused):
            http.get(server.url("/go"))
        assert server.paths == ["/go"]


@pytest.mark.parametrize(
    "path", ["/login", "/users/sign_in?next=x", "/wp-login.php", "/oauth/authorize", "/i/flow/signin/", "/Log-In"]
)
def test_a_redirect_to_a_login_page_is_a_refusal(server, http, path):
    server.routes["/"] = redirect(path)
    with pytest.raises(AccessRefused):
        http.get(server.url())
    assert server.paths == ["/"]


@pytest.mark.parametrize("path", ["/login-tips", "/2026/signing", "/blogin"])
def test_a_path_that_only_sounds_like_login_is_followed(server, http, path):
    server.routes |= {"/": redirect(path), path: reply(b"tips")}
    assert http.get(server.url()).body == b"tips"


def test_a_redirect_without_a_place_is_not_an_answer_and_an_expected_one_is(server, http):
    server.routes |= {"/": reply(status="302 Found"), "/to": redirect("/x")}
    with pytest.raises(WrongContent):
        http.get(server.url())
    assert http.get(server.url("/to"), expect=(302,)).headers["location"] == "/x"


# --- what is dialled ---


class Recording(httpcore.NetworkBackend):
    """Remembers what it was asked to dial; addresses in `dead` do not answer."""

    def __init__(self, dead=()):
        self.dialled, self.dead = [], dead

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        self.dialled.append((host, port))
        if host in self.dead:
            raise httpcore.ConnectError("refused")
        return httpcore.MockStream([])


@pytest.fixture
def under_way():
    token = current.set(Exchange(deadline=9_999, monotonic=lambda: 0.0))
    yield current.get()
    current.reset(token)


def test_a_name_server_that_changes_its_mind_gains_nothing(under_way):
    resolve, dialler = answering(PUBLIC, "127.0.0.1"), Recording()
    backend = GuardedBackend(resolve, frozenset(), dialler)
    backend.connect_tcp("rebind.example", 443)
    assert (dialler.dialled, resolve.asked) == ([(PUBLIC, 443)], ["rebind.example"])
    with pytest.raises(AddressRefused):
        backend.connect_tcp("rebind.example", 443)
    assert dialler.dialled == [(PUBLIC, 443)]
    backend.close()


def test_addresses_are_tried_in_turn(under_way):
    def resolve(host, port, *, type):  # noqa: A002
        return [(socket.AF_INET, type, 6, "", (f"93.184.216.{last}", port)) for last in range(1, 9)]

    dialler = Recording(dead=("93.184.216.1", "93.184.216.2"))
    GuardedBackend(resolve, frozenset(), dialler).connect_tcp("a.example", 80)
    assert [host for host, _ in dialler.dialled] == ["93.184.216.1", "93.184.216.2", "93.184.216.3"]
    with pytest.raises(httpcore.ConnectError):
        GuardedBackend(answering("93.184.216.1"), frozenset(), dialler).connect_tcp("a.example", 80)


def test_a_lookup_that_hangs_does_not_hold_the_account(under_way):
    release = threading.Event()

    def resolve(host, port, *, type):  # noqa: A002
        release.wait(5)
        raise OSError("too late")

    backend = GuardedBackend(resolve, frozenset(), Recording())
    with pytest.raises(Unreachable):
        backend.connect_tcp("slow.example", 80, timeout=0.05)
    release.set()
    backend.close()


def test_a_name_is_resolved_once_a_connection_and_the_answer_is_what_is_dialled(server, reader):
    resolve, name = answering("127.0.0.1"), f"only-in-our-resolver.example:{server.port}"
    server.routes["/"] = reply(b"x")
    account = reader(resolve=resolve, allowed=[name]).for_account()
    for _ in range(2):
        assert account.get(f"http://{name}/").body == b"x"
    assert len(resolve.asked) == 1
    assert server.seen[0].headers["host"] == name


def test_a_name_without_address_is_unreachable(http):
    with pytest.raises(Unreachable):
        http.get("https://no-such-name.invalid/")


def test_a_port_where_nobody_listens_is_unreachable(reader):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        place = f"127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(Unreachable):
        reader(allowed=[place]).for_account().get(f"http://{place}/")


# --- TLS ---


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=site.example -keyout {key} -out {cert}"
    extension = ["-addext", "subjectAltName=DNS:site.example", "-addext", "basicConstraints=critical,CA:TRUE"]
    subprocess.run([*command.split(), *extension], check=True, capture_output=True)
    return cert, key


@pytest.fixture
def secure(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with Loopback(context) as running:
        running.routes |= {"/": reply(b"private line"), "/down": redirect("http://site.example/")}
        yield running


def test_the_name_is_what_the_certificate_must_bear_though_an_address_is_dialled(secure, reader, certificate):
    trust = ssl.create_default_context(cafile=str(certificate[0]))
    places = [f"{name}.example:{secure.port}" for name in ("site", "other")]
    account = reader(resolve=answering("127.0.0.1"), allowed=places, trust=trust).for_account()
    assert account.get(f"https://{places[0]}/").body == b"private line"
    with pytest.raises(Unreachable, match="no secure connection"):
        account.get(f"https://{places[1]}/")
    with pytest.raises(AddressRefused, match="from https to http"):
        account.get(f"https://{places[0]}/down")


def test_a_certificate_that_nobody_vouches_for_is_refused(secure, reader):
    place = f"site.example:{secure.port}"
    with pytest.raises(Unreachable, match="no secure connection"):
        reader(resolve=answering("127.0.0.1"), allowed=[place]).for_account().get(f"https://{place}/")


# --- sizes ---


def test_gzip_is_read(server, http):
    server.routes["/"] = reply(gzip.compress(b"words " * 1000), content_encoding="gzip")
    assert http.get(server.url()).body == b"words " * 1000


def test_a_bomb_neither_passes_nor_takes_memory(server, http):
    single = gzip.compress(bytes(64 * 1024 * 1024))
    double = gzip.compress(single)
    server.routes |= {
        "/single": reply(single, content_encoding="gzip"),
        "/double": reply(double, content_encoding="gzip, gzip"),
        "/hidden": reply(double, content_encoding="gzip"),
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(TooLarge):
        http.get(server.url("/single"))
    with pytest.raises(WrongContent):
        http.get(server.url("/double"))
    assert http.get(server.url("/hidden")).body == single
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 48 * 1024


@pytest.mark.parametrize("coding", ["br", "deflate", "zstd"])
def test_a_coding_that_was_not_asked_for_is_refused(server, http, coding):
    server.routes["/"] = reply(b"x", content_encoding=coding)
    with pytest.raises(WrongContent):
        http.get(server.url())


def test_a_stated_length_over_the_cap_is_not_read(server, reader):
    server.routes["/"] = reply(content_length="5000001")
    with pytest.raises(TooLarge):
        reader().for_account().get(server.url())


def test_the_wire_cap_holds_for_chunked_bodies(server, reader):
    chunk = b"3e8\r\n" + b"x" * 1000 + b"\r\n"
    server.routes["/"] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 20 + b"0\r\n\r\n"
    assert len(reader(max_wire_bytes=20_000).for_account().get(server.url()).body) == 20_000
    with pytest.raises(TooLarge):
        reader(max_wire_bytes=19_999).for_account().get(server.url())


# --- broken answers ---


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", Unreachable),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", Unreachable),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Malformed),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", Malformed),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", Malformed),
        (b"HTTP/1.1 200 O", Unreachable),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", Malformed),
        (b"", Unreachable),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 40_000, Malformed),
        (reply(gzip.compress(b"words" * 99, mtime=0)[:-9], content_encoding="gzip"), Malformed),
    ],
)
def test_a_broken_answer_is_named_and_never_taken_for_a_whole_one(server, http, raw, error):
    def say(peer, server, seen):
        peer.sendall(raw)

    server.routes["/"] = say
    with pytest.raises(error) as caught:
        http.get(server.url())
    assert type(caught.value) is error
    assert len(server.seen) == 1


def test_a_body_longer_than_stated_ends_where_stated(server, http):
    server.routes["/"] = reply(b"four and more", content_length="4")
    assert http.get(server.url()).body == b"four"


def test_a_kept_connection_that_was_closed_meanwhile_is_tried_once_more(server, http):
    def first_only(peer, server, seen):
        if len(server.seen) in (1, 3):
            peer.sendall(reply(b"x"))
            return True
        return False

    server.routes["/"] = first_only
    assert http.get(server.url()).body == b"x"
    assert http.get(server.url()).body == b"x"
    assert [seen.connection for seen in server.seen] == [1, 1, 2]


def test_a_second_break_is_not_tried_again(server, http):
    server.routes["/"] = lambda peer, server, seen: bool(len(server.seen) == 1 and peer.sendall(reply(b"x")) is None)
    http.get(server.url())
    with pytest.raises(Unreachable):
        http.get(server.url())
    assert len(server.seen) == 3


# --- time ---


def drip(head):
    def say(peer, server, seen):
        peer.sendall(head)
        while not server.stopping.wait(0.02):
            peer.sendall(b"x")

    return say


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_an_endless_drip_is_ended_by_the_deadline(server, reader, head):
    server.routes["/"] = drip(head)
    with pytest.raises(TimedOut):
        reader().for_account(0.3).get(server.url())


def test_silence_is_ended_by_the_read_timeout(server, reader):
    server.routes["/"] = lambda peer, server, seen: server.stopping.wait(5) and None
    with pytest.raises(TimedOut, match="no answer in time"):
        reader(read_timeout=0.1).for_account().get(server.url())


def test_waits_for_turns_count_against_the_deadline(server, reader):
    passing = FakeTime()
    server.routes["/"] = reply(b"x")
    client = reader(clock=passing.clock, monotonic=passing.monotonic, sleep=passing.sleep, delay=2.0)
    account = client.for_account(5)
    for _ in range(3):
        account.get(server.url())
    with pytest.raises(TimedOut):
        account.get(server.url())
    assert passing.sleeps == [2.0, 2.0]
    assert client.for_account(5).get(server.url()).body == b"x"


def test_the_request_budget_is_the_accounts_own_and_counts_redirects(server, reader):
    server.routes |= {"/": redirect("/x"), "/x": reply(b"x")}
    client = reader(max_requests=3)
    account = client.for_account()
    account.get(server.url())
    with pytest.raises(TooLarge):
        account.get(server.url())
    assert client.for_account().get(server.url()).body == b"x"


# --- statuses and politeness ---


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("401 Unauthorized", AccessRefused),
        ("403 Forbidden", AccessRefused),
        ("404 Not Found", AccountGone),
        ("410 Gone", AccountDeleted),
        ("429 Too Many", RateLimited),
        ("500 Oops", ServerFault),
        ("418 Teapot", WrongContent),
    ],
)
def test_statuses_are_errors_whatever_their_body_is(server, http, status, error):
    server.routes["/"] = reply(b"not gzip", status=status, content_encoding="gzip, br")
    with pytest.raises(error):
        http.get(server.url())


def test_an_expected_status_comes_with_its_body(server, http):
    server.routes["/"] = reply(b'{"error":"RepoNotFound"}', status="400 Bad Request")
    assert http.get(server.url(), expect=(400,)).body == b'{"error":"RepoNotFound"}'


def test_a_host_that_says_wait_is_left_alone_by_other_accounts(server, reader):
    passing = FakeTime()
    server.routes |= {"/": reply(status="503 Busy", retry_after="30"), "/x": reply(b"x")}
    client = reader(clock=passing.clock, monotonic=passing.monotonic, sleep=passing.sleep)
    for path in ("/", "/x"):
        with pytest.raises(RateLimited) as caught:
            client.for_account().get(server.url(path))
        assert caught.value.retry_at == NOON + timedelta(seconds=30)
    assert server.paths == ["/"]
    passing.passed += 31
    assert client.for_account().get(server.url("/x")).body == b"x"


def test_a_200_that_uses_up_the_limit_says_when_to_come_back(server, reader):
    passing = FakeTime()
    server.routes["/"] = reply(b"x", x_ratelimit_remaining="0", x_ratelimit_reset="2026-11-20T12:05:00.000000Z")
    client = reader(clock=passing.clock, monotonic=passing.monotonic, sleep=passing.sleep)
    assert client.for_account().get(server.url()).not_before == NOON + timedelta(minutes=5)
    with pytest.raises(RateLimited):
        client.for_account().get(server.url())


def test_a_429_that_does_not_say_how_long_holds_the_host_for_a_minute(server, reader):
    passing = FakeTime()
    server.routes["/"] = reply(status="429 Slow Down")
    client = reader(clock=passing.clock, monotonic=passing.monotonic, sleep=passing.sleep)
    for retry_at in (None, NOON + timedelta(minutes=1)):
        with pytest.raises(RateLimited) as caught:
            client.for_account().get(server.url())
        assert caught.value.retry_at == retry_at


def test_many_accounts_ask_one_host_one_after_the_other(server, reader):
    passing, inside, most, done = FakeTime(), [], [], []

    def say(peer, server, seen):
        inside.append(1)
        most.append(len(inside))
        peer.sendall(reply(b"x")[:-1])
        inside.pop()
        peer.sendall(b"x")
        return True

    server.routes["/"] = say
    client = reader(clock=passing.clock, monotonic=passing.monotonic, sleep=passing.sleep, delay=2.0)
    threads = [
        threading.Thread(target=lambda: done.append((client.for_account(900).get(server.url()), passing.monotonic())))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(done) == 12
    assert max(most) == 1
    assert passing.sleeps == [pytest.approx(2.0)] * 11
    assert {seen.connection for seen in server.seen} == {1}


# --- robots.txt ---


def test_robots_are_asked_once_and_obeyed_on_every_hop(server, http):
    server.routes |= {
        "/robots.txt": reply(b"User-agent: *\nDisallow: /private"),
        "/page": reply(b"x"),
        "/hop": redirect("/private/x"),
        "/private/api": reply(b"data"),
    }
    assert http.get(server.url("/page"), robots=True).body == b"x"
    with pytest.raises(RobotsDisallow):
        http.get(server.url("/private/a"), robots=True)
    with pytest.raises(RobotsDisallow):
        http.get(server.url("/hop"), robots=True)
    assert http.get(server.url("/private/api")).body == b"data"
    assert server.paths == ["/robots.txt", "/page", "/hop", "/private/api"]


def test_a_site_without_robots_is_open_and_one_that_fails_is_closed(server, reader):
    server.routes["/page"] = reply(b"x")
    assert reader().for_account().get(server.url("/page"), robots=True).body == b"x"
    server.routes["/robots.txt"] = reply(status="500 Oops")
    with pytest.raises(RobotsDisallow):
        reader().for_account().get(server.url("/page"), robots=True)


def test_a_huge_robots_txt_is_read_as_far_as_the_standard_asks(server, reader):
    http = reader(max_wire_bytes=600_000).for_account()
    server.routes |= {"/robots.txt": reply(b"User-agent: *\nDisallow: /a\n" + b"# pad\n" * 200_000), "/b": reply(b"x")}
    assert http.get(server.url("/b"), robots=True).body == b"x"
    with pytest.raises(RobotsDisallow):
        http.get(server.url("/a"), robots=True)


def test_robots_that_lead_to_a_private_address_are_not_followed(server, http):
    server.routes |= {"/robots.txt": redirect("http://10.0.0.1/robots.txt"), "/b": reply(b"x")}
    with pytest.raises(AddressRefused):
        http.get(server.url("/b"), robots=True)


def test_crawl_delay_becomes_the_hosts_pace(server, reader):
    passing = FakeTime()
    server.routes |= {"/robots.txt": reply(b"User-agent: section7\nCrawl-delay: 9"), "/": reply(b"x")}
    client = reader(clock=passing.clock, monotonic=passing.monotonic, sleep=passing.sleep, delay=2.0)
    account = client.for_account()
    for _ in range(2):
        account.get(server.url(), robots=True)
    assert passing.sleeps == [2.0, 9.0]


# --- every failure has a name ---


def raised_by(module):
    found = (getattr(module, name) for name in module.__all__)
    return [kind for kind in found if isinstance(kind, type) and issubclass(kind, Exception)]


@pytest.mark.parametrize(
    "kind", [*raised_by(httpx), *raised_by(httpcore)], ids=lambda kind: f"{kind.__module__}.{kind.__name__}"
)
def test_every_exception_of_the_libraries_becomes_one_of_ours(kind):
    error = kind.__new__(kind)
    with pytest.raises(CollectError) as caught, named():
        raise error
    assert type(caught.value) is not CollectError
    assert caught.value.detail
    wanted = Unreachable if "Connect" in kind.__name__ else TimedOut if "Timeout" in kind.__name__ else CollectError
    assert isinstance(caught.value, wanted)


@settings(max_examples=200)
@given(
    st.one_of(
        st.text(max_size=60),
        st.text(max_size=30).map("http://{}/".format),
        st.text(max_size=30).map("https://a.example/{}".format),
    )
)
def test_no_address_raises_anything_but_our_errors(url):
    def nowhere(host, port, *, type):  # noqa: A002
        raise OSError("no network in this test")

    with open_http(GENTLE, clock=lambda: NOON, resolve=nowhere, trust=TRUST) as client, pytest.raises(CollectError):
        client.for_account().get(url)


def test_messages_do_not_show_the_address(server, http):
    server.routes["/secret-path?token=abc"] = reply(status="500 Oops")
    with pytest.raises(ServerFault) as caught:
        http.get(server.url("/secret-path?token=abc"))
    assert "secret" not in str(caught.value)
