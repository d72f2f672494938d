"""Clause 6: opinions are free. Only four things are a fault, and neither topic nor side is among them.

A view put into the practice's mouth; the licence used for a verdict on somebody never examined; an opinion given as
clinical fact with likely harm; a declared refusal to serve a group.
"""

from __future__ import annotations

from analyzers.patterns import load_rules, scan
from analyzers.reading import Detection, Reading, Weighing, weighed
from domain.findings import Clause, Protected, Severity

CLAUSE = Clause.OPINION
_BIAS = -2.4
_VERDICT_BIAS = -3.4
_REFUSAL_BIAS = -3.2
_ON_TOPIC = 0.8

_RULES = load_rules("opinion")
ATTRIBUTION = _RULES["attribution"]

LICENCE = _RULES["licence"]

REFUSAL = _RULES["refusal"]

HARM = _RULES["harm"]

CALM = _RULES["calm"]


def detect(reading: Reading) -> Detection:
    """Judge clause 6."""
    found = (_attributed(reading), _verdict(reading), _refusal(reading))
    return max(found, key=lambda detection: detection.score)


def _attributed(reading: Reading) -> Detection:
    hits = Weighing.of(scan(ATTRIBUTION, reading.text))
    calm = Weighing.of(scan(CALM[:2], reading.text))
    opinion = any(topic in reading.topics for topic in (Protected.POLITICAL, Protected.BELIEF))
    score = weighed(_BIAS, hits, calm)
    if hits.hits:
        score += _ON_TOPIC if opinion else -_ON_TOPIC
    if reading.may_speak and not reading.by_practice:
        score -= 4.0
    if reading.by_practice and not opinion:
        score -= 4.0
    severity = Severity.S3 if reading.by_practice else Severity.S2
    return Detection(CLAUSE, score, severity, hits.evidence[:3], hits.reason("The post"), stands=_stands(reading))


def _stands(reading: Reading) -> bool:
    """Attribution and verdicts stand on politics and belief; work talk, health and reports silence them."""
    return not any(topic in reading.topics for topic in (Protected.NLRA, Protected.HEALTH, Protected.WHISTLE))


def _verdict(reading: Reading) -> Detection:
    licence = Weighing.of(scan(LICENCE, reading.text))
    calm = Weighing.of(scan(CALM, reading.text))
    score = weighed(_VERDICT_BIAS, licence, calm)
    if not ("licence" in licence and "verdict" in licence):
        score = min(score, 0.0) - 1.5
    harm = Weighing.of(scan(HARM, reading.text))
    if harm.hits and "licence" in licence:
        score = max(score, -2.6 + licence.total / 2 + harm.total / 2 + calm.total)
    hits = Weighing((*licence.hits, *harm.hits))
    return Detection(CLAUSE, score, Severity.S2, hits.evidence[:3], hits.reason("The post"), stands=_stands(reading))


def _refusal(reading: Reading) -> Detection:
    hits = Weighing.of(scan(REFUSAL, reading.text))
    calm = Weighing.of(scan(CALM[1:2], reading.text))
    score = weighed(_REFUSAL_BIAS, hits, calm) + (1.0 if reading.by_practice and hits.hits else 0.0)
    severity = Severity.S3 if reading.by_practice else Severity.S2
    return Detection(CLAUSE, score, severity, hits.evidence[:3], hits.reason("The post"), stands=bool(hits.hits))
