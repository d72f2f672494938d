"""Scoring against Presidio on the same posts, in turn, in one process: `python -m benchmarks.against_presidio`.

Runs in the environment of the rivals (training/README.md). No part of `make bench`.
"""

from __future__ import annotations

from analyzers.model.blend import load_local
from analyzers.score import score
from benchmarks.pairs import paired
from benchmarks.scoring import posts
from training.peers import by_presidio


def main() -> None:
    """Print how many times as long as ours Presidio takes: our rules alone, and rules and model."""
    packets, local = posts(), load_local()
    quiet = [packet for packet in packets if not score(packet, None, local).findings]
    for what, own, model in (
        ("rules alone", packets, None),
        ("rules and model", packets, local),
        ("without a finding", quiet, local),
    ):
        result = paired(
            lambda own=own: by_presidio(own),
            lambda own=own, model=model: [score(packet, None, model) for packet in own],
            rounds=3,
        )
        print(
            f"{what}, {len(own)} posts: Presidio takes {result.ratio:.2f} times as long "
            f"(pairs from {result.lowest:.2f} to {result.highest:.2f}); ours {len(own) / result.second:,.0f} posts/s, "
            f"Presidio {len(own) / result.first:,.0f} of processor time"
        )


if __name__ == "__main__":
    main()
