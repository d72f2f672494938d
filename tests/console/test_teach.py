"""A dismissed finding may teach the policy."""

from dataclasses import replace
from datetime import date

import pytest

from domain.access import Role
from domain.errors import UsageError
from domain.findings import Accepted, Clause, Endorsement, Severity
from tests.console.test_queue import take
from tests.fakes.desk import Office, post
from tests.fakes.findings import account_of, flag, marked, notice, trained


@pytest.fixture
def taught(office: Office) -> list[tuple[object, str]]:
    trained(office, Role.REVIEWER, Role.PRIVACY_OFFICER)
    lessons: list[tuple[object, str]] = []

    def teach(lesson: object, actor: str) -> None:
        if lessons:
            raise UsageError("The policy says so already.")
        lessons.append((lesson, actor))

    office.desk = replace(office.desk, teach=teach)
    return lessons


def dismissed(office: Office, browser, outcome: str = "permitted", finding=None, of: str = "Maren Okafor") -> int:
    (number,) = notice(office, account_of(office, of), flag(office, 1, finding or marked()))
    take(office, browser, number, "dismiss", **{"outcome-dismiss": outcome})
    return number


def test_it_is_offered_after_a_false_alarm_with_the_evidence_to_begin_from(office: Office, taught: list) -> None:
    browser = office.signed_in(Role.REVIEWER)
    number = dismissed(office, browser)
    assert f'href="/queue/{number}/teach"' in browser.get(f"/queue?done={number}").text
    assert 'value="Larkspur workbook, link in my bio"' in browser.get(f"/queue/{number}/teach").text


def test_a_phrase_is_added_with_its_days_and_who_accepted_it(office: Office, taught: list) -> None:
    browser = office.signed_in(Role.REVIEWER)
    here = f"/queue/{dismissed(office, browser)}/teach"
    fields = {"phrase": " our  workbook ", "phrase-reason": "Ours.", "phrase-from": "2026-11-01", "phrase-to": ""}
    assert post(browser, here, kind="phrase", **fields).status_code == 303
    lesson = Accepted("our workbook", Clause.ENDORSEMENT, "Rory Quill", "Ours.", date(2026, 11, 1))
    assert taught == [(lesson, f"user:{office.people[Role.REVIEWER].id}")]
    again = post(browser, here, kind="phrase", **fields)
    assert (again.status_code, "says so already" in again.text) == (400, True)


def test_an_endorsement_is_authorised(office: Office, taught: list) -> None:
    browser = office.signed_in(Role.REVIEWER)
    here = f"/queue/{dismissed(office, browser, 'false-positive')}/teach"
    assert post(browser, here, kind="item", item="Larkspur workbook", **{"item-to": "2027-01-31"}).status_code == 303
    assert taught[0][0] == Endorsement("Larkspur workbook", None, date(2027, 1, 31))


def test_what_is_missing_is_told(office: Office, taught: list) -> None:
    browser = office.signed_in(Role.REVIEWER)
    here = f"/queue/{dismissed(office, browser)}/teach"
    wrong = {"phrase": "", "phrase-reason": "", "phrase-from": "soon", "phrase-to": "2026-01-01"}
    page = post(browser, here, kind="phrase", **wrong)
    assert page.status_code == 400
    assert all(f'href="#{name}"' in page.text for name in ("phrase", "phrase-reason", "phrase-from"))
    days = {"phrase": "ours", "phrase-reason": "Ours.", "phrase-from": "2026-02-01", "phrase-to": "2026-01-01"}
    assert 'href="#phrase-to"' in post(browser, here, kind="phrase", **days).text
    assert taught == []


def test_only_a_false_alarm_of_ones_own_field_teaches(office: Office, taught: list) -> None:
    browser = office.signed_in(Role.REVIEWER)
    number = dismissed(office, browser, "out-of-scope")
    assert browser.get(f"/queue/{number}/teach").status_code == 404
    client = dismissed(
        office,
        office.signed_in(Role.PRIVACY_OFFICER),
        "permitted",
        marked(Clause.CONFIDENTIALITY, Severity.S1),
        "Ines Vega",
    )
    assert browser.get(f"/queue/{client}/teach").status_code == 404
    page = office.signed_in(Role.PRIVACY_OFFICER).get(f"/queue/{client}/teach")
    assert "workbook" not in page.text


def test_without_a_way_into_the_policy_nothing_is_offered(office: Office) -> None:
    trained(office, Role.REVIEWER)
    browser = office.signed_in(Role.REVIEWER)
    number = dismissed(office, browser)
    assert "/teach" not in browser.get(f"/queue?done={number}").text
    assert browser.get(f"/queue/{number}/teach").status_code == 404
