"""What single records and lists of them become, those too that no honest client writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.bluesky_records import (
    Cursor,
    Home,
    Listed,
    Listing,
    beyond_window,
    covers_since,
    key_in,
    parse_parent,
    parse_record,
    parse_view,
    presence_of,
    time_in,
    with_feed,
    with_page,
)
from domain.errors import Malformed
from domain.posts import Media, ParentAuthor, PostKind, Presence
from tests.fakes.collected import NOW, STARTS_AT

DID = "did:plc:tc4qefa6jfuctrjy3qpnufw6"
OTHER = "did:plc:rf3jilaix7dtpxzhlet7mn7j"
HOME = Home(DID, "https://pds.fern-street.example")
KEY = "3n2vvuewwas23"
LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
CID = "bafkreidlp6sdj6jkroakvmbntpy2clsj77foijheae5byt3iwz7d2k542a"


def uri(rkey=KEY, did=DID):
    return f"at://{did}/app.bsky.feed.post/{rkey}"


def record(**changes):
    made = {"$type": "app.bsky.feed.post", "text": "A regular bedtime helps.", "createdAt": "2026-11-22T15:11:04.000Z"}
    return made | changes


def entry(rkey=KEY, did=DID, **changes):
    return {"uri": uri(rkey, did), "cid": CID, "value": record(**changes)}


def post(**changes):
    return parse_record(entry(**changes), HOME).post


def tid(at: datetime) -> str:
    value, key = int(at.timestamp() * 1_000_000) << 10, ""
    for _ in range(13):
        value, digit = divmod(value, 32)
        key = LETTERS[digit] + key
    return key


def dated(at, claims=None):
    return Listed(tid(at), claims or at)


def days(count):
    return NOW - timedelta(days=count)


def link(start, end, address="https://fern-street.example/groups", kind="link"):
    feature = {"$type": f"app.bsky.richtext.facet#{kind}", "uri": address, "did": OTHER}
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}


def picture(alt, cid=CID):
    return {"alt": alt, "image": {"$type": "blob", "ref": {"$link": cid}, "mimeType": "image/png", "size": 70}}


def labelled(*values):
    return {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": value} for value in values]}


def test_a_post_s_address_is_by_the_lasting_key():
    made = post()
    assert (made.post_id, made.url) == (KEY, f"https://bsky.app/profile/{DID}/post/{KEY}")
    assert (made.kind, made.published_at) == (PostKind.POST, datetime(2026, 11, 22, 15, 11, 4, tzinfo=UTC))


def test_labels_are_the_warning_and_signs_to_programs_are_not():
    made = post(labels=labelled("graphic-media", "!warn", "nudity"))
    assert made.content_warning == "graphic-media, nudity"
    assert made.full_text.startswith("graphic-media, nudity\n\n")


def test_tags_beside_the_text_are_words_of_the_post():
    assert post(tags=["sleep", "", 5, "routine"]).text == "A regular bedtime helps.\n#sleep #routine"


def test_links_are_where_clients_show_them_counted_in_bytes():
    text = "☕ café: here"
    size = len(text.encode())
    places = [(11, size), (11, size + 1), (5, 5), (-1, 3), ("0", 3), (0, 2.5), (8, 3)]
    facets = [link(*place, f"https://fern-street.example/{number}") for number, place in enumerate(places)]
    assert post(text=text, facets=facets).links == ("https://fern-street.example/0",)
    assert len(text) < size


@pytest.mark.parametrize("address", ["javascript:alert(1)", "at://did:plc:x/y", "https://", "", None, 5])
def test_what_is_no_web_address_is_no_link(address):
    assert post(facets=[link(0, 5, address)]).links == ()


def test_people_who_are_mentioned_are_no_links():
    assert post(text="@sam.test hello", facets=[link(0, 9, kind="mention"), link(0, 9, kind="tag")]).links == ()


def test_a_card_is_a_link_and_its_words_are_the_linked_page_s():
    external = {"uri": "https://news.example/a", "title": "Somebody's headline", "description": "Somebody's words"}
    made = post(embed={"$type": "app.bsky.embed.external", "external": external})
    assert made.links == ("https://news.example/a",)
    assert "Somebody" not in made.full_text
    assert made.media == ()


def test_a_moving_picture_s_own_description_is_read_and_the_picture_site_s_is_not():
    card = {"uri": "https://media.tenor.com/x/y.gif?hh=1", "title": "Cat", "description": "Alt: a cat that waves"}
    assert post(embed={"external": card}).media == (Media("gifv", "a cat that waves"),)
    for description in ("ALT: Cat Wave GIF", "", "Alt: "):
        assert post(embed={"external": card | {"description": description}}).media == ()
    assert post(embed={"external": card | {"uri": "https://nottenor.com/x"}}).media == ()


def test_pictures_have_their_descriptions_and_are_public_at_the_account_s_server():
    made = post(embed={"images": [picture(" A sign with a lark "), picture("", "../../x"), "x", {"alt": 5}]})
    address = f"https://pds.fern-street.example/xrpc/com.atproto.sync.getBlob?did=did%3Aplc%3A{DID[8:]}&cid={CID}"
    assert made.media == (Media("image", "A sign with a lark", address), Media("image"), Media("image"))


def test_a_film_has_its_description():
    assert post(embed={"video": {"ref": {"$link": CID}}, "alt": "The new office"}).media == (
        Media("video", "The new office"),
    )


def test_of_a_quote_with_media_the_media_are_read_and_the_quoted_post_is_not():
    quoted = {"record": {"uri": uri(did=OTHER), "cid": CID}}
    made = post(embed={"record": quoted, "media": {"images": [picture("Our garden")]}})
    assert [medium.alt for medium in made.media] == ["Our garden"]
    assert made.links == ()


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ({"parent": {"uri": uri()}, "root": {"uri": uri()}}, (PostKind.REPLY, uri(), True)),
        ({"parent": {"uri": uri(did=OTHER)}, "root": {"uri": uri()}}, (PostKind.REPLY, uri(did=OTHER), False)),
        ({"parent": {"uri": 5}}, (PostKind.REPLY, None, None)),
        ("nonsense", (PostKind.REPLY, None, None)),
    ],
)
def test_a_reply_names_its_parent_and_whether_that_is_the_owner_s(reply, expected):
    made = post(reply=reply)
    assert (made.kind, made.reply_to_id, made.replies_to_self) == expected


@pytest.mark.parametrize(
    ("langs", "language"),
    [(["en", "de"], "en"), (["", "pt-BR"], "pt-BR"), (["x" * 99], None), ("en", None), ([], None)],
)
def test_the_language_is_the_first_that_is_one(langs, language):
    assert post(langs=langs).language == language


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "malformed"),
        ([], "malformed"),
        ({}, "malformed"),
        ({"uri": 5, "value": record()}, "malformed"),
        ({"uri": uri("."), "value": record()}, "other-author"),
        ({"uri": f"at://{DID}/app.bsky.feed.repost/{KEY}", "value": record()}, "malformed"),
        ({"uri": f"{uri()}/more", "value": record()}, "malformed"),
        ({"uri": uri(did=OTHER), "value": record()}, "other-author"),
        ({"uri": uri(), "value": None}, "malformed"),
        ({"uri": uri(), "value": record(text=None)}, "malformed"),
        ({"uri": uri(), "value": record(text=["a"])}, "malformed"),
        ({"uri": uri(), "value": record() | {"$type": "app.bsky.feed.like"}}, "malformed"),
        (entry(labels=labelled("!no-unauthenticated")), "not-public"),
    ],
)
def test_what_is_no_public_post_of_the_account_says_why(value, reason):
    listed = parse_record(value, HOME)
    assert (listed.post, listed.skipped) == (None, reason)


def test_what_no_database_takes_is_removed():
    made = post(text="a\x00b\ud800c", tags=["\udfff", "x\x00y"], embed={"images": [picture("\x00d")]})
    assert made.text.encode() == b"abc\n#xy"
    assert made.media[0].alt == "d"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
FIELDS = ("text", "facets", "embed", "reply", "langs", "labels", "tags", "createdAt")


@given(
    st.dictionaries(st.sampled_from(FIELDS), JSON),
    st.dictionaries(st.sampled_from(("images", "external", "media", "video", "alt")), JSON),
)
def test_no_record_stops_the_others(changes, embed):
    for value in (entry(**changes), entry(embed=embed), changes):
        listed = parse_record(value, HOME)
        assert listed.post is not None or listed.skipped
        if listed.post:
            listed.post.content_hash.encode()


@given(JSON)
def test_no_view_stops_the_others(value):
    assert parse_view(value, DID).skipped


def test_an_edit_is_seen_in_the_words_and_not_in_the_address_of_a_picture():
    elsewhere = Home(DID, "https://new-pds.example")
    one = entry(embed={"images": [picture("A sign")]})
    moved = parse_record(one, elsewhere).post
    assert moved.content_hash == parse_record(one, HOME).post.content_hash
    assert post(text="Edited").content_hash != post().content_hash


@pytest.mark.parametrize(
    ("rkey", "at"),
    [
        ("3n2vvubagb223", datetime(2026, 11, 22, 15, 16, tzinfo=UTC)),
        ("self", None),
        ("zzzzzzzzzzzzz", None),
        ("222222222222", None),
        ("3N2VVUBAGB223", None),
    ],
)
def test_a_key_is_a_time_only_where_it_is_one(rkey, at):
    assert (found := time_in(rkey)) == at or abs(found - at) < timedelta(minutes=1)


def test_a_key_made_from_a_time_gives_it_back():
    assert time_in(tid(NOW)) == NOW
    assert time_in("2" * 13).year == 1970
    assert time_in("j" + "z" * 12).year == 2540  # the farthest there is


def test_a_list_to_its_end_covers_everything_since_the_permission():
    assert covers_since(Listing((), complete=True), STARTS_AT) == STARTS_AT


@pytest.mark.parametrize(
    ("items", "covered"),
    [
        ([dated(days(1)), dated(days(9))], days(8)),
        ([dated(days(1)), dated(days(2000))], STARTS_AT),
        ([dated(days(9)), dated(days(1))], None),
        ([dated(days(1)), dated(days(9), claims=days(3))], None),
        ([dated(days(1)), Listed("self", days(9))], None),
        ([Listed("", skipped="malformed"), dated(days(9))], None),
        ([], None),
    ],
    ids=["in-order", "past-the-permission", "out-of-order", "date-ahead-of-key", "other-key", "no-key", "empty"],
)
def test_a_part_of_a_list_covers_what_its_keys_prove(items, covered):
    assert covers_since(Listing(tuple(items)), STARTS_AT) == covered


def test_a_window_ends_a_day_before_the_permission():
    day = timedelta(days=1)
    assert beyond_window([dated(STARTS_AT - 2 * day)], STARTS_AT)
    assert not beyond_window([dated(STARTS_AT - day / 2)], STARTS_AT)
    assert not beyond_window([dated(STARTS_AT - 2 * day, claims=NOW)], STARTS_AT)
    assert not beyond_window([], STARTS_AT)


def hundred(first=0):
    return [dated(NOW - timedelta(minutes=first + number)) for number in range(100)]


def test_pages_end_with_one_that_is_not_full_and_a_repeated_one_proves_nothing():
    one = with_page(Listing(), hundred(), STARTS_AT, None)
    assert (one.complete, one.over) == (False, False)
    last = with_page(one, hundred(100)[:40], STARTS_AT, None)
    assert (last.complete, last.over, len(last.items)) == (True, True, 140)
    again = with_page(one, hundred(), STARTS_AT, None)
    assert (again.complete, again.over) == (False, True)
    part = with_page(one, hundred()[:40], STARTS_AT, None)
    assert (part.complete, part.over) == (False, True)
    assert with_page(one, [], STARTS_AT, None).complete


def test_a_page_of_somebody_else_s_records_is_damage():
    with pytest.raises(Malformed):
        with_page(Listing(), [Listed("", skipped="other-author")], STARTS_AT, None)


def test_a_feed_never_proves_that_something_is_absent():
    one = with_feed(Listing(), [dated(days(1))], STARTS_AT)
    assert (one.complete, one.over) == (False, False)
    assert with_feed(one, [dated(days(1))], STARTS_AT).over
    assert with_feed(one, [dated(days(2000))], STARTS_AT).over
    assert not with_feed(one, [], STARTS_AT).complete


def test_a_cursor_comes_back_as_it_was_written():
    cursor = Cursor("3n2v", "https://pds.example", "dana.test", NOW, STARTS_AT, NOW)
    assert Cursor.read(cursor.write()) == cursor
    assert Cursor.read(Cursor().write()) == Cursor()


@pytest.mark.parametrize("saved", [None, "", "x", "[]", "5", '{"rev": 5, "document_at": "soon"}', "[" * 100_000])
def test_what_is_no_cursor_begins_anew(saved):
    assert Cursor.read(saved) == Cursor()


@pytest.mark.parametrize(
    ("answer", "presence"),
    [
        (entry(), Presence.PRESENT),
        (entry(labels=labelled("!no-unauthenticated")), Presence.ABSENT),
        (entry("3n2vvueqgak23"), Presence.UNKNOWN),
        (entry(did=OTHER), Presence.UNKNOWN),
        ({"uri": uri()}, Presence.UNKNOWN),
        ({}, Presence.UNKNOWN),
    ],
)
def test_only_the_record_itself_proves_that_it_is_there(answer, presence):
    assert presence_of(answer, HOME, KEY) is presence


def test_a_parent_is_its_words_and_whose_they_are():
    assert parse_parent(record(labels=labelled("nudity")), own=False).text == "nudity\n\nA regular bedtime helps."
    assert parse_parent(record(), own=True).author is ParentAuthor.SELF
    assert parse_parent({}, own=False) is None
    assert parse_parent(record(labels=labelled("!no-unauthenticated")), own=False) is None


def test_an_address_is_a_post_s_only_in_the_account():
    assert key_in(uri(), DID) == KEY
    assert key_in(uri(), OTHER) == ""
    assert key_in(uri(".."), DID) == ""
    assert key_in("at://dana.test/app.bsky.feed.post/3n2v", DID) == ""
