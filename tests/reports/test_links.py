"""Addresses in mails and pages."""

from __future__ import annotations

import pytest

from reports import links


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://files.example/x",
        "//social.example/x",
        "https://",
        "https://social.example/a b",
        'https://social.example/"onmouseover=',
        "https://social.example/\nBcc:",
        "https://[::1",
        "",
    ],
)
def test_only_whole_web_addresses_are_linked(url):
    assert links.web_address(url) == ""
    assert links.own_post(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        "https://social.example/@tess.okafor/112233",
        "https://social.example/users/tess1/statuses/112233",
        "https://bsky.app/profile/tess.example/post/3kabcdefgh2x",
        "https://bsky.app/profile/did:plc:abc234/post/3kabcdefgh2x",
        "https://blog.example/?p=12",
        "https://blog.example/2026/11/",
    ],
)
def test_an_address_of_identifiers_is_linked_whole(url):
    assert links.own_post(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://blog.example/2026/11/kyle-from-elm-street/",
        "https://blog.example/kyle/",
        "https://blog.example/kyle_elm_12",
        "https://blog.example/2026/11/12/kyle-7",
        "https://blog.example/?title=kyle",
        "https://blog.example/?p=12&kyle",
        "https://blog.example/12#kyle",
    ],
)
def test_an_address_with_words_is_cut_to_its_site(url):
    assert links.own_post(url) == "https://blog.example/"


def test_a_site_never_shows_credentials():
    assert links.site("https://user:secret@blog.example/kyle-elm") == "https://blog.example/"


def test_archive_links_bear_an_anchor():
    assert (
        links.archived("https://a.example/s7/", "2026-W47", "finding-1")
        == "https://a.example/s7/weeks/2026-W47.html#finding-1"
    )
    assert links.archived("file:///srv/archive", "2026-W47") == "file:///srv/archive/weeks/2026-W47.html"
    assert links.archived("", "2026-W47") == ""


def test_a_name_and_password_in_an_address_are_never_shown():
    assert links.own_post("https://tess:hush@social.example/@tess/112233") == "https://social.example/"
