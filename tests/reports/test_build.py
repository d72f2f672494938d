"""A digest is a pure function of the week."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from itertools import permutations

from domain.findings import GRAVITY, Clause, Severity
from domain.reporting import Reading
from reports.build import Counts, by_gravity, confidential_posts, counts, week_figures
from tests.reports.samples import CONFIDENTIAL, COVERAGE, ENDORSED, MINOR, STANDING, THERAPEUTIC, digest, finding, quiet


def test_order_of_input_does_not_matter():
    expected = (CONFIDENTIAL, THERAPEUTIC, ENDORSED, MINOR)
    for shuffled in permutations(expected):
        assert by_gravity(shuffled) == expected


def test_clauses_come_in_order_of_gravity():
    built = by_gravity(finding(number, clause=clause) for number, clause in enumerate(Clause))
    assert tuple(one.clause for one in built) == GRAVITY


def test_within_a_clause_severity_comes_before_time():
    late = datetime(2026, 11, 20, tzinfo=UTC)
    grave = finding(3, severity=Severity.S3, published_at=late)
    newer = finding(2, published_at=late)
    older = finding(1)
    assert by_gravity((newer, older, grave)) == (grave, older, newer)


def test_accounts_that_were_not_read_come_first():
    readings = [line.reading for line in digest().coverage]
    assert readings[:3] == [Reading.FAILING, Reading.QUARANTINED, Reading.NEVER]
    assert set(readings[3:]) == {Reading.READ}


def test_only_grave_items_whose_posts_stand_stay_open():
    gone = replace(STANDING, id=72, gone_at=datetime(2026, 11, 1, tzinfo=UTC))
    moderate = replace(STANDING, id=73, severity=Severity.S2)
    assert digest(open_before=(gone, moderate, STANDING)).open_before == (STANDING,)


def test_an_item_of_this_week_is_not_open_from_before_as_well():
    assert digest(open_before=(CONFIDENTIAL, STANDING)).open_before == (STANDING,)


def test_counts_add_up_over_the_practice():
    total = counts(digest())
    assert (total.findings, total.open_before) == (4, 1)
    assert (total.accounts_enrolled, total.accounts_read) == (7, 4)
    assert (total.posts_read, total.new, total.edited, total.gone) == (80, 12, 7, 1)
    assert (total.not_assessed, total.malformed) == (2, 1)


def test_counts_know_no_person():
    assert {field.type for field in fields(Counts)} == {"int"}


def test_figures_have_every_clause():
    assert week_figures(quiet()).by_clause == tuple((clause, 0) for clause in GRAVITY)
    assert dict(week_figures(digest()).by_clause)[Clause.CONFIDENTIALITY] == 1
    assert week_figures(digest()).accounts_enrolled == len(COVERAGE)


def test_posts_with_a_clause_2_item_are_known_wherever_it_stands():
    standing = replace(CONFIDENTIAL, id=70, post_url="https://social.example/@x/1", severity=Severity.S3)
    assert confidential_posts(digest(open_before=(standing,))) == {CONFIDENTIAL.post_url, standing.post_url}
