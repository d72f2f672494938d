"""Clause 3: no advice to an individual, no answers to clinical questions, no contact that blurs the line.

Advice needs three things: an individual with facts of their own, a direction or a diagnosis, a clinician who answers.
A follow-up ("report back") makes a relationship of it. Crisis signposting is never a fault. Warmth is not the test of
a boundary: continued treatment, meeting, secrecy, romance, business and gifts are.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from analyzers.patterns import Hit, Rule, Table, load_rules, matches, scan
from analyzers.reading import Detection, Reading, Weighing, weighed
from domain.accounts import Licence
from domain.findings import Clause, Severity
from domain.posts import ParentAuthor

if TYPE_CHECKING:
    from collections.abc import Iterable

CLAUSE = Clause.THERAPEUTIC
_STRICT = 0.1
ANSWER = Rule("answer", _STRICT, "", "answers a clinical question", frozenset(), "answer")
"""What strict mode reports where no rule speaks: that a clinical question was answered at all."""
THANKED = Rule("thanked", 1.0, "", "answers the thanks of a likely former client", frozenset(), "thanked")
"""A warm answer to thanks for care: it confirms nothing in words, and a reader infers the rest."""
AT_LENGTH = Rule("at-length", 1.5, "", "answers one person at length", frozenset(), "at-length")
_COUNSEL = 1.5
_LONG = 40
"""Words of a reply from which on it is no greeting, thanks or signpost."""
_ADDRESSED = 3
_SECOND_PERSON = re.compile(r"\b(?:you|your|yours|yourself|you're|you've|you'll|you'd)\b")
_ADVICE_BIAS = -2.6
_BOUNDARY_BIAS = -2.4
_SOLICITS_BIAS = -2.2
_LETTER_BIAS = -3.4
_EVERYBODY_BIAS = -4.0
_THANKED = 0.4
_ASSENT = 1.2
_QUIET = -3.0
_NOT_CLINICAL = 1.6
_ENOUGH = 4.0
"""A boundary rule of this weight needs no sign that the other is a client."""
_MOST_THANKS = 160
"""Characters of a reply that only thanks."""

_RULES = load_rules("therapeutic")
SAFETY = _RULES["safety"]
ASKS = _RULES["asks"]
ADVICE = _RULES["advice"]
GENERAL = _RULES["general"]
SOLICITS = _RULES["solicits"]
BOUNDARY = _RULES["boundary"]
_LIMITS = Table(rule for rule in GENERAL if rule.group in {"limit", "redirect", "crisis"})
_APART = Table(rule for rule in GENERAL if rule.group in {"limit", "redirect"} or rule.name == "chores/cv")
_DECLINES = Table(rule for rule in GENERAL if rule.group == "limit")
"""At length, "see somebody near you" beside advice is no limit; saying that none is given is one."""
_ROLES = ("intern", "postdoc", "associate", "peer", "therap", "counsel", "psych", "trainee", "coach", "clinician")


def detect(reading: Reading) -> Detection:
    """Judge clause 3: the gravest of what is reported, else the likeliest of what is not."""
    found = (
        _advice(reading),
        _counsel(reading),
        _assent(reading),
        _letter(reading),
        _solicits(reading),
        _everybody(reading),
        _boundary(reading),
        _thanked(reading),
    )
    reported = [detection for detection in found if detection.score > 0]
    gravest = max(reported or found, key=lambda detection: (detection.severity if reported else 0, detection.score))
    return replace(gravest, stands=any(detection.stands for detection in reported))


def _quiet() -> Detection:
    return Detection(CLAUSE, _QUIET)


def _own(table: Iterable[Rule], reading: Reading) -> Weighing:
    return Weighing.of(hit for passage in reading.own for hit in scan(table, passage))


def _whole(rule: Rule, reading: Reading) -> tuple[Hit, ...]:
    """The first sentence as evidence, where the reply as such is the fault."""
    return (Hit(rule, reading.text, *reading.text.sentences[0]),)


def _clinician(reading: Reading) -> bool:
    role = reading.packet.role.lower()
    return reading.packet.licence is not Licence.NONE or any(word in role for word in _ROLES)


def _answers_other(reading: Reading) -> bool:
    parent = reading.packet.parent
    return parent is not None and parent.author is not ParentAuthor.SELF


def _advice(reading: Reading) -> Detection:
    advice = _own(ADVICE, reading)
    calm = Weighing.of(scan(GENERAL, reading.text))
    asks = Weighing.of(scan(ASKS, reading.parent)) if reading.parent and _answers_other(reading) else Weighing(())
    score = weighed(_ADVICE_BIAS, advice, calm) + asks.total
    asked = "self" in asks
    clinical = "trouble" in asks and asked
    directs = advice.any("order", "diagnosis", "medication") or (clinical and "follow-up" in advice)
    if not asked or not directs:
        score = min(score, 0.0) - 1.5
    if not _clinician(reading) and not reading.by_practice:
        score -= 1.0
    if not clinical and not advice.any("diagnosis", "medication"):
        score -= _NOT_CLINICAL
    score = _limited(score, advice, calm)
    if score <= 0 and clinical:
        return _strict(reading, calm, score)
    severity = _advice_severity(reading, advice)
    return Detection(CLAUSE, score, severity, advice.evidence[:5], advice.reason("The reply"))


def _counsel(reading: Reading) -> Detection:
    """A clinician's long answer, in the second person, to somebody who tells of an own trouble and asks."""
    if reading.parent is None or not _answers_other(reading) or not _clinician(reading):
        return _quiet()
    asks = Weighing.of(scan(ASKS, reading.parent))
    told = len(_SECOND_PERSON.findall(reading.text.lower))
    long = len(reading.text.lower.split()) >= _LONG
    if not (long and told >= _ADDRESSED and "self" in asks and "trouble" in asks) or matches(_DECLINES, reading.text):
        return _quiet()
    severity = Severity.S4 if _unsafe(reading, Weighing(())) else Severity.S3
    reason = "The reply answers at length, and personally, somebody who asks about a trouble of their own."
    return Detection(CLAUSE, _COUNSEL, severity, _whole(AT_LENGTH, reading), reason, stands=True)


def _advice_severity(reading: Reading, advice: Weighing) -> Severity:
    """S3, with medication, self-harm or a child's safety S4; an offer to go on in private, without advice, S2."""
    if _unsafe(reading, advice):
        return Severity.S4
    return Severity.S3 if advice.any("order", "diagnosis", "medication") else Severity.S2


def _limited(score: float, advice: Weighing, calm: Weighing) -> float:
    """Crisis lines and a stated limit keep a reply general, unless it diagnoses or asks for a report."""
    if "crisis" in calm and "diagnosis" not in advice:
        return min(score, -1.0)
    doses = advice.weight_of("medication") > 0 and "order" in advice
    if "limit" in calm and not (doses or advice.any("diagnosis", "follow-up")):
        return min(score, -0.5)
    return score


def _strict(reading: Reading, calm: Weighing, score: float) -> Detection:
    """Below the bar of advice: a reminder where the policy wants no clinical question answered at all."""
    if not reading.strict or calm.any("crisis", "redirect") or _signposted(reading):
        return Detection(CLAUSE, score)
    return Detection(CLAUSE, _STRICT, Severity.S1, _whole(ANSWER, reading), "The reply answers a clinical question.")


def _signposted(reading: Reading) -> bool:
    """Whether the reply holds a number or address that the practice itself allows as an answer."""
    words = reading.packet.text.casefold()
    return any(signpost.casefold() in words for signpost in reading.signposts)


def _unsafe(reading: Reading, advice: Weighing) -> bool:
    """Medication, self-harm or a child's safety, in the answer or in what it answers."""
    if "medication" in advice or matches(SAFETY, reading.text):
        return True
    if reading.parent is None:
        return False
    doses = matches(_RULES["dosing"], reading.text) and matches(_RULES["medicine"], reading.parent)
    return doses or matches(SAFETY[1:], reading.parent)


def _assent(reading: Reading) -> Detection:
    """A bare yes to "should I stop taking them?" is a direction."""
    proposed = reading.parent is not None and _answers_other(reading) and matches(_RULES["proposes"], reading.parent)
    agrees = Weighing.of(scan(_RULES["assent"], reading.text))
    if not (proposed and agrees.hits and reading.parent and matches(_RULES["medicine"], reading.parent)):
        return _quiet()
    if not _clinician(reading) or matches(_LIMITS, reading.text):
        return _quiet()
    reason = "The reply agrees to a change of medication that a person proposes."
    return Detection(CLAUSE, _ASSENT, Severity.S4, agrees.evidence, reason)


def _letter(reading: Reading) -> Detection:
    """An advice column: one person's facts are told, and that person is told what to do."""
    if not matches(_RULES["letter"], reading.text) or not _clinician(reading):
        return _quiet()
    verdict = _own(_RULES["verdict"], reading)
    score = weighed(_LETTER_BIAS, verdict, Weighing(()))
    if "verdict" not in verdict:
        score = min(score, -1.0)
    severity = Severity.S4 if matches(SAFETY, reading.text) else Severity.S3
    return Detection(CLAUSE, score, severity, verdict.evidence[:5], verdict.reason("The post"))


def _solicits(reading: Reading) -> Detection:
    solicits = _own(SOLICITS, reading)
    calm = Weighing.of(scan(_APART, reading.text))
    score = weighed(_SOLICITS_BIAS, solicits, calm)
    asked = [hit for hit in solicits.hits if matches(SAFETY[:1], reading.text)]
    severity = Severity.S4 if asked and "bring" in solicits else Severity.S2
    return Detection(CLAUSE, score, severity, solicits.evidence[:3], solicits.reason("The post"))


def _everybody(reading: Reading) -> Detection:
    """General, prescriptive, and inviting individual reports: a reminder."""
    told = _own((*_RULES["everybody"], *_RULES["reports"]), reading)
    calm = Weighing.of(scan(_LIMITS, reading.text))
    score = weighed(_EVERYBODY_BIAS, told, calm)
    return Detection(CLAUSE, score, Severity.S1, told.evidence[:3], told.reason("The post"))


def _boundary(reading: Reading) -> Detection:
    boundary = Weighing.of(scan(BOUNDARY, reading.text))
    parent = reading.packet.parent
    known = parent is not None and parent.author is ParentAuthor.CLIENT_UNKNOWN
    client = known or "former" in boundary or any(rule.weight >= _ENOUGH for rule in boundary.heaviest.values())
    calm = Weighing.of(scan(GENERAL[:3], reading.text))
    score = weighed(_BOUNDARY_BIAS, boundary, calm) + (1.2 if known else -1.5)
    if not client or (reading.by_practice and set(boundary.heaviest) == {"slot"}):
        score = min(score, 0.0) - 1.0
    missing = ("parent",) if parent is None and reading.packet.is_reply and boundary.hits else ()
    return Detection(
        CLAUSE,
        score,
        _boundary_severity(reading, boundary),
        boundary.evidence[:3],
        boundary.reason("The reply" if parent else "The post"),
        needs_context=missing,
    )


def _boundary_severity(reading: Reading, boundary: Weighing) -> Severity:
    """An appointment kept in public is less than treatment continued; a person in danger or a child is more."""
    if "crisis-instead" in boundary or (reading.parent is not None and matches(SAFETY[1:], reading.parent)):
        return Severity.S4
    return Severity.S2 if set(boundary.heaviest) == {"slot"} else Severity.S3


def _thanked(reading: Reading) -> Detection:
    """Thanks for care, answered warmly: coach not to reply (C3-08 of the annotation guide)."""
    parent = reading.packet.parent
    if parent is None or reading.parent is None or parent.author is not ParentAuthor.CLIENT_UNKNOWN:
        return _quiet()
    short = 0 < len(reading.text.text.strip()) <= _MOST_THANKS
    if not short or not matches(_RULES["gratitude"], reading.parent) or matches(_PRIVATE, reading.text):
        return _quiet()
    reason = "The reply answers the thanks of a likely former client; a reader will infer the rest."
    return Detection(CLAUSE, _THANKED, Severity.S2, _whole(THANKED, reading), reason)


_PRIVATE = Table((*_LIMITS, *(rule for rule in GENERAL if rule.name == "thanks/privacy")))
