"""The drafts: every placeholder is known, every known thing is used, and nothing of the policy's words breaks one."""

from __future__ import annotations

import re
from dataclasses import fields, replace

import pytest

from domain.findings import ClauseText
from reports.environment import TEMPLATES
from reports.forms import FORMS, FormFacts, filled_form

CLAUSES = tuple(ClauseText(str(n), f"Title {n}", f"Summary {n}.") for n in range(1, 7))
FACTS = FormFacts(
    practice="Larkspur Bend Counseling",
    jurisdiction="Oregon, USA",
    date="23 November 2026",
    program="0.1.0",
    policy_version="abc123",
    detector="1.2",
    contact="privacy@larkspurbend.example",
    privacy_officer="Imani Okafor",
    privacy_officer_email="imani@larkspurbend.example",
    clinical_lead="Rosalind Achterberg",
    reviewers=("Rosalind Achterberg", "Imani Okafor"),
    recipients=("manager@larkspurbend.example",),
    alternate="Jonas Wray",
    counsel="Finch and Wray",
    platforms=("Mastodon", "WordPress"),
    collect_every_hours=24,
    digest_weekday="monday",
    clauses=CLAUSES,
    clause_4=CLAUSES[3],
    clause_5=CLAUSES[4],
    clause_6=CLAUSES[5],
    grace_days=7,
    answer_days=8,
    appeal_days=14,
    local_model=True,
    pictures_read=True,
    outside_model="Example Models Inc.",
    error_rates="It errs in 3 of 100.",
    retention_profile="us",
    retention=("Posts without a finding: 90 days.",),
    console_url="https://section7.larkspurbend.example",
    concerns_url="https://section7.larkspurbend.example/concerns/new",
)
BARE = replace(
    FACTS,
    clinical_lead="",
    alternate="",
    counsel="",
    platforms=(),
    clauses=(),
    grace_days=0,
    local_model=False,
    pictures_read=False,
    outside_model="",
    error_rates="",
    retention=(),
)
SOURCES = {name: (TEMPLATES / "forms" / f"{name}.txt.j2").read_text(encoding="utf-8") for name in FORMS}
PARTS = (TEMPLATES / "forms" / "parts.txt.j2").read_text(encoding="utf-8")
TOLD_OTHERWISE = {"clause_4", "clause_5", "clause_6", "clauses", "local_model", "pictures_read"}
NAMED = re.compile(r"\bf\.([a-z_0-9]+)")


def test_every_form_that_lies_there_is_offered() -> None:
    lying = {file.name.removesuffix(".txt.j2") for file in (TEMPLATES / "forms").iterdir()}
    assert lying - {"parts"} == set(FORMS)


@pytest.mark.parametrize("name", FORMS)
def test_every_placeholder_is_known(name: str) -> None:
    assert set(NAMED.findall(SOURCES[name])) <= {field.name for field in fields(FormFacts)}


def test_everything_that_is_known_is_used() -> None:
    used = set(NAMED.findall(PARTS)).union(*(NAMED.findall(source) for source in SOURCES.values()))
    assert used == {field.name for field in fields(FormFacts)}


@pytest.mark.parametrize("facts", [FACTS, BARE], ids=["everything", "as little as can be"])
@pytest.mark.parametrize("name", FORMS)
def test_each_is_filled_whole(name: str, facts: FormFacts) -> None:
    text = filled_form(name, facts)

    assert text.startswith("# ")
    assert "have counsel check it" in text.casefold()
    assert "Larkspur Bend Counseling" in text
    for left in ("{{", "}}", "{%", "None", "Undefined"):
        assert left not in text
    assert len(re.findall(r"\*\*\[fill in: [^\n]*?\]\*\*", text)) == text.count("[fill in: ")
    assert "*Sources:" in text
    assert "*Example (invented):" in text


@pytest.mark.parametrize("name", FORMS)
def test_what_is_known_stands_in_it(name: str) -> None:
    text = filled_form(name, FACTS)
    for field in set(NAMED.findall(SOURCES[name])) - TOLD_OTHERWISE:
        value = getattr(FACTS, field)
        for shown in value if isinstance(value, tuple) else (value,):
            assert str(shown).casefold() in text.casefold(), field


@pytest.mark.parametrize("name", FORMS)
def test_a_table_keeps_its_columns(name: str) -> None:
    blocks = re.split(r"\n(?!\|)", filled_form(name, FACTS))
    for block in blocks:
        lines = [line for line in block.splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in lines}) <= 1, lines


def test_there_is_no_other_form() -> None:
    with pytest.raises(KeyError):
        filled_form("dismissal", FACTS)
