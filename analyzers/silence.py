"""Which words of a post on a protected topic may be neither shown nor stored.

A sentence without evidence goes whole. A sentence that carries evidence keeps it: only those of its parts go that
speak of the topic and quote nothing ("They cut our hours and now poor Kyle from Elm St is off his meds"). Health words
count there only beside a first person, since a client's health is the evidence itself and the author's own is not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzers.gate import TOPICS
from analyzers.patterns import span_of
from domain.findings import Protected

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analyzers.patterns import Hit
    from analyzers.text import Passage
    from domain.findings import Span

_SEAM = re.compile(r"[,;:\u2014\u2013]\s|\s(?=(?:and|but|so|because|while|then|yet|or)\s)", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|me|my|mine|our|we)\b", re.IGNORECASE)
_HEALTH = frozenset(TOPICS[Protected.HEALTH])


def silenced(passages: Sequence[Passage], evidence: Sequence[Span], topic_hits: Sequence[Hit]) -> tuple[Span, ...]:
    """Original spans of what must be cut from a post on a protected topic, in order.

    `topic_hits` may be empty, where the topic was heard and no single word of it seen.
    """
    return tuple(
        span_of(passage, start, end)
        for passage in passages
        for start, end in _pieces(passage, evidence, topic_hits)
        if passage.text[start:end].strip()
    )


def _pieces(passage: Passage, evidence: Sequence[Span], topic_hits: Sequence[Hit]) -> Iterator[tuple[int, int]]:
    for start, end in passage.sentences:
        if end <= start:
            continue
        if not _quoted(passage, start, end, evidence):
            yield start, end
            continue
        for first, last in _parts(passage, start, end):
            if not _quoted(passage, first, last, evidence) and _on_topic(passage, first, last, topic_hits):
                yield first, last


def _parts(passage: Passage, start: int, end: int) -> Iterator[tuple[int, int]]:
    for seam in _SEAM.finditer(passage.text, start, end):
        yield start, seam.end()
        start = seam.end()
    yield start, end


def _quoted(passage: Passage, start: int, end: int, evidence: Sequence[Span]) -> bool:
    first, last = passage.normalised.original(start, end)
    return any(span.field == passage.field and span.start < last and first < span.end for span in evidence)


def _on_topic(passage: Passage, start: int, end: int, topic_hits: Sequence[Hit]) -> bool:
    about_self = _FIRST_PERSON.search(passage.text, start, end) is not None
    return any(
        hit.passage is passage and hit.start < end and start < hit.end and (about_self or hit.rule not in _HEALTH)
        for hit in topic_hits
    )
