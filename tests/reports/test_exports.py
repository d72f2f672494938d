from __future__ import annotations

import csv
import io
import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from domain.errors import UsageError
from domain.exports import ExportedFinding
from domain.findings import Clause, Severity
from domain.review import Outcome, ReviewState
from reports.export_csv import COLUMNS, as_csv, cell
from reports.export_json import FINDINGS, as_json
from reports.export_pdf import findings_page
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
