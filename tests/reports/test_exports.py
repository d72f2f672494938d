from __future__ import annotations

import csv
import io
import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdfua import validate
from pypdf import PdfReader

from domain.accounts import LedgerEntry, LedgerEvent, Licence, Staff
from domain.audit import AuditRecord, entry_after
from domain.errors import UsageError
from domain.exports import CaseFile, ExportedFinding, ExportedIncident, ExportedVersion, Notice, PersonnelFile
from domain.findings import Clause, Severity
from domain.review import Outcome, Review, ReviewEvent, ReviewState, Step
from reports.export_csv import COLUMNS, as_csv, cell
from reports.export_json import FINDINGS, as_json
from reports.export_pdf import case_page, findings_page, personnel_page
from reports.pdf import as_pdf

AT = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs" / "exports.md"
HOSTILE = '=HYPERLINK("https://evil.example";"Elowen")'


def a_finding(**changes):
    values = {
        "finding_id": 7,
        "review_id": 3,
        "found_at": AT,
        "published_at": AT,
        "platform": "mastodon",
        "account": "@tess@social.example",
        "clause": Clause.CONDUCT,
        "severity": Severity.S2,
        "reason": "The post mocks a colleague.",
        "excerpt": "The ▒▒▒ “have” turned red,\r\nand <b>fell</b>.",
        "address": "https://social.example/p/1",
        "state": ReviewState.CLOSED,
        "outcome": Outcome.NOT_UPHELD,
        "author_told_at": AT,
        "closed_at": AT,
        "two_reviewers": False,
        "detector": "conduct",
        "detector_version": "1",
        "policy_version": "p1",
        "needs_context": ("parent", "image"),
    }
    return ExportedFinding(**values | changes)


def read(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_columns_are_the_fields_of_a_finding():
    assert tuple(each.name for each in fields(ExportedFinding)) == COLUMNS


def test_csv_is_what_rfc_4180_says_and_reads_back():
    content = as_csv("Purpose.", [a_finding(), a_finding(finding_id=None)])
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    first, second = read(content)
    assert first["excerpt"] == a_finding().excerpt
    assert (first["clause"], first["severity"], first["two_reviewers"], first["needs_context"]) == (
        "4", "2", "no", "parent; image",
    )  # fmt: skip
    assert (second["finding_id"], second["purpose"], first["found_at"]) == ("", "Purpose.", AT.isoformat())
    assert read(as_csv("Purpose.", [])) == []


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝", "＠"])
def test_no_cell_is_a_formula(start):
    assert cell(f"{start}1+1") == f"'{start}1+1"


@given(st.text())
def test_no_text_at_all_becomes_a_formula_or_breaks_a_line(text):
    (line,) = read(as_csv("p", [a_finding(reason=text)]))
    assert (
        not line["reason"].lstrip(" \u00a0").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    )
    assert set(line) == {*COLUMNS, "purpose"}


def test_json_names_its_schema_and_holds_plain_values():
    made = json.loads(as_json(FINDINGS, {"made_at": AT}, {"findings": [a_finding()]}))
    assert (made["schema"], made["made_at"]) == ("section7.findings/1", AT.isoformat())
    (one,) = made["findings"]
    assert set(one) == set(COLUMNS)
    assert (one["clause"], one["severity"], one["outcome"], one["needs_context"]) == (
        "4",
        2,
        "not-upheld",
        ["parent", "image"],
    )


def test_the_schema_is_documented_field_by_field():
    text = DOCS.read_text(encoding="utf-8")
    assert [column for column in COLUMNS if f"`{column}`" not in text] == []
    for schema in ("section7.findings/1", "section7.case/1", "section7.personnel/1"):
        assert schema in text


def pdf(**changes):
    head = (("Practice", "Larkspur Bend Counseling"),)
    return as_pdf(findings_page("Findings and decisions", "Purpose.", head, [a_finding(**changes)]))


def test_the_pdf_is_tagged_titled_and_in_a_language():
    made = PdfReader(io.BytesIO(pdf()))
    root = made.trailer["/Root"]
    assert made.metadata.title == "Findings and decisions"
    assert root["/Lang"].startswith("en")
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    tags = set()
    stack = [root["/StructTreeRoot"]]
    while stack:
        node = stack.pop().get_object()
        if isinstance(node, list):
            stack += node
        elif isinstance(node, dict):
            tags.add(node.get("/S"))
            stack += [node["/K"]] if "/K" in node else []
    assert {"/H1", "/H2", "/P", "/Table", "/TR", "/TH", "/TD", "/Caption"} <= tags
    text = "".join(page.extract_text() for page in made.pages)
    assert "The post mocks a colleague." in text
    assert "<b>fell</b>" in text


def test_every_cell_of_the_pdf_names_its_header():
    made = PdfReader(io.BytesIO(pdf()))
    cells, headers = [], set()
    stack = [made.trailer["/Root"]["/StructTreeRoot"]]
    while stack:
        node = stack.pop().get_object()
        if isinstance(node, list):
            stack += node
        elif isinstance(node, dict):
            if node.get("/S") == "/TD":
                cells.append(set(node["/A"]["/Headers"]))
            if node.get("/S") == "/TH":
                headers.add(node["/ID"])
            stack += [node["/K"]] if "/K" in node else []
    assert len(cells) > 10
    assert all(each and each <= headers for each in cells)


def a_case():
    review = Review(3, 7, 1, 1, Clause.CONDUCT, Severity.S2, ReviewState.CLOSED, 4, AT, outcome=Outcome.NOT_UPHELD)
    event = ReviewEvent(1, 3, AT, 9, "Rory Quill", Step.DECIDE, ReviewState.CLOSED, "Heard and\nweighed.")
    return CaseFile(
        review=replace(review, events=(event,)),
        finding=a_finding(),
        author="Tess Arroway",
        versions=(
            ExportedVersion(1, "a" * 64, "new", AT, None, kept=True),
            ExportedVersion(2, "b" * 64, "edited", AT, AT, kept=True, text="Shown \u202ewords."),
        ),
        ledger=(LedgerEntry(1, 1, LedgerEvent.ENROLLED, AT, "tester", "n" * 64, None, "", None, None),),
        notices=(Notice("n" * 64, "What is read, and why."),),
        mails=(),
        audit=(entry_after(None, AuditRecord(AT, "user:9", "review.decided", "review:3")),),
        incident=ExportedIncident(AT, AT, {}, None),
    )


def pages():
    staff = Staff(1, "Tess Arroway", "counselor", Licence.COUNSELOR, "tess@larkspurbend.example", None, None)
    record = PersonnelFile(staff, ("https://social.example/@tess",), (), (), (a_case(),), (a_finding(review_id=None),))
    head = (("Practice", "Larkspur Bend Counseling"),)
    return {
        "findings": findings_page("Findings and decisions", "Purpose.", head, [a_finding(), a_finding()]),
        "nothing": findings_page("Findings and decisions", "Purpose.", head, []),
        "case": case_page("Case 3", "Purpose.", head, a_case()),
        "personnel": personnel_page("Record of findings", "Purpose.", head, record),
    }


@pytest.mark.parametrize("which", ["findings", "nothing", "case", "personnel"])
def test_a_validator_finds_no_error_in_any_document(which, tmp_path):
    """Of the rules of PDF/UA-1 that a machine can check, those that `pdfua` knows."""
    file = tmp_path / "export.pdf"
    file.write_bytes(as_pdf(pages()[which]))
    report = validate(str(file))
    assert [each.message for each in report.findings if each.severity.name == "ERROR"] == []


def test_the_validator_misses_a_title_and_a_language_where_there_are_none(tmp_path):
    """So its silence on them above means something."""
    rules = {}
    for name, page in {"bare": "<p>Words.</p>", **pages()}.items():
        file = tmp_path / f"{name}.pdf"
        file.write_bytes(as_pdf(page))
        rules[name] = {each.rule_id for each in validate(str(file)).findings} & {"UA-06-001", "UA-07-001"}
    assert rules == {
        "bare": {"UA-06-001", "UA-07-001"},
        "findings": set(),
        "nothing": set(),
        "case": set(),
        "personnel": set(),
    }


def test_a_case_shows_its_words_and_says_what_is_left_out():
    page = pages()["case"]
    for words in (
        "Heard and\nweighed.",
        "kept, left out here",
        "Shown words.",
        "What is read, and why.",
        "review.decided",
    ):
        assert words in page


def test_the_pdf_fetches_nothing():
    page = '<html lang="en"><title>t</title><p>Words.<img src="file:///etc/hostname" alt="x"><link rel="stylesheet" href="http://127.0.0.1:9/x.css"></p></html>'
    assert "Words." in PdfReader(io.BytesIO(as_pdf(page))).pages[0].extract_text()


def test_a_missing_extra_is_said_in_plain_words(tmp_path):
    with pytest.raises(UsageError, match="cannot be made"):
        as_pdf("<p>Elowen</p>", python=tmp_path / "nothing")
    bare = tmp_path / "python"
    bare.write_text("#!/bin/sh\necho Elowen >&2\nexit 1\n")
    bare.chmod(0o700)
    with pytest.raises(UsageError, match='extra "pdf"') as told:
        as_pdf("<p>Elowen</p>", python=bare)
    assert "Elowen" not in str(told.value)
