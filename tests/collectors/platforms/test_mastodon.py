"""The Mastodon platform against what servers answered, and against answers that no server should give."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.base import Limits, PostRef
from collectors.mastodon_statuses import Cursor, parse_parent, parse_status, presence_of, profile_of
from collectors.platforms.mastodon import PLATFORM, Mastodon, name_in
from domain.accounts import Proof
from domain.errors import (
    AccessRefused,
    AccountDeleted,
    AccountGone,
    AccountMoved,
    AccountPrivate,
    AccountSuspended,
    CollectError,
    Malformed,
    RateLimited,
    ServerFault,
    TooLarge,
    WrongContent,
)
from domain.posts import ParentAuthor, Post, PostKind, Presence, ProfileSeen
from tests.fakes.collected import DATA, NOW, STARTS_AT, account, as_json
from tests.fakes.http import FakeHttp, answer

SITE = "https://social.example"
BASE = f"{SITE}/api/v1/accounts/101"
ENTITY = {"id": "101", "username": "dana", "acct": "dana", "note": "<p>Counselor</p>", "statuses_count": 3}
LOGIN_PAGE = "<html><title>Log in</title><form><input type=password name=password></form></html>"
CASES = sorted(path.name for path in (DATA / "mastodon").iterdir() if path.is_dir())


def page(max_id=None, base=BASE):
    return f"{base}/statuses?limit=40&exclude_reblogs=true" + (f"&max_id={max_id}" if max_id else "")


def reply(value, **more):
    return answer(json.dumps(value), content_type="application/json; charset=utf-8", **more)


def status(number, at=NOW, **changes):
    made = {
        "id": str(number),
        "created_at": at.isoformat(),
        "visibility": "public",
        "content": f"<p>Post {number}</p>",
        "url": f"{SITE}/@dana/{number}",
        "account": {"id": "101"},
    }
    return made | changes


def dana(**changes):
    return account("mastodon", BASE, "101@social.example", **changes)


def collect(script, **changes):
    return PLATFORM.collect(dana(**changes), FakeHttp({BASE: reply(ENTITY)} | script), NOW)


@pytest.mark.parametrize("case", CASES)
def test_a_server_s_answer_becomes_the_stated_posts(case):
    folder = DATA / "mastodon" / case
    entity = json.loads((folder / "account.json").read_text())
    statuses = json.loads((folder / "page1.json").read_text())
    base = f"{SITE}/api/v1/accounts/{entity['id']}"
    script = {base: reply(entity), page(base=base): reply(statuses), page(statuses[-1]["id"], base): reply([])}
    fetched = PLATFORM.collect(account("mastodon", base), FakeHttp(script), NOW)
    assert as_json(fetched) == json.loads((folder / "expected.json").read_text())


def test_an_edited_snac_post_keeps_its_id_although_the_server_changes_it():
    statuses = json.loads((DATA / "mastodon" / "snac" / "page1.json").read_text())
    edited = next(entry for entry in statuses if entry["edited_at"])
    before = edited | {"id": "1795364321" + edited["id"][10:]}
    assert before["id"] != edited["id"]
    author = edited["account"]["id"]
    assert parse_status(before, author).post_id == parse_status(edited, author).post_id


def test_a_single_snac_post_is_asked_for_by_an_id_that_the_server_takes():
    asked = f"{SITE}/api/v1/statuses/{'0' * 10}22ed80548b914f8f653fba1425364e08"
    http = FakeHttp({BASE: reply(ENTITY), asked: answer("", status=401)})
    ref = PostRef("snac:22ed80548b914f8f653fba1425364e08", "")
    assert PLATFORM.confirm(dana(), [ref], http) == {ref.post_id: Presence.UNKNOWN}


def test_the_link_that_a_server_puts_before_a_quote_is_left_out_and_nothing_else_is():
    link = '<a href="https://other.example/@sam/5">https://other.example/@sam/5</a>'
    quote = status(1, content=f'<p class="quote-inline">RE: {link}</p><p>My view</p>')
    hidden = status(2, content=f'<p class="quote-inline">RE: {link} a hidden remark</p><p>My view</p>')
    assert parse_status(quote, "101").post.text == "My view"
    assert parse_status(quote, "101").post.links == ()
    assert "a hidden remark" in parse_status(hidden, "101").post.text


@pytest.mark.parametrize(
    ("url", "recognised"),
    [
        ("https://social.example/@dana", True),
        ("https://social.example/users/dana", True),
        ("https://social.example/@dana@other.example", True),
        ("acct:dana@social.example", True),
        ("@dana@social.example", True),
        ("https://social.example/dana", False),
        ("https://medium.com/@dana", False),
        ("https://www.youtube.com/@dana", False),
        ("https://notmedium.com/@dana", True),
        ("ftp://social.example/@dana", False),
        ("https://[broken/@dana", False),
        ("", False),
    ],
)
def test_an_address_is_recognised_without_asking_anybody(url, recognised):
    assert PLATFORM.recognises(url) is recognised


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://social.example/@dana", (SITE, "social.example", "dana")),
        ("https://social.example/@dana/115", (SITE, "social.example", "dana")),
        ("http://127.0.0.1:8086/users/dana", ("http://127.0.0.1:8086", "127.0.0.1:8086", "dana")),
        ("https://snac.example/dana", ("https://snac.example", "snac.example", "dana")),
        ("https://far.example/@dana@social.example", (SITE, "social.example", "dana")),
        ("acct:dana.f@social.example", (SITE, "social.example", "dana.f")),
        ("https://social.example/", None),
        ("https://social.example/a/b/c", None),
        ("dana", None),
    ],
)
def test_the_user_name_is_found_in_an_address(url, expected):
    named = name_in(url)
    assert (named and (named.site, named.host, named.user)) == expected


def lookup(site=SITE, user="dana"):
    return f"{site}/api/v1/accounts/lookup?acct={user}"


def test_resolve_gives_the_lasting_id_and_the_address_to_read():
    entity = ENTITY | {"url": f"{SITE}/@dana", "display_name": "Dana", "fields": [{"name": "Web", "value": "x"}]}
    profile = PLATFORM.resolve(f"{SITE}/users/dana", FakeHttp({lookup(): reply(entity)}))
    assert (profile.platform, profile.platform_id, profile.api_base) == ("mastodon", "101@social.example", BASE)
    assert (profile.handle, profile.url, profile.display_name) == ("dana@social.example", f"{SITE}/@dana", "Dana")
    assert profile.bio == "Counselor\nWeb: x"
    assert "direct messages" in profile.reads


def test_resolve_asks_webfinger_where_the_server_is_when_the_host_of_the_name_does_not_answer():
    finger = {"links": [{"rel": "self", "type": "application/activity+json", "href": f"{SITE}/users/dana"}]}
    script = {
        lookup("https://fern-street.example"): answer("<html>not here</html>", status=404),
        "https://fern-street.example/.well-known/webfinger?resource=acct:dana@fern-street.example": reply(finger),
        lookup(): reply(ENTITY | {"acct": "dana@fern-street.example"}),
    }
    profile = PLATFORM.resolve("acct:dana@fern-street.example", FakeHttp(script))
    assert (profile.handle, profile.platform_id) == ("dana@fern-street.example", "101@social.example")


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        (answer('{"error":"requires an authenticated user"}', status=401), AccessRefused, "401"),
        (answer(LOGIN_PAGE, content_type="text/html", url=f"{SITE}/login"), AccessRefused, "login"),
        (reply(ENTITY | {"suspended": True}), AccountGone, "suspended"),
        (reply(ENTITY | {"moved": {"id": "5", "url": "https://private.example/@d"}}), AccountGone, "moved"),
        (reply(ENTITY | {"acct": "dana@elsewhere.example"}), WrongContent, "another server"),
        (RateLimited("told to wait"), RateLimited, "wait"),
    ],
)
def test_resolve_names_what_is_wrong(given, error, said):
    with pytest.raises(error, match=said) as caught:
        PLATFORM.resolve(f"{SITE}/@dana", FakeHttp({lookup(): given}))
    assert "private.example" not in str(caught.value)


@pytest.mark.parametrize("finger", [{"links": []}, {}, {"links": [{"rel": "self", "href": "javascript:x"}]}])
def test_resolve_says_so_when_the_site_is_no_mastodon(finger):
    resource = f"{SITE}/.well-known/webfinger?resource=acct:dana@social.example"
    http = FakeHttp({lookup(): answer("<html>Hi</html>", content_type="text/html"), resource: reply(finger)})
    with pytest.raises(WrongContent, match="does not speak"):
        PLATFORM.resolve(f"{SITE}/@dana", http)


def test_resolve_asks_nobody_about_an_address_without_a_user_name():
    with pytest.raises(WrongContent, match="no user name"):
        PLATFORM.resolve(SITE, FakeHttp({}))


def test_proof_is_looked_for_in_the_bio_and_in_verified_links_only():
    rows = [
        {
            "name": "Site",
            "value": "<a href='https://a.example/s7-token'>https://a.example/s7-token</a>",
            "verified_at": "x",
        },
        {"name": "Other", "value": "s7-other", "verified_at": None},
    ]
    profile = PLATFORM.resolve(f"{SITE}/@dana", FakeHttp({lookup(): reply(ENTITY)}))
    found = PLATFORM.proof_texts(profile, FakeHttp({BASE: reply(ENTITY | {"fields": rows})}))
    assert [(place.proof, place.text) for place in found] == [
        (Proof.BIO, "Counselor\nSite: https://a.example/s7-token\nOther: s7-other"),
        (Proof.REL_ME, "Site: https://a.example/s7-token"),
    ]


def days(count):
    return NOW - timedelta(days=count)


def test_the_first_pass_reads_back_to_the_start_of_the_permission_and_no_further():
    starts_at = days(10)
    pages = {
        page(): reply([status(9, days(1)), status(8, days(5))]),
        page("8"): reply([status(7, days(9)), status(6, days(12))]),
    }
    permission = replace(dana().authorisation, starts_at=starts_at)
    fetched = collect(pages, authorisation=permission)
    assert fetched.listed_ids == {"9", "8", "7", "6"}
    assert fetched.covers_since == days(12) + timedelta(seconds=1)


def test_a_later_pass_reads_the_recent_pages_again_because_old_posts_are_edited():
    pages = {
        page(): reply([status(9, days(1))]),
        page("9"): reply([status(8, days(2))]),
        page("8"): reply([status(7, days(3))]),
    }
    cursor = Cursor(listed=9, counted=9, newest=NOW).write()
    fetched = collect(pages, cursor=cursor)
    assert [post.post_id for post in fetched.posts] == ["9", "8", "7"]
    assert fetched.covers_since == days(3) + timedelta(seconds=1)


def test_a_post_dated_in_the_future_does_not_pass_for_the_newest_one_seen():
    fetched = collect({page(): reply([status(9, NOW + timedelta(days=300)), status(8, days(2))]), page("8"): reply([])})
    assert Cursor.read(fetched.cursor).newest == days(2)


def test_a_pinned_post_is_read_and_says_nothing_of_where_the_list_ends():
    same = reply([status(1, days(900), pinned=True), status(9, days(1)), status(8, days(2))])
    fetched = collect({page(): same, page("8"): same})
    assert fetched.listed_ids == {"1", "9", "8"}
    assert fetched.covers_since == days(2) + timedelta(seconds=1)


def test_a_later_pass_goes_on_until_it_meets_what_it_has_seen():
    script = {page(): reply([status(20, days(1))])}
    for number in range(20, 15, -1):
        script[page(str(number))] = reply([status(number - 1, days(22 - number))])
    fetched = collect(script, cursor=Cursor(listed=4, counted=4, newest=days(5)).write())
    assert fetched.listed_ids == {"20", "19", "18", "17", "16", "15"}


def test_reading_stops_at_the_bound():
    script = {BASE: reply(ENTITY), page(): reply([status(9)]), page("9"): reply([status(8)])}
    http = FakeHttp(script)
    fetched = Mastodon(limits=Limits(pages=2)).collect(dana(), http, NOW)
    assert len(http.requests) == 3
    assert fetched.covers_since == NOW + timedelta(seconds=1)


def test_more_posts_than_the_bound_are_too_large():
    http = FakeHttp({BASE: reply(ENTITY), page(): reply([status(3), status(2)])})
    with pytest.raises(TooLarge):
        Mastodon(limits=Limits(posts=1)).collect(dana(), http, NOW)


def test_a_server_that_ignores_max_id_neither_loops_nor_counts_as_read_to_the_end():
    same = reply([status(9, days(1)), status(8, days(2))])
    fetched = collect({page(): same, page("8"): same})
    assert fetched.listed_ids == {"9", "8"}
    assert fetched.covers_since == days(2) + timedelta(seconds=1)
    assert fetched.skipped == {}


def test_a_list_read_to_its_end_covers_the_whole_permission():
    fetched = collect({page(): reply([status(9, days(1))]), page("9"): reply([])})
    assert fetched.covers_since == STARTS_AT


@pytest.mark.parametrize(
    "listed",
    [
        [status(9, days(5)), status(8, days(1)), status(7, days(3))],
        [status(7, days(1)), status(22, days(2)), status(4, days(3))],
        [status(9, days(1)), status(8, created_at="yesterday"), status(7, days(3))],
    ],
    ids=["not in order of time", "paged by id and listed by date", "undated"],
)
def test_absence_from_a_list_in_no_usable_order_proves_nothing(listed):
    same = reply(listed)
    assert collect({page(): same, page(listed[-1]["id"]): same}).covers_since is None


def test_posts_that_slip_to_the_next_page_are_taken_once_in_their_newest_form():
    later = status(8, days(2), content="<p>edited meanwhile</p>")
    pages = {page(): reply([status(9, days(1)), status(8, days(2))]), page("8"): reply([later, status(7, days(3))])}
    fetched = collect(pages | {page("7"): reply([])})
    assert [post.text for post in fetched.posts] == ["Post 9", "edited meanwhile", "Post 7"]
    assert fetched.skipped == {"duplicate": 1}


def test_a_post_made_private_is_no_longer_listed_and_a_broken_one_still_is():
    hidden, broken = status(8, visibility="private"), status(7, content=None)
    fetched = collect({page(): reply([status(9), hidden, broken]), page("7"): reply([])})
    assert fetched.listed_ids == {"9", "7"}
    assert fetched.skipped == {"malformed": 1, "not-public": 1}


KNOWN = Cursor(listed=3, counted=3, newest=days(1)).write()
UNCOUNTED = Cursor(listed=3, counted=0, newest=days(1)).write()


@pytest.mark.parametrize(
    ("entity", "cursor", "error"),
    [
        (ENTITY | {"suspended": True}, None, AccountSuspended),
        (ENTITY | {"moved": {"id": "7"}}, None, AccountMoved),
        (ENTITY | {"limited": True}, KNOWN, AccountSuspended),
        (ENTITY | {"locked": True}, KNOWN, AccountPrivate),
        (ENTITY, KNOWN, Malformed),
        (ENTITY | {"statuses_count": 0}, UNCOUNTED, Malformed),
        (ENTITY | {"id": "102"}, None, Malformed),
        ({}, None, Malformed),
    ],
    ids=["suspended", "moved", "limited", "locked", "counts disagree", "never counted", "another account", "nothing"],
)
def test_an_empty_list_is_not_taken_for_deleted_posts(entity, cursor, error):
    http = FakeHttp({BASE: reply(entity), page(): reply([])})
    with pytest.raises(error):
        PLATFORM.collect(dana(cursor=cursor), http, NOW)


@pytest.mark.parametrize(("status", "error"), [(404, AccountGone), (410, AccountDeleted)])
def test_an_account_that_is_not_found_may_come_back_and_one_that_is_gone_does_not(status, error):
    with pytest.raises(CollectError) as raised:
        PLATFORM.collect(dana(), FakeHttp({BASE: answer("", status=status)}), NOW)
    assert type(raised.value) is error


def test_an_empty_list_is_believed_when_the_account_counts_no_posts_any_more():
    http = FakeHttp({BASE: reply(ENTITY | {"statuses_count": 0}), page(): reply([])})
    fetched = PLATFORM.collect(dana(cursor=KNOWN), http, NOW)
    assert (fetched.posts, fetched.covers_since) == ((), STARTS_AT)


def test_an_account_without_posts_is_read_as_such_the_first_time():
    assert collect({page(): reply([])}).listed_ids == frozenset()


def test_an_account_whose_server_redirects_elsewhere_is_not_followed():
    http = FakeHttp({BASE: reply(ENTITY, url="https://parked.example/api/v1/accounts/101")})
    with pytest.raises(AccountGone, match="moved"):
        PLATFORM.collect(dana(), http, NOW)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (answer(LOGIN_PAGE, content_type="text/html"), AccessRefused),
        (answer("<html><title>One moment</title>checking</html>", content_type="text/html"), WrongContent),
        (answer('{"error":"This API requires an authenticated user"}', status=401), AccessRefused),
        (reply({"error": "no list"}), Malformed),
        (reply(["no status", 3]), Malformed),
        (answer("[{", content_type="application/json"), Malformed),
        (answer("[" * 100_000, content_type="application/json"), Malformed),
        (answer(b"\xff\xfe\x00", content_type="application/json"), WrongContent),
        (answer("", status=500), ServerFault),
        (answer("", status=404), AccountGone),
    ],
    ids=["login page", "challenge", "closed", "object", "no statuses", "cut off", "deep", "binary", "500", "404"],
)
def test_what_is_no_list_of_statuses_is_an_error_and_never_an_empty_reading(given, error):
    with pytest.raises(error):
        collect({page(): given})


def test_the_time_that_the_server_asks_to_wait_is_handed_on():
    until = datetime(2026, 11, 25, 13, 0, tzinfo=UTC)
    last = replace(reply([]), not_before=until)
    assert collect({page(): reply([status(9)]), page("9"): last}).not_before == until


def single(number):
    return f"{SITE}/api/v1/statuses/{number}"


def confirm(script, *ids):
    return PLATFORM.confirm(dana(), [PostRef(post_id, "") for post_id in ids], FakeHttp(script))


def test_single_posts_are_confirmed_by_id():
    script = {
        BASE: reply(ENTITY),
        single(1): answer('{"error":"Record not found"}', status=404),
        single(2): answer("<h1>404 Not Found</h1>", status=410),
        single(3): reply(status(3, visibility="unlisted")),
        single(4): reply(status(4, visibility="private")),
        single(5): answer("", status=401),
        single(6): reply(status(7)),
        single(7): reply(status(7, visibility=None)),
    }
    absent, present, unknown = Presence.ABSENT, Presence.PRESENT, Presence.UNKNOWN
    expected = {"1": absent, "2": absent, "3": present, "4": absent, "5": unknown, "6": unknown, "7": unknown}
    assert confirm(script, *expected) == expected


@pytest.mark.parametrize("given", [reply(ENTITY | {"suspended": True}), answer("", status=404), ServerFault("down")])
def test_nothing_is_believed_absent_while_the_account_itself_does_not_answer(given):
    assert confirm({BASE: given}, "1", "2") == {"1": Presence.UNKNOWN, "2": Presence.UNKNOWN}


def test_asking_stops_when_the_server_stops_answering():
    script = {BASE: reply(ENTITY), single(1): answer("", status=404), single(2): answer("", status=429)}
    assert confirm(script, "1", "2", "3") == {"1": Presence.ABSENT, "2": Presence.UNKNOWN, "3": Presence.UNKNOWN}


ANSWERED = Post("9", f"{SITE}/@dana/9", PostKind.REPLY, "thank you", reply_to_id="5")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (reply(status(5, account={"id": "202"}, spoiler_text="Warned")), ("Warned\n\nPost 5", ParentAuthor.OTHER)),
        (reply(status(5)), ("Post 5", ParentAuthor.SELF)),
        (reply(status(5, visibility="direct")), None),
        (answer("<h1>404</h1>", status=404), None),
        (answer("", status=401), None),
    ],
)
def test_the_answered_post_is_given_only_when_everybody_can_see_it(given, expected):
    parent = PLATFORM.parent(dana(), ANSWERED, FakeHttp({single(5): given}))
    assert (parent and (parent.text, parent.author)) == expected


def test_a_post_that_answers_nothing_has_no_parent():
    assert PLATFORM.parent(dana(), replace(ANSWERED, reply_to_id=None), FakeHttp({})) is None


def test_a_cursor_of_another_make_is_a_first_pass():
    assert [Cursor.read(saved) for saved in (None, "", "{", "[]", "{}", "5")] == [None] * 6
    kept = Cursor(3, 2, days(1))
    assert Cursor.read(kept.write()) == kept


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
KEYS = [
    "id",
    "created_at",
    "visibility",
    "content",
    "url",
    "uri",
    "account",
    "reblog",
    "spoiler_text",
    "media_attachments",
    "mentions",
    "tags",
    "poll",
    "in_reply_to_id",
    "in_reply_to_account_id",
    "edited_at",
    "language",
    "pinned",
    "quote",
]
GOOD = status(9) | {"media_attachments": [{"type": "image", "description": "x"}], "poll": {"options": [{"title": "y"}]}}
DAMAGED = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6).map(lambda changes: GOOD | changes)


@given(st.lists(JSON | DAMAGED, max_size=4), st.dictionaries(st.sampled_from(list(ENTITY)), JSON, max_size=3))
def test_no_answer_makes_anything_but_a_reading_or_a_collect_error(statuses, changes):
    listing = answer(json.dumps(statuses))

    class Anything(FakeHttp):
        def _next(self, asked):
            return listing if "/statuses" in asked else reply(ENTITY | changes)

    try:
        fetched = PLATFORM.collect(dana(), Anything({}), NOW)
    except CollectError:
        return
    assert all(post.post_id in fetched.listed_ids for post in fetched.posts)
    assert all(post.content_hash for post in fetched.posts)


@given(JSON | DAMAGED)
def test_single_answers_of_any_shape_raise_nothing(value):
    listed = parse_status(value, "101")
    assert (listed.post is None) == bool(listed.skipped)
    if isinstance(value, dict):
        assert presence_of(value, "9") in Presence
        parent = parse_parent(value, "101")
        assert parent is None or isinstance(parent.text, str)


@pytest.mark.parametrize(
    ("known_as", "told"),
    [
        ("dana@fern.example", "dana.writes@fern.example"),
        ("@dana@fern.example", "dana.writes@fern.example"),
        ("dana", ""),
    ],
)
def test_a_profile_is_seen_with_its_name_picture_and_the_handle_it_has_now(known_as, told):
    entity = {"username": "dana.writes", "display_name": "Dana", "avatar_description": "a kayak", "note": "<p>LPC</p>"}
    assert profile_of(entity, known_as) == ProfileSeen("LPC", "Dana", "a kayak", told)
