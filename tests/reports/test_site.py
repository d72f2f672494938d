"""The archive's pages: complete, linked, escaped, and without a number about a person."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from posixpath import dirname, join, normpath
from urllib.parse import urldefrag, urlsplit

import pytest

from domain.findings import Clause
from domain.reporting import ArchiveContent
from reports import links
from reports.site import PAGE, pages
from tests.reports.samples import (
    CLAUSE_TEXTS,
    CONFIDENTIAL,
    ENDORSED,
    NOW,
    PRACTICE,
    RENDERER,
    STANDING,
    ZONE,
    content,
    digest,
    finding,
    many,
    quiet,
)


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.headings: list[int] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        for name, value in attrs:
            self.attributes.append((name, value))
            if name == "id":
                self.ids.append(value)
            elif name in {"href", "src"}:
                self.links.append(value)

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def site(given):
    made = dict(pages(given))
    return {path: text for path, text in made.items() if path.endswith(".html")}


BIG = content(digest(47), quiet(46), digest(45, findings=many(PAGE * 2 + 7)), digest(44, findings=many(3, first=9000)))


def test_the_promised_pages_are_there():
    assert {
        "index.html",
        "about.html",
        "404.html",
        "weeks/2026-W47.html",
        "weeks/2026-W45-3.html",
        "accounts/index.html",
        "accounts/3.html",
        *(f"clauses/{number}.html" for number in range(1, 10)),
    } <= set(site(BIG))
    assert list(dict(pages(BIG)))[-1] == "index.html"


def test_every_relative_link_leads_to_a_page_and_an_anchor():
    made = dict(pages(BIG))
    ids = {path: set(Page(text).ids) for path, text in made.items() if path.endswith(".html")}
    for path, text in made.items():
        if not path.endswith(".html"):
            continue
        for link in Page(text).links:
            if urlsplit(link).scheme:
                assert link.startswith("https://")
                continue
            target, anchor = urldefrag(link)
            there = normpath(join(dirname(path), target)) if target else path
            assert there in made, (path, link)
            assert not anchor or anchor in ids[there], (path, link)


def test_mail_links_lead_to_anchors():
    week = digest(47, findings=many(500), open_before=(STANDING,))
    page = Page(site(content(week))["weeks/2026-W47.html"])
    text = RENDERER.digest(week, "owner@larkspurbend.example", NOW).text
    anchors = re.findall(r"weeks/2026-W47\.html#(\S+)", text)
    assert len(anchors) > 20
    assert set(anchors) <= set(page.ids)


def test_ids_are_unique_and_headings_descend_step_by_step():
    for path, text in site(BIG).items():
        page = Page(text)
        assert len(page.ids) == len(set(page.ids)), path
        assert page.headings[0] == 1, path
        assert page.headings.count(1) == 1, path
        assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False)), path


def test_pages_load_nothing_remote_and_run_nothing():
    for path, text in site(BIG).items():
        page = Page(text)
        assert not {"script", "img", "iframe", "form", "object", "embed", "video", "base"} & set(page.tags), path
        assert not [name for name, _ in page.attributes if name.startswith("on") or name in {"src", "style"}], path
    assert "url(" not in dict(pages(BIG))["archive.css"]
    assert "@import" not in dict(pages(BIG))["archive.css"]


def test_words_of_others_are_shown_and_never_run():
    hostile = finding(
        9,
        account="<script>alert(1)</script>",
        author="<b>Bo</b>",
        reason="<img src=x onerror=alert(1)>",
        excerpt="</blockquote><script>alert(2)</script>\nsecond line",
        post_url="javascript:alert(3)",
        detector="<i>",
    )
    for path, text in site(content(digest(findings=(hostile,), coverage=()))).items():
        page = Page(text)
        assert not {"script", "img", "b", "i"} & set(page.tags), path
        assert not [link for link in page.links if "script" in link], path
    shown = Page(site(content(digest(findings=(hostile,))))["weeks/2026-W47.html"]).text
    assert "</blockquote><script>alert(2)</script> second line" in shown


def test_the_excerpt_and_the_post_are_in_the_archive():
    page = Page(site(content())["weeks/2026-W47.html"])
    assert CONFIDENTIAL.excerpt in page.text
    assert links.own_post(CONFIDENTIAL.post_url) in page.links
    assert "quite sure (97 of 100)" in page.text
    assert "endorsement 1.0, policy a1b2c3d4e5f6" in page.text


def test_links_to_posts_do_not_tell_where_the_reader_came_from():
    text = site(content())["weeks/2026-W47.html"]
    assert '<meta name="referrer" content="no-referrer">' in text
    links = re.findall(r'<a href="https?:[^>]*>', text)
    assert links
    assert all('rel="noopener noreferrer nofollow"' in link for link in links)


def test_every_item_is_on_its_week_its_clause_and_its_account():
    found = defaultdict(set)
    for path, text in site(BIG).items():
        for number in re.findall(r'id="finding-(\d+)"', text):
            found[int(number)].add(path.split("/")[0])
    expected = {one.id for week in BIG.digests for one in week.findings}
    assert set(found) == expected
    assert all(places == {"weeks", "clauses", "accounts"} for places in found.values())


def test_no_page_holds_more_than_a_pageful():
    assert max(text.count("<article") for text in site(BIG).values()) <= PAGE + 1


@pytest.mark.parametrize(("count", "made"), [(0, 1), (1, 1), (PAGE, 1), (PAGE + 1, 2), (PAGE * 2, 2)])
def test_lists_are_cut_into_pages(count, made):
    built = site(content(digest(47, findings=many(count), open_before=())))
    weeks = [text for path, text in built.items() if path.startswith("weeks/2026-W47")]
    assert len(weeks) == made
    assert sum(text.count("<article") for text in weeks) == count


def test_accounts_pages_hold_no_number_about_a_person():
    lines = [replace(one, posts_seen=4321, new=987, edited=654, gone=876) for one in digest().coverage]
    own = many(PAGE + 30)
    made = site(content(digest(coverage=lines, findings=[replace(one, account_id=3) for one in own])))
    for path, text in made.items():
        shown = Page(text).text
        assert not re.search(r"\b(4,?321|987|654|876)\b", shown), path
        if path.startswith("accounts/"):
            assert str(len(own)) not in shown, path
            assert "page 2" not in re.sub(r"<title>.*?</title>|<h1>.*?</h1>", "", text), path


def test_a_week_that_has_not_ended_says_so():
    running = replace(content(quiet(47)), made_at=quiet(47).period.end - timedelta(days=2))
    assert "This week has not ended" in site(running)["weeks/2026-W47.html"]
    assert "This week has not ended" not in site(content(quiet(47)))["weeks/2026-W47.html"]


def test_sections_that_no_post_is_checked_against_say_so():
    made = site(content())
    for number, title, summary in CLAUSE_TEXTS:
        shown = Page(made[f"clauses/{number}.html"]).text
        assert f"Section {number}: {title}" in shown
        assert summary in shown
        assert ("Posts are not checked against this section" in shown) == (number not in set(Clause))


def test_an_archive_without_a_week_can_be_read():
    empty = ArchiveContent(practice=PRACTICE, made_at=NOW, time_zone=ZONE, digests=(), clause_texts=CLAUSE_TEXTS)
    made = site(empty)
    assert "No week has been reported yet." in Page(made["index.html"]).text
    assert "Nobody has enrolled an account yet." in Page(made["accounts/index.html"]).text


def test_an_account_that_is_no_longer_covered_keeps_its_page():
    left = replace(ENDORSED, account_id=77, account="@left.example", author="Lou Left")
    shown = Page(site(content(digest(findings=(left,))))["accounts/77.html"]).text
    assert "not enrolled in the weeks shown here" in shown.casefold()
    assert "@left.example" in shown


def test_an_account_with_only_an_old_item_has_a_page_to_link_to():
    old = replace(STANDING, account_id=88)
    made = site(content(digest(findings=(), open_before=(old,))))
    assert "../accounts/88.html" in Page(made["weeks/2026-W47.html"]).links
    assert "None in the weeks shown here." in Page(made["accounts/88.html"]).text


def test_a_finding_that_two_weeks_claim_is_listed_once():
    made = site(content(digest(46, findings=(ENDORSED,)), digest(47, findings=(ENDORSED,))))
    assert Page(made["clauses/5.html"]).ids.count("finding-103") == 1
    assert "../weeks/2026-W47.html#finding-103" in Page(made["clauses/5.html"]).links


def test_days_are_those_of_the_practice():
    shown = Page(site(content(digest(open_before=(STANDING,))))["weeks/2026-W47.html"]).text
    assert "28 October 2026" in shown
    assert "29 October 2026, 06:00 (MDT)" in shown
