from http.client import RemoteDisconnected
from urllib.error import URLError

import pytest

from demo.snac_server import account_number
from demo.world import World

PRIVATE = {"jo-06f", "jo-11d"}


@pytest.fixture
def jo(world: World) -> str:
    return f"/api/v1/accounts/{account_number(world.account('jo'))}"


def test_lookup_has_snacs_own_shape(read) -> None:
    account = read("snac", "/api/v1/accounts/lookup?acct=jo")

    assert account.headers["x-creator"] == "snac/2.94"
    assert len(account.json["id"]) == 32
    assert account.json["acct"].startswith("jo@127.0.0.1:")
    assert account.json["note"].endswith("<br>")


def test_errors_are_html(read) -> None:
    unknown = read("snac", "/api/v1/accounts/lookup?acct=nobody")

    assert (unknown.status, unknown.text) == (404, "<h1>404 Not Found (snac/2.94)</h1>")
    assert read("snac", "/api/v2/instance").status == 404


def test_a_single_status_is_refused_without_a_token(read, jo, at) -> None:
    at(9, 20)
    first = read("snac", f"{jo}/statuses").json[0]
    answer = read("snac", f"/api/v1/statuses/{first['id']}")

    assert (answer.status, answer.body) == (401, b"")


def test_lists_have_no_link_and_ignore_min_id(read, jo, at) -> None:
    at(9, 20)
    everything = read("snac", f"{jo}/statuses")
    newest = everything.json[0]["id"]

    assert everything.headers["Link"] is None
    assert read("snac", f"{jo}/statuses?min_id={newest}&since_id={newest}").json == everything.json
    assert read("snac", f"{jo}/statuses?limit=2&max_id={newest}").json == everything.json[1:3]


def test_private_posts_are_listed_to_nobody(read, jo, at, world) -> None:
    at(11, 1)
    listed = {status["url"] for status in read("snac", f"{jo}/statuses?limit=100").json}

    assert listed == {world.url(post) for post in world.posts("jo") if post.id not in PRIVATE}
    hidden = world.url(world.post("jo-11d")).removeprefix(world.address("snac"))
    assert read("snac", hidden).status == 404


def test_an_edit_shows_with_its_time(read, jo, at, world) -> None:
    url = world.url(world.post("jo-11"))

    def seen():
        return next(status for status in read("snac", f"{jo}/statuses").json if status["url"] == url)

    at(9, 30)
    assert ("4,100" in seen()["text"], seen()["edited_at"]) == (True, None)
    at(10, 1)
    assert ("4,100" in seen()["text"], seen()["edited_at"]) == (False, "2026-10-01T12:10:00.000Z")


def test_the_host_is_down_for_a_day(read, jo, at) -> None:
    at(9, 23)
    with pytest.raises((RemoteDisconnected, URLError, ConnectionResetError)):
        read("snac", jo)

    at(9, 24, 0)
    assert read("snac", jo).status == 200
    assert "barn swallows" in read("snac", f"{jo}/statuses?limit=1").text


def test_robots_are_turned_away(read) -> None:
    assert read("snac", "/robots.txt").text == "User-agent: *\nDisallow: /\n"
