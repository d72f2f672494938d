"""Clause 4: a closed list of conduct, and nothing beside it.

Threats, slurs and contempt for groups, attacks on a person in reach, sexualised work, contempt for clients, known
falsehoods, illegal conduct shown as a professional, and prolonged hostile exchanges. Negative mood, swearing and
criticism of the employer are not on it: hard words about a superior or the work are left alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzers.clauses.names import names_in
from analyzers.patterns import load_rules, matches, scan
from analyzers.reading import Detection, Reading, Weighing, weighed
from domain.findings import Clause, Severity
from domain.posts import ParentAuthor

if TYPE_CHECKING:
    from analyzers.patterns import Hit

CLAUSE = Clause.CONDUCT
_BIAS = -2.0
_PLAIN_CONTEMPT = 2.4
_NEAR = 120
"""Characters: what speaks against a hit must stand near it."""
_LONG = 4
"""Replies to one person, from which on an exchange is prolonged."""
_EXCHANGE = 0.3
_QUIET = -3.0

_RULES = load_rules("conduct")
THREATS = _RULES["threats"]
ATTACKS = _RULES["attacks"]
CONTEMPT = _RULES["contempt"]
SEXUAL = _RULES["sexual"]
ILLEGAL = _RULES["illegal"]
BLAME = _RULES["blame"]
"""Blaming somebody who complains of care: contempt for clients, where a likely client is answered."""
DISPUTES = _RULES["disputes"]
REMARKS = _RULES["remarks"]
NOT_USED = _RULES["not_used"]
_EXCUSED = frozenset({"fiction", "at-work"})

_NUMBERS = {"third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}
_NUMBERS |= {"four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_WORDS = "|".join(_NUMBERS)
_COUNT = re.compile(
    rf"\((\d{{1,2}})/(?:\?|\d{{0,2}})\)|^(\d{{1,2}})/ "
    rf"|\b(?:reply|comment|answer) (?:number |no\. |#)?(\d{{1,2}}|{_WORDS})\b"
    rf"|\b(\d{{1,2}}(?=(?:th|rd) )|{_WORDS})(?:th|rd)? (?:time|reply|in the thread)\b"
)
"""How an author or a thread counts replies: "(4/?)", "7/ ", "reply number five", "fifth time"."""


def detect(reading: Reading) -> Detection:
    """Judge clause 4: only what is on the closed list counts."""
    listed = _listed(reading)
    exchange = _exchange(reading)
    return listed if listed.score > 0 or listed.score >= exchange.score else exchange


def _listed(reading: Reading) -> Detection:
    tables = (THREATS, ATTACKS, CONTEMPT, SEXUAL, ILLEGAL, *((BLAME,) if _answers_client(reading) else ()))
    hits = Weighing.of(hit for passage in reading.own for table in tables for hit in scan(table, passage))
    grave = hits.any("threat")
    calm = Weighing(()) if grave else _calm(reading, hits)
    return Detection(
        CLAUSE,
        weighed(_BIAS, hits, calm) + _reach(reading, hits),
        _severity(reading, hits),
        hits.evidence[:4],
        hits.reason("The post"),
        stands=grave or "falsehood" in hits or _slur(hits),
    )


def _calm(reading: Reading, hits: Weighing) -> Weighing:
    """What speaks against, near a hit; that no person is in reach, or that it is about work, excuses insults alone."""
    near = [hit.start for hit in hits.hits if hit.passage is reading.text]
    excusing = set(_EXCUSED) if set(hits.heaviest) <= {"insult", "mock"} else set()
    if hits.any("insult", "sexual", "illegal"):
        excusing.add("fiction")

    def counts(hit: Hit) -> bool:
        if hit.rule.group in _EXCUSED and hit.rule.group not in excusing:
            return False
        everywhere = hit.rule.group == "mention" or hit.passage is not reading.text
        return everywhere or any(abs(hit.start - start) <= _NEAR for start in near)

    return Weighing.of(hit for passage in reading.own for hit in scan(NOT_USED, passage) if counts(hit))


def _answers_other(reading: Reading) -> bool:
    parent = reading.packet.parent
    return parent is not None and parent.author is not ParentAuthor.SELF


def _answers_client(reading: Reading) -> bool:
    parent = reading.packet.parent
    return parent is not None and parent.author is ParentAuthor.CLIENT_UNKNOWN


def _reach(reading: Reading, hits: Weighing) -> float:
    """An insult needs somebody to land on: a person answered or named. Into the air, it is venting."""
    if not hits.any("insult"):
        return 0.0
    return 0.8 if _answers_other(reading) or names_in(reading.text) else -0.8


def _slur(hits: Weighing) -> bool:
    """A slur, or plain contempt for a group: its words are the fault, and they name the group of necessity."""
    return hits.weight_of("group") >= _PLAIN_CONTEMPT


def _severity(reading: Reading, hits: Weighing) -> Severity:
    if hits.any("threat") or _slur(hits):
        return Severity.S4
    if hits.any("group", "coded", "sexual", "illegal", "falsehood"):
        return Severity.S3
    if "insult" in hits:
        return Severity.S2 if _provoked(reading) else Severity.S3
    return Severity.S2


def _provoked(reading: Reading) -> bool:
    """Whether the post that is answered attacks somebody itself: a hostile exchange, not an attack out of nothing."""
    return reading.parent is not None and _answers_other(reading) and matches(ATTACKS, reading.parent)


def _exchange(reading: Reading) -> Detection:
    """Four or more replies to one person, as the thread counts them: S1, with personal remarks S2."""
    disputes = Weighing.of(scan(DISPUTES, reading.text))
    if not disputes.hits or not reading.packet.is_reply or _counted(reading) < _LONG:
        return Detection(CLAUSE, _QUIET)
    remarks = Weighing.of(hit for table in (REMARKS, ATTACKS) for hit in scan(table, reading.text))
    severity = Severity.S2 if remarks.hits else Severity.S1
    reason = "The post carries on a prolonged dispute with one person" + (
        " and makes personal remarks." if remarks.hits else "."
    )
    return Detection(CLAUSE, _EXCHANGE, severity, (*disputes.evidence[:2], *remarks.evidence[:2]), reason)


def _counted(reading: Reading) -> int:
    """The highest number of replies that the post, or the post it answers, tells of."""
    words = f"{reading.text.lower}\n{reading.parent.lower if reading.parent else ''}"
    found = (next(group for group in match.groups() if group) for match in _COUNT.finditer(words))
    return max((_NUMBERS[count] if count in _NUMBERS else int(count) for count in found), default=0)
