"""The archive in the console: by week, section, account and search, to each role what is theirs to see."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.access import ConflictOfInterest, Role
from domain.findings import Clause, Severity
from domain.periods import period_of
from domain.review import Step
from reports.build import build_digest
from tests.fakes.desk import Office, post
from tests.fakes.findings import account_of, flag, marked, notice, trained

SECRET = "My client Dana Whitlock came back today."
CLIENT = marked(Clause.CONFIDENTIALITY, Severity.S2, detector="confidentiality")
READERS = (Role.REVIEWER, Role.PRIVACY_OFFICER, Role.AUDITOR)


@pytest.fixture
def office(office: Office) -> Office:
    trained(office, Role.REVIEWER, Role.PRIVACY_OFFICER)
    return office


def reported(office: Office) -> str:
    """Freeze the digest of the week that was found in; its name."""
    store, zone = office.store, office.desk.practice.time_zone
    period = period_of(office.clock(), zone)
    office.clock.now = period.end + timedelta(hours=8)
    store.digests.save(
        build_digest(
            practice="Larkspur Bend Counseling",
            period=period,
            now=office.clock(),
            findings=store.findings.seen_between(period.start, period.end),
            open_before=(),
            coverage=store.runs.coverage(period, office.clock(), timedelta(hours=24)),
            policy_version="policy-1",
            detector_version="1",
            clause_titles=(),
        )
    )
    return period.week


def shown_items(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="finding-(\d+)"', page)]


@pytest.mark.parametrize("path", ["/weeks", "/accounts", "/clauses/1", "/clauses/9", "/search", "/figures"])
def test_an_empty_archive_is_told_in_words(office: Office, path: str) -> None:
    page = office.signed_in(Role.PRIVACY_OFFICER).get(path)
    assert page.status_code == 200
    assert "<h1>" in page.text


def test_the_running_week_and_one_without_a_digest(office: Office) -> None:
    browser = office.signed_in(Role.PRIVACY_OFFICER)
    assert "This week has not ended" in browser.get("/weeks/2026-W41").text
    missing = browser.get("/weeks/2026-W20")
    assert (missing.status_code, "There is no page for week 20 of 2026" in missing.text) == (404, True)
    for nonsense in ("/weeks/2026-W60", "/weeks/x", "/weeks/9999-W52", "/clauses/10", "/accounts/7", "/findings/1"):
        assert browser.get(nonsense).status_code == 404, nonsense


def test_a_week_shows_its_items_and_what_was_read(office: Office) -> None:
    notice(office, account_of(office), flag(office, 1), flag(office, 2))
    week = reported(office)
    page = office.signed_in(Role.REVIEWER).get(f"/weeks/{week}").text
    assert sorted(shown_items(page)) == [1, 2]
    assert "Of 1 account whose owners opted in" in page
    assert "link in my bio." in page
    assert f"/weeks/{week}" in office.signed_in(Role.REVIEWER).get("/weeks").text


def test_a_long_week_comes_in_pages(office: Office) -> None:
    notice(office, account_of(office), *(flag(office, number) for number in range(40)))
    week = reported(office)
    browser = office.signed_in(Role.REVIEWER)
    first, second = browser.get(f"/weeks/{week}").text, browser.get(f"/weeks/{week}?page=2").text
    assert (len(shown_items(first)), len(shown_items(second))) == (25, 15)
    assert not set(shown_items(first)) & set(shown_items(second))
    assert browser.get(f"/weeks/{week}?page=3").status_code == 404


def test_client_detail_is_shown_to_the_privacy_officer_alone(office: Office) -> None:
    client = replace(CLIENT, reason="The post tells of a client's beagle.")
    verdict = flag(office, 1, client, marked(), text=SECRET, excerpt="my client █████ came back")
    notice(office, account_of(office), verdict, flag(office, 2))
    week = reported(office)
    pages = {role: office.signed_in(role).get(f"/weeks/{week}").text for role in (*READERS, Role.MANAGER)}
    assert all("Whitlock" not in page for page in pages.values())
    assert len(shown_items(pages[Role.PRIVACY_OFFICER])) == 3
    assert "beagle" in pages[Role.PRIVACY_OFFICER]
    assert len(shown_items(pages[Role.REVIEWER])) == 1
    assert "2 items are not shown to you" in pages[Role.REVIEWER]
    for role in (Role.AUDITOR, Role.MANAGER):
        assert len(shown_items(pages[role])) == 3
        assert "beagle" not in pages[role]
        assert "my client" not in pages[role]


def test_a_manager_reads_no_more_than_the_digest_says(office: Office) -> None:
    notice(office, account_of(office), flag(office, 1))
    week = reported(office)
    browser = office.signed_in(Role.MANAGER)
    page = browser.get(f"/weeks/{week}").text
    assert "link in my bio" not in page
    assert "what is not on the register" in page
    assert 'href="/accounts' not in page
    assert 'href="/findings' not in page
    for path in ("/accounts", "/search", "/clauses/1", "/findings/1", "/queue"):
        assert browser.get(path).status_code == 403, path
    assert browser.get("/figures").status_code == 200


def test_a_manager_sees_of_the_running_week_only_what_authors_know(office: Office) -> None:
    notice(office, account_of(office), flag(office, 1), flag(office, 2))
    office.store.findings.mark_author_told([2], office.clock())
    week = period_of(office.clock(), "America/New_York").week
    assert shown_items(office.signed_in(Role.MANAGER).get(f"/weeks/{week}").text) == [2]
    assert sorted(shown_items(office.signed_in(Role.REVIEWER).get(f"/weeks/{week}").text)) == [1, 2]


def test_by_section_and_by_account(office: Office) -> None:
    one, other = account_of(office), account_of(office, "Ines Vega")
    notice(office, one, flag(office, 1, marked(Clause.OPINION)), flag(office, 2, CLIENT))
    notice(office, other, flag(office, 3, marked(Clause.OPINION)))
    browser = office.signed_in(Role.REVIEWER)
    assert shown_items(browser.get("/clauses/6").text) == [3, 1]
    hidden = browser.get("/clauses/2").text
    assert shown_items(hidden) == []
    assert "1 item is with the privacy officer" in hidden
    assert shown_items(browser.get(f"/accounts/{other.id}").text) == [3]
    page = browser.get("/accounts").text
    assert page.index("Ines Vega") < page.index("Maren Okafor")


def test_search_by_filters_has_an_address_and_by_words_has_none(office: Office) -> None:
    account = account_of(office)
    notice(office, account, flag(office, 1, marked(Clause.OPINION)), flag(office, 2, excerpt="the maples turned red"))
    browser = office.signed_in(Role.REVIEWER)
    answer = post(browser, "/search", clause="6", words=" ")
    assert answer.headers["location"] == "/search?clause=6"
    assert shown_items(browser.get("/search?clause=6").text) == [1]
    found = post(browser, "/search", words="Maples RED")
    assert (found.status_code, shown_items(found.text)) == (200, [2])
    assert 'value="Maples RED"' in found.text
    assert "Nothing was found" in post(browser, "/search", words="cedars").text
    assert shown_items(browser.get(f"/search?account={account.id}&from=2026-W41&to=2026-w41&severity=1").text) == [2]


def test_a_search_that_cannot_be_read_is_told_by_field(office: Office) -> None:
    browser = office.signed_in(Role.REVIEWER)
    for query in ("from=soon", "to=2026-W60", "clause=7", "severity=9", "account=x", "state=gone", "severity=0x1"):
        page = browser.get(f"/search?{query}")
        name = query.partition("=")[0]
        assert (page.status_code, f'href="#{name}"' in page.text) == (400, True), query
    assert post(browser, "/search", words="a" * 201).status_code == 400


def test_older_hits_follow_by_a_link_or_by_a_form(office: Office) -> None:
    notice(office, account_of(office), *(flag(office, number, marked()) for number in range(40)))
    browser = office.signed_in(Role.REVIEWER)
    first = browser.get("/search?clause=5").text
    assert len(shown_items(first)) == 25
    link = re.search(r'href="(/search\?clause=5&amp;before=\d+)"', first).group(1).replace("&amp;", "&")
    assert len(shown_items(browser.get(link).text)) == 15
    words = post(browser, "/search", words="workbook").text
    before = re.search(r'name="before" value="(\d+)"', words).group(1)
    assert len(shown_items(post(browser, "/search", words="workbook", before=before).text)) == 15


def test_one_finding_is_masked_and_its_words_are_shown_once_to_who_says_why(office: Office) -> None:
    (number,) = notice(
        office, account_of(office), flag(office, 1, CLIENT, text=SECRET, excerpt="[client detail masked]")
    )
    browser = office.signed_in(Role.PRIVACY_OFFICER)
    assert "Whitlock" not in browser.get("/findings/1").text
    assert post(browser, "/findings/1/unmask", "/findings/1", **{"note-unmasked": " "}).status_code == 400
    shown = post(browser, "/findings/1/unmask", "/findings/1", **{"note-unmasked": "An inquiry by the board."})
    assert "Dana Whitlock" in shown.text
    assert "Whitlock" not in browser.get("/findings/1").text
    review = office.store.reviews.get(number)
    assert (review.events[-1].step, review.events[-1].note) == (Step.UNMASKED, "An inquiry by the board.")
    assert [entry.record.event for entry in office.store.audit.entries()].count("review.unmasked") == 1


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUDITOR, Role.MANAGER, Role.ADMINISTRATOR, Role.CLINICIAN])
def test_nobody_else_unmasks(office: Office, role: Role) -> None:
    notice(office, account_of(office), flag(office, 1, CLIENT, text=SECRET))
    browser = office.signed_in(role)
    answer = post(browser, "/findings/1/unmask", "/", **{"note-unmasked": "Curious"})
    assert answer.status_code == 403
    assert "Whitlock" not in answer.text


def test_nobody_reads_here_of_themselves_or_a_conflict(office: Office) -> None:
    account = account_of(office)
    notice(office, account, flag(office, 1))
    staff_id = office.store.accounts.all()[0].staff.id
    user = office.people[Role.AUDITOR]
    office.store.users.add_conflict(user.id, ConflictOfInterest(staff_id, "Sisters."), "command", office.clock())
    browser = office.signed_in(Role.AUDITOR)
    assert browser.get("/findings/1").status_code == 404
    assert shown_items(browser.get(f"/accounts/{account.id}").text) == []


def test_figures_tell_how_often_people_decided_against_the_software(office: Office) -> None:
    reviews = notice(office, account_of(office), *(flag(office, number, marked()) for number in range(6)))
    browser = office.signed_in(Role.REVIEWER)
    for review_id in reviews[:5]:
        revision = re.search(r'name="revision" value="(\d+)"', browser.get(f"/queue/{review_id}").text).group(1)
        outcome = "false-positive" if review_id != reviews[0] else "out-of-scope"
        post(browser, f"/queue/{review_id}/dismiss", "/queue", revision=revision, **{"outcome-dismiss": outcome})
    page = office.signed_in(Role.MANAGER).get("/figures").text
    assert "4 (80 %)" in page
    assert "fewer than five" in page.lower() or "fewer than 5" in page.lower()
