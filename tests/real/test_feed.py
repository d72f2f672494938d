"""The RSS feed of a real WordPress: proof in an item, conditional requests, and what a feed can say of edits and deletions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.posts import PostState
from tests.real.practice import known, visits
from tests.real.wordpress import gmt

pytestmark = pytest.mark.real
FLAGGED = "Obsessed with the Calm Petal gummies, use code TESS15 at checkout, I get a free month. #ad"
"""An endorsement: only of a post with a finding is the address kept that a deletion is confirmed at."""


@pytest.fixture
def author(wordpress, clock):
    return wordpress.author(first_post_at=clock() - timedelta(days=30))


@pytest.fixture
def enrolled(practice, author):
    with practice.open() as app:
        account = practice.enrol(app, f"{author.url}feed/", lambda token: author.publish("Proof", token))
        yield app, account


def states(app, account) -> list[PostState]:
    return sorted(post.state for post in known(app, account).values())


def test_a_feed_proves_itself_by_an_item_and_an_unchanged_one_is_not_sent_again(practice, author, enrolled):
    app, account = enrolled
    author.publish(
        "From the archive", "Dated before the permission.", date_gmt=gmt(practice.clock() - timedelta(days=7))
    )
    author.publish("Walking groups", "We walk on Tuesdays.")
    first = visits(app)[account.id]
    practice.tomorrow()
    second = visits(app)[account.id]
    practice.tomorrow()
    stamp = author.feed_stamp()
    author.touch_until_the_feed_moves(author.publish("Winter break", "We close for a week."), stamp)
    third = visits(app)[account.id]

    assert account.platform == "feed"
    assert [line.proof for line in app.store.accounts.ledger(account.id) if line.proof] == ["feed-item"]
    assert (first.outcome, first.new) == ("read", 2)
    assert (second.outcome, second.new) == ("not-modified", 0)
    assert (third.outcome, third.new) == ("read", 1)
    assert "before the permission" not in practice.stored()


def test_edits_show_and_a_deletion_is_confirmed_at_the_posts_own_page(practice, author, enrolled):
    app, account = enrolled
    edited = author.publish("Opening hours", "We open at nine.")
    deleted = author.publish("A first try", FLAGGED)
    unflagged = author.publish("A second try", "This one goes too, and nobody kept its address.")
    assert visits(app)[account.id].new == 4

    practice.tomorrow()
    stamp = author.feed_stamp()
    author.delete(deleted)
    author.delete(unflagged)
    author.change(edited, content="<p>We open at eight.</p>")
    author.touch_until_the_feed_moves(edited, stamp)
    second = visits(app)[account.id]
    between = states(app, account)
    practice.tomorrow()
    stamp = author.feed_stamp()
    author.touch_until_the_feed_moves(author.publish("Winter break", "We close for a week."), stamp)
    third = visits(app)[account.id]

    assert (second.edited, second.gone) == (1, 0)
    assert between == ["live", "live", "missing", "missing"]
    assert (third.new, third.gone) == (1, 1)
    assert states(app, account) == ["gone", "live", "live", "live", "missing"]
