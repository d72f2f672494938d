"""Figures: right, readable without seeing, and never of a person."""

from __future__ import annotations

from dataclasses import replace

from domain.findings import GRAVITY, Clause
from domain.reporting import WeekFigures
from reports.charts import MINIMUM_GROUP, WEEKS, coverage_chart, findings_chart
from tests.reports.samples import TITLES


def week(number, enrolled=10, read=8, **found):
    numbers = {Clause[name.upper()]: count for name, count in found.items()}
    return WeekFigures(
        week=f"2026-W{number:02d}",
        accounts_read=read,
        accounts_enrolled=enrolled,
        posts_read=1234,
        by_clause=tuple((clause, numbers.get(clause, 0)) for clause in GRAVITY),
    )


def parts(chart):
    return [bar for bar in chart.bars if bar.kind == "part"]


def test_bars_are_as_high_as_their_numbers():
    chart = findings_chart([week(46, confidentiality=4), week(47, confidentiality=2, opinion=1)], TITLES)
    first, second, third = parts(chart)
    assert (first.height, second.height, third.height) == (22, 11, 5.5)
    assert first.x < second.x == third.x
    assert first.y + first.height == second.y + second.height


def test_every_number_is_written_at_its_bar():
    chart = findings_chart([week(46, confidentiality=4), week(47, confidentiality=1250)], TITLES)
    assert [label.words for label in chart.labels if label.kind == "value"] == ["4", "1,250"]
    assert [label.words for label in chart.labels if label.kind == "week"] == ["W46", "W47"]


def test_strips_are_named_in_order_of_gravity():
    names = [label.words for label in findings_chart([week(47)], TITLES).labels if label.kind == "name"]
    assert names == [f"{clause}. {dict(TITLES)[clause]}" for clause in GRAVITY]


def test_everything_stays_inside_the_figure():
    weeks = [week(n, confidentiality=n, opinion=3) for n in range(1, 53)]
    for chart in (findings_chart(weeks, TITLES), coverage_chart(weeks)):
        for bar in chart.bars:
            assert bar.x >= 0
            assert bar.x + bar.width <= 100.01
            assert bar.y >= 0
            assert bar.y + bar.height <= chart.height
        assert all(0 <= label.x <= 100 and 0 < label.y <= chart.height for label in chart.labels)


def test_the_figure_shows_the_newest_weeks_and_its_table_all():
    chart = coverage_chart([week(n) for n in range(1, 53)])
    assert len(parts(chart)) == WEEKS
    assert [row[0] for row in chart.rows[:2]] == ["Week 52 of 2026", "Week 51 of 2026"]
    assert len(chart.rows) == 52


def test_the_table_says_what_the_figure_draws():
    chart = findings_chart([week(47, confidentiality=3, separation=1)], TITLES)
    assert chart.rows == (("Week 47 of 2026", "3", "0", "0", "0", "1", "0"),)
    assert len(chart.columns) == 7
    assert coverage_chart([week(47)]).rows == (("Week 47 of 2026", "8", "10", "1,234"),)


def test_the_description_tells_the_newest_week():
    assert "In week 47 of 2026: 8 of 10." in coverage_chart([week(47), week(46, read=1)]).description
    assert "Client confidentiality 3" in findings_chart([week(47, confidentiality=3)], TITLES).description


def test_few_accounts_give_no_figure_by_clause():
    few = week(47, enrolled=MINIMUM_GROUP - 1, confidentiality=3)
    chart = findings_chart([few], TITLES)
    assert chart.rows == ()
    assert parts(chart) == []
    assert "fewer than 5" in chart.empty
    enough = replace(few, accounts_enrolled=MINIMUM_GROUP)
    assert len(findings_chart([few, enough], TITLES).rows) == 1


def test_no_week_and_no_item_can_be_drawn():
    assert coverage_chart([]).rows == ()
    assert parts(findings_chart([week(47)], TITLES)) == []
    assert parts(coverage_chart([week(47, enrolled=0, read=0)])) == []
