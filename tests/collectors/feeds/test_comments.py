"""Feeds of comments are told from feeds of posts."""

from __future__ import annotations

import pytest

from collectors.feeds.comments import is_of_comments
from collectors.feeds.parse import parse_feed
from tests.fakes.collected import DATA

URL = "https://fern-street.example/feed"
CASES = sorted(path.name for path in (DATA / "feed").iterdir())


def of_comments(body, url=URL):
    return is_of_comments(parse_feed(body.encode() if isinstance(body, str) else body, "", url), url)


def rss(*items, title="Notes", extra=""):
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss version='2.0'><channel><title>{title}</title>{extra}{inner}</channel></rss>"


@pytest.mark.parametrize("name", CASES)
def test_of_the_captured_feeds_only_the_one_of_comments_is(name):
    body = next((DATA / "feed" / name).glob("input.*")).read_bytes()
    assert of_comments(body) is (name == "wordpress-comments")


@pytest.mark.parametrize(
    "item",
    [
        "<title>Von: Mallory</title><link>https://fern-street.example/sleep/#comment-12</link>",
        "<title>By: Mallory</title><link>https://fern-street.example/sleep/</link>",
        "<title>x</title><link>https://fern-street.example/sleep.html?showComment=1#c2</link>",
    ],
    ids=["in another language", "by the titles", "Blogger"],
)
def test_items_that_all_are_comments_make_a_feed_of_comments(item):
    assert of_comments(rss(item, item.replace("sleep", "rest")))
    assert not of_comments(rss(item, "<title>Rest</title><link>https://fern-street.example/rest</link>"))


def test_the_address_that_the_feed_states_counts():
    stated = (
        "<a:link xmlns:a='http://www.w3.org/2005/Atom' rel='self' href='https://fern-street.example/comments/feed'/>"
    )
    assert of_comments(rss("<title>Rest</title>", extra=stated))
    assert of_comments('{"items": [], "feed_url": "/comments/feed.json"}')


@pytest.mark.parametrize("title", ["Comments on current events", "No comments", "Commentary"])
def test_a_title_that_speaks_of_comments_is_none_of_a_feed_of_comments(title):
    assert not of_comments(rss("<title>Rest</title>", title=title))


def test_an_empty_feed_of_posts_is_none_of_comments():
    assert not of_comments(rss())
