"""Words that identify a person: what of the Safe Harbor list of 45 CFR 164.514(b)(2) can stand in a post."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzers.patterns import Hit, Rule, load_rules
from analyzers.text import PRACTICE
from analyzers.vocabulary import LISTS, SETS

if TYPE_CHECKING:
    from analyzers.text import Passage

_RULES = load_rules("identifiers")
IDENTIFIERS = _RULES["identifiers"]

_NAME = Rule("name", 1.0, re.compile(""), "a name", frozenset(), "name")
_CAPITALISED = re.compile(r"(?<![\w@#/.])[A-Z](?:[a-z]{1,20}(?:[-'][A-Z][a-z]{1,20})?(?!\w)|\.(?=\W|$))")
"""A capitalised word, or an initial."""
_COMMON = SETS["not_names"] | frozenset(LISTS["DAY"].split("|")) | frozenset(LISTS["MONTH"].split("|"))


def names_in(passage: Passage) -> tuple[Hit, ...]:
    """Capitalised words that are no common words, days, months or the practice's own name; neighbours make one name.

    A single word at the start of a sentence counts only where it is called out ("Marcy, the charge", "Jolene!!").
    """
    found: list[tuple[int, int]] = []
    for match in _CAPITALISED.finditer(passage.text):
        if passage.lower[match.start()] == PRACTICE or match.group().lower() in _COMMON:
            continue
        if found and passage.text[found[-1][1] : match.start()] == " ":
            found[-1] = (found[-1][0], match.end())
        elif len(match.group()) > 2:  # noqa: PLR2004 - an initial alone is no name
            found.append((match.start(), match.end()))
    return tuple(Hit(_NAME, passage, start, end) for start, end in found if _is_name(passage, start, end))


def _is_name(passage: Passage, start: int, end: int) -> bool:
    at_start = start == passage.sentence_at(start)[0]
    return not at_start or " " in passage.text[start:end] or passage.text[end : end + 1] in {",", "!"}
