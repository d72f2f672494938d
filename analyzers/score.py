"""A packet in, a verdict out: normalise, gate, clauses, severity, findings. Pure and local."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analyzers.calibration import probability
from analyzers.clauses.identifiers import IDENTIFIERS
from analyzers.gate import topics_in
from analyzers.language import assess_language
from analyzers.patterns import scan
from analyzers.reading import read
from analyzers.registry import detectors
from analyzers.silence import silenced
from domain.findings import GRAVITY, Clause, Finding, Scored, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analyzers.reading import Detection, Reading
    from domain.findings import Packet, Policy, Protected

DETECTOR = "rules"
_SILENCED = frozenset({Clause.SEPARATION, Clause.CONDUCT, Clause.ENDORSEMENT, Clause.OPINION})
_FOREIGN_PROBABILITY = 0.01
_WITHHELD_PROBABILITY = 0.08
_VERSION_DIGITS = 12


def _content_version() -> str:
    """SHA-256 over the sources of this package, first 12 hex digits: other rules, other version."""
    digest = hashlib.sha256()
    root = Path(__file__).parent
    for source in sorted((*root.rglob("*.py"), *root.rglob("*.toml"))):
        digest.update(source.relative_to(root).as_posix().encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()[:_VERSION_DIGITS]


DETECTOR_VERSION = _content_version()
"""Names the rules exactly: it changes with every change of this package."""


def score(packet: Packet, policy: Policy | None = None) -> Scored:
    """Judge one packet. The packet's practice and register count; the policy gives strictness and enabled clauses.

    Never raises, whatever the text. Every finding quotes at least one span, and `field[start:end] == quote`.
    Another language than English: no findings, and `language` says so.
    """
    language = assess_language(packet.text, packet.language)
    if language != "en":
        return Scored(packet.id, dict.fromkeys(Clause, _FOREIGN_PROBABILITY), language=language)
    reading = read(
        packet,
        strict=policy.strict_clause_3 if policy else False,
        signposts=policy.allowed_signposts if policy else (),
    )
    return _judged(reading, policy)


def _judged(reading: Reading, policy: Policy | None) -> Scored:
    topics, topic_hits = topics_in(reading.own)
    gated = _with_topics(reading, topics)
    found = {clause: detect(gated) for clause, detect in detectors().items()}
    silent = {clause for clause in _SILENCED if topics and not found[clause].stands}
    enabled = policy.enabled if policy else {}
    findings = tuple(
        _finding(found[clause])
        for clause in GRAVITY
        if enabled.get(clause, True) and clause not in silent and _reported(found[clause])
    )
    return Scored(
        id=reading.packet.id,
        clauses={clause: _probability(found[clause], silenced=clause in silent) for clause in Clause},
        findings=findings,
        protected=topics,
        withheld=any(_reported(found[clause]) for clause in silent),
        needs_context=tuple(dict.fromkeys(need for clause in Clause for need in found[clause].needs_context)),
        identifiers=_identifiers(reading, found.values()),
        silenced=silenced(reading.own, [span for finding in findings for span in finding.spans], topic_hits),
    )


def _with_topics(reading: Reading, topics: tuple[Protected, ...]) -> Reading:
    return replace(reading, topics=topics)


def _reported(detection: Detection) -> bool:
    return detection.score > 0 and detection.severity > Severity.S0 and bool(detection.evidence)


def _probability(detection: Detection, *, silenced: bool) -> float:
    """The calibrated chance of a violation at S2 or more."""
    chance = probability(detection.score)
    if detection.severity is Severity.S1:
        chance /= 2
    return min(chance, _WITHHELD_PROBABILITY) if silenced else chance


def _finding(detection: Detection) -> Finding:
    return Finding(
        clause=detection.clause,
        severity=detection.severity,
        probability=_probability(detection, silenced=False),
        spans=_joined(hit.span for hit in detection.evidence),
        reason=detection.reason,
        detector=DETECTOR,
        version=DETECTOR_VERSION,
    )


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order, those within another left out."""
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda span: (span.field, span.start, -span.end)):
        if not (kept and kept[-1].field == span.field and span.end <= kept[-1].end):
            kept.append(span)
    return tuple(kept)


def _identifiers(reading: Reading, found: Iterable[Detection]) -> tuple[Span, ...]:
    own = (hit.span for passage in reading.own for hit in scan(IDENTIFIERS, passage))
    return _joined((*own, *(hit.span for detection in found for hit in detection.masks)))
