"""Normalised text that remembers where every character came from, and the sentences and words in it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LOOKALIKES = str.maketrans(
    "авеіјѕорсухтнкмгАВЕІЈЅОРСУХТНКМ" + "αορντικυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "abeijsopcyxthkmrABEIJSOPCYXTHKM" + "aopvtikuABEZHIKMNOPTYX",
)
_PLAIN = str.maketrans("\u2018\u2019\u201a\u00b4\u201c\u201d\u201e\u2013\u2014", "''''\"\"\"--")
_LOOKALIKE = re.compile(r"[\u0370-\u03ff\u0400-\u04ff]")
_WORD = re.compile(r"\w+")
_RUN = re.compile(r"[\x00-\x7f]+(?![^\x00-\x7f])|[\x00-\x7f]?[^\x00-\x7f]+")
"""Plain stretches, and others with the character before them, which a combining mark may belong to."""
_LATIN = re.compile(r"[A-Za-z]")
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")
_BOUNDARY = re.compile(r"(?<![.!?])[.!?]+[\"')\]]{0,3}\s+|\n\s*")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:dr|mr|mrs|ms|st|vs|e\.g|i\.e|etc|approx|no|jr|sr|prof|dept|[a-z])\.\s+$", re.IGNORECASE
)
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?|§")
PRACTICE = "§"
"""Stands for every letter of the practice's name in `Passage.lower`."""
_ABBREVIATION_REACH = 10


@dataclass(frozen=True, slots=True)
class Normalised:
    """`text` is `raw` in one spelling; character i of `text` stands for `raw[starts[i]:ends[i]]`.

    Compatibility forms are folded (Unicode NFKC), invisible format characters dropped, Greek and Cyrillic
    look-alikes within Latin text made Latin, typographic quotes and dashes made plain. None for both maps: the same.
    """

    raw: str
    text: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in `raw` of `text[start:end]`; the range must not be empty."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def normalise(raw: str) -> Normalised:
    """Bring a text into one spelling, keeping the way back to the original offsets."""
    if raw.isascii():
        return Normalised(raw, raw)
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for run in _RUN.finditer(raw):
        if run.group().isascii():
            letters.append(run.group())
            starts.extend(range(run.start(), run.end()))
            ends.extend(range(run.start() + 1, run.end() + 1))
            continue
        for start, end in _clusters(raw, run.start(), run.end()):
            folded = unicodedata.normalize("NFKC", raw[start:end]).translate(_PLAIN)
            letters.append(folded)
            starts.extend([start] * len(folded))
            ends.extend([end] * len(folded))
    return Normalised(raw, _latinised("".join(letters)), tuple(starts), tuple(ends))


def _clusters(raw: str, first: int, last: int) -> list[tuple[int, int]]:
    """Within a range: base characters with the combining marks that follow; format characters are left out."""
    clusters: list[tuple[int, int]] = []
    for index, char in enumerate(raw[first:last], start=first):
        if ord(char) < 0x300:  # noqa: PLR2004 - below the first combining mark; U+00AD is handled next
            if char != "\u00ad":
                clusters.append((index, index + 1))
            continue
        category = unicodedata.category(char)
        if category in {"Cf", "Cs"} or "\ufe00" <= char <= "\ufe0f":
            continue
        if category in {"Mn", "Me"} and clusters and clusters[-1][1] == index:
            clusters[-1] = (clusters[-1][0], index + 1)
        elif category not in {"Mn", "Me"}:
            clusters.append((index, index + 1))
    return clusters


def _latinised(text: str) -> str:
    if not _LOOKALIKE.search(text):
        return text
    mostly_latin = 2 * len(_LATIN.findall(text)) > len(_LETTER.findall(text))

    def fold(word: re.Match[str]) -> str:
        if not _LOOKALIKE.search(word.group()):
            return word.group()
        plain = word.group().translate(_LOOKALIKES)
        return plain if (mostly_latin and plain.isascii()) or _LATIN.search(word.group()) else word.group()

    return _WORD.sub(fold, text)


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
