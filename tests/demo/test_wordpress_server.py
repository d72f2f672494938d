from collections.abc import Callable

import pytest

from demo.addresses import wordpress_number
from demo.world import World

TOKEN = "section7-abcdefghijklmnop"
POSTS = "/wp-json/wp/v2/posts"
COMMENTS = "/wp-json/wp/v2/comments"


@pytest.fixture
def number(world: World) -> Callable[[str], int]:
    return lambda story_id: wordpress_number(world.post(story_id))


def test_the_front_page_leads_to_the_interface(read, world) -> None:
    home = read("site", "/")

    assert f'<{world.address("site")}/wp-json/>; rel="https://api.w.org/"' in home.headers["Link"]
    assert '<link rel="https://api.w.org/"' in home.text
    assert read("site", "/wp-json/").json["namespaces"] == ["oembed/1.0", "wp/v2"]


def test_totals_count_and_a_page_past_the_end_is_400(read, at) -> None:
    at(10, 9)
    page = read("site", f"{POSTS}?per_page=5&page=1")
    past = read("site", f"{POSTS}?per_page=5&page=9")

    assert len(page.json) == 5
    assert (page.headers["X-WP-Total"], page.headers["X-WP-TotalPages"]) == ("13", "3")
    assert 'rel="next"' in page.headers["Link"]
    assert (past.status, past.json["code"]) == (400, "rest_post_invalid_page_number")


def test_too_many_per_page_and_other_states_are_400(read) -> None:
    assert read("site", f"{POSTS}?per_page=101").json["code"] == "rest_invalid_param"
    assert read("site", f"{POSTS}?status=draft").status == 400


def test_pages_hold_every_post_once(read, at) -> None:
    at(11, 1)
    found = [post["id"] for page in (1, 2, 3, 4) for post in read("site", f"{POSTS}?per_page=5&page={page}").json]

    assert len(found) == len(set(found)) == int(read("site", POSTS).headers["X-WP-Total"])


def test_dates_are_local_and_utc_without_a_zone(read, at, number) -> None:
    at(9, 9)
    post = read("site", f"{POSTS}/{number('wp-01')}").json

    assert (post["date"], post["date_gmt"]) == ("2026-09-08T08:30:00", "2026-09-08T12:30:00")
    assert "couldn&#8217;t" not in post["title"]["rendered"]
    assert "&#8220;couldn&#8217;t pay attention&#8221;" in post["content"]["rendered"]


def test_authors_are_told_apart(read, at) -> None:
    at(10, 9)
    users = {user["slug"]: user["id"] for user in read("site", "/wp-json/wp/v2/users").json}
    mine = read("site", f"{POSTS}?author={users['marcus-bell']}&per_page=100").json

    assert {post["author"] for post in mine} == {users["marcus-bell"]}
    assert int(read("site", POSTS).headers["X-WP-Total"]) > len(mine)
    assert read("site", "/wp-json/wp/v2/users?slug=marcus-bell").json[0]["id"] == users["marcus-bell"]


def test_drafts_and_scheduled_posts_are_forbidden_and_unlisted(read, at, number) -> None:
    at(10, 1)
    listed = {post["id"] for post in read("site", f"{POSTS}?per_page=100").json}
    for story_id in ("wp-draft", "wp-future"):
        answer = read("site", f"{POSTS}/{number(story_id)}")
        assert (answer.status, answer.json["code"]) == (401, "rest_forbidden")
        assert number(story_id) not in listed


def test_a_protected_post_keeps_its_words(read, at, number, world) -> None:
    at(10, 9)
    post = read("site", f"{POSTS}/{number('wp-protected')}").json

    assert post["content"] == {"rendered": "", "protected": True}
    for path in (world.url(world.post("wp-protected")).removeprefix(world.address("site")), POSTS, "/feed/"):
        assert "whiteboard" not in read("site", path).text


def test_a_trashed_post_is_401_comes_back_and_is_modified(read, at, number) -> None:
    path = f"{POSTS}/{number('wp-06')}"
    at(10, 11)
    assert read("site", path).json["modified_gmt"] == "2026-09-29T12:30:00"
    at(10, 13)
    assert (read("site", path).status, read("site", path).json["code"]) == (401, "rest_forbidden")
    at(10, 17)
    assert read("site", path).json["modified_gmt"] == "2026-10-16T19:00:00"


def test_what_never_was_is_404(read) -> None:
    assert read("site", f"{POSTS}/9999").json["code"] == "rest_post_invalid_id"
    assert read("site", f"{COMMENTS}/9999").json["code"] == "rest_comment_invalid_id"
    assert read("site", "/2026/01/01/nothing/").status == 404


def test_an_edit_moves_modified_and_counts_a_revision(read, at, number) -> None:
    path = f"{POSTS}/{number('wp-08')}"
    at(10, 15, 13)
    before = read("site", path).json
    at(10, 15, 14)
    after = read("site", path).json

    assert before["modified_gmt"] == before["date_gmt"] < after["modified_gmt"] == "2026-10-15T17:20:00"
    assert after["_links"]["version-history"][0]["count"] == 1
    assert "BELLDOZE" in after["content"]["rendered"]
    assert [post["id"] for post in read("site", f"{POSTS}?orderby=modified&per_page=1").json] == [after["id"]]
    since = read("site", f"{POSTS}?modified_after=2026-10-15T17:00:00Z").json
    assert [post["id"] for post in since] == [after["id"]]


def test_comments_of_everybody_are_listed_and_guests_have_author_0(read, at, number) -> None:
    at(9, 10)
    comments = read("site", f"{COMMENTS}?post={number('wp-01')}&order=asc").json

    assert [(comment["author"], comment["parent"]) for comment in comments] == [(0, 0), (3, number("wp-01-c1"))]
    assert comments[0]["author_name"] == "Odalys T."
    assert comments[1]["link"].endswith(f"#comment-{number('wp-01-c2')}")


def test_fields_can_be_chosen_and_the_plain_route_works(read, at) -> None:
    at(9, 10)

    assert set(read("site", f"{POSTS}?_fields=id,title").json[0]) == {"id", "title"}
    assert read("site", "/?rest_route=/wp/v2/posts").json == read("site", POSTS).json


def test_slashes_are_escaped_as_php_does(read, at) -> None:
    at(9, 10)

    assert b'"http:\\/\\/127.0.0.1' in read("site", POSTS).body


def test_a_token_in_the_authors_description_is_read_back(read, world) -> None:
    world.publish_token("marcus", TOKEN)

    assert TOKEN in read("site", "/wp-json/wp/v2/users/3").json["description"]
    assert TOKEN in read("site", "/author/marcus-bell/").text


def test_the_feed_answers_304_when_nothing_changed(read, at) -> None:
    at(9, 10)
    first = read("site", "/feed/")

    assert first.headers["Content-Type"].startswith("application/rss+xml")
    assert read("site", "/feed/", If_None_Match=first.headers["ETag"]).status == 304
