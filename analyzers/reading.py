"""What a clause is given to judge, and what it answers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from analyzers.text import Passage, names_pattern
from domain.accounts import AccountKind
from domain.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analyzers.patterns import Hit, Rule
    from domain.findings import Clause, Packet, Protected


_SIGNATURE = 80
_REACH = 400
_MOST_CENTRES = 200


@dataclass(frozen=True)
class Reading:
    """A packet with its words prepared. `text`, `alts` and `bio` are the author's, `parent` is another's."""

    packet: Packet
    text: Passage
    alts: tuple[Passage, ...]
    bio: Passage | None
    parent: Passage | None
    topics: tuple[Protected, ...] = ()
    strict: bool = False
    signposts: tuple[str, ...] = ()

    @property
    def own(self) -> tuple[Passage, ...]:
        """What the author published in this post: its words and those of its pictures."""
        return (self.text, *self.alts)

    @property
    def profile(self) -> Passage | None:
        """The profile line where it is what is judged: a packet without a post's words or pictures is the profile."""
        return self.bio if not self.text.text.strip() and not self.alts else None

    @property
    def named(self) -> str:
        """What a sentence about it calls it."""
        if self.profile is not None:
            return "The profile"
        return "The post"

    @property
    def by_practice(self) -> bool:
        """Whether this is the practice's own account."""
        return self.packet.account_kind is AccountKind.PRACTICE

    @cached_property
    def may_speak(self) -> bool:
        """Whether the author's role, profile line or signature is on the register of speakers for the practice."""
        speakers = self.packet.register.speakers if self.packet.register else ()
        signed = f"{self.packet.role}\n{self.packet.bio or ''}\n{self.packet.text[-_SIGNATURE:]}".casefold()
        return self.by_practice or any(speaker.casefold() in signed for speaker in speakers)


def read(packet: Packet, *, strict: bool = False, signposts: tuple[str, ...] = ()) -> Reading:
    """Prepare a packet for the clauses; topics are added by the gate."""
    names = names_pattern((packet.practice_name, *packet.practice_aliases))
    return Reading(
        packet=packet,
        text=Passage.of("text", packet.text, names),
        alts=tuple(Passage.of(f"media.{index}.alt", alt, names) for index, alt in enumerate(packet.media)),
        bio=Passage.of("bio", packet.bio, names) if packet.bio is not None else None,
        parent=Passage.of("parent", packet.parent.text, names) if packet.parent else None,
        strict=strict,
        signposts=signposts,
    )


def weighed(bias: float, hits: Weighing, calm: Weighing) -> float:
    """Log-odds of a clause. Signs against it count only against something: without a hit the bias stands alone."""
    return bias + hits.total + calm.total if hits.hits else bias


@dataclass(frozen=True, slots=True)
class Detection:
    """A clause's answer. `score` is in log-odds: above 0 it is reported. `evidence` are the hits that speak for it.

    `stands` tells that the words themselves are the fault (a threat, a view put into the practice's mouth), so that
    a protected topic does not silence them. `masks` are words that may identify a client, reported or not.
    """

    clause: Clause
    score: float
    severity: Severity = Severity.S0
    evidence: tuple[Hit, ...] = ()
    reason: str = ""
    needs_context: tuple[str, ...] = ()
    stands: bool = False
    masks: tuple[Hit, ...] = ()


@dataclass(frozen=True)
class Weighing:
    """Hits of a rule table, counted once a group, the heaviest hit of each."""

    hits: tuple[Hit, ...]

    @classmethod
    def of(cls, hits: Iterable[Hit]) -> Weighing:
        """Gather hits."""
        return cls(tuple(hits))

    @cached_property
    def heaviest(self) -> dict[str, Rule]:
        """Group -> its weightiest rule that matched."""
        best: dict[str, Rule] = {}
        for hit in self.hits:
            if hit.rule.group not in best or abs(hit.rule.weight) > abs(best[hit.rule.group].weight):
                best[hit.rule.group] = hit.rule
        return best

    @property
    def total(self) -> float:
        """Sum of the weights, log-odds."""
        return math.fsum(rule.weight for rule in self.heaviest.values())

    def near(self, passage: Passage, centre: int, reach: int = _REACH) -> Weighing:
        """Only the hits of one passage that begin within `reach` characters of a place."""
        return Weighing(tuple(hit for hit in self.hits if hit.passage is passage and abs(hit.start - centre) <= reach))

    def densest(self) -> Weighing:
        """The hits around the place where they weigh most: in a long text, chance hits far apart mean nothing."""
        if not self.hits or len(self.hits[0].passage.text) <= _REACH:
            return self
        around = (self.near(hit.passage, hit.start) for hit in self.hits[:_MOST_CENTRES])
        return max(around, key=lambda weighing: weighing.total)

    def __contains__(self, group: str) -> bool:
        return group in self.heaviest

    def weight_of(self, group: str) -> float:
        """The group's weight, 0 when it did not match."""
        return self.heaviest[group].weight if group in self.heaviest else 0.0

    def any(self, *groups: str) -> bool:
        """Whether a rule of one of these groups matched."""
        return any(group in self.heaviest for group in groups)

    @property
    def evidence(self) -> tuple[Hit, ...]:
        """Hits that speak for the clause, in the order of the text."""
        speaking = [hit for hit in self.hits if hit.rule.weight > 0]
        return tuple(sorted(speaking, key=lambda hit: (hit.passage.field, hit.start, -hit.end)))

    def reason(self, start: str) -> str:
        """A sentence out of what the two weightiest signals say."""
        strongest = sorted((rule for rule in self.heaviest.values() if rule.weight > 0), key=lambda rule: -rule.weight)
        said = list(dict.fromkeys(rule.says for rule in strongest))[:2]
        return f"{start} {' and '.join(said)}." if said else f"{start}."
