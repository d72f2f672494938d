"""Clause 1: a professional account does not speak or act for the practice, nor pass for one of its channels.

Naming one's employer, sharing its posts, pride in the team and talk about the work are free, and a missing
disclaimer never counts. Only enrolled professional accounts can be at fault; the practice's own cannot. Before the
first day of an affiliation nothing is at fault; after the last, only a claim to be there still, or to be the practice.
"""

from __future__ import annotations

import re

from analyzers.clauses.affiliation import Standing, standing
from analyzers.patterns import Hit, Table, load_rules, matches, scan
from analyzers.reading import Detection, Reading, Weighing, weighed
from domain.findings import Clause, Protected, Severity
from domain.posts import ParentAuthor

CLAUSE = Clause.SEPARATION
_BIAS = -2.6
_NEVER = -5.0
_UNDECIDED = -0.1
_ENDED = 1.8
_ASKED = 1.2

_RULES = load_rules("separation")
SPEAKS = _RULES["speaks"]
PRESENT = _RULES["present"]
"""Claims to be at the practice: free for its people, a fault after the last day."""
ASKED = _RULES["asked"]
"""Questions to the practice: who answers one for it speaks for it."""
OWN = _RULES["own"]
ATTRIBUTION = Table(rule for rule in load_rules("opinion")["attribution"] if "§" in rule.source)
"""A view put into the practice's mouth speaks for it as well."""

_WEAK = frozenset({"name", "announce", "we-serve"})
_AUTHORITY = _WEAK | {"behalf", "we-at", "attributed", "rates", "groups", "slots"}
"""What the register's speakers may do."""
_POSES = re.compile(
    r"\b(?:official|the official|home of|we are|we're|our team|book with us|our families|our clients)\b"
    r"|^§+[^\w]*(?:$|[|•]|tv\b)"
)
_LEFT = "claims a place at the practice that ended before it was written; check the dates with the author."


def detect(reading: Reading) -> Detection:
    """Judge clause 1; the practice's own account and authorised speakers are left alone."""
    stands = standing(reading)
    if reading.by_practice or stands is Standing.BEFORE:
        return Detection(CLAUSE, _NEVER)
    ended = stands is not Standing.CURRENT
    attributed = Weighing.of(hit for passage in reading.own for hit in scan(ATTRIBUTION, passage))
    hits = Weighing((*_speaking(reading, ended=ended), *attributed.hits)).densest()
    score = _authority(reading, hits, _weighed(reading, hits, stands))
    unknown = reading.packet.register is None and score > 0 and set(hits.heaviest) <= _AUTHORITY and not ended
    return Detection(
        CLAUSE,
        _UNDECIDED if unknown else score,
        _severity(hits),
        hits.evidence[:4],
        f"{reading.named} {_LEFT}" if stands is Standing.AFTER else hits.reason(reading.named),
        needs_context=_missing(stands, score, register=unknown),
        stands=_stands(reading, attributed),
    )


def _speaking(reading: Reading, *, ended: bool) -> list[Hit]:
    """Hits in the author's words; a post without words of its own is the profile itself."""
    tables = (SPEAKS, PRESENT) if ended else (SPEAKS,)
    profile = (reading.profile,) if reading.profile else ()
    return [hit for passage in (*reading.own, *profile) for table in tables for hit in scan(table, passage)]


def _weighed(reading: Reading, hits: Weighing, stands: Standing) -> float:
    ended = stands is not Standing.CURRENT
    asked = _asked(reading)
    score = weighed(_BIAS, hits, Weighing.of(scan(OWN, reading.text)))
    if hits.hits:
        score += (_ENDED if ended else 0.0) + (_ASKED if asked else 0.0)
    score += 1.0 if _poses(reading) else 0.0
    named = "name" in hits or asked
    if set(hits.heaviest) <= _WEAK and not named and not ended:
        score = min(score, -0.4)
    claims = set(hits.heaviest) != {"name"} and (named or (reading.bio is not None and "§" in reading.bio.lower))
    if stands is Standing.AFTER and not claims:
        score = min(score, -1.0)
    return score


def _authority(reading: Reading, hits: Weighing, score: float) -> float:
    """A speaker may speak for the practice; nobody may take its money."""
    return score - 4.0 if reading.may_speak and "payment" not in hits else score


def _asked(reading: Reading) -> bool:
    """Whether another person's post, which this one answers, asks something of the practice."""
    parent = reading.packet.parent
    if parent is None or reading.parent is None or parent.author is ParentAuthor.SELF:
        return False
    return matches(ASKED, reading.parent)


def _severity(hits: Weighing) -> Severity:
    """S3 takes money, clients' data, or intakes as the practice; S1 only wears its name or logo."""
    if hits.any("payment", "details") or ("intake" in hits and hits.any("behalf", "poses")):
        return Severity.S3
    return Severity.S1 if set(hits.heaviest) <= {"identity", "recruits", "hiring", "name"} else Severity.S2


def _missing(stands: Standing, score: float, *, register: bool) -> tuple[str, ...]:
    if register:
        return ("register",)
    return ("affiliation",) if stands is Standing.PROFILE_ENDED and score > 0 else ()


def _stands(reading: Reading, attributed: Weighing) -> bool:
    """Attribution stands on politics and belief; work talk, health and reports silence it."""
    work = any(topic in reading.topics for topic in (Protected.NLRA, Protected.HEALTH, Protected.WHISTLE))
    return bool(attributed.hits) and not work


def _poses(reading: Reading) -> bool:
    return reading.bio is not None and bool(_POSES.search(reading.bio.lower))
