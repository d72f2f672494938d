"""Exports from the console: masked, filtered, and told to the log before they leave."""

import hashlib
import json

import pytest

from console.exporting import PURPOSE
from domain.access import ConflictOfInterest, Role
from domain.findings import Clause
from tests.fakes.desk import Office, post
from tests.store.records import DAY, START, active, finding, flagged, visit
from tests.store.records import post as a_post
from tests.store.review_records import review


@pytest.fixture
def case(office: Office) -> int:
    """A closed review of a finding of clause 2, in which a client is named."""
    office.clock.now = START + DAY
    active(office.store)
    (found,) = visit(office.store, flagged(a_post("1", "Elowen told me so."), finding(Clause.CONFIDENTIALITY))).findings
    return review(office.store, found, note="Elowen is named.")


def export(office: Office, role: Role, **fields: object):
    return post(office.signed_in(role), "/record/export", **{"what": "findings", "format": "json", **fields})


def lines(office: Office):
    return [entry.record for entry in office.store.audit.entries() if entry.record.event == "export.made"]


def test_an_auditor_exports_masked_and_the_log_knows_the_file(office: Office, case: int) -> None:
    answer = export(office, Role.AUDITOR, clause="2", **{"from": "2026-W47"})

    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    made = json.loads(answer.content)
    assert (made["schema"], made["count"], made["masked"], made["purpose"]) == ("section7.findings/1", 1, True, PURPOSE)
    assert "Elowen" not in answer.text
    (line,) = lines(office)
    auditor = office.people[Role.AUDITOR]
    assert line.actor == f"user:{auditor.id}"
    assert line.details["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert (line.details["count"], line.details["filter"]["clauses"], line.details["masked"]) == (1, ["2"], True)


def test_every_form_can_be_had(office: Office, case: int) -> None:
    table = export(office, Role.AUDITOR, format="csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.content.startswith(b"\xef\xbb\xbf")
    assert export(office, Role.AUDITOR, what="case", number=str(case), format="pdf").content.startswith(b"%PDF-")
    record = export(office, Role.AUDITOR, what="personnel", number="2")
    assert json.loads(record.content)["schema"] == "section7.personnel/1"
    assert [line.subject for line in lines(office)] == ["", f"review:{case}", "staff:2"]


def test_client_detail_is_the_privacy_officers_to_show_and_the_ground_is_logged(office: Office, case: int) -> None:
    refused = export(office, Role.AUDITOR, what="case", number=str(case), ground="court-order")
    assert refused.status_code == 403
    assert lines(office) == []
    assert "Elowen" not in export(office, Role.PRIVACY_OFFICER, what="case", number=str(case)).text

    shown = export(office, Role.PRIVACY_OFFICER, what="case", number=str(case), ground="court-order")

    assert "Elowen told me so." in shown.text
    assert "Elowen is named." in shown.text
    assert [(line.details["masked"], line.details["ground"]) for line in lines(office)] == [
        (True, None),
        (False, "court-order"),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"what": ""},
        {"what": "case", "number": "1e3"},
        {"what": "case", "number": "99"},
        {"what": "case", "number": "1", "format": "csv"},
        {"format": "docx"},
        {"clause": "9"},
        {"severity": "5"},
        {"from": "2026-W60"},
        {"outcome": "dismissal"},
    ],
)
def test_a_mistake_shows_the_form_again_and_makes_nothing(office: Office, case: int, fields: dict[str, str]) -> None:
    answer = export(office, Role.AUDITOR, **fields)

    assert answer.status_code == 400
    assert "Please look at this again" in answer.text
    assert lines(office) == []


def test_a_named_conflict_hides_those_findings(office: Office, case: int) -> None:
    auditor = office.people[Role.AUDITOR]
    whose = office.store.reviews.get(case).staff_id
    office.store.users.add_conflict(auditor.id, ConflictOfInterest(whose, "Spouse."), "command", office.clock())

    assert json.loads(export(office, Role.AUDITOR).content)["count"] == 0
    assert export(office, Role.AUDITOR, what="case", number=str(case)).status_code == 400
    assert export(office, Role.AUDITOR, what="personnel", number=str(whose)).status_code == 400


def test_the_page_offers_no_person_as_a_filter_and_no_outcome_that_nobody_may_count(office: Office) -> None:
    page = office.signed_in(Role.AUDITOR).get("/record/export").text

    assert PURPOSE in page
    assert 'value="protected"' not in page
    assert 'name="ground"' not in page
    assert 'name="ground"' in office.signed_in(Role.PRIVACY_OFFICER).get("/record/export").text
