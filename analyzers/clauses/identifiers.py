"""Words that identify a person: the eighteen kinds of the Safe Harbor list of 45 CFR 164.514(b)(2)(i), (A) to (R).

Those of a client's relatives, employers and household members count like the client's. What the practice and the
author say of themselves, prices, versions, scores and published work do not.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analyzers.clauses.names import people_in
from analyzers.patterns import Hit, load_rules, scan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analyzers.text import Passage

_RULES = load_rules("identifiers")
SAFE_HARBOR = _RULES["identifiers"]
IDENTIFIERS = (*SAFE_HARBOR, *_RULES["masks"])
"""What excerpts mask, whether or not it identifies a client."""
_NOT = _RULES["not_identifiers"]
KINDS: Mapping[str, str] = tomllib.loads(
    (Path(__file__).parent.parent / "rules" / "identifiers_kinds.toml").read_text(encoding="utf-8")
)["letters"]
"""Letter of 45 CFR 164.514(b)(2)(i) -> what it names."""
DIRECT = frozenset("ADEFGHIJKLMOPQ")
"""Kinds that point to one person by themselves; places, dates and addresses of pages need company."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier. `letter` is its place in the statute's list, "A" to "R"."""

    letter: str
    hit: Hit

    @property
    def kind(self) -> str:
        """What the statute calls it."""
        return KINDS[self.letter]


def identifiers_in(passage: Passage, own: frozenset[str] = frozenset()) -> tuple[Identifier, ...]:
    """All identifiers of somebody else, in the order of the text. `own` are the author's own names in lower case."""
    found = (*people_in(passage, own), *scan(SAFE_HARBOR, passage))
    quiet = tuple(scan(_NOT, passage)) if found else ()
    told = (Identifier(hit.rule.group[0], hit) for hit in found)
    heard = (one for one in told if not any(_silences(calm, one) for calm in quiet))
    return tuple(sorted(heard, key=lambda one: (one.hit.start, -one.hit.end, one.letter)))


def _silences(calm: Hit, one: Identifier) -> bool:
    letters = calm.rule.group.split()[0]
    return (letters == "*" or one.letter in letters) and calm.start < one.hit.end and one.hit.start < calm.end
