"""The verdict on a packet as the practice's own policy has it: scored, and its accepted phrases let go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers.accepted import unless_accepted
from analyzers.score import score

if TYPE_CHECKING:
    from domain.findings import Packet, Policy, Scored


def judge(packet: Packet, policy: Policy | None = None) -> Scored:
    """As `score`, with the findings left out that the policy's accepted phrases cover. Never raises either."""
    return unless_accepted(packet, score(packet, policy), policy, score)
