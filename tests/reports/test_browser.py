"""Mails and archive pages in a real browser: accessible, no wider than a telephone, nothing fetched, without script."""

from __future__ import annotations

from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe

from reports.archive import write_archive
from tests.reports.samples import (
    CONFIDENTIAL,
    NOW,
    RENDERER,
    THERAPEUTIC,
    content,
    digest,
    finding,
    many,
    quiet,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LONG = finding(
    900,
    account="@" + "unbroken" * 12 + ".example",
    author="Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch Jones",
    reason="Supercalifragilistic" * 12,
    excerpt="https://elsewhere.example/" + "a" * 300 + "\n\u05e9\u05dc\u05d5\u05dd",
    post_url="https://social.example/@x/" + "1" * 200,
)
PAGES = (
    "index.html",
    "weeks/2026-W47.html",
    "weeks/2026-W46.html",
    "weeks/2026-W45-2.html",
    "clauses/2.html",
    "clauses/9.html",
    "accounts/index.html",
    "accounts/3.html",
    "about.html",
    "404.html",
)
MAILS = {
    "digest": RENDERER.digest(digest(), "owner@larkspurbend.example", NOW),
    "quiet": RENDERER.digest(quiet(), "owner@larkspurbend.example", NOW),
    "long": RENDERER.digest(digest(findings=(LONG,)), "owner@larkspurbend.example", NOW),
    "alert": RENDERER.alert(CONFIDENTIAL, "privacy@larkspurbend.example", NOW),
    "notice": RENDERER.notice((CONFIDENTIAL, THERAPEUTIC, LONG), "Jo", "jo@larkspurbend.example", "2026-W47:4", NOW),
}
EVERYTHING = [*PAGES, *(f"mail/{name}.html" for name in MAILS)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("site")
    findings = (*digest().findings, LONG)
    older = [digest(week, findings=many(week % 5, first=week * 1000), open_before=()) for week in range(30, 45)]
    weeks = (digest(47, findings=findings), quiet(46), digest(45, findings=many(203)), *older)
    write_archive(replace(content(*weeks), error_rates="In tests 3 of 100 harmless posts were marked."), made)
    (made / "mail").mkdir()
    for name, message in MAILS.items():
        (made / "mail" / f"{name}.html").write_text(message.html, encoding="utf-8")
    return made


def opened(chromium, folder, path, **settings):
    """A page without script of its own, and the list of everything it asked for."""
    context = chromium.new_context(**settings)
    asked: list[str] = []
    complaints: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto((folder / path).as_uri())
    return page, asked, complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", EVERYTHING)
def test_nothing_stands_in_anybodys_way(chromium, folder, path, scheme):
    page, _, _ = opened(chromium, folder, path, color_scheme=scheme, bypass_csp=True)
    # Closed parts are read too.
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    result = Axe().run(page, options=RULES)
    found = [(one["id"], node["html"][:200]) for one in result.response["violations"] for node in one["nodes"]]
    page.context.close()
    assert found == []


@pytest.mark.parametrize("width", [360, 1100])
@pytest.mark.parametrize("path", EVERYTHING)
def test_no_page_is_wider_than_the_screen(chromium, folder, path, width):
    page, _, _ = opened(chromium, folder, path, viewport={"width": width, "height": 700})
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.context.close()
    assert wide == 0


@pytest.mark.parametrize("path", EVERYTHING)
def test_no_page_is_wider_than_paper(chromium, folder, path):
    # A4 and US Letter with margins of 2 cm are a good 650 pixels wide.
    page, _, _ = opened(chromium, folder, path, viewport={"width": 650, "height": 900})
    page.emulate_media(media="print")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.context.close()
    assert wide == 0


@pytest.mark.parametrize("path", EVERYTHING)
def test_a_page_fetches_only_its_style_sheet_from_disk(chromium, folder, path):
    page, asked, complaints = opened(chromium, folder, path, java_script_enabled=False)
    page.context.close()
    expected = [] if path.startswith("mail/") else [(folder / "archive.css").as_uri()]
    assert asked == [(folder / path).as_uri(), *expected]
    assert complaints == []


def test_the_style_sheet_is_used_from_disk(chromium, folder):
    page, _, _ = opened(chromium, folder, "weeks/2026-W47.html", color_scheme="light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(251, 250, 247)"
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 25, 26)"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.is_visible("header nav")
    page.context.close()


def test_a_mail_turns_dark(chromium, folder):
    page, _, _ = opened(chromium, folder, "mail/digest.html", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.querySelector('.sheet')).backgroundColor") == "rgb(29, 36, 37)"
    page.context.close()


def test_the_keyboard_reaches_the_content_first(chromium, folder):
    page, _, _ = opened(chromium, folder, "weeks/2026-W47.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.context.close()


def test_everything_that_takes_the_keyboard_shows_it(chromium, folder):
    page, _, _ = opened(chromium, folder, "index.html")
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        tag, style = page.evaluate(
            "[document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle]"
        )
        if tag == "BODY":
            break
        seen.add(tag)
        assert style == "solid", tag
    assert {"A", "SUMMARY", "DIV"} <= seen
    page.context.close()


def test_a_link_from_a_mail_lands_on_its_item(chromium, folder):
    page = chromium.new_context(viewport={"width": 1100, "height": 700}).new_page()
    page.goto((folder / "weeks/2026-W47.html").as_uri() + "#finding-103")
    top = page.evaluate("document.querySelector(':target').getBoundingClientRect().top")
    assert page.evaluate("document.querySelector(':target').id") == "finding-103"
    assert 0 <= top < 700
    page.context.close()


def test_a_printed_page_shows_what_is_folded_away(chromium, folder):
    page, _, _ = opened(chromium, folder, "weeks/2026-W47.html")
    page.emulate_media(media="print")
    assert page.evaluate("document.querySelector('details dl').getBoundingClientRect().height") > 0
    page.context.close()
