"""Whatever people write and call themselves: mails stay mails and pages stay pages."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.findings import Clause
from reports import links, words
from reports.mail import as_email
from reports.site import pages
from tests.reports.samples import CONFIDENTIAL, NOW, RENDERER, content, digest, finding

NASTY = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "{{ 7*7 }}{% raw %}",
            "</style></title><script>",
            "a\r\nBcc: all@x.example",
            "--=_boundary--",
            "\u202egnp\u2066",
            "&lt;b&gt;",
            "]]><!--",
            "\ud800",
            "\x00\x1b[31m",
        ]
    ),
)
FINDINGS = st.builds(
    lambda account, author, reason, excerpt, platform, url, clause: finding(
        9,
        account=account,
        author=author,
        reason=reason,
        excerpt=excerpt,
        platform=platform,
        post_url=url,
        clause=clause,
    ),
    *[NASTY] * 6,
    st.sampled_from(Clause),
)


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, tuple(name for name, _ in attrs)))


@given(FINDINGS)
@settings(max_examples=60)
def test_nobody_can_change_a_pages_structure(hostile):
    plain = dict(pages(content(digest(findings=(finding(9, clause=hostile.clause),), open_before=()))))
    made = dict(pages(content(digest(findings=(hostile,), open_before=()))))
    assert set(made) == set(plain)
    for path, text in made.items():
        text.encode()
        known = {tag for tag, _ in Tags(plain[path]).tags} | {"a", "blockquote"}
        assert {tag for tag, _ in Tags(text).tags} <= known, path
        assert not [name for _, names in Tags(text).tags for name in names if name.startswith("on")], path


@given(FINDINGS, NASTY)
@settings(max_examples=100)
def test_nobody_can_change_a_mails_structure(hostile, name):
    sent = (
        RENDERER.digest(digest(findings=(hostile,)), "owner@larkspurbend.example", NOW),
        RENDERER.alert(hostile, "privacy@larkspurbend.example", NOW),
        RENDERER.notice((hostile,), name, "author@larkspurbend.example", "2026-W47:3", NOW),
    )
    for message in sent:
        back = email.message_from_bytes(as_email(message).as_bytes(), policy=email.policy.default)
        assert back["Bcc"] is None
        assert [part.get_content_type() for part in back.walk()] == ["multipart/alternative", "text/plain", "text/html"]
        assert not back.defects
        assert not {"script", "img"} & {tag for tag, _ in Tags(message.html).tags}


@given(NASTY)
def test_plain_words_are_one_printable_line(value):
    shown = words.plain(value)
    assert all(letter.isprintable() or letter in "\u200c\u200d" for letter in shown)
    assert words.plain(shown) == shown
    shown.encode()


@given(st.text(max_size=80))
def test_an_address_is_linked_whole_or_not_at_all(url):
    assert links.web_address(url) in {"", url}
    assert links.own_post(url) in {"", url, links.site(url)}


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=9), min_size=2, max_size=5))
def test_a_title_in_an_address_never_leaves_with_a_confidential_notice(title):
    url = f"https://blog.example/2026/11/{'-'.join(title)}/"
    secret = replace(CONFIDENTIAL, post_url=url)
    message = RENDERER.notice((secret,), "Jo", "jo@larkspurbend.example", "2026-W47:4", NOW)
    assert "-".join(title) not in message.text + message.html
    assert "https://blog.example/" in message.text
