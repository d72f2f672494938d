"""The feed platform against scripted sites: found, proven, read conditionally, confirmed."""

from __future__ import annotations

import json
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from collectors.base import PostRef
from collectors.feeds.cursor import POLLS_BEFORE_MOVING, FeedCursor, not_before
from collectors.feeds.identity import item_key
from collectors.feeds.memory import Trace
from collectors.platforms.feed import PLATFORM
from domain.accounts import AccountKind, Proof
from domain.errors import AccessRefused, AccountGone, Malformed, RateLimited, RobotsDisallow, ServerFault, WrongContent
from domain.posts import Fetched, NotModified, PostKind, Presence, ProfileSeen
from tests.fakes.collected import DATA, NOW, account
from tests.fakes.http import FakeHttp, answer

SITE = "https://fern-street.example"
FEED = f"{SITE}/feed"
RSS = "application/rss+xml; charset=utf-8"


def item(number, day=1, author=""):
    name = f'<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">{author}</dc:creator>' if author else ""
    return (
        f"<item><guid isPermaLink='false'>id-{number}</guid><link>{SITE}/{number}</link><title>Post {number}</title>"
        f"<pubDate>{day:02} Nov 2026 07:00:00 GMT</pubDate>{name}</item>"
    )


def rss(*items, extra=""):
    return f"<rss version='2.0'><channel><title>Notes</title><link>{SITE}/</link><description>By Dana</description>{extra}{''.join(items)}</channel></rss>"


def feed(*items, extra="", **headers):
    return answer(rss(*items, extra=extra), content_type=RSS, **headers)


def page(body, **headers):
    return answer(f"<!doctype html><html>{body}</html>", content_type="text/html; charset=utf-8", **headers)


def dana(cursor=None, **changes):
    return account("feed", FEED, cursor=cursor, url=f"{SITE}/", **changes)


def collect(given, cursor=None, **changes):
    http = FakeHttp({FEED: given})
    return PLATFORM.collect(dana(cursor, **changes), http, NOW), http


def fetched(*items, cursor=None, **changes):
    found, _ = collect(feed(*items), cursor, **changes)
    assert isinstance(found, Fetched)
    return found


@pytest.mark.parametrize(
    "path", ["/feed", "/feed/", "/blog/rss", "/atom", "/index.xml", "/@dana.rss", "/news.atom", "/feed.json", "/FEED"]
)
def test_address_that_ends_like_a_feed_is_recognised(path):
    assert PLATFORM.recognises(SITE + path)


@pytest.mark.parametrize("path", ["", "/", "/about", "/feedback", "/rss/about", "/data.json", "/?feed=rss2"])
def test_other_addresses_are_not_claimed(path):
    assert not PLATFORM.recognises(SITE + path)


def test_reading_gives_articles_and_what_they_prove():
    found = fetched(item(2, day=3), item(1, day=2))
    assert [(post.post_id, post.url, post.text, post.kind) for post in found.posts] == [
        (item_key("id-2"), f"{SITE}/2", "Post 2", PostKind.ARTICLE),
        (item_key("id-1"), f"{SITE}/1", "Post 1", PostKind.ARTICLE),
    ]
    assert found.listed_ids == {item_key("id-1"), item_key("id-2")}
    assert found.covers_since == datetime(2026, 11, 2, 7, tzinfo=UTC)
    assert (found.profile, dict(found.skipped), found.not_before) == (ProfileSeen("By Dana", "Notes"), {}, None)


def test_absence_proves_nothing_when_an_item_has_no_date_or_cannot_be_read():
    assert fetched(item(1), "<item><guid>x</guid></item>").covers_since is None
    damaged = fetched(item(1), "<item></item>")
    assert damaged.covers_since is None
    assert damaged.skipped == {"malformed": 1}
    assert fetched().covers_since is None


def test_both_validators_are_kept_and_sent_and_304_is_not_modified():
    first, _ = collect(feed(item(1), etag='"a"', last_modified="Mon, 02 Nov 2026 07:00:00 GMT"))
    second, http = collect(answer(status=304), first.cursor)
    assert http.requests[0].validators == {"If-None-Match": '"a"', "If-Modified-Since": "Mon, 02 Nov 2026 07:00:00 GMT"}
    assert http.requests[0].robots
    assert isinstance(second, NotModified)
    assert second.cursor == first.cursor


def test_same_body_with_status_200_is_not_modified_and_renews_the_validators():
    first, _ = collect(feed(item(1), etag='"a"'))
    second, _ = collect(feed(item(1), etag='"b"'), first.cursor)
    assert isinstance(second, NotModified)
    third, http = collect(feed(item(1), item(2)), second.cursor)
    assert http.requests[0].validators == {"If-None-Match": '"b"'}
    assert isinstance(third, Fetched)
    assert len(third.posts) == 2


def test_emptied_feed_is_a_fault_and_an_empty_new_one_is_not():
    assert fetched().posts == ()
    with pytest.raises(Malformed, match="had items before"):
        fetched(cursor=fetched(item(1)).cursor)


@pytest.mark.parametrize(
    "cursor",
    [
        None,
        "",
        "[]",
        "not json",
        '{"etag": 5, "items": "many", "url": null, "listing": [["a"], 3, ["a", "b", "c", 4]]}',
    ],
)
def test_cursor_that_is_none_of_ours_reads_as_a_fresh_one(cursor):
    assert FeedCursor.load(cursor) == FeedCursor()
    assert len(fetched(item(1), cursor=cursor).posts) == 1


def test_cursor_survives_the_round_trip():
    listing = (Trace("1", "2", "3", "id-1"), Trace("4"))
    kept = FeedCursor("e", "l", "h", 3, "u", "m", 2, several_authors=True, names_staff=True, listing=listing)
    assert FeedCursor.load(kept.dump()) == kept


def polls(*responses):
    cursor, asked = None, []
    for response in responses:
        http = FakeHttp({FEED: response, f"{SITE}/new.xml": response})
        cursor = PLATFORM.collect(dana(cursor), http, NOW).cursor
        asked += http.urls
    return asked


def test_permanent_move_on_the_host_is_followed_after_three_readings():
    moved = replace(feed(item(1)), url=f"{SITE}/new.xml", moved_to=f"{SITE}/new.xml")
    assert polls(*[moved] * (POLLS_BEFORE_MOVING + 1)) == [FEED] * POLLS_BEFORE_MOVING + [f"{SITE}/new.xml"]


def test_move_that_does_not_last_is_not_followed():
    moved = replace(feed(item(1)), moved_to=f"{SITE}/new.xml")
    assert polls(moved, moved, feed(item(1)), moved, moved, feed(item(1))) == [FEED] * 6
    other = replace(moved, moved_to=f"{SITE}/other.xml")
    assert polls(moved, moved, other, moved, moved, other) == [FEED] * 6


@pytest.mark.parametrize("target", ["https://parked.example/feed", "http://fern-street.example/feed"])
def test_move_to_another_host_or_away_from_https_is_never_followed_for_good(target):
    moved = replace(feed(item(1)), url=target, moved_to=target)
    assert polls(*[moved] * 6) == [FEED] * 6


@pytest.mark.parametrize(
    ("headers", "ttl", "expected"),
    [
        ({}, None, None),
        ({"cache_control": "public, max-age=600"}, None, timedelta(minutes=10)),
        ({"cache_control": "max-age=31536000"}, None, timedelta(days=1)),
        ({"cache_control": "no-cache"}, 60, timedelta(hours=1)),
        ({"cache_control": "max-age=600"}, 99999999, timedelta(days=1)),
        ({"retry_after": "7200", "cache_control": "max-age=600"}, None, timedelta(hours=2)),
    ],
)
def test_feed_is_left_alone_as_long_as_it_asks_but_never_over_a_day(headers, ttl, expected):
    extra = f"<ttl>{ttl}</ttl>" if ttl else ""
    http = FakeHttp({FEED: feed(item(1), extra=extra, **headers)}, now=NOW)
    found = PLATFORM.collect(dana(), http, NOW)
    assert found.not_before == (NOW + expected if expected else None)


def test_not_modified_also_says_when_to_come_back():
    found, _ = collect(answer(status=304, cache_control="max-age=60"))
    assert found.not_before == NOW + timedelta(minutes=1)
    assert not_before(answer(cache_control="max-age=0"), 0, NOW) is None


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (page('<title>Log in</title><form><input type="password" name="pwd"></form>'), AccessRefused),
        (page("<p>Domain for sale</p>"), WrongContent),
        (answer("", content_type=RSS), WrongContent),
        (answer('<!DOCTYPE r [<!ENTITY a "ha">]>' + rss(item(1)), content_type=RSS), Malformed),
        (answer(status=410), AccountGone),
        (answer(status=404), AccountGone),
        (answer(status=503), ServerFault),
        (answer(status=429, retry_after="60"), RateLimited),
    ],
)
def test_what_is_no_feed_is_an_error_that_names_it(given, error):
    with pytest.raises(error):
        collect(given)


def test_one_author_is_the_owner_whatever_the_name():
    assert len(fetched(item(1, author="admin"), item(2, author="Admin"), item(3)).posts) == 3


def test_colleagues_posts_are_left_out_and_still_listed():
    found = fetched(item(1, author="Dana M. Ferreira, LPC"), item(2, author="Lee Okafor"), item(3))
    assert [post.post_id for post in found.posts] == [item_key("id-1"), item_key("id-3")]
    assert found.skipped == {"other-author": 1}
    assert found.listed_ids == {item_key("id-1"), item_key("id-2"), item_key("id-3")}


def test_feed_that_once_named_several_stays_a_group_feed():
    first = fetched(item(1, author="Dana Ferreira"), item(2, author="Lee Okafor"))
    later = fetched(item(3, author="Lee Okafor"), cursor=first.cursor)
    assert later.posts == ()
    assert later.skipped == {"other-author": 1}


def test_a_guest_who_fills_the_window_after_the_owner_is_not_the_owner():
    first = fetched(item(1, author="Dana Ferreira"))
    later = fetched(item(2, author="A Guest"), cursor=first.cursor)
    assert later.posts == ()
    assert later.skipped == {"other-author": 1}


def test_pen_name_with_a_guest_post_keeps_the_feeds_own_author():
    body = rss(
        item(1, author="The Calm Room"),
        item(2, author="A Guest"),
        extra="<managingEditor>The Calm Room</managingEditor>",
    )
    found, _ = collect(answer(body, content_type=RSS))
    assert [post.post_id for post in found.posts] == [item_key("id-1")]


def test_group_feed_without_the_owners_name_gives_nobodys_posts():
    assert fetched(item(1, author="Lee Okafor"), item(2, author="A Guest")).posts == ()


def test_practice_account_keeps_every_author():
    found = fetched(item(1, author="Dana Ferreira"), item(2, author="Lee Okafor"), kind=AccountKind.PRACTICE)
    assert len(found.posts) == 2


def test_feed_address_resolves_to_itself():
    profile = PLATFORM.resolve(FEED, FakeHttp({FEED: feed(item(1))}))
    assert (profile.platform, profile.platform_id, profile.api_base, profile.url) == (
        "feed",
        "fern-street.example/feed",
        FEED,
        f"{SITE}/",
    )
    assert (profile.display_name, profile.bio) == ("Notes", "By Dana")
    assert FEED in profile.reads


def test_page_resolves_to_the_feed_of_posts_it_announces():
    head = (
        '<head><link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">'
        '<link rel="alternate" type="application/rss+xml" title="Notes" href="/feed"></head>'
    )
    http = FakeHttp({SITE: page(head), FEED: feed(item(1))})
    assert PLATFORM.resolve(SITE, http).api_base == FEED
    assert http.urls == [f"{SITE}/", FEED]
    assert all(asked.robots for asked in http.requests)


def test_feed_of_comments_is_not_taken_even_when_there_is_no_other():
    named = '<link rel="alternate" type="application/rss+xml" title="A &raquo; Comments Feed" href="/comments/feed/" />'
    with pytest.raises(WrongContent, match="no feed of posts"):
        PLATFORM.resolve(SITE, FakeHttp({SITE: page(f"<head>{named}</head>")}))


def test_page_without_a_feed_is_wrong_content_and_nothing_is_guessed():
    http = FakeHttp({SITE: page("<p>Hello</p>")})
    with pytest.raises(WrongContent, match="no feed of posts"):
        PLATFORM.resolve(SITE, http)
    assert len(http.requests) == 1
    with pytest.raises(AccessRefused):
        PLATFORM.resolve(SITE, FakeHttp({SITE: page('<h1>Sign in</h1><input type="password">')}))


def test_home_page_on_another_host_is_not_taken_for_the_profile():
    body = rss(item(1)).replace(f"<link>{SITE}/</link>", "<link>https://elsewhere.example/</link>")
    assert PLATFORM.resolve(FEED, FakeHttp({FEED: answer(body, content_type=RSS)})).url == FEED


def proofs(**script):
    base = {
        FEED: feed(item(1)),
        f"{SITE}/": page('<body>tok-bio <a rel="me" href="https://me.example/tok">x</a></body>'),
    }
    well_known = f"{SITE}/.well-known/section7.txt"
    http = FakeHttp(
        base
        | {well_known: answer("tok-file", content_type="text/plain")}
        | {f"{SITE}{path}": given for path, given in script.items()}
    )
    profile = PLATFORM.resolve(FEED, http)
    return {(proof.proof, proof.text) for proof in PLATFORM.proof_texts(profile, http)}


def test_token_is_looked_for_in_feed_page_links_and_file():
    assert proofs() == {
        (Proof.FEED_ITEM, "Notes"),
        (Proof.FEED_ITEM, "By Dana"),
        (Proof.FEED_ITEM, "Post 1"),
        (Proof.REL_ME, "https://me.example/tok"),
        (Proof.WELL_KNOWN, "tok-file"),
    }


TOKEN = "section7-abc"
WELL_KNOWN = "/.well-known/section7.txt"


def proven(body, url=FEED, **pages):
    """In which places of the feed at `url` the token is found; every other place of the site says it as well."""
    shown = page(f"<body><section class='comments'><p>Mallory: {TOKEN}</p></section></body>")
    file = answer(TOKEN, content_type="text/plain")
    script = {url: answer(body, content_type=RSS), f"{SITE}/": shown, f"{SITE}{WELL_KNOWN}": file}
    http = FakeHttp(script | {f"{SITE}{path}": given for path, given in pages.items()})
    texts = PLATFORM.proof_texts(PLATFORM.resolve(url, http), http)
    return {text.proof for text in texts if TOKEN in text.text}


def test_token_in_a_visitors_comment_on_the_home_page_proves_nothing():
    assert proven(rss(item(1)), **{WELL_KNOWN: answer(status=404)}) == set()


def test_token_in_an_item_counts_only_where_one_author_writes():
    mine, other = item(1, author="Dana Ferreira"), item(TOKEN, author="Mallory Guest")
    no_file = {WELL_KNOWN: answer(status=404)}
    assert proven(rss(mine, other), **no_file) == set()
    assert proven(rss(other, extra="<managingEditor>d@x.example (Dana Ferreira)</managingEditor>"), **no_file) == set()
    assert proven(rss(mine, item(TOKEN, author="dana ferreira")), **no_file) == {Proof.FEED_ITEM}
    assert proven(rss(item(TOKEN)), **no_file) == {Proof.FEED_ITEM}


@pytest.mark.parametrize(
    "path", ["/~tess/feed", "/author/tess/feed", "/tess.xml", "/feed?author=3", "/feeds/tess.xml", "/blog/index.xml"]
)
def test_file_of_a_host_that_others_may_share_proves_nothing(path):
    assert proven(rss(item(1)), SITE + path) == set()


@pytest.mark.parametrize("path", ["/feed", "/feed/atom", "/index.xml", "/feeds/all.atom.xml", "/?feed=rss2"])
def test_file_of_a_site_that_has_its_host_to_itself_counts(path):
    assert proven(rss(item(1)), SITE + path) == {Proof.WELL_KNOWN}


def test_file_of_a_host_whose_feed_belongs_to_a_page_in_a_folder_proves_nothing():
    assert (
        proven(rss(item(1)).replace(f"<link>{SITE}/</link>", f"<link>{SITE}/~tess/</link>"), **{"/~tess/": page("")})
        == set()
    )


def test_places_that_send_whoever_asks_to_another_host_prove_nothing():
    file = answer(TOKEN, content_type="text/plain", url=f"https://elsewhere.example{WELL_KNOWN}")
    home = replace(page(f"<a rel='me' href='https://x.example/{TOKEN}'>x</a>"), url="https://elsewhere.example/")
    assert proven(rss(item(1)), **{WELL_KNOWN: file, "/": home}) == set()
    first, moved = feed(item(1)), replace(feed(item(TOKEN)), url="https://elsewhere.example/feed")
    http = FakeHttp({FEED: [first, moved]})
    with pytest.raises(WrongContent, match="another host"):
        PLATFORM.proof_texts(PLATFORM.resolve(FEED, http), http)


@pytest.mark.parametrize("path", ["/comments/feed", "/?feed=comments-rss2", "/feeds/comments/default", "/comments.xml"])
def test_feed_of_comments_is_refused_by_its_address(path):
    with pytest.raises(WrongContent, match="other people's words"):
        PLATFORM.resolve(SITE + path, FakeHttp({SITE + path: feed(item(1))}))


@pytest.mark.parametrize("title", ["Comments on: Sleep", "Comments for Notes"])
def test_feed_of_comments_is_refused_by_its_title_unless_its_items_are_commented_on(title):
    body = rss(item(1)).replace("<title>Notes", f"<title>{title}")
    with pytest.raises(WrongContent, match="other people's words"):
        PLATFORM.resolve(FEED, FakeHttp({FEED: answer(body, content_type=RSS)}))
    count = "<slash:comments xmlns:slash='http://purl.org/rss/1.0/modules/slash/'>2</slash:comments></item>"
    counted = answer(body.replace("</item>", count), content_type=RSS)
    assert PLATFORM.resolve(FEED, FakeHttp({FEED: counted})).display_name == title


def test_feed_of_comments_is_neither_read_nor_asked_for_proof():
    captured = next((DATA / "feed" / "wordpress-comments").glob("input.*")).read_text()
    with pytest.raises(WrongContent, match="other people's words"):
        collect(answer(captured, content_type=RSS))
    http = FakeHttp({FEED: [feed(item(1)), answer(captured, content_type=RSS)]})
    with pytest.raises(WrongContent, match="other people's words"):
        PLATFORM.proof_texts(PLATFORM.resolve(FEED, http), http)


STATUSES = f"{SITE}/api/v1/accounts/lookup?acct=tess"


@pytest.mark.parametrize("path", ["/@tess.rss", "/users/tess.rss", "/users/tess/feed.atom", "/tess.rss"])
def test_feed_of_an_account_that_can_be_read_itself_is_refused_with_its_address(path):
    entity = answer(f'{{"id": "7", "username": "Tess", "url": "{SITE}/@tess"}}', content_type="application/json")
    with pytest.raises(WrongContent, match=f"give its address: {SITE}/@tess"):
        PLATFORM.resolve(SITE + path, FakeHttp({SITE + path: feed(item(1)), STATUSES: entity}))


@pytest.mark.parametrize(
    "given",
    [
        answer("{}", status=404),
        answer(status=401),
        answer(status=500),
        page("<p>Hello</p>"),
        answer('{"id": "1", "username": "somebody"}'),
        answer("{}"),
        answer("[]"),
    ],
)
def test_feed_of_an_account_that_cannot_be_read_otherwise_is_taken(given):
    http = FakeHttp({f"{SITE}/@tess.rss": feed(item(1)), STATUSES: given})
    assert PLATFORM.resolve(f"{SITE}/@tess.rss", http).platform_id == "fern-street.example/@tess.rss"


def test_server_that_asks_to_wait_is_not_taken_for_one_without_accounts():
    with pytest.raises(RateLimited):
        PLATFORM.resolve(f"{SITE}/@tess.rss", FakeHttp({f"{SITE}/@tess.rss": feed(item(1)), STATUSES: RateLimited()}))


WRITTEN = {
    item_key(name): name
    for name in (
        *(f"id-{number}" for number in range(10)),
        *(f"guid-{turn}-{number}" for turn in range(4) for number in range(3)),
        *string.ascii_lowercase,
    )
}


def readings(*bodies):
    """The readings of a feed, one after the other, as (id as written, undatable) of each post."""
    cursor, found = None, []
    for body in bodies:
        reading, _ = collect(answer(body, content_type=RSS), cursor)
        cursor = reading.cursor
        found.append([(WRITTEN.get(post.post_id, post.post_id), post.undatable) for post in reading.posts])
        assert reading.listed_ids == {post.post_id for post in reading.posts}
    return found


def rotated(round_number, number=1):
    return item(number, day=2).replace(f"id-{number}", f"guid-{round_number}-{number}")


def test_item_with_another_guid_at_every_reading_keeps_its_id():
    rounds = readings(*(rss(rotated(turn, 2), rotated(turn)) for turn in range(4)))
    assert rounds == [[("guid-0-2", False), ("guid-0-1", False)]] * 4


def test_item_is_known_by_its_title_where_guid_and_date_change():
    moved = rotated(1).replace("02 Nov", "03 Nov")
    assert readings(rss(rotated(0)), rss(moved))[1] == [("guid-0-1", False)]


def test_new_item_is_not_taken_for_an_earlier_one():
    same_page = rotated(1).replace("02 Nov", "03 Nov").replace("Post 1", "Another")
    assert readings(rss(rotated(0)), rss(same_page))[1] == [("guid-1-1", False)]
    still_there = readings(rss(item(1)), rss(item(1).replace("id-1", "id-9"), item(1)))[1]
    assert still_there == [("id-9", False), ("id-1", False)]
    shared = [rss(*(rotated(turn, n).replace(f"{SITE}/{n}", f"{SITE}/") for n in (1, 2))) for turn in (0, 1)]
    assert readings(*shared)[1] == [("guid-1-1", False), ("guid-1-2", False)]


def test_id_that_is_still_given_to_another_item_is_not_taken_over():
    renamed = item(1, day=3).replace("Post 1", "Renamed")
    assert readings(rss(item(1)), rss(item(1).replace("id-1", "id-9"), renamed))[1] == [
        ("id-9", False),
        ("id-1", False),
    ]


def test_items_that_share_page_date_and_title_are_not_told_apart_by_them():
    def alike(turn, *numbers):
        return rss(
            *(f"<item><guid>g{turn}-{n}</guid><link>{SITE}/episodes</link><title>t</title></item>" for n in numbers)
        )

    before, after = readings(alike(0, 1, 2), alike(1, 1))
    assert not {name for name, _ in after} & {name for name, _ in before}
    before, after = readings(alike(0, 1), alike(1, 1, 2))
    assert not {name for name, _ in after} & {name for name, _ in before}


def test_cursor_keeps_no_address_of_an_item():
    by_page = "<item><link>https://fern-street.example/my-long-words</link><title>t</title></item>"
    others = item("by-lee", author="Lee Okafor")
    cursor = fetched(by_page, others, item(3, author="Dana Ferreira")).cursor
    assert "words" not in cursor
    assert "by-lee" not in cursor
    assert item_key("id-3") in cursor
    assert "id-3" not in cursor


def undated(*names):
    return rss(
        *(
            f"<item><guid isPermaLink='false'>{name}</guid><title>{name}</title><link>{SITE}/{name}</link></item>"
            for name in names
        )
    )


@pytest.mark.parametrize(
    ("before", "now", "in_doubt"),
    [
        ("abc", "nabc", ""),
        ("abc", "mnab", ""),
        ("abc", "bco", "o"),
        ("abc", "nbco", "o"),
        ("abc", "aobc", "o"),
        ("abc", "xyz", "xyz"),
        ("", "xyz", ""),
    ],
    ids=[
        "one on top",
        "two on top and one out of the window",
        "the newest deleted, an older one shown",
        "both at once",
        "one put in between",
        "nothing left of the last listing",
        "an empty feed filled",
    ],
)
def test_undated_item_is_new_only_above_what_is_left_of_the_last_listing(before, now, in_doubt):
    _, found = readings(undated(*before), undated(*now))
    assert {name for name, doubtful in found if doubtful} - set(before) == set(in_doubt)


def test_first_reading_and_one_after_a_lost_cursor_date_nothing():
    assert readings(undated("a", "b"))[0] == [("a", True), ("b", True)]
    lost = FeedCursor(body_hash="x", items=2).dump()
    assert [post.undatable for post in collect(answer(undated("a"), content_type=RSS), lost)[0].posts] == [True]


def test_item_with_a_date_is_never_in_doubt():
    assert readings(rss(item(2, day=3)), rss(item(2, day=3), item(1)))[1] == [("id-2", False), ("id-1", False)]


def test_reading_in_which_nothing_changed_does_not_forget_the_listing():
    first, _ = collect(answer(undated("a"), content_type=RSS))
    second, _ = collect(answer(status=304), first.cursor)
    third, _ = collect(answer(undated("n", "a"), content_type=RSS), second.cursor)
    assert [post.undatable for post in third.posts] == [False, True]


def test_place_that_cannot_be_read_is_left_out():
    found = proofs(**{"/": RobotsDisallow(), "/.well-known/section7.txt": answer(status=404)})
    assert {proof for proof, _ in found} == {Proof.FEED_ITEM}


def confirm(given, url=f"{SITE}/2026/post"):
    http = FakeHttp({url: given})
    return PLATFORM.confirm(dana(), [PostRef("1", url)], http)["1"], http


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (answer(status=404), Presence.ABSENT),
        (answer(status=410), Presence.ABSENT),
        (page("<p>The post</p>"), Presence.PRESENT),
        (replace(page("<p>The post</p>"), url=f"{SITE}/2026/renamed"), Presence.PRESENT),
        (replace(page("<p>Welcome</p>"), url=f"{SITE}/"), Presence.UNKNOWN),
        (replace(page("<p>For sale</p>"), url="https://parked.example/2026/post"), Presence.UNKNOWN),
        (page('<title>Log in</title><input type="password">'), Presence.UNKNOWN),
        (answer(status=500), Presence.UNKNOWN),
        (answer(status=403), Presence.UNKNOWN),
        (RobotsDisallow(), Presence.UNKNOWN),
    ],
)
def test_page_of_an_item_says_whether_it_is_there(given, expected):
    presence, http = confirm(given)
    assert presence is expected
    assert http.requests[0].robots


@pytest.mark.parametrize("url", ["https://elsewhere.example/post", f"{SITE}/", SITE, FEED, "", "not an address"])
def test_item_without_a_page_on_the_feeds_site_is_not_asked_for(url):
    http = FakeHttp({})
    assert PLATFORM.confirm(dana(), [PostRef("1", url)], http) == {"1": Presence.UNKNOWN}
    assert http.requests == []


def test_rate_limit_ends_the_asking_and_leaves_the_rest_unknown():
    http = FakeHttp({f"{SITE}/a": answer(status=404), f"{SITE}/b": RateLimited()})
    refs = [PostRef(name, f"{SITE}/{name}") for name in ("a", "b", "c")]
    assert PLATFORM.confirm(dana(), refs, http) == {"a": Presence.ABSENT, "b": Presence.UNKNOWN, "c": Presence.UNKNOWN}


def test_parents_are_not_shown_by_feeds():
    post = fetched(item(1)).posts[0]
    assert PLATFORM.parent(dana(), post, FakeHttp({})) is None


@pytest.mark.parametrize("name", ["wordpress-rss2", "snac-rss", "jsonfeed-1.1"])
def test_captured_feed_is_read_through_the_platform_as_its_folder_states(name):
    case = DATA / "feed" / name
    body = next(case.glob("input.*")).read_bytes()
    found = PLATFORM.collect(dana(kind=AccountKind.PRACTICE), FakeHttp({FEED: answer(body.decode())}), NOW)
    expected = json.loads((case / "expected.json").read_text())
    assert [post.text for post in found.posts] == [given["text"] for given in expected["items"]]
