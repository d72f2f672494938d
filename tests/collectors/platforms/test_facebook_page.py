from dataclasses import replace
from datetime import UTC, datetime

import pytest

from collectors.base import PostRef
from collectors.platforms.facebook_page import PLATFORM, name_in
from domain.errors import AccountPrivate, Malformed, TokenRefused, WrongContent
from domain.posts import ParentAuthor, PostKind, Presence
from tests.collectors.meta import NOW, TOKEN, facebook, grant, page_post, reader
from tests.fakes.collected import account
from tests.fakes.graph import LIMIT

EDGE = "1001/published_posts"


def page(**changes):
    return account("facebook_page", "unused", "1001", **changes)


def read(server, who=None):
    with server, reader(server, server.on(PLATFORM)) as http:
        return server.on(PLATFORM).collect(who or page(), http, NOW)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.facebook.com/FernStreet", "fernstreet"),
        ("https://m.facebook.com/FernStreet/?ref=x", "fernstreet"),
        ("https://www.facebook.com/profile.php?id=1001", "1001"),
        ("https://www.facebook.com/pages/Fern-Street/1001", "1001"),
        ("https://www.facebook.com/p/Fern-Street-1001/", "1001"),
        ("https://www.facebook.com/groups", ""),
        ("https://www.facebook.com/groups/12", ""),
        ("https://facebook.example/FernStreet", ""),
    ],
)
def test_pages_are_recognised_by_name_or_number(url, name):
    assert name_in(url) == name
    assert PLATFORM.recognises(url) is bool(name)


def test_published_posts_are_read_page_by_page_with_the_token_in_no_address():
    server = facebook()
    fetched = read(server)
    assert [post.text for post in fetched.posts] == ["Open house 3", "Open house 2", "Open house 1"]
    assert fetched.posts[0].url == "https://www.facebook.com/fernstreet/posts/3"
    assert fetched.covers_since == page().authorisation.starts_at
    assert not any(TOKEN in asked for asked in server.asked)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_published": False}, "not-public"),
        ({"is_published": None}, "not-public"),
        ({"privacy": {"value": "ALL_FRIENDS"}}, "not-public"),
        ({"privacy": {"value": "CUSTOM"}}, "not-public"),
        ({"privacy": None}, "not-public"),
        ({"from": {"id": "77"}}, "other-author"),
        ({"from": None}, "other-author"),
        ({"id": None}, "malformed"),
    ],
)
def test_only_what_says_that_everybody_may_see_it_is_read(change, reason):
    fetched = read(facebook(edges={EDGE: [page_post(2, "11-10") | change, page_post(1, "11-01")]}))
    assert [post.post_id for post in fetched.posts] == ["1001_1"]
    assert fetched.skipped == {reason: 1}
    assert fetched.listed_ids == {"1001_1"}


def test_a_shared_link_is_the_pages_and_pictures_are_counted():
    attachments = {
        "data": [
            {"media_type": "link", "unshimmed_url": "https://news.example/story", "title": "Somebody else's words"},
            {"media_type": "album", "subattachments": {"data": [{"media_type": "photo"}, {"media_type": "video"}]}},
        ]
    }
    post = read(facebook(edges={EDGE: [page_post(1, "11-01", attachments=attachments)]})).posts[0]
    assert post.links == ("https://news.example/story",)
    assert [one.kind for one in post.media] == ["image", "video"]
    assert "Somebody" not in repr(post)


def test_the_time_of_an_update_is_not_even_asked_for_since_comments_move_it():
    server = facebook()
    read(server)
    assert not any("updated_time" in asked for asked in server.asked)


def commented():
    def comment(number, author, **more):
        made = {"id": str(number), "message": f"Words {number}", "created_time": "2026-11-02T09:00:00+0000"}
        return made | {"from": {"id": author}, "permalink_url": f"https://www.facebook.com/c/{number}"} | more

    listing = {
        "data": [
            comment(50, "77"),
            comment(51, "1001", parent={"id": "50"}),
            comment(52, "1001"),
            comment(53, "1001", is_private=True),
            comment(54, "1001", is_hidden=True),
            comment(55, "1001", message=None),
            comment(56, ""),
        ]
    }
    return facebook(edges={EDGE: [page_post(1, "11-01", comments=listing)]})


def test_the_pages_own_comments_are_read_and_no_others():
    fetched = read(commented())
    comments = {post.post_id: post for post in fetched.posts if post.kind is PostKind.COMMENT}
    assert {key: (one.reply_to_id, one.replies_to_self) for key, one in comments.items()} == {
        "51": ("50", None),
        "52": ("1001_1", True),
    }
    assert fetched.skipped == {"malformed": 1, "not-public": 2, "other-author": 2}
    assert "Words 50" not in repr(fetched)


def test_names_of_people_are_not_asked_for():
    server = commented()
    read(server)
    assert [asked for asked in server.asked[1:] if "name" in asked or "from%7Bid%7D" not in asked] == []


def test_without_the_permission_for_comments_posts_are_read_all_the_same_and_it_is_said():
    fetched = read(facebook(scopes=("pages_read_engagement",)))
    assert len(fetched.posts) == 3
    assert "pages_read_user_content" in fetched.notes[0]


def test_a_persons_token_reads_nothing():
    server = facebook()
    server.fields["me"] = frozenset({"id", "name"})
    with pytest.raises(TokenRefused, match="not a page's own"):
        read(server)


def test_a_page_that_is_not_published_is_private():
    server = facebook()
    server.me["is_published"] = False
    with pytest.raises(AccountPrivate):
        read(server)


def test_a_token_of_another_page_reads_nothing():
    with pytest.raises(TokenRefused, match="another page's"):
        read(facebook(), account("facebook_page", "unused", "2"))


def test_a_token_tells_its_permissions_and_its_end():
    server = facebook()
    platform = server.on(PLATFORM)
    with server, reader(server, platform) as http:
        told = platform.owned(grant("facebook_page", "1001"), http, NOW)
        assert told.profile.platform_id == "1001"
        assert told.scopes == {"pages_read_engagement", "pages_read_user_content"}
        assert told.expires_at == datetime.fromtimestamp(1_800_000_000, UTC)
        server.inspected = {"type": "USER"}
        with pytest.raises(TokenRefused, match="person's token"):
            platform.owned(grant("facebook_page", "1001"), http, NOW)
        server.inspected = {"type": "PAGE", "is_valid": False}
        with pytest.raises(TokenRefused, match="not valid"):
            platform.owned(grant("facebook_page", "1001"), http, NOW)


def test_a_page_is_found_by_its_name_its_number_and_its_link():
    server = facebook()
    platform = server.on(PLATFORM)
    with server, reader(server, platform) as http:
        for url in ("https://facebook.com/fernstreet", "https://www.facebook.com/profile.php?id=1001"):
            assert platform.resolve(url, http).handle == "FernStreet"
        with pytest.raises(WrongContent):
            platform.resolve("https://facebook.com/otherpage", http)


def test_single_posts_are_asked_for_and_absence_needs_a_plain_answer():
    server = facebook()
    platform = server.on(PLATFORM)
    refs = [PostRef("1001_1", ""), PostRef("1001_99", "")]
    with server, reader(server, platform) as http:
        assert platform.confirm(page(), refs, http) == {"1001_1": Presence.PRESENT, "1001_99": Presence.ABSENT}
        server.fault = LIMIT
        assert set(platform.confirm(page(), refs, http).values()) == {Presence.UNKNOWN}


@pytest.mark.parametrize(
    ("post_id", "now", "presence"),
    [
        ("1001_1", {"privacy": {"value": "ALL_FRIENDS"}}, Presence.ABSENT),
        ("1001_1", {"is_published": False}, Presence.ABSENT),
        ("1001_1", {"privacy": {}}, Presence.UNKNOWN),
        ("1001_1", {"privacy": None}, Presence.UNKNOWN),
        ("1001_1", {"is_published": "true"}, Presence.UNKNOWN),
        ("555_6", {"is_hidden": True, "is_private": False}, Presence.ABSENT),
        ("555_6", {"is_private": True}, Presence.ABSENT),
        ("555_6", {"is_hidden": False, "is_private": False}, Presence.PRESENT),
    ],
)
def test_what_the_page_alone_can_still_see_is_not_there_for_everybody(post_id, now, presence):
    server = facebook(nodes={post_id: page_post(1, "11-01") | {"id": post_id} | now})
    platform = server.on(PLATFORM)
    with server, reader(server, platform) as http:
        assert platform.confirm(page(), [PostRef(post_id, "")], http) == {post_id: presence}


def test_what_a_comment_answers_is_seen_in_memory():
    server = commented()
    server.nodes = {"50": {"id": "50", "message": "Words 50", "from": {"id": "77"}}}
    platform = server.on(PLATFORM)
    with server, reader(server, platform) as http:
        posts = {post.post_id: post for post in platform.collect(page(), http, NOW).posts}
        assert platform.parent(page(), posts["51"], http).author is ParentAuthor.OTHER
        assert platform.parent(page(), posts["52"], http).author is ParentAuthor.SELF
        assert platform.parent(page(), replace(posts["52"], reply_to_id="404"), http) is None


def test_a_list_without_ids_is_damaged():
    with pytest.raises(Malformed):
        read(facebook(edges={EDGE: [page_post(1, "11-01", id=None)]}))
