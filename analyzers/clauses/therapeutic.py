"""Clause 3: no advice to an individual, no answers to clinical questions, no contact that blurs the line.

Advice needs three things: an individual with facts of their own, a direction or a diagnosis, a clinician who answers.
Crisis signposting is never a fault. Warmth is not the test of a boundary: continued treatment, meeting, secrecy,
romance, business and gifts are.
"""

from __future__ import annotations

import re

from analyzers.patterns import Hit, Rule, load_rules, matches, scan
from analyzers.reading import Detection, Reading, Weighing, weighed
from domain.accounts import Licence
from domain.findings import Clause, Severity
from domain.posts import ParentAuthor

CLAUSE = Clause.THERAPEUTIC
_STRICT = 0.1
ANSWER = Rule("answer", _STRICT, re.compile(""), "answers a clinical question", frozenset(), "answer")
"""What strict mode reports where no rule speaks: that a clinical question was answered at all."""
_ADVICE_BIAS = -2.6
_BOUNDARY_BIAS = -2.4
_SOLICITS_BIAS = -2.2
_NOT_CLINICAL = 1.6
_ENOUGH = 4.0
"""A boundary rule of this weight needs no sign that the other is a client."""

_RULES = load_rules("therapeutic")
SAFETY = _RULES["safety"]
ASKS = _RULES["asks"]

ADVICE = _RULES["advice"]

GENERAL = _RULES["general"]

SOLICITS = _RULES["solicits"]

BOUNDARY = _RULES["boundary"]


def detect(reading: Reading) -> Detection:
    """Judge clause 3: the strongest of individual advice, soliciting cases, and blurred boundaries."""
    found = (_advice(reading), _solicits(reading), _boundary(reading))
    return max(found, key=lambda detection: detection.score)


def _clinician(reading: Reading) -> bool:
    role = reading.packet.role.lower()
    return reading.packet.licence is not Licence.NONE or any(
        word in role
        for word in ("intern", "postdoc", "associate", "peer", "therap", "counsel", "psych", "trainee", "coach")
    )


def _answers_other(reading: Reading) -> bool:
    parent = reading.packet.parent
    return parent is not None and parent.author is not ParentAuthor.SELF


def _advice(reading: Reading) -> Detection:
    advice = Weighing.of(hit for passage in reading.own for hit in scan(ADVICE, passage))
    calm = Weighing.of(scan(GENERAL, reading.text))
    asks = Weighing.of(scan(ASKS, reading.parent)) if reading.parent and _answers_other(reading) else Weighing(())
    score = weighed(_ADVICE_BIAS, advice, calm) + asks.total
    directs = advice.any("order", "diagnosis", "medication")
    asked = "self" in asks
    if not asked or not directs:
        score = min(score, 0.0) - 1.5
    if not _clinician(reading) and not reading.by_practice:
        score -= 1.0
    clinical = "trouble" in asks and asked
    if not clinical and not advice.any("diagnosis", "medication"):
        score -= _NOT_CLINICAL
    if "crisis" in calm and "diagnosis" not in advice:
        score = min(score, -1.0)
    if "limit" in calm and "diagnosis" not in advice and not advice.any("follow-up"):
        score = min(score, -0.5)
    pointed_on = "crisis" in calm or "redirect" in calm or _signposted(reading)
    if score <= 0 and reading.strict and clinical and not pointed_on:
        answer = Hit(ANSWER, reading.text, *reading.text.sentences[0])
        return Detection(CLAUSE, _STRICT, Severity.S1, (answer,), "The reply answers a clinical question.")
    severity = Severity.S4 if _unsafe(reading) else Severity.S3
    return Detection(CLAUSE, score, severity, advice.evidence[:5], advice.reason("The reply"))


def _signposted(reading: Reading) -> bool:
    """Whether the reply holds a number or address that the practice itself allows as an answer."""
    words = reading.packet.text.casefold()
    return any(signpost.casefold() in words for signpost in reading.signposts)


def _unsafe(reading: Reading) -> bool:
    return matches(SAFETY, reading.text) or (reading.parent is not None and matches(SAFETY[1:], reading.parent))


def _solicits(reading: Reading) -> Detection:
    solicits = Weighing.of(hit for passage in reading.own for hit in scan(SOLICITS, passage))
    calm = Weighing.of(scan(GENERAL[:2], reading.text))
    score = weighed(_SOLICITS_BIAS, solicits, calm)
    return Detection(CLAUSE, score, Severity.S2, solicits.evidence[:3], solicits.reason("The post"))


def _boundary(reading: Reading) -> Detection:
    boundary = Weighing.of(scan(BOUNDARY, reading.text))
    parent = reading.packet.parent
    known = parent is not None and parent.author is ParentAuthor.CLIENT_UNKNOWN
    client = known or "former" in boundary or any(rule.weight >= _ENOUGH for rule in boundary.heaviest.values())
    calm = Weighing.of(scan(GENERAL[:3], reading.text))
    score = weighed(_BOUNDARY_BIAS, boundary, calm) + (1.2 if known else -1.5)
    if not client:
        score = min(score, 0.0) - 1.0
    missing = ("parent",) if parent is None and reading.packet.is_reply and boundary.hits else ()
    return Detection(
        CLAUSE, score, Severity.S3, boundary.evidence[:3], boundary.reason("The reply"), needs_context=missing
    )
