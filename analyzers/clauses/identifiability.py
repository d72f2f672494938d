"""How far a post narrows down who a client is, without a name: kinds of particulars, each with its rarity, added up.

One unit of rarity halves the number of people who fit. From `RECOGNISABLE` on, somebody who knows the place may
recognise the person; from `SINGLED_OUT` on, so may a stranger with a search engine (POLICY.md, clause 2, limb A).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzers.clauses.dates import completed
from analyzers.patterns import Hit, Rule, load_rules, scan
from analyzers.reading import Weighing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from analyzers.text import Passage

RECOGNISABLE = 4.0
SINGLED_OUT = 6.0
_REACH = 350
"""Characters on either side of what points to a client: in a longer text the rest is about something else."""
_SHORT = 700
_FEWEST_KINDS = 2
_MOST_NAMED = 3

RULES = load_rules("identifiers_quasi")
QUASI = RULES["quasi"]
EXACT = Rule("time/exact", 2.5, "", "an hour on a day that the date of the post makes exact", frozenset(), "time")
_HOURS = frozenset({"time/slot", "time/clock"})
_SAME_MOMENT = 60
"""Characters between an hour and a day that belong together."""


@dataclass(frozen=True, slots=True)
class Identifiability:
    """What was counted: one rule a kind, its rarest, rarest first; and where they stand."""

    kinds: tuple[Rule, ...] = ()
    hits: tuple[Hit, ...] = ()

    @property
    def number(self) -> float:
        """Rarity in halvings, 0 when nothing narrows anybody down."""
        return math.fsum(rule.weight for rule in self.kinds)

    @property
    def breakdown(self) -> tuple[tuple[str, float], ...]:
        """What was found in words for a reader, and how rare it is, rarest first."""
        return tuple((rule.says, rule.weight) for rule in self.kinds)

    @property
    def recognisable(self) -> bool:
        """Whether people who know the place may recognise the person."""
        return self.number >= RECOGNISABLE

    @property
    def singled_out(self) -> bool:
        """Whether few people or one fit."""
        return self.number >= SINGLED_OUT

    def beside(self, reason: str) -> str:
        """A sentence of why, with what narrows the person down added where there is enough of it; nothing is quoted."""
        says = list(dict.fromkeys(rule.says for rule in self.kinds))[:_MOST_NAMED]
        if not self.recognisable or len(says) < _FEWEST_KINDS:
            return reason
        listed = f"{', '.join(says[:-1])} and {says[-1]}"
        return f"{reason.removesuffix('.')}; with {listed} it may single out one person."


def narrowing(own: Sequence[Passage], created: datetime) -> Weighing:
    """All that narrows anybody down, wherever it stands. `created` completes days that the post leaves open."""
    return Weighing.of(hit for passage in own for hit in _found(passage, created))


def identifiability(found: Weighing, pointers: Iterable[Hit]) -> Identifiability:
    """Count what of `narrowing` stands near the words that point to a client.

    In a short text all of it is near; without pointers, what stands densest is counted.
    """
    centres = [(hit.passage, hit.start, hit.end) for hit in pointers]
    near = Weighing(tuple(hit for hit in found.hits if _near(hit, centres))) if centres else found.densest()
    kinds = sorted(near.heaviest.values(), key=lambda rule: (-rule.weight, rule.name))
    return Identifiability(tuple(kinds), near.hits)


def _found(passage: Passage, created: datetime) -> Iterator[Hit]:
    """All hits; a day only where the post's own time makes it one day, with the hour beside it an exact time."""
    days = completed(passage, created)
    for hit in scan(QUASI, passage):
        if hit.rule.name == "time/day" and not any(day.start < hit.end and hit.start < day.end for day in days):
            continue
        apart = [max(hit.start - day.end, day.start - hit.end) for day in days]
        exact = hit.rule.name in _HOURS and any(distance <= _SAME_MOMENT for distance in apart)
        yield Hit(EXACT, passage, hit.start, hit.end) if exact else hit


def _near(hit: Hit, centres: Sequence[tuple[Passage, int, int]]) -> bool:
    if len(hit.passage.text) <= _SHORT:
        return True
    return any(
        passage is hit.passage and start - _REACH <= hit.start <= end + _REACH for passage, start, end in centres
    )
