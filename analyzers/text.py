"""Normalised text that remembers where every character came from, and the sentences and words in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from analyzers.direction import in_reading_order, upright
from analyzers.disguise import undisguised
from analyzers.letters import spelled
from analyzers.mapped import Normalised, composed
from analyzers.pictures import spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_DIGIT = re.compile(r"\d")
_BOUNDARY = re.compile(r"(?<![.!?])[.!?]+[\"')\]]{0,3}\s+|\n\s*")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:dr|mr|mrs|ms|st|vs|e\.g|i\.e|etc|approx|no|jr|sr|prof|dept|[a-z])\.\s+$", re.IGNORECASE
)
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?|§")
PRACTICE = "§"
"""Stands for every letter of the practice's name in `Passage.lower`."""
_ABBREVIATION_REACH = 10


def normalise(raw: str) -> Normalised:
    """Bring a text into one spelling, disguises undone, keeping the way back to the original offsets.

    Ordinary text changes in its letters only (analyzers/letters.py). Time is linear in the length.
    """
    shown = in_reading_order(raw)
    return spoken(undisguised(upright(composed(shown, spelled(shown.text)))))


@dataclass(frozen=True)
class Passage:
    """One field of a packet, ready for rules: `lower` has the same length as `text`."""

    field: str
    normalised: Normalised
    names: re.Pattern[str] | None = None
    """The practice's names in lower case; where they stand, `lower` reads "§§§" of the same length."""

    @classmethod
    def of(cls, field: str, raw: str, names: re.Pattern[str] | None = None) -> Passage:
        """Prepare the words of one field."""
        return cls(field, normalise(raw), names)

    @cached_property
    def text(self) -> str:
        """The normalised words, case kept."""
        return self.normalised.text

    @cached_property
    def lower(self) -> str:
        """The normalised words in lower case; a letter whose lower case is longer stays as it is."""
        lowered = self.text.lower()
        if len(lowered) != len(self.text):
            lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in self.text)
        return self.names.sub(lambda name: PRACTICE * len(name.group()), lowered) if self.names else lowered

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """Offsets of the sentences in `text`, in order, without gaps; lines end sentences too."""
        return sentences(self.text)

    @cached_property
    def places(self) -> Mapping[str, frozenset[int]]:
        """Word in lower case -> numbers of the sentences it stands in."""
        found: dict[str, set[int]] = {}
        for number, (start, end) in enumerate(self.sentences):
            for word in set(_TOKEN.findall(self.lower, start, end)):
                found.setdefault(word, set()).add(number)
        return {word: frozenset(numbers) for word, numbers in found.items()}

    @cached_property
    def numbered(self) -> tuple[int, ...]:
        """Numbers of the sentences with a digit."""
        found = enumerate(self.sentences)
        return tuple(number for number, (start, end) in found if _DIGIT.search(self.lower, start, end))

    def sentence_at(self, offset: int) -> tuple[int, int]:
        """The sentence that holds this offset of `text`."""
        low, high = 0, len(self.sentences) - 1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.sentences[middle][0] <= offset else (low, middle - 1)
        return self.sentences[low]


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Offsets of the sentences, in order, covering the whole text."""
    cuts = [0]
    for boundary in _BOUNDARY.finditer(text):
        near = text[max(cuts[-1], boundary.end() - _ABBREVIATION_REACH) : boundary.end()]
        if "\n" in boundary.group() or not _ABBREVIATION.search(near):
            cuts.append(boundary.end())
    if cuts[-1] < len(text) or len(cuts) == 1:
        cuts.append(len(text))
    return tuple(pairwise(cuts))


def names_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern for any of these names as whole words in lower case, longest first; None when there are none."""
    spelled = sorted({normalise(name).text.lower().strip() for name in names} - {""}, key=len, reverse=True)
    if not spelled:
        return None
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, spelled)) + r")(?!\w)")


def words(text: str) -> list[str]:
    """The words in lower case, in order."""
    return [token.group().lower() for token in _TOKEN.finditer(text)]
