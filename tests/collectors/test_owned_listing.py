"""How far pages are followed, and what a listing proves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.base import Limits
from collectors.owned_listing import Entry, Page, Walk, ask_in_batches, covers_since, links_in, to_fetched, walk
from domain.errors import Malformed, RateLimited
from domain.posts import Presence
from tests.fakes.collected import NOW, STARTS_AT


def pages(*made):
    asked = []

    def ask(following):
        asked.append(following)
        return made[len(asked) - 1]

    return ask, asked


def entries(*hours, **changes):
    return tuple(Entry(str(hour), NOW - timedelta(hours=hour), **changes) for hour in hours)


def test_pages_are_followed_to_the_end():
    ask, asked = pages(Page((1,), "a"), Page((2,), "b"), Page((3,)))
    assert walk(ask, Limits()) == Walk((1, 2, 3), complete=True)
    assert asked == ["", "a", "b"]


@pytest.mark.parametrize("limits", [Limits(pages=2), Limits(posts=2)])
def test_limits_end_a_walk_and_leave_it_incomplete(limits):
    ask, asked = pages(Page((1,), "a"), Page((2,), "b"))
    assert walk(ask, limits) == Walk((1, 2), complete=False)
    assert len(asked) == 2


def test_a_listing_that_goes_in_a_circle_is_left():
    ask, asked = pages(Page((1,), "a"), Page((2,), "b"), Page((3,), "a"))
    assert not walk(ask, Limits()).complete
    assert asked == ["", "a", "b"]


def test_a_walk_ends_when_it_has_enough():
    ask, asked = pages(Page((1,), "a"), Page((9,), "b"))
    assert not walk(ask, Limits(), lambda items: items[0] > 5).complete
    assert len(asked) == 2


def test_a_whole_listing_covers_the_permission_and_a_cut_one_what_it_reached():
    assert covers_since(Walk((), complete=True), STARTS_AT) == STARTS_AT
    cut = Walk(entries(1, 2, 3), complete=False)
    assert covers_since(cut, STARTS_AT) == NOW - timedelta(hours=3) + timedelta(seconds=1)
    assert covers_since(cut, NOW - timedelta(hours=2)) == NOW - timedelta(hours=2)


@pytest.mark.parametrize("listed", [(), entries(1, 3, 2), (*entries(1), Entry("2", None))])
def test_a_cut_listing_out_of_order_or_without_times_proves_nothing(listed):
    assert covers_since(Walk(listed, complete=False), STARTS_AT) is None


def test_what_is_not_shown_is_as_absent_as_what_was_deleted():
    hidden = entries(2, skipped="not-public", shown=False)
    fetched = to_fetched(
        Walk((*entries(1), *hidden, *entries(1), Entry("", None, skipped="malformed")), complete=True),
        covered=STARTS_AT,
        profile=None,
        cursor="{}",
    )
    assert fetched.listed_ids == {"1"}
    assert fetched.skipped == {"duplicate": 1, "malformed": 1, "not-public": 1}


def test_a_batch_that_fails_says_nothing_and_is_the_last():
    asked = []

    def ask(batch):
        asked.append(tuple(batch))
        if "3" in batch:
            raise RateLimited
        return dict.fromkeys(batch, Presence.ABSENT) | {"stranger": Presence.PRESENT}

    answers = ask_in_batches(["1", "2", "3", "4", "5"], 2, ask)
    assert asked == [("1", "2"), ("3", "4")]
    assert answers == dict.fromkeys("12", Presence.ABSENT) | dict.fromkeys("345", Presence.UNKNOWN)


def test_what_an_answer_leaves_open_stays_unknown():
    assert ask_in_batches(["1"], 2, lambda _: {}) == {"1": Presence.UNKNOWN}

    def broken(_):
        raise Malformed

    assert ask_in_batches(["1"], 2, broken) == {"1": Presence.UNKNOWN}


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://fern-street.example/a, or (https://b.example).", ("https://fern-street.example/a", "https://b.example")),
        ("https://a.example https://a.example", ("https://a.example",)),
        ("https://... http://", ()),
        ("no address", ()),
    ],
)  # fmt: skip
def test_addresses_are_found_in_plain_text(text, links):
    assert links_in(text) == links


@given(st.text(alphabet="https:/.()[]a <>\u2026", max_size=60))
def test_no_text_breaks_the_search_for_addresses(text):
    assert all(link in text for link in links_in(text))
