import json
from dataclasses import replace

import pytest

from analyzers.evaluate import as_json, evaluate, table
from analyzers.packets import Labelled
from domain.findings import Clause, Finding, Protected, Scored, Severity, Span
from tests.fakes.packets import packet

TEXT = "see you thursday at 3, same office"


def labelled(verdict="fine", labels=None, **more):
    marks = dict.fromkeys(Clause, 0) | {Clause(key): value for key, value in (labels or {}).items()}
    given = {"protected": (), "hard": "", "span": ""} | more
    return Labelled(packet(TEXT), marks, verdict, given.pop("protected"), given.pop("hard"), given.pop("span"), **given)


def scored(*found, probabilities=None):
    chances = dict.fromkeys(Clause, 0.1) | {Clause(key): value for key, value in (probabilities or {}).items()}
    findings = tuple(
        Finding(
            Clause(clause), Severity(level), chances[Clause(clause)], (Span("text", 8, 16, "thursday"),), "x.", "d", "v"
        )
        for clause, level in found
    )
    return Scored("1", chances, findings)


def test_label_one_is_left_out_and_any_finding_flags_a_clause():
    result = evaluate(
        [
            (labelled("violation", {"2": 2}), scored(("2", 1))),
            (labelled("violation", {"2": 4}), scored()),
            (labelled("borderline", {"2": 1}), scored(("2", 3))),
            (labelled(), scored(("2", 1))),
            (labelled(), scored()),
        ]
    )
    quality = result.clauses[Clause.CONFIDENTIALITY]
    assert (quality.positives, quality.negatives) == (2, 2)
    assert (quality.precision.hits, quality.precision.total) == (1, 2)
    assert (quality.recall.hits, quality.recall.total) == (1, 2)
    assert quality.f1.value == pytest.approx(0.5)


def test_a_post_is_flagged_from_severity_two():
    result = evaluate(
        [
            (labelled("violation", {"2": 3}), scored(("2", 2))),
            (labelled("violation", {"2": 3}), scored(("2", 1))),
            (labelled("borderline", {"2": 1}), scored(("2", 4))),
            (labelled(), scored(("5", 2))),
            (labelled(), scored(("5", 1))),
        ]
    )
    assert (result.post.recall.hits, result.post.recall.total) == (1, 2)
    assert (result.false_alarms.hits, result.false_alarms.total) == (1, 2)


def test_hard_posts_leaks_and_critical_ones_are_counted_apart():
    result = evaluate(
        [
            (labelled("violation", {"2": 4}, hard="HARD+", span="thursday at 3"), scored(("2", 3))),
            (labelled("violation", {"2": 4}, hard="HARD+", span="office"), scored(("2", 2))),
            (labelled("fine", hard="HARD-", protected=(Protected.NLRA,)), scored(("4", 1))),
            (labelled("fine", hard="HARD-", protected=(Protected.NLRA,)), scored(("2", 2))),
            (labelled("violation", {"4": 3}, protected=(Protected.NLRA,)), scored(("4", 3))),
        ]
    )
    assert (result.hard_plus_recall.hits, result.hard_plus_recall.total) == (2, 2)
    assert (result.hard_minus_alarms.hits, result.hard_minus_alarms.total) == (1, 2)
    assert (result.protected_leak.hits, result.protected_leak.total) == (1, 2)
    assert (result.critical_recall.hits, result.critical_recall.total) == (1, 2)
    assert (result.span_overlap.hits, result.span_overlap.total) == (1, 2)


def test_swap_groups_compare_every_clause():
    def near(value):
        return scored(probabilities={"6": value})

    result = evaluate(
        [
            (labelled(swap="a"), near(0.10)),
            (labelled(swap="a"), near(0.14)),
            (labelled(swap="b"), near(0.10)),
            (labelled(swap="b"), near(0.16)),
            (labelled(swap="alone"), near(0.9)),
        ]
    )
    assert (result.swaps.groups, result.swaps.moved) == (2, ("b",))
    assert result.swaps.widest == pytest.approx(0.06)


def test_the_auc_uses_probabilities():
    pairs = [(labelled("violation", {"2": 2}), scored(probabilities={"2": 0.4})), (labelled(), scored())]
    assert evaluate(pairs).clauses[Clause.CONFIDENTIALITY].auc.value == 1.0


def test_table_and_data_say_the_same():
    result = evaluate([(labelled("violation", {"2": 2}), scored(("2", 2))), (labelled(), scored())])
    data = json.loads(json.dumps(as_json(result)))
    assert data["post"]["recall"] == {
        "value": 1.0,
        "interval": [pytest.approx(0.2065, abs=1e-3), 1.0],
        "hits": 1,
        "total": 1,
    }
    assert data["protected_leak"] == {"value": None, "interval": None, "hits": 0, "total": 0}
    assert "false alarms           0 of 1" in table(result)
    assert "1.000 [0.21-1.00]" in table(result)


def test_no_posts_at_all():
    assert as_json(evaluate([]))["post"]["auc"]["value"] is None
    assert table(evaluate([])).startswith("posts 0")


def test_what_is_not_assessed_is_counted():
    assert evaluate([(labelled(), replace(scored(), language="es"))]).not_assessed == 1
