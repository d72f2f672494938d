"""Checks the record: the chain of its log, the signatures, and every record against what the log holds of it.

Pure: it is given lines, heads and records, from a database or from an export, and finds what is wrong with them. What
it finds is said for people, in the order in which it was found; the first is the first broken link.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.audit import GENESIS, line_hash
from domain.binding import BINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Set as AbstractSet

    from domain.audit import AuditEntry
    from domain.binding import Standing
    from domain.heads import Head

MOST_FLAWS = 20
"""Further ones are counted and not listed."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that is not as it was written: where, and what is wrong there."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(slots=True)
class Findings:
    """What a check has found so far: what was counted, and what is wrong."""

    lines: int = 0
    heads: int = 0
    records: dict[str, int] = field(default_factory=dict)
    unopened: int = 0
    """Records whose words were left out, so that only their digest could be compared."""
    flaws: list[Flaw] = field(default_factory=list)
    more_flaws: int = 0

    @property
    def well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.flaws

    def wrong(self, where: str, what: str) -> None:
        """One flaw more."""
        if len(self.flaws) < MOST_FLAWS:
            self.flaws.append(Flaw(where, what))
        else:
            self.more_flaws += 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was checked, what is wrong with it, where the log ends, and the name of the key that the signatures are of.

    `whole` is false where the check ended early, because nothing after that could be believed.
    """

    found: Findings
    seq: int = 0
    head: str = ""
    key: str = ""
    whole: bool = True

    @property
    def well(self) -> bool:
        """Whether nothing is wrong."""
        return self.found.well


@dataclass(slots=True)
class Chain:
    """What is left of the log once it was walked: where it ends, what it binds, and the hashes that are asked about."""

    seq: int = 0
    hash: str = GENESIS
    bound: dict[str, str | None] = field(default_factory=dict)
    hash_at: dict[int, str] = field(default_factory=dict)
    asked: bool = False
    """Whether the hash that was asked for is that of some line."""


def walk(
    entries: Iterable[AuditEntry], found: Findings, *, heads: Iterable[Head] = (), head: str = "", where: str = "log"
) -> Chain:
    """Follow the log from its first line; after a broken link nothing of it can be believed, and the walk ends.

    `head` is a hash that somebody has kept, "" for none; whether it was met is in `Chain.asked`.
    """
    chain = Chain()
    wanted = {each.seq for each in heads}
    for entry in entries:
        problem = _problem(chain, entry)
        if problem:
            found.wrong(f"{where}, line {chain.seq + 1}", problem)
            return chain
        chain.seq, chain.hash = entry.seq, entry.hash
        chain.asked = chain.asked or entry.hash == head
        if entry.seq in wanted:
            chain.hash_at[entry.seq] = entry.hash
        chain.bound.update(entry.record.details.get(BINDS) or {})
        found.lines += 1
    return chain


def _problem(chain: Chain, entry: AuditEntry) -> str:
    if entry.seq != chain.seq + 1:
        return f"line {chain.seq + 1} is missing: the next one says that it is line {entry.seq}"
    if entry.previous != chain.hash:
        return "it does not name the hash of the line before: a line was changed, removed or put in here"
    if line_hash(entry.seq, entry.record, entry.previous) != entry.hash:
        return f"its hash does not fit what it says ({entry.record.event}): it was changed after it was written"
    return ""


def _unchecked(head: Head) -> str:  # noqa: ARG001 - what a check of a stamp is called with
    return ""


@dataclass(frozen=True, slots=True)
class HeadChecks:
    """What needs keys and certificates: `signed` says whether a signature holds, `stamp` what is wrong with a stamp.

    Without `stamp` time stamps are not looked at.
    """

    signed: Callable[[Head], bool]
    stamp: Callable[[Head], str] = _unchecked


def check_heads(
    heads: Iterable[Head], chain: Chain, checks: HeadChecks, found: Findings, where: str = "signed heads"
) -> None:
    """Every head must bear its key's signature, come after the one before, and name a line as the log has it."""
    before: Head | None = None
    for head in heads:
        problem = _problem_of_head(head, before, chain, checks)
        if problem:
            found.wrong(f"{where}, {head.day}", problem)
        before = head
        found.heads += 1


def _problem_of_head(head: Head, before: Head | None, chain: Chain, checks: HeadChecks) -> str:
    if not checks.signed(head):
        return "its signature is not this installation's: it was changed, or signed with another key"
    if before is not None and (head.day <= before.day or head.seq < before.seq):
        return "it comes before the head above it: heads were swapped or put in"
    if head.seq > chain.seq:
        return f"it was signed over line {head.seq}, and the log ends at line {chain.seq}: the end of the log is gone"
    if chain.hash_at.get(head.seq) != head.hash:
        return f"line {head.seq} of the log is not the one that was signed: the log was written anew"
    return checks.stamp(head) if head.time_stamp else ""


def check_records(records: Iterable[Standing], chain: Chain, found: Findings) -> set[str]:
    """Compare records with what the log binds; returns the name of each, for `check_missing`."""
    names: set[str] = set()
    for record in records:
        found.records[record.kind] = found.records.get(record.kind, 0) + 1
        found.unopened += record.facts is None and not record.problem
        problem = "it is there twice" if record.name in names else _problem_of_record(record, chain)
        if problem:
            found.wrong(record.name.replace(":", " "), problem)
        names.add(record.name)
    return names


def _problem_of_record(record: Standing, chain: Chain) -> str:
    if record.name not in chain.bound:
        return "it is there, and the log knows nothing of it: it was put in by somebody else"
    held = chain.bound[record.name]
    if held is None:
        return "it is there, and the log says that it was erased"
    if record.problem:
        return f"it cannot be opened. {record.problem}"
    if record.digest != held:
        return "it is not what the log was told: it was changed after it was written"
    return ""


def check_missing(chain: Chain, there: AbstractSet[str], found: Findings) -> None:
    """Whatever the log binds and has not erased must be there."""
    for name, held in chain.bound.items():
        if held is not None and name not in there:
            found.wrong(name.replace(":", " "), "it is gone, and the log has no line that erases it")


def check_asked(chain: Chain, head: str, found: Findings) -> None:
    """The hash that somebody has kept must be that of some line."""
    if head and not chain.asked:
        found.wrong("log", f"no line has the hash {head}: the log was cut short before that line, or written anew")
