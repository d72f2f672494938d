"""Ordinary words, by which a disguised word is told from chance, and the words in letters that stand together."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from analyzers.vocabulary import LISTS, SETS

_FOLDER = Path(__file__).parent
_CONTENT = {
    name: frozenset(text.split()) for name, text in tomllib.loads((_FOLDER / "lexicon.toml").read_text("utf-8")).items()
}
_SYNTAX = re.compile(r"\(\?P<\w+>|\(\?[:=!<]+|\\[a-zA-Z]|\{[A-Z_]+\}|\[[^\]]*\]")
"""What of a pattern is no word."""
_LITERAL = re.compile(r"(?<![\w'])[a-z]{3,}(?![\w'*+{\[(])")
_LONGEST = 16
_UNKNOWN = 3
_SHORT = 2


def _words_of_rules() -> frozenset[str]:
    """Whole words that the rules look for: a disguise is of use with these above all."""
    sources = [_SYNTAX.sub(" ", path.read_text("utf-8")) for path in sorted((_FOLDER / "rules").glob("*.toml"))]
    patterns = [line for source in sources for line in source.splitlines() if line.startswith("pattern")]
    found = {word for text in (*patterns, *LISTS.values()) for word in _LITERAL.findall(text.replace("?", ""))}
    return frozenset(found - {"pattern"})


ACCENTED = _CONTENT["accented"]
"""Words that ordinary text writes with an accent, without it."""
PREFIXES = _CONTENT["prefixes"]
"""First parts of words that ordinary text writes with a hyphen."""
WORDS = _CONTENT["short"] | _CONTENT["common"] | SETS["plain"] | _words_of_rules()
"""Ordinary words in lower case, of any length."""
LONG_WORDS = frozenset(word for word in WORDS if len(word) > _SHORT)
"""Those that chance hardly makes: three letters or more."""


def parted(letters: str) -> tuple[str, ...] | None:
    """The fewest words that these letters make; what is no word stays together. None where most of it is no word.

    Case is kept. Time is linear in the number of letters.
    """
    lowered = letters.lower()
    if len(lowered) != len(letters):
        return None
    cheapest: list[tuple[int, int, bool]] = [(0, 0, True)]
    for end in range(1, len(letters) + 1):
        choices = [(cheapest[end - 1][0] + _UNKNOWN, end - 1, False)]
        for start in range(max(0, end - _LONGEST), end):
            word = lowered[start:end]
            if word in WORDS or word.isdigit():
                choices.append((cheapest[start][0] + (1 if end - start > _SHORT else 2), start, True))
        cheapest.append(min(choices))
    return _walked(letters, cheapest)


def _walked(letters: str, cheapest: list[tuple[int, int, bool]]) -> tuple[str, ...] | None:
    words: list[str] = []
    unknown, end, joins = 0, len(letters), False
    while end > 0:
        _, start, known = cheapest[end]
        if known or not joins:
            words.append(letters[start:end])
        else:
            words[-1] = letters[start:end] + words[-1]
        unknown += 0 if known else end - start
        joins, end = not known, start
    return tuple(reversed(words)) if 3 * unknown <= len(letters) else None
