"""Judging again what retention has kept, under the policy and detector of today.

Posts whose words were not kept, which is most of them, cannot be judged again; their counts say so. Old findings stay,
each under the policy and detector that made it.

Kept words are less than the post was: the post it answers is never stored, and words on protected topics were cut.
Where they were cut the gate cannot see the topic any more, so no clause that a topic silences finds anything new there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import structlog

from analyzers.judge import judge
from analyzers.keep import CLIENT_DETAIL, CUT, keep, without_handles
from domain.errors import NotAuthorised
from domain.findings import Clause
from monitor.packets import in_kept_words, packet_of, pseudonymiser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from analyzers.model.blend import Local
    from domain.findings import Finding, Policy, Scored
    from domain.plans import KeptVersion, StoredFinding
    from monitor.app import App
    from store.engine import Store

log = structlog.get_logger(__name__)

_BATCH = 200
_NEVER_SILENCED = frozenset({Clause.CONFIDENTIALITY, Clause.THERAPEUTIC})


@dataclass(frozen=True, slots=True)
class Rescored:
    """How many kept versions were judged again, and how many findings that added."""

    versions: int
    added: int


@dataclass(frozen=True, slots=True)
class Bench:
    """What kept words are judged with. `now` stands in for a post without a date."""

    policy: Policy
    local: Local | None
    pseudonym: Callable[[str], str]
    now: datetime


@dataclass(frozen=True, slots=True)
class Again:
    """A kept version judged again. Spans of `findings` count in the kept words; `excerpts` are masked, in their order.

    `withheld` counts findings that were left out because words on a protected topic had been cut.
    """

    findings: tuple[Finding, ...]
    excerpts: tuple[str, ...]
    needs_context: tuple[str, ...]
    withheld: int


def rescore(app: App, on_version: Callable[[], None] = lambda: None) -> Rescored:
    """Judge every kept version again; a repeat under the same policy and detector adds nothing."""
    bench = bench_of(app)
    versions = added = 0
    for kept, stored in kept_with_record(app.store):
        found = judged_again(kept, stored, bench)
        if found.findings:
            added += len(_add(app, kept.version_id, found))
        versions += 1
        on_version()
    return Rescored(versions, added)


def kept_with_record(store: Store) -> Iterator[tuple[KeptVersion, tuple[StoredFinding, ...]]]:
    """Every version that can be judged again, beside the findings on record for it, oldest first."""
    versions = store.findings.kept_for_rescore()
    while batch := list(islice(versions, _BATCH)):
        record = store.judgements.on_record([kept.version_id for kept in batch])
        yield from ((kept, record.get(kept.version_id, ())) for kept in batch)


def bench_of(app: App) -> Bench:
    """Today's policy and detector."""
    return Bench(app.policy, app.local, pseudonymiser(app.key), app.clock())


def judged_again(kept: KeptVersion, stored: Sequence[StoredFinding], bench: Bench) -> Again:
    """Judge kept words as far as they go; `stored` is what is on record for them. Pure."""
    packet = packet_of(kept.post, kept.post.published_at or bench.now, kept, bench.policy, None)
    scored = judge(packet, _as_kept(bench, kept), bench.local)
    clauses = {finding.clause for finding in stored}
    sure = _sure(kept, clauses, scored)
    withheld = len(scored.findings) - len(sure)
    if not sure:
        return Again((), (), scored.needs_context, withheld)
    excerpts = keep(packet, replace(scored, findings=sure), bench.pseudonym, kept.handle).excerpts
    if Clause.CONFIDENTIALITY in clauses - {finding.clause for finding in sure}:
        # What this judging did not see of a client was seen before: it stays masked.
        excerpts = (CLIENT_DETAIL,) * len(sure)
    return Again(in_kept_words(sure, kept.post), excerpts, scored.needs_context, withheld)


def _as_kept(bench: Bench, kept: KeptVersion) -> Policy:
    """The policy with its accepted phrases as kept words have them: with other people's handles replaced."""
    accepted = tuple(
        replace(entry, phrase=without_handles(entry.phrase, bench.pseudonym, kept.handle))
        for entry in bench.policy.accepted
    )
    return replace(bench.policy, accepted=accepted)


def is_cut(kept: KeptVersion) -> bool:
    """Whether words on a protected topic were cut before these words were kept."""
    return any(CUT in words for words in (kept.post.text, *(medium.alt for medium in kept.post.media)))


def _sure(kept: KeptVersion, before: set[Clause], scored: Scored) -> tuple[Finding, ...]:
    if not is_cut(kept):
        return scored.findings
    return tuple(finding for finding in scored.findings if finding.clause in before | _NEVER_SILENCED)


def _add(app: App, version_id: int, found: Again) -> tuple[int, ...]:
    try:
        return app.store.findings.add_rescored(
            version_id,
            found.findings,
            found.excerpts,
            policy_version=app.policy.version,
            needs_context=found.needs_context,
            now=app.clock(),
        )
    except NotAuthorised:
        # Withdrawn or erased since the list was read: then there is nothing to add to.
        log.info("rescore-skipped", version=version_id)
        return ()
