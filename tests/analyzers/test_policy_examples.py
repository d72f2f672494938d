"""The 85 examples of the annotation guide: too few and too tidy for an accuracy test, good as a regression table."""

from pathlib import Path

import pytest

from analyzers.files import score_labelled
from domain.findings import Clause, Severity

FILE = Path(__file__).parent / "data" / "policy-examples.jsonl"
KNOWN_MISSES: set[str] = set()
"""Violations that are not reported under their clause. Catch one, take it off the list."""
LEFT_TO_PEOPLE = {"C1-06", "C1-08", "C3-09", "C4-08", "C4-09", "C5-07", "C5-08"}
"""Borderline reminders that are not made: private life, "we" for joint work, a signpost in standard mode, snark at
peers, and a reading list or a talk without a gain. POLICY.md closes most of them as fine."""
ELSEWHERE = {"C2-11"}
"""Reported under the clause of its "also" column: a client's praise passed on is clause 5's ethics review."""
TESTED_ELSEWHERE = {Clause.CONFIDENTIALITY}
GATED = {Clause.SEPARATION, Clause.CONDUCT, Clause.ENDORSEMENT, Clause.OPINION}


@pytest.fixture(scope="module")
def verdicts():
    with FILE.open(encoding="utf-8") as lines:
        return list(score_labelled(lines))


def reported(scored, at_least=Severity.S2):
    return {finding.clause for finding in scored.findings if finding.severity >= at_least}


def test_the_table_is_whole(verdicts):
    assert len(verdicts) == 85


def test_violations_are_reported_under_their_clause_but_for_the_known_misses(verdicts):
    missed = {
        labelled.packet.id
        for labelled, scored in verdicts
        if labelled.verdict == "violation" and Clause(labelled.packet.id[1]) not in reported(scored, Severity.S1)
    }
    assert missed == KNOWN_MISSES


def test_fine_examples_raise_no_alarm(verdicts):
    alarmed = [labelled.packet.id for labelled, scored in verdicts if labelled.verdict == "fine" and reported(scored)]
    assert alarmed == []


def test_no_protected_example_reaches_a_reviewer(verdicts):
    leaked = [
        labelled.packet.id
        for labelled, scored in verdicts
        if labelled.verdict == "fine" and labelled.protected and reported(scored, Severity.S1) & GATED
    ]
    assert leaked == []


def test_viewpoint_pairs_score_the_same(verdicts):
    by_id = {labelled.packet.id: scored for labelled, scored in verdicts}
    assert by_id["C6-08"].clauses == by_id["C6-09"].clauses


def test_severities_are_the_guides_for_clauses_1_3_4_5_and_6(verdicts):
    wrong = {}
    for labelled, scored in verdicts:
        clause = Clause(labelled.packet.id[1])
        found = {finding.clause: finding.severity for finding in scored.findings}
        if clause not in TESTED_ELSEWHERE and clause in found and found[clause] != labelled.labels[clause]:
            wrong[labelled.packet.id] = (found[clause], labelled.labels[clause])
    assert wrong == {}


def test_borderline_examples_are_reminders_or_left_to_people(verdicts):
    silent = {
        labelled.packet.id
        for labelled, scored in verdicts
        if labelled.verdict == "borderline" and Clause(labelled.packet.id[1]) not in reported(scored, Severity.S1)
    }
    assert silent == LEFT_TO_PEOPLE | ELSEWHERE


def test_every_reason_is_one_plain_sentence(verdicts):
    for _, scored in verdicts:
        for finding in scored.findings:
            assert finding.reason[0].isupper()
            assert finding.reason.endswith(".")
            assert len(finding.reason) <= 240


def test_no_reason_quotes_the_post(verdicts):
    for _, scored in verdicts:
        for finding in scored.findings:
            assert not any(len(span.quote) > 12 and span.quote in finding.reason for span in finding.spans)
