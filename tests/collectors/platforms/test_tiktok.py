"""The TikTok platform against a double of its Display API, and against answers that no API should give."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.base import Limits, PostRef
from collectors.owned_api import Answer
from collectors.platforms.tiktok import PLATFORM, TikTok
from collectors.tiktok_api_videos import parse_page, parse_video, presence
from domain.accounts import Proof
from domain.errors import (
    AccessRefused,
    AccountGone,
    Malformed,
    RateLimited,
    ServerFault,
    TokenRefused,
    WrongContent,
)
from domain.posts import Presence
from tests.fakes.collected import NOW, STARTS_AT, account
from tests.fakes.owned_service import grant, reader
from tests.fakes.tiktok_api import TikTokApi, envelope


def video(number, at=NOW, **changes):
    made = {
        "id": str(number),
        "create_time": int(at.timestamp()),
        "share_url": f"https://www.tiktok.com/@dana.fern/video/{number}?utm_campaign=tt4d&utm_source=7",
        "title": f"Video {number}",
        "video_description": f"Video {number}",
    }
    return made | changes


@pytest.fixture
def server():
    with TikTokApi() as running:
        yield running


@pytest.fixture
def client(server):
    with server.client() as opened:
        yield opened


@pytest.fixture
def tiktok(server):
    return TikTok(base=server.url("").rstrip("/"))


@pytest.fixture
def collect(tiktok, client):
    return lambda: tiktok.collect(dana(), reader(client), NOW)


def dana():
    return account("tiktok", "", "open-7")


@pytest.mark.parametrize(
    ("url", "recognised"),
    [
        ("https://www.tiktok.com/@dana.fern", True),
        ("https://tiktok.com/@dana.fern/video/1", True),
        ("https://www.tiktok.com/foryou", False),
        ("https://vm.tiktok.com/ZM1/", False),
        ("https://social.example/@dana", False),
        ("https://[broken/@dana", False),
    ],
)
def test_an_address_is_recognised_without_asking_anybody(url, recognised):
    assert PLATFORM.recognises(url) is recognised


def test_an_address_must_be_the_tokens_own(tiktok, client):
    profile = tiktok.resolve("https://www.tiktok.com/@Dana.Fern", reader(client))
    assert (profile.platform_id, profile.url) == ("open-7", "https://www.tiktok.com/@dana.fern")
    with pytest.raises(TokenRefused):
        tiktok.resolve("https://www.tiktok.com/@someone.else", reader(client))
    with pytest.raises(WrongContent):
        tiktok.resolve("https://www.tiktok.com/foryou", reader(client))


def test_a_token_names_its_account_and_is_renewed_within_its_day(tiktok, client):
    assert tiktok.owned(grant(), reader(client), NOW).profile.platform_id == "open-7"
    renewed = tiktok.renew(grant(expires_at=NOW), reader(client), NOW)
    assert (renewed.token, renewed.expires_at) == ("new", NOW + timedelta(days=1))


def test_the_description_is_where_a_proof_may_stand(tiktok, client):
    profile = tiktok.resolve("https://www.tiktok.com/@dana.fern", reader(client))
    assert [(text.proof, text.text) for text in tiktok.proof_texts(profile, reader(client))] == [
        (Proof.BIO, "Counselor")
    ]


def test_all_videos_are_read_by_a_cursor_of_milliseconds(server, collect):
    server.videos = [video(number, NOW - timedelta(hours=number)) for number in range(45)]
    fetched = collect()
    assert len(fetched.posts) == 45
    assert fetched.covers_since == STARTS_AT
    at = int((NOW - timedelta(hours=19)).timestamp()) * 1000
    assert server.questions[:2] == [{"max_count": 20}, {"max_count": 20, "cursor": at}]
    assert fetched.profile.bio == "Counselor"


def test_videos_from_before_the_permission_are_not_paged_through(server, collect):
    server.videos = [video(number, STARTS_AT - timedelta(days=number)) for number in range(-5, 100)]
    fetched = collect()
    assert fetched.covers_since == STARTS_AT
    assert len(server.questions) == 1


def test_a_listing_that_the_limits_cut_covers_only_what_it_reached(server, client):
    server.videos = [video(number, NOW - timedelta(hours=number)) for number in range(45)]
    limited = TikTok(base=server.url("").rstrip("/"), limits=Limits(pages=1))
    fetched = limited.collect(dana(), reader(client), NOW)
    assert fetched.covers_since == NOW - timedelta(hours=19) + timedelta(seconds=1)


def test_title_and_description_are_read_once_where_they_are_the_same():
    assert parse_video(video(1)).post.text == "Video 1"
    assert parse_video(video(1, video_description="More #therapy")).post.text == "Video 1\nMore #therapy"


def test_what_counts_the_sharing_is_no_part_of_the_address():
    assert parse_video(video(1)).post.url == "https://www.tiktok.com/@dana.fern/video/1"
    assert parse_video(video(1, share_url="javascript:alert(1)")).post.url == ""


def test_what_is_not_listed_any_more_is_asked_for_twenty_at_a_time(tiktok, server, client):
    server.videos = [video(1), video(30)]
    answers = tiktok.confirm(dana(), [PostRef(str(number), "") for number in range(1, 31)], reader(client))
    assert {post_id for post_id, said in answers.items() if said is Presence.PRESENT} == {"1", "30"}
    assert set(answers.values()) == {Presence.PRESENT, Presence.ABSENT}
    assert [len(asked["filters"]["video_ids"]) for asked in server.questions] == [20, 10]


def test_an_account_that_does_not_answer_proves_nothing(tiktok, server, client):
    server.broken["/v2/user/info/"] = (200, envelope({}, "internal_error"))
    assert tiktok.confirm(dana(), [PostRef("1", "")], reader(client)) == {"1": Presence.UNKNOWN}
    server.broken = {"/v2/video/query/": (200, envelope({}))}
    assert tiktok.confirm(dana(), [PostRef("1", "")], reader(client)) == {"1": Presence.UNKNOWN}


def test_another_accounts_token_reads_nothing(server, collect):
    server.user["open_id"] = "open-8"
    with pytest.raises(TokenRefused):
        collect()
    assert not server.questions


def test_a_video_answers_nothing(tiktok, client):
    assert tiktok.parent(dana(), parse_video(video(1)).post, reader(client)) is None


@pytest.mark.parametrize(
    ("status", "code", "raised"),
    [
        (401, "access_token_invalid", TokenRefused),
        (401, "scope_not_authorized", TokenRefused),
        (403, "scope_permission_missed", TokenRefused),
        (429, "rate_limit_exceeded", RateLimited),
        (200, "rate_limit_exceeded", RateLimited),
        (400, "invalid_params", WrongContent),
        (200, "internal_error", ServerFault),
        (200, "something_new", AccessRefused),
        (200, None, AccessRefused),
        (403, "something_new", AccessRefused),
        (404, "something_new", AccountGone),
    ],
)
def test_each_refusal_has_its_name_and_none_repeats_the_answer(server, collect, status, code, raised):
    server.broken["/v2/video/list/"] = (status, envelope({"videos": []}, code))
    with pytest.raises(raised) as refused:
        collect()
    assert type(refused.value) is raised
    assert "private remark" not in str(refused.value)


def test_an_old_token_is_told(tiktok, client):
    with pytest.raises(TokenRefused):
        tiktok.collect(dana(), reader(client, token="old"), NOW)


@pytest.mark.parametrize("data", [{}, {"videos": None}, {"videos": "none"}, []])
def test_an_answer_without_a_list_is_an_error_and_no_empty_account(server, collect, data):
    server.broken["/v2/video/list/"] = (200, envelope(data))
    with pytest.raises(Malformed):
        collect()


def test_a_cursor_that_does_not_move_ends_the_reading(server, collect):
    server.broken["/v2/video/list/"] = (200, envelope({"videos": [video(1)], "cursor": 5, "has_more": True}))
    assert server.paths.count("/v2/video/list/") == 0
    fetched = collect()
    assert server.paths.count("/v2/video/list/") == 2
    assert fetched.skipped == {"duplicate": 1}


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just({}) | st.just([])


@given(st.dictionaries(st.sampled_from(list(video(1))), VALUES))
def test_no_answer_breaks_the_parser(changes):
    entry = parse_video(video(1, **changes))
    assert (entry.post is None) == bool(entry.skipped)
    answer = Answer(200, {"data": {"videos": [video(1, **changes), changes], "cursor": changes.get("id")}})
    parse_page(answer)
    presence(answer, ["1"])
