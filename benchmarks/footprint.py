"""Memory of a process that scores, time from its start to the first verdict, and growth with the number of posts."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from itertools import pairwise
from statistics import median

STARTS = 3
GROWTH = 10_000
BY_RULES = 100_000


def main() -> None:
    """Print what fresh processes of their own tell."""
    first_verdict()
    growth("rules alone", BY_RULES, "--rules")
    growth("rules and model", GROWTH)


def first_verdict() -> None:
    """Medians of a few starts; processor time too, since a busy machine stretches the other."""
    runs = [_run(1) for _ in range(STARTS)]
    for what, place in (("model loaded", 0), ("first verdict", 1)):
        waited = median(marks[place]["at"] - started for started, marks in runs)
        worked = median(marks[place]["processor"] for _, marks in runs)
        peak = median(marks[place]["peak"] for _, marks in runs)
        print(f"{what} {waited:.2f} s after the process starts, {worked:.2f} s of processor time; {peak:.0f} MB")


def growth(what: str, posts: int, *options: str) -> None:
    """Processor time a post from mark to mark in one process, each against the first thousand; peak memory at each."""
    _, (_, *marks) = _run(posts, *options)
    first, thousand = marks[:2]
    base = (thousand["processor"] - first["processor"]) / (thousand["posts"] - 1)
    for before, mark in pairwise(marks):
        cost = (mark["processor"] - before["processor"]) / (mark["posts"] - before["posts"])
        print(
            f"{what}, to {mark['posts']:,.0f} posts: {cost * 1000:.2f} ms of processor time a post, "
            f"{cost / base:.2f} of the first thousand; peak {mark['peak']:.0f} MB"
        )


def _run(posts: int, *options: str) -> tuple[float, list[dict[str, float]]]:
    started = time.monotonic()
    command = [sys.executable, "-m", "benchmarks.fresh", "--posts", str(posts), *options]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this very program
    return started, [json.loads(line) for line in done.stdout.splitlines()]


if __name__ == "__main__":
    main()
