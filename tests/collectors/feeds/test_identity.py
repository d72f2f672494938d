"""One feed has one key, however its address is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.feeds.identity import feed_id, has_host_to_itself, status_account

KEY = "fern-street.example/feed"


@pytest.mark.parametrize(
    "url",
    [
        "https://fern-street.example/feed",
        "http://fern-street.example/feed/",
        "https://FERN-street.example:443/feed",
        "http://fern-street.example.:80/feed",
        "https://www.fern-street.example/feed",
        "https://fern-street.example//feed",
        "https://fern-street.example/./blog/../feed",
        "https://fern-street.example/%66eed",
        "https://fern-street.example/feed#top",
        "https://fern-street.example/feed?utm_source=mail&fbclid=1",
        "https://fern-street.example/feed?x=1",
        "https://fern-street.example/feed/atom",
        "https://fern-street.example/feed/rss2/",
        "https://fern-street.example/?feed=rss2",
        "https://fern-street.example/feed/?feed=atom&utm_medium=x",
    ],
)
def test_every_way_of_writing_the_address_gives_one_key(url):
    assert feed_id(url) == KEY


def test_what_chooses_another_feed_makes_another_key():
    urls = [
        "/feed",
        "/Feed",
        "/blog/feed",
        "/feed?author=3",
        "/feed?author=4",
        "/feed?cat=3",
        "/feed%2Fatom",
        "/rss.xml",
    ]
    urls += ["/show.php?n=1", "/show.php?n=2", "/?feed=podcast", "/author/dana/?feed=rss2", ":8080/feed"]
    keys = {feed_id(f"https://fern-street.example{url}") for url in urls}
    assert len(keys) == len(urls)


@pytest.mark.parametrize(
    ("stated", "key"),
    [
        ("https://www.fern-street.example/index.xml?utm_source=x", "fern-street.example/index.xml"),
        ("https://elsewhere.example/index.xml", "fern-street.example/a.xml"),
        ("https://fern-street.example:port/index.xml", "fern-street.example/a.xml"),
        ("", "fern-street.example/a.xml"),
    ],
)
def test_the_address_that_the_feed_states_counts_on_its_own_host(stated, key):
    assert feed_id("https://fern-street.example/a.xml", stated) == key


def test_names_beyond_ascii_have_one_form():
    assert feed_id("https://bücher.example/feed") == feed_id("https://xn--bcher-kva.example/feed")


@given(st.from_regex(r"https://[a-z.]{1,9}(:\\d{1,6})?/[ -~]{0,30}", fullmatch=True))
def test_the_key_of_a_key_is_the_key(url):
    key = feed_id(url)
    assert feed_id(f"https://{key}") == key


@pytest.mark.parametrize(
    ("path", "user"),
    [("/@tess.rss", "tess"), ("/users/t.b.atom", "t.b"), ("/users/tess/feed", "tess"), ("/tess.rss", "tess")]
    + [(path, "") for path in ("/feed.rss", "/all.atom", "/feed", "/blog/tess.rss", "/@tess", "/tess.xml", "/@tess/1")],
)
def test_feed_of_an_account_is_known_by_its_address(path, user):
    assert status_account(f"https://soc.example{path}") == user


def test_feed_without_a_home_page_has_its_host_to_itself_only_by_a_name_of_the_site():
    assert has_host_to_itself("https://a.example/rss.xml", "https://a.example/rss.xml")
    assert not has_host_to_itself("https://a.example/tess.xml", "https://a.example/tess.xml")
    assert not has_host_to_itself("https://a.example/?author=3&feed=rss2", "https://a.example/")
