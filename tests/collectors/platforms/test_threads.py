from datetime import UTC, datetime

import pytest

from collectors.base import PostRef
from collectors.platforms.threads import PLATFORM
from domain.errors import AccountPrivate, Malformed, TokenRefused, WrongContent
from domain.posts import ParentAuthor, PostKind, Presence
from tests.collectors.meta import NOW, TOKEN, grant, reader, thread, threads
from tests.fakes.collected import account
from tests.fakes.graph import LIMIT


def dana(**changes):
    return account("threads", "unused", "42", **changes)


def read(server, who=None):
    with server, reader(server, server.on(PLATFORM)) as http:
        return server.on(PLATFORM).collect(who or dana(), http, NOW)


def listed(*posts, replies=()):
    return threads(edges={"me/threads": list(posts), "me/replies": list(replies)})


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("https://www.threads.com/@dana", True),
        ("https://threads.net/@dana/", True),
        ("https://www.threads.com/@dana/post/D1", False),
        ("https://threads.example/@dana", False),
    ],
)
def test_profiles_are_recognised_and_posts_are_not(url, known):
    assert PLATFORM.recognises(url) is known


def test_nothing_of_it_may_be_shown_to_anybody_but_the_author():
    assert PLATFORM.terms.author_only
    assert "solely" in PLATFORM.terms.note


def test_posts_and_replies_are_read_to_the_end_though_no_page_says_that_another_follows():
    server = threads()
    fetched = read(server)
    kinds = {post.post_id: post.kind for post in fetched.posts}
    assert kinds == {"7003": PostKind.POST, "7002": PostKind.POST, "7001": PostKind.POST, "7009": PostKind.REPLY}
    reply = next(post for post in fetched.posts if post.post_id == "7009")
    assert reply.reply_to_id == "5550"
    assert fetched.covers_since == dana().authorisation.starts_at
    assert not any(TOKEN in asked for asked in server.asked)


def test_reposts_and_other_peoples_words_are_left_out():
    server = listed(
        thread(3, "11-20", media_type="REPOST_FACADE", username="sam", text="Sam's words"),
        thread(2, "11-10", username="sam", text="Sam's other words"),
        thread(1, "11-01"),
        thread(4, "11-01", username=None),
    )
    fetched = read(server)
    assert [post.post_id for post in fetched.posts] == ["7001"]
    assert fetched.skipped == {"boost": 1, "malformed": 1, "other-author": 1}
    assert "Sam" not in repr(fetched)


def test_a_post_has_its_poll_its_link_and_its_descriptions():
    album = {"data": [{"id": "1", "media_type": "IMAGE", "alt_text": "A leaf"}, {"id": "2", "media_type": "VIDEO"}]}
    post = read(
        listed(
            thread(
                1,
                "11-01",
                media_type="CAROUSEL_ALBUM",
                children=album,
                link_attachment_url="https://fern-street.example/",
                poll_attachment={"option_a": "Tea", "option_b": "Coffee"},
            )
        )
    ).posts[0]
    assert post.text == "Thought 1\nTea\nCoffee"
    assert post.links == ("https://fern-street.example/",)
    assert [(one.kind, one.alt) for one in post.media] == [("image", "A leaf"), ("video", "")]
    assert post.published_at == datetime(2026, 11, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize("lookups", [{}, {"dana": {"username": "another"}}, {"dana": {}}])
def test_a_profile_that_strangers_are_not_shown_is_not_read(lookups):
    server = threads(lookups=lookups)
    with pytest.raises(AccountPrivate):
        read(server)
    assert not any(asked.startswith(("me/threads", "me/replies")) for asked in server.asked)


def test_without_the_permission_to_look_the_profile_up_nothing_is_read():
    with pytest.raises(TokenRefused):
        read(threads(scopes=("threads_basic", "threads_read_replies")))


def test_a_profile_that_has_turned_private_proves_nothing_about_its_posts():
    server = threads()
    platform = server.on(PLATFORM)
    refs = [PostRef("7001", ""), PostRef("99", "")]
    with server, reader(server, platform) as http:
        assert platform.confirm(dana(), refs, http) == {"7001": Presence.PRESENT, "99": Presence.ABSENT}
        server.lookups = {}
        assert set(platform.confirm(dana(), refs, http).values()) == {Presence.UNKNOWN}
        server.fault = LIMIT
        assert set(platform.confirm(dana(), refs, http).values()) == {Presence.UNKNOWN}


def test_a_token_of_somebody_else_reads_nothing():
    with pytest.raises(TokenRefused):
        read(threads(), account("threads", "unused", "43"))


def test_the_profile_behind_an_address_is_the_tokens_owner_or_nobody():
    server = threads()
    platform = server.on(PLATFORM)
    with server, reader(server, platform) as http:
        profile = platform.resolve("https://www.threads.net/@Dana", http)
        assert (profile.platform_id, profile.url) == ("42", "https://www.threads.com/@dana")
        assert platform.proof_texts(profile, http)[0].text == "Counselor"
        with pytest.raises(WrongContent):
            platform.resolve("https://www.threads.net/@sam", http)


def test_a_token_tells_its_permissions_and_its_end_and_can_be_renewed():
    server = threads(fresh_token="fresh")
    platform = server.on(PLATFORM)
    with server, reader(server, platform) as http:
        told = platform.owned(grant("threads", "42"), http, NOW)
        renewed = platform.renew(grant("threads", "42"), http, NOW)
    assert told.scopes == set(server.scopes)
    assert told.expires_at == datetime.fromtimestamp(1_800_000_000, UTC)
    assert renewed.token == "fresh"
    assert "grant_type=th_refresh_token" in server.asked[-1]


def test_what_a_reply_answers_is_seen_where_the_token_may_see_it():
    server = threads()
    server.nodes = {"5550": {"id": "5550", "text": "Does it get better?", "username": "sam"}}
    platform = server.on(PLATFORM)
    with server, reader(server, platform) as http:
        reply = next(post for post in platform.collect(dana(handle="dana"), http, NOW).posts if post.reply_to_id)
        assert platform.parent(dana(handle="dana"), reply, http).author is ParentAuthor.OTHER
        server.nodes = {}
        assert platform.parent(dana(handle="dana"), reply, http) is None


def test_one_damaged_listing_is_an_error():
    with pytest.raises(Malformed):
        read(listed(thread(1, "11-01"), replies=[thread(2, "11-01", id=None)]))


def test_reading_ends_at_the_permission():
    posts = [thread(number, "11-20" if number < 3 else "02-01") for number in range(12)]
    late = dana(authorisation=type(dana().authorisation)(1, "n", "bio", "", datetime(2026, 11, 1, tzinfo=UTC), None))
    server = listed(*posts)
    fetched = read(server, late)
    assert sum(asked.startswith("me/threads") for asked in server.asked) == 2
    assert {post.post_id for post in fetched.posts} >= {"7000", "7001", "7002"}
