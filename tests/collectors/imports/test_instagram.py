import json

import pytest

from collectors.import_registry import read_export
from collectors.imports.instagram import mended
from domain.errors import ImportRefused
from domain.posts import IMAGE, Media
from tests.fakes.exports import HANDING, garbled, instagram, picture, zipped


def read(*posts, **how):
    return read_export(zipped(instagram(*posts, **how)), "instagram", HANDING)[1]


def test_captions_come_out_as_they_were_written():
    export = read(picture("Café ☕ with a “quote”"), bio="Counsélor")

    assert [post.text for post in export.posts] == ["Café ☕ with a “quote”"]
    assert export.posts[0].media == (Media(IMAGE),)
    assert export.profile.bio == "Counsélor"
    assert export.names == {"@tess"}


@pytest.mark.parametrize("words", ["plain", "déjà", "☕", "\xff\xfe", ""])
def test_mending_is_the_opposite_of_garbling_and_leaves_the_rest_alone(words):
    assert mended(garbled(words)) == words
    assert mended("☕ was never garbled") == "☕ was never garbled"


def test_an_album_has_its_caption_once():
    media = [{"uri": f"media/{number}.jpg", "creation_timestamp": 1_795_000_000, "title": ""} for number in (1, 2)]
    media.append({"uri": "media/3.mp4", "creation_timestamp": 1_795_000_000})
    (post,) = read({"media": media, "title": "All three", "creation_timestamp": 1_795_000_001}).posts

    assert (post.text, [medium.kind for medium in post.media]) == ("All three", [IMAGE, IMAGE, "video"])


def test_a_changed_caption_is_the_same_post():
    before, after = read(picture("One")).posts[0], read(picture("Two")).posts[0]

    assert before.post_id == after.post_id
    assert before.content_hash != after.content_hash


def test_two_posts_of_one_second_are_told_apart():
    one, two = read(picture("One", uri="media/1.jpg"), picture("Two", uri="media/2.jpg")).posts

    assert one.post_id != two.post_id


def test_a_private_account_is_refused():
    with pytest.raises(ImportRefused, match="private"):
        read(picture("Words"), private="True")


@pytest.mark.parametrize("private", [None, "vrai", ""])
def test_where_it_is_not_told_who_can_see_them_posts_are_unclear(private):
    export = read(picture("Words"), private=private)

    assert export.unclear == export.listed_ids != frozenset()
    assert read(picture("Words")).unclear == frozenset()


def test_reels_and_older_folders_are_read():
    members = {
        "content/posts_1.json": json.dumps([picture("Old")]),
        "content/reels.json": json.dumps({"ig_reels_media": [picture("Reel", 1_795_000_100)]}),
    }
    export = read_export(zipped(members), "instagram", HANDING)[1]

    assert {post.text for post in export.posts} == {"Old", "Reel"}
    assert (export.profile, export.names, export.whole) == (None, frozenset(), False)


@pytest.mark.parametrize("body", ["7", '"x"', "null", "[", "[" * 50_000])
def test_a_damaged_list_is_refused(body):
    with pytest.raises(ImportRefused):
        read_export(zipped({"content/posts_1.json": body}), "instagram", HANDING)


def test_no_field_is_trusted_to_be_of_its_type():
    for value in (None, 7, True, "x", [1, None], {"a": 1}):
        read(
            {"media": value}, {"media": [{"uri": value, "creation_timestamp": value, "title": value}]}, picture("Words")
        )
    assert read({}, {"title": "no time"}).skipped == {"malformed": 2}
