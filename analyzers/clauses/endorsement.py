"""Clause 5: promotion of third parties or of an own venture, judged by two independent questions.

Is it on the practice's register, on that day? Is a benefit told, and told clearly, in the post itself? Neither cures
the lack of the other. Warnings, lists of public resources, crisis lines, job adverts, campaigning, own work named in
passing and the practice's own services are no endorsement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from analyzers.clauses import testimonials
from analyzers.patterns import load_rules, scan
from analyzers.reading import Detection, Reading, Weighing, weighed
from analyzers.text import words
from analyzers.vocabulary import SETS
from domain.findings import Clause, Severity

if TYPE_CHECKING:
    from datetime import date

    from domain.findings import Endorsement

CLAUSE = Clause.ENDORSEMENT
_REMARK = re.compile(r"[(,;]")
_BIAS = -2.4
_ALLOWED = 6.0
_UNDECIDED = -0.1

_RULES = load_rules("endorsement")
PROMOTES = _RULES["promotes"]
PROOF = _RULES["proof"]
CALM = _RULES["calm"]
_GAINS = ("affiliate", "both", "code")
"""Signs that the author or the practice gains; a gift that is shown tells of itself, though not clearly."""

CLEAR = re.compile(
    r"#ad\b|#sponsored\b|#gifted\b|paid partnership|paid sponsor|\bi (?:receive|earn|get) (?:a |small |royalt)"
    r"|commission|\bsponsored by\b|\bgifted\b|i earn|i (?:was|am|got) paid|i'm paid|royalties|affiliate|disclosure:"
    r"|they give me|they pay (?:me|us)|i make about|i get paid|the money goes to me"
    r"|paid for this (?:space|episode|post)|(?:little|bit|share|cut) comes back to me"
)
"""Difficult to miss and easily understood (16 CFR 255.0)."""
WEAK = re.compile(
    r"#(?:spon|sp|ee|partner|collab|ambassador|[a-z]+partner)\b|\b(?:thx|thanks|thank you|thank y'all) for the\b"
    r"|i get a (?:lil|little|cut|bit)|referral link|ref link|my link|#?ambassador|take care of their friends"
)
"""Told, but not clearly."""
BENEFIT = re.compile(
    r"affiliate|referral|commission|i get a|i earn|royalt|sponsor|#ad\b|gifted|free month|my code|use code|promo"
    r"|code [a-z]+\d|my link|for the box|she looks after me|kickback|ambassador|#[a-z]*partner\b"
    r"|\bmy (?:new |own )?(?:course|workbook|book|shop|app|retreat)"
)


class Authority(StrEnum):
    """Where a promotion stands on the practice's register on the post's day."""

    STANDS = "stands"
    ENDED = "ended"
    NOT_BEGUN = "not_begun"
    ABSENT = "absent"
    UNKNOWN = "unknown"
    """No register at hand."""


class Disclosure(StrEnum):
    """What the post says of a benefit."""

    NO_BENEFIT = "no_benefit"
    CLEAR = "clear"
    WEAK = "weak"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Standing:
    """A register's answer, with the day that an ended or future authorisation turns on."""

    authority: Authority
    day: date | None = None


_OUTSIDE = {Disclosure.NO_BENEFIT: 1, Disclosure.CLEAR: 1, Disclosure.WEAK: 2, Disclosure.HIDDEN: 2}
STEPS: dict[Authority, dict[Disclosure, int]] = {
    Authority.STANDS: {Disclosure.NO_BENEFIT: 0, Disclosure.CLEAR: 0, Disclosure.WEAK: 2, Disclosure.HIDDEN: 2},
    Authority.ENDED: _OUTSIDE,
    Authority.NOT_BEGUN: _OUTSIDE,
    Authority.ABSENT: {Disclosure.NO_BENEFIT: 2, Disclosure.CLEAR: 2, Disclosure.WEAK: 2, Disclosure.HIDDEN: 3},
    Authority.UNKNOWN: {Disclosure.NO_BENEFIT: 0, Disclosure.CLEAR: 0, Disclosure.WEAK: 2, Disclosure.HIDDEN: 2},
}
"""Severity by authorisation and disclosure. With no register, only what is a fault either way."""
_REGISTER_SAYS = {
    Authority.STANDS: "the practice has authorised it",
    Authority.ENDED: "the practice's authorisation ended on {day}",
    Authority.NOT_BEGUN: "the practice's authorisation begins on {day}",
    Authority.ABSENT: "the practice has not authorised it",
    Authority.UNKNOWN: "whether the practice has authorised it is not known",
}
_BENEFIT_SAYS = {
    Disclosure.NO_BENEFIT: "",
    Disclosure.CLEAR: "; the benefit is disclosed",
    Disclosure.WEAK: "; a benefit is not disclosed clearly",
    Disclosure.HIDDEN: "; a benefit is not disclosed",
}


def detect(reading: Reading) -> Detection:
    """Judge clause 5: testimonials first, then endorsement x authorised x disclosed."""
    return testimonials.judge(reading) or _promotion(reading)


def _promotion(reading: Reading) -> Detection:
    promotes = Weighing.of(hit for passage in reading.own for hit in scan(PROMOTES, passage)).densest()
    proof = Weighing.of(scan(PROOF, reading.text))
    score = _weighed(reading, promotes, proof)
    where, told = standing(reading), disclosure(reading, promotes)
    step = STEPS[where.authority][told]
    unknown = where.authority is Authority.UNKNOWN and score > 0
    if not step:
        score = _UNDECIDED if unknown else score - _ALLOWED
    return Detection(
        CLAUSE,
        score,
        Severity(min(step + (1 if step and proof.hits else 0), Severity.S3)),
        promotes.evidence[:4],
        _reason(promotes, where, told),
        needs_context=("register",) if unknown else (),
    )


def _weighed(reading: Reading, promotes: Weighing, proof: Weighing) -> float:
    gains = promotes.any("gift", *_GAINS)
    calm = Weighing.of(hit for hit in scan(CALM, reading.text) if not (gains and hit.rule.group == "practice"))
    score = weighed(_BIAS, promotes, calm)
    if promotes.hits:
        score += 0.6 * proof.total
    return score - 2.5 if reading.by_practice and not gains else score


def _reason(promotes: Weighing, where: Standing, told: Disclosure) -> str:
    day = f"{where.day.day} {where.day:%B %Y}" if where.day else ""
    says = promotes.reason("The post").removesuffix(".")
    return f"{says}; {_REGISTER_SAYS[where.authority].format(day=day)}{_BENEFIT_SAYS[told]}."


def disclosure(reading: Reading, promotes: Weighing) -> Disclosure:
    """What the post's own words say of a benefit; words of a picture show one and disclose none."""
    lower = reading.text.lower
    if CLEAR.search(lower):
        return Disclosure.CLEAR
    if WEAK.search(lower) or ("gift" in promotes and not promotes.any(*_GAINS)):
        return Disclosure.WEAK
    return Disclosure.HIDDEN if BENEFIT.search(lower) or promotes.any(*_GAINS) else Disclosure.NO_BENEFIT


def standing(reading: Reading) -> Standing:
    """The register's best answer on the post's day to what the post names."""
    register = reading.packet.register
    if register is None:
        return Standing(Authority.UNKNOWN)
    day = reading.packet.created.date()
    present = frozenset(word for passage in reading.own for word in words(passage.text))
    named = [entry for entry in register.endorsements if _named(entry, present)]
    if any(entry.covers(day) for entry in named):
        return Standing(Authority.STANDS)
    ended = [entry.valid_to for entry in named if entry.valid_to and entry.valid_to < day]
    if ended:
        return Standing(Authority.ENDED, max(ended))
    ahead = [entry.valid_from for entry in named if entry.valid_from and day < entry.valid_from]
    return Standing(Authority.NOT_BEGUN, min(ahead)) if ahead else Standing(Authority.ABSENT)


def _named(entry: Endorsement, present: frozenset[str]) -> bool:
    """Whether the longer words of an entry's name, most of them, begin words of the post."""
    wanted = _stems(entry.item)
    if not wanted:
        return False
    found = sum(any(word.startswith(stem) for word in present) for stem in wanted)
    return 2 * found >= len(wanted)


@lru_cache(maxsize=1024)
def _stems(item: str) -> frozenset[str]:
    """The longer words of an entry's name; remarks after it are none of it."""
    name = _REMARK.split(item, maxsplit=1)[0]
    return frozenset(word.removesuffix("s") for word in words(name) if len(word) > 3 and word not in SETS["filler"])  # noqa: PLR2004 - "the", "and"
