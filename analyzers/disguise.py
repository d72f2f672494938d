"""Words written so that a program passes over them: l33t, a c c e n t s, d.o.t.s, st*rs, and capital I for small l.

A word is undone only where the result is an ordinary word of English and what stands there is none, so that ordinary
text, codes, doses and times stay as they are. Once a text has shown its habit twice, its other words follow.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import TYPE_CHECKING

from analyzers.lexicon import ACCENTED, LONG_WORDS, PREFIXES, WORDS, parted, rank
from analyzers.mapped import Edit, Normalised, edited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_HABIT = 2
_READINGS = {
    "0": "o",
    "1": "il",
    "2": "z",
    "3": "e",
    "4": "a",
    "5": "s",
    "6": "gb",
    "7": "t",
    "8": "b",
    "9": "g",
    "@": "a",
    "$": "s",
    "!": "il",
    "|": "li",
    "+": "t",
    "€": "e",
    "£": "l",
    "¢": "c",
    "¥": "y",
    "¡": "i",
    "I": "li",
    "*": "aeiou",
}
_SIGNS = re.escape("@$!|+€£¢¥¡*")
_MIXED = re.compile(
    rf"(?<![\w{_SIGNS}])(?=[\w{_SIGNS}]{{0,23}}[a-zA-Z])[\w@$€£¢¡][\w{_SIGNS}]{{0,22}}[\w@$|€£](?![\w@$|+€£¢*])"
)
_ODD = re.compile(rf"[0-9{_SIGNS}]|(?<=[a-z])I|(?<=[a-z]I)I")
_TALLY = re.compile(r"[$€£]?\d+(?:[.:]\d+)?[a-z]{1,4}|[a-zA-Z]{1,2}\d+|\d+[A-Z]{1,3}|[A-Z]{2,}\d+", re.ASCII)
"""Times, doses, ages, codes: digits and letters that belong beside each other."""
_MOST_READINGS = 64
_MOST_ODD = 6
_ACCENTED = re.compile(r"(?<!\w)\w*[\u00c0-\u02af\u1e00-\u1eff]\w*")
_NAMED = re.compile(r"LATIN (?:SMALL|CAPITAL) LETTER (?:(?:OPEN|SCRIPT|TURNED|DOTLESS|LONG) )?([A-Z])(?: WITH .*)?$")
_ALPHA = {"ɑ": "a", "ı": "i"}
_SEAM = r"[ \t.\-_*·•|/~,+]"
_SPACED = re.compile(rf"(?<![A-Za-z0-9'])[A-Za-z0-9](?:{_SEAM}{{1,3}}[A-Za-z0-9'](?![A-Za-z0-9])){{3,2000}}")
_SPEAKABLE = re.compile(r"^(?=[a-z]*[aeiouy])[a-z]{4}", re.IGNORECASE)
"""A word of four letters or more with a vowel: no abbreviation."""
_STOPS = re.compile(r"[^.,]")
_CELL = re.compile(rf"([A-Za-z0-9'])({_SEAM}*)")
_SPLIT = re.compile(
    r"(?<![\w@/.\-])[A-Za-z]{1,12}(?:[.\-_*·•|~^+]{1,2}[A-Za-z]{1,12}){1,6}(?![\w@/\-]|\.[\w])",
)
_SPLITTER = re.compile(r"[^A-Za-z]+")
_SHORTEST = 4
_LONG = 9
"""Names have seldom more letters."""


def undisguised(text: Normalised) -> Normalised:
    """The same text with disguised words spelled out."""
    for step in (_without_accents, _closed_up, _unsplit, _without_leet):
        text = edited(text, step(text.text))
    return text


def _by_habit(
    found: list[re.Match[str]], proven: Callable[[str], str], guessed: Callable[[str], str]
) -> Iterator[Edit]:
    """Edits for words that are proven disguises and, once there are two of them, for the others too."""
    proofs = [proven(match.group()) for match in found]
    habit = sum(bool(proof) for proof in proofs) >= _HABIT
    for match, proof in zip(found, proofs, strict=True):
        instead = proof or (guessed(match.group()) if habit else "")
        if instead and instead != match.group():
            yield Edit.letter_by_letter(match.start(), instead)


def _without_leet(text: str) -> Iterator[Edit]:
    found = [match for match in _MIXED.finditer(text) if _ODD.search(match.group())]
    return _by_habit(found, _leet_word, _leet_guess)


@lru_cache(maxsize=4096)
def _readings(odd: str) -> tuple[tuple[str, ...], ...]:
    choices = [_READINGS[char] for char in odd]
    return tuple(product(*choices))[:_MOST_READINGS]


def _leet_word(written: str) -> str:
    """The long ordinary word that these signs stand for, or ""."""
    if len(written) < _SHORTEST or _TALLY.fullmatch(written) or written.lower() in WORDS:
        return ""
    odd = list(_ODD.finditer(written))
    if len(odd) > _MOST_ODD or len(odd) == len(written):
        return ""
    readings = (_with_letters(written, odd, reading) for reading in _readings("".join(map(re.Match.group, odd))))
    return min((word for word in readings if word.lower() in LONG_WORDS), key=rank, default="")


def _with_letters(written: str, odd: Sequence[re.Match[str]], reading: Sequence[str]) -> str:
    letters = list(written)
    for match, letter in zip(odd, reading, strict=True):
        letters[match.start()] = letter
    return "".join(letters)


def _leet_guess(written: str) -> str:
    """The likeliest letters for these signs, "" for times, doses and codes."""
    plain = _ODD.sub(lambda sign: _READINGS[sign.group()][0], written)
    return plain if plain.lower() in WORDS or not _TALLY.fullmatch(written) else ""


def _without_accents(text: str) -> Iterator[Edit]:
    return _by_habit(list(_ACCENTED.finditer(text)), _accent_word, _accent_guess)


def _accent_word(written: str) -> str:
    plain = _bare(written)
    if len(plain) < _SHORTEST or not plain.isascii() or plain.lower() in ACCENTED:
        return ""
    return plain if plain.lower() in LONG_WORDS else ""


def _accent_guess(written: str) -> str:
    """Letters without their marks, where a short word is one or more than one letter has a mark."""
    plain = _bare(written)
    marked = sum(not char.isascii() for char in written)
    return plain if plain.isascii() and (marked > 1 or plain.lower() in WORDS) else ""


def _bare(written: str) -> str:
    return "".join(char if char.isascii() else _base(char) for char in written)


@cache
def _base(char: str) -> str:
    """The Latin letter under a mark, stroke, hook or turn; the same character where there is none."""
    named = _NAMED.match(unicodedata.name(char, ""))
    if char in _ALPHA or named is None:
        return _ALPHA.get(char, char)
    return named.group(1) if char.isupper() else named.group(1).lower()


def _closed_up(text: str) -> Iterator[Edit]:
    """Letters that stand apart, put together to words again."""
    runs = [_Run.of(found) for found in _SPACED.finditer(text)]
    habit = sum(run.proven for run in runs) >= _HABIT
    for run in runs:
        if run.proven or (habit and any(letters[0].isalpha() for letters in run.letters)):
            yield run.rejoined()


@dataclass(frozen=True, slots=True)
class _Run:
    """Letters that stand apart: `groups` of cells (place, letter, what follows), and their words as far as known."""

    found: re.Match[str]
    groups: list[list[tuple[int, str, str]]]
    words: list[tuple[str, ...] | None]

    @classmethod
    def of(cls, found: re.Match[str]) -> _Run:
        cells = [(cell.start() + found.start(), cell.group(1), cell.group(2)) for cell in _CELL.finditer(found.group())]
        groups = _groups(cells)
        gaps = {gap for _, _, gap in cells[:-1]}
        alone = "" not in {gap.strip() for gap in gaps} or len({gap for gap in gaps if gap.isspace()}) > 1
        return cls(found, groups, [_words_in("".join(cell[1] for cell in group), alone=alone) for group in groups])

    @property
    def letters(self) -> list[str]:
        return ["".join(letter for _, letter, _ in group) for group in self.groups]

    @property
    def proven(self) -> bool:
        """Whether most of it is words, one of them longer than chance makes."""
        known = [words for words in self.words if words]
        telling = any(word.lower() in WORDS and _SPEAKABLE.search(word) for part in known for word in part)
        return telling and 2 * len(known) > len(self.words)

    def rejoined(self) -> Edit:
        letters: list[str] = []
        places: list[tuple[int, int]] = []
        gap = following = ""
        for group, whole, part in zip(self.groups, self.letters, self.words, strict=True):
            cells = iter(group)
            for word in part or (whole,):
                for letter in gap:
                    letters.append(letter)
                    places.append((places[-1][1], places[-1][1] + 1))
                for _ in word:
                    place, letter, following = next(cells)
                    letters.append(letter)
                    places.append((place, place + 1))
                gap = " "
            gap = _STOPS.sub("", following) + " "
        return Edit(*self.found.span(), "".join(letters), tuple(places))


def _words_in(letters: str, *, alone: bool) -> tuple[str, ...] | None:
    """The words in the letters of a run. `alone`: something parts the words, so that letters make one, known or not."""
    if letters.lower().replace("'", "") in WORDS:
        return (letters,)
    return None if alone and len(letters) <= _LONG else parted(letters)


def _groups(cells: list[tuple[int, str, str]]) -> list[list[tuple[int, str, str]]]:
    """Letters of one word each, where other gaps than the usual one part them; else all of them."""
    usual = Counter(gap for _, _, gap in cells[:-1]).most_common(1)[0][0]
    groups: list[list[tuple[int, str, str]]] = [[]]
    for cell in cells:
        groups[-1].append(cell)
        if len(cell[2]) > len(usual) or (cell[2] != usual and " " in cell[2]):
            groups.append([])
    return [group for group in groups if group]


def _unsplit(text: str) -> Iterator[Edit]:
    """Words with signs between their letters, put together again."""
    found = list(_SPLIT.finditer(text))
    habit = sum(_is_split(match.group()) for match in found) >= _HABIT
    for match in found:
        if _is_split(match.group()) or (habit and _may_be_split(match.group())):
            kept = [place for place, char in enumerate(match.group(), start=match.start()) if char.isalpha()]
            word = "".join(text[place] for place in kept)
            yield Edit(*match.span(), word, tuple((place, place + 1) for place in kept))


def _is_split(written: str) -> bool:
    """Whether the parts make an ordinary word and are none themselves, nor one that is written with a hyphen."""
    parts = _SPLITTER.split(written)
    word = "".join(parts).lower()
    spelled_out = all(len(part) == 1 for part in parts)
    ordinary = spelled_out or parts[0].lower() in PREFIXES or all(part.lower() in WORDS for part in parts)
    return len(word) >= _SHORTEST and not ordinary and word in LONG_WORDS


def _may_be_split(written: str) -> bool:
    parts = _SPLITTER.split(written)
    return "".join(parts).lower() in WORDS or not (parts[0].lower() in PREFIXES or parts[0].lower() in WORDS)
