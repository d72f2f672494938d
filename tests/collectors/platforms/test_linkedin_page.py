r"""A LinkedIn page against a double of its interface, and its parser against answers that none should give."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.base import Limits, PostRef
from collectors.linkedin_posts import is_public, parse_page, parse_post, plain, presence
from collectors.owned_api import Answer
from collectors.platforms.linkedin_page import PLATFORM, VERSION, LinkedInPage
from domain.accounts import Proof
from domain.errors import AccessRefused, AccountGone, Malformed, RateLimited, TokenRefused, WrongContent
from domain.posts import Presence
from tests.fakes.collected import NOW, STARTS_AT, account
from tests.fakes.linkedin_api import PAGE, LinkedInApi
from tests.fakes.owned_service import grant, reader


def post(number, at=NOW - timedelta(hours=1), **changes):
    milliseconds = int(at.timestamp() * 1000)
    made = {
        "id": f"urn:li:share:{number}",
        "author": PAGE,
        "commentary": f"Post {number}",
        "visibility": "PUBLIC",
        "lifecycleState": "PUBLISHED",
        "lifecycleStateInfo": {"isEditedByAuthor": False},
        "createdAt": milliseconds,
        "publishedAt": milliseconds,
        "lastModifiedAt": milliseconds,
        "distribution": {"feedDistribution": "MAIN_FEED"},
    }
    return made | changes


def parsed(**changes):
    return parse_post(post(1, **changes), PAGE)


@pytest.fixture
def server():
    with LinkedInApi() as running:
        yield running


@pytest.fixture
def client(server):
    with server.client() as opened:
        yield opened


@pytest.fixture
def linkedin(server):
    return LinkedInPage(base=server.url("/rest"), token_url=server.url("/oauth/v2/accessToken"))


@pytest.fixture
def collect(linkedin, client):
    return lambda: linkedin.collect(fern(), reader(client), NOW)


def fern():
    return account("linkedin", "", PAGE)


@pytest.mark.parametrize(
    ("url", "recognised"),
    [
        ("https://www.linkedin.com/company/fern-street/posts/", True),
        ("https://linkedin.com/showcase/fern-street", True),
        ("https://www.linkedin.com/in/dana-fern", True),
        ("https://www.linkedin.com/feed/", False),
        ("https://www.linkedin.com.other.example/company/fern", False),
        ("https://[broken/company/fern", False),
    ],
)
def test_an_address_is_recognised_without_asking_anybody(url, recognised):
    assert PLATFORM.recognises(url) is recognised


@pytest.mark.parametrize("name", ["fern-street", "2414"])
def test_an_address_leads_to_the_organisations_urn(linkedin, client, name):
    profile = linkedin.resolve(f"https://www.linkedin.com/company/{name}/about/", reader(client))
    assert (profile.platform_id, profile.handle, profile.bio) == (PAGE, "fern-street", "A practice")
    assert profile.url == "https://www.linkedin.com/company/2414/"


def test_a_personal_profile_is_refused_before_anything_is_asked(linkedin, server, client):
    with pytest.raises(WrongContent, match="personal profile"):
        linkedin.resolve("https://www.linkedin.com/in/dana-fern", reader(client))
    with pytest.raises(WrongContent):
        linkedin.resolve("https://www.linkedin.com/feed/", reader(client))
    assert not server.asked


def test_an_unknown_page_is_told(linkedin, client):
    with pytest.raises(AccountGone):
        linkedin.resolve("https://www.linkedin.com/company/elsewhere", reader(client))
    with pytest.raises(AccountGone):
        linkedin.resolve("https://www.linkedin.com/company/999", reader(client))


def test_the_description_is_where_a_proof_may_stand(linkedin, client):
    profile = linkedin.resolve("https://www.linkedin.com/company/fern-street", reader(client))
    assert [(text.proof, text.text) for text in linkedin.proof_texts(profile, reader(client))] == [
        (Proof.BIO, "A practice")
    ]


def test_a_token_is_renewed_in_its_last_week(linkedin, client):
    assert linkedin.renew(grant(expires_at=NOW + timedelta(days=8)), reader(client), NOW) is None
    renewed = linkedin.renew(grant(expires_at=NOW + timedelta(days=6)), reader(client), NOW)
    assert (renewed.token, renewed.expires_at) == ("for-r3fresh", NOW + timedelta(days=60))


@pytest.mark.parametrize("links", [True, False])
def test_all_pages_are_read_with_the_version_that_was_built_for(server, collect, links):
    server.links = links
    server.posts = [post(number, NOW - timedelta(hours=number)) for number in range(120)]
    fetched = collect()
    assert len(fetched.posts) == 120
    assert fetched.covers_since == STARTS_AT
    assert {seen.headers["linkedin-version"] for seen in server.seen} == {VERSION}
    assert "author=urn%3Ali%3Aorganization%3A2414" in server.seen[-1].path


def test_a_listing_that_the_limits_cut_covers_only_what_it_reached(linkedin, server, client):
    server.posts = [post(number, NOW - timedelta(hours=number)) for number in range(120)]
    fetched = LinkedInPage(base=linkedin.base, limits=Limits(pages=1)).collect(fern(), reader(client), NOW)
    assert fetched.covers_since == NOW - timedelta(hours=49) + timedelta(seconds=1)


def test_posts_last_changed_before_the_permission_are_not_paged_through(server, collect):
    server.posts = [post(number, STARTS_AT - timedelta(days=number)) for number in range(-5, 200)]
    assert collect().covers_since == STARTS_AT
    assert server.paths.count("/rest/posts") == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"visibility": "LOGGED_IN"}, "not-public"),
        ({"visibility": "CONNECTIONS"}, "not-public"),
        ({"visibility": None}, "not-public"),
        ({"lifecycleState": "DRAFT"}, "not-public"),
        ({"lifecycleState": "PUBLISH_REQUESTED"}, "not-public"),
        ({"author": "urn:li:organization:7"}, "other-author"),
        ({"commentary": "", "reshareContext": {"parent": "urn:li:share:9", "root": "urn:li:share:9"}}, "boost"),
        ({"author": ""}, "malformed"),
        ({"id": 7}, "malformed"),
        ({"commentary": None}, "malformed"),
    ],
)
def test_what_is_not_the_pages_own_public_post_is_left_out_by_its_reason(server, collect, changes, reason):
    server.posts = [post(1, **changes)]
    fetched = collect()
    assert (fetched.posts, fetched.skipped) == ((), {reason: 1})
    assert (post(1)["id"] in fetched.listed_ids) is (
        reason in ("other-author", "boost", "malformed") and "id" not in changes
    )


def test_a_shared_post_keeps_the_words_that_were_put_before_it():
    assert parsed(reshareContext={"parent": "urn:li:share:9"}).post.text == "Post 1"


@pytest.mark.parametrize(
    ("commentary", "words"),
    [
        (r"Tea \(and talk\) for 2\_3 \\ people\!", "Tea (and talk) for 2_3 \\ people!"),
        (r"{hashtag|\#|MentalHealth} {hashtag|＃|a\_b}", "#MentalHealth #a_b"),
        ("With @[Fern Street](urn:li:organization:2414)", "With Fern Street"),
        (r"@[Fern \(NY\)](urn:li:organization:2414) \@home", "Fern (NY) @home"),
        ("An open {hashtag| and a @[name", "An open {hashtag| and a @[name"),
        ("\\", "\\"),
    ],
)
def test_little_text_is_read_as_its_readers_see_it(commentary, words):
    assert plain(commentary) == words


@given(st.text(max_size=200))
def test_whatever_was_escaped_comes_back(text):
    escaped = "".join(f"\\{sign}" if sign in r"|{}@[]()<>#\*_~" else sign for sign in text)
    assert plain(escaped) == text.strip()


def test_hostile_little_text_costs_little():
    assert plain("@[" * 200_000).startswith("@[")
    assert plain("{hashtag|#|" * 100_000).startswith("{hashtag")


def test_an_edit_is_told_by_the_flag_and_dated_by_the_last_change():
    at = NOW - timedelta(days=3)
    untouched = parsed(publishedAt=int(at.timestamp() * 1000)).post
    edited = parsed(publishedAt=int(at.timestamp() * 1000), lifecycleStateInfo={"isEditedByAuthor": True}).post
    assert (untouched.published_at, untouched.edited_at) == (at, None)
    assert edited.edited_at == NOW - timedelta(hours=1)


def test_picture_descriptions_polls_and_links_come_along():
    several = {"multiImage": {"images": [{"id": "urn:li:image:1", "altText": "A chair"}, {"id": "urn:li:image:2"}]}}
    assert [(medium.kind, medium.alt) for medium in parsed(content=several).post.media] == [
        ("image", "A chair"),
        ("image", ""),
    ]
    poll = {"poll": {"question": "How are you?", "options": [{"text": "Well"}, {"text": "So so"}]}}
    assert parsed(content=poll).post.text == "Post 1\nHow are you?\nWell\nSo so"
    film = parsed(commentary="", content={"media": {"id": "urn:li:video:1", "title": "Our rooms"}}).post
    assert (film.text, film.media[0].kind) == ("Our rooms", "video")
    article = {"article": {"source": "https://fern-street.example/a", "title": "Somebody's headline"}}
    linking = parsed(commentary="See https://fern-street.example/b", content=article).post
    assert linking.links == ("https://fern-street.example/b", "https://fern-street.example/a")
    assert "headline" not in linking.text


def test_a_post_that_was_deleted_or_hidden_is_absent(linkedin, server, client):
    server.posts = [post(1), post(2, visibility="LOGGED_IN")]
    refs = [PostRef(f"urn:li:share:{number}", "") for number in (1, 2, 3)]
    assert linkedin.confirm(fern(), refs, reader(client)) == {
        "urn:li:share:1": Presence.PRESENT,
        "urn:li:share:2": Presence.ABSENT,
        "urn:li:share:3": Presence.ABSENT,
    }


def test_a_page_that_does_not_answer_proves_nothing(linkedin, server, client):
    server.broken = {"/rest/organizations/2414": (403, {})}
    assert set(linkedin.confirm(fern(), [PostRef("urn:li:share:1", "")], reader(client)).values()) == {Presence.UNKNOWN}
    server.broken = {"/rest/posts/urn:li:share:1": (404, b"<html>")}
    assert set(linkedin.confirm(fern(), [PostRef("urn:li:share:1", "")], reader(client)).values()) == {Presence.UNKNOWN}


def test_another_pages_answer_is_refused(server, collect):
    server.broken["/rest/organizations/2414"] = (200, server.page | {"id": 7})
    with pytest.raises(Malformed):
        collect()


def test_a_post_answers_nothing_that_is_read(linkedin, client):
    assert linkedin.parent(fern(), parsed().post, reader(client)) is None


def test_a_version_that_ends_soon_is_noted(server, linkedin, client):
    began = datetime.strptime(VERSION, "%Y%m").replace(tzinfo=UTC)
    notes = [
        linkedin.collect(fern(), reader(client), began + timedelta(days=days)).notes for days in (0, 299, 300, 500)
    ]
    assert [bool(said) for said in notes] == [False, False, True, True]
    assert VERSION in notes[-1][0]


def test_a_version_that_has_ended_is_told_as_that(server, collect):
    server.broken["/rest/posts"] = (426, server.refused(426))
    with pytest.raises(WrongContent, match="version"):
        collect()


@pytest.mark.parametrize(
    ("status", "body", "raised"),
    [
        (401, {"code": "REVOKED_ACCESS_TOKEN"}, TokenRefused),
        (401, b"", TokenRefused),
        (403, {"code": "ACCESS_DENIED", "message": "a private remark"}, AccessRefused),
        (404, {"code": "NOT_FOUND"}, AccountGone),
        (400, {"code": "ILLEGAL_ARGUMENT"}, WrongContent),
        (200, {"elements": "none"}, Malformed),
        (200, {}, Malformed),
    ],
)
def test_each_refusal_has_its_name_and_none_repeats_the_answer(server, collect, status, body, raised):
    server.broken["/rest/posts"] = (status, body)
    with pytest.raises(raised) as refused:
        collect()
    assert type(refused.value) is raised
    assert "private remark" not in str(refused.value)


def test_a_days_quota_is_over_at_midnight_utc(server, collect):
    server.broken["/rest/posts"] = (429, {"code": "TOO_MANY_REQUESTS"})
    with pytest.raises(RateLimited) as refused:
        collect()
    assert refused.value.retry_at == datetime(2026, 11, 26, tzinfo=UTC)


VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just({}) | st.just([{}])


@given(
    st.dictionaries(st.sampled_from([*post(1), "content", "reshareContext"]), VALUES),
    st.dictionaries(st.sampled_from(["media", "multiImage", "carousel", "poll", "article"]), VALUES),
)
def test_no_answer_breaks_the_parser_and_none_is_read_that_is_not_public(changes, content):
    odd = post(1, content=content) | changes
    entry = parse_post(odd, PAGE)
    assert (entry.post is None) == bool(entry.skipped)
    assert entry.post is None or is_public(odd)
    parse_page(Answer(200, {"elements": [odd, changes], "paging": changes}), PAGE)
    presence(Answer(200, odd), "urn:li:share:1")
