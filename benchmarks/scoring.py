"""Scoring with the local model against the bare encoder; the cheap paths against the whole; rules against one scan."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analyzers.model.blend import load_local
from analyzers.packets import read_packet
from analyzers.score import score
from benchmarks.pairs import paired, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyzers.model.blend import Local
    from domain.findings import Packet

POSTS = Path(__file__).parent.parent / "tests" / "analyzers" / "data" / "dev-posts.jsonl"
WORDS = re.compile(
    r"\b(?:client|patient|session|therapy|dm|official|recommend|code|crazy|vote|988|diagnos\w*|medicat\w*)\b",
    re.IGNORECASE,
)
FOREIGN = (
    "Am Freitag haben wir geschlossen, weil die ganze Praxis auf einer Fortbildung ist und danach noch wandern geht. "
    "Ab Montag sind wir wieder für Sie da, wie immer von acht bis achtzehn Uhr, und der neue Eingang ist dann offen."
)
WORDLESS = "\U0001f31e\U0001f335 10:30 \u2192 12:00 !!! \U0001f9d8\U0001f9d8 2026"


def posts() -> list[Packet]:
    """The development posts, in order."""
    lines = POSTS.read_text(encoding="utf-8").splitlines()
    return [read_packet(line, number) for number, line in enumerate(lines, start=1)]


def main() -> None:
    """Print rates and ratios; those of the model only where its weights are at hand."""
    packets = posts()
    rules = paired(
        lambda: [score(packet) for packet in packets],
        lambda: [WORDS.findall(packet.text) for packet in packets],
    )
    show("scoring by rules, one by one", len(packets), "posts", rules)
    local = load_local()
    if local is None:
        print("no weights of a local model at hand")
        return
    quiet = [packet for packet in packets if not score(packet, None, local).findings]
    _against_encoder(f"scoring, rules and model, {len(packets)} posts", packets, local)
    _against_encoder(f"  of which the {len(quiet)} without a finding", quiet, local)
    _cheap(quiet, local)


def _against_encoder(what: str, packets: Sequence[Packet], local: Local) -> None:
    result = paired(
        lambda: [score(packet, None, local) for packet in packets],
        lambda: [local.classifier.probabilities([packet]) for packet in packets],
        rounds=3,
    )
    print(
        f"{what}: {len(packets) / result.first:,.0f} posts/s of processor time; {result.ratio:.2f} times as long as "
        f"the bare encoder one by one (pairs from {result.lowest:.2f} to {result.highest:.2f})"
    )


def _cheap(packets: Sequence[Packet], local: Local) -> None:
    """Posts that need no encoder, against as many posts without a finding that do."""
    for what, text in (("in another language", FOREIGN), ("without a word", WORDLESS)):
        others = [replace(packet, text=text, media=(), parent=None) for packet in packets]
        result = paired(
            lambda others=others: [score(packet, None, local) for packet in others],
            lambda: [score(packet, None, local) for packet in packets],
            rounds=3,
        )
        print(
            f"posts {what}: {result.ratio:.2f} of the time of the others ({result.lowest:.2f} to {result.highest:.2f})"
        )
