from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from collectors.base import PostRef
from collectors.platforms.instagram import PLATFORM
from domain.accounts import Proof
from domain.errors import (
    AccountGone,
    Malformed,
    RateLimited,
    ServerFault,
    TokenRefused,
    TooLarge,
    WrongContent,
)
from domain.posts import ParentAuthor, PostKind, Presence
from tests.collectors.meta import IG_COMMENTS, NOW, TOKEN, grant, instagram, media, reader
from tests.fakes.collected import account
from tests.fakes.graph import ENDED, GONE, LIMIT

OWNER = "17841400000000001"
URL = "https://www.instagram.com/dana.therapy/"


def dana(**changes):
    return account("instagram", "unused", OWNER, **changes)


def read(server, who=None):
    with server, reader(server, server.on(PLATFORM)) as http:
        return server.on(PLATFORM).collect(who or dana(), http, NOW)


@pytest.mark.parametrize(
    ("url", "known"),
    [
        (URL, True),
        ("https://instagram.com/dana.therapy?hl=en", True),
        ("https://www.instagram.com/p/C1/", False),
        ("https://www.instagram.com/explore", False),
        ("https://instagram.example/dana.therapy", False),
        ("https://www.instagram.com/dana.therapy/tagged/", False),
    ],
)
def test_profiles_are_recognised_and_posts_are_not(url, known):
    assert PLATFORM.recognises(url) is known


def test_everything_is_read_page_by_page_with_the_token_in_no_address():
    server = instagram()
    fetched = read(server)
    assert [post.text for post in fetched.posts] == ["Autumn walk 3", "Autumn walk 2", "Autumn walk 1"]
    assert fetched.covers_since == dana().authorisation.starts_at
    assert not any(TOKEN in asked for asked in server.asked)
    assert sum("after=c2" in asked for asked in server.asked) == 1


def test_a_post_has_its_words_its_pictures_and_its_public_address():
    album = media(
        4,
        "11-21",
        media_type="CAROUSEL_ALBUM",
        children={
            "data": [
                {"id": "1", "media_type": "IMAGE", "alt_text": "A leaf", "media_url": "https://cdn.example/1?s=1"},
                {"id": "2", "media_type": "VIDEO"},
            ]
        },
    )
    post = read(instagram(edges={"me/media": [album]})).posts[0]
    assert (post.post_id, post.url) == ("17904", "https://www.instagram.com/p/C4/")
    assert [(one.kind, one.alt) for one in post.media] == [("image", "A leaf"), ("video", "")]
    assert post.published_at == datetime(2026, 11, 21, 9, tzinfo=UTC)
    assert post.edited_at is None


def test_a_signed_address_that_changes_is_no_edit():
    first, second = (
        read(instagram(edges={"me/media": [media(1, "11-01", media_url=f"https://cdn.example/{sign}")]})).posts[0]
        for sign in ("a", "b")
    )
    assert first.media != second.media
    assert first.content_hash == second.content_hash


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"media_product_type": "STORY"}, "not-public"),
        ({"media_product_type": "AD"}, "not-public"),
        ({"media_product_type": None}, "not-public"),
        ({"username": "somebody.else"}, "other-author"),
        ({"id": None}, "malformed"),
    ],
)
def test_what_is_not_the_owners_public_post_is_left_out(change, reason):
    fetched = read(instagram(edges={"me/media": [media(1, "11-01") | change, media(2, "11-02")]}))
    assert [post.post_id for post in fetched.posts] == ["17902"]
    assert fetched.skipped == {reason: 1}
    assert fetched.listed_ids == {"17902"}


def commented(**more):
    mine = {"id": "51", "text": "Thank you, Sam", "timestamp": "2026-11-02T10:00:00+0000", "username": "dana.therapy"}
    theirs = {"id": "50", "text": "I saw you on Tuesday", "timestamp": "2026-11-02T09:00:00+0000", "username": "sam"}
    top = {"id": "52", "text": "Closed on Friday", "timestamp": "2026-11-03T09:00:00+0000", "from": {"id": "9001"}}
    listing = {"data": [theirs | {"replies": {"data": [mine | {"parent_id": "50"}]}}, top]} | more
    return instagram(edges={"me/media": [media(1, "11-01", comments=listing)]})


def test_own_comments_are_read_and_other_peoples_words_are_not():
    fetched = read(commented())
    comments = {post.post_id: post for post in fetched.posts if post.kind is PostKind.COMMENT}
    assert {key: (one.text, one.reply_to_id, one.replies_to_self) for key, one in comments.items()} == {
        "51": ("Thank you, Sam", "50", None),
        "52": ("Closed on Friday", "17901", True),
    }
    assert fetched.skipped == {"other-author": 1}
    assert "Tuesday" not in repr(fetched)
    assert "sam" not in repr(fetched)


def test_without_the_permission_for_comments_posts_are_read_all_the_same_and_it_is_said():
    fetched = read(instagram(scopes=("instagram_business_basic",)))
    assert len(fetched.posts) == 3
    assert fetched.notes == (f"Own comments are not read: the token lacks {IG_COMMENTS}.",)


def test_comments_beyond_one_reading_are_said():
    fetched = read(commented(paging={"cursors": {"after": "x"}, "next": "https://graph.example/next"}))
    assert "more comments" in fetched.notes[0]


def test_reading_ends_at_the_permission_but_looks_at_the_first_pages_for_new_comments():
    items = [media(number, "11-20" if number < 3 else "02-01") for number in range(20)]
    server = instagram(edges={"me/media": items})
    fetched = read(server)
    assert sum(asked.startswith("me/media") for asked in server.asked) == 10
    late = replace(dana().authorisation, starts_at=datetime(2026, 11, 1, tzinfo=UTC))
    server = instagram(edges={"me/media": items})
    assert read(server, dana(authorisation=late)).covers_since is not None
    assert sum(asked.startswith("me/media") for asked in server.asked) == 3
    assert fetched.covers_since is not None


@pytest.mark.parametrize("kind", ["PERSONAL", "", None])
def test_a_personal_account_is_refused(kind):
    server = instagram()
    server.me["account_type"] = kind
    with pytest.raises(TokenRefused, match="personal"):
        read(server)


def test_a_token_of_somebody_else_reads_nothing():
    with pytest.raises(TokenRefused, match="another profile's"):
        read(instagram(), account("instagram", "unused", "1"))


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        (ENDED, TokenRefused),
        (LIMIT, RateLimited),
        ({"code": 17}, RateLimited),
        ({"code": 32}, RateLimited),
        ({"code": 613}, RateLimited),
        ({"code": 80002}, RateLimited),
        ({"code": 2}, ServerFault),
        ({"code": 100, "is_transient": True}, ServerFault),
        (GONE, AccountGone),
        ({"code": 200}, TokenRefused),
        ({"code": 999}, WrongContent),
        ({"message": "no code"}, WrongContent),
    ],
)
def test_errors_are_told_by_their_numbers_and_never_by_their_words(fault, raised):
    with pytest.raises(raised) as told:
        read(instagram(fault=fault))
    assert "SECRET-WORDS" not in str(told.value)


def test_a_wrong_token_is_refused_by_the_server_and_not_repeated():
    server = instagram()
    with server, reader(server, server.on(PLATFORM), "another-token") as http, pytest.raises(TokenRefused) as told:
        server.on(PLATFORM).collect(dana(), http, NOW)
    assert "another-token" not in str(told.value)


def test_a_limit_that_is_nearly_used_up_puts_the_next_reading_off():
    server = instagram(headers={"X_App_Usage": '{"call_count": 100}'})
    with pytest.raises(RateLimited):
        read(server)
    calm = read(instagram(headers={"X_App_Usage": '{"call_count": 10}'}))
    assert calm.not_before is None


def test_a_version_that_has_ended_is_said():
    server = instagram(headers={"facebook_api_version": "v28.0"})
    assert read(server).notes == ("The interface answers as v28.0; this program was built for v26.0.",)


def test_a_cursor_that_goes_round_ends_the_reading():
    server = instagram(page=1)
    looping = [media(number, "11-20") for number in range(2)]
    server.edges["me/media"] = looping
    assert len(read(server).posts) == 2


def test_too_many_posts_are_an_error_and_not_a_part():
    server = instagram(page=50, edges={"me/media": [media(number, "11-20") for number in range(30)]})
    platform = replace(server.on(PLATFORM), limits=replace(PLATFORM.limits, posts=20))
    with server, reader(server, platform) as http, pytest.raises(TooLarge):
        replace(platform, base=server.base).collect(dana(), http, NOW)


def test_a_list_without_ids_is_damaged():
    with pytest.raises(Malformed):
        read(instagram(edges={"me/media": [media(1, "11-01", id=None)]}))


def test_the_profile_behind_an_address_is_the_tokens_owner_or_nobody():
    server = instagram()
    platform = server.on(PLATFORM)
    with server, reader(server, platform) as http:
        profile = platform.resolve("https://instagram.com/Dana.Therapy", http)
        assert (profile.platform_id, profile.handle, profile.bio) == (OWNER, "dana.therapy", "Counselor in Oregon")
        with pytest.raises(WrongContent, match="another profile's"):
            platform.resolve("https://instagram.com/sam", http)
        assert platform.owned(grant("instagram", OWNER), http, NOW).scopes is None
        assert [text.proof for text in platform.proof_texts(profile, http)] == [Proof.BIO]


def test_a_token_that_may_not_see_the_biography_reads_without_it():
    server = instagram()
    server.fields["me"] -= {"biography"}
    fetched = read(server)
    assert fetched.profile.bio == ""
    assert len(fetched.posts) == 3


def test_single_posts_are_asked_for_and_absence_needs_a_plain_answer():
    server = instagram()
    platform = server.on(PLATFORM)
    refs = [PostRef("17901", ""), PostRef("99", "")]
    with server, reader(server, platform) as http:
        assert platform.confirm(dana(), refs, http) == {"17901": Presence.PRESENT, "99": Presence.ABSENT}
        server.fault = LIMIT
        assert set(platform.confirm(dana(), refs, http).values()) == {Presence.UNKNOWN}


def test_what_a_comment_answers_is_seen_in_memory():
    server = commented()
    server.nodes = {"50": {"id": "50", "text": "I saw you on Tuesday", "username": "sam"}}
    platform = server.on(PLATFORM)
    with server, reader(server, platform) as http:
        posts = {post.post_id: post for post in platform.collect(dana(), http, NOW).posts}
        theirs = platform.parent(dana(), posts["51"], http)
        own = platform.parent(dana(), posts["52"], http)
        assert (theirs.text, theirs.author) == ("I saw you on Tuesday", ParentAuthor.OTHER)
        assert (own.text, own.author) == ("Autumn walk 1", ParentAuthor.SELF)
        assert platform.parent(dana(), posts["17901"], http) is None
        server.nodes = {}
        assert platform.parent(dana(), posts["51"], http) is None


@pytest.mark.parametrize(
    ("ends_in", "held_for", "due"),
    [(10, 30, True), (40, 30, False), (10, 0.5, False), (-1, 30, False), (None, 2, True)],
)
def test_a_token_is_renewed_when_it_ends_soon_and_is_a_day_old(ends_in, held_for, due):
    server = instagram(fresh_token="fresh-token")
    platform = server.on(PLATFORM)
    held = grant(
        "instagram",
        OWNER,
        expires_at=None if ends_in is None else NOW + timedelta(days=ends_in),
        obtained_at=NOW - timedelta(days=held_for),
    )
    with server, reader(server, platform) as http:
        renewed = platform.renew(held, http, NOW)
    assert (renewed is not None) is due
    if due:
        assert renewed.token == "fresh-token"
        assert renewed.expires_at == NOW + timedelta(seconds=5_183_944)


@pytest.mark.parametrize("fresh", ["", "with blank", "n\u00f6", "x" * 5000])
def test_no_token_or_an_unusable_one_renews_nothing(fresh):
    server = instagram(fresh_token=fresh)
    platform = server.on(PLATFORM)
    with server, reader(server, platform) as http, pytest.raises((WrongContent, Malformed)):
        platform.renew(grant("instagram", OWNER), http, NOW)


def test_the_terms_keep_nothing_that_was_deleted_nor_what_was_made_of_it():
    assert PLATFORM.terms.erase_deleted
    assert not PLATFORM.terms.keep_scores
    assert PLATFORM.terms.refresh_within == timedelta(days=30)
    assert "hiring" in PLATFORM.terms.note
