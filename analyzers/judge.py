"""The verdict on a packet as the practice's own policy has it: scored, and its accepted phrases let go."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from analyzers.accepted import unless_accepted
from analyzers.safety import kept_private
from analyzers.score import score

if TYPE_CHECKING:
    from analyzers.model.blend import Local
    from domain.findings import Packet, Policy, Scored


def judge(packet: Packet, policy: Policy | None = None, local: Local | None = None) -> Scored:
    """As `score`, without the findings that the policy's accepted phrases cover or that a danger forbids to keep.

    Never raises either.
    """
    scorer = partial(score, local=local)
    return kept_private(packet, unless_accepted(packet, scorer(packet, policy), policy, scorer))
