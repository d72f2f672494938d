"""Words written so that a program passes over them: l33t, a c c e n t s, d.o.t.s, st*rs, and capital I for small l.

A word is undone only where the result is an ordinary word of English and what stands there is none, so that ordinary
text, codes, doses and times stay as they are. Once a text has shown its habit twice, its other words follow.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

from analyzers.lexicon import ACCENTED, LONG_WORDS, PREFIXES, WORDS, parted
from analyzers.mapped import Edit, Normalised, edited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    "I": "il",
    "*": "aeiou",
}
_SIGNS = re.escape("@$!|+€£¢¥¡*")
_MIXED = re.compile(
    rf"(?<![\w{_SIGNS}])(?=[\w{_SIGNS}]{{0,23}}[a-zA-Z])[\w@$€£¢¡](?:[\w{_SIGNS}]{{0,22}}[\w$])(?![\w@$|+€£¢*])"
)
_ODD = re.compile(rf"[0-9{_SIGNS}]|(?<=[a-z])I")
_TALLY = re.compile(r"[$€£]?\d+(?:[.:]\d+)?[a-z]{1,4}|[a-zA-Z]{1,2}\d+|\d+[A-Z]{1,3}|[A-Z]{2,}\d+", re.ASCII)
"""Times, doses, ages, codes: digits and letters that belong beside each other."""
_MOST_READINGS = 64
_MOST_ODD = 6
_ACCENTED = re.compile(r"(?<!\w)\w*[\u00c0-\u02af\u1e00-\u1eff]\w*")
_NAMED = re.compile(r"LATIN (?:SMALL|CAPITAL) LETTER (?:(?:OPEN|SCRIPT|TURNED|DOTLESS|LONG) )?([A-Z])(?: WITH .*)?$")
_ALPHA = {"ɑ": "a", "ı": "i"}
_SEAM = r"[ \t.\-_*·•|/~,+]"
_SPACED = re.compile(rf"(?<![A-Za-z0-9'])[A-Za-z0-9](?:{_SEAM}{{1,3}}[A-Za-z0-9](?![A-Za-z0-9'])){{3,2000}}")
_CELL = re.compile(rf"([A-Za-z0-9])({_SEAM}*)")
_SPLIT = re.compile(
    r"(?<![\w@/.\-])[A-Za-z]{1,12}(?:[.\-_*·•|~^+]{1,2}[A-Za-z]{1,12}){1,6}(?![\w@/\-]|\.[\w])",
)
_SPLITTER = re.compile(r"[^A-Za-z]+")
_SHORTEST = 4


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


@cache
def _cached_readings(odd: str) -> tuple[tuple[str, ...], ...]:
    choices = [_READINGS[char] for char in odd]
    return tuple(product(*choices))[:_MOST_READINGS]


def _leet_word(written: str) -> str:
    """The long ordinary word that these signs stand for, or ""."""
    if len(written) < _SHORTEST or _TALLY.fullmatch(written) or written.lower() in WORDS:
        return ""
    odd = list(_ODD.finditer(written))
    if len(odd) > _MOST_ODD or len(odd) == len(written):
        return ""
    for reading in _cached_readings("".join(match.group() for match in odd)):
        letters = list(written)
        for match, letter in zip(odd, reading, strict=True):
            letters[match.start()] = letter
        word = "".join(letters)
        if word.lower() in LONG_WORDS:
            return word
    return ""


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
    for run in _SPACED.finditer(text):
        cells = [(cell.start() + run.start(), cell.group(1), cell.group(2)) for cell in _CELL.finditer(run.group())]
        groups = _groups(cells)
        joined = ["".join(letter for _, letter, _ in group) for group in groups]
        words = [parted(letters) for letters in joined]
        proven = any(word.lower() in LONG_WORDS for part in words for word in part or ())
        if proven and 2 * sum(part is not None for part in words) > len(words):
            yield _rejoined(run, groups, [part or (letters,) for part, letters in zip(words, joined, strict=True)])


def _groups(cells: list[tuple[int, str, str]]) -> list[list[tuple[int, str, str]]]:
    """Letters of one word each, where wider gaps tell them apart; else all of them."""
    narrow = min(len(gap) for _, _, gap in cells[:-1])
    groups: list[list[tuple[int, str, str]]] = [[]]
    for cell in cells:
        groups[-1].append(cell)
        if len(cell[2]) > narrow:
            groups.append([])
    return [group for group in groups if group]


def _rejoined(run: re.Match[str], groups: list[list[tuple[int, str, str]]], words: list[tuple[str, ...]]) -> Edit:
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    for group, part in zip(groups, words, strict=True):
        cells = iter(group)
        for word in part:
            if letters:
                letters.append(" ")
                places.append((places[-1][1], places[-1][1] + 1))
            for _ in word:
                place, letter, _ = next(cells)
                letters.append(letter)
                places.append((place, place + 1))
    return Edit(run.start(), run.end(), "".join(letters), tuple(places))


def _unsplit(text: str) -> Iterator[Edit]:
    """A word with signs between its letters, put together again."""
    for found in _SPLIT.finditer(text):
        parts = _SPLITTER.split(found.group())
        word = "".join(parts)
        ordinary = parts[0].lower() in PREFIXES or all(part.lower() in WORDS for part in parts)
        if len(word) > _SHORTEST and not ordinary and word.lower() in LONG_WORDS:
            kept = [place for place, char in enumerate(found.group(), start=found.start()) if char.isalpha()]
            yield Edit(found.start(), found.end(), word, tuple((place, place + 1) for place in kept))
