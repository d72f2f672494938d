"""Which words carry a finding: those without which the model no longer hears it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

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
_MOST_PIECES = 24
_MOST_JOINED = 3
_WORD = re.compile(r"\w")


def evidence(packet: Packet, hearing: Hearing, threshold: float) -> tuple[Span, ...]:
    """The shortest run of neighbouring sentences without which `hearing` falls below the threshold; at most three.

    `hearing` gives the chance of the clause for each packet. A long sentence is narrowed to a phrase of it where the
    phrase alone does as much. The post's words and those of its pictures are searched; at least one span comes back
    where there is any word at all.
    """
    whole = _units(packet)
    if not whole:
        return ()
    run = _run(packet, whole, hearing, threshold)
    if len(run) == 1 and len(run[0].quote.split()) > _LONG:
        run = _narrowed(packet, run[0], hearing, threshold)
    return tuple(run)


def _units(packet: Packet) -> list[Span]:
    passages = [Passage.of("text", packet.text)]
    passages += [Passage.of(f"media.{index}.alt", alt) for index, alt in enumerate(packet.media)]
    found = [
        span
        for passage in passages
        for start, end in passage.sentences
        if end > start
        for span in _trimmed(passage.field, passage.normalised.raw, *passage.normalised.original(start, end))
    ]
    return found[:_MOST_PIECES]


def _trimmed(field: str, raw: str, start: int, end: int) -> list[Span]:
    quote = raw[start:end]
    if not _WORD.search(quote):
        return []
    start += len(quote) - len(quote.lstrip())
    quote = quote.strip()
    return [Span(field, start, start + len(quote), quote)]


def _run(packet: Packet, units: Sequence[Span], hearing: Hearing, threshold: float) -> list[Span]:
    """One unit if leaving one out is enough, else the best two neighbours, else the best three."""
    if len(units) == 1:
        return [units[0]]
    best: list[Span] = []
    for length in range(1, min(_MOST_JOINED, len(units)) + 1):
        runs = [list(units[start : start + length]) for start in range(len(units) - length + 1)]
        runs = [run for run in runs if len({span.field for span in run}) == 1] or runs[:1]
        heard = hearing([_without(packet, run) for run in runs])
        place = min(range(len(runs)), key=lambda place: heard[place])
        best = best or runs[place]
        if heard[place] < threshold:
            return runs[place]
    return best


def _narrowed(packet: Packet, span: Span, hearing: Hearing, threshold: float) -> list[Span]:
    """A phrase of the sentence where leaving it out is enough; else the sentence."""
    cuts = [0, *(found.end() for found in _PHRASE.finditer(span.quote)), len(span.quote)]
    phrases = [phrase for first, last in pairwise(cuts) for phrase in _trimmed(span.field, span.quote, first, last)]
    phrases = [replace(phrase, start=phrase.start + span.start, end=phrase.end + span.start) for phrase in phrases][
        :_MOST_PIECES
    ]
    if len(phrases) <= 1:
        return [span]
    heard = hearing([_without(packet, [phrase]) for phrase in phrases])
    place = min(range(len(phrases)), key=lambda place: heard[place])
    return [phrases[place]] if heard[place] < threshold else [span]


def _without(packet: Packet, run: Sequence[Span]) -> Packet:
    """The packet without these words."""
    start, end = run[0].start, max(span.end for span in run)
    if run[0].field == "text":
        return replace(packet, text=packet.text[:start] + " " + packet.text[end:])
    number = int(run[0].field.split(".")[1])
    alt = packet.media[number]
    media = (*packet.media[:number], alt[:start] + " " + alt[end:], *packet.media[number + 1 :])
    return replace(packet, media=media)
