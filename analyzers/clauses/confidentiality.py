"""Clause 2: nothing that could identify a client (limb A), nothing of what happened in a session (limb B).

A post is about a client when something says so: a word ("client"), an appointment ("my 4pm"), a manner of speaking
("one of my people"), or a reply that confirms the relationship. Names are the rare case; what makes a client
recognisable is the number of rare particulars: work, place, dated event, family shape, exact age.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from analyzers.clauses.identifiability import RULES as SIGNS
from analyzers.clauses.identifiability import identifiability, narrowing
from analyzers.clauses.identifiers import IDENTIFIERS
from analyzers.clauses.names import own_names, people_in
from analyzers.patterns import Hit, load_rules, matches, scan
from analyzers.reading import Detection, Reading, Weighing
from domain.findings import Clause, Severity
from domain.posts import ParentAuthor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analyzers.clauses.identifiability import Identifiability

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
_MOST_SPANS = 6
_OWN = frozenset({"own", "own-kin"})
_GENERAL = frozenset({"rule", "general"})
_UNBELIEVED = -1.2
_POINTING = ("client", "session", "see", "across", "slot", "health-event", "titled")
"""With a name beside them, these make a client of who is named."""
_ONE = ("see", "one-who", "today-kid", "told", "slot", "across")
"""Cues of one person, beside which a plural is no aggregate."""
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
CLAIMS = _RULES["claims"]
"""That details were changed or permission was given is weighed and not believed: it lowers severity by one step."""
AGGREGATE = _RULES["aggregate"]


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
    names = people_in(reading.text, own_names(reading))
    told = confirms.any("procedure", "visit")
    grave = told and bool(names or "dated" in confirms or ("procedure" in confirms and "visit" in confirms))
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
    found["narrowing"] = narrowing(own, reading.packet.created)
    shown = (hit for alt in reading.alts for hit in scan(DIRECT_ALTS, alt) if people_in(alt))
    found["direct"] = Weighing((*found["direct"].hits, *shown))
    identifiers = tuple(hit for passage in own for hit in scan(IDENTIFIERS, passage))
    names = tuple(hit for passage in own for hit in people_in(passage, own_names(reading)))
    pointers = [hit for hit in (*found["direct"].hits, *found["cues"].hits) if hit.rule.weight >= _POINTS]
    masks = (*found["cues"].evidence, *found["particulars"].evidence, *found["direct"].evidence, *identifiers)
    if not pointers:
        faint = min(_BIAS + _FAINT * found["cues"].total, _FAINTEST_STORY)
        return Detection(CLAUSE, faint, masks=(*masks, *identifiers))
    stories = (_told(reading, pointer, found, names) for pointer in pointers[:_MOST_POINTERS])
    best = max(stories, key=lambda detection: detection.score)
    return replace(best, masks=(*masks, *names))


def _told(reading: Reading, pointer: Hit, found: Mapping[str, Weighing], names: Sequence[Hit]) -> Detection:
    """The story around one pointer: client cues and particulars against signs that it is no client's."""
    near = {name: weighing.near(pointer.passage, pointer.start) for name, weighing in found.items()}
    cues, particulars, direct = near["cues"], near["particulars"], near["direct"]
    beside = [name for name in names if name.passage is pointer.passage and abs(name.start - pointer.start) <= _NEXT_TO]
    narrowed = identifiability(found["narrowing"], [pointer])
    score = _BIAS + min(cues.total, _MOST_CUES) + 0.5 * min(particulars.total, _MOST_PARTICULARS) + direct.total
    score += _calm(near["calm"], found["calm"], cues, narrowed, named=bool(beside)) + (_NAMED if beside else 0.0)
    pointing = tuple(hit for hit in cues.evidence if hit.rule.weight >= _POINTS)
    evidence = (*direct.evidence, *pointing, *beside, *particulars.evidence)[:_MOST_SPANS]
    grave = direct.hits or (beside and cues.any(*_POINTING))
    severity = Severity.S4 if grave else _severity(reading, cues, particulars, narrowed)
    reason = narrowed.beside(Weighing((*direct.hits, *cues.hits)).reason("The post"))
    return Detection(CLAUSE, score, _lowered(reading, severity), evidence, reason)


def _calm(near: Weighing, whole: Weighing, cues: Weighing, narrowed: Identifiability, *, named: bool) -> float:
    """What says that it is no client's story. A composite that singles somebody out, or has a name, is not believed."""
    if named and "client" in cues:
        # The author's own therapy is no excuse for a client who is named.
        near = Weighing(tuple(hit for hit in near.hits if hit.rule.group not in _OWN))
    named_client = named and cues.any(*_POINTING)
    if named_client or narrowed.singled_out:
        # Nor does a kind word to colleagues, or a rule of the house, stand beside such a client.
        near = Weighing(tuple(hit for hit in near.hits if hit.rule.group not in _GENERAL))
    declared = {group: rule.weight for group, rule in whole.heaviest.items() if group in _DECLARED}
    if named_client:
        declared = {}
    elif narrowed.singled_out:
        declared = {group: max(weight, _UNBELIEVED) for group, weight in declared.items()}
    others = math.fsum(rule.weight for group, rule in near.heaviest.items() if group not in _DECLARED)
    return others + math.fsum(declared.values())


def _severity(reading: Reading, cues: Weighing, particulars: Weighing, narrowed: Identifiability) -> Severity:
    """POLICY.md: singled out with health content is S4; recognisable, or an appointment, S3; an aggregate S1."""
    if narrowed.singled_out and any(matches(SIGNS["health"], passage) for passage in reading.own):
        return Severity.S4
    if narrowed.recognisable or particulars.any("only") or cues.any("slot"):
        return Severity.S3
    many = any(matches(AGGREGATE, passage) for passage in reading.own)
    return Severity.S1 if many and not cues.any(*_ONE) else Severity.S2


def _lowered(reading: Reading, severity: Severity) -> Severity:
    """One step less where details are said to be changed or permission to be given, never below S2 by that."""
    claimed = any(matches(CLAIMS, passage) for passage in reading.own)
    return Severity(severity - 1) if claimed and severity > Severity.S2 else severity
