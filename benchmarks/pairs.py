"""Times two things in turn, A B A B, so that a machine that slows down slows both."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Paired:
    """Medians of processor seconds of A and B, and of their ratio pair by pair, with its range."""

    first: float
    second: float
    ratio: float
    lowest: float
    highest: float


def paired(first: Callable[[], object], second: Callable[[], object], rounds: int = ROUNDS) -> Paired:
    """Run both once to warm up, then `rounds` times in turn."""
    first()
    second()
    times = [(_seconds(first), _seconds(second)) for _ in range(rounds)]
    ratios = [a / b for a, b in times]
    return Paired(median(a for a, _ in times), median(b for _, b in times), median(ratios), min(ratios), max(ratios))


def show(what: str, count: int, unit: str, result: Paired) -> None:
    """One line a person can quote: rate of A, and how many times as long as B it takes."""
    print(
        f"{what}: {count / result.first:,.0f} {unit}/s; {result.ratio:.1f} times as long as the bare work "
        f"(pairs from {result.lowest:.1f} to {result.highest:.1f})"
    )


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
