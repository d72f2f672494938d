"""A packet in, a verdict out: normalise, gate, clauses, local model, severity, findings. Pure and local."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from analyzers.assess import assess
from analyzers.clauses.identifiers import IDENTIFIERS
from analyzers.gate import topics_in
from analyzers.language import assess_language
from analyzers.model.occlusion import evidence
from analyzers.patterns import scan
from analyzers.reasons import reason_of
from analyzers.safety import dangers_in
from analyzers.severity import severity_of
from analyzers.silence import silenced
from domain.findings import GRAVITY, Clause, Finding, Scored, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analyzers.assess import Assessment
    from analyzers.model.blend import Local, Verdict
    from analyzers.reading import Detection, Reading
    from domain.findings import Packet, Policy

DETECTOR = "rules"
BLENDED = "rules and local model"
_FOREIGN_PROBABILITY = 0.01
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


def detector_version(local: Local | None) -> str:
    """Names what scores, exactly, in 12 hex digits: the rules, and the model and its blend where there is one."""
    if local is None:
        return DETECTOR_VERSION
    named = f"{DETECTOR_VERSION} {local.version}".encode()
    return hashlib.sha256(named).hexdigest()[:_VERSION_DIGITS]


def score(packet: Packet, policy: Policy | None = None, local: Local | None = None) -> Scored:
    """Judge one packet: by rules, and with the local model where one is handed in.

    The packet's practice and register count; the policy gives strictness, signposts and enabled clauses. Never raises,
    whatever the text. Every finding quotes at least one span, and `field[start:end] == quote`. Another language than
    English is not assessed, and `language` says so; only what the English rules read there as critical is found.
    """
    language = assess_language(packet.text, packet.language)
    (assessment,) = assess([packet], policy, local if language == "en" else None)
    scored = _scored(packet, assessment, policy, local)
    return scored if language == "en" else _foreign(scored, language)


def _foreign(scored: Scored, language: str) -> Scored:
    """A few words in another language must not hide an English sentence that names a client or threatens."""
    critical = tuple(finding for finding in scored.findings if finding.severity is Severity.S4)
    chances = dict.fromkeys(Clause, _FOREIGN_PROBABILITY)
    return Scored(
        id=scored.id,
        clauses=chances | {finding.clause: finding.probability for finding in critical},
        findings=critical,
        language=language,
        identifiers=scored.identifiers if critical else (),
        silenced=scored.silenced if critical else (),
        safety=scored.safety,
    )


def _scored(packet: Packet, assessment: Assessment, policy: Policy | None, local: Local | None) -> Scored:
    verdict, found = assessment.verdict, assessment.found
    enabled = policy.enabled if policy else {}
    shown = [clause for clause in GRAVITY if enabled.get(clause, True) and clause in verdict.reported]
    again = _Again(policy, local if assessment.heard else None)
    drafts = (_finding(clause, packet, assessment, again) for clause in shown)
    findings = tuple(finding for finding in drafts if finding.spans)
    quoted = [span for finding in findings for span in finding.spans]
    return Scored(
        id=packet.id,
        clauses=verdict.chances,
        findings=findings,
        protected=verdict.topics,
        withheld=bool(verdict.withheld),
        needs_context=tuple(dict.fromkeys(need for clause in Clause for need in found[clause].needs_context)),
        identifiers=_identifiers(assessment.reading, found.values()),
        silenced=_silenced(assessment, quoted),
        safety=dangers_in(assessment.reading),
    )


def _silenced(assessment: Assessment, quoted: Sequence[Span]) -> tuple[Span, ...]:
    """Words on a protected topic. A profile is not gated by them, and they are cut from what is kept of it."""
    if assessment.reading.profile is not None:
        passages = (assessment.reading.profile,)
        topics, hits = topics_in(passages)
        return silenced(passages, quoted, hits) if topics and quoted else ()
    hits = assessment.topic_hits
    return silenced(assessment.reading.own, quoted, hits) if assessment.verdict.topics else ()


def _finding(clause: Clause, packet: Packet, assessment: Assessment, again: _Again) -> Finding:
    reading, detection, heard = assessment.reading, assessment.found[clause], assessment.heard
    spans = _joined(_spans(clause, packet, detection, again))
    return Finding(
        clause=clause,
        severity=severity_of(clause, reading, detection, heard),
        probability=assessment.verdict.chances[clause],
        spans=spans,
        reason=reason_of(clause, reading, detection, heard, spans),
        detector=BLENDED if heard else DETECTOR,
        version=detector_version(again.local),
    )


def _spans(clause: Clause, packet: Packet, detection: Detection, again: _Again) -> tuple[Span, ...]:
    """The rules' evidence; with a model, so much more of the post that the clause is no longer reported without it."""
    by_rules = tuple(hit.span for hit in detection.evidence)
    if again.local is None:
        return by_rules
    return evidence(packet, partial(again.loudness, clause), again.local.blend.report[clause], by_rules)


@dataclass(slots=True)
class _Again:
    """Judges parts of one packet: each once, however many clauses look for their evidence in it."""

    policy: Policy | None
    local: Local | None
    _known: dict[tuple[str, tuple[str, ...], str | None], Verdict] = field(default_factory=dict)

    def loudness(self, clause: Clause, packets: Sequence[Packet]) -> list[float]:
        parts = {(packet.text, packet.media, packet.bio): packet for packet in packets}
        new = [words for words in parts if words not in self._known]
        judged = assess([parts[words] for words in new], self.policy, self.local)
        self._known |= {words: one.verdict for words, one in zip(new, judged, strict=True)}
        return [self._known[packet.text, packet.media, packet.bio].loudness(clause) for packet in packets]


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
