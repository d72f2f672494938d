"""Phrases that the practice has accepted under one clause, such as wording that it approved itself.

A finding is let go when all its evidence lies inside accepted phrases. Because a finding quotes only its strongest
words, the post is then judged once more with the phrases blanked out: what is still found there stays found.
Never let go: clause 2 from S3 up, threats, and whatever is critical (S4).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from analyzers.clauses.conduct import THREATS
from analyzers.keep import MASK
from analyzers.patterns import scan, span_of
from analyzers.text import Passage, normalise
from domain.findings import GRAVITY, Clause, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from domain.findings import Accepted, Finding, Packet, Policy, Scored

    Judge: TypeAlias = "Callable[[Packet, Policy | None], Scored]"

BLANK = "_"
"""Stands for every letter of an accepted phrase in the second judging: an unknown word that nothing bridges."""
_EDGES = " \t\r\n.,;:!?\"'()[]{}*~-\u2013\u2014\u2018\u2019\u201c\u201d\u2026"


def unless_accepted(packet: Packet, scored: Scored, policy: Policy | None, again: Judge) -> Scored:
    """The verdict without findings that the policy's accepted phrases cover on the packet's day.

    `again` is the scorer that made `scored`; it is called once more for each clause with something to let go, and
    that clause's probability and findings are then its answer. Spans always quote the packet's own fields.
    """
    if policy is None or not policy.accepted or not scored.findings:
        return scored
    places = _places(packet, policy.accepted)
    reported = {finding.clause for finding in scored.findings}
    uncovered = {finding.clause for finding in scored.findings if not _covered(finding, places, packet)}
    for clause in sorted(reported - uncovered):
        scored = _without(clause, places[clause], packet, scored, again(_blanked(packet, places[clause]), policy))
    return scored


def _places(packet: Packet, accepted: Iterable[Accepted]) -> Mapping[Clause, Sequence[Span]]:
    """Where phrases that are accepted on the packet's day stand in it, by clause."""
    passages = [Passage.of(name, words) for name, words in _fields(packet).items()]
    found: dict[Clause, list[Span]] = {}
    for entry in accepted:
        if entry.covers(packet.created.date()):
            pattern = _pattern(entry.phrase)
            found.setdefault(entry.clause, []).extend(
                span_of(passage, match.start(), match.end())
                for passage in passages
                for match in pattern.finditer(passage.text)
            )
    return found


def _fields(packet: Packet) -> dict[str, str]:
    fields = {"text": packet.text, **{f"media.{index}.alt": alt for index, alt in enumerate(packet.media)}}
    return fields if packet.bio is None else fields | {"bio": packet.bio}


def _pattern(phrase: str) -> re.Pattern[str]:
    """The phrase in whole words, in any capitals and with any blanks between its words.

    A masked word fits every word, and one mask stands for any number of words: the practice's own cases are masked.
    No evidence lies in a mask, so that a mask in a post lets nothing go by itself.
    """
    first, *others = map(re.escape, normalise(phrase).text.split())
    spelled = f"(?:{first}|{MASK})" + "".join(rf"(?:\s+(?:{word}|{MASK})|(?<={MASK}))" for word in others)
    return re.compile(rf"(?<!\w){spelled}(?!\w)", re.IGNORECASE)


def _covered(finding: Finding, places: Mapping[Clause, Sequence[Span]], packet: Packet) -> bool:
    mine = places.get(finding.clause, ())
    return not _never(finding, packet) and _inside(finding.spans, mine)


def _never(finding: Finding, packet: Packet) -> bool:
    if finding.severity >= Severity.S4:
        return True
    if finding.clause is Clause.CONFIDENTIALITY:
        return finding.severity >= Severity.S3
    return finding.clause is Clause.CONDUCT and _threatens(packet)


def _threatens(packet: Packet) -> bool:
    """Whether the words of the post threaten anybody, whatever severity a detector gave them."""
    own = (Passage.of(name, words) for name, words in _fields(packet).items())
    return any(hit.rule.group == "threat" for passage in own for hit in scan(THREATS, passage))


def _inside(spans: Sequence[Span], places: Sequence[Span]) -> bool:
    return bool(spans) and all(any(_within(span, place) for place in places) for span in spans)


def _within(span: Span, place: Span) -> bool:
    """Whether the evidence, without blanks and stops at its ends, lies inside an accepted phrase."""
    start = span.start + len(span.quote) - len(span.quote.lstrip(_EDGES))
    end = span.end - len(span.quote) + len(span.quote.rstrip(_EDGES))
    return span.field == place.field and place.start <= start < end <= place.end


def _blanked(packet: Packet, places: Sequence[Span]) -> Packet:
    """The same packet with every letter of the phrases blanked out, so that all offsets stay what they were."""
    fields = _fields(packet)
    for place in places:
        words = fields[place.field]
        blanks = re.sub(r"\S", BLANK, words[place.start : place.end])
        fields[place.field] = words[: place.start] + blanks + words[place.end :]
    return replace(
        packet,
        text=fields["text"],
        media=tuple(fields[f"media.{index}.alt"] for index in range(len(packet.media))),
        bio=fields.get("bio"),
    )


def _without(clause: Clause, places: Sequence[Span], packet: Packet, scored: Scored, second: Scored) -> Scored:
    """`scored` with one clause's answer replaced by that of the second judging."""
    if second.language != scored.language:  # too little is left to be read: then nothing is let go
        return scored
    fields = _fields(packet)
    left = [finding for finding in second.findings if finding.clause is clause and not _inside(finding.spans, places)]
    stays = [replace(finding, spans=tuple(_quoted(finding.spans, fields))) for finding in left]
    others = [finding for finding in scored.findings if finding.clause is not clause]
    findings = sorted((*others, *stays), key=lambda finding: GRAVITY.index(finding.clause))
    evidence = [span for finding in findings for span in finding.spans]
    cut = [span for span in _quoted(second.silenced, fields) if not any(_overlap(span, other) for other in evidence)]
    return replace(
        scored,
        clauses={**scored.clauses, clause: second.clauses[clause]},
        findings=tuple(findings),
        silenced=tuple(dict.fromkeys((*scored.silenced, *cut))),
    )


def _quoted(spans: Iterable[Span], fields: Mapping[str, str]) -> Iterator[Span]:
    for span in spans:
        yield replace(span, quote=fields[span.field][span.start : span.end])


def _overlap(span: Span, other: Span) -> bool:
    return span.field == other.field and span.start < other.end and other.start < span.end
