"""The WordPress platform against what a real site answered, and against sites that are closed or broken."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.base import Limits, PostRef
from collectors.platforms.wordpress import PAGE_SIZE, PLATFORM, WordPress
from collectors.wordpress_api import Api
from collectors.wordpress_items import Owner, owner_of, parse_comments, parse_item, presence_of, words_of
from domain.accounts import Proof
from domain.errors import (
    AccessRefused,
    AccountGone,
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

SITE = "https://fern-street.example"
ROOT = f"{SITE}/wp-json/"
INDEX = {"name": "Fern Street", "description": "Counseling", "home": SITE, "namespaces": ["wp/v2"]}
USER = {"id": 3, "slug": "dana", "name": "Dana Ferreira", "description": "LPC, s7-token"}
CASES = sorted(path.name for path in (DATA / "wordpress").iterdir() if path.is_dir())
HTML = "text/html; charset=UTF-8"


def reply(value, status=200, **headers):
    return answer(json.dumps(value), status=status, content_type="application/json; charset=UTF-8", **headers)


def refusal(code, status):
    return reply({"code": code, "message": "no", "data": {"status": status}}, status)


class Site(FakeHttp):
    """A site that answers by route, whatever the query: a list gives its pages one by one by page number.

    `modified` are the answers to lists in order of modification, `by_id` the pages of lists in order of id.
    """

    def __init__(self, routes, modified=(), by_id=()):
        super().__init__({})
        self.routes = {"": reply(INDEX), "users/3": reply(USER), "pages": [[]], "comments": [[]]} | dict(routes)
        self.modified = dict(modified)
        self.by_id = dict(by_id)

    def _next(self, asked):
        parts, query = urlsplit(asked), parse_qs(urlsplit(asked).query)
        path = query.get("rest_route", [parts.path.removeprefix("/wp-json")])[0]
        route = path.strip("/").removeprefix("wp/v2").strip("/")
        given = self.routes.get(route)
        assert given is not None, f"unexpected: {asked}"
        if not isinstance(given, list):
            return given
        if query.get("orderby") == ["modified"]:
            return reply(self.modified.get(route, []))
        if query.get("orderby") == ["id"]:
            given = self.by_id.get(route, given)
        number = int(query.get("page", ["1"])[0])
        if number > max(len(given), 1):
            return refusal("rest_post_invalid_page_number", 400)
        total = {"x_wp_total": str(sum(map(len, given))), "x_wp_totalpages": str(len(given))}
        return reply(given[number - 1], **total)

    def asked(self, route):
        return [parse_qs(urlsplit(url).query) for url in self.urls if f"wp/v2/{route}?" in url]


def dana(platform_id=f"{SITE}/|user:3", **changes):
    return account("wordpress", ROOT, platform_id, **changes)


def collect(routes, modified=(), **changes):
    return PLATFORM.collect(dana(**changes), Site(routes, modified), NOW)


def item(number, at=NOW, **changes):
    made = {
        "id": number,
        "date_gmt": at.replace(tzinfo=None).isoformat(),
        "modified_gmt": at.replace(tzinfo=None).isoformat(),
        "link": f"{SITE}/?p={number}",
        "status": "publish",
        "title": {"rendered": f"Title {number}"},
        "content": {"rendered": f"<p>Text {number}</p>", "protected": False},
        "author": 3,
    }
    return made | changes


def comment(number, **changes):
    made = {"post": 12, "parent": 0, "status": "approved"}
    return item(number) | made | changes


def days(count):
    return NOW - timedelta(days=count)


def read_case(folder):
    read = {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}
    user = {f"users/{user['id']}": reply(user) for user in read["users"]}
    lists = {route: [read[route]] for route in ("posts", "pages", "comments")}
    enrolled = account("wordpress", ROOT, read["account"]["platform_id"])
    return PLATFORM.collect(enrolled, Site({"": reply(read["root"])} | user | lists), NOW)


@pytest.mark.parametrize(
    "odd",
    [
        {"status": None},
        {"status": ["publish"]},
        {"status": "Publish"},
        {"status": "future"},
        {"content": {"rendered": "<p>Words</p>", "protected": 1}},
        {"content": {"rendered": "<p>Words</p>", "protected": None}},
    ],
)
def test_a_status_that_is_not_plainly_public_is_not_public(odd):
    read = [parse_item(item(4, **odd), "post", Owner("3")), *parse_comments([comment(5, **odd)], frozenset({"3"}), [])]
    if "content" in odd:
        read = read[:1]
    assert {(one.post, one.skipped, one.shown) for one in read} == {(None, "not-public", False)}
    assert words_of(item(4, **odd)) == ""


@pytest.mark.parametrize("case", CASES)
def test_a_site_s_answers_become_the_stated_posts(case):
    folder = DATA / "wordpress" / case
    assert as_json(read_case(folder)) == json.loads((folder / "expected.json").read_text())


@pytest.mark.parametrize("case", CASES)
def test_nothing_that_a_visitor_wrote_comes_out(case):
    folder = DATA / "wordpress" / case
    out = repr(read_case(folder))
    assert "Visitor" not in out
    assert "visitor's words" not in out
    assert "Hi, this is a comment" not in out


def test_the_whole_list_is_read_page_by_page_and_each_item_taken_once():
    pages = [[item(9, days(1)), item(8, days(2))], [item(8, days(2)), item(7, days(3))]]
    fetched = collect({"posts": pages})
    assert fetched.listed_ids == {"post:9", "post:8", "post:7"}
    assert fetched.covers_since == STARTS_AT


def test_reading_stops_before_the_permission_but_finds_what_was_edited_since():
    permission = replace(dana().authorisation, starts_at=days(10))
    old = item(1, days(900), content={"rendered": "<p>New words</p>"})
    site = Site({"posts": [[item(9, days(1)), item(2, days(20))], [old]]}, modified={"posts": [old, item(9, days(1))]})
    fetched = PLATFORM.collect(dana(authorisation=permission), site, NOW)
    assert fetched.listed_ids == {"post:9", "post:2", "post:1"}
    assert fetched.covers_since == days(10)
    assert [(query["orderby"], query["page"]) for query in site.asked("posts")] == [
        (["date"], ["1"]),
        (["modified"], ["1"]),
    ]


def test_an_author_s_lists_are_asked_for_by_author_and_checked_all_the_same():
    site = Site({"posts": [[item(9), item(8, author=4)]]})
    fetched = PLATFORM.collect(dana(), site, NOW)
    assert (fetched.listed_ids, fetched.skipped) == ({"post:9"}, {"other-author": 1})
    assert site.asked("posts")[0]["author"] == ["3"]
    assert site.asked("posts")[0]["per_page"] == [str(PAGE_SIZE)]
    assert all(asked.robots for asked in site.requests)


def test_a_whole_site_is_read_for_all_its_authors_and_their_comments_only():
    site = Site({"posts": [[item(9), item(8, author=4)]], "comments": [[comment(1, author=4), comment(2, author=5)]]})
    fetched = PLATFORM.collect(dana(f"{SITE}/|site"), site, NOW)
    assert fetched.listed_ids == {"post:9", "post:8", "comment:1"}
    assert fetched.profile == ProfileSeen("Fern Street\nCounseling", "Fern Street")
    assert "author" not in site.asked("posts")[0]


def test_the_bound_on_pages_is_kept_and_what_lies_beyond_is_not_taken_for_deleted():
    pages = [[item(9 - number, days(number))] for number in range(4)]
    fetched = WordPress(limits=Limits(pages=2)).collect(dana(), Site({"posts": pages}), NOW)
    assert fetched.listed_ids == {"post:9", "post:8"}
    assert fetched.covers_since == days(1) + timedelta(days=1)


def test_a_site_that_does_not_look_at_the_page_number_proves_nothing_and_ends():
    same = reply([item(9, days(1))])
    assert collect({"posts": same}).covers_since is None


def test_a_last_page_that_repeats_the_first_does_not_end_the_list():
    assert collect({"posts": [[item(9, days(1))], [item(9, days(1))]]}).covers_since is None


def test_reading_goes_a_day_beyond_the_permission_because_lists_are_in_local_time():
    permission = replace(dana().authorisation, starts_at=days(10))
    pages = [[item(9, days(10) - timedelta(hours=23))], [item(8, days(10) + timedelta(hours=1))]]
    assert "post:8" in collect({"posts": pages}, authorisation=permission).listed_ids


def test_guests_are_never_taken_for_the_owner_even_where_posts_have_no_author():
    routes = {"posts": [[item(9, author=0)]], "comments": [[comment(1, author=0), comment(2, author="")]]}
    fetched = PLATFORM.collect(dana(f"{SITE}/|site"), Site(routes), NOW)
    assert fetched.listed_ids == {"post:9"}


def test_posts_of_one_second_that_overlap_between_pages_are_read_again_by_id():
    one, two, three, four = (item(number) for number in (1, 2, 3, 4))
    site = Site({"posts": [[one, two], [two, four]]}, by_id={"posts": [[four, three], [two, one]]})
    fetched = PLATFORM.collect(dana(), site, NOW)
    assert fetched.listed_ids == {"post:1", "post:2", "post:3", "post:4"}
    assert fetched.covers_since == STARTS_AT
    assert "after" in site.asked("posts")[-1]


def test_a_page_past_the_end_is_the_end_even_when_the_site_hides_its_totals():
    class WithoutTotals(Site):
        def _next(self, asked):
            return replace(super()._next(asked), headers={"content-type": "application/json"})

    fetched = PLATFORM.collect(dana(), WithoutTotals({"posts": [[item(9)], [item(8)]]}), NOW)
    assert fetched.listed_ids == {"post:9", "post:8"}
    assert fetched.covers_since == STARTS_AT


def test_closed_pages_and_comments_are_counted_and_do_not_stop_the_posts():
    fetched = collect({"posts": [[item(9)]], "pages": refusal("x", 403), "comments": refusal("rest_no_route", 404)})
    assert fetched.listed_ids == {"post:9"}
    assert fetched.skipped == {"comments-closed": 1, "pages-closed": 1}


def test_more_posts_than_the_bound_are_too_large():
    with pytest.raises(TooLarge):
        WordPress(limits=Limits(posts=1)).collect(dana(), Site({"posts": [[item(9), item(8)]]}), NOW)


def test_the_bio_is_unknown_when_the_site_hides_its_users():
    assert collect({"posts": [[item(9)]], "users/3": refusal("rest_user_cannot_view", 401)}).profile is None


def test_an_author_who_is_no_longer_a_user_is_gone():
    with pytest.raises(AccountGone, match="no longer a user"):
        collect({"users/3": refusal("rest_user_invalid_id", 404)})


BEFORE = json.dumps({"listed": 5})


@pytest.mark.parametrize(
    ("posts", "cursor", "error"),
    [
        (reply([]), BEFORE, Malformed),
        (reply(["x", {}]), None, Malformed),
        (reply({"code": "x"}), None, Malformed),
        (answer("<html><title>Log in</title><input type=password></html>", content_type=HTML), None, AccessRefused),
        (answer("<br /><b>Warning</b>: broken plugin [{}]", content_type=HTML), None, WrongContent),
        (refusal("rest_cannot_access", 401), None, AccessRefused),
        (reply([], url="https://parked.example/wp-json/wp/v2/posts"), None, AccountGone),
        (RateLimited("wait"), None, RateLimited),
    ],
    ids=["empty before full", "no ids", "object", "login", "php warning", "closed", "moved", "busy"],
)
def test_what_is_no_list_of_posts_is_an_error_and_never_an_empty_reading(posts, cursor, error):
    with pytest.raises(error):
        collect({"posts": posts}, cursor=cursor)


def test_an_empty_site_is_believed_when_it_says_that_it_has_no_posts():
    assert collect({"posts": [[]]}, cursor=BEFORE).covers_since == STARTS_AT


@pytest.mark.parametrize("cursor", [None, "", "[", "5", '{"listed": "x"}'])
def test_a_cursor_of_another_make_says_nothing(cursor):
    assert collect({"posts": reply([])}, cursor=cursor).posts == ()


ARCHIVE = f"{SITE}/author/dana/"
LINKED = {"link": f'<{ROOT}>; rel="https://api.w.org/"', "content_type": HTML}
INDEX_URL = f"{ROOT}?_fields=name,description,url,home,namespaces"


def test_an_author_s_archive_is_resolved_to_the_author():
    script = {
        ARCHIVE: answer("<html></html>", **LINKED),
        INDEX_URL: reply(INDEX),
        f"{ROOT}wp/v2/users?slug=dana": reply([USER]),
    }
    profile = PLATFORM.resolve(ARCHIVE, FakeHttp(script))
    assert (profile.platform_id, profile.api_base) == (f"{SITE}/|user:3", ROOT)
    assert (profile.handle, profile.url, profile.bio) == ("dana", ARCHIVE, "LPC, s7-token")


def test_an_author_s_number_is_resolved_to_the_author_of_that_number_only():
    numbered = f"{SITE}/?author=3"
    script = {numbered: answer("<html></html>", **LINKED), INDEX_URL: reply(INDEX)}
    asked = f"{ROOT}wp/v2/users?include=3"
    profile = PLATFORM.resolve(numbered, FakeHttp(script | {asked: reply([{"id": 4, "slug": "3"}, USER])}))
    assert profile.platform_id == f"{SITE}/|user:3"
    with pytest.raises(AccessRefused):
        PLATFORM.resolve(numbered, FakeHttp(script | {asked: reply([{"id": 4, "slug": "3"}])}))


@pytest.mark.parametrize("users", [refusal("rest_user_cannot_view", 401), refusal("rest_no_route", 404), reply([])])
def test_a_hidden_author_is_found_by_the_classes_of_the_page(users):
    page = answer('<html><body class="archive author author-dana author-3 logged">', **LINKED)
    script = {ARCHIVE: page, INDEX_URL: reply(INDEX), f"{ROOT}wp/v2/users?slug=dana": users}
    assert PLATFORM.resolve(ARCHIVE, FakeHttp(script)).platform_id == f"{SITE}/|user:3"


@pytest.mark.parametrize("classes", ["", "author author-dana", "author author-eli author-3", "author-dana author-3"])
def test_an_author_who_cannot_be_told_apart_is_not_enrolled_as_the_whole_site(classes):
    page = answer(f'<html><body class="{classes}">', **LINKED)
    script = {ARCHIVE: page, INDEX_URL: reply(INDEX), f"{ROOT}wp/v2/users?slug=dana": refusal("x", 401)}
    with pytest.raises(AccessRefused, match="which posts are this author's"):
        PLATFORM.resolve(ARCHIVE, FakeHttp(script))


def test_a_front_page_is_resolved_to_the_whole_site_by_the_link_in_its_head():
    page = answer(f'<html><head><link rel="https://api.w.org/" href="{ROOT}"></head></html>', content_type=HTML)
    profile = PLATFORM.resolve(SITE, FakeHttp({SITE: page, INDEX_URL: reply(INDEX)}))
    assert (profile.platform_id, profile.handle) == (f"{SITE}/|site", "fern-street.example")
    assert profile.bio == "Fern Street\nCounseling"
    assert "whoever wrote them" in profile.reads


def test_a_site_without_pretty_addresses_is_asked_by_its_query():
    plain = f"{SITE}/?rest_route=/"
    page = answer("<html></html>", content_type=HTML, link=f'<{plain}>; rel="https://api.w.org/"')
    index = f"{SITE}/?rest_route=/&_fields=name,description,url,home,namespaces"
    http = FakeHttp({SITE: page, index: reply(INDEX)})
    assert PLATFORM.resolve(SITE, http).api_base == plain
    asked = FakeHttp({f"{SITE}/?rest_route=/wp/v2/posts&page=2": reply([])})
    assert Api(plain, asked).get("wp/v2/posts", {"page": 2}).status == 200


def test_the_usual_addresses_are_tried_when_the_site_announces_none():
    script = {
        SITE: answer("<html></html>", content_type=HTML),
        INDEX_URL: answer("<html>not found</html>", status=404),
        f"{SITE}/?rest_route=/&_fields=name,description,url,home,namespaces": reply(INDEX),
    }
    assert PLATFORM.resolve(SITE, FakeHttp(script)).api_base == f"{SITE}/?rest_route=/"


def test_an_interface_on_another_site_is_not_taken_for_this_one():
    page = answer("<html></html>", content_type=HTML, link='<https://other.example/wp-json/>; rel="https://api.w.org/"')
    with pytest.raises(WrongContent):
        PLATFORM.resolve(SITE, FakeHttp({SITE: page} | dict.fromkeys(_guesses(), answer("", status=404))))


def _guesses():
    return [INDEX_URL, f"{SITE}/?rest_route=/&_fields=name,description,url,home,namespaces"]


@pytest.mark.parametrize(
    ("index", "error"),
    [
        (refusal("rest_cannot_access", 401), AccessRefused),
        (reply({"namespaces": ["other/v1"]}), WrongContent),
        (reply(["x"]), WrongContent),
        (answer("<html>", content_type=HTML), WrongContent),
        (ServerFault("down"), ServerFault),
    ],
)
def test_resolve_names_what_is_wrong(index, error):
    script = {SITE: answer("<html></html>", content_type=HTML)} | dict.fromkeys(_guesses(), index)
    with pytest.raises(error):
        PLATFORM.resolve(SITE, FakeHttp(script))


def test_a_page_inside_a_site_is_not_taken_for_the_whole_site():
    script = {f"{SITE}/about/": answer("", **LINKED), INDEX_URL: reply(INDEX)}
    with pytest.raises(WrongContent, match="front page"):
        PLATFORM.resolve(f"{SITE}/about/", FakeHttp(script))


@pytest.mark.parametrize(
    ("url", "recognised"),
    [(f"{SITE}/wp-json/", True), (f"{SITE}/?rest_route=/", True), (SITE, False), (ARCHIVE, False), ("/wp-json", False)],
)
def test_an_address_is_recognised_without_asking_anybody(url, recognised):
    assert PLATFORM.recognises(url) is recognised


def profile_of(platform_id):
    script = {SITE: answer("", **LINKED), INDEX_URL: reply(INDEX)}
    return replace(PLATFORM.resolve(SITE, FakeHttp(script)), platform_id=platform_id)


WELL_KNOWN = f"{SITE}/.well-known/section7.txt"


def test_proof_is_looked_for_in_the_author_s_description_and_the_site_s_file():
    script = {f"{ROOT}wp/v2/users/3": reply(USER), WELL_KNOWN: answer("s7-file\n", content_type="text/plain")}
    found = PLATFORM.proof_texts(profile_of(f"{SITE}/|user:3"), FakeHttp(script))
    assert [(place.proof, place.text) for place in found] == [
        (Proof.BIO, "LPC, s7-token"),
        (Proof.WELL_KNOWN, "s7-file"),
    ]


def test_the_file_of_a_host_proves_nothing_for_a_site_in_one_of_its_folders():
    http = FakeHttp({f"{ROOT}?_fields=name,description,namespaces": reply(INDEX)})
    found = PLATFORM.proof_texts(profile_of(f"{SITE}/~dana/|site"), http)
    assert [place.proof for place in found] == [Proof.BIO]


def confirm(routes, *ids):
    return PLATFORM.confirm(dana(), [PostRef(post_id, "") for post_id in ids], Site(routes))


def test_single_items_are_confirmed_by_id():
    answers = {
        "post:1": (refusal("rest_post_invalid_id", 404), Presence.ABSENT),
        "post:2": (refusal("rest_forbidden", 401), Presence.ABSENT),
        "post:3": (reply(item(3)), Presence.PRESENT),
        "post:4": (reply(item(4, content={"rendered": "", "protected": True})), Presence.ABSENT),
        "post:5": (refusal("rest_no_route", 404), Presence.UNKNOWN),
        "post:6": (refusal("rest_not_logged_in", 401), Presence.UNKNOWN),
        "post:7": (answer("<html>404</html>", status=404, content_type=HTML), Presence.UNKNOWN),
        "post:8": (answer("", status=410), Presence.ABSENT),
        "post:9": (reply(item(10)), Presence.UNKNOWN),
        "page:3": (refusal("rest_post_invalid_id", 404), Presence.ABSENT),
        "comment:7": (refusal("rest_comment_invalid_id", 404), Presence.ABSENT),
        "comment:8": (refusal("rest_cannot_read", 401), Presence.ABSENT),
        "comment:9": (refusal("rest_forbidden", 401), Presence.UNKNOWN),
        "comment:10": (reply(comment(10)), Presence.PRESENT),
    }
    routes = {f"{post_id.replace(':', 's/')}": given for post_id, (given, _) in answers.items()}
    asked = confirm({"posts": [[item(3)]]} | routes, *answers)
    assert asked == {post_id: expected for post_id, (_, expected) in answers.items()}


def test_a_hidden_item_proves_nothing_while_the_list_itself_is_hidden():
    routes = {"posts": [[]], "posts/2": refusal("rest_forbidden", 401), "posts/1": refusal("rest_post_invalid_id", 404)}
    assert confirm(routes, "post:2", "post:1") == {"post:2": Presence.UNKNOWN, "post:1": Presence.ABSENT}


@pytest.mark.parametrize("posts", [refusal("x", 401), ServerFault("down"), answer("<html>", content_type=HTML)])
def test_nothing_is_believed_absent_while_the_site_itself_does_not_answer(posts):
    assert confirm({"posts": posts}, "post:1") == {"post:1": Presence.UNKNOWN}


def test_an_id_that_is_none_of_ours_is_unknown_and_not_asked_for():
    assert confirm({"posts": [[item(3)]]}, "post:../users", "x") == {
        "post:../users": Presence.UNKNOWN,
        "x": Presence.UNKNOWN,
    }


@pytest.mark.parametrize(
    ("reply_to", "own", "routes", "expected"),
    [
        (
            "comment:6",
            False,
            {"comments/6": reply({"content": {"rendered": "<p>Asked</p>"}})},
            ("Asked", ParentAuthor.OTHER),
        ),
        ("post:12", True, {"posts/12": reply(item(12))}, ("Title 12\n\nText 12", ParentAuthor.SELF)),
        (
            "post:5",
            None,
            {"posts/5": refusal("x", 404), "pages/5": reply(item(5))},
            ("Title 5\n\nText 5", ParentAuthor.OTHER),
        ),
        ("post:12", True, {"posts/12": reply(item(12, status="draft"))}, None),
        ("comment:6", None, {"comments/6": refusal("rest_cannot_read", 401)}, None),
        (None, None, {}, None),
    ],
)
def test_what_a_comment_answers_is_given_only_when_everybody_can_see_it(reply_to, own, routes, expected):
    post = Post("comment:7", "", PostKind.REPLY, "Yes", reply_to_id=reply_to, replies_to_self=own)
    parent = PLATFORM.parent(dana(), post, Site(routes))
    assert (parent and (parent.text, parent.author)) == expected


@pytest.mark.parametrize(("platform_id", "user"), [(f"{SITE}/|user:3", "3"), (f"{SITE}/|site", ""), ("x", "")])
def test_the_owner_stands_in_the_platform_id(platform_id, user):
    assert owner_of(platform_id) == Owner(user)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
KEYS = ["id", "date_gmt", "modified_gmt", "link", "status", "title", "content", "author", "post", "parent", "_embedded"]
DAMAGED = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6).map(lambda changes: comment(9) | changes)
LISTS = st.lists(JSON | DAMAGED, max_size=4)


@given(posts=LISTS, comments=LISTS, user=JSON, total=st.text(max_size=4), site=st.booleans())
def test_no_answer_makes_anything_but_a_reading_or_a_collect_error(posts, comments, user, total, site):
    paged = {"x_wp_totalpages": total, "x_wp_total": total}
    routes = {"posts": reply(posts, **paged), "comments": reply(comments, **paged), "users/3": reply(user)}
    enrolled = dana(f"{SITE}/|site" if site else f"{SITE}/|user:3")
    try:
        fetched = PLATFORM.collect(enrolled, Site(routes), NOW)
    except CollectError:
        return
    assert all(post.post_id in fetched.listed_ids for post in fetched.posts)
    assert all(post.content_hash for post in fetched.posts)


@given(JSON | DAMAGED, st.sampled_from(["post", "page"]), st.sampled_from([200, 401, 403, 404, 410]))
def test_single_answers_of_any_shape_raise_nothing(value, kind, status):
    parsed = parse_item(value, kind, Owner("3"))
    assert (parsed.post is None) == bool(parsed.skipped)
    assert all(one.post or one.skipped for one in parse_comments([value], frozenset({"3"}), [parsed]))
    if isinstance(value, dict):
        assert presence_of(status, value, f"{kind}:9", list_open=True) in Presence
