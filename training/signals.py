"""What the readable rules say of a post, as numbers; computed once and kept beside the rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from analyzers.gate import topics_in
from analyzers.model.blend import reported
from analyzers.reading import read
from analyzers.registry import detectors
from domain.findings import Clause, Protected

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.findings import Packet

SCORE, SEVERITY, REPORTED, STANDS = range(4)
WIDTH = 4 * len(Clause) + len(Protected)


def rule_signals(packets: Iterable[Packet]) -> np.ndarray[Any, Any]:
    """(packets, WIDTH): score, severity, reported and stands of each clause in turn, then each topic seen or not."""
    return np.array([_signals(packet) for packet in packets], dtype=np.float32)


def _signals(packet: Packet) -> list[float]:
    reading = read(packet)
    topics, _ = topics_in(reading.own)
    gated = replace(reading, topics=topics)
    numbers: list[float] = []
    for detect in detectors().values():
        found = detect(gated)
        numbers += [found.score, float(found.severity), float(reported(found)), float(found.stands)]
    return [*numbers, *(float(topic in topics) for topic in Protected)]


def of_clause(signals: np.ndarray[Any, Any], number: int, what: int) -> np.ndarray[Any, Any]:
    """One column: what the rules of the clause with this number (0 to 5) say."""
    return signals[:, 4 * number + what]


def topic_seen(signals: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Whether any protected topic was seen, 1 or 0."""
    return (signals[:, 4 * len(Clause) :].sum(1) > 0).astype(np.float32)
