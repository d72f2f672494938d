"""Which words carry a finding: those without which it is no longer reported."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from analyzers.model.stretches import LENGTH, stretches
from analyzers.text import Passage
from domain.findings import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domain.findings import Packet

    Hearing = Callable[[Sequence[Packet]], Sequence[float]]

_PHRASE = re.compile(
    r"[,;:\u2013\u2014()]\s+|\s+(?=(?:and|but|because|so|who|which|when|while|then|that)\b)", re.IGNORECASE
)
_LONG = 12
_MOST_UNITS = 16
_MOST_ROUNDS = 6
_LONG_TEXT = 3 * LENGTH
"""Characters from which on one stretch is searched: each round reads what it searches sixteen times."""
_WORD = re.compile(r"\w")


def evidence(packet: Packet, hearing: Hearing, threshold: float, known: Sequence[Span] = ()) -> tuple[Span, ...]:
    """As few sentences as possible without which `hearing` falls below the threshold, those of `known` first.

    `hearing` gives the chance of the clause for each packet. Sentences are added one at a time, each the one whose loss
    lowers the chance most; a single long one is narrowed to a phrase where the phrase alone does as much. The post's
    words and those of its pictures are searched; of a text of more than 4,200 characters, the stretch that is loudest
    by itself. Where even the loss of six sentences is not enough (the profile or the
    post answered carries it), `known` comes back, or the one that matters most: something where there is any word.
    """
    if len(packet.text) > _LONG_TEXT:
        return _in_a_stretch(packet, hearing, threshold, known)
    chosen = list(known)
    if chosen and hearing([without(packet, chosen)])[0] < threshold:
        return tuple(chosen)
    units = [unit for unit in _units(packet) if not any(_overlap(unit, span) for span in chosen)]
    added, heard = _added(packet, units, hearing, threshold, chosen)
    if not chosen and len(added) == 1 and heard < threshold and len(added[0].quote.split()) > _LONG:
        return _narrowed(packet, added[0], hearing, threshold)
    if heard >= threshold:
        return tuple(chosen or added[:1])
    needed = _needed(packet, hearing, threshold, chosen, added)
    return (*chosen, *sorted(needed, key=lambda span: (span.field, span.start)))


def _in_a_stretch(packet: Packet, hearing: Hearing, threshold: float, known: Sequence[Span]) -> tuple[Span, ...]:
    """What carries it in the stretch that is loudest by itself; where none is heard, the whole of the likeliest."""
    parts = [(start, replace(packet, text=packet.text[start:end])) for start, end in stretches(packet.text)]
    chances = hearing([part for _, part in parts])
    start, part = parts[max(range(len(parts)), key=lambda place: chances[place])]
    inside = [_moved(span, -start) for span in known if _within(_moved(span, -start), part.text)]
    if max(chances) < threshold:
        return tuple(known) or tuple(_trimmed("text", packet.text, start, start + len(part.text)))
    return (*known, *(_moved(span, start) for span in evidence(part, hearing, threshold, inside)))


def _moved(span: Span, by: int) -> Span:
    return replace(span, start=span.start + by, end=span.end + by) if span.field == "text" else span


def _within(span: Span, text: str) -> bool:
    return span.field != "text" or 0 <= span.start < span.end <= len(text)


def _added(
    packet: Packet, units: Sequence[Span], hearing: Hearing, threshold: float, chosen: Sequence[Span]
) -> tuple[list[Span], float]:
    """Greedy: the unit whose loss lowers the chance most, until it is low enough; and the chance that is left."""
    added: list[Span] = []
    left, heard = list(units), 1.0
    while left and heard >= threshold and len(added) < _MOST_ROUNDS:
        chances = hearing([without(packet, [*chosen, *added, unit]) for unit in left])
        place = min(range(len(left)), key=lambda place: chances[place])
        heard = chances[place]
        added.append(left.pop(place))
    return added, heard


def _needed(
    packet: Packet, hearing: Hearing, threshold: float, chosen: Sequence[Span], added: Sequence[Span]
) -> list[Span]:
    """Those of the added units that cannot stay in the post."""
    needed = list(added)
    for unit in added[:-1]:
        others = [other for other in needed if other is not unit]
        if hearing([without(packet, [*chosen, *others])])[0] < threshold:
            needed = others
    return needed


def _units(packet: Packet) -> list[Span]:
    """Sentences with a word in them; of a long post, runs of neighbouring sentences, sixteen at most."""
    passages = [Passage.of("text", packet.text)]
    passages += [Passage.of(f"media.{index}.alt", alt) for index, alt in enumerate(packet.media)]
    whole = sum(len(passage.sentences) for passage in passages)
    run = -(-whole // _MOST_UNITS)
    return [
        span
        for passage in passages
        for start, end in _runs(passage.sentences, run)
        for span in _trimmed(passage.field, passage.normalised.raw, *passage.normalised.original(start, end))
    ]


def _runs(sentences: Sequence[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    real = [(start, end) for start, end in sentences if end > start]
    return [(real[first][0], real[min(first + size, len(real)) - 1][1]) for first in range(0, len(real), max(1, size))]


def _trimmed(field: str, raw: str, start: int, end: int) -> list[Span]:
    quote = raw[start:end]
    if not _WORD.search(quote):
        return []
    start += len(quote) - len(quote.lstrip())
    quote = quote.strip()
    return [Span(field, start, start + len(quote), quote)]


def _narrowed(packet: Packet, span: Span, hearing: Hearing, threshold: float) -> tuple[Span, ...]:
    """A phrase of the sentence where leaving it out is enough; else the sentence."""
    cuts = [0, *(found.end() for found in _PHRASE.finditer(span.quote)), len(span.quote)]
    phrases = [phrase for first, last in pairwise(cuts) for phrase in _trimmed(span.field, span.quote, first, last)]
    phrases = [replace(phrase, start=phrase.start + span.start, end=phrase.end + span.start) for phrase in phrases]
    if not 1 < len(phrases) <= _MOST_UNITS:
        return (span,)
    chances = hearing([without(packet, [phrase]) for phrase in phrases])
    place = min(range(len(phrases)), key=lambda place: chances[place])
    return (phrases[place],) if chances[place] < threshold else (span,)


def _overlap(one: Span, other: Span) -> bool:
    return one.field == other.field and one.start < other.end and other.start < one.end


def without(packet: Packet, spans: Sequence[Span]) -> Packet:
    """The packet without these words; a blank stands for each stretch."""
    fields = {"text": packet.text, **{f"media.{index}.alt": alt for index, alt in enumerate(packet.media)}}
    if packet.bio is not None:
        fields["bio"] = packet.bio
    for span in sorted(spans, key=lambda span: -span.start):
        words = fields[span.field]
        fields[span.field] = f"{words[: span.start]} {words[span.end :]}"
    media = tuple(fields[f"media.{index}.alt"] for index in range(len(packet.media)))
    return replace(packet, text=fields["text"], media=media, bio=fields.get("bio"))
