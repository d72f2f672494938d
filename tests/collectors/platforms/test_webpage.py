"""The web page platform against scripted sites: found, proven, read once a day, and never mistaken."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from collectors.base import PostRef
from collectors.platforms.webpage import PLATFORM
from domain.accounts import Proof
from domain.errors import AccessRefused, AccountGone, RobotsDisallow, ServerFault, WrongContent
from domain.posts import NotModified, PostKind, Presence
from tests.fakes.collected import NOW, account
from tests.fakes.http import FakeHttp, answer

SITE = "https://fern-street.example"
URL = f"{SITE}/about"
WORDS = "<main><h1>Dana Ferreira</h1><p>I listen.</p></main>"


def page(body=WORDS, head="<title>About</title>", **headers):
    made = {"content_type": "text/html; charset=utf-8"} | headers
    return answer(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>", **made)


def collect(given, cursor=None, url=URL):
    http = FakeHttp({url: given})
    return PLATFORM.collect(account("webpage", url, cursor=cursor, url=url), http, NOW), http


@pytest.mark.parametrize("url", [URL, SITE, f"{SITE}/feed", "https://social.example/@dana", ""])
def test_no_address_alone_is_a_page_s(url):
    assert PLATFORM.recognises(url) is False


def test_a_page_resolves_to_itself_and_says_what_is_not_read():
    card = "<div class=h-card><b class=p-name>Dana F.</b><p class=p-note>Counselor</p></div>"
    http = FakeHttp({URL: page(WORDS + card)})
    profile = PLATFORM.resolve(URL, http)
    assert (profile.platform, profile.platform_id, profile.url) == ("webpage", "fern-street.example/about", URL)
    assert (profile.api_base, profile.display_name, profile.bio) == (URL, "Dana F.", "Counselor")
    assert "testimonials are left out" in profile.reads
    assert [asked.robots for asked in http.requests] == [True]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (page("<title>Sign in</title><form><input type=password></form>"), AccessRefused),
        (page("<p>Checking", "<title>Just a moment...</title>"), WrongContent),
        (page("<nav>Menu</nav>"), WrongContent),
        (answer("{}", content_type="application/json"), WrongContent),
        (answer("%PDF", content_type="application/pdf"), WrongContent),
        (answer("", status=404), AccountGone),
        (answer("", status=410), AccountGone),
        (answer("", status=403), AccessRefused),
        (answer("", status=500), ServerFault),
        (RobotsDisallow(), RobotsDisallow),
    ],
)
def test_what_is_no_page_of_the_author_s_is_an_error_that_names_it(given, error):
    with pytest.raises(error):
        PLATFORM.resolve(URL, FakeHttp({URL: given}))
    with pytest.raises(error):
        collect(given)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.psychologytoday.com/us/therapists/dana",
        "https://linkedin.com/in/dana",
        "https://m.facebook.com/dana",
        "https://x.com/dana",
    ],
)
def test_networks_and_directories_are_not_read_this_way(url):
    with pytest.raises(WrongContent, match="author's own site"):
        PLATFORM.resolve(url, FakeHttp({url: page()}))


def test_a_site_whose_name_only_ends_alike_is_an_author_s():
    url = "https://notlinkedin.com/dana"
    assert PLATFORM.resolve(url, FakeHttp({url: page()})).url == url


@pytest.mark.parametrize("url", ["", "dana", "ftp://fern-street.example/", "https://[broken/"])
def test_nobody_is_asked_about_what_is_no_address(url):
    with pytest.raises(WrongContent):
        PLATFORM.resolve(url, FakeHttp({}))


def test_a_page_is_one_post_that_says_what_it_says_now():
    found, http = collect(page())
    (post,) = found.posts
    assert (post.kind, post.url, post.published_at, post.undatable) == (PostKind.PAGE, URL, NOW, False)
    assert post.text == "About\n\nDana Ferreira\n\nI listen."
    assert (found.listed_ids, found.covers_since) == ({post.post_id}, None)
    assert found.not_before == NOW + timedelta(days=1)
    assert len(http.requests) == 1
    assert http.requests[0].robots


def test_the_post_keeps_its_id_and_an_edit_shows_in_its_hash_alone():
    first, _ = collect(page())
    same, _ = collect(page(head="<title>About</title><meta name=generator content=2>"), first.cursor)
    edited, _ = collect(page(WORDS.replace("listen", "heal")), same.cursor)
    posts = [found.posts[0] for found in (first, same, edited)]
    assert len({post.post_id for post in posts}) == 1
    assert posts[0].content_hash == posts[1].content_hash != posts[2].content_hash


def test_an_unchanged_page_is_not_modified_and_asked_again_in_a_day():
    first, _ = collect(page(etag='"1"'))
    again, http = collect(answer(status=304), first.cursor)
    assert isinstance(again, NotModified)
    assert http.requests[0].validators == {"If-None-Match": '"1"'}
    assert again.not_before == NOW + timedelta(days=1)
    assert isinstance(collect(page(), first.cursor)[0], NotModified)


def test_comments_are_counted_and_not_kept():
    found, _ = collect(page(WORDS + "<div class=comment>Dana saved me</div><div class=testimonial>So did Lee</div>"))
    assert found.skipped == {"other-author": 2}
    assert "saved" not in repr(found)


def test_an_article_keeps_its_own_date_and_one_without_a_date_is_undatable():
    entry = "<main class=h-entry><h1 class=p-name>Rest</h1>{}<div class=e-content>Rest is work.</div></main>"
    dated, _ = collect(page(entry.format("<time class=dt-published>2026-11-02</time>")))
    undated, _ = collect(page(entry.format("")))
    assert dated.posts[0].kind is PostKind.ARTICLE
    assert dated.posts[0].published_at == datetime(2026, 11, 2, tzinfo=UTC)
    assert (undated.posts[0].published_at, undated.posts[0].undatable) == (None, True)


def entries(*numbers, author=""):
    return "<main>" + "".join(
        f"<div class=h-entry><a class='p-name u-url' href=/{n}>Note {n}</a>{author}"
        f"<time class=dt-published>2026-11-0{n}</time></div>"
        for n in numbers
    )


def test_a_list_of_entries_is_a_post_for_each_and_covers_its_window():
    found, _ = collect(page(entries(3, 2, 1)))
    assert [post.url for post in found.posts] == [f"{SITE}/{n}" for n in (3, 2, 1)]
    assert {post.kind for post in found.posts} == {PostKind.ARTICLE}
    assert found.covers_since == datetime(2026, 11, 1, tzinfo=UTC)
    later, _ = collect(page(entries(4, 3, 2)), found.cursor)
    assert found.listed_ids & later.listed_ids == later.listed_ids - {later.posts[0].post_id}


def test_entries_of_a_colleague_are_left_out():
    lee = entries(2, author="<b class=p-author>Lee Okafor</b>")
    found, _ = collect(page(entries(1, author="<b class=p-author>Dana Ferreira</b>") + lee + "</main>"))
    assert [post.url for post in found.posts] == [f"{SITE}/1"]
    assert found.skipped == {"other-author": 1}


def test_a_list_that_lost_its_entries_is_a_fault():
    found, _ = collect(page(entries(2, 1)))
    liked = "<div class=h-entry><a class=u-like-of href=https://b.example/>x</a></div>"
    with pytest.raises(WrongContent):
        collect(page(f"<main>{liked}{liked}</main>"), found.cursor)
    with pytest.raises(WrongContent):
        collect(page("<main></main>"), found.cursor)


@pytest.mark.parametrize("found_at", ["https://parked.example/about", f"{SITE}/"])
def test_another_page_in_its_place_is_not_taken_for_it(found_at):
    moved = replace(page(), url=found_at)
    with pytest.raises(WrongContent):
        collect(moved)
    if found_at.startswith(SITE):
        assert collect(replace(page(), url=f"{SITE}/about-me"))[0].posts


def proofs(head="", url=URL, well_known="", body=WORDS):
    profile = PLATFORM.resolve(url, FakeHttp({url: page()}))
    file = answer(well_known, content_type="text/plain") if well_known else answer(status=404)
    http = FakeHttp({url: page(body, head), f"{SITE}/.well-known/section7.txt": file})
    return [(found.proof, found.text) for found in PLATFORM.proof_texts(profile, http)]


def test_proof_stands_in_links_head_and_file_and_never_in_words():
    body = WORDS + "<p>tok-0<a href='https://b.example/tok-0'>b</a></p><p>comment by tok-0</p>"
    head = "<link rel=me href='https://a.example/tok-1'><meta name=section7 content=tok-2>"
    assert proofs(head, well_known="tok-3", body=body) == [
        (Proof.REL_ME, "https://a.example/tok-1"),
        (Proof.REL_ME, "tok-2"),
        (Proof.WELL_KNOWN, "tok-3"),
    ]


@pytest.mark.parametrize("path", ["/", "/about", "/about-me.html", "/Services/", "/bio"])
def test_a_site_that_has_its_host_to_itself_may_prove_by_its_head(path):
    assert proofs("<meta name=section7 content=tok>", f"{SITE}{path}") == [(Proof.REL_ME, "tok")]


@pytest.mark.parametrize("path", ["/team/dana", "/~dana", "/dana", "/about?user=dana", "/sites/dana/about"])
def test_a_page_that_may_be_one_of_many_on_its_host_may_not(path):
    assert proofs("<meta name=section7 content=tok>", f"{SITE}{path}", well_known="tok") == []


def test_a_page_that_moved_to_another_host_proves_nothing():
    profile = PLATFORM.resolve(URL, FakeHttp({URL: page()}))
    with pytest.raises(WrongContent):
        PLATFORM.proof_texts(profile, FakeHttp({URL: replace(page(), url="https://parked.example/about")}))


def test_the_page_itself_is_not_asked_for_and_entries_are():
    account_ = account("webpage", URL, url=URL)
    http = FakeHttp({f"{SITE}/1": answer(status=404)})
    asked = PLATFORM.confirm(account_, [PostRef("a", URL), PostRef("b", f"{SITE}/1")], http)
    assert asked == {"a": Presence.UNKNOWN, "b": Presence.ABSENT}
