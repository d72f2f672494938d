"""Scoring posts, against one bare regular-expression scan of the same text."""

from __future__ import annotations

import re
from pathlib import Path

from analyzers.packets import read_packet
from analyzers.score import score
from benchmarks.pairs import paired, show

POSTS = Path(__file__).parent.parent / "tests" / "analyzers" / "data" / "dev-posts.jsonl"
WORDS = re.compile(
    r"\b(?:client|patient|session|therapy|dm|official|recommend|code|crazy|vote|988|diagnos\w*|medicat\w*)\b",
    re.IGNORECASE,
)


def main() -> None:
    """Print the rate and the ratio."""
    packets = [read_packet(line, n) for n, line in enumerate(POSTS.read_text(encoding="utf-8").splitlines(), start=1)]
    result = paired(
        lambda: [score(packet) for packet in packets],
        lambda: [WORDS.findall(packet.text) for packet in packets],
    )
    show("scoring one by one, one thread", len(packets), "posts", result)
