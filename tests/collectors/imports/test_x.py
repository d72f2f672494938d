import pytest

from collectors.import_registry import read_export
from domain.errors import ImportRefused
from domain.posts import IMAGE, Media, PostKind
from tests.fakes.exports import HANDING, assigned, tweet, x_archive, zipped


def read(*tweets, **more):
    return read_export(zipped(x_archive(*tweets, **more)), "x", HANDING)[1]


def test_a_tweet_is_read_with_its_addresses_spelled_out():
    urls = [{"url": "https://t.co/a", "expanded_url": "https://larch.example/page"}]
    media = [
        {"url": "https://t.co/b", "type": "photo", "ext_alt_text": "A desk", "media_url_https": "https://x.example/1"}
    ]
    said = "Tea &amp; cake https://t.co/a https://t.co/b"
    export = read(tweet(5, said, entities={"urls": urls, "media": media}, extended_entities={"media": media}))
    (post,) = export.posts

    assert (post.post_id, post.text) == ("5", "Tea & cake https://larch.example/page")
    assert (post.links, post.media) == (("https://larch.example/page",), (Media(IMAGE, "A desk"),))
    assert (post.url, post.kind) == ("https://x.com/i/web/status/5", PostKind.POST)
    assert post.published_at.isoformat() == "2026-11-18T10:00:00+00:00"
    assert (export.names, export.owner_id) == ({"@tess"}, "77")


def test_retweets_are_skipped_and_replies_keep_an_opaque_id():
    reply = {"in_reply_to_status_id_str": "900", "in_reply_to_user_id_str": "12", "in_reply_to_screen_name": "ash"}
    own = {"in_reply_to_status_id_str": "5", "in_reply_to_user_id_str": "77"}
    export = read(tweet(1, "RT @ash: other words"), tweet(2, "@ash yes", **reply), tweet(3, "and more", **own))
    theirs, mine = export.posts

    assert export.skipped == {"boost": 1}
    assert (theirs.kind, theirs.replies_to_self) == (PostKind.REPLY, False)
    assert "900" not in theirs.reply_to_id
    assert (mine.reply_to_id, mine.replies_to_self) == ("5", True)


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        ([("2025-01-01", "Protect")], True),
        ([("2025-01-01", "Protect"), ("2025-06-01", "Unprotect")], False),
        ([("2025-06-01", "Protect"), ("2025-01-01", "Unprotect")], True),
        ([], False),
    ],
)
def test_a_protected_account_is_refused(steps, refused):
    rows = [{"protectedHistory": {"protectedAt": f"{day}T00:00:00.000Z", "action": action}} for day, action in steps]
    archive = {"protected_history": assigned("protected_history", rows)}

    if refused:
        with pytest.raises(ImportRefused, match="protected"):
            read(tweet(1, "Words"), **archive)
    else:
        assert len(read(tweet(1, "Words"), **archive).posts) == 1


def test_the_old_name_and_further_parts_are_read_too():
    members = x_archive(tweet(1, "One"), tweets_part1=assigned("tweets", [tweet(2, "Two")], 1))
    old = {name.replace("tweets.js", "tweet.js"): body for name, body in members.items()}

    for archive in (members, old):
        assert {post.text for post in read_export(zipped(archive), "twitter", HANDING)[1].posts} == {"One", "Two"}


def test_a_long_tweet_has_its_whole_words():
    start = "This is the start of a long note"
    rows = [
        {
            "noteTweet": {
                "noteTweetId": "9",
                "createdAt": "2026-11-18T10:00:01.000Z",
                "core": {"text": f"{start} that goes on."},
            }
        },
        {
            "noteTweet": {
                "noteTweetId": "8",
                "createdAt": "2026-11-18T10:00:01.000Z",
                "core": {"text": "Something else."},
            }
        },
    ]
    export = read(tweet(1, f"{start}… https://t.co/x"), note_tweet=assigned("note_tweet", rows))

    assert export.posts[0].text == f"{start} that goes on."


def test_an_edit_keeps_the_first_id():
    first = tweet(1, "Words", edit_info={"initial": {"editTweetIds": ["1", "2"]}})
    later = tweet(2, "Better words", edit_info={"edit": {"initialTweetId": "1"}})

    assert [post.post_id for post in read(later).posts] == ["1"]
    assert [post.post_id for post in read(first).posts] == ["1"]


@pytest.mark.parametrize(
    ("manifest", "whole", "made"),
    [
        (
            '{"archiveInfo": {"generationDate": "2026-11-19T08:00:00Z", "isPartialArchive": false}}',
            True,
            "2026-11-19T08",
        ),
        (
            '{"archiveInfo": {"generationDate": "2026-11-19T08:00:00Z", "isPartialArchive": true}}',
            False,
            "2026-11-19T08",
        ),
        (
            '{"archiveInfo": {"generationDate": "2099-11-19T08:00:00Z", "isPartialArchive": false}}',
            True,
            "2026-11-20T12",
        ),
        ("{}", False, "2026-11-18T10"),
    ],
)
def test_the_manifest_says_when_it_was_made_and_whether_it_is_whole(manifest, whole, made):
    export = read(tweet(1, "Words"), manifest=f"window.__THAR_CONFIG = {manifest}")

    assert (export.whole, export.made_at.isoformat()[:13]) == (whole, made)


def test_without_its_own_files_nothing_is_guessed():
    members = x_archive(tweet(1, "Words"))
    del members["data/manifest.js"], members["data/profile.js"]
    export = read_export(zipped(members), "x", HANDING)[1]

    assert (export.whole, export.profile) == (False, None)


@pytest.mark.parametrize(
    "body", ["", "window.YTD.tweets.part0 = {", "alert(1)", "window.YTD.tweets.part0 = {}", "[" * 50_000]
)
def test_damaged_javascript_is_refused(body):
    with pytest.raises(ImportRefused, match=r"data/tweets\.js"):
        read(tweets=body)


def test_no_field_is_trusted_to_be_of_its_type():
    for key in (
        "id_str",
        "full_text",
        "created_at",
        "entities",
        "extended_entities",
        "edit_info",
        "in_reply_to_status_id_str",
        "lang",
    ):
        for value in (None, 7, True, "x", [1, None], {"a": 1}, {"urls": [7], "media": "x"}):
            read(tweet(1, "Words", **{key: value}))


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Wed Nov 18 10:00:00 +0000 9999999", "Wed Foo 18 10:00:00 +0000 2026"]
)
def test_a_tweet_without_a_date_is_remembered_and_never_judged(date):
    (post,) = read(tweet(1, "Words", date)).posts

    assert (post.published_at, post.undatable) == (None, True)


@pytest.mark.parametrize("number", [":profile", "", "1" * 21, "x1", "٣"])
def test_an_id_that_is_no_number_is_none_of_xs(number):
    export = read({"tweet": {"id_str": number, "full_text": "Words", "created_at": "Wed Nov 18 10:00:00 +0000 2026"}})

    assert (export.posts, export.skipped, export.whole) == ((), {"malformed": 1}, False)


def test_short_addresses_that_stand_for_each_other_do_not_blow_a_text_up():
    urls = [{"url": mark, "expanded_url": f"https://larch.example/{'abcdefgh' * 9}"} for mark in "abcdefgh"]
    urls += [{"url": "https://t.co/a", "expanded_url": "https://t.co/b"}]
    urls += [{"url": "https://t.co/b", "expanded_url": f"https://larch.example/{'b' * 5000}"}]
    (post,) = read(tweet(1, "abcdefgh https://t.co/a", entities={"urls": urls})).posts

    assert post.text == "abcdefgh https://t.co/b"


def test_no_text_grows_beyond_what_x_allows_many_times():
    urls = [{"url": "https://t.co/a", "expanded_url": f"https://larch.example/{'a' * 1900}"}]
    (post,) = read(tweet(1, "https://t.co/a " * 60_000, entities={"urls": urls})).posts

    assert len(post.text) <= 500_000


@pytest.mark.parametrize("kind", ["direct_messages", "deleted_tweets", "twitter_circle_tweet", "community_tweet"])
def test_what_is_handed_in_under_the_name_of_tweets_and_says_that_it_is_something_else_is_refused(kind):
    members = x_archive() | {"data/tweets.js": assigned(kind, [tweet(1, "Words for one person")])}
    with pytest.raises(ImportRefused, match="other than tweets"):
        read_export(zipped(members), "x", HANDING)


def test_a_message_among_tweets_is_none_of_them():
    message = {"messageCreate": {"id": "3", "text": "Words for one person", "createdAt": "2026-11-01T10:00:00Z"}}
    export = read(tweet(1, "Hello"), message)

    assert [post.text for post in export.posts] == ["Hello"]
    assert export.skipped == {"malformed": 1}


def test_of_very_many_long_tweets_of_one_second_only_a_few_are_looked_at():
    words = ["b" * 300] * 30 + ["a" * 300]
    rows = [{"noteTweet": {"createdAt": "2026-11-18T10:00:00Z", "core": {"text": said}}} for said in words]
    cut = f"{'a' * 250}…"
    export = read(tweet(1, cut), note_tweet=assigned("note_tweet", rows))

    assert export.posts[0].text == cut
    assert read(tweet(1, cut), note_tweet=assigned("note_tweet", rows[-3:])).posts[0].text == words[-1]
