"""Mails: what they say, and above all what they never say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from domain.findings import Clause, Severity
from domain.posts import PostKind
from domain.reporting import Judged, Reading
from reports.letters import Letter, ReviewLetter
from reports.mail import as_email
from reports.render import LARGEST_HTML, message_id
from tests.reports.samples import (
    CONFIDENTIAL,
    COVERAGE,
    ENDORSED,
    MINOR,
    NOW,
    RENDERER,
    SECRET,
    STANDING,
    THERAPEUTIC,
    digest,
    finding,
    line,
    many,
    quiet,
)

GOLDEN = Path(__file__).parent / "golden"
OWNER = "owner@larkspurbend.example"
THREATS = ("sanction", "warning", "disciplin", "terminat", "dismiss", "suspension", "fired", "consequence")


class Words(HTMLParser):
    """The words of a page and the addresses it names."""

    def __init__(self):
        super().__init__()
        self.words: list[str] = []
        self.addresses: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in {"href", "src", "srcset", "background", "action"}]

    def handle_data(self, data):
        if not self.tags or self.tags[-1] != "style":
            self.words.append(data)


def read(html):
    parser = Words()
    parser.feed(html)
    return parser


def flat(words):
    return " ".join(" ".join(words).split())


def everything(message):
    return as_email(message).as_string() + message.subject + message.text + message.html


@pytest.mark.parametrize(
    ("name", "built"),
    [
        ("week", digest()),
        ("quiet", quiet(coverage=[one for one in COVERAGE if one.reading is Reading.READ])),
        ("nobody", quiet(coverage=())),
        ("unread", quiet(coverage=[replace(one, reading=Reading.FAILING, posts_seen=0) for one in COVERAGE[:1]])),
    ],
)
def test_the_digest_reads_as_agreed(name, built):
    message = RENDERER.digest(built, OWNER, NOW)
    expected = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    assert f"Subject: {message.subject}\n\n{message.text}" == expected


def test_coverage_comes_before_findings():
    text = RENDERER.digest(digest(), OWNER, NOW).text
    headings = re.findall(r"^[A-Z ]{8,}$", text, re.MULTILINE)
    assert headings == [
        "WHAT WAS READ",
        "WHAT WAS FOUND",
        "STILL PUBLIC FROM EARLIER WEEKS",
        "WHAT WAS NOT LOOKED AT",
        "HOW SURE THIS IS",
    ]


def test_the_html_says_what_the_text_says():
    message = RENDERER.digest(digest(), OWNER, NOW)
    html = flat(read(message.html).words)
    for said in ("4 items to look at", THERAPEUTIC.reason, "Set aside", "The site answered too slowly.", "no verdict"):
        assert (said in html) == (said in flat([message.text])), said
    for one in digest().coverage:
        assert one.account in html
        assert one.account in message.text


@pytest.mark.parametrize("severity", [Severity.S2, Severity.S4])
def test_no_mail_holds_client_detail_or_an_excerpt(severity):
    grave = replace(CONFIDENTIAL, severity=severity)
    built = digest(findings=(grave, THERAPEUTIC, ENDORSED, MINOR))
    sent = (
        RENDERER.digest(built, OWNER, NOW),
        RENDERER.alert(grave, OWNER, NOW),
        RENDERER.notice((grave, THERAPEUTIC), "Jo Lindqvist", "jo@larkspurbend.example", "2026-W47:4", NOW),
    )
    for message in sent:
        said = everything(message)
        for word in ("beagle", "biscuit", "flood", "alder", SECRET, grave.reason, grave.post_url, THERAPEUTIC.excerpt):
            assert word.casefold() not in said.casefold()


def test_a_confidential_item_names_no_account():
    built = digest(findings=(CONFIDENTIAL,), open_before=(), coverage=())
    message = RENDERER.digest(built, OWNER, NOW)
    assert CONFIDENTIAL.account not in everything(message)
    assert CONFIDENTIAL.author not in everything(message)
    assert "WordPress, 17 November 2026" in message.text


def test_another_item_on_a_confidential_post_is_as_silent():
    second = finding(
        105, post_url=CONFIDENTIAL.post_url, account="jo-at-larkspur.example", reason=f"Tells of {SECRET}."
    )
    message = RENDERER.digest(digest(findings=(CONFIDENTIAL, second), open_before=(), coverage=()), OWNER, NOW)
    assert "jo-at-larkspur" not in everything(message)
    assert "beagle" not in everything(message)
    told = RENDERER.notice((CONFIDENTIAL, second), "Jo", "jo@larkspurbend.example", "2026-W47:4", NOW)
    assert "beagle" not in everything(told)


def test_no_number_is_told_about_an_account():
    seen = [replace(one, posts_seen=4321, new=987, edited=654) for one in COVERAGE]
    message = RENDERER.digest(digest(coverage=seen), OWNER, NOW)
    for number in ("4321", "4,321", "987", "654"):
        assert number not in re.sub(r'style="[^"]*"', "", everything(message))


def test_severities_are_words():
    message = RENDERER.digest(digest(), OWNER, NOW)
    assert not re.search(r"\bS[0-4]\b", message.text)
    assert not re.search(r"\bS[0-4]\b", flat(read(message.html).words))


@pytest.mark.parametrize(
    ("built", "subject"),
    [
        (digest(coverage=COVERAGE[:4]), "Larkspur Bend Counseling: week 47 of 2026, 4 items to look at"),
        (
            digest(findings=(MINOR,)),
            "Larkspur Bend Counseling: week 47 of 2026, 1 item to look at; 3 accounts not fully read",
        ),
        (quiet(coverage=COVERAGE[:4]), "Larkspur Bend Counseling: week 46 of 2026, nothing found"),
        (quiet(coverage=COVERAGE[4:]), "Larkspur Bend Counseling: week 46 of 2026, no account was read as planned"),
        (quiet(coverage=()), "Larkspur Bend Counseling: week 46 of 2026, no account is enrolled"),
    ],
)
def test_subjects_say_week_and_number(built, subject):
    assert RENDERER.digest(built, OWNER, NOW).subject == subject


@pytest.mark.parametrize("count", [41, 500, 5000])
def test_a_big_week_stays_below_what_mail_readers_cut(count):
    lines = [line(n, f"@somebody-{n}.with-a-rather-long-name@social.example") for n in range(400)]
    lines += [
        line(n, f"@failing-{n}@social.example", Reading.FAILING, reason="The site asked us to wait. " * 9)
        for n in range(200)
    ]
    message = RENDERER.digest(digest(findings=many(count), coverage=lines), OWNER, NOW)
    assert len(message.html.encode()) <= LARGEST_HTML
    assert len(as_email(message).as_bytes()) < 250_000
    shown = message.text.count("* Section")
    assert shown >= 10
    left = count - (shown - 1)
    assert f"{left:,} more item{' is' if left == 1 else 's are'} in the archive" in message.text
    assert "more accounts" in message.text


def test_an_absurd_item_does_not_break_the_limit():
    message = RENDERER.digest(digest(findings=[replace(one, reason="x" * 20_000) for one in many(100)]), OWNER, NOW)
    assert len(message.html.encode()) <= LARGEST_HTML
    assert "The items are in the archive" in message.text or "more items are in the archive" in message.text


def test_the_same_digest_gives_the_same_bytes():
    built = digest()
    first, second = (as_email(RENDERER.digest(built, OWNER, built.built_at)).as_bytes() for _ in range(2))
    assert first == second


def test_message_ids_depend_on_kind_key_recipient_and_domain_alone():
    ids = {
        message_id(kind, key, recipient, domain)
        for kind in ("digest", "alert")
        for key in ("2026-W47", "2026-W48")
        for recipient in ("a@x.example", "b@x.example")
        for domain in ("x.example", "y.example")
    }
    assert len(ids) == 16
    assert message_id("digest", "1", "A@x.example", "x.example") == message_id(
        "digest", "1", "a@x.example", "x.example"
    )
    assert all(re.fullmatch(r"<[\w.]+@[xy]\.example>", one) for one in ids)
    assert RENDERER.digest(digest(), OWNER, NOW).message_id == message_id(
        "digest", "2026-W47", OWNER, "larkspurbend.example"
    )


def test_mail_loads_nothing_and_runs_nothing():
    for message in (RENDERER.digest(digest(), OWNER, NOW), RENDERER.alert(CONFIDENTIAL, OWNER, NOW)):
        page = read(message.html)
        assert not {"img", "script", "link", "iframe", "form", "object", "svg"} & set(page.tags)
        assert all(address.startswith("https://archive.larkspurbend.example/") for address in page.addresses)
        assert "url(" not in message.html
        assert "@import" not in message.html


def test_words_of_others_are_escaped():
    hostile = finding(9, account="<script>alert(1)</script>", reason="</td><img src=x onerror=alert(1)> & more")
    message = RENDERER.digest(digest(findings=(hostile,)), OWNER, NOW)
    assert not {"script", "img"} & set(read(message.html).tags)
    assert "</td><img src=x onerror=alert(1)> & more" in flat(read(message.html).words)


def test_a_practices_name_cannot_add_a_header():
    sly = replace(digest(), practice="Larkspur\r\nBcc: everybody@x.example")
    email = as_email(RENDERER.digest(sly, OWNER, NOW))
    assert email["Bcc"] is None
    assert email["Subject"].startswith("Larkspur Bcc: everybody@x.example: week 47")


def test_without_an_archive_address_items_are_named_by_number():
    lone = replace(RENDERER, archive_url="")
    message = lone.digest(digest(), OWNER, NOW)
    assert "In the archive: item 101." in message.text
    assert read(message.html).addresses == []
    assert "week 47 of 2026, item 101" in lone.alert(CONFIDENTIAL, OWNER, NOW).text


def test_measured_error_rates_are_told_when_known():
    known = replace(RENDERER, error_rates="In tests 3 of 100 harmless posts were marked.")
    message = known.digest(quiet(), OWNER, NOW)
    assert "3 of 100 harmless posts" in message.text
    assert "3 of 100 harmless posts" in message.html


def test_the_alert_reads_as_agreed():
    message = RENDERER.alert(CONFIDENTIAL, "privacy@larkspurbend.example", NOW)
    expected = (GOLDEN / "alert.txt").read_text(encoding="utf-8")
    assert f"Subject: {message.subject}\n\n{message.text}" == expected


def test_breach_clocks_count_from_first_seen():
    seen = replace(CONFIDENTIAL, first_seen_at=datetime(2026, 3, 7, 20, 0, tzinfo=UTC))
    text = RENDERER.alert(seen, OWNER, NOW).text
    # 60 calendar days after 7 March; 72 hours pass the change to summer time on 8 March in Denver.
    assert "Wednesday, 6 May 2026" in text
    assert "10 March 2026, 14:00 (MDT)" in text
    assert "7 March 2026, 13:00 (MST)" in text
    assert "weeks/2026-W10.html#finding-101" in text


def test_the_notice_reads_as_agreed():
    message = RENDERER.notice((CONFIDENTIAL, THERAPEUTIC), "Jo Lindqvist", "jo@larkspurbend.example", "2026-W47:4", NOW)
    expected = (GOLDEN / "notice.txt").read_text(encoding="utf-8")
    assert f"Subject: {message.subject}\n\n{message.text}" == expected


@pytest.mark.parametrize("clause", list(Clause))
def test_the_notice_never_threatens(clause):
    message = RENDERER.notice((finding(clause=clause),), "Tess", "tess@larkspurbend.example", "2026-W47:3", NOW)
    said = (message.subject + message.text + message.html).casefold()
    assert not [word for word in THREATS if word in said]


def test_the_author_finds_the_post():
    message = RENDERER.notice((THERAPEUTIC,), "Tess", "tess@larkspurbend.example", "2026-W47:3", NOW)
    assert THERAPEUTIC.post_url in message.text
    assert read(message.html).addresses == [THERAPEUTIC.post_url]


def test_the_author_of_a_profile_hears_of_the_profile():
    profile = finding(kind=PostKind.PROFILE, clause=Clause.SEPARATION, reason="The profile names the practice.")
    notice = RENDERER.notice((profile,), "Tess", "tess@larkspurbend.example", "2026-W47:3", NOW)
    letter = RENDERER.review(ReviewLetter(Letter.ASKED, 7, profile, until=NOW), "tess@larkspurbend.example", "k", NOW)
    for message in (notice, letter):
        assert message.subject.endswith("your public profile")
        assert "something in your public profile" in message.text or "looked at your public profile" in message.text
        for said in (message.text, message.html):
            assert "Your profile: " in said
            assert "one of your public posts" not in said


def test_standing_items_link_to_this_weeks_page():
    text = RENDERER.digest(digest(open_before=(STANDING,)), OWNER, NOW).text
    assert "weeks/2026-W47.html#open-71" in text


def test_mails_say_that_a_machine_wrote_them():
    email = as_email(RENDERER.digest(digest(), OWNER, NOW))
    assert email["Auto-Submitted"] == "auto-generated"
    assert email["X-Auto-Response-Suppress"] == "All"
    assert email["Date"] == "Mon, 23 Nov 2026 13:00:00 +0000"


def test_an_item_that_people_judged_says_how_it_stands_and_the_others_that_nobody_has():
    built = replace(digest(), findings=(replace(THERAPEUTIC, judged=Judged.APPEALED), ENDORSED))
    message = RENDERER.digest(built, OWNER, NOW)
    assert message.subject.endswith("2 items, 1 decided; 3 accounts not fully read")
    for text in (message.text, flat(read(message.html).words)):
        assert (
            "2 items found. Software noticed them; 1 of 2 was decided by people or mended, and each says how it stands."
            in flat([text])
        )
        assert text.count("Decided by people, appealed.") == 1
        assert "Unconfirmed." in text
        assert "no person has judged" not in text
