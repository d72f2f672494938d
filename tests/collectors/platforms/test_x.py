"""The X platform against a double of its API, and its parser against answers that no API should give."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.base import Limits, PostRef
from collectors.owned_api import Answer
from collectors.platforms.x import PLATFORM, X
from collectors.x_api_posts import Cursor, parse_page, parse_post, presence, words_of
from domain.accounts import Proof
from domain.errors import (
    AccessRefused,
    AccountGone,
    AccountPrivate,
    AccountSuspended,
    Malformed,
    RateLimited,
    ServerFault,
    TokenRefused,
    WrongContent,
)
from domain.posts import ParentAuthor, PostKind, Presence
from tests.fakes.collected import NOW, STARTS_AT, account
from tests.fakes.owned_service import grant, reader
from tests.fakes.x_api import PROBLEMS, XApi

EPOCH = 1288834974657


def number_at(at, offset=0):
    return str((int(at.timestamp() * 1000) - EPOCH << 22) + offset)


def post(at=NOW - timedelta(hours=1), text="A post", **changes):
    made = {
        "id": number_at(at),
        "text": text,
        "author_id": "42",
        "created_at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "lang": "en",
    }
    made |= changes
    return {"edit_history_tweet_ids": [made["id"]]} | made


def parsed(entry, media=None, polls=None):
    return parse_post(entry, "42", media or {}, polls or {})


@pytest.fixture
def server():
    with XApi() as running:
        yield running


@pytest.fixture
def client(server):
    with server.client() as opened:
        yield opened


@pytest.fixture
def x(server):
    return X(base=server.url("").rstrip("/"))


def dana(**changes):
    return account("x", "", "42", **changes)


@pytest.mark.parametrize(
    ("url", "recognised"),
    [
        ("https://x.com/dana_fern", True),
        ("https://twitter.com/dana_fern/status/1", True),
        ("https://mobile.twitter.com/@dana_fern", True),
        ("https://x.com/home", False),
        ("https://x.com/", False),
        ("https://x.com/a_name_that_is_too_long", False),
        ("https://x.com.other.example/dana", False),
        ("https://[broken/dana", False),
        ("", False),
    ],
)
def test_an_address_is_recognised_without_asking_anybody(url, recognised):
    assert PLATFORM.recognises(url) is recognised


def test_an_address_leads_to_the_lasting_id(x, client):
    profile = x.resolve("https://twitter.com/Dana_Fern", reader(client))
    assert (profile.platform_id, profile.handle, profile.url) == ("42", "dana_fern", "https://x.com/dana_fern")


def test_the_description_is_where_a_proof_may_stand(x, server, client):
    urls = [{"url": "https://t.co/a", "expanded_url": "https://fern-street.example/section7-abc"}]
    server.users["42"] |= {"description": "Hello &amp; https://t.co/a", "entities": {"description": {"urls": urls}}}
    profile = x.resolve("https://x.com/dana_fern", reader(client))
    found = x.proof_texts(profile, reader(client))
    assert [(text.proof, text.text) for text in found] == [
        (Proof.BIO, "Hello & https://fern-street.example/section7-abc")
    ]


@pytest.mark.parametrize("url", ["https://social.example/@dana", "https://x.com/home"])
def test_another_address_is_refused_before_anything_is_asked(x, server, client, url):
    with pytest.raises(WrongContent):
        x.resolve(url, reader(client))
    assert not server.asked


def test_all_pages_are_read_and_everything_since_the_permission_is_covered(x, server, client):
    server.posts = [post(NOW - timedelta(hours=hours)) for hours in range(1, 251)]
    fetched = x.collect(dana(), reader(client), NOW)
    assert len(fetched.posts) == len(fetched.listed_ids) == 250
    assert fetched.covers_since == STARTS_AT
    assert server.paths.count("/2/users/42/tweets") == 3
    assert fetched.profile.bio == "Counselor"


def test_posts_from_before_the_permission_are_not_even_paid_for(x, server, client):
    server.posts = [post(), post(STARTS_AT - timedelta(days=1))]
    assert len(x.collect(dana(), reader(client), NOW).posts) == 1


def test_a_pass_in_between_reads_two_days_and_says_that_it_covers_no_more(x, server, client):
    days_ago = [NOW - timedelta(days=days) for days in (0, 1, 3)]
    server.posts = [post(at - timedelta(minutes=1)) for at in days_ago]
    first = x.collect(dana(), reader(client), NOW)
    later = x.collect(dana(cursor=first.cursor), reader(client), NOW + timedelta(hours=6))
    assert [len(first.posts), len(later.posts)] == [3, 2]
    assert later.covers_since == NOW - timedelta(minutes=1) - timedelta(days=2)


def test_after_a_week_all_is_read_again(x, server, client):
    server.posts = [post(NOW - timedelta(days=days, minutes=1)) for days in (0, 30)]
    first = x.collect(dana(), reader(client), NOW)
    week_later = x.collect(dana(cursor=first.cursor), reader(client), NOW + timedelta(days=7))
    assert len(week_later.posts) == 2
    assert week_later.covers_since == STARTS_AT


def test_a_listing_that_the_limits_cut_covers_only_what_it_reached(server, client):
    server.posts = [post(NOW - timedelta(hours=hours)) for hours in range(1, 251)]
    fetched = X(base=server.url("").rstrip("/"), limits=Limits(pages=2)).collect(dana(), reader(client), NOW)
    assert len(fetched.posts) == 200
    assert fetched.covers_since == NOW - timedelta(hours=200) + timedelta(seconds=1)


def test_an_account_without_posts_is_an_empty_reading(x, client):
    fetched = x.collect(dana(), reader(client), NOW)
    assert (fetched.posts, fetched.covers_since) == ((), STARTS_AT)


def test_a_repost_and_another_author_are_left_out_and_counted(x, server, client):
    repost = post(referenced_tweets=[{"type": "retweeted", "id": "9"}])
    server.posts = [repost, post(NOW - timedelta(hours=2), author_id="7"), post(NOW - timedelta(hours=3), author_id="")]
    fetched = x.collect(dana(), reader(client), NOW)
    assert fetched.posts == ()
    assert fetched.skipped == {"malformed": 1, "other-author": 1}  # X itself leaves reposts out
    assert parsed(repost).skipped == "boost"


def test_an_edited_post_keeps_its_first_id_and_date():
    first, edited = NOW - timedelta(minutes=50), NOW - timedelta(minutes=30)
    entry = post(edited, edit_history_tweet_ids=[number_at(first), number_at(edited)])
    made = parsed(entry).post
    assert made.post_id == number_at(first)
    assert (made.published_at, made.edited_at) == (first, edited)
    assert made.url.endswith(f"/status/{number_at(first)}")


def test_short_links_are_written_out_and_those_of_pictures_and_quotes_are_not_the_authors():
    urls = [
        {"url": "https://t.co/one", "expanded_url": "https://fern-street.example/a?b=1&copy=2"},
        {"url": "https://t.co/pic", "expanded_url": "https://x.com/dana_fern/status/1/photo/1", "media_key": "3_1"},
        {"url": "https://t.co/qt", "expanded_url": "https://x.com/other/status/77"},
    ]
    entry = post(
        text="Tea &amp; talk https://t.co/one https://t.co/qt https://t.co/pic",
        entities={"urls": urls},
        attachments={"media_keys": ["3_1"]},
        referenced_tweets=[{"type": "quoted", "id": "77"}],
    )
    picture = {"type": "photo", "alt_text": "A chair", "url": "https://pbs.example/1.jpg"}
    made = parsed(entry, {"3_1": picture}).post
    assert made.text == "Tea & talk https://fern-street.example/a?b=1&copy=2 https://x.com/other/status/77"
    assert made.links == ("https://fern-street.example/a?b=1&copy=2",)
    assert [(medium.kind, medium.alt, medium.address) for medium in made.media] == [
        ("image", "A chair", "https://pbs.example/1.jpg")
    ]


def test_a_long_post_is_read_whole_with_its_poll():
    long = "word " * 200
    entry = post(text="word …", note_tweet={"text": long}, attachments={"poll_ids": ["5"]})
    polls = {"5": {"options": [{"position": 1, "label": "Yes"}, {"position": 2, "label": "No"}]}}
    assert parsed(entry, polls=polls).post.text == f"{long.strip()}\nYes\nNo"


def test_an_answer_knows_what_it_answers_and_whether_it_is_its_own_authors():
    answered = [{"type": "replied_to", "id": "8"}]
    own = parsed(post(referenced_tweets=answered, in_reply_to_user_id="42")).post
    other = parsed(post(referenced_tweets=answered, in_reply_to_user_id="7")).post
    assert (own.kind, own.reply_to_id, own.replies_to_self) == (PostKind.REPLY, "8", True)
    assert other.replies_to_self is False


def test_a_parents_words_come_back_for_scoring_and_nobodys_name_does(x, server, client):
    server.posts = [post(id="8", author_id="7", text="Is it you?"), post(id="9", text="Mine")]
    reply = parsed(post(referenced_tweets=[{"type": "replied_to", "id": "8"}])).post
    parent = x.parent(dana(), reply, reader(client))
    assert (parent.text, parent.author) == ("Is it you?", ParentAuthor.OTHER)
    to_self = parsed(post(referenced_tweets=[{"type": "replied_to", "id": "9"}])).post
    assert x.parent(dana(), to_self, reader(client)).author is ParentAuthor.SELF
    gone = parsed(post(referenced_tweets=[{"type": "replied_to", "id": "1"}])).post
    assert x.parent(dana(), gone, reader(client)) is None
    assert x.parent(dana(), parsed(post()).post, reader(client)) is None


def test_only_a_plain_not_found_makes_a_post_absent(x, server, client):
    server.posts = [post(id="8"), post(id="10", edit_history_tweet_ids=["9", "10"]), post(id="11")]
    server.withheld = {"11"}
    refs = [PostRef(number, "") for number in ("8", "9", "11", "12")]
    assert x.confirm(dana(), refs, reader(client)) == {
        "8": Presence.PRESENT,
        "9": Presence.PRESENT,
        "11": Presence.UNKNOWN,
        "12": Presence.ABSENT,
    }


def test_many_posts_are_asked_for_a_hundred_at_a_time(x, server, client):
    refs = [PostRef(str(number), "") for number in range(1, 151)]
    answers = x.confirm(dana(), refs, reader(client))
    assert set(answers.values()) == {Presence.ABSENT}
    assert server.paths.count("/2/tweets") == 2


def test_an_account_that_does_not_answer_proves_nothing(x, server, client):
    server.broken["/2/users/42"] = (503, {})
    assert x.confirm(dana(), [PostRef("8", "")], reader(client)) == {"8": Presence.UNKNOWN}


@pytest.mark.parametrize("said", [True, None, "true", 1, []])
def test_protected_posts_are_not_read_even_with_the_owners_own_token(x, server, client, said):
    server.users["42"]["protected"] = said
    server.posts = [post()]
    with pytest.raises(AccountPrivate):
        x.collect(dana(), reader(client), NOW)
    assert "/2/users/42/tweets" not in server.paths


def test_another_accounts_answer_is_refused(x, server, client):
    server.users["42"]["id"] = "43"
    with pytest.raises(Malformed):
        x.collect(dana(), reader(client), NOW)


@pytest.mark.parametrize(
    ("status", "body", "raised"),
    [
        (200, {"errors": [{"type": f"{PROBLEMS}/resource-not-found", "detail": "none"}]}, AccountGone),
        (200, {"errors": [{"type": f"{PROBLEMS}/resource-not-found", "detail": "User has been suspended"}]}, AccountSuspended),
        (200, {"errors": [{"type": f"{PROBLEMS}/not-authorized-for-resource"}]}, AccountPrivate),
        (200, {}, AccountGone),
        (200, b"<html>maintenance</html>", WrongContent),
        (200, b'{"data": ', Malformed),
        (401, {"type": "about:blank"}, TokenRefused),
        (402, {"title": "CreditsDepleted"}, AccessRefused),
        (403, {"type": f"{PROBLEMS}/unsupported-authentication"}, TokenRefused),
        (403, {"type": "about:blank"}, AccessRefused),
        (404, {"type": "about:blank"}, AccountGone),
        (429, {"type": f"{PROBLEMS}/usage-capped"}, RateLimited),
        (429, b"busy", RateLimited),
        (503, {}, ServerFault),
    ],
)  # fmt: skip
def test_each_refusal_has_its_name_and_none_repeats_the_answer(x, server, client, status, body, raised):
    server.broken["/2/users/42"] = (status, body)
    with pytest.raises(raised) as refused:
        x.collect(dana(), reader(client), NOW)
    assert type(refused.value) is raised
    assert "private remark" not in str(refused.value)


def test_a_wrong_token_is_told_from_a_private_account(x, client):
    with pytest.raises(TokenRefused):
        x.resolve("https://x.com/dana_fern", reader(client, token="old"))


def test_an_owners_token_is_renewed_in_time_and_an_apps_never(x, server, client):
    server.open_paths = ("/2/oauth2/token",)
    answered = {"access_token": "new", "refresh_token": "next", "expires_in": 7200, "scope": "tweet.read users.read"}
    server.broken["/2/oauth2/token"] = (200, answered)
    owners = grant("x", expires_at=NOW + timedelta(minutes=5))
    assert x.renew(grant("x", expires_at=NOW + timedelta(hours=1)), reader(client), NOW) is None
    assert x.renew(grant("x", refresh_token=""), reader(client), NOW) is None
    assert not server.asked
    renewed = x.renew(owners, reader(client), NOW)
    assert (renewed.token, renewed.refresh_token) == ("new", "next")
    assert renewed.expires_at == NOW + timedelta(hours=2)
    assert renewed.scopes <= x.consent.allowed


def test_a_page_without_posts_must_say_that_it_is_empty():
    with pytest.raises(Malformed):
        parse_page(Answer(200, {}), "42")
    assert parse_page(Answer(200, {"meta": {"result_count": 0}}), "42").items == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "urls", "text"]), inner),
    max_leaves=3,
)


@given(st.dictionaries(st.sampled_from([*post(), "entities", "note_tweet", "attachments", "referenced_tweets"]), JSON))
def test_no_answer_breaks_the_parser(changes):
    entry = parsed({**post(), **changes})
    assert (entry.post is None) == bool(entry.skipped)
    presence(Answer(200, {"data": [changes], "errors": [changes]}))
    parse_page(Answer(200, {"data": [changes], "meta": {"result_count": 0}}), "42")


@given(st.text())
def test_any_cursor_that_is_not_ours_means_a_first_pass(saved):
    assert Cursor.read(saved).begins(STARTS_AT, NOW) == STARTS_AT


def test_a_cursor_survives_being_written():
    kept = Cursor(NOW, NOW - timedelta(days=1))
    assert Cursor.read(kept.write()) == kept
    assert set(json.loads(kept.write())) == {"newest", "whole_at"}


def test_a_hostile_number_of_links_costs_little():
    urls = [{"url": f"https://t.co/{number}", "expanded_url": "https://a.example"} for number in range(50_000)]
    assert words_of(post(text="x" * 500_000, entities={"urls": urls})) == "x" * 500_000


@pytest.mark.parametrize("first", ["9", number_at(NOW - timedelta(days=400)), number_at(NOW), "9" * 40, "x"])
def test_a_first_id_that_holds_no_believable_time_gives_none(first):
    odd = post(edit_history_tweet_ids=[first, "10"])
    assert parsed(odd).post.published_at == datetime.fromisoformat(odd["created_at"])
