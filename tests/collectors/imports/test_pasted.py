"""What comes without an archive: a JSON Feed, pasted posts, a pasted profile."""

import io
import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from collectors.import_registry import read_export
from domain.accounts import AccountKind
from domain.errors import ImportRefused
from domain.posts import Media
from tests.fakes.exports import HANDING


def read(body, form="", handing=HANDING):
    file = io.BytesIO(body.encode() if isinstance(body, str) else body)
    return read_export(file, "psychology-today", handing, form=form)[1]


def feed(*items, **more):
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Tess", "items": items} | more)


def item(number, words, **more):
    return {"id": f"id-{number}", "content_text": words, "date_published": "2026-11-18T10:00:00Z"} | more


def test_a_json_feed_is_read_with_ids_that_say_nothing():
    picture = {"url": "https://larch.example/1.png", "mime_type": "image/png", "title": "A desk"}
    export = read(feed(item(1, "Words", attachments=[picture], url="https://larch.example/1"), description="About me"))
    (post,) = export.posts

    assert (post.text, post.url) == ("Words", "https://larch.example/1")
    assert post.media == (Media("image", "A desk"),)
    assert "id-1" not in post.post_id
    assert (export.profile.bio, export.whole) == ("About me", False)


def test_of_a_feed_by_several_only_the_owners_items_are_kept():
    others = item(2, "Theirs", authors=[{"name": "Ash Beckett"}])
    export = read(feed(item(1, "Mine", authors=[{"name": "Tess Arroway, LPC"}]), others))

    assert [post.text for post in export.posts] == ["Mine"]
    assert export.skipped == {"other-author": 1}
    assert len(read(feed(item(1, "Mine"), others), handing=replace(HANDING, kind=AccountKind.PRACTICE)).posts) == 2


def test_an_item_without_a_date_is_never_judged():
    (post,) = read(feed({"id": "1", "content_text": "Words"})).posts

    assert (post.published_at, post.undatable) == (None, True)


@pytest.mark.parametrize(
    "body", ["", "Hello", "{}", "[]", '{"items": 7}', "{" * 60_000, b"\xff\xff", '{"items": [' + "1" * 5_000 + "]}"]
)
def test_what_is_no_feed_is_refused(body):
    if body == '{"items": [' + "1" * 5_000 + "]}":
        with pytest.raises(ImportRefused):
            read(body)
        return
    with pytest.raises(ImportRefused, match="no JSON Feed"):
        read(body)


PASTED = """
date: 2026-11-18 09:30
address: https://directory.example/tess/1
First post,
in two lines.

Date: 2026-11-19T12:00:00Z
Second post. See date: tomorrow
date: tomorrow
"""


def test_pasted_posts_are_cut_at_their_dates():
    first, second = read(PASTED, "text", replace(HANDING, zone=ZoneInfo("America/New_York"))).posts

    assert (first.text, first.url) == ("First post,\nin two lines.", "https://directory.example/tess/1")
    assert first.published_at.isoformat() == "2026-11-18T14:30:00+00:00"
    assert second.text == "Second post. See date: tomorrow\ndate: tomorrow"
    assert second.published_at.isoformat() == "2026-11-19T12:00:00+00:00"


def test_a_day_without_a_time_is_its_beginning():
    (post,) = read("date: 2026-11-18\nWords", "text").posts

    assert post.published_at.isoformat() == "2026-11-18T00:00:00+00:00"


@pytest.mark.parametrize(
    "body", ["date: 2026-11-18 09:30\r\nWords".encode("utf-16"), "\ufeffdate: 2026-11-18 09:30\nWords"]
)
def test_text_from_any_editor_is_read(body):
    assert [post.text for post in read(body, "text").posts] == ["Words"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "no post"),
        ("Words without a date", "line 1"),
        ("\n\nWords\ndate: 2026-11-18\nMore", "line 3"),
        ("date: 2026-11-18\n\n", "line 1 has no words"),
        ("date: 2026-11-18\nOne\ndate: 2026-11-18\nTwo", "another one's date"),
        (b"date: 2026-11-18\n\xe9", "UTF-8"),
        ("date: 2026-11-18\n" + "a" * 6_000_000, "longer than"),
    ],
)
def test_pasted_text_that_is_not_clear_is_refused_by_line(body, why):
    with pytest.raises(ImportRefused, match=why) as refused:
        read(body, "text")
    assert "Words" not in str(refused.value)


def test_a_pasted_profile_is_the_profile_and_no_post():
    export = read("I help couples.\n", "profile")

    assert (export.posts, export.profile.bio) == ((), "I help couples.")
    with pytest.raises(ImportRefused, match="no words"):
        read(" \n", "profile")


def test_a_date_at_the_end_of_time_is_no_heading():
    said = "date: 0001-01-01 00:00+23:59"
    export = read(f"date: 2026-11-12 09:30\nHello\n{said}\nand more", "text")

    assert export.posts[0].text == f"Hello\n{said}\nand more"
