"""A channel's own comments against a double of the YouTube Data API, and against answers that no API should give."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.base import Limits, PostRef
from collectors.owned_api import Answer
from collectors.platforms.youtube_comments import PLATFORM, THREADS_COMPLETED, YouTubeComments
from collectors.youtube_api_comments import parse_threads, to_entries
from domain.accounts import Proof
from domain.errors import (
    AccessRefused,
    AccountDeactivated,
    AccountGone,
    AccountPrivate,
    AccountSuspended,
    Malformed,
    RateLimited,
    TokenRefused,
    WrongContent,
)
from domain.posts import ParentAuthor, PostKind, Presence
from tests.fakes.collected import NOW, STARTS_AT, account
from tests.fakes.owned_service import grant, reader
from tests.fakes.youtube_api import CHANNEL, YouTubeApi

VIEWER = "UC" + "v" * 22
WORDS_OF_OTHERS = "I was in treatment with you"


def comment(number, author=CHANNEL, text="Thank you", at=NOW, parent="", video="v1", **changes):
    made = {
        "textDisplay": text,
        "authorDisplayName": "@somebody",
        "authorChannelId": {"value": author},
        "videoId": video,
        "publishedAt": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "updatedAt": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    made |= ({"parentId": parent} if parent else {}) | changes
    return {"id": f"c{number}", "snippet": made}


def viewer(number, **changes):
    return comment(number, VIEWER, WORDS_OF_OTHERS, **changes)


@pytest.fixture
def server():
    with YouTubeApi() as running:
        yield running


@pytest.fixture
def client(server):
    with server.client() as opened:
        yield opened


@pytest.fixture
def youtube(server):
    return YouTubeComments(base=server.url("").rstrip("/"), token_url=server.url("/token"))


@pytest.fixture
def collect(youtube, client):
    return lambda **changes: youtube.collect(fern(**changes), reader(client), NOW)


def fern(**changes):
    return account("youtube_comments", "", CHANNEL, **changes)


@pytest.mark.parametrize(
    ("url", "recognised"),
    [
        (f"https://www.youtube.com/channel/{CHANNEL}#comments", True),
        ("https://youtube.com/@fernstreet#comments", True),
        ("https://m.youtube.com/user/fernstreet/videos#comments", True),
        ("https://www.youtube.com/@fernstreet", False),
        (f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}", False),
        ("https://www.youtube.com/watch?v=1#comments", False),
        ("https://www.youtube.com/c/fernstreet#comments", False),
        ("https://other.example/@fernstreet#comments", False),
        ("https://[broken/#comments", False),
    ],
)
def test_only_an_address_that_says_comments_is_taken_from_the_feed(url, recognised):
    assert PLATFORM.recognises(url) is recognised


@pytest.mark.parametrize("path", [f"channel/{CHANNEL}", "@FernStreet"])
def test_an_address_leads_to_the_lasting_id_of_the_tokens_own_channel(youtube, client, path):
    profile = youtube.resolve(f"https://www.youtube.com/{path}#comments", reader(client))
    assert (profile.platform_id, profile.handle, profile.bio) == (CHANNEL, "@fernstreet", "A practice")
    assert youtube.recognises(profile.url)


def test_another_channels_token_is_refused(youtube, server, client):
    server.mine = VIEWER
    with pytest.raises(TokenRefused):
        youtube.resolve("https://www.youtube.com/@fernstreet#comments", reader(client))


def test_an_unknown_channel_and_another_address_are_told_apart(youtube, server, client):
    with pytest.raises(AccountGone):
        youtube.resolve("https://www.youtube.com/@nobody#comments", reader(client))
    with pytest.raises(WrongContent):
        youtube.resolve("https://www.youtube.com/@fernstreet", reader(client))
    assert len(server.asked) == 1


def test_a_token_names_its_channel_and_is_renewed_within_its_hour(youtube, client):
    owned = youtube.owned(grant(expires_at=NOW), reader(client), NOW)
    assert (owned.profile.platform_id, owned.scopes, owned.expires_at) == (CHANNEL, None, NOW)
    renewed = youtube.renew(grant(expires_at=NOW + timedelta(minutes=1)), reader(client), NOW)
    assert renewed.token == "for-r3fresh"
    assert renewed.expires_at == NOW + timedelta(seconds=3599)


def test_the_description_is_where_a_proof_may_stand(youtube, client):
    profile = youtube.resolve("https://www.youtube.com/@fernstreet#comments", reader(client))
    assert [(text.proof, text.text) for text in youtube.proof_texts(profile, reader(client))] == [
        (Proof.BIO, "A practice")
    ]


def test_own_comments_and_answers_are_read_and_nothing_of_others_comes_back(server, collect):
    server.threads = [
        [comment(1, text="New: https://fern-street.example.")],
        [viewer(2), comment(3, text="So glad you came", parent="c2"), viewer(4, parent="c2")],
    ]
    fetched = collect()
    assert [(post.post_id, post.kind, post.reply_to_id, post.replies_to_self) for post in fetched.posts] == [
        ("c1", PostKind.COMMENT, None, None),
        ("c3", PostKind.REPLY, "c2", False),
    ]
    assert fetched.posts[0].links == ("https://fern-street.example",)
    assert fetched.posts[1].url == "https://www.youtube.com/watch?v=v1&lc=c3"
    assert fetched.listed_ids == {"c1", "c3"}
    assert fetched.skipped == {"other-author": 2}
    assert fetched.covers_since == STARTS_AT
    assert not any(word in repr(fetched) for word in (WORDS_OF_OTHERS, VIEWER, "@somebody"))


def test_every_page_of_threads_is_read(server, collect):
    server.threads = [[comment(number)] for number in range(250)]
    assert len(collect().posts) == 250
    assert server.paths.count("/commentThreads") == 3


def test_the_rest_of_a_long_thread_is_asked_for(server, collect):
    answers = [viewer(number, parent="c1") for number in range(2, 12)]
    server.threads = [[viewer(1), *answers, comment(50, parent="c1")]]
    fetched = collect()
    assert [post.post_id for post in fetched.posts] == ["c50"]
    assert fetched.covers_since == STARTS_AT


def test_a_thread_that_stays_cut_means_that_absence_proves_nothing(server, collect):
    server.threads = [[viewer(1), *(viewer(number, parent="c1") for number in range(2, 200))]]
    assert collect().covers_since is None


def test_more_long_threads_than_a_pass_may_finish_prove_nothing_and_cost_no_more(server, collect):
    threads = range(THREADS_COMPLETED + 5)
    server.threads = [
        [viewer(100 * n), *(viewer(100 * n + i, parent=f"c{100 * n}") for i in range(1, 8))] for n in threads
    ]
    assert collect().covers_since is None
    assert server.paths.count("/comments") == THREADS_COMPLETED
    assert len(server.asked) <= 60


def test_pages_beyond_the_limit_prove_nothing(server, client):
    server.threads = [[comment(number)] for number in range(250)]
    limited = YouTubeComments(base=server.url("").rstrip("/"), limits=Limits(pages=2))
    fetched = limited.collect(fern(), reader(client), NOW)
    assert (len(fetched.posts), fetched.covers_since) == (200, None)


@pytest.mark.parametrize("privacy", ["private", "unlisted", None])
def test_comments_under_videos_that_are_not_public_are_left_out(server, collect, privacy):
    server.videos = {"v1": "public"} | ({"v2": privacy} if privacy else {})
    server.threads = [[comment(1)], [comment(2, video="v2")]]
    fetched = collect()
    assert [post.post_id for post in fetched.posts] == ["c1"]
    assert fetched.listed_ids == {"c1"}
    assert fetched.skipped == {"not-public": 1}


def test_threads_and_comments_that_are_held_back_are_left_out(server, collect):
    server.hidden = {"c1"}
    server.threads = [
        [comment(1)],
        [comment(2, moderationStatus="heldForReview")],
        [comment(3, moderationStatus="published")],
        [comment(4, moderationStatus=["published"])],
        [comment(5, moderationStatus=None)],
    ]
    fetched = collect()
    assert fetched.listed_ids == {"c3"}
    assert fetched.skipped == {"not-public": 4}


def test_an_edited_comment_says_when():
    at, later = NOW - timedelta(days=1), NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
    thread = parse_threads(_threads(comment(1, at=at, updatedAt=later))).items[0]
    post = next(to_entries(thread, CHANNEL, frozenset({"v1"}))).post
    assert (post.published_at, post.edited_at) == (at, NOW)


def test_the_original_words_are_preferred_to_shortened_ones():
    thread = parse_threads(_threads(comment(1, textOriginal="https://fern-street.example/a-long-way"))).items[0]
    assert next(to_entries(thread, CHANNEL, frozenset({"v1"}))).post.text == "https://fern-street.example/a-long-way"


def _threads(top):
    about = {"videoId": "v1", "topLevelComment": top, "totalReplyCount": 0, "isPublic": True}
    return Answer(200, {"items": [{"id": top["id"], "snippet": about}]})


def test_deleted_comments_are_absent_and_so_are_those_under_hidden_videos(youtube, server, client):
    server.videos = {"v1": "public", "v2": "private"}
    server.threads = [[comment(1)], [comment(2, video="v2")], [comment(3, video="")]]
    refs = [PostRef(f"c{number}", "") for number in (1, 2, 3, 4)]
    assert youtube.confirm(fern(), refs, reader(client)) == {
        "c1": Presence.PRESENT,
        "c2": Presence.ABSENT,
        "c3": Presence.UNKNOWN,
        "c4": Presence.ABSENT,
    }


def test_a_channel_or_a_batch_that_does_not_answer_proves_nothing(youtube, server, client):
    refs = [PostRef(f"c{number}", "") for number in range(60)]
    server.broken["/comments"] = (500, {})
    assert set(youtube.confirm(fern(), refs, reader(client)).values()) == {Presence.UNKNOWN}
    server.broken = {"/channels": (200, {"kind": "youtube#channelListResponse"})}
    assert set(youtube.confirm(fern(), refs, reader(client)).values()) == {Presence.UNKNOWN}


def test_a_parents_words_come_back_for_scoring_and_nobodys_name_does(youtube, server, client, collect):
    server.threads = [[viewer(2), comment(3, parent="c2"), comment(5, parent="c3")], [comment(6)]]
    reply, to_self, top = collect().posts
    parent = youtube.parent(fern(), reply, reader(client))
    assert (parent.text, parent.author) == (WORDS_OF_OTHERS, ParentAuthor.OTHER)
    assert youtube.parent(fern(), to_self, reader(client)).author is ParentAuthor.SELF
    assert youtube.parent(fern(), top, reader(client)) is None
    server.threads = []
    assert youtube.parent(fern(), reply, reader(client)) is None


def test_a_private_channel_is_not_read(server, collect):
    server.channel["status"]["privacyStatus"] = "private"
    with pytest.raises(AccountPrivate):
        collect()


def test_another_channels_answer_is_refused(server, collect):
    server.broken["/channels"] = (200, {"kind": "x", "items": [{"id": VIEWER}]})
    with pytest.raises(Malformed):
        collect()


def test_a_days_quota_is_over_at_midnight_in_california(server, collect):
    server.broken["/commentThreads"] = (403, {"error": {"errors": [{"reason": "quotaExceeded"}]}})
    with pytest.raises(RateLimited) as refused:
        collect()
    assert refused.value.retry_at == datetime(2026, 11, 26, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "error", "raised"),
    [
        (401, {"errors": [{"reason": "authError"}]}, TokenRefused),
        (403, {"errors": [{"reason": "insufficientPermissions"}]}, TokenRefused),
        (403, {"details": [{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}, TokenRefused),
        (403, {"errors": [{"reason": "rateLimitExceeded"}]}, RateLimited),
        (403, {"errors": [{"reason": "authenticatedUserAccountClosed"}]}, AccountDeactivated),
        (403, {"errors": [{"reason": "authenticatedUserAccountSuspended"}]}, AccountSuspended),
        (403, {"errors": [{"reason": "forbidden"}], "message": "a private remark"}, AccessRefused),
        (404, {"errors": [{"reason": "channelNotFound"}]}, AccountGone),
        (400, {"errors": "odd"}, WrongContent),
        (429, None, RateLimited),
    ],
)
def test_each_refusal_has_its_name_and_none_repeats_the_answer(server, collect, status, error, raised):
    server.broken["/commentThreads"] = (status, {"error": error})
    with pytest.raises(raised) as refused:
        collect()
    assert type(refused.value) is raised
    assert "private remark" not in str(refused.value)


@pytest.mark.parametrize("body", [{}, {"items": "none"}, [], b"<html>"])
def test_an_answer_without_a_list_is_an_error_and_no_empty_channel(server, collect, body):
    server.broken["/commentThreads"] = (200, body)
    with pytest.raises((Malformed, WrongContent)):
        collect()


VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just({}) | st.just([{"id": "x"}])


@given(
    st.dictionaries(st.sampled_from(list(comment(1)["snippet"])), VALUES),
    st.dictionaries(st.sampled_from(["id", "snippet", "replies"]), VALUES),
)
def test_no_answer_breaks_the_parser(in_comment, in_thread):
    top = comment(1, **in_comment)
    about = {"videoId": "v1", "topLevelComment": top, "totalReplyCount": 0, "isPublic": True}
    page = parse_threads(Answer(200, {"items": [{"id": "c1", "snippet": about} | in_thread]}))
    for thread in page.items:
        for entry in to_entries(thread, CHANNEL, frozenset({"v1"})):
            assert (entry.post is None) == bool(entry.skipped)
