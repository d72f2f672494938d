"""What earlier posts add: only where they speak of the same client, only one step, and never out of nothing."""

from __future__ import annotations

import pytest

from analyzers.mosaic import Mosaic, deepened, mosaic
from domain.findings import Clause, Finding, Scored, Severity, Span
from domain.mosaic import Particular, Signal, Trace

AGE, DIAGNOSIS, EVENT, FAMILY, JOB, PLACE, TIME = Particular


def signals(**values):
    return frozenset(Signal(Particular(kind), digest) for kind, digest in values.items())


def trace(post_id, **values):
    return Trace(post_id, signals(**values))


def scored(severity, clause=Clause.CONFIDENTIALITY):
    span = Span("text", 0, 3, "The")
    return Scored("1", {}, (Finding(clause, severity, 0.6, (span,), "The post speaks of a client.", "rules", "1"),))


def test_a_shared_job_and_a_further_place_are_put_together():
    found = mosaic(signals(job="j", age="a"), [trace("1", job="j", place="p")])

    assert found == Mosaic(1, (AGE, JOB, PLACE))


def test_an_earlier_post_that_adds_no_further_kind_says_nothing():
    assert mosaic(signals(job="j", age="a"), [trace("1", job="j", age="other")]) is None


def test_an_earlier_post_about_somebody_else_says_nothing():
    assert mosaic(signals(job="j"), [trace("1", job="other", place="p")]) is None


@pytest.mark.parametrize("kind", ["age", "diagnosis", "family", "time"])
def test_one_value_that_many_share_links_nobody(kind):
    assert mosaic(signals(**{kind: "v"}), [trace("1", **{kind: "v"}, place="p")]) is None


def test_two_values_that_many_share_do():
    found = mosaic(signals(age="a", diagnosis="d"), [trace("1", age="a", diagnosis="d", place="p")])

    assert found == Mosaic(1, (AGE, DIAGNOSIS, PLACE))


def test_only_posts_that_share_with_this_one_count_not_those_that_share_with_them():
    earlier = [trace("1", job="j", place="p"), trace("2", place="p", event="e")]

    assert mosaic(signals(job="j"), earlier) == Mosaic(1, (JOB, PLACE))


@pytest.mark.parametrize(
    ("before", "kinds", "after"),
    [
        (Severity.S1, (JOB, PLACE), Severity.S2),
        (Severity.S2, (JOB, PLACE), Severity.S2),
        (Severity.S2, (AGE, JOB, PLACE), Severity.S3),
        (Severity.S3, (AGE, EVENT, JOB, PLACE), Severity.S3),
        (Severity.S3, (AGE, DIAGNOSIS, EVENT, JOB, PLACE), Severity.S4),
        (Severity.S4, tuple(Particular), Severity.S4),
    ],
)
def test_a_finding_rises_by_one_step_where_enough_comes_together(before, kinds, after):
    (finding,) = deepened(scored(before), Mosaic(1, kinds)).findings

    assert finding.severity is after


def test_the_reason_says_it_in_words_of_kinds():
    (finding,) = deepened(scored(Severity.S2), Mosaic(2, (AGE, JOB, PLACE))).findings

    assert finding.reason == "The post speaks of a client. Together with two earlier posts: an age, a job and a place."
    assert Mosaic(1, (JOB, PLACE)).sentence == "Together with one earlier post: a job and a place."
    assert Mosaic(14, (JOB, PLACE)).sentence.startswith("Together with 14 earlier posts")


def test_no_finding_comes_from_it():
    nothing = Scored("1", {})

    assert deepened(nothing, Mosaic(9, tuple(Particular))).findings == ()
    assert deepened(nothing, None) is nothing


def test_other_clauses_are_left_alone():
    other = scored(Severity.S1, Clause.THERAPEUTIC)

    assert deepened(other, Mosaic(2, tuple(Particular))).findings == other.findings
