"""Clause 2: nothing that could identify a client (limb A), nothing of what happened in a session (limb B).

A post is about a client when something says so: a word ("client"), an appointment ("my 4pm"), a manner of speaking
("one of my people"), or a reply that confirms the relationship. Names are the rare case; what makes a client
recognisable is the number of rare particulars: work, place, dated event, family shape, exact age.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analyzers.clauses.identifiers import IDENTIFIERS
from analyzers.clauses.names import names_in
from analyzers.patterns import Hit, load_rules, matches, scan
from analyzers.reading import Detection, Reading, Weighing
from domain.findings import Clause, Severity
from domain.posts import ParentAuthor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CLAUSE = Clause.CONFIDENTIALITY
_BIAS = -2.2
_FAINT = 0.4
_FAINTEST_STORY = -1.5
_POINTS = 1.2
"""From this weight on a cue points to a client by itself."""
_MOST_POINTERS = 40
_MOST_CUES = 4.0
_MOST_PARTICULARS = 4.0
_NEXT_TO = 120
_NAMED = 0.6
_MANY = 2
_MOST_SPANS = 6
_OWN = frozenset({"own", "own-kin"})
_DECLARED = frozenset({"composite", "consent"})
"""What is said once holds for the whole post."""

_RULES = load_rules("confidentiality")
CUES = _RULES["cues"]

PARTICULARS = _RULES["particulars"]

CONFIRMS = _RULES["confirms"]

DENIES = _RULES["denies"]

NOT_A_CLIENT = _RULES["not_a_client"]

DIRECT = _RULES["direct"]
DIRECT_ALTS = _RULES["direct_alts"]
"""What a picture gives away counts when a name stands in its words."""


def detect(reading: Reading) -> Detection:
    """Judge clause 2; see the module's own words for what counts."""
    reply = _reply(reading) if reading.parent is not None and _answers_a_person(reading) else None
    return replace(reply or _story(reading), needs_context=_missing(reading))


def _missing(reading: Reading) -> tuple[str, ...]:
    """The parent, where words would confirm a relationship if it were known; a picture without words."""
    packet = reading.packet
    alone = packet.is_reply and packet.parent is None and matches(CONFIRMS, reading.text)
    blind = any(not alt.strip() for alt in packet.media)
    return (*(["parent"] if alone else []), *(["image"] if blind else []))


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
    if not confirms.hits or score <= 0 or not (known or "standing" in confirms):
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


def _story(reading: Reading) -> Detection:
    """A post that tells of a client, judged around each place that points to one."""
    own = reading.own
    found = {
        name: Weighing.of(hit for passage in own for hit in scan(table, passage))
        for name, table in (("cues", CUES), ("particulars", PARTICULARS), ("calm", NOT_A_CLIENT), ("direct", DIRECT))
    }
    shown = (hit for alt in reading.alts for hit in scan(DIRECT_ALTS, alt) if names_in(alt))
    found["direct"] = Weighing((*found["direct"].hits, *shown))
    identifiers = tuple(hit for passage in own for hit in scan(IDENTIFIERS, passage))
    names = tuple(hit for passage in own for hit in names_in(passage))
    pointers = [hit for hit in (*found["direct"].hits, *found["cues"].hits) if hit.rule.weight >= _POINTS]
    masks = (*found["cues"].evidence, *found["particulars"].evidence, *found["direct"].evidence, *identifiers)
    if not pointers:
        faint = min(_BIAS + _FAINT * found["cues"].total, _FAINTEST_STORY)
        return Detection(CLAUSE, faint, masks=(*masks, *identifiers))
    stories = (_told(pointer, found, names) for pointer in pointers[:_MOST_POINTERS])
    best = max(stories, key=lambda detection: detection.score)
    return replace(best, masks=(*masks, *names))


def _told(pointer: Hit, found: Mapping[str, Weighing], names: Sequence[Hit]) -> Detection:
    """The story around one pointer: client cues and particulars against signs that it is no client's."""
    near = {name: weighing.near(pointer.passage, pointer.start) for name, weighing in found.items()}
    declared = [
        rule for group, rule in found["calm"].heaviest.items() if group in _DECLARED and group not in near["calm"]
    ]
    cues, particulars, direct = near["cues"], near["particulars"], near["direct"]
    beside = [name for name in names if name.passage is pointer.passage and abs(name.start - pointer.start) <= _NEXT_TO]
    named = bool(beside)
    score = _BIAS + min(cues.total, _MOST_CUES) + 0.5 * min(particulars.total, _MOST_PARTICULARS) + direct.total
    calm = near["calm"]
    if named and "client" in cues:
        # The author's own therapy is no excuse for a client who is named.
        calm = Weighing(tuple(hit for hit in calm.hits if hit.rule.group not in _OWN))
    score += calm.total + sum(rule.weight for rule in declared) + (_NAMED if named else 0.0)
    pointing = tuple(hit for hit in cues.evidence if hit.rule.weight >= _POINTS)
    evidence = (*direct.evidence, *pointing, *beside, *particulars.evidence)[:_MOST_SPANS]
    reason = Weighing((*direct.hits, *cues.hits)).reason("The post")
    return Detection(CLAUSE, score, _severity(direct, particulars, cues, named=named), evidence, reason)


def _severity(direct: Weighing, particulars: Weighing, cues: Weighing, *, named: bool) -> Severity:
    """POLICY.md: two quasi-identifiers, or one that is unique, or an appointment are S3; a name or record is S4."""
    if direct.hits or (named and cues.any("client", "session", "see")):
        return Severity.S4
    rare = len(particulars.heaviest)
    if rare > _MANY + 1 and cues.any("see", "client", "mine", "one-who"):
        return Severity.S4
    if rare >= _MANY or particulars.any("only") or cues.any("slot"):
        return Severity.S3
    return Severity.S2
