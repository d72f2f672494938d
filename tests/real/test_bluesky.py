"""Bluesky's own servers: what is read of each sort of record, and what becomes of an account that changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import AccountDeactivated, NotProven, Unreachable, WrongContent
from domain.posts import ParentAuthor, Post, PostKind, PostState
from tests.fakes.collected import account as collected
from tests.fakes.loopback import Loopback
from tests.real.bluesky import Person, enrol
from tests.real.practice import Practice, known, visits

pytestmark = pytest.mark.real

HIDDEN = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "!no-unauthenticated"}]}
VISITOR_WORDS = "Does the Tillamook flood keep anybody else awake?"


@pytest.fixture
def person(bluesky):
    return bluesky.person()


@pytest.fixture
def elsewhere():
    """A server of the test's own, which may be named as an account's."""
    with Loopback() as server:
        yield server


@pytest.fixture
def practice(bluesky, elsewhere, empty_url, clock, tmp_path):
    """Installed on each sort of database, allowed to read these servers and no other."""
    made = Practice(tmp_path, empty_url, clock, (*bluesky.servers, elsewhere.url()))
    made.install()
    return made


@pytest.fixture
def app(practice, bluesky):
    with practice.open() as opened:
        yield bluesky.program(opened)


@pytest.fixture
def account(practice, app, person):
    return enrol(practice, app, person, lambda token: person.describe(f"Counselor in Astoria. {token}"))


def state_of(app, account):
    """State, failures in a row, and the code of what is wrong."""
    found = app.store.accounts.find(str(account.id))
    return found.state.value, found.failures, found.problem_code


def until_due(practice, app, account):
    """To when the account is read next: a day, and what is added to spread the accounts."""
    practice.tomorrow()
    due = app.store.accounts.find(str(account.id)).next_check_at
    practice.clock.now = max(practice.clock.now, due)


def states(app, account):
    return {post_id: post.state for post_id, post in known(app, account).items()}


def test_an_account_is_found_by_its_handle_and_kept_by_its_lasting_key(app, practice, bluesky, person, account):
    assert (account.platform, account.platform_id, account.handle) == ("bluesky", person.did, person.handle)
    assert (account.api_base, account.url) == (bluesky.pds, f"https://bsky.app/profile/{person.did}")
    (line,) = [line for line in app.store.accounts.ledger(account.id) if line.proof]
    assert line.proof == "bio"


def test_a_token_that_is_not_there_authorises_nothing(app, practice, person):
    with pytest.raises(NotProven):
        enrol(practice, app, person, lambda _: person.describe("Counselor in Astoria."))
    assert visits(app) == {}


def test_a_handle_that_nobody_has_and_an_account_that_is_off_cannot_be_enrolled(app, person):
    http, platform = app.http.for_account(), app.platforms["bluesky"]
    person.deactivate()
    with pytest.raises(AccountDeactivated):
        platform.resolve(person.did, http)
    with pytest.raises(WrongContent):
        platform.resolve("https://bsky.app/profile/somebody.example", http)


def test_every_record_of_the_owner_is_read_and_nothing_of_anybody_else(app, practice, bluesky, person, account):
    visitor = bluesky.person()
    theirs = visitor.post(f"@{person.handle} {VISITOR_WORDS}")
    link = "https://fern-street.example/groups"
    text = f"Café ☕ on Tuesdays: {link}"
    start = len(text.partition(link)[0].encode())
    facet = {
        "index": {"byteStart": start, "byteEnd": start + len(link)},
        "features": [{"$type": "app.bsky.richtext.facet#link", "uri": link}],
    }
    own = person.post(text, facets=[facet], tags=["sleep"])
    warned = person.post(
        "Body under the warning.",
        labels={"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "graphic-media"}]},
    )
    picture = person.post("Our new sign.", embed=person.picture("A wooden sign with a lark on it"))
    quote = person.post("What she said.", embed={"$type": "app.bsky.embed.record", "record": theirs.strong})
    thread = person.answer("And one more thing.", own)
    answer = person.answer(f"@{visitor.handle} a walk helps me.", theirs)
    person.repost(theirs)
    person.like(theirs)

    visit = visits(app)[account.id]

    kinds = {row["post_id"]: row["kind"] for row in practice.rows("posts")}
    wanted = {own.key, warned.key, picture.key, quote.key, thread.key, answer.key}
    assert visit.outcome == "read"
    assert wanted <= kinds.keys() <= {*wanted, ":profile"}
    assert (kinds[own.key], kinds[thread.key], kinds[answer.key]) == (PostKind.POST, PostKind.REPLY, PostKind.REPLY)
    stored = practice.stored()
    assert person.did in stored
    for words in (visitor.did, visitor.handle, "Tillamook", "walk helps", "wooden sign", theirs.key):
        assert words not in stored


def test_the_words_of_each_record_are_what_its_owner_wrote(app, bluesky, person, account):
    theirs = bluesky.person().post(VISITOR_WORDS)
    person.post("What she said.", embed={"$type": "app.bsky.embed.record", "record": theirs.strong})
    person.post("Our sign.", embed=person.picture("A wooden sign"), tags=["astoria"])
    (claimed,) = app.store.accounts.claim_due(
        app.clock(), "tests", lease_until=app.clock() + timedelta(minutes=1), limit=1, due_by=app.clock()
    )
    fetched = app.platforms["bluesky"].collect(claimed, app.http.for_account(), app.clock())
    sign, quote = fetched.posts
    assert (sign.text, [medium.alt for medium in sign.media]) == ("Our sign.\n#astoria", ["A wooden sign"])
    assert app.http.for_account().get(sign.media[0].address).content_type == "image/png"
    assert (quote.text, quote.links, quote.media) == ("What she said.", (), ())
    assert (fetched.profile.display_name, fetched.profile.handle) == ("Odalys Brennan", person.handle)


def test_what_is_answered_is_seen_in_memory(app, bluesky, person):
    http, platform = app.http.for_account(), app.platforms["bluesky"]
    theirs, own = bluesky.person().post(VISITOR_WORDS), person.post("We open at nine.")
    bluesky.wait_for(theirs)
    account = _bare(person, bluesky)
    for ref, words, author in (
        (theirs, VISITOR_WORDS, ParentAuthor.OTHER),
        (own, "We open at nine.", ParentAuthor.SELF),
    ):
        seen = platform.parent(account, Post("x", "", PostKind.REPLY, "", reply_to_id=ref.uri), http)
        assert (seen.text, seen.author) == (words, author)


def test_an_edit_is_a_version_and_a_deletion_is_confirmed_twice(app, practice, person, account):
    edited, deleted, kept = (
        person.post(words) for words in ("We open at nine.", "A first try.", "We walk on Tuesdays.")
    )
    first = visits(app)[account.id]

    until_due(practice, app, account)
    person.edit(edited, "We open at eight.")
    person.delete(deleted)
    second = visits(app)[account.id]
    between = states(app, account)

    until_due(practice, app, account)
    third = visits(app)[account.id]

    assert (first.outcome, second.outcome, third.outcome) == ("read", "read", "not-modified")
    assert (second.new, second.edited, second.gone) == (0, 1, 0)
    assert between[deleted.key] is PostState.MISSING
    assert (third.edited, third.gone) == (0, 1)
    after = states(app, account)
    assert (after[edited.key], after[deleted.key], after[kept.key]) == (
        PostState.LIVE, PostState.GONE, PostState.LIVE,
    )  # fmt: skip
    assert [row["change"] for row in practice.rows("versions")].count("edited") == 1


def test_an_account_without_anything_new_costs_one_question(app, practice, person, account):
    person.post("Here already.")
    visits(app)
    until_due(practice, app, account)
    assert visits(app)[account.id].outcome == "not-modified"
    person.post("Something new.")
    until_due(practice, app, account)
    visit = visits(app)[account.id]
    assert (visit.outcome, visit.new) == ("read", 1)


def test_all_of_a_long_list_is_read(app, person, account):
    person.many([f"Walk number {number}." for number in range(105)])
    assert visits(app)[account.id].new >= 105
    assert len(known(app, account).keys() - {":profile"}) == 105


def test_a_new_handle_is_no_fault_and_the_record_goes_on(app, practice, person, account):
    post = person.post("Before the new name.")
    visits(app)
    handle = person.rename()
    until_due(practice, app, account)
    visit = visits(app)[account.id]
    after = person.post("After the new name.")
    until_due(practice, app, account)
    visits(app)

    assert visit.outcome == "read"
    assert app.store.accounts.find(str(account.id)).handle == handle
    assert {post.key, after.key} <= states(app, account).keys()
    assert set(states(app, account).values()) == {PostState.LIVE}
    with pytest.raises(Unreachable):
        app.platforms["bluesky"].resolve(person.url, app.http.for_account())


def test_an_account_that_its_owner_switches_off_keeps_its_posts_and_comes_back(app, practice, person, account):
    post = person.post("Here before.")
    visits(app)
    person.deactivate()
    for _ in range(2):
        until_due(practice, app, account)
        assert visits(app)[account.id].outcome == "account-deactivated"
    off, then = state_of(app, account), states(app, account)
    person.activate()
    new = person.post("Back again.")
    until_due(practice, app, account)
    visit = visits(app)[account.id]

    assert off == ("active", 2, "account-deactivated")
    assert then[post.key] is PostState.LIVE
    assert (visit.outcome, visit.new) == ("read", 1)
    assert states(app, account)[new.key] is PostState.LIVE
    assert state_of(app, account) == ("active", 0, None)


def test_an_account_that_moderators_take_down_is_suspended_and_its_posts_are_not_gone(
    app, practice, bluesky, person, account
):
    post = person.post("Here before.")
    visits(app)
    bluesky.take_down(person)
    for _ in range(2):
        until_due(practice, app, account)
        assert visits(app)[account.id].outcome == "account-suspended"
    assert states(app, account)[post.key] is PostState.LIVE
    bluesky.take_down(person, applied=False)
    until_due(practice, app, account)
    assert visits(app)[account.id].outcome in ("read", "not-modified")
    assert states(app, account)[post.key] is PostState.LIVE


def test_an_account_that_is_deleted_is_told_as_such(app, practice, bluesky, person, account):
    post = person.post("Here before.")
    visits(app)
    bluesky.delete(person)
    until_due(practice, app, account)
    assert visits(app)[account.id].outcome == "account-deleted"
    assert states(app, account)[post.key] is PostState.LIVE


def test_a_post_that_moderators_take_down_is_noticed_within_a_week(app, practice, bluesky, person, account):
    removed, kept = person.post("This one goes."), person.post("This one stays.")
    visits(app)
    bluesky.take_down(person, removed)
    until_due(practice, app, account)
    unnoticed = visits(app)[account.id].outcome
    practice.clock.forward(days=7)
    visits(app)
    missing = states(app, account)[removed.key]
    until_due(practice, app, account)
    visits(app)

    assert (unnoticed, missing) == ("not-modified", PostState.MISSING)
    after = states(app, account)
    assert (after[removed.key], after[kept.key]) == (PostState.GONE, PostState.LIVE)


def test_an_account_for_members_only_is_left_alone_until_its_owner_opens_it_again(app, practice, person, account):
    post = person.post("Here before.")
    visits(app)
    person.describe("Members only.", labels=HIDDEN)
    person.post("For members only.")
    until_due(practice, app, account)
    assert visits(app)[account.id].outcome == "account-private"
    assert states(app, account).keys() - {":profile"} == {post.key}
    person.describe("Open again.")
    until_due(practice, app, account)
    assert visits(app)[account.id].outcome == "read"


def test_while_its_server_is_silent_new_posts_are_read_at_second_hand_and_none_is_missed(
    app, practice, bluesky, person, account, elsewhere
):
    before, edited, deleted = person.post("Here before."), person.post("We open at nine."), person.post("Goes soon.")
    practice.clock.now = datetime.now(UTC)  # all that has been posted so far is in this reading
    visits(app)
    until_due(practice, app, account)
    person.edit(edited, "We open at eight.")
    person.delete(deleted)
    new = person.post("New at second hand.", createdAt=practice.clock().isoformat())
    bluesky.wait_for(new)
    during = visits(bluesky.silent(app, person, elsewhere))[account.id]
    then = states(app, account)
    until_due(practice, app, account)
    after = visits(app)[account.id]

    assert (during.outcome, during.new, during.edited) == ("read", 1, 0)
    assert {key: then[key] for key in (before.key, edited.key, deleted.key, new.key)} == dict.fromkeys(
        (before.key, edited.key, deleted.key, new.key), PostState.LIVE
    )
    assert (after.outcome, after.new, after.edited) == ("read", 0, 1)
    assert states(app, account)[deleted.key] is PostState.MISSING


def _bare(person: Person, bluesky):
    """The account as a platform needs it for a single question."""
    return collected("bluesky", bluesky.pds, person.did)
