"""Judging again what retention has kept, under the policy and detector of today.

Posts whose words were not kept, which is most of them, cannot be judged again; their counts say so. Old findings stay,
each under the policy and detector that made it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from analyzers.keep import keep
from analyzers.score import score
from domain.errors import NotAuthorised
from monitor.packets import packet_of, pseudonymiser

if TYPE_CHECKING:
    from analyzers.keep import Kept
    from monitor.app import App

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rescored:
    """How many kept versions were judged again, and how many findings that added."""

    versions: int
    added: int


def rescore(app: App) -> Rescored:
    """Judge every kept version again; a repeat under the same policy and detector adds nothing."""
    pseudonym = pseudonymiser(app.key)
    versions = added = 0
    for kept in app.store.findings.kept_for_rescore():
        packet = packet_of(kept.post, kept.post.published_at or app.clock(), kept, app.policy, None)
        scored = score(packet, app.policy)
        found = keep(packet, scored, pseudonym, kept.handle) if scored.findings else None
        if found is not None:
            added += len(_add(app, kept.version_id, found, scored.needs_context))
        versions += 1
    return Rescored(versions, added)


def _add(app: App, version_id: int, found: Kept, needs_context: tuple[str, ...]) -> tuple[int, ...]:
    try:
        return app.store.findings.add_rescored(
            version_id,
            found.findings,
            found.excerpts,
            policy_version=app.policy.version,
            needs_context=needs_context,
            now=app.clock(),
        )
    except NotAuthorised:
        # Withdrawn or erased since the list was read: then there is nothing to add to.
        log.info("rescore-skipped", version=version_id)
        return ()
