"""The pure half of the feed platform: bytes to posts, by case folder, by rule and by chance."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.feeds.listing import Words
from collectors.feeds.parse import is_page, parse_feed
from collectors.feeds.posts import MAX_ID, MAX_ITEMS, plain, to_items
from collectors.feeds.xml_guard import MAX_MARKUP, decode, harmless, without_prologue
from domain.errors import AccessRefused, CollectError, Malformed, TooLarge, WrongContent
from tests.fakes.collected import DATA, post_as_json

CASES = sorted(path.name for path in (DATA / "feed").iterdir())
URL = "https://fern-street.example/feed"


def read(body, content_type=""):
    body = body.encode() if isinstance(body, str) else body
    return to_items(parse_feed(body, content_type, URL), URL)


def texts(body):
    return [item.post.text for item in read(body).items]


def ids(body):
    return [item.post.post_id for item in read(body).items]


def rss(*items):
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"><channel><title>t</title>{inner}</channel></rss>'


def outcome(case: Path):
    listing = parse_feed(next(case.glob("input.*")).read_bytes(), "", URL)
    found = to_items(listing, URL)
    return {
        "title": plain(listing.title),
        "description": plain(listing.description),
        "home": listing.home,
        "ttl": listing.ttl,
        "malformed": found.malformed,
        "duplicates": found.duplicates,
        "items": [post_as_json(item.post) | {"authors": list(item.authors)} for item in found.items],
    }


@pytest.mark.parametrize("name", CASES)
def test_case_folder_reads_as_stated(name):
    case = DATA / "feed" / name
    assert outcome(case) == json.loads((case / "expected.json").read_text())


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_entity_declarations_are_refused_in_every_coding(coding):
    bomb = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + rss("<title>&b;</title>")
    with pytest.raises(Malformed, match="entities of its own"):
        read(bomb.encode(coding))


def test_entity_bomb_does_not_hide_behind_a_comment_or_an_odd_codec():
    hidden = '<!-- <a> --><!DOCTYPE r [<!-- ]> --> <!entity a "ha">]>' + rss("<title>&a;</title>")
    with pytest.raises(Malformed, match="entities of its own"):
        read(hidden)
    written = '<?xml version="1.0" encoding="utf-7"?><!DOCTYPE r [<!ENTITY a "x">]>' + rss("<title>&a;</title>")
    disguised = written.replace("<!ENTITY", "+ADw-!ENTITY").encode()
    assert all("x" not in text for text in _texts_or_nothing(disguised))


def _texts_or_nothing(body):
    try:
        return texts(body)
    except CollectError:
        return []


def test_doctype_in_words_and_late_entities_are_only_words():
    assert texts(rss("<guid>1</guid><description><![CDATA[Say <code>&lt;!ENTITY x&gt;</code>]]></description>")) == [
        "Say <!ENTITY x>"
    ]


@pytest.mark.parametrize("codec", ["utf-7", "unicode_escape", "punycode", "idna", "rot13", "undefined", "no-such"])
def test_codecs_no_document_is_written_in_are_passed_over(codec):
    assert decode("Größe".encode(), f'text/xml; charset="{codec}"') == "Größe"


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ("é".encode(), "", "é"),
        ("é".encode("latin-1"), "text/xml; charset=iso-8859-1", "é"),
        (b'<?xml version="1.0" encoding="koi8-r"?>\xc1', "text/xml", '<?xml version="1.0" encoding="koi8-r"?>а'),
        ("é".encode(), "text/xml; charset=us-ascii", "é"),
        ("\ufeffé".encode("utf-16-le"), "text/xml; charset=utf-8", "é"),
        (b"\x93\xe9\x94", "application/xml; charset=utf-8", "“é”"),
        (b"\x81", "", "\ufffd"),
    ],
)
def test_coding_is_mark_then_header_then_declaration_then_guess(body, content_type, expected):
    assert decode(body, content_type) == expected


def test_body_that_is_an_address_is_never_fetched():
    for body in ("http://127.0.0.1:9/secret", "file:///etc/hostname", "/etc/hostname"):
        with pytest.raises(WrongContent):  # sockets are not faked here: a fetch would fail otherwise, and loudly
            read(body)


def test_web_page_is_no_feed_and_a_login_page_says_so():
    with pytest.raises(WrongContent, match="web page"):
        read("<!-- hi --><!DOCTYPE html><html><body><p>" + "Hello there. " * 300 + "</p></body></html>")
    with pytest.raises(AccessRefused):
        read('<html><title>Log in</title><form><input name="p" type="password"></form></html>')
    with pytest.raises(WrongContent):
        read('<?xml version="1.0"?><urlset><url><loc>https://fern-street.example/</loc></url></urlset>')
    with pytest.raises(WrongContent):
        read('{"items": {}}')
    with pytest.raises(WrongContent):
        read("")


def test_feed_with_an_html_doctype_is_still_a_feed():
    assert texts('<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN">' + rss("<title>found</title>")) == ["found"]
    assert is_page(b"\n<html lang=en>", "")
    assert not is_page(rss().encode(), "")


def test_items_with_unreadable_names_are_damage_and_not_an_empty_feed():
    with pytest.raises(Malformed, match="items that cannot be read"):
        read('<rss version="2.0"><channel><!-- <item > --></channel></rss>')


def test_title_that_only_begins_the_body_is_not_said_twice():
    assert texts(
        rss("<guid>1</guid><title>A short walk in...</title><description>A short walk in the rain</description>")
    ) == ["A short walk in the rain"]


def test_every_text_is_kept_unless_another_holds_it():
    item = (
        "<guid>1</guid><title>T</title><description>An excerpt of its own</description>"
        '<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">&lt;p&gt;The whole text&lt;/p&gt;</content:encoded>'
    )
    assert texts(rss(item)) == ["T\n\nThe whole text\n\nAn excerpt of its own"]
    assert texts(rss(item.replace("An excerpt of its own", "The whole […]"))) == ["T\n\nThe whole text"]


def test_words_in_frames_and_unclosed_objects_are_kept():
    assert plain(Words("safe<object data='x'> <b>words</b>", is_html=True)) == "safe words"


def test_ids_stay_when_a_new_item_arrives_on_top():
    old = [
        f"<guid isPermaLink='false'>same</guid><title>Post {n}</title><pubDate>0{n} Nov 2026 07:00:00 GMT</pubDate>"
        for n in (1, 2, 3)
    ]
    before = ids(rss(*reversed(old[:2])))
    after = ids(rss(*reversed(old)))
    assert after[1:] == before
    assert len(set(after)) == 3


def test_id_is_guid_then_link_then_hash_and_never_endless():
    found = ids(
        rss(
            "<guid isPermaLink='false'>g</guid><link>https://a.example/</link>",
            "<link>https://a.example/b</link>",
            "<title>w</title>",
        )
    )
    assert found[:2] == ["g", "https://a.example/b"]
    assert found[2].startswith("sha256:")
    assert len(ids(rss(f"<guid isPermaLink='false'>{'g' * 5000}</guid>"))[0]) <= MAX_ID


def test_items_beyond_the_limit_are_counted_and_dropped():
    found = read(rss(*(f"<guid>{n}</guid>" for n in range(MAX_ITEMS + 2))))
    assert (len(found.items), found.beyond) == (MAX_ITEMS, 2)


@pytest.mark.parametrize(
    "body",
    [
        "<rss>" + "<a>" * (MAX_MARKUP + 1),
        rss("<description>" + "<![CDATA[ ]]>" * 30_001 + "</description>"),
        rss("<author>" + "a" * 1_000_000 + "</author>"),
        rss("<dc:creator><![CDATA[" + "a@" * 500_000 + "]]></dc:creator>"),
    ],
    ids=["tags", "sections", "author", "creator"],
)
def test_documents_that_would_take_minutes_are_refused(body):
    with pytest.raises(TooLarge):
        read(body)


@pytest.mark.parametrize(
    "body",
    [
        "<?xml version='1.0'?>" + "\n" * 1_000_000 + rss("<title>x</title>"),
        "<!-- -->" * 10_000 + "<!DOCTYPE a [" + "<!--" * 200_000 + rss(),
        rss("<title>x</title><description>" + "&#8195;" * 200_000 + "</description>").replace(
            "<title>", "<br><title>", 1
        ),
        rss("<title>x</title>" + "".join(f"<category>{n}</category>" for n in range(20_000))),
        '{"items":' + "[" * 1_000_000,
    ],
    ids=["newlines", "doctype", "spaces", "categories", "json"],
)
def test_documents_made_to_be_slow_are_not(body):
    started = time.perf_counter()
    _texts_or_nothing(body.encode())
    assert time.perf_counter() - started < 15


def test_impossible_references_become_the_replacement_character():
    assert harmless(
        "&#0; &#xD800; &#x110000; &#99999999999999999999; &nbsp;&eacute; &amp; &lt; &bogus; &#233; &#32;|"
    ) == ("\ufffd \ufffd \ufffd \ufffd \u00a0é &amp; &lt; &bogus; &#233;  |")


def test_prologue_is_left_behind():
    assert (
        without_prologue("<?xml version='1.0'?>\n<!-- <x> --><!DOCTYPE rss SYSTEM 'http://a.example/>'>\n<rss/>")
        == "<rss/>"
    )


pieces = st.sampled_from(
    ["<rss>", "<channel>", "<item>", "</item>", "<title>", "</title>", "<description>", "<![CDATA[", "]]>", "<feed xmlns='http://www.w3.org/2005/Atom'>",
     "<entry>", "<content type='xhtml'>", "<content type='application/pdf' mode='base64'>", "<!DOCTYPE", "[", "<!ENTITY", ">", "<", "&", "&#x", "&#55296;", "<link href='http://['/>",
     "<guid>", "<published>", "0000-99-99T99:99:99", "<author>", "<enclosure type='audio/x'/>", "<media:content xmlns:media='http://search.yahoo.com/mrss/'>", "<itunes:image>",
     "\x00", "{", '"items":[', "{}", "]", "}", "<psc:chapter start='99:99'/>", "<georss:point>1</georss:point>", "<updated>", "9" * 40, "<source>", "<image>", "<width>x</width>"]
)  # fmt: skip


@settings(max_examples=300, deadline=5000)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.lists(st.one_of(pieces, st.text(max_size=5)), max_size=40)
        .map("".join)
        .map(lambda text: text.encode("utf-8", "replace")),
    ),
    st.sampled_from(["", "text/xml", "application/xml; charset=utf-16"]),
)
def test_any_bytes_give_posts_or_a_collect_error(body, content_type):
    try:
        found = read(body, content_type)
    except CollectError:
        return
    assert all(item.post.post_id for item in found.items)
    assert len({item.post.post_id for item in found.items}) == len(found.items)
    assert all(len(item.post.content_hash) == 64 for item in found.items)


@settings(max_examples=60, deadline=5000)
@given(st.sampled_from(CASES), st.data())
def test_real_feeds_damaged_anywhere_give_posts_or_a_collect_error(name, data):
    body = next((DATA / "feed" / name).glob("input.*")).read_bytes()
    at = data.draw(st.integers(0, len(body)))
    damaged = body[:at] + data.draw(st.binary(max_size=8)) + body[at + data.draw(st.integers(0, 40)) :]
    try:
        found = read(damaged)
    except CollectError:
        return
    assert all(item.post.post_id for item in found.items)
