"""Feeds that show a window: what leaves it, floods it, comes out of order, lies about dates, and has no ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from collectors.platforms.feed import PLATFORM
from domain.posts import Fetched
from tests.fakes.collected import NOW, account
from tests.fakes.http import FakeHttp, answer

FEED = "https://fern-street.example/feed"
FIRST = datetime(2026, 1, 1, 7, tzinfo=UTC)


def item(number, at=None, guid=None, title=None, *, link=True):
    named = "" if guid == "" else f"<guid isPermaLink='false'>{guid or f'id-{number}'}</guid>"
    page = f"<link>https://fern-street.example/{number}</link>" if link else ""
    dated = at if isinstance(at, str) else (at or FIRST + timedelta(hours=number)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return f"<item>{named}{page}<title>{title or f'Post {number}'}</title><pubDate>{dated}</pubDate></item>"


def collect(items, cursor=None):
    body = f"<rss version='2.0'><channel><title>Notes</title>{''.join(items)}</channel></rss>"
    http = FakeHttp({FEED: answer(body, content_type="application/rss+xml")})
    found = PLATFORM.collect(account("feed", FEED, cursor=cursor), http, NOW)
    assert isinstance(found, Fetched)
    return found


def numbers(found):
    return [int(post.url.rpartition("/")[2]) for post in found.posts]


def window(newest, size):
    return [item(number) for number in range(newest, newest - size, -1)]


def missing(earlier, later):
    """Posts of the earlier reading that the later one ought to show and does not."""
    return [
        post.url
        for post in earlier.posts
        if post.post_id not in later.listed_ids
        and later.covers_since is not None
        and post.published_at >= later.covers_since
    ]


@pytest.mark.parametrize("size", [10, 15])
@pytest.mark.parametrize("more", [1, 9, 10, 40])
def test_what_leaves_the_window_is_not_missing(size, more):
    first = collect(window(50, size))
    second = collect(window(50 + more, size), first.cursor)
    assert numbers(second) == list(range(50 + more, 50 + more - size, -1))
    assert missing(first, second) == []


@pytest.mark.parametrize("size", [10, 15])
def test_what_is_taken_out_of_the_window_is_missing_and_nothing_else(size):
    first = collect(window(50, size))
    left = [one for one in window(50, size) if "Post 45<" not in one]
    second = collect(left, first.cursor)
    assert missing(first, second) == ["https://fern-street.example/45"]


def test_a_deletion_that_lets_an_older_post_back_into_the_window_makes_only_one_missing():
    first = collect(window(50, 10))
    second = collect([one for one in window(50, 11) if "Post 45<" not in one], first.cursor)
    assert missing(first, second) == ["https://fern-street.example/45"]
    assert 40 in numbers(second)


def test_three_hundred_posts_between_two_readings_are_all_read_where_the_feed_shows_them():
    first = collect(window(50, 10))
    second = collect(window(350, 310), first.cursor)
    assert numbers(second) == list(range(350, 40, -1))
    assert missing(first, second) == []
    assert len({post.post_id for post in second.posts}) == 310


def test_of_three_hundred_posts_in_a_window_of_ten_the_lost_ones_are_not_called_deleted():
    first = collect(window(50, 10))
    second = collect(window(350, 10), first.cursor)
    assert numbers(second) == list(range(350, 340, -1))
    assert (missing(first, second), second.covers_since) == ([], FIRST + timedelta(hours=341))


def test_a_pinned_old_post_on_top_calls_nothing_deleted_that_only_left_the_window():
    first = collect([item(3), *window(50, 10)])
    second = collect([item(3), *window(52, 10)], first.cursor)
    assert numbers(second)[0] == 3
    asked_for = missing(first, second)
    assert asked_for == ["https://fern-street.example/42", "https://fern-street.example/41"]
    assert all(post.published_at is not None for post in first.posts)


def test_back_dated_imports_are_read_with_their_own_dates():
    first = collect(window(50, 5))
    imported = [item(900 + n, at=FIRST - timedelta(days=300 + n)) for n in range(5)]
    second = collect([*imported, *window(50, 5)], first.cursor)
    dates = {number: post.published_at for number, post in zip(numbers(second), second.posts, strict=True)}
    assert dates[900] == FIRST - timedelta(days=300)
    assert second.covers_since == FIRST - timedelta(days=304)
    assert missing(first, second) == []


def test_ids_that_do_not_sort_and_items_in_any_order_are_the_same_posts():
    names = ["9", "10", "b-2", "B-10", "ä", "0010", "tag:x,2026:1"]
    items = [item(number, guid=name) for number, name in enumerate(names, start=1)]
    first, second = collect(items), collect(items[::-1], collect(items).cursor)
    assert first.listed_ids == second.listed_ids
    assert len(first.listed_ids) == len(names)
    assert missing(first, second) == []


def test_items_without_a_guid_keep_their_ids_by_link_and_without_a_link_by_words():
    linked = collect([item(n, guid="") for n in (3, 2, 1)])
    again = collect([item(n, guid="") for n in (4, 3, 2)], linked.cursor)
    assert len(linked.listed_ids & again.listed_ids) == 2
    bare = collect([item(n, guid="", link=False) for n in (3, 2, 1)])
    more = collect([item(n, guid="", link=False) for n in (4, 3, 2)], bare.cursor)
    assert len(bare.listed_ids & more.listed_ids) == 2


def test_items_that_share_a_guid_are_told_apart_by_link_and_repeated_ones_are_one():
    found = collect([item(n, guid="same") for n in (3, 2, 2, 1)])
    assert len(found.posts) == 3
    assert found.skipped == {"duplicate": 1}
    later = collect([item(n, guid="same") for n in (4, 3, 2, 1)], found.cursor)
    assert found.listed_ids < later.listed_ids


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("Mon, 02 Nov 2026 09:30:00 -0500", datetime(2026, 11, 2, 14, 30, tzinfo=UTC)),
        ("Mon, 02 Nov 2026 09:30:00 EST", datetime(2026, 11, 2, 14, 30, tzinfo=UTC)),
        ("Mon, 02 Nov 2026 09:30:00 +0530", datetime(2026, 11, 2, 4, 0, tzinfo=UTC)),
        ("Mon, 02 Nov 2026 09:30:00 GMT", datetime(2026, 11, 2, 9, 30, tzinfo=UTC)),
        ("02 Nov 2026 09:30 Z", datetime(2026, 11, 2, 9, 30, tzinfo=UTC)),
        ("2026-11-02T09:30:00+01:00", datetime(2026, 11, 2, 8, 30, tzinfo=UTC)),
        ("2026-11-02T23:30:00-12:00", datetime(2026, 11, 3, 11, 30, tzinfo=UTC)),
    ],
)
def test_time_zones_are_kept_apart(written, instant):
    assert collect([item(1, at=written)]).posts[0].published_at == instant


@pytest.mark.parametrize("written", ["", "yesterday", "99 Foo 2026 25:61:61", "0000-00-00T00:00:00Z", "-1", "31 Feb"])
def test_an_impossible_date_is_none_and_absence_beside_it_proves_nothing(written):
    found = collect([item(2), item(1, at=written)])
    assert found.posts[1].published_at is None
    assert found.posts[1].undatable
    assert found.covers_since is None


def test_a_date_in_the_far_future_reads_as_it_is_and_hides_no_deletion():
    first = collect([item(9, at="Fri, 01 Jan 2100 00:00:00 GMT"), item(2), item(1)])
    second = collect([item(9, at="Fri, 01 Jan 2100 00:00:00 GMT"), item(1)], first.cursor)
    assert first.posts[0].published_at.year == 2100
    assert missing(first, second) == ["https://fern-street.example/2"]
