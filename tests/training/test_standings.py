"""Judges side by side: the same measures for each, fair thresholds, and differences of posts with themselves."""

import pytest

from analyzers.packets import Labelled
from domain.findings import Clause, Protected
from tests.fakes.packets import packet
from training.ablation import report
from training.standings import Standing, cell, change, table, verdict


def labelled(name, kind, protected=()):
    labels = dict.fromkeys(Clause, 0) | ({Clause.CONDUCT: 3} if kind == "violation" else {})
    return Labelled(packet("words", id=name), labels, kind, protected, "", "")


POSTS = [
    *(labelled(f"v{number}", "violation") for number in range(4)),
    *(labelled(f"f{number}", "fine", (Protected.NLRA,) if number == 3 else ()) for number in range(4)),
    labelled("b", "borderline"),
]


def standing(name, chances, limit=0.5):
    verdicts = [
        verdict(post.packet, {Clause.CONDUCT: chance}, {Clause.CONDUCT: limit})
        for post, chance in zip(POSTS, chances, strict=True)
    ]
    return Standing(name, POSTS, verdicts, "given")


GOOD = standing("good", (0.9, 0.8, 0.7, 0.6, 0.1, 0.1, 0.2, 0.55, 0.9))
BAD = standing("bad", (0.9, 0.1, 0.1, 0.1, 0.2, 0.2, 0.2, 0.95, 0.1))


def test_a_verdict_finds_what_reaches_its_limit_and_says_nothing_of_other_clauses():
    scored = verdict(packet("words"), {Clause.CONDUCT: 0.5}, {Clause.CONDUCT: 0.5})

    assert [one.clause for one in scored.findings] == [Clause.CONDUCT]
    assert scored.clauses[Clause.OPINION] == 0.0
    assert verdict(packet("words"), {Clause.CONDUCT: 0.49}, {Clause.CONDUCT: 0.5}).findings == ()


def test_the_measures_are_those_of_evaluation():
    figures = GOOD.figures(alarms=0)

    assert figures["post AUC"].value == 1.0
    assert figures["recall"].value == 1.0
    assert figures["precision"].value == pytest.approx(0.8)
    assert figures["alarms on fine"].value == 0.25
    assert figures["protected leak"].value == 1.0
    assert figures["clause 4 F1"].value == pytest.approx(0.8)


@pytest.mark.parametrize(("alarms", "found"), [(0, 0), (1, 1), (3, 1), (4, 4)])
def test_recall_at_equal_alarms_counts_what_is_above_all_fine_posts_but_so_many(alarms, found):
    assert BAD.recall_at(alarms).hits == found


def test_the_table_has_a_row_a_measure_and_a_column_a_judge():
    lines = table([GOOD, BAD], alarms=1).splitlines()

    assert lines[0] == "|  | good | bad |"
    assert lines[-1] == "| thresholds | given | given |"
    assert {line.count("|") for line in lines} == {4}


def test_a_small_proportion_is_told_with_its_counts():
    assert cell(BAD.figures(0)["HARD+ recall"]) == "-"
    assert cell(BAD.recall_at(0)) == "0/4, 0.000 [0.00-0.49]"


def test_a_judge_does_not_differ_from_itself():
    moved = change(GOOD, GOOD)

    assert (moved.auc.value, moved.auc.interval) == (0.0, (0.0, 0.0))
    assert (moved.f1.value, moved.f1.interval) == (0.0, (0.0, 0.0))


def test_a_change_is_the_other_minus_the_whole():
    assert change(GOOD, BAD).auc.value == pytest.approx(3 / 16 - 1)


def test_the_report_of_parts_tells_the_whole_first_and_then_the_differences():
    lines = report(GOOD, [BAD]).splitlines()

    assert lines[2].startswith("| nothing: the whole | 1.000")
    assert lines[-1].startswith("| bad | -0.812")
