"""Scoring put together from its parts, so that one can be left out or exchanged where it is measured.

The same steps as `analyzers.score.score` without a policy and without quotes; a test holds the two to each other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analyzers.assess import rules_verdict
from analyzers.gate import topics_in
from analyzers.language import assess_language
from analyzers.mapped import Normalised
from analyzers.model.blend import verdict_of
from analyzers.model.inputs import segments
from analyzers.reading import read
from analyzers.reasons import reason_of
from analyzers.registry import detectors
from analyzers.score import DETECTOR, DETECTOR_VERSION
from analyzers.severity import severity_of
from analyzers.text import Passage
from domain.findings import GRAVITY, Clause, Finding, Scored

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analyzers.model.blend import Local, Verdict
    from analyzers.model.classifier import Probabilities
    from analyzers.reading import Detection, Reading
    from domain.findings import Packet, Protected

FOREIGN = 0.01
"""The chance of each clause told of a post that is not assessed."""


def heard_topics(reading: Reading) -> tuple[Protected, ...]:
    """The protected topics that the rules see."""
    return topics_in(reading.own)[0]


def detected(reading: Reading) -> Mapping[Clause, Detection]:
    """What the rules of each clause say."""
    return {clause: detect(reading) for clause, detect in detectors().items()}


@dataclass(frozen=True)
class Parts:
    """What scoring is made of; another value takes a part out. `shown` is the packet as it is handed in."""

    local: Local | None
    shown: Callable[[Packet], Packet] = lambda packet: packet
    prepared: Callable[[Packet], Reading] = read
    written: Callable[[Packet], tuple[str, str]] = segments
    topics: Callable[[Reading], tuple[Protected, ...]] = heard_topics
    found: Callable[[Reading], Mapping[Clause, Detection]] = detected


def judged(given: Packet, parts: Parts) -> Scored:
    """The verdict on a packet; its findings quote nothing."""
    packet = parts.shown(given)
    language = assess_language(packet.text, packet.language)
    if language != "en":
        return Scored(packet.id, dict.fromkeys(Clause, FOREIGN), language=language)
    reading = parts.prepared(packet)
    reading = replace(reading, topics=parts.topics(reading))
    found, heard = parts.found(reading), _heard(packet, reading, parts)
    verdict = _verdict(reading, found, heard, parts.local)
    return Scored(
        id=packet.id,
        clauses=verdict.chances,
        findings=tuple(
            _finding(clause, reading, found[clause], heard, verdict) for clause in GRAVITY if clause in verdict.reported
        ),
        protected=verdict.topics,
        withheld=bool(verdict.withheld),
    )


def _heard(packet: Packet, reading: Reading, parts: Parts) -> Probabilities | None:
    """One packet at a time, as scoring asks: int8 rounds by the whole batch."""
    worded = any(char.isalpha() for passage in reading.own for char in passage.text)
    if parts.local is None or not worded:
        return None
    return parts.local.classifier.of_segments([parts.written(packet)])[0]


def _verdict(
    reading: Reading, found: Mapping[Clause, Detection], heard: Probabilities | None, local: Local | None
) -> Verdict:
    if local is None or heard is None:
        return rules_verdict(found, reading.topics)
    return verdict_of(local.blend, heard, found, reading.topics)


def _finding(
    clause: Clause, reading: Reading, detection: Detection, heard: Probabilities | None, verdict: Verdict
) -> Finding:
    return Finding(
        clause=clause,
        severity=severity_of(clause, reading, detection, heard),
        probability=verdict.chances[clause],
        spans=(),
        reason=reason_of(clause, reading, detection, heard),
        detector=DETECTOR,
        version=DETECTOR_VERSION,
    )


def unread(reading: Reading) -> Mapping[Clause, Detection]:
    """What the rules say where there is nothing to read: the part of them in a verdict, taken out."""
    return detected(read(replace(reading.packet, text="", media=(), parent=None, bio=None)))


def no_topics(_reading: Reading) -> tuple[Protected, ...]:
    """No protected topic, whatever the words."""
    return ()


def without_rules(local: Local) -> Parts:
    """The model alone: neither the clauses' rules nor those of the gate."""
    return Parts(local, found=unread, topics=no_topics)


def without_gate(local: Local | None) -> Parts:
    """Nothing is held back for a protected topic."""
    if local is None:
        return Parts(None, topics=no_topics)
    never = 2.0
    return Parts(replace(local, blend=replace(local.blend, closed=never, plain=never)), topics=no_topics)


def without_circumstances(packet: Packet) -> tuple[str, str]:
    """What the model reads, of the author's words alone."""
    return segments(packet)[0], ""


def without_sides(packet: Packet) -> tuple[str, str]:
    """What the model reads, with the words as they are instead of markers for parties, faiths, sexes and dialects."""
    return segments(packet, sides=lambda text: text)


def without_parent(packet: Packet) -> Packet:
    """The packet as if the post that it answers had not been at hand."""
    return replace(packet, parent=None)


def as_typed(packet: Packet) -> Reading:
    """What the rules read, with every character as it was typed."""
    reading = read(packet)
    return replace(
        reading,
        text=_typed(reading.text),
        alts=tuple(_typed(passage) for passage in reading.alts),
        bio=_typed(reading.bio) if reading.bio else None,
        parent=_typed(reading.parent) if reading.parent else None,
    )


def _typed(passage: Passage) -> Passage:
    raw = passage.normalised.raw
    return Passage(passage.field, Normalised(raw, raw), passage.names)


def written_as_typed(packet: Packet) -> tuple[str, str]:
    """What the model reads, with every character as it was typed."""
    return segments(packet, spelled=lambda text: text)
