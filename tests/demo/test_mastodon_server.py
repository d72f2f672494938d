import re
from collections.abc import Callable

import pytest

from demo.mastodon_entities import account_number, quoted_id
from demo.world import World

TOKEN = "section7-abcdefghijklmnop"
PRIVATE = {"tess-05", "tess-12"}


@pytest.fixture
def tess(world: World) -> str:
    return f"/api/v1/accounts/{account_number(world.account('tess'))}"


def ids(statuses) -> list[str]:
    return [status["id"] for status in statuses]


def story_ids(world: World, statuses) -> set[str]:
    by_url = {world.url(post): post.id for post in world.posts("tess")}
    return {by_url[status["url"]] for status in statuses}


def everything(read: Callable, tess: str) -> list[dict]:
    found, page = [], read("fedi", f"{tess}/statuses?limit=40")
    while page.json:
        found += page.json
        page = read("fedi", f"{tess}/statuses?limit=40&max_id={found[-1]['id']}")
    return found


def test_lookup_gives_the_account_that_the_id_gives(read, tess, at) -> None:
    at(9, 8)
    account = read("fedi", "/api/v1/accounts/lookup?acct=tess_amaro")

    assert account.status == 200
    assert account.json == read("fedi", tess).json
    assert account.json["acct"] == "tess_amaro"
    assert account.json["note"].startswith("<p>lmft at larkspur bend")


def test_unknown_things_are_not_found_in_json(read, tess) -> None:
    for path in ("/api/v1/accounts/lookup?acct=nobody", "/api/v1/accounts/1", "/api/v1/statuses/1", "/api/v1/nonsense"):
        answer = read("fedi", path)
        assert (answer.status, answer.json) == (404, {"error": "Record not found"})


def test_statuses_have_the_keys_of_the_real_entity_and_none_of_a_login(read, tess, at) -> None:
    at(9, 24)
    status = read("fedi", f"{tess}/statuses?limit=1").json[0]

    assert {"id", "uri", "url", "created_at", "edited_at", "content", "spoiler_text", "visibility", "language"} <= set(
        status
    )
    assert not {"favourited", "reblogged", "bookmarked", "pinned", "muted"} & set(status)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", status["created_at"])


def test_pages_by_max_id_hold_every_open_post_once(read, tess, at, world) -> None:
    at(11, 2, 12)
    found = everything(read, tess)
    gone = {post.id for post in world.posts("tess") if post.removed(world.now)}

    assert len(ids(found)) == len(set(ids(found)))
    assert story_ids(world, found) == {post.id for post in world.posts("tess")} - PRIVATE - gone
    assert {status["visibility"] for status in found} == {"public", "unlisted"}


def test_private_posts_are_not_found_by_id_either(read, world, at) -> None:
    at(11, 1, 12)
    for story_id in PRIVATE:
        number = world.url(world.post(story_id)).rsplit("/", 1)[1]
        assert read("fedi", f"/api/v1/statuses/{number}").status == 404
        assert read("fedi", f"/@tess_amaro/{number}").status == 404


def test_link_headers_lead_forward_and_back(read, tess, at) -> None:
    at(9, 24)
    page = read("fedi", f"{tess}/statuses?limit=3&exclude_reblogs=true")
    links = dict(re.findall(r'<([^>]+)>; rel="(\w+)"', page.headers["Link"]))
    by_rel = {rel: url for url, rel in links.items()}

    assert f"max_id={page.json[-1]['id']}" in by_rel["next"]
    assert f"min_id={page.json[0]['id']}" in by_rel["prev"]
    assert "exclude_reblogs=true" in by_rel["next"]


def test_since_id_gives_the_newest_and_min_id_the_next(read, tess, at) -> None:
    at(9, 24)
    newest = ids(read("fedi", f"{tess}/statuses").json)
    anchor = newest[10]

    assert ids(read("fedi", f"{tess}/statuses?limit=2&since_id={anchor}").json) == newest[:2]
    assert ids(read("fedi", f"{tess}/statuses?limit=2&min_id={anchor}").json) == newest[8:10]


def test_boosts_are_listed_empty_with_the_other_post_inside(read, tess, at, world) -> None:
    at(9, 12)
    boosts = [status for status in read("fedi", f"{tess}/statuses").json if status["reblog"]]

    assert [status["content"] for status in boosts] == [""]
    assert boosts[0]["reblog"]["account"]["acct"] == "harrow_birds@owl.example"
    assert not any(status["reblog"] for status in read("fedi", f"{tess}/statuses?exclude_reblogs=true").json)


def test_a_reply_leads_to_its_parent_by_somebody_else(read, world, at) -> None:
    at(9, 15)
    post = world.post("tess-08")
    number = world.url(post).rsplit("/", 1)[1]
    reply = read("fedi", f"/api/v1/statuses/{number}").json
    parent = read("fedi", f"/api/v1/statuses/{reply['in_reply_to_id']}").json

    assert reply["in_reply_to_id"] == quoted_id(post)
    assert reply["in_reply_to_account_id"] == parent["account"]["id"] == reply["mentions"][0]["id"]
    assert parent["account"]["acct"] == "lena_okafor_lmft@teacup.example"


def test_a_thread_answers_itself(read, world, tess, at) -> None:
    at(10, 5)
    statuses = {status["url"]: status for status in read("fedi", f"{tess}/statuses?limit=40").json}
    first, second = (statuses[world.url(world.post(name))] for name in ("tess-20", "tess-21"))

    assert (second["in_reply_to_id"], second["in_reply_to_account_id"]) == (first["id"], first["account"]["id"])


def test_polls_alt_texts_and_warnings_are_on_the_wire(read, world, tess, at) -> None:
    at(10, 12)
    statuses = {status["url"]: status for status in everything(read, tess)}
    shown = {name: statuses[world.url(world.post(name))] for name in ("tess-13", "tess-07", "tess-26")}

    assert [option["title"] for option in shown["tess-13"]["poll"]["options"]][-1] == "gravity"
    assert shown["tess-13"]["poll"]["expired"] is True
    assert "empty clipboard" in shown["tess-07"]["media_attachments"][0]["description"]
    assert (shown["tess-26"]["spoiler_text"], shown["tess-26"]["sensitive"]) == ("pet loss", True)


def test_counters_move_while_the_words_stay(read, tess, at) -> None:
    at(9, 9, 14)
    early = read("fedi", f"{tess}/statuses?pinned=true").json[0]
    at(9, 11)
    late = read("fedi", f"{tess}/statuses?pinned=true").json[0]

    assert early["content"] == late["content"]
    assert early["favourites_count"] < late["favourites_count"]


def test_a_deleted_status_is_gone_from_list_and_by_id(read, world, tess, at) -> None:
    at(9, 25, 9)
    url = world.url(world.post("tess-15"))
    number = url.rsplit("/", 1)[1]
    assert number in ids(read("fedi", f"{tess}/statuses").json)

    at(9, 25, 10)
    assert number not in ids(read("fedi", f"{tess}/statuses").json)
    assert read("fedi", f"/api/v1/statuses/{number}").status == 404
    assert read("fedi", f"/api/v1/statuses?id[]={number}").json == []


def test_rate_limit_headers_count_to_an_iso_time(read, tess, at) -> None:
    at(9, 8, 12, 1)
    headers = read("fedi", tess).headers

    assert headers["X-RateLimit-Limit"] == "300"
    assert headers["X-RateLimit-Reset"] == "2026-09-08T16:05:00.000000Z"
    assert headers["Date"] == "Tue, 08 Sep 2026 16:01:00 GMT"


def test_one_week_long_everything_is_too_many(read, tess, at) -> None:
    at(9, 28, 0)
    limited = read("fedi", f"{tess}/statuses")

    assert (limited.status, limited.json) == (429, {"error": "Too many requests"})
    assert limited.headers["X-RateLimit-Remaining"] == "0"
    assert limited.headers["Retry-After"] is None
    at(10, 5, 0)
    assert read("fedi", f"{tess}/statuses").status == 200


def test_an_unchanged_list_answers_304(read, tess, at) -> None:
    at(9, 24)
    first = read("fedi", f"{tess}/statuses")
    again = read("fedi", f"{tess}/statuses", If_None_Match=first.headers["ETag"])

    assert first.headers["ETag"].startswith('W/"')
    assert (again.status, again.body) == (304, b"")


def test_history_tells_the_versions(read, world, at) -> None:
    at(9, 24)
    number = world.url(world.post("tess-03")).rsplit("/", 1)[1]
    history = read("fedi", f"/api/v1/statuses/{number}/history").json

    assert [version["created_at"] for version in history] == ["2026-09-09T16:30:00.000Z"]


def test_a_token_in_the_bio_is_read_back(read, tess, world) -> None:
    assert TOKEN not in read("fedi", tess).text
    world.publish_token("tess", TOKEN)

    assert TOKEN in read("fedi", tess).json["note"]


def test_a_verified_field_leads_to_the_page_that_links_back(read, world) -> None:
    world.publish_token("practice", TOKEN)
    lookup = "/api/v1/accounts/lookup?acct=larkspurbend"
    row = read("fedi", lookup).json["fields"][0]

    assert row["verified_at"] is not None
    assert f"/{TOKEN}/" in row["value"]
    back = read("site", f"/{TOKEN}/")
    assert f'<a rel="me" href="{world.address("fedi")}/@larkspurbend">' in back.text


def test_webfinger_and_nodeinfo_point_home(read, world) -> None:
    finger = read("fedi", "/.well-known/webfinger?resource=acct:tess_amaro@127.0.0.1")
    info = read("fedi", "/nodeinfo/2.0")

    assert finger.headers["Content-Type"].startswith("application/jrd+json")
    assert finger.json["aliases"][0] == f"{world.address('fedi')}/@tess_amaro"
    assert info.json["software"]["name"] == "mastodon"


def test_head_has_the_headers_and_no_body(read, tess) -> None:
    assert read("fedi", tess, method="HEAD").body == b""
    assert int(read("fedi", tess, method="HEAD").headers["Content-Length"]) > 100
