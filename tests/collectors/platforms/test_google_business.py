"""Replies to reviews against a double of Google's interfaces, and against answers that none should give."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.base import Limits, PostRef
from collectors.google_business_reviews import map_number, name_in, parse_page, parse_parent, parse_review, presence
from collectors.owned_api import Answer
from collectors.platforms.google_business import PLATFORM, GoogleBusiness
from domain.accounts import Proof
from domain.errors import AccessRefused, AccountGone, Malformed, RateLimited, TokenRefused, WrongContent
from domain.posts import ParentAuthor, PostKind, Presence
from tests.fakes.collected import NOW, STARTS_AT, account
from tests.fakes.google_business_api import CID, LOCATION, GoogleBusinessApi
from tests.fakes.owned_service import grant, reader

REVIEWER = "Robin Example"
WORDS = "Best therapist I ever had"


def review(number, reply="Thank you for your words.", at=NOW - timedelta(days=1), **changes):
    made = {
        "name": f"{LOCATION}/reviews/r{number}",
        "reviewId": f"r{number}",
        "reviewer": {"displayName": REVIEWER, "profilePhotoUrl": "https://photo.example/1"},
        "starRating": "ONE",
        "comment": WORDS,
        "createTime": "2020-01-01T00:00:00Z",
        "updateTime": "2020-01-01T00:00:00Z",
    }
    if reply:
        made["reviewReply"] = {"comment": reply, "updateTime": at.strftime("%Y-%m-%dT%H:%M:%S.000Z")}
    return made | changes


@pytest.fixture
def server():
    with GoogleBusinessApi() as running:
        yield running


@pytest.fixture
def client(server):
    with server.client() as opened:
        yield opened


@pytest.fixture
def google(server):
    bases = {"base": "/v4", "accounts_base": "/v1", "information_base": "/v1", "token_url": "/token"}
    return GoogleBusiness(**{name: server.url(path) for name, path in bases.items()})


@pytest.fixture
def collect(google, client):
    return lambda: google.collect(fern(), reader(client), NOW)


def fern():
    return account("google_review_reply", "", LOCATION, url=f"https://maps.google.com/maps?cid={CID}")


@pytest.mark.parametrize(
    ("url", "recognised"),
    [
        (f"https://maps.google.com/maps?cid={CID}", True),
        ("https://www.google.com/maps/place/Fern/@40,-74,17z/data=!3m1!4b1!4m6!3m5!1s0x89c2:0xab54a98ceb1f0ad2!8m2", True),
        (f"https://business.google.com/{LOCATION}", True),
        ("https://www.google.com/search?q=fern", False),
        ("https://maps.app.goo.gl/abc", False),
        (f"https://other.example/{LOCATION}", False),
        ("https://[broken/?cid=1", False),
    ],
)  # fmt: skip
def test_an_address_is_recognised_without_asking_anybody(url, recognised):
    assert PLATFORM.recognises(url) is recognised


def test_both_of_a_places_addresses_hold_the_same_number():
    hexadecimal = f"https://www.google.com/maps/place/Fern/data=!4m2!3m1!1s0x89c2:{CID:#x}"
    assert map_number(hexadecimal) == map_number(f"https://maps.google.com/?cid={CID}") == str(CID)
    assert (map_number("https://maps.google.com/?cid=abc"), name_in("https://a.example/accounts/1")) == ("", "")


@pytest.mark.parametrize("url", [f"https://maps.google.com/maps?cid={CID}", f"https://business.google.com/{LOCATION}"])
def test_an_address_leads_to_the_location_among_all_that_the_token_manages(google, client, url):
    profile = google.resolve(url, reader(client))
    assert (profile.platform_id, profile.handle, profile.bio) == (LOCATION, "Fern Street Counseling", "A practice")
    assert profile.url == f"https://maps.google.com/maps?cid={CID}"


def test_a_place_that_the_token_does_not_manage_is_refused(google, server, client):
    with pytest.raises(AccountGone):
        google.resolve("https://maps.google.com/maps?cid=1", reader(client))
    asked = len(server.asked)
    with pytest.raises(WrongContent):
        google.resolve("https://maps.app.goo.gl/abc", reader(client))
    assert len(server.asked) == asked


def test_the_description_is_where_a_proof_may_stand(google, client):
    profile = google.resolve(f"https://business.google.com/{LOCATION}", reader(client))
    assert [(text.proof, text.text) for text in google.proof_texts(profile, reader(client))] == [
        (Proof.BIO, "A practice")
    ]


def test_a_token_is_renewed_within_its_hour(google, client):
    assert google.renew(grant(expires_at=NOW), reader(client), NOW).token == "for-r3fresh"


def test_replies_are_read_and_nothing_of_a_reviewer_comes_back(server, collect):
    server.reviews = [review(1, "It was good to see you on Tuesday."), review(2, ""), review(3)]
    fetched = collect()
    first = fetched.posts[0]
    assert (first.post_id, first.kind, first.reply_to_id, first.replies_to_self) == (
        "r1",
        PostKind.REVIEW_REPLY,
        "r1",
        False,
    )
    assert (first.text, first.published_at) == ("It was good to see you on Tuesday.", NOW - timedelta(days=1))
    assert first.url == fern().url
    assert fetched.listed_ids == {"r1", "r3"}
    assert fetched.skipped == {"other-author": 1}
    assert fetched.covers_since == STARTS_AT
    assert not any(word in repr(fetched) for word in (REVIEWER, WORDS, "photo.example", "ONE"))


def test_every_page_of_reviews_is_read_since_a_reply_may_come_to_an_old_one(server, collect):
    server.reviews = [review(number, "") for number in range(120)] + [review(500)]
    assert [post.post_id for post in collect().posts] == ["r500"]
    assert server.paths.count(f"/v4/{LOCATION}/reviews") == 3
    assert server.asked[-1][1]["orderBy"] == "updateTime desc"


def test_more_reviews_than_a_pass_reads_mean_that_absence_proves_nothing(google, server, client):
    server.reviews = [review(number) for number in range(120)]
    limited = GoogleBusiness(base=google.base, information_base=google.information_base, limits=Limits(pages=2))
    fetched = limited.collect(fern(), reader(client), NOW)
    assert (len(fetched.posts), fetched.covers_since) == (100, None)


def test_a_location_without_reviews_is_an_empty_reading(collect):
    assert (collect().posts, collect().covers_since) == ((), STARTS_AT)


@pytest.mark.parametrize(
    ("state", "listed"),
    [
        ("PENDING", set()),
        ("REJECTED", set()),
        ("pending", set()),
        ("HELD_BACK", set()),
        (["APPROVED"], set()),
        (None, set()),
        ("APPROVED", {"r1"}),
        ("REVIEW_REPLY_STATE_UNSPECIFIED", {"r1"}),
    ],
)
def test_a_reply_that_google_holds_back_is_not_public(server, collect, state, listed):
    server.reviews = [review(1)]
    server.reviews[0]["reviewReply"]["reviewReplyState"] = state
    assert collect().listed_ids == listed


def test_a_deleted_reply_and_a_deleted_review_are_absent(google, server, client):
    server.reviews = [review(1), review(2, "")]
    refs = [PostRef(f"r{number}", "") for number in (1, 2, 3)]
    assert google.confirm(fern(), refs, reader(client)) == {
        "r1": Presence.PRESENT,
        "r2": Presence.ABSENT,
        "r3": Presence.ABSENT,
    }


def test_a_location_or_a_gateway_that_does_not_answer_proves_nothing(google, server, client):
    server.broken = {f"/v4/{LOCATION}/reviews/r1": (404, b"<html>not here</html>")}
    assert google.confirm(fern(), [PostRef("r1", "")], reader(client)) == {"r1": Presence.UNKNOWN}
    server.broken = {"/v1/locations/22": (403, {})}
    assert google.confirm(fern(), [PostRef("r1", "")], reader(client)) == {"r1": Presence.UNKNOWN}


def test_a_review_is_held_for_scoring_as_of_one_who_may_be_a_client(google, server, client, collect):
    server.reviews = [review(1), review(2, comment=None)]
    reply, to_stars_only = collect().posts
    parent = google.parent(fern(), reply, reader(client))
    assert (parent.text, parent.author) == (WORDS, ParentAuthor.CLIENT_UNKNOWN)
    assert REVIEWER not in repr(parent)
    assert google.parent(fern(), to_stars_only, reader(client)).text == ""
    server.reviews = []
    assert google.parent(fern(), reply, reader(client)) is None


@pytest.mark.parametrize(
    ("status", "error", "raised"),
    [
        (401, {"status": "UNAUTHENTICATED"}, TokenRefused),
        (403, {"status": "PERMISSION_DENIED", "message": "a private remark"}, AccessRefused),
        (403, {"details": [{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}, TokenRefused),
        (404, {"status": "NOT_FOUND"}, AccountGone),
        (429, {"status": "RESOURCE_EXHAUSTED"}, RateLimited),
    ],
)
def test_each_refusal_has_its_name_and_none_repeats_the_answer(server, collect, status, error, raised):
    server.broken[f"/v4/{LOCATION}/reviews"] = (status, {"error": error})
    with pytest.raises(raised) as refused:
        collect()
    assert type(refused.value) is raised
    assert "private remark" not in str(refused.value)


def test_a_days_quota_is_over_at_midnight_in_california(server, collect):
    server.broken[f"/v4/{LOCATION}/reviews"] = (403, {"error": {"errors": [{"reason": "dailyLimitExceeded"}]}})
    with pytest.raises(RateLimited) as refused:
        collect()
    assert refused.value.retry_at == datetime(2026, 11, 26, 8, tzinfo=UTC)


def test_an_answer_with_something_else_for_a_list_is_an_error(server, collect):
    server.broken[f"/v4/{LOCATION}/reviews"] = (200, {"reviews": "none"})
    with pytest.raises(Malformed):
        collect()


VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just({}) | st.just([{}])


@given(
    st.dictionaries(st.sampled_from([*review(1)]), VALUES),
    st.dictionaries(st.sampled_from(["comment", "updateTime", "reviewReplyState"]), VALUES),
)
def test_no_answer_breaks_the_parser_and_none_lets_a_reviewer_through(changes, in_reply):
    odd = review(1, reviewReply={"comment": "Thanks", **in_reply}) | changes
    entry = parse_review(odd, "")
    assert (entry.post is None) == bool(entry.skipped)
    assert REVIEWER not in repr(entry)
    assert WORDS not in repr(entry)
    parse_page(Answer(200, {"reviews": [odd]}), "")
    presence(Answer(200, odd), "r1")
    parse_parent(Answer(200, odd), "r1")
