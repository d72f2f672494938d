"""The words of a post for reading: evidence marked, versions compared. Pure; texts come out cleaned, not escaped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING

from reports import links, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.archive import Evidence, SeenVersion
    from domain.findings import Span

MOST_WORDS = 2_000
"""Longer texts are not compared word by word: that would take seconds."""
_PARTS = re.compile(r"\s+|\S+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words in a row. `kind` is "", "mark" (evidence), "ins" or "del"."""

    words: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """One text of the post: its own words, the description of a picture, or the profile's line."""

    title: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """One version beside the one before. `pieces` is () when the words of either are not kept or are too long."""

    seen: str
    pieces: tuple[Piece, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A post as a reviewer reads it. `passages` is () when its words are not kept; `url` "" when it is no link."""

    passages: tuple[Passage, ...]
    versions: tuple[Compared, ...]
    url: str
    is_reply: bool


def reading_of(evidence: Evidence, time_zone: str) -> Reading:
    """Everything that is kept of a post, in order, with its evidence marked."""
    judged = next(version for version in evidence.versions if version.id == evidence.version_id)
    return Reading(
        passages=tuple(_passages(judged, evidence)),
        versions=compared(evidence.versions, time_zone),
        url=links.web_address(evidence.url),
        is_reply=evidence.is_reply,
    )


def marked(text: str, places: Iterable[tuple[int, int]]) -> tuple[Piece, ...]:
    """The text in pieces, those that touch a place marked. Places may overlap and lie outside."""
    pieces: list[Piece] = []
    position = 0
    for start, end in _joined(places, len(text)):
        pieces += [Piece(words.visible(text[position:start])), Piece(words.visible(text[start:end]), "mark")]
        position = end
    pieces.append(Piece(words.visible(text[position:])))
    return tuple(piece for piece in pieces if piece.words)


def difference(before: str, after: str) -> tuple[Piece, ...] | None:
    """What was taken away and added, word by word; None when a text is too long to compare."""
    old, new = (_PARTS.findall(words.visible(text)) for text in (before, after))
    if max(len(old), len(new)) > 2 * MOST_WORDS:
        return None
    pieces: list[Piece] = []
    gone = come = ""
    changes = SequenceMatcher(None, old, new).get_opcodes()
    for place, (kind, first, last, start, end) in enumerate(changes):
        before_it, after_it = "".join(old[first:last]), "".join(new[start:end])
        # A blank between two changes would tear them into single words.
        between = before_it.isspace() and 0 < place < len(changes) - 1
        if kind != "equal" or between:
            gone, come = gone + before_it, come + after_it
            continue
        pieces += (Piece(gone, "del"), Piece(come, "ins"), Piece(before_it))
        gone = come = ""
    pieces += (Piece(gone, "del"), Piece(come, "ins"))
    return tuple(piece for piece in pieces if piece.words)


def compared(versions: Sequence[SeenVersion], time_zone: str) -> tuple[Compared, ...]:
    """Every version after the first, beside the one before it."""
    return tuple(_compared(before, after, time_zone) for before, after in pairwise(versions))


def _compared(before: SeenVersion, after: SeenVersion, time_zone: str) -> Compared:
    seen = words.moment(words.local(after.edited_at or after.first_seen_at, time_zone))
    if before.words is None or after.words is None:
        return Compared(seen, (), "The words of one of the two versions are not kept, so they cannot be compared.")
    pieces = difference(_whole(before), _whole(after))
    return Compared(seen, pieces or (), "" if pieces else "The two versions are too long to compare word by word.")


def _whole(version: SeenVersion) -> str:
    return "\n\n".join((version.words or "", *version.alts))


def _passages(version: SeenVersion, evidence: Evidence) -> Iterable[Passage]:
    if version.words is None:
        return
    texts = {"text": ("Its words", version.words)}
    texts |= {f"media.{number}.alt": (f"Picture {number + 1}", alt) for number, alt in enumerate(version.alts)}
    if any(span.field == "bio" for span in evidence.spans):
        texts["bio"] = ("The profile's line, as it reads now", evidence.bio)
    for name, (title, text) in texts.items():
        yield Passage(title, marked(text, _places(evidence.spans, name)))


def _places(spans: Iterable[Span], name: str) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in spans if span.field == name]


def _joined(places: Iterable[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted((max(0, start), min(end, length)) for start, end in places):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
