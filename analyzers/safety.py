"""Danger to life: the author's own, or somebody else's. It is told to the clinical lead at once and is no finding.

Precise on purpose, since every mail sends a person to knock on a door: prevention, quotations, lyrics, fiction, memoir
and jokes stay quiet. What it does not see is no sign that anybody is well. English only, as all rules.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from analyzers.clauses.conduct import THREATS
from analyzers.patterns import Table, load_rules, scan
from analyzers.reading import Weighing
from domain.findings import Clause, Severity, Span
from domain.safety import AtRisk, Safety

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from analyzers.patterns import Hit
    from analyzers.reading import Reading
    from analyzers.text import Passage
    from domain.findings import Finding, Packet, Scored

_BIAS = -2.6
_REACH = 220
"""Characters around a sign in which others add to it or speak against it."""
_MOST_SIGNS = 60
_MOST_SPANS = 4
_OF_A_SENTENCE = frozenset({"past", "trivial"})
_QUOTED = re.compile(
    r"\"[^\"\n]{1,400}\"|(?<!\w)'[^'\n]{1,200}(?:'[a-z]{1,2}\b[^'\n]{0,200}){0,4}'(?!\w)|^[ \t]*>[^\n]*", re.MULTILINE
)
"""Words in quotation marks (straight ones: the reading has made them so), and lines quoted as in mail."""
_GATED = frozenset({Clause.SEPARATION, Clause.CONDUCT, Clause.ENDORSEMENT, Clause.OPINION})

_RULES = load_rules("safety")
SIGNS = {
    AtRisk.SELF: _RULES["self"],
    AtRisk.OTHER: Table((*_RULES["other"], *(rule for rule in THREATS if rule.group == "threat"))),
}
"""A threat that clause 4 knows is a danger here too; it keeps its finding."""
QUIET = _RULES["quiet"]
QUIET_POST = _RULES["quiet_post"]


def dangers_in(reading: Reading) -> tuple[Safety, ...]:
    """The dangers to life that the author's own words show, at most one of each kind, with the words that show it."""
    found = ((kind, _evidence(kind, reading.own)) for kind in AtRisk)
    return tuple(Safety(kind, spans) for kind, spans in found if spans)


def _evidence(kind: AtRisk, passages: Sequence[Passage]) -> tuple[Span, ...]:
    for passage in passages:
        signs = Weighing.of(_unquoted(passage, scan(SIGNS[kind], passage)))
        if not signs.hits:
            continue
        calm = Weighing.of(scan(QUIET, passage))
        overall = Weighing.of(scan(QUIET_POST, passage)).total
        for sign in signs.hits[:_MOST_SIGNS]:
            near = signs.near(passage, sign.start, _REACH)
            hushed = _hushing(passage, sign, calm.near(passage, sign.start, _REACH))
            if _BIAS + near.total + hushed.total + overall > 0:
                return _outermost(hit.span for hit in near.evidence)[:_MOST_SPANS]
    return ()


def _hushing(passage: Passage, sign: Hit, calm: Weighing) -> Weighing:
    """Talk of the past or of trifles makes a sign harmless only within its own sentence."""
    start, end = next(((first, last) for first, last in passage.sentences if first <= sign.start < last), (0, 0))
    return Weighing(tuple(hit for hit in calm.hits if hit.rule.group not in _OF_A_SENTENCE or start <= hit.start < end))


def _outermost(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order, those within another left out."""
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda span: (span.start, -span.end)):
        if not kept or span.end > kept[-1].end:
            kept.append(span)
    return tuple(kept)


def _unquoted(passage: Passage, hits: Iterable[Hit]) -> Iterator[Hit]:
    quoted = [match.span() for match in _QUOTED.finditer(passage.text)]
    for hit in hits:
        if not any(start <= hit.start < end for start, end in quoted):
            yield hit


def kept_private(packet: Packet, scored: Scored) -> Scored:
    """The verdict without what a danger to the author's own life must not leave behind.

    It is health information: no finding rests on its words, and of the whole post only what another finding quotes is
    kept. As under a protected topic, clauses 1, 4, 5 and 6 say nothing of such a post, but for a threat.
    """
    private = [span for safety in scored.safety if safety.kind is AtRisk.SELF for span in safety.spans]
    if not private:
        return scored
    threat = any(safety.kind is AtRisk.OTHER for safety in scored.safety)
    parted = (_without(private, finding) for finding in scored.findings if not _gated(finding, threat=threat))
    findings = tuple(finding for finding in parted if finding.spans)
    quoted = [span for finding in findings for span in finding.spans]
    alts = {f"media.{index}.alt": alt for index, alt in enumerate(packet.media)}
    fields = {"text": packet.text, **alts}
    silenced = (span for name, words in fields.items() for span in _all_but(name, words, quoted))
    return replace(scored, findings=findings, silenced=tuple(silenced))


def _gated(finding: Finding, *, threat: bool) -> bool:
    return finding.clause in _GATED and not (threat and finding.severity is Severity.S4)


def _without(private: Sequence[Span], finding: Finding) -> Finding:
    """The finding as far as it rests on other words."""
    spans = (span for span in finding.spans if not any(_overlap(span, other) for other in private))
    return replace(finding, spans=tuple(spans))


def _all_but(field: str, words: str, quoted: Sequence[Span]) -> Iterator[Span]:
    """What of a field lies outside the quoted words, in order."""
    position = 0
    for span in sorted((span for span in quoted if span.field == field), key=lambda span: span.start):
        if position < span.start:
            yield Span(field, position, span.start, words[position : span.start])
        position = max(position, span.end)
    if position < len(words):
        yield Span(field, position, len(words), words[position:])


def _overlap(span: Span, other: Span) -> bool:
    return span.field == other.field and span.start < other.end and other.start < span.end
