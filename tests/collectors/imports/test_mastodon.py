import pytest

from collectors.import_registry import read_export
from domain.errors import ImportRefused
from domain.posts import IMAGE, Media, PostKind
from tests.fakes.exports import ACTOR, HANDING, PUBLIC, mastodon, note, tarred, zipped

FOLLOWERS = [f"{ACTOR}/followers"]


def read(*activities, **how):
    return read_export(zipped(mastodon(*activities, **how)), "mastodon", HANDING)[1]


def test_a_public_post_comes_out_as_the_platform_would_show_it():
    more = {"summary": "work", "updated": "2026-11-18T11:00:00Z", "contentMap": {"en": "…"}}
    picture = {"type": "Document", "mediaType": "image/png", "url": "/media/1.png", "name": "A desk"}
    export = read(note(7, 'Hello <a href="https://larch.example/a">there</a>', attachment=[picture], **more))
    (post,) = export.posts

    assert (post.post_id, post.kind, post.text) == ("7", PostKind.POST, "Hello there")
    assert (post.content_warning, post.links, post.language) == ("work", ("https://larch.example/a",), "en")
    assert post.media == (Media(IMAGE, "A desk"),)
    assert post.published_at.isoformat() == "2026-11-18T10:00:00+00:00"
    assert post.edited_at.isoformat() == "2026-11-18T11:00:00+00:00"
    assert (export.names, export.owner_id) == ({"tess@fern.example", ACTOR}, ACTOR)


@pytest.mark.parametrize(
    ("to", "cc", "kept"),
    [
        ([PUBLIC], FOLLOWERS, True),
        (FOLLOWERS, ["as:Public"], True),
        ("Public", [], True),
        (FOLLOWERS, [], False),
        (["https://larch.example/users/ash"], [], False),
        ([], [], False),
    ],
)
def test_only_what_is_addressed_to_the_public_is_kept(to, cc, kept):
    export = read(note(1, "Words", to=to, cc=cc))

    assert bool(export.posts) is kept
    assert export.skipped == ({} if kept else {"not-public": 1})
    assert export.listed_ids == (frozenset({"1"}) if kept else frozenset())


def test_boosts_and_other_peoples_words_are_counted_and_left_out():
    boost = {"type": "Announce", "actor": ACTOR, "object": "https://larch.example/1"}
    theirs = note(2, "Theirs", attributedTo="https://larch.example/users/ash")
    export = read(note(1, "Mine"), boost, theirs, {"type": "Create", "object": 3}, "no object")

    assert [post.text for post in export.posts] == ["Mine"]
    assert export.skipped == {"boost": 1, "malformed": 2, "other-author": 1}
    assert export.whole is False


def test_of_a_post_that_is_answered_only_an_opaque_id_stays():
    export = read(
        note(1, "To myself", inReplyTo=f"{ACTOR}/statuses/9"),
        note(2, "To you", inReplyTo="https://larch.example/@ash/secret"),
    )
    mine, theirs = export.posts

    assert (mine.kind, mine.reply_to_id, mine.replies_to_self) == (PostKind.REPLY, "9", True)
    assert theirs.replies_to_self is False
    assert "ash" not in theirs.reply_to_id
    assert "secret" not in theirs.reply_to_id


def test_mentions_are_no_links_and_poll_options_are_words():
    tag = {"type": "Mention", "href": "https://larch.example/@ash", "name": "@ash@larch.example"}
    body = '<a href="https://larch.example/@ash">@ash</a> which?'
    export = read(note(1, body, type="Question", oneOf=[{"name": "tea"}, {"name": "cake"}], tag=[tag]))

    assert export.posts[0].links == ()
    assert export.posts[0].text.endswith("which?\ntea\ncake")


def test_it_is_whole_when_the_outbox_holds_what_it_counts_and_as_old_as_its_newest_post():
    export = read(note(1, "One", "2026-11-17T00:00:00Z"), note(2, "Two", "2026-11-18T00:00:00Z"))

    assert (export.whole, export.made_at.isoformat()) == (True, "2026-11-18T00:00:00+00:00")
    assert read(note(1, "One"), total=2).whole is False


def test_a_tar_is_read_like_a_zip():
    members = mastodon(note(1, "Words"))

    for file in (
        tarred(members),
        tarred(members, packed=False),
        tarred({f"./{name}": body for name, body in members.items()}),
    ):
        assert read_export(file, "mastodon", HANDING)[1] == read(note(1, "Words"))


def test_a_proof_token_in_the_bio_is_in_the_profile():
    profile = read(note(1, "Words"), bio="section7-abc").profile

    assert profile.bio == "section7-abc\nPractice: Larkspur Bend"
    assert (profile.display_name, profile.handle) == ("Tess Arroway", "tess@fern.example")


@pytest.mark.parametrize("body", ["[]", "{}", '{"orderedItems": 7}', "not json", "[" * 100_000, "\xff"])
def test_a_damaged_outbox_is_told_without_its_words(body):
    members = mastodon() | {"outbox.json": body.encode("latin-1")}

    with pytest.raises(ImportRefused) as refused:
        read_export(zipped(members), "mastodon", HANDING)
    assert refused.value.__cause__ is None
    assert "not json" not in str(refused.value)


def test_no_field_is_trusted_to_be_of_its_type():
    for key in (
        "to",
        "cc",
        "published",
        "updated",
        "summary",
        "tag",
        "attachment",
        "contentMap",
        "inReplyTo",
        "url",
        "oneOf",
    ):
        for value in (None, 7, True, "x", [1, None], {"a": 1}):
            activity = note(1, "Words") | {}
            activity["object"][key] = value
            read(activity)


def test_a_date_in_the_future_makes_an_export_no_younger():
    old, ahead = note(1, "One", "2026-11-17T00:00:00Z"), note(2, "Two", "2199-01-01T00:00:00Z")

    assert read(old, ahead).made_at.isoformat() == "2026-11-17T00:00:00+00:00"
    assert read(ahead).made_at is None
