"""Clause 4: a closed list of conduct, and nothing beside it.

Threats, slurs and contempt for groups, personal attacks, sexualised work, contempt for clients, illegal conduct
shown as a professional. Negative mood, swearing and criticism of the employer are not on it.
"""

from __future__ import annotations

from analyzers.clauses.identifiers import names_in
from analyzers.patterns import load_rules, scan
from analyzers.reading import Detection, Reading, Weighing, weighed
from domain.findings import Clause, Severity
from domain.posts import ParentAuthor

CLAUSE = Clause.CONDUCT
_BIAS = -2.0
_PLAIN_CONTEMPT = 2.4

_RULES = load_rules("conduct")
THREATS = _RULES["threats"]

ATTACKS = _RULES["attacks"]

CONTEMPT = _RULES["contempt"]

SEXUAL = _RULES["sexual"]

ILLEGAL = _RULES["illegal"]

NOT_USED = _RULES["not_used"]


def detect(reading: Reading) -> Detection:
    """Judge clause 4: only what is on the closed list counts."""
    tables = (THREATS, ATTACKS, CONTEMPT, SEXUAL, ILLEGAL)
    hits = Weighing.of(hit for passage in reading.own for table in tables for hit in scan(table, passage))
    calm = Weighing.of(scan(NOT_USED, reading.text))
    grave = hits.any("threat")
    score = weighed(_BIAS, hits, Weighing(()) if grave else calm) + _reach(reading, hits)
    severity = _severity(hits)
    return Detection(CLAUSE, score, severity, hits.evidence[:4], hits.reason("The post"), stands=grave or _slur(hits))


def _reach(reading: Reading, hits: Weighing) -> float:
    """An insult needs somebody to land on: a person answered or named."""
    parent = reading.packet.parent
    answered = parent is not None and parent.author is not ParentAuthor.SELF
    if not hits.any("insult"):
        return 0.0
    return 0.8 if answered or names_in(reading.text) else -0.8


def _slur(hits: Weighing) -> bool:
    """A slur, or plain contempt for a group: its words are the fault, and they name the group of necessity."""
    return hits.weight_of("group") >= _PLAIN_CONTEMPT


def _severity(hits: Weighing) -> Severity:
    if hits.any("threat") or _slur(hits):
        return Severity.S4
    if hits.any("group", "insult", "sexual", "illegal", "falsehood"):
        return Severity.S3
    return Severity.S2
