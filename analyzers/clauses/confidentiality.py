"""Clause 2: nothing that could identify a client (limb A), nothing of what happened in a session (limb B).

A post is about a client when something says so: a word ("client"), an appointment ("my 4pm"), a manner of speaking
("one of my people"), or a reply that confirms the relationship. Names are the rare case; what makes a client
recognisable is the number of rare particulars: work, place, dated event, family shape, exact age.
"""

from __future__ import annotations

from analyzers.clauses.identifiers import IDENTIFIERS, names_in
from analyzers.patterns import Hit, load_rules, scan
from analyzers.reading import Detection, Reading, Weighing
from domain.findings import Clause, Severity
from domain.posts import ParentAuthor

CLAUSE = Clause.CONFIDENTIALITY
_BIAS = -2.2

_RULES = load_rules("confidentiality")
CUES = _RULES["cues"]

PARTICULARS = _RULES["particulars"]

CONFIRMS = _RULES["confirms"]

DENIES = _RULES["denies"]

NOT_A_CLIENT = _RULES["not_a_client"]

DIRECT = _RULES["direct"]


def detect(reading: Reading) -> Detection:
    """Judge clause 2; see the module's own words for what counts."""
    if reading.parent is not None and _answers_a_person(reading):
        reply = _reply(reading)
        if reply is not None:
            return reply
    own = reading.own
    cues = Weighing.of(hit for passage in own for hit in scan(CUES, passage))
    particulars = Weighing.of(hit for passage in own for hit in scan(PARTICULARS, passage))
    calm = Weighing.of(hit for passage in own for hit in scan(NOT_A_CLIENT, passage))
    direct = Weighing.of(hit for passage in own for hit in scan(DIRECT, passage))
    identifiers = tuple(hit for passage in own for hit in scan(IDENTIFIERS, passage))
    return _story(reading, cues, particulars, calm, direct, identifiers)


def _answers_a_person(reading: Reading) -> bool:
    parent = reading.packet.parent
    return parent is not None and parent.author is not ParentAuthor.SELF


def _reply(reading: Reading) -> Detection | None:
    """A reply that confirms a relationship, or tells of it; None when it does neither."""
    confirms = Weighing.of(scan(CONFIRMS, reading.text))
    denies = Weighing.of(scan(DENIES, reading.text))
    packet = reading.packet
    known = packet.parent is not None and packet.parent.author is ParentAuthor.CLIENT_UNKNOWN
    review = "review" in packet.platform
    score = -4.0 + confirms.total + denies.total + (2.0 if known else 0.0) + (0.5 if review else 0.0)
    if not confirms.hits or score <= 0 or not known:
        return None
    names = names_in(reading.text)
    grave = confirms.any("procedure", "visit") and bool(names or confirms.any("dated", "procedure"))
    return Detection(
        CLAUSE,
        score,
        Severity.S4 if grave else Severity.S3,
        confirms.evidence,
        confirms.reason("The reply"),
        masks=(*confirms.evidence, *names),
    )


def _story(
    reading: Reading,
    cues: Weighing,
    particulars: Weighing,
    calm: Weighing,
    direct: Weighing,
    identifiers: tuple[Hit, ...],
) -> Detection:
    strong = [rule for group, rule in cues.heaviest.items() if rule.weight >= 1.2]
    rare = min(particulars.total, 4.0)
    names = tuple(hit for passage in reading.own for hit in names_in(passage)) if cues.hits or direct.hits else ()
    score = _BIAS + cues.total + 0.5 * rare + direct.total + calm.total
    if not strong and not direct.hits:
        score = min(score, -0.5)
    if names and strong:
        score += 0.6
    evidence = (*direct.evidence, *(hit for hit in cues.evidence if hit.rule.weight >= 1.2), *particulars.evidence)
    severity = _severity(direct, particulars, bool(names), cues)
    reason = Weighing((*direct.hits, *cues.hits)).reason("The post")
    return Detection(
        CLAUSE, score, severity, evidence[:4], reason, masks=(*evidence, *cues.evidence, *names, *identifiers)
    )


def _severity(direct: Weighing, particulars: Weighing, named: bool, cues: Weighing) -> Severity:
    if direct.hits or (named and cues.any("client", "session", "see")):
        return Severity.S4
    if len(particulars.heaviest) >= 2 or particulars.any("only") or cues.any("slot"):
        return Severity.S3
    return Severity.S2
