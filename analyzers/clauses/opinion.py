"""Clause 6: opinions are free. Only four things are a fault, and neither topic nor side is among them.

A view put into the practice's mouth; the licence used for a verdict on somebody never examined; an opinion given as
clinical fact with likely harm and no sign that it is a view; a declared refusal to serve a group. That a post gives a
judgement at all is seen by words of judging ("should", "wrong", "backs"), whatever it is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers.patterns import Table, load_rules, matches, scan
from analyzers.reading import Detection, Reading, Weighing, weighed
from domain.accounts import Licence
from domain.findings import Clause, Protected, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analyzers.patterns import Hit, Rule

CLAUSE = Clause.OPINION
_BIAS = -2.4
_VERDICT_BIAS = -3.4
_FACT_BIAS = -2.6
_REFUSAL_BIAS = -3.2
_JUDGES = 0.8
_SPEAKER = 4.0
_OWN = -0.5
_NEAR = 160
"""Characters: what speaks against a hit must stand near it."""

_RULES = load_rules("opinion")
ATTRIBUTION = _RULES["attribution"]
STANCE = _RULES["stance"]
LICENCE = _RULES["licence"]
REFUSAL = _RULES["refusal"]
HARM = _RULES["harm"]
CALM = _RULES["calm"]
_OWN_VIEW = Table(rule for rule in CALM if rule.group in {"as-i", "joke"})
_SCOPE = Table(rule for rule in CALM if rule.group == "joke" or rule.name == "general/competence")
_PUBLIC = (Protected.POLITICAL, Protected.BELIEF)


def detect(reading: Reading) -> Detection:
    """Judge clause 6."""
    found = (_attributed(reading), _verdict(reading), _as_fact(reading), _refusal(reading))
    return max(found, key=lambda detection: detection.score)


def _calm(rules: Iterable[Rule], reading: Reading, hits: Weighing) -> Weighing:
    """What speaks against, near one of the hits."""

    def near(hit: Hit) -> bool:
        return any(abs(hit.start - other.start) <= _NEAR for other in hits.hits)

    return Weighing.of(hit for hit in scan(rules, reading.text) if near(hit))


def _attributed(reading: Reading) -> Detection:
    found = scan(ATTRIBUTION, reading.text)
    hits = Weighing.of(hit for hit in found if reading.by_practice or hit.rule.group != "declared")
    score = weighed(_BIAS, hits, _calm(_OWN_VIEW, reading, hits))
    public = any(topic in reading.topics for topic in _PUBLIC)
    if hits.hits:
        score += _JUDGES if public or matches(STANCE, reading.text) else -_JUDGES
    if reading.by_practice:
        score -= 0.0 if public or "declared" in hits else _SPEAKER
    elif reading.may_speak:
        score -= _SPEAKER
    severity = Severity.S3 if reading.by_practice and public else Severity.S2
    severity = Severity.S1 if set(hits.heaviest) == {"mood"} else severity
    return Detection(CLAUSE, score, severity, hits.evidence[:3], hits.reason("The post"), stands=_stands(reading))


def _stands(reading: Reading) -> bool:
    """Attribution stands on politics and belief; work talk, health and reports silence it."""
    return not any(topic in reading.topics for topic in (Protected.NLRA, Protected.HEALTH, Protected.WHISTLE))


def _verdict(reading: Reading) -> Detection:
    """A credential and a verdict on a person, together."""
    hits = Weighing.of(scan(LICENCE, reading.text))
    score = weighed(_VERDICT_BIAS, hits, _calm(CALM, reading, hits))
    if not ("licence" in hits and "verdict" in hits):
        score = min(score, 0.0) - 1.5
    work = any(topic in reading.topics for topic in (Protected.NLRA, Protected.WHISTLE))
    return Detection(CLAUSE, score, Severity.S2, hits.evidence[:3], hits.reason("The post"), stands=not work)


def _as_fact(reading: Reading) -> Detection:
    """A flat claim about treatment or a diagnosis by a licensed person, not told as a view: for a person to judge."""
    harm = Weighing.of(scan(HARM, reading.text))
    licence = Weighing.of(hit for hit in scan(LICENCE, reading.text) if hit.rule.group == "licence")
    calm = _calm(CALM, reading, harm)
    flat = "flat" in harm and reading.packet.licence is not Licence.NONE
    score = weighed(_FACT_BIAS, harm, calm)
    if licence.hits and harm.hits:
        score = max(score, _FACT_BIAS + licence.total / 2 + harm.total / 2 + calm.total)
    elif not flat:
        score = min(score, -1.0)
    if "as-i" in calm:
        score = min(score, _OWN)
    hits = Weighing((*licence.hits, *harm.hits))
    return Detection(CLAUSE, score, Severity.S2, hits.evidence[:3], hits.reason("The post"), stands=_stands(reading))


def _refusal(reading: Reading) -> Detection:
    hits = Weighing.of(scan(REFUSAL, reading.text))
    score = weighed(_REFUSAL_BIAS, hits, _calm(_SCOPE, reading, hits))
    score += 1.0 if reading.by_practice and hits.hits else 0.0
    severity = Severity.S3 if reading.by_practice else Severity.S2
    return Detection(CLAUSE, score, severity, hits.evidence[:3], hits.reason("The post"), stands=bool(hits.hits))
