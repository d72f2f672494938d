"""The few statistics that evaluation needs: Wilson intervals, the Mann-Whitney AUC, F1, a seeded bootstrap."""

from __future__ import annotations

import math
import random
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_Case = TypeVar("_Case")
_Z95 = 1.959963984540054
RESAMPLES = 400
SEED = 7


@dataclass(frozen=True, slots=True)
class Proportion:
    """`hits` of `total` with its 95 % Wilson score interval (Wilson 1927); all None when `total` is 0."""

    hits: int
    total: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1."""
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Lower and upper bound."""
        if not self.total:
            return None
        share, n = self.hits / self.total, self.total
        centre = share + _Z95**2 / (2 * n)
        spread = _Z95 * math.sqrt(share * (1 - share) / n + _Z95**2 / (4 * n * n))
        scale = 1 + _Z95**2 / n
        return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure that is no proportion, with its 95 % percentile bootstrap interval; None where it is undefined."""

    value: float | None
    interval: tuple[float, float] | None


def f1(hits: int, false_alarms: int, missed: int) -> float | None:
    """Harmonic mean of precision and recall; None without any positive, found or true."""
    total = 2 * hits + false_alarms + missed
    return 2 * hits / total if total else None


def auc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """Chance that a positive is ranked above a negative, ties half (Mann-Whitney U); None when a side is empty."""
    if not positives or not negatives:
        return None
    ranked = sorted(negatives)
    below = sum(bisect_left(ranked, value) + bisect_right(ranked, value) for value in positives)
    return below / (2 * len(positives) * len(negatives))


def bootstrap(cases: Sequence[_Case], figure: Callable[[Sequence[_Case]], float | None]) -> Estimate:
    """The figure over the cases, with the middle 95 % of its values over 400 resamples (seed 7) of the cases."""
    source = random.Random(SEED)  # noqa: S311 - resampling, not secrecy
    drawn = (figure(source.choices(cases, k=len(cases))) for _ in range(RESAMPLES if cases else 0))
    values = sorted(value for value in drawn if value is not None)
    if not values:
        return Estimate(figure(cases), None)
    low, high = values[int(0.025 * len(values))], values[min(len(values) - 1, int(0.975 * len(values)))]
    return Estimate(figure(cases), (low, high))
