"""The 85 examples of the annotation guide: too few and too tidy for an accuracy test, good as a regression table."""

from pathlib import Path

import pytest

from analyzers.files import score_labelled
from domain.findings import Clause, Severity

FILE = Path(__file__).parent / "data" / "policy-examples.jsonl"
KNOWN_MISSES = {"C1-04", "C4-02"}
"""A display name with no post to it; a placeholder that reads as talk about a slur. Catch one, take it off the list."""
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
        if labelled.verdict == "violation" and Clause(labelled.packet.id[1]) not in reported(scored)
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
    assert by_id["C6-08"].clauses == pytest.approx(by_id["C6-09"].clauses, abs=0.05)
