"""Clause 1: a professional account does not speak or act for the practice, nor pass for one of its channels.

Naming one's employer, sharing its posts, pride in the team and talk about the work are free, and a missing
disclaimer never counts. Only enrolled professional accounts can be at fault; the practice's own cannot.
"""

from __future__ import annotations

import re

from analyzers.patterns import Hit, load_rules, scan
from analyzers.reading import Detection, Reading, Weighing, weighed
from domain.findings import Clause, Protected, Severity

CLAUSE = Clause.SEPARATION
_BIAS = -2.6

_RULES = load_rules("separation")
SPEAKS = _RULES["speaks"]

OWN = _RULES["own"]
ATTRIBUTION = tuple(rule for rule in load_rules("opinion")["attribution"] if "§" in rule.pattern.pattern)
"""A view put into the practice's mouth speaks for it as well."""

_POSES = re.compile(
    r"\b(?:official|the official|home of|we are|we're|our team|book with us|our families|our clients)\b"
    r"|^§+[^\w]*(?:$|[|•]|tv\b)"
)
_ENDED = re.compile(
    r"\b(?:formerly|former|ex-|previously|until|alum|alumni|left"
    r"|(?:19|20)\d\d ?(?:-|to|until) ?(?:[a-z]+ )?(?:19|20)\d\d)\b"
)


def detect(reading: Reading) -> Detection:
    """Judge clause 1; the practice's own account and authorised speakers are left alone."""
    if reading.by_practice:
        return Detection(CLAUSE, -5.0)
    attributed = Weighing.of(scan(ATTRIBUTION, reading.text))
    hits = Weighing((*_speaking(reading), *attributed.hits)).densest()
    calm = Weighing.of(scan(OWN, reading.text))
    ended = _ended(reading)
    score = weighed(_BIAS, hits, calm) + (1.8 if ended and hits.hits else 0.0) + (1.0 if _poses(reading) else 0.0)
    if set(hits.heaviest) <= {"name", "announce", "we-serve"} and "name" not in hits and not ended:
        score = min(score, -0.4)
    if reading.may_speak:
        score -= 4.0
    severity = Severity.S3 if hits.any("payment", "intake") and hits.any("name", "we-serve", "office") else Severity.S2
    missing = ("affiliation",) if reading.packet.affiliation is None and ended and score > 0 else ()
    return Detection(
        CLAUSE,
        score,
        severity,
        hits.evidence[:4],
        hits.reason("The post"),
        needs_context=missing,
        stands=_stands(reading, attributed),
    )


def _speaking(reading: Reading) -> list[Hit]:
    return [hit for passage in reading.own for hit in scan(SPEAKS, passage)]


def _stands(reading: Reading, attributed: Weighing) -> bool:
    """Attribution stands on politics and belief; work talk, health and reports silence it."""
    work = any(topic in reading.topics for topic in (Protected.NLRA, Protected.HEALTH, Protected.WHISTLE))
    return bool(attributed.hits) and not work


def _poses(reading: Reading) -> bool:
    return reading.bio is not None and bool(_POSES.search(reading.bio.lower))


def _ended(reading: Reading) -> bool:
    """Whether the register or the profile line says that the author has left."""
    affiliation = reading.packet.affiliation
    if affiliation is not None and affiliation[1] is not None:
        return affiliation[1] < reading.packet.created.date()
    return reading.bio is not None and "§" in reading.bio.lower and bool(_ENDED.search(reading.bio.lower))
