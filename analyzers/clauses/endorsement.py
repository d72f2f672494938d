"""Clause 5: promotion of third parties or of an own venture, judged by two independent questions.

Is it on the practice's register, on that day? Is a benefit told, and told clearly, in the post itself?
Soliciting reviews depends on the licence. Warnings, lists of public resources, crisis lines and the practice's own
services are no endorsement.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzers.patterns import load_rules, scan
from analyzers.reading import Detection, Reading, Weighing, weighed
from analyzers.text import words
from analyzers.vocabulary import SETS
from domain.findings import Clause, Severity

if TYPE_CHECKING:
    from domain.findings import Endorsement

CLAUSE = Clause.ENDORSEMENT
_BIAS = -2.4
_TESTIMONIAL_BIAS = -4.4

_RULES = load_rules("endorsement")
PROMOTES = _RULES["promotes"]

SOLICITS = _RULES["solicits"]

PROOF = _RULES["proof"]

DISCLOSED = re.compile(
    r"#ad\b|#sponsored\b|paid partnership|\bi (?:receive|earn|get) (?:a |small |royalt)|commission"
    r"|\bsponsored by\b|\bgifted\b|i earn|i (?:was|am|got) paid|royalties|affiliate|disclosure:"
    r"|they give me|i make about|they pay me|i get paid|i get a"
)
BENEFIT = re.compile(
    r"affiliate|referral|commission|i get a|i earn|royalt|sponsor|#ad\b|gifted|free month|my code|use code|promo"
    r"|code [a-z]+\d|my link|for the box|she looks after me|kickback"
    r"|\bmy (?:new |own )?(?:course|workbook|book|shop|app|retreat)"
)

CALM = _RULES["calm"]


def detect(reading: Reading) -> Detection:
    """Judge clause 5: endorsement x authorised x disclosed, and testimonials."""
    asked = _testimonials(reading)
    if asked is not None:
        return asked
    promotes = Weighing.of(hit for passage in reading.own for hit in scan(PROMOTES, passage)).densest()
    proof = Weighing.of(scan(PROOF, reading.text))
    calm = Weighing.of(scan(CALM, reading.text))
    score = weighed(_BIAS, promotes, calm) + (0.6 * proof.total if promotes.hits else 0.0)
    if reading.by_practice and not promotes.any("code", "affiliate"):
        score -= 2.5
    authorised = _authorised(reading)
    lower = reading.text.lower
    benefit = bool(BENEFIT.search(lower)) or promotes.any("affiliate", "both", "code")
    disclosed = bool(DISCLOSED.search(lower))
    if authorised and (disclosed or not benefit):
        score -= 6.0
    severity = _severity(authorised=authorised, benefit=benefit, disclosed=disclosed, proof=bool(proof.hits))
    missing = ("register",) if reading.packet.register is None and score > 0 else ()
    return Detection(CLAUSE, score, severity, promotes.evidence[:4], promotes.reason("The post"), needs_context=missing)


def _testimonials(reading: Reading) -> Detection | None:
    asks = Weighing.of(hit for passage in reading.own for hit in scan(SOLICITS, passage))
    score = _TESTIMONIAL_BIAS + asks.total + Weighing.of(scan(CALM, reading.text)).weight_of("never-ask")
    if "reviews" not in asks or score <= 0:
        return None
    return Detection(CLAUSE, score, Severity.S3, asks.evidence[:3], asks.reason("The post"))


def _severity(*, authorised: bool, benefit: bool, disclosed: bool, proof: bool) -> Severity:
    """The table of POLICY.md, clause 5."""
    hidden = benefit and not disclosed
    step = Severity.S3 if hidden else Severity.S2
    if authorised:
        step = Severity.S2 if hidden else Severity.S1
    return Severity(min(step + (1 if proof else 0), Severity.S3))


def _authorised(reading: Reading) -> bool:
    """Whether an entry of the register that stands on the post's day names what the post is about."""
    register = reading.packet.register
    if register is None:
        return False
    day = reading.packet.created.date()
    return any(entry.covers(day) and _named(entry, reading) for entry in register.endorsements)


def _named(entry: Endorsement, reading: Reading) -> bool:
    """Whether the longer words of an entry, most of them, stand in the post."""
    wanted = {word for word in words(entry.item) if len(word) > 3 and word not in SETS["filler"]}  # noqa: PLR2004 - "the", "and"
    if not wanted:
        return False
    present = {word for passage in reading.own for word in words(passage.text)}
    return 2 * len(wanted & present) >= len(wanted)
