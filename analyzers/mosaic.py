"""What earlier posts of one account add to a new one about a client: by kinds of particulars, never a person's score.

Two posts are put together where a value is the same that few people share, or two values that more do. It never makes
a finding: it can only make graver, by one step, what clause 2 has found already.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from domain.findings import Clause, Severity
from domain.mosaic import Particular

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from domain.findings import Finding, Scored
    from domain.mosaic import Signal, Trace

_TELLING = frozenset({Particular.JOB, Particular.PLACE, Particular.EVENT})
"""One equal value of these kinds puts two posts together; of the other kinds it takes two."""
_FEWEST_COMMON = 2
_KINDS_FOR = {Severity.S1: 2, Severity.S2: 3, Severity.S3: 5}
"""How many kinds must come together before a finding of this severity rises by one step."""
_WORDS = {
    Particular.AGE: "an age",
    Particular.DIAGNOSIS: "a condition",
    Particular.EVENT: "an event",
    Particular.FAMILY: "a family",
    Particular.JOB: "a job",
    Particular.PLACE: "a place",
    Particular.TIME: "a time",
}
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True, slots=True)
class Mosaic:
    """How many earlier posts go with this one, and the kinds that all of them give together, in the enum's order."""

    posts: int
    together: tuple[Particular, ...]

    @property
    def sentence(self) -> str:
        """In words for a reader: kinds only."""
        number = _NUMBERS[self.posts] if self.posts < len(_NUMBERS) else str(self.posts)
        *first, last = (_WORDS[kind] for kind in self.together)
        return f"Together with {number} earlier post{'s' * (self.posts > 1)}: {', '.join(first)} and {last}."


def mosaic(own: AbstractSet[Signal], earlier: Iterable[Trace]) -> Mosaic | None:
    """What posts of the same account that are still remembered add; None where they add no further kind."""
    mine = {signal.kind for signal in own}
    linked = [trace for trace in earlier if _same_client(own & trace.signals) and _kinds([trace]) - mine]
    if not linked:
        return None
    together = mine | _kinds(linked)
    return Mosaic(len(linked), tuple(kind for kind in Particular if kind in together))


def _same_client(shared: AbstractSet[Signal]) -> bool:
    return any(signal.kind in _TELLING for signal in shared) or len({each.kind for each in shared}) >= _FEWEST_COMMON


def _kinds(traces: Sequence[Trace]) -> set[Particular]:
    return {signal.kind for trace in traces for signal in trace.signals}


def deepened(scored: Scored, found: Mosaic | None) -> Scored:
    """The verdict with what earlier posts add to a finding of clause 2; no finding comes from it."""
    if found is None:
        return scored
    return replace(scored, findings=tuple(_graver(finding, found) for finding in scored.findings))


def _graver(finding: Finding, found: Mosaic) -> Finding:
    if finding.clause is not Clause.CONFIDENTIALITY:
        return finding
    needed = _KINDS_FOR.get(finding.severity)
    rises = needed is not None and len(found.together) >= needed
    severity = Severity(finding.severity + 1) if rises else finding.severity
    return replace(finding, severity=severity, reason=f"{finding.reason} {found.sentence}")
