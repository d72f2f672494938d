"""What rules and, where it is at hand, the local model make of packets: one verdict each, and all that led to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analyzers.calibration import probability
from analyzers.gate import topics_in
from analyzers.model.blend import SILENCED, Verdict, reported, verdict_of
from analyzers.reading import read
from analyzers.registry import detectors
from domain.findings import Clause, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analyzers.model.blend import Local
    from analyzers.model.classifier import Probabilities
    from analyzers.patterns import Hit
    from analyzers.reading import Detection, Reading
    from domain.findings import Packet, Policy, Protected

_WITHHELD_PROBABILITY = 0.08


@dataclass(frozen=True, slots=True)
class Assessment:
    """A packet read and judged. `heard` is None where no model was asked; `topic_hits` are the gate's words."""

    reading: Reading
    found: Mapping[Clause, Detection]
    topics: tuple[Protected, ...]
    topic_hits: tuple[Hit, ...]
    heard: Probabilities | None
    verdict: Verdict


def assess(packets: Sequence[Packet], policy: Policy | None, local: Local | None) -> tuple[Assessment, ...]:
    """Judge packets in order, the model reading them all at once. A packet without a word is left to the rules."""
    readings = [_read(packet, policy) for packet in packets]
    asked = [index for index, reading in enumerate(readings) if local and _has_words(reading)]
    answers = local.classifier.probabilities([packets[index] for index in asked]) if local and asked else ()
    heard = dict(zip(asked, answers, strict=True))
    return tuple(_assessed(reading, heard.get(index), local) for index, reading in enumerate(readings))


def _read(packet: Packet, policy: Policy | None) -> Reading:
    return read(
        packet,
        strict=policy.strict_clause_3 if policy else False,
        signposts=policy.allowed_signposts if policy else (),
    )


def _has_words(reading: Reading) -> bool:
    return any(char.isalpha() for passage in reading.own for char in passage.text)


def _assessed(reading: Reading, heard: Probabilities | None, local: Local | None) -> Assessment:
    topics, topic_hits = topics_in(reading.own)
    gated = replace(reading, topics=topics)
    found = {clause: detect(gated) for clause, detect in detectors().items()}
    verdict = verdict_of(local.blend, heard, found, topics) if local and heard else rules_verdict(found, topics)
    return Assessment(gated, found, topics, topic_hits, heard, verdict)


def rules_verdict(found: Mapping[Clause, Detection], topics: tuple[Protected, ...]) -> Verdict:
    """What the rules say where no model is at hand."""
    silent = frozenset(clause for clause in SILENCED if topics and not found[clause].stands)
    over = frozenset(clause for clause in Clause if reported(found[clause]))
    return Verdict(
        chances={clause: _chance(found[clause], silenced=clause in silent) for clause in Clause},
        reported=over - silent,
        withheld=over & silent,
        topics=topics,
    )


def _chance(detection: Detection, *, silenced: bool) -> float:
    """The calibrated chance of a violation at S2 or more."""
    chance = probability(detection.score)
    if detection.severity is Severity.S1:
        chance /= 2
    return min(chance, _WITHHELD_PROBABILITY) if silenced else chance
