"""Feeds and pages of real site generators: what their posts become, and what of edits and deletions shows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from collectors.platforms import webpage
from domain.posts import PROFILE_ID, PostKind, PostState
from tests.fakes.collected import account as collected
from tests.real.conftest import address
from tests.real.practice import Practice, known, visits
from tests.real.static import FEEDS, Blog

pytestmark = pytest.mark.real
FLAGGED = "Obsessed with the Calm Petal gummies, use code TESS15 at checkout, I get a free month. #ad"
"""An endorsement: only of a post with a finding is the address kept that a deletion is confirmed at."""
EACH_FEED = [(generator, feed) for generator, feeds in FEEDS.items() for feed in feeds]


@pytest.fixture
def site():
    return address("SECTION7_STATIC_URL")


@pytest.fixture
def practice(site, clock, tmp_path):
    made = Practice(tmp_path, f"sqlite:///{tmp_path / 'section7.db'}", clock, (site,))
    made.install()
    return made


@pytest.fixture
def new_blog(site):
    def make(generator):
        blog = Blog(generator, site, Path(address("SECTION7_STATIC_DIR")))
        blog.found()
        return blog

    return make


def states(app, account):
    """Of the posts, without the profile, which is kept beside them."""
    return sorted(post.state for post_id, post in known(app, account).items() if post_id != PROFILE_ID)


def some_days_later(practice):
    """Long enough for an account that was silent meanwhile, which is read less often, to be due."""
    practice.clock.forward(hours=80)


@pytest.mark.parametrize(("generator", "feed"), EACH_FEED)
def test_posts_edits_and_deletions_of_a_generated_blog(practice, new_blog, generator, feed):
    blog, now = new_blog(generator), practice.clock
    old = now() - timedelta(days=30)
    blog.publish("Welcome", "Written before the permission.", old)
    with practice.open() as app:
        account = practice.enrol(app, f"{blog.base}/{feed}", lambda token: blog.publish("Proof", token, old))
        some_days_later(practice)
        blog.publish("Opening hours", "We open at *nine* — café ☕ & [more](https://a.example/x).", now(), build=False)
        deleted = blog.publish("A first try", FLAGGED, now())
        first = visits(app)[account.id]
        read, opened = states(app, account), now()
        some_days_later(practice)
        second = visits(app)[account.id]
        some_days_later(practice)
        blog.publish("Opening hours", "We open at *eight*.", opened, build=False)
        blog.remove(deleted)
        third = visits(app)[account.id]
        between = states(app, account)
        some_days_later(practice)
        blog.publish("Winter break", "We close for a week.", now())
        fourth = visits(app)[account.id]

        assert account.platform == "feed"
        assert [line.proof for line in app.store.accounts.ledger(account.id) if line.proof] == ["feed-item"]
        assert (first.outcome, read) == ("read", [PostState.LIVE, PostState.LIVE])
        assert second.outcome == "not-modified"
        assert (third.edited, third.gone) == (1, 0)
        assert between == ["live", "missing"]
        assert (fourth.new, fourth.gone) == (1, 1)
        assert states(app, account) == [PostState.GONE, PostState.LIVE, PostState.LIVE]
    assert "before the permission" not in practice.stored()


def test_hugo_shows_a_post_s_beginning_only_so_that_an_edit_behind_it_goes_unseen(practice, new_blog):
    blog, old = new_blog("hugo"), practice.clock() - timedelta(days=30)
    blog.publish("Welcome", "Written before the permission.", old)
    with practice.open() as app:
        account = practice.enrol(app, f"{blog.base}/index.xml", lambda token: blog.publish("Proof", token, old))
        some_days_later(practice)
        at, beginning = practice.clock(), "We walk on Tuesdays. " * 30
        blog.publish("Walking", f"{beginning}\n\nBring shoes.", at)
        first = visits(app)[account.id]
        some_days_later(practice)
        blog.publish("Walking", f"{beginning}\n\nBring boots.", at)
        second = visits(app)[account.id]
        assert states(app, account) == [PostState.LIVE]
    assert first.outcome == "read"
    assert (second.outcome, second.new, second.edited) == ("not-modified", 0, 0)


@pytest.mark.parametrize("generator", FEEDS)
def test_a_generated_page_is_read_as_its_author_wrote_it(practice, new_blog, generator):
    blog, at = new_blog(generator), practice.clock().replace(hour=12) - timedelta(days=2)
    blog.publish("On rest", "Rest is *work* — café ☕.\n\nTake a [walk](https://a.example/walk).", at)
    page = {
        "hugo": "posts/on-rest/",
        "jekyll": f"{at:%Y/%m/%d}/on-rest.html",
        "pelican": "on-rest.html",
    }[generator]
    url = f"{blog.base}/{page}"
    with practice.open() as app:
        reader = app.http.for_account()
        profile = webpage.PLATFORM.resolve(url, reader)
        found = webpage.PLATFORM.collect(collected("webpage", url, url=url), reader, practice.clock())
    (post,) = found.posts
    assert profile.api_base == url
    assert post.kind in {PostKind.PAGE, PostKind.ARTICLE}
    assert "Rest is work — café ☕." in post.text
    assert "https://a.example/walk" in post.links
