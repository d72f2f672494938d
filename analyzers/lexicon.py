"""Ordinary words, by which a disguised word is told from chance, and the words in letters that stand together."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from analyzers.vocabulary import LISTS, SETS

_FOLDER = Path(__file__).parent
_CONTENT = {
    name: tuple(text.split()) for name, text in tomllib.loads((_FOLDER / "lexicon.toml").read_text("utf-8")).items()
}
_SYNTAX = re.compile(r"\(\?P<\w+>|\(\?[:=!<]+|\\[a-zA-Z]|\{[A-Z_]+\}|\[[^\]]*\]")
"""What of a pattern is no word."""
_LITERAL = re.compile(r"(?<![\w'])[a-z]{3,}(?![\w'*+{\[(])")
_LONGEST = 16
_SHORT = 2
_RANKS = {word: rank for rank, word in enumerate(_CONTENT["common"])}
_RARE = len(_RANKS)
_WORD_COST, _SHORT_COST, _LETTER_COST = 1.0, 1.8, 3.0
"""Of a word, of one of one or two letters, and of a letter that is in no word."""


def _words_of_rules() -> frozenset[str]:
    """Whole words that the rules look for: a disguise is of use with these above all."""
    sources = [_SYNTAX.sub(" ", path.read_text("utf-8")) for path in sorted((_FOLDER / "rules").glob("*.toml"))]
    patterns = [line for source in sources for line in source.splitlines() if line.startswith("pattern")]
    found = {word for text in (*patterns, *LISTS.values()) for word in _LITERAL.findall(text.replace("?", ""))}
    return frozenset(found - {"pattern"})


ACCENTED = frozenset(_CONTENT["accented"])
"""Words that ordinary text writes with an accent, without it."""
PREFIXES = frozenset(_CONTENT["prefixes"])
"""First parts of words that ordinary text writes with a hyphen."""
WORDS = frozenset((*_CONTENT["short"], *_CONTENT["common"], *SETS["plain"], *_words_of_rules()))
"""Ordinary words in lower case, of any length."""
LONG_WORDS = frozenset(word for word in WORDS if len(word) > _SHORT)
"""Those that chance hardly makes: three letters or more."""


def rank(word: str) -> int:
    """Place of an ordinary word by how common it is, 0 the commonest; rare ones share the last place."""
    return _RANKS.get(word.lower(), _RARE)


def parted(letters: str, unknown: float = 1 / 3) -> tuple[str, ...] | None:
    """The fewest and commonest words that these letters make; letters of no word stay together.

    None where more than `unknown` of the letters are in no word. Case is kept. Time is linear in the number of letters.
    """
    lowered = letters.lower()
    if len(lowered) != len(letters):
        return None
    cheapest: list[tuple[float, int, bool]] = [(0, 0, True)]
    for end in range(1, len(letters) + 1):
        choices = [(cheapest[end - 1][0] + _LETTER_COST, end - 1, False)]
        for start in range(max(0, end - _LONGEST), end):
            word = lowered[start:end]
            if word in WORDS or word.isdigit():
                choices.append((cheapest[start][0] + _cost(word), start, True))
        cheapest.append(min(choices))
    words, strange = _walked(letters, cheapest)
    return words if strange <= unknown * len(letters) else None


def _cost(word: str) -> float:
    return (_WORD_COST if len(word) > _SHORT else _SHORT_COST) + rank(word) / (2 * _RARE)


def _walked(letters: str, cheapest: list[tuple[float, int, bool]]) -> tuple[tuple[str, ...], int]:
    """The words of the cheapest way, and how many letters of it are in none."""
    words: list[str] = []
    strange, end, joins = 0, len(letters), False
    while end > 0:
        _, start, known = cheapest[end]
        if known or not joins:
            words.append(letters[start:end])
        else:
            words[-1] = letters[start:end] + words[-1]
        strange += 0 if known else end - start
        joins, end = not known, start
    return tuple(reversed(words)), strange
