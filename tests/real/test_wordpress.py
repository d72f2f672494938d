"""A real WordPress, from enrolment to deletions: what is read, what never is, and what is remembered of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.posts import PostKind, PostState
from tests.real.practice import known, visits
from tests.real.wordpress import gmt

pytestmark = pytest.mark.real

VISITOR = "Peregrine Vantongeren"
VISITOR_WORDS = "My own sleep has been dreadful since the flood in Tillamook."


@pytest.fixture
def author(wordpress, clock):
    return wordpress.author(first_post_at=clock() - timedelta(days=30))


@pytest.fixture
def enrolled(practice, author):
    with practice.open() as app:
        account = practice.enrol(app, author.url, lambda token: author.describe(f"Counselor in Astoria. {token}"))
        yield app, account


def kinds(practice) -> dict[str, PostKind]:
    return {row["post_id"]: row["kind"] for row in practice.rows("posts")}


def test_an_author_is_found_by_the_archive_address_and_proves_it_in_the_biography(practice, author):
    with practice.open() as app:
        account = practice.enrol(app, author.url, lambda token: author.describe(f"Counselor. {token}"))
        (ledger_line,) = [line for line in app.store.accounts.ledger(account.id) if line.proof]
    assert account.platform == "wordpress"
    assert account.url == author.url
    assert ledger_line.proof == "bio"


def test_a_token_that_is_not_there_authorises_nothing(practice, author):
    with practice.open() as app, pytest.raises(Exception, match="was not found"):
        practice.enrol(app, author.url, lambda token: author.describe("Counselor."))
    with practice.open() as app:
        assert visits(app) == {}


def test_only_what_the_author_shows_to_everybody_after_the_permission_is_stored(
    practice, wordpress, author, enrolled, clock
):
    app, account = enrolled
    article = author.publish("Sleep and routine", "A regular bedtime helps more people than we think.")
    author.publish("Unfinished thoughts", "Nobody may read this draft yet.", status="draft")
    author.publish("For group members", "The code for the door is seven.", password="heron")
    author.publish("Between colleagues", "A private note on the rota.", status="private")
    author.publish("Next year", "Planned words for later.", status="future", date_gmt="2099-01-01T00:00:00")
    author.publish("From the archive", "Dated before the permission.", date_gmt=gmt(clock() - timedelta(days=7)))
    page = wordpress.page(author, "Directions", "Take the tram to the river.")
    question = wordpress.visitor_comments(article, VISITOR, VISITOR_WORDS)
    answer = author.comment(article, "Thank you for reading, and for the kind words.", parent=question)

    visit = visits(app)[account.id]

    assert visit.outcome == "read"
    assert kinds(practice) == {
        f"post:{article}": PostKind.ARTICLE,
        f"page:{page}": PostKind.PAGE,
        f"comment:{answer}": PostKind.REPLY,
    }
    stored = practice.stored()
    assert author.url in stored
    for words in (
        "draft yet",
        "door is seven",
        "note on the rota",
        "Planned words",
        "before the permission",
        "before anybody watched",
        VISITOR,
        "Peregrine",
        "Tillamook",
        "visitor@elsewhere",
        "regular bedtime",
        "kind words",
    ):
        assert words not in stored


def test_new_edited_and_deleted_posts_are_told_apart(practice, author, enrolled):
    app, account = enrolled
    kept = author.publish("Walking groups", "We walk on Tuesdays.")
    edited = author.publish("Opening hours", "We open at nine.")
    binned = author.publish("A first try", "This one goes to the bin.")
    deleted = author.publish("A second try", "This one goes for good.")
    first = visits(app)[account.id]

    practice.tomorrow()
    author.change(edited, content="<p>We open at eight.</p>")
    author.bin(binned)
    author.delete(deleted)
    added = author.publish("Winter break", "We close for a week.")
    second = visits(app)[account.id]
    missing = {post_id for post_id, post in known(app, account).items() if post.state is PostState.MISSING}

    practice.tomorrow()
    third = visits(app)[account.id]
    after = known(app, account)

    assert (first.new, first.edited, first.gone) == (4, 0, 0)
    assert (second.new, second.edited, second.gone) == (1, 1, 0)
    assert missing == {f"post:{binned}", f"post:{deleted}"}
    assert (third.new, third.edited, third.gone) == (0, 0, 2)
    assert {post_id for post_id, post in after.items() if post.state is PostState.GONE} == missing
    assert {post_id for post_id, post in after.items() if post.state is PostState.LIVE} == {
        f"post:{number}" for number in (kept, edited, added)
    }
    changes = [row["change"] for row in practice.rows("versions")]
    assert sorted(changes) == ["edited", "new", "new", "new", "new", "new"]


def test_a_post_that_comes_back_from_the_bin_is_live_again(practice, author, enrolled):
    app, account = enrolled
    post = author.publish("Back again", "Out of the bin.")
    visits(app)
    author.bin(post)
    for _ in range(2):
        practice.tomorrow()
        visits(app)
    assert known(app, account)[f"post:{post}"].state is PostState.GONE

    author.change(post, status="publish")
    practice.tomorrow()
    visits(app)

    assert known(app, account)[f"post:{post}"].state is PostState.LIVE


def test_a_post_that_is_hidden_behind_a_password_later_is_no_longer_public(practice, author, enrolled):
    app, account = enrolled
    post = author.publish("For now", "Open to everybody at first.")
    visits(app)
    author.change(post, password="heron")
    for _ in range(2):
        practice.tomorrow()
        visits(app)

    assert known(app, account)[f"post:{post}"].state is PostState.GONE


def test_withdrawal_stops_reading_and_leaves_nothing_of_the_posts(practice, author, enrolled):
    app, account = enrolled
    author.publish("Still here", "Words before the withdrawal.")
    visits(app)
    app.store.accounts.withdraw(account.id, "the author", practice.clock())
    practice.tomorrow()
    author.publish("After", "Words after the withdrawal.")

    assert visits(app) == {}
    assert practice.rows("posts") == []


def test_a_whole_site_proves_itself_by_its_tagline_and_is_read_without_its_visitors(practice, wordpress, author):
    with practice.open() as app:
        site = practice.enrol(app, f"{wordpress.base}/", wordpress.tagline, name="Imani Okafor")
        article = author.publish("Group on Fridays", "There are two places left.")
        question = wordpress.visitor_comments(article, VISITOR, VISITOR_WORDS)
        answer = author.comment(article, "Ring the office.", parent=question)
        visit = visits(app)[site.id]

    assert visit.outcome == "read"
    assert {f"post:{article}", f"comment:{answer}"} <= kinds(practice).keys()
    assert f"comment:{question}" not in kinds(practice)
    assert VISITOR not in practice.stored()


@pytest.mark.parametrize("seconds_apart", [20, 0], ids=["one-after-the-other", "all-in-one-second"])
def test_more_posts_than_fit_on_one_page_are_all_read(practice, author, clock, seconds_apart):
    began = clock()
    clock.forward(hours=-1)
    with practice.open() as app:
        account = practice.enrol(app, author.url, lambda token: author.describe(f"Counselor. {token}"))
        clock.now = began
        for number in range(130):
            written = began - timedelta(minutes=50) + timedelta(seconds=number * seconds_apart)
            author.publish(f"Note {number}", f"Walk number {number}.", date_gmt=gmt(written))

        assert visits(app)[account.id].new == 130
