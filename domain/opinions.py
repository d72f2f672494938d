"""What a second opinion can be. It stands beside a finding and changes nothing about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.findings import Clause
    from domain.plans import KeptVersion


class Stand(StrEnum):
    """How a second opinion stands to a finding."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    NONE = "none"
    """Asked for and not had: the model was not sure, or said nothing that counts as an answer."""


SERVER_PROBLEMS = frozenset(
    {
        "unreachable",
        "timed-out",
        "rate-limited",
        "server-fault",
        "broken-off",
        "address-refused",
        "access-refused",
        "redirected",
    }
)
"""Problems that tell nothing about the question: it may be asked again any number of times."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """A language model's view of one finding.

    `key` names the very question: SHA-256 (hex) over model, prompt version and masked words. `problem` is "" when the
    model answered, also when it was not sure; else the stable code of what came instead of an answer.
    """

    stand: Stand
    key: str
    model: str
    prompt_version: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Unasked:
    """A finding that a second opinion may be asked about, with the words it stands on.

    `others` are the clauses of every finding ever made on these words, its own included.
    """

    finding_id: int
    clause: Clause
    probability: float
    others: frozenset[Clause]
    kept: KeptVersion
