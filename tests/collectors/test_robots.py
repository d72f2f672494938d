import threading
import time
from datetime import timedelta

import pytest

from collectors.base import Response
from collectors.robots import FAILURE_REMEMBERED, LONGEST_CRAWL_DELAY, MOST_BYTES, RobotsCache, Rules, parse
from domain.errors import (
    AccessRefused,
    AddressRefused,
    Malformed,
    RateLimited,
    RobotsDisallow,
    ServerFault,
    TimedOut,
    TooLarge,
    Unreachable,
)
from tests.fakes.time import FakeTime

ORIGIN = "https://a.example"


def allows(rules, path):
    try:
        rules.require(ORIGIN + path)
    except RobotsDisallow:
        return False
    return True


class Site:
    """Answers for robots.txt one by one; the last one stays."""

    def __init__(self, *answers):
        self.answers, self.urls = list(answers), []

    def read(self, url):
        self.urls.append(url)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def found(body):
    return Response(200, ORIGIN + "/robots.txt", {}, body)


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/x", True),
        ("User-agent: *\nDisallow: /", "/x", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Section7\nAllow: /", "/x", True),
        ("User-agent: section7/0.1\nDisallow: /private # staff", "/private/x", False),
        ("User-agent: section7\nDisallow: /private", "/public", True),
        ("User-agent: other\nUser-agent: section7\nDisallow: /a", "/a", False),
        ("User-agent: other\nDisallow: /", "/x", True),
        ("User-agent: section\nDisallow: /", "/x", True),
        ("User-agent: s\nDisallow: /", "/x", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("\ufeffUser-agent: *\nDisallow: /", "/x", False),
        ("User-agent: *\r\nDisallow: /x\r\n", "/x", False),
        ("<html><body>User-agent: * Disallow: /</body></html>", "/x", True),
    ],
)
def test_what_a_site_allows(text, path, allowed):
    assert allows(parse(text.encode()), path) is allowed


def test_bytes_that_are_no_text_are_no_rules():
    assert allows(parse(bytes(range(256)) * 10), "/x")


@pytest.mark.parametrize(
    ("stated", "delay"), [("7", 7.0), ("1e9", LONGEST_CRAWL_DELAY), ("-1", 0.0), ("nan", 0.0), ("x", 0.0)]
)
def test_crawl_delay_is_capped(stated, delay):
    assert parse(f"User-agent: *\nCrawl-delay: {stated}".encode()).crawl_delay == delay
    assert Rules().crawl_delay == 0.0


def test_thousands_of_names_and_lines_cost_little():
    names = "".join(f"User-agent: a{number}\n" for number in range(14_000))
    lines = "".join(f"Disallow: /*{number}\n" for number in range(14_000))
    started = time.process_time()
    rules = parse((names + lines).encode()[:MOST_BYTES])
    allows(rules, "/x" * 500)
    assert time.process_time() - started < 3


def test_rules_are_remembered_for_a_day():
    passing, site = FakeTime(), Site(found(b"User-agent: *\nDisallow: /a"), found(b""))
    cache = RobotsCache(passing.clock)
    for _ in range(2):
        assert not allows(cache.rules(ORIGIN, site.read, 9), "/a")
        passing.passed += 23 * 3600
    passing.passed += 3600
    assert allows(cache.rules(ORIGIN, site.read, 9), "/a")
    assert site.urls == ["https://a.example/robots.txt"] * 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_4xx_answer_means_no_rules(status):
    site = Site(Response(status, ORIGIN, {}, b"User-agent: *\nDisallow: /"))
    assert allows(RobotsCache(FakeTime().clock).rules(ORIGIN, site.read, 9), "/x")


@pytest.mark.parametrize("error", [TooLarge("more than 5 redirects"), AccessRefused("redirect to a login page")])
def test_a_robots_txt_that_leads_nowhere_means_no_rules(error):
    assert allows(RobotsCache(FakeTime().clock).rules(ORIGIN, Site(error).read, 9), "/x")


@pytest.mark.parametrize("error", [ServerFault(), Unreachable(), Malformed()])
def test_a_failing_server_closes_the_site_for_an_hour(error):
    passing, site = FakeTime(), Site(error, found(b""))
    cache = RobotsCache(passing.clock)
    for _ in range(2):
        with pytest.raises(RobotsDisallow) as caught:
            cache.rules(ORIGIN, site.read, 9).require(ORIGIN + "/x")
    assert caught.value.retry_at == passing.clock() + FAILURE_REMEMBERED
    passing.passed += timedelta(hours=1).total_seconds()
    assert allows(cache.rules(ORIGIN, site.read, 9), "/x")
    assert len(site.urls) == 2


@pytest.mark.parametrize("error", [RateLimited, TimedOut, AddressRefused])
def test_what_says_nothing_about_the_site_is_not_remembered(error):
    site = Site(error("now"), found(b""))
    cache = RobotsCache(FakeTime().clock)
    with pytest.raises(error):
        cache.rules(ORIGIN, site.read, 9)
    assert allows(cache.rules(ORIGIN, site.read, 9), "/x")


def test_accounts_that_come_together_ask_once():
    asked, release = threading.Event(), threading.Event()
    site, got = Site(found(b"")), []

    def slow(url):
        asked.set()
        release.wait(5)
        return site.read(url)

    cache = RobotsCache(FakeTime().clock)
    threads = [threading.Thread(target=lambda: got.append(cache.rules(ORIGIN, slow, 9))) for _ in range(5)]
    for thread in threads:
        thread.start()
    asked.wait(5)
    with pytest.raises(TimedOut):
        cache.rules(ORIGIN, slow, 0)
    release.set()
    for thread in threads:
        thread.join(5)
    assert len(got) == 5
    assert len(site.urls) == 1
