"""Critical findings: when they were seen and looked at, the clocks, the checklist, and the letter."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from console.routes import critical
from domain.access import Role
from domain.errors import Refused
from domain.findings import Clause, Severity
from domain.incidents import items_for
from tests.fakes.desk import Office, post
from tests.fakes.findings import TEXT, account_of, flag, marked, notice, trained

OFFICER = Role.PRIVACY_OFFICER
GRAVE = marked(Clause.CONFIDENTIALITY, Severity.S4)


@pytest.fixture
def office(office: Office) -> Office:
    trained(office, Role.REVIEWER, OFFICER)
    return office


@pytest.fixture
def number(office: Office) -> int:
    return notice(office, account_of(office), flag(office, 1, GRAVE))[0]


def test_what_is_critical_stands_there_with_its_clocks(office: Office, number: int) -> None:
    page = office.signed_in(OFFICER).get("/critical").text

    assert f"Item {number}: Section 2" in page
    assert "7 October 2026, 08:01" in page
    assert "by nobody yet" in page
    for law in ("45 CFR 164.404(b)", "45 CFR 164.408(b)", "45 CFR 164.408(c)"):
        assert law in page
    assert "60 days left" in page
    assert "GDPR" not in page


def test_in_the_eu_seventy_two_hours_run(office: Office, number: int) -> None:
    office.desk = replace(office.desk, profile="eu-uk")
    page = office.signed_in(OFFICER)
    assert "3 days left" in page.get("/critical").text
    office.clock.forward(hours=73)
    office.sign_in(page, OFFICER)
    text = page.get("/critical").text
    assert "passed 1 hour ago" in text
    assert "164.404" not in text


def test_nothing_critical_says_so(office: Office) -> None:
    assert "Nothing critical is open." in office.signed_in(OFFICER).get("/critical").text


def test_the_first_look_is_recorded_once_and_holds_nothing(office: Office, number: int) -> None:
    browser = office.signed_in(OFFICER)
    office.clock.forward(minutes=9)
    first = office.clock()
    assert browser.get(f"/critical/{number}").status_code == 200
    office.clock.forward(minutes=9)
    browser.get(f"/critical/{number}")

    incident = office.store.incidents.get(number, office.people[OFFICER])
    review = office.store.reviews.get(number)
    assert (incident.first_viewed_at, review.first_viewed_at, review.held_by) == (first, first, None)


def test_each_item_is_confirmed_by_somebody_and_then_it_closes(office: Office, number: int) -> None:
    browser, here = office.signed_in(OFFICER), f"/critical/{number}"
    assert "Close this incident" not in browser.get(here).text
    assert post(browser, f"{here}/close", here).status_code == 403
    for item in items_for("us"):
        assert post(browser, f"{here}/confirm", here, item=item.key).status_code == 303
    page = browser.get(here).text
    assert page.count(f"Confirmed by {office.people[OFFICER].name}") == len(items_for("us"))

    assert post(browser, f"{here}/close", here).status_code == 303
    assert "Nothing critical is open." in browser.get("/critical").text
    assert f'<a href="/critical/{number}">Item {number}</a>' in browser.get("/critical?show=closed").text
    assert "Close this incident" not in browser.get(here).text


def test_a_long_list_comes_in_pages_oldest_first(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(critical, "ITEMS", 2)
    made = notice(office, account_of(office), *(flag(office, one, GRAVE) for one in range(1, 4)))
    browser = office.signed_in(OFFICER)
    first = browser.get("/critical").text
    assert re.findall(r'href="/critical/(\d+)"', first) == [str(one) for one in made[:2]]
    later = re.search(r'rel="next" href="([^"]+)"', first)
    assert later
    second = browser.get(later.group(1)).text
    assert re.findall(r'href="/critical/(\d+)"', second) == [str(made[2])]
    assert 'rel="next"' not in second


def test_there_is_no_other_part_of_the_list(office: Office) -> None:
    assert office.signed_in(OFFICER).get("/critical?show=all").status_code == 404


@pytest.mark.parametrize("item", ["", "gdpr-assessed", "x"])
def test_there_is_no_other_item(office: Office, number: int, item: str) -> None:
    browser, here = office.signed_in(OFFICER), f"/critical/{number}"
    assert post(browser, f"{here}/confirm", here, item=item).status_code == 403
    assert office.store.incidents.get(number, office.people[OFFICER]).checklist == {}


def test_the_letter_says_nothing_of_the_post(office: Office, number: int) -> None:
    browser = office.signed_in(OFFICER)
    shown = browser.get(f"/critical/{number}/letter").text
    saved = browser.get(f"/critical/{number}/letter.txt")

    assert saved.headers["content-disposition"] == f'attachment; filename="take-down-{number}.txt"'
    for letter in (shown, saved.text):
        assert "Dear Maren Okafor" in letter
        assert f"/my/findings/{number}" in letter
        for word in ("workbook", "link in my bio", "worked for all", "recommends"):
            assert word in TEXT + GRAVE.reason
            assert word not in letter
    newest = office.store.audit.newest().record
    assert (newest.event, newest.details) == ("export.made", {"form": "letter"})


@pytest.mark.parametrize("way", ["", "/letter", "/letter.txt"])
def test_nothing_else_can_be_opened(office: Office, number: int, way: str) -> None:
    (minor,) = notice(office, account_of(office, "Noor Haddad"), flag(office, 5, marked()))
    browser = office.signed_in(OFFICER)
    for other in (minor, 999, "x"):
        assert browser.get(f"/critical/{other}{way}").status_code == 404


def test_ones_own_and_a_conflict_are_for_somebody_else(office: Office) -> None:
    account = account_of(office, "Imani Okafor")
    (own,) = notice(office, account, flag(office, 1, GRAVE))
    officer = office.person("Imani Reyes", OFFICER, staff_id=account.staff.id)
    browser = office.browser()
    office.sign_in_as(browser, officer)

    assert "Nothing critical is open." in browser.get("/critical").text
    assert browser.get(f"/critical/{own}").status_code == 404
    with pytest.raises(Refused):
        office.store.incidents.confirm(own, "safe", officer, "us", office.clock())


@pytest.mark.parametrize("role", [role for role in Role if role is not OFFICER])
def test_no_other_role_opens_it(office: Office, number: int, role: Role) -> None:
    browser = office.signed_in(role)
    for way in ("/critical", f"/critical/{number}", f"/critical/{number}/letter"):
        assert browser.get(way).status_code == 403
