"""One spelling, letter by letter: compatibility forms, invisible characters, piled-up marks, look-alikes.

Compatibility forms are folded (Unicode NFKC: full width, mathematical and circled letters), characters without a
width dropped, typographic quotes and dashes made plain. Letters of other scripts become Latin only beside Latin ones
(Unicode Technical Standard 39, section 4), or where the word then reads as an English one in a text of such words.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

from analyzers.lexicon import LONG_WORDS
from analyzers.mapped import Normalised

_SIMILAR = str.maketrans(
    "авеіјѕорсухтнкмгАВЕІЈЅОРСУХТНКМ" + "αορντικυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "abeijsopcyxthkmrABEIJSOPCYXTHKM" + "aopvtikuABEZHIKMNOPTYX",
)
"""What looks alike to a hasty reader: small Cyrillic letters are not confusable by the standard, and are used."""
_CONFUSABLES = tomllib.loads(Path(__file__).with_name("confusables.toml").read_text(encoding="utf-8"))
_ALIKE = {ord(alike): latin for latin, letters in _CONFUSABLES.items() for alike in letters} | _SIMILAR
_LOOKALIKE = re.compile("[" + re.escape("".join(map(chr, sorted(_ALIKE)))) + r"\u0370-\u03ff\u0400-\u04ff]")
_PLAIN = str.maketrans("\u2018\u2019\u201a\u00b4\u201c\u201d\u201e\u2013\u2014", "''''\"\"\"--")
_WORD = re.compile(r"\w+")
_RUN = re.compile(r"[\x00-\x7f]+(?![^\x00-\x7f])|[\x00-\x7f]?[^\x00-\x7f]+")
"""Plain stretches, and others with the character before them, which a combining mark may belong to."""
_LATIN = re.compile(r"[A-Za-z]")
_LETTER = re.compile(r"[^\W\d_]")
_FEWEST_PROOFS = 3
_MOST_MARKS = 8
_ORDINARY_MARKS = 2
_BLANK = "\u2800"
"""A braille cell without dots: nothing to see, and no blank to a program."""
_HIGH_DOT = "\u02d9"
"""The full stop of upside-down text; NFKC would make a blank and a mark of it."""
_HIDDEN = frozenset("\u034f\u115f\u1160\u3164\uffa0\u17b4\u17b5\u180b\u180c\u180d\u180f")
"""Characters without a width that are no format characters (category Cf)."""
_FANCY = {
    first + place: chr(ord("A") + place)
    for first in (0x1F130, 0x1F150, 0x1F170)  # squared, negative circled and negative squared letters
    for place in range(26)
}
_SMALL_CAPITAL = re.compile(r"LATIN LETTER SMALL CAPITAL ([A-Z])$")
_FIRST_MARK = 0x300


def spelled(raw: str) -> Normalised:
    """Bring the letters of a text into one spelling; text in plain ASCII stays as it is."""
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
            folded = _folded(raw[start:end])
            letters.append(folded)
            starts.extend([start] * len(folded))
            ends.extend([end] * len(folded))
    return Normalised(raw, _latinised("".join(letters)), tuple(starts), tuple(ends))


def _clusters(raw: str, first: int, last: int) -> list[tuple[int, int]]:
    """Within a range: base characters with the combining marks that follow; hidden characters are left out."""
    clusters: list[tuple[int, int]] = []
    for index, char in enumerate(raw[first:last], start=first):
        if ord(char) < _FIRST_MARK:
            if char != "\u00ad":
                clusters.append((index, index + 1))
            continue
        category = unicodedata.category(char)
        if category in {"Cf", "Cs"} or _is_hidden(char):
            continue
        if category in {"Mn", "Me"} and clusters and clusters[-1][1] == index:
            clusters[-1] = (clusters[-1][0], index + 1)
        elif category not in {"Mn", "Me"}:
            clusters.append((index, index + 1))
    return clusters


def _is_hidden(char: str) -> bool:
    return char in _HIDDEN or "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _folded(cluster: str) -> str:
    """One cluster in one spelling. Marks that are left over on a Latin letter, or piled up, are dropped."""
    if cluster == _HIGH_DOT:
        return "."
    folded = unicodedata.normalize("NFKC", cluster[: 1 + _MOST_MARKS]).translate(_PLAIN)
    if len(folded) == 1:
        return _fancy(folded)
    struck = any("\u0334" <= char <= "\u0338" for char in folded)
    if len(cluster) > 1 and (struck or _LATIN.match(folded) or len(folded) > 1 + _ORDINARY_MARKS):
        return "".join(char for char in folded if unicodedata.category(char) not in {"Mn", "Me"})
    return folded


@cache
def _fancy(char: str) -> str:
    """A letter for a drawn one: a small capital, a letter on a disc."""
    if char == _BLANK:
        return " "
    drawn = _SMALL_CAPITAL.match(unicodedata.name(char, "")) if char > "\u024f" else None
    return drawn.group(1).lower() if drawn else _FANCY.get(ord(char), char)


def _latinised(text: str) -> str:
    if not _LOOKALIKE.search(text):
        return text
    disguised = _reads_as_english(text)
    latin = disguised or 2 * len(_LATIN.findall(text)) > len(_LETTER.findall(text))

    def fold(word: re.Match[str]) -> str:
        written = word.group()
        if not _LOOKALIKE.search(written):
            return written
        plain, whole = written.translate(_SIMILAR), written.translate(_ALIKE)
        mixed = _LATIN.search(written) is not None
        if whole.isascii() and (mixed or disguised or (latin and whole.lower() in LONG_WORDS)):
            return whole
        return plain if (latin and plain.isascii()) or mixed else written

    return _WORD.sub(fold, text)


def _reads_as_english(text: str) -> bool:
    """Whether most words of other letters are English ones once their letters are exchanged."""
    foreign = [word for word in _WORD.findall(text) if _LOOKALIKE.search(word)]
    proofs = sum(word.translate(_ALIKE).lower() in LONG_WORDS for word in foreign)
    return proofs >= _FEWEST_PROOFS and 2 * proofs >= len(foreign)
