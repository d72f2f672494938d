import pytest

from analyzers.statistics import Proportion, auc, bootstrap, f1


def test_wilson_matches_a_worked_example():
    low, high = Proportion(8, 130).interval
    assert (round(low, 4), round(high, 4)) == (0.0315, 0.1167)


def test_wilson_of_nothing_found_is_not_zero_wide():
    low, high = Proportion(0, 22).interval
    assert low == 0.0
    assert high == pytest.approx(0.1487, abs=1e-4)


def test_no_cases_no_figure():
    assert Proportion(0, 0).value is None
    assert Proportion(0, 0).interval is None
    assert f1(0, 0, 0) is None
    assert auc([], [0.1]) is None
    assert bootstrap([], len).interval is None


def test_f1_is_the_harmonic_mean():
    assert f1(6, 2, 4) == pytest.approx(2 * (6 / 8) * (6 / 10) / (6 / 8 + 6 / 10))


def test_auc_counts_pairs_and_halves_ties():
    assert auc([0.9, 0.5], [0.1, 0.5]) == pytest.approx((1 + 1 + 1 + 0.5) / 4)
    assert auc([0.1], [0.9]) == 0.0


def test_the_bootstrap_is_repeatable_and_holds_the_figure():
    cases = [1, 0, 1, 1, 0, 1, 0, 1, 1, 1] * 5
    first = bootstrap(cases, lambda drawn: sum(drawn) / len(drawn))
    assert first == bootstrap(cases, lambda drawn: sum(drawn) / len(drawn))
    assert first.interval[0] < first.value < first.interval[1]
