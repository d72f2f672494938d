"""Words that identify a person: what of the Safe Harbor list of 45 CFR 164.514(b)(2) can stand in a post."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzers.patterns import Hit, Rule, load_rules
from analyzers.vocabulary import LISTS, SETS

if TYPE_CHECKING:
    from analyzers.text import Passage

_RULES = load_rules("identifiers")
IDENTIFIERS = _RULES["identifiers"]

_NAME = Rule("name", 1.0, re.compile(""), "a name", frozenset(), "name")
_CAPITALISED = re.compile(
    r"(?<![\w@#/.])[A-Z][a-z]{1,20}(?:[-'][A-Z][a-z]{1,20})?(?: [A-Z]\.|(?: [A-Z][a-z]{1,20}){1,2})?(?!\w)"
)
_COMMON = SETS["not_names"] | frozenset(LISTS["DAY"].split("|")) | frozenset(LISTS["MONTH"].split("|"))
_TITLES = frozenset({"dr", "mr", "mrs", "ms", "miss", "mx", "prof"})


def names_in(passage: Passage) -> tuple[Hit, ...]:
    """Capitalised words within sentences that are no common words, days, months or the practice's own name."""
    found: list[Hit] = []
    for match in _CAPITALISED.finditer(passage.text):
        first = match.group().split()[0].lower()
        at_start = match.start() == passage.sentence_at(match.start())[0]
        practice = passage.lower[match.start()] == "§"
        if practice or (first in _COMMON and first not in _TITLES) or (at_start and " " not in match.group()):
            continue
        found.append(Hit(_NAME, passage, match.start(), match.end()))
    return tuple(found)
