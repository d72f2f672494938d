"""Judging again what retention has kept, under the policy and detector of today.

Posts whose words were not kept, which is most of them, cannot be judged again; their counts say so. Old findings stay,
each under the policy and detector that made it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzers.score import score
from monitor.packets import packet_of, pseudonymiser, verdict_of

if TYPE_CHECKING:
    from monitor.app import App


@dataclass(frozen=True, slots=True)
class Rescored:
    """How many kept versions were judged again, and how many findings that added."""

    versions: int
    added: int


def rescore(app: App) -> Rescored:
    """Judge every kept version again; a repeat under the same policy and detector adds nothing."""
    pseudonym = pseudonymiser(app.key)
    versions = added = 0
    for kept in app.store.findings.kept_for_rescore(app.clock()):
        packet = packet_of(kept.version, kept.account, app.policy, None)
        verdict = verdict_of(kept.version, packet, score(packet, app.policy), pseudonym, kept.account.handle)
        added += app.store.findings.add_rescored(kept.version_id, verdict, app.policy.version, app.clock())
        versions += 1
    return Rescored(versions, added)
