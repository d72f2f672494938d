import xml.etree.ElementTree as ET

import pytest

ATOM = "{http://www.w3.org/2005/Atom}"
TOKEN = "section7-abcdefghijklmnop"


def atom_ids(text: str) -> list[str]:
    return [entry.findtext(f"{ATOM}id") or "" for entry in ET.fromstring(text).iter(f"{ATOM}entry")]


def test_the_home_page_names_its_feeds(read) -> None:
    assert '<link rel="alternate" type="application/atom+xml"' in read("blog", "/").text
    podcast = read("podcast", "/").text
    assert podcast.index("application/feed+json") < podcast.index("application/rss+xml")


def test_the_atom_feed_shows_ten_entries_newest_first(read, at) -> None:
    at(10, 4)
    feed = read("blog", "/feed.xml")

    assert feed.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert atom_ids(feed.text) == [f"tag:fieldnotes.example,2026:field-{number:02d}" for number in range(10, 0, -1)]


def test_the_json_feed_shows_fifteen_items_and_rss_the_same(read, at) -> None:
    at(11, 1)
    items = read("podcast", "/feed.json").json["items"]
    rss = ET.fromstring(read("podcast", "/feed.rss").text)

    assert len(items) == 15
    assert [item["id"] for item in items] == [guid.text for guid in rss.iter("guid")]
    assert items[0]["attachments"][0]["mime_type"] == "audio/mpeg"


@pytest.mark.parametrize(("host", "path"), [("blog", "/feed.xml"), ("podcast", "/feed.json"), ("podcast", "/feed.rss")])
def test_validators_hold_until_something_changes(read, at, host, path) -> None:
    at(9, 23)
    first = read(host, path)
    tag, changed = first.headers["ETag"], first.headers["Last-Modified"]

    assert read(host, path, If_None_Match=tag).status == 304
    assert read(host, path, If_Modified_Since=changed).status == 304
    at(9, 25)
    assert read(host, path, If_None_Match=tag, If_Modified_Since=changed).status == 200


def test_an_edit_heals_the_entry(read, at) -> None:
    at(9, 18)
    assert "ferry pilot" in read("blog", "/feed.xml").text
    at(9, 20)
    feed = read("blog", "/feed.xml").text
    assert "ferry pilot" not in feed
    assert "<updated>2026-09-19T14:30:00+00:00</updated>" in feed


def test_a_deleted_entry_leaves_the_feed_and_its_page_answers_404(read, at, world) -> None:
    path = world.url(world.post("field-14")).removeprefix(world.address("blog"))
    at(10, 20, 7)
    assert read("blog", path).status == 200
    assert any(name.endswith("field-14") for name in atom_ids(read("blog", "/feed.xml").text))
    at(10, 20, 9)
    assert read("blog", path).status == 404
    assert not any(name.endswith("field-14") for name in atom_ids(read("blog", "/feed.xml").text))


def test_an_old_entry_leaves_the_window_and_keeps_its_page(read, at, world) -> None:
    at(10, 4)
    path = world.url(world.post("field-p3")).removeprefix(world.address("blog"))

    assert not any(name.endswith("field-p3") for name in atom_ids(read("blog", "/feed.xml").text))
    assert read("blog", path).status == 200


def test_for_a_week_every_address_is_a_maintenance_page(read, at) -> None:
    at(10, 7)
    for path in ("/feed.xml", "/", "/nonsense"):
        answer = read("blog", path)
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "moving to a faster server" in answer.text


def test_for_another_week_the_feed_breaks_off_and_then_it_heals(read, at) -> None:
    at(10, 14)
    broken = read("blog", "/feed.xml")
    assert broken.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    with pytest.raises(ET.ParseError):
        ET.fromstring(broken.text)

    at(10, 19, 0)
    assert len(atom_ids(read("blog", "/feed.xml").text)) == 10


def test_a_token_stands_in_the_well_known_file(read, world) -> None:
    assert read("blog", "/.well-known/section7.txt").status == 404
    world.publish_token("priya", TOKEN)

    assert read("blog", "/.well-known/section7.txt").text == f"{TOKEN}\n"
    assert read("blog", "/.well-known/section7.txt").headers["Content-Type"].startswith("text/plain")


def test_a_token_can_be_a_feed_item(read, world) -> None:
    world.publish_token("sam", TOKEN)
    item = read("podcast", "/feed.json").json["items"][0]

    assert TOKEN in item["content_html"]
    assert read("podcast", "/.well-known/section7.txt").status == 404
    assert TOKEN in read("podcast", item["url"].removeprefix(world.address("podcast"))).text


def test_a_foreign_language_is_declared(read, at) -> None:
    at(10, 23)

    assert 'xml:lang="es"' in read("blog", "/feed.xml").text


def test_robots_are_welcome(read) -> None:
    assert read("blog", "/robots.txt").text.startswith("User-agent: *\n")
