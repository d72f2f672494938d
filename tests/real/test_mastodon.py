"""A Mastodon server in memory (mastodon_mock): what is read of each sort of status, and how its failures are met."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.accounts import AccountState
from domain.posts import PostKind, PostState
from tests.real.practice import known, visits

pytestmark = pytest.mark.real


@pytest.fixture
def person(mastodon):
    return mastodon.person()


@pytest.fixture
def enrolled(practice, person):
    with practice.open() as app:
        account = practice.enrol(app, person.url, lambda token: person.describe(f"Counselor in Astoria. {token}"))
        yield app, account


def state_of(app, account):
    """State, failures in a row, and the code of what is wrong."""
    found = app.store.accounts.find(str(account.id))
    return found.state, found.failures, found.problem_code


def test_every_public_sort_of_status_is_read_and_no_other(practice, mastodon, person, enrolled):
    app, account = enrolled
    visitor = mastodon.person()
    visitor_words = "Does the Tillamook flood keep anybody else awake?"
    theirs = visitor.toot(f"@{person.name} {visitor_words}")
    public = person.toot("A regular bedtime helps more people than we think.")
    unlisted = person.toot("Body under the warning.", visibility="unlisted", spoiler_text="Grief")
    followers = person.toot("Followers-only words.", visibility="private")
    direct = person.toot(f"@{visitor.name} direct words.", visibility="direct")
    own_thread = person.toot("And one more thing.", in_reply_to_id=public)
    answer = person.toot(f"@{visitor.name} a walk helps me.", in_reply_to_id=theirs)
    person.boost(theirs)
    poll = person.toot("Which evening suits you?", poll={"options": ["Tuesday", "Friday"], "expires_in": 86400})
    picture = person.toot("Our new sign.", media_ids=[person.picture("A wooden sign with a lark on it")])

    visit = visits(app)[account.id]

    read = {row["post_id"]: row["kind"] for row in practice.rows("posts")}
    assert visit.outcome == "read"
    assert set(read) == {public, unlisted, own_thread, answer, poll, picture}
    assert {followers, direct, theirs}.isdisjoint(read)
    assert (read[public], read[own_thread], read[answer]) == (PostKind.POST, PostKind.REPLY, PostKind.REPLY)
    stored = practice.stored()
    assert person.name in stored
    for words in ("Followers-only", "direct words", "Tillamook", visitor.name, "regular bedtime", "wooden sign"):
        assert words not in stored


def test_an_edit_is_a_version_and_a_deletion_is_confirmed_twice(practice, person, enrolled):
    app, account = enrolled
    edited, deleted, kept = (
        person.toot(words) for words in ("We open at nine.", "A first try.", "We walk on Tuesdays.")
    )
    first = visits(app)[account.id]

    practice.tomorrow()
    person.edit(edited, "We open at eight.")
    person.delete(deleted)
    second = visits(app)[account.id]
    between = known(app, account)

    practice.tomorrow()
    third = visits(app)[account.id]
    after = known(app, account)

    assert (first.new, second.new, second.edited, second.gone) == (3, 0, 1, 0)
    assert between[deleted].state is PostState.MISSING
    assert (third.edited, third.gone) == (0, 1)
    assert {post_id: post.state for post_id, post in after.items()} == {
        edited: PostState.LIVE,
        deleted: PostState.GONE,
        kept: PostState.LIVE,
    }
    assert len(practice.rows("versions")) == 4


def test_all_of_a_long_list_is_read(person, enrolled):
    app, account = enrolled
    for number in range(95):
        person.toot(f"Walk number {number}.")

    assert visits(app)[account.id].new == 95


@pytest.mark.parametrize(
    "fault",
    [
        ({"type": "status", "status": 500}, "server-fault"),
        ({"type": "malformed"}, "malformed"),
        ({"type": "status", "status": 403}, "access-refused"),
        ({"type": "status", "status": 410}, "account-deleted"),
    ],
    ids=lambda fault: fault[1],
)
def test_a_failing_account_is_counted_costs_no_other_and_heals(practice, mastodon, person, enrolled, fault):
    app, account = enrolled
    effect, code = fault
    other = mastodon.person()
    others = practice.enrol(app, other.url, other.describe, name="Tess Arroway")
    first = person.toot("Here before the fault.")
    visits(app)

    practice.tomorrow()
    other.toot("All is well here.")
    with mastodon.failing(person, **effect):
        during = visits(app)
    ailing = state_of(app, account)
    posts_then = {post_id: post.state for post_id, post in known(app, account).items()}

    practice.tomorrow()
    person.toot("Back again.")
    after = visits(app)

    assert (during[account.id].outcome, during[others.id].outcome, during[others.id].new) == (code, "read", 1)
    assert ailing == (AccountState.ACTIVE, 1, code)
    assert posts_then == {first: PostState.LIVE}
    assert (after[account.id].outcome, after[account.id].new) == ("read", 1)
    assert state_of(app, account) == (AccountState.ACTIVE, 0, None)


def test_an_account_that_never_answers_is_given_up_and_costs_no_other(sqlite_practice, mastodon, person):
    with sqlite_practice.open() as app:
        account = sqlite_practice.enrol(app, person.url, person.describe)
        other = mastodon.person()
        others = sqlite_practice.enrol(app, other.url, other.describe, name="Tess Arroway")
        with mastodon.failing(person, type="timeout"):
            during = visits(app)

        assert (during[account.id].outcome, during[others.id].outcome) == ("timed-out", "read")
        assert state_of(app, account) == (AccountState.ACTIVE, 1, "timed-out")


def test_a_slow_answer_within_the_deadline_is_read(mastodon, person, enrolled):
    app, account = enrolled
    person.toot("Patience.")
    with mastodon.failing(person, type="latency", delay_ms=400):
        visit = visits(app)[account.id]

    assert (visit.outcome, visit.new) == ("read", 1)


def test_a_rate_limit_is_obeyed_by_every_account_of_the_host_and_counted_against_none(
    practice, mastodon, wordpress, person, enrolled
):
    app, account = enrolled
    clock = practice.clock
    neighbour = mastodon.person()
    next_door = practice.enrol(app, neighbour.url, neighbour.describe, name="Tess Arroway")
    author = wordpress.author(first_post_at=clock() - timedelta(days=30))
    elsewhere = practice.enrol(app, author.url, author.describe, name="Wren Osei")
    wait = timedelta(hours=30)
    with mastodon.failing(person, type="ratelimit", headers={"Retry-After": str(int(wait.total_seconds()))}):
        during = visits(app)
    limited = app.store.accounts.find(str(account.id))

    assert during[account.id].outcome == "rate-limited"
    assert during[next_door.id].outcome in ("read", "rate-limited")
    assert during[elsewhere.id].outcome == "read"
    assert (limited.state, limited.failures, limited.problem_code) == (AccountState.ACTIVE, 0, "rate-limited")
    assert limited.next_check_at >= clock() + wait - timedelta(seconds=5)

    practice.tomorrow()
    assert account.id not in visits(app)
    practice.tomorrow()
    assert visits(app)[account.id].outcome == "read"


def test_an_account_that_keeps_failing_is_set_aside_until_somebody_asks_for_it(practice, mastodon, person, enrolled):
    app, account = enrolled
    with mastodon.failing(person, type="status", status=500):
        seen = []
        for _ in range(3):
            visits(app)
            seen.append(state_of(app, account)[:2])
            practice.tomorrow()
        left_alone = visits(app)
    person.toot("Well again.")
    app.store.accounts.retry(account.id, practice.clock())
    visit = visits(app)[account.id]

    assert seen == [(AccountState.ACTIVE, 1), (AccountState.ACTIVE, 2), (AccountState.QUARANTINED, 3)]
    assert left_alone == {}
    assert (visit.outcome, visit.new) == ("read", 1)
    assert state_of(app, account) == (AccountState.ACTIVE, 0, None)
