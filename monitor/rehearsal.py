"""What another policy, or the detector of today, would find in the words that are kept; nothing is written.

What is on record for a version is, clause by clause, the newest finding ever made on it. Kept words are less than the
post was, so that a finding may be missing only because the post it answers is not stored or words were cut. Such a
difference counts only where the policy makes it: where the present policy, on the same words, says something else.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from analyzers.keep import CLIENT_DETAIL
from analyzers.score import BLENDED, DETECTOR, detector_version
from domain.findings import GRAVITY, Clause
from monitor.rescore import bench_of, is_cut, judged_again, kept_with_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from domain.findings import Finding, Policy, Severity
    from domain.plans import KeptVersion, NotKept, StoredFinding
    from monitor.app import App
    from monitor.rescore import Again

EXAMPLES = 3
"""How many examples are shown of one effect on one clause."""


class Effect(StrEnum):
    """What would happen to one finding."""

    SAME = "as before"
    APPEARS = "would appear"
    DISAPPEARS = "would disappear"
    CHANGES = "would change"


@dataclass(frozen=True, slots=True)
class Difference:
    """One finding on record beside the one that would stand in its place; None where there is none."""

    effect: Effect
    was: StoredFinding | None = None
    now: Finding | None = None

    @property
    def clause(self) -> Clause:
        """The clause it counts under: the one on record, if any."""
        found = self.was or self.now
        assert found is not None
        return found.clause


@dataclass(frozen=True, slots=True)
class Example:
    """A pointer to one difference.

    `finding` is the number of the one on record. `excerpt` is masked, and says nothing at all where a client may be
    told of. `reason` is that of the new judging, "" where it did not change or a client may be told of.
    """

    effect: Effect
    finding: int | None
    clause: Clause
    to: Clause
    was: Severity | None
    now: Severity | None
    account: str
    published_at: datetime | None
    excerpt: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would happen, as counts and examples.

    `judged` versions were judged, of them `replies` without the post they answer and `cut` without words on a
    protected topic. `doubtful` differences are left out of `counts` because only those gaps may make them.
    """

    policy: str
    detector: str
    judged: int
    replies: int
    cut: int
    doubtful: int
    not_kept: NotKept
    counts: Mapping[tuple[Clause, Effect], int]
    examples: tuple[Example, ...]

    def total(self, *effects: Effect) -> int:
        """How many findings meet one of these effects."""
        return sum(self.counts.get((clause, effect), 0) for clause in Clause for effect in effects)


def rehearse(app: App, policy: Policy, on_version: Callable[[], None] = lambda: None) -> Rehearsal:
    """Judge every kept version under `policy` and compare with what is on record. Writes nothing."""
    tally = _Tally()
    not_kept = app.store.judgements.not_kept()
    bench = bench_of(app)
    detector = f"{DETECTOR if app.local is None else BLENDED} {detector_version(app.local)}"
    alone = app.store.terms.author_only()
    for kept, stored in kept_with_record(app.store):
        if kept.platform in alone:  # nobody but the author may see what would be found there
            continue
        found = judged_again(kept, stored, replace(bench, policy=policy))
        differing = differences(stored, found.findings)
        doubtful: tuple[Difference, ...] = ()
        if _has_gaps(kept):
            present = judged_again(kept, stored, bench)
            doubtful = tuple(one for one in differing if _made_by_gaps(one, present.findings, found.findings))
        tally.add(kept, stored, found, [one for one in differing if one not in doubtful], len(doubtful))
        on_version()
    return tally.result(policy, detector, not_kept)


def differences(stored: Sequence[StoredFinding], found: Iterable[Finding]) -> tuple[Difference, ...]:
    """Hold one version's newest findings on record against those of another judging, gravest clause first.

    A finding that goes while another clause finds overlapping words is one change of clause, not two differences.
    """
    before = {finding.clause: finding for finding in stored}
    after = {finding.clause: finding for finding in found}
    differing = []
    for clause in [clause for clause in GRAVITY if clause in before]:
        was, now = before[clause], after.pop(clause, None)
        if now is None:
            moved = next((one for one in after if one not in before and _overlap(was, after[one])), None)
            now = None if moved is None else after.pop(moved)
        differing.append(Difference(_effect(was, now), was, now))
    differing += [Difference(Effect.APPEARS, None, after[clause]) for clause in GRAVITY if clause in after]
    return tuple(differing)


def _effect(was: StoredFinding, now: Finding | None) -> Effect:
    if now is None:
        return Effect.DISAPPEARS
    same = (was.clause, was.severity, was.reason) == (now.clause, now.severity, now.reason)
    return Effect.SAME if same else Effect.CHANGES


def _overlap(was: StoredFinding, now: Finding) -> bool:
    return any(
        span.field == other.field and span.start < other.end and other.start < span.end
        for span in was.spans
        for other in now.spans
    )


def _has_gaps(kept: KeptVersion) -> bool:
    return kept.post.reply_to_id is not None or is_cut(kept)


def _made_by_gaps(difference: Difference, present: Sequence[Finding], other: Sequence[Finding]) -> bool:
    """Whether a finding goes or changes though both policies judge the same words alike: then the gaps may do it."""
    if difference.effect not in (Effect.DISAPPEARS, Effect.CHANGES):
        return False
    mine, theirs = (
        {(finding.severity, finding.reason) for finding in findings if finding.clause is difference.clause}
        for findings in (present, other)
    )
    return mine == theirs


@dataclass(slots=True)
class _Tally:
    """Counts while the versions go by, so that any number of them fits in memory."""

    judged: int = 0
    replies: int = 0
    cut: int = 0
    doubtful: int = 0
    counts: Counter[tuple[Clause, Effect]] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)

    def add(
        self,
        kept: KeptVersion,
        stored: Sequence[StoredFinding],
        found: Again,
        differing: Iterable[Difference],
        doubtful: int,
    ) -> None:
        self.judged += 1
        self.replies += kept.post.reply_to_id is not None
        self.cut += is_cut(kept)
        self.doubtful += doubtful + found.withheld
        clauses = {*(one.clause for one in stored), *(one.clause for one in found.findings)}
        confidential = Clause.CONFIDENTIALITY in clauses
        for difference in differing:
            key = (difference.clause, difference.effect)
            self.counts[key] += 1
            if difference.effect is not Effect.SAME and self.counts[key] <= EXAMPLES:
                self.examples.append(_example(kept, difference, found, confidential=confidential))

    def result(self, policy: Policy, detector: str, not_kept: NotKept) -> Rehearsal:
        order = {clause: place for place, clause in enumerate(GRAVITY)}
        effects = list(Effect)
        return Rehearsal(
            policy=policy.version,
            detector=detector,
            judged=self.judged,
            replies=self.replies,
            cut=self.cut,
            doubtful=self.doubtful,
            not_kept=not_kept,
            counts=dict(self.counts),
            examples=tuple(sorted(self.examples, key=lambda one: (effects.index(one.effect), order[one.clause]))),
        )


def _example(kept: KeptVersion, difference: Difference, found: Again, *, confidential: bool) -> Example:
    was, now = difference.was, difference.now
    excerpt = was.excerpt if was is not None else ""
    if now is not None:
        excerpt = found.excerpts[found.findings.index(now)]
    new_reason = now is not None and (was is None or was.reason != now.reason)
    return Example(
        effect=difference.effect,
        finding=was.id if was is not None else None,
        clause=difference.clause,
        to=now.clause if now is not None else difference.clause,
        was=was.severity if was is not None else None,
        now=now.severity if now is not None else None,
        account=kept.handle,
        published_at=kept.post.published_at,
        excerpt=CLIENT_DETAIL if confidential else excerpt,
        reason=now.reason if now is not None and new_reason and not confidential else "",
    )
