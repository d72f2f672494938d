"""Figures as inline SVG, each with its table. Of the practice as a whole, never of a person.

Positions across are per cent and positions down are pixels, so a figure fits every width and its letters keep
their size. Colours come from the page's style sheet; a figure never tells by colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.findings import GRAVITY
from reports import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.reporting import WeekFigures

WEEKS = 12
"""How many weeks a figure shows; its table shows all."""
MINIMUM_GROUP = 5
"""Below this many enrolled accounts a number per clause would be a number about persons, so none is shown."""
_LABEL, _VALUE, _TALL, _GAP = 20, 14, 22, 16
"""Heights in pixels: a strip's name, the number over a bar, the highest bar, the space below."""
_STRIP = _LABEL + _VALUE + _TALL + _GAP
_FOOT = 22


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `x` and `width` in per cent of the figure, `y` and `height` in pixels."""

    x: float
    width: float
    y: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True)
class Label:
    """One word in a figure: `x` in per cent, `y` in pixels. `anchor` as in SVG's text-anchor."""

    x: float
    y: float
    words: str
    anchor: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Scale:
    """`count` bars side by side; the number `most` is `tall` pixels high, below `top`."""

    count: int
    most: int
    top: float
    tall: float

    def height(self, number: int) -> float:
        return round(self.tall * number / max(self.most, 1), 1)

    def above(self, number: int) -> float:
        """Where the words over a bar stand."""
        return round(self.top + self.tall - self.height(number) - 4, 1)


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn figure. `rows` is its table, newest week first, under `columns`; no rows means: say `empty` instead."""

    id: str
    title: str
    description: str
    height: float
    bars: tuple[Bar, ...]
    labels: tuple[Label, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str


def findings_chart(figures: Iterable[WeekFigures], titles: Iterable[tuple[str, str]]) -> Chart:
    """Items a week, one strip of bars for each section, all strips on one scale."""
    known = tuple(titles)
    weeks = [week for week in _in_order(figures) if week.accounts_enrolled >= MINIMUM_GROUP]
    shown = weeks[-WEEKS:]
    numbers = [(clause, [dict(week.by_clause).get(clause, 0) for week in shown]) for clause in GRAVITY]
    most = max((max(row, default=0) for _, row in numbers), default=0)
    bars: list[Bar] = []
    labels: list[Label] = []
    for place, (clause, row) in enumerate(numbers):
        top = place * _STRIP
        title = words.clause_title(clause, known)
        labels.append(Label(0, top + 14, f"{clause}. {title}", "start", "name"))
        scale = _Scale(len(shown), most, top + _LABEL + _VALUE, _TALL)
        bars += _strip(row, scale)
        labels += _values(row, scale)
    bottom = len(numbers) * _STRIP
    return Chart(
        id="findings",
        title="Items noticed each week, by section of the policy",
        description=_findings_words(shown, numbers, known),
        height=bottom + _FOOT,
        bars=tuple(bars),
        labels=(*labels, *_week_labels(shown, bottom)),
        columns=("Week", *(f"{clause}. {words.clause_title(clause, known)}" for clause in GRAVITY)),
        rows=tuple(
            (words.week(week.week).capitalize(), *(f"{dict(week.by_clause).get(clause, 0):,}" for clause in GRAVITY))
            for week in reversed(weeks)
        ),
        empty=(
            f"There is no figure for weeks with fewer than {MINIMUM_GROUP} enrolled accounts: "
            "it would be a figure about persons."
        ),
    )


def coverage_chart(figures: Iterable[WeekFigures]) -> Chart:
    """Accounts read of accounts enrolled, week by week: a filled bar in an outlined one."""
    weeks = _in_order(figures)
    shown = weeks[-WEEKS:]
    most = max((week.accounts_enrolled for week in shown), default=0)
    scale = _Scale(len(shown), most, top=18, tall=90)
    bars: list[Bar] = []
    labels: list[Label] = []
    for place, week in enumerate(shown):
        bars += _bar(place, week.accounts_enrolled, scale, "whole") + _bar(place, week.accounts_read, scale, "part")
        share = f"{week.accounts_read}/{week.accounts_enrolled}"
        labels.append(Label(_middle(place, len(shown)), scale.above(week.accounts_enrolled), share, "middle", "value"))
    bottom = scale.top + scale.tall
    newest = shown[-1] if shown else None
    told = f" In {words.week(newest.week)}: {newest.accounts_read} of {newest.accounts_enrolled}." if newest else ""
    return Chart(
        id="coverage",
        title="Accounts read, of accounts enrolled, each week",
        description=f"One bar a week; the filled part was read as planned.{told}",
        height=bottom + _FOOT,
        bars=tuple(bars),
        labels=(*labels, *_week_labels(shown, bottom)),
        columns=("Week", "Accounts read", "Accounts enrolled", "Posts seen"),
        rows=tuple(
            (
                words.week(week.week).capitalize(),
                f"{week.accounts_read:,}",
                f"{week.accounts_enrolled:,}",
                f"{week.posts_read:,}",
            )
            for week in reversed(weeks)
        ),
        empty="There is no week to show yet.",
    )


def _in_order(figures: Iterable[WeekFigures]) -> list[WeekFigures]:
    return sorted(figures, key=lambda week: week.week)


def _middle(place: int, count: int) -> float:
    return round((place + 0.5) * 100 / count, 2)


def _bar(place: int, number: int, scale: _Scale, kind: str) -> list[Bar]:
    if number <= 0:
        return []
    width = min(62 / scale.count, 12.0)
    height = scale.height(number)
    left = _middle(place, scale.count) - width / 2
    return [Bar(round(left, 2), round(width, 2), round(scale.top + scale.tall - height, 1), height, kind)]


def _strip(row: Sequence[int], scale: _Scale) -> list[Bar]:
    line = Bar(0, 100, scale.top + scale.tall, 1, "line")
    return [line, *(bar for place, number in enumerate(row) for bar in _bar(place, number, scale, "part"))]


def _values(row: Sequence[int], scale: _Scale) -> list[Label]:
    return [
        Label(_middle(place, scale.count), scale.above(number), f"{number:,}", "middle", "value")
        for place, number in enumerate(row)
        if number
    ]


def _week_labels(shown: Sequence[WeekFigures], bottom: float) -> tuple[Label, ...]:
    return tuple(
        Label(_middle(place, len(shown)), bottom + 16, week.week.partition("-")[2], "middle", "week")
        for place, week in enumerate(shown)
    )


def _findings_words(
    shown: Sequence[WeekFigures], numbers: Iterable[tuple[str, Sequence[int]]], titles: Iterable[tuple[str, str]]
) -> str:
    if not shown:
        return ""
    known = tuple(titles)
    newest = ", ".join(f"{words.clause_title(clause, known)} {row[-1]}" for clause, row in numbers)
    return f"One strip of bars for each section. In {words.week(shown[-1].week)}: {newest}."
