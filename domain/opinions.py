"""What a second opinion can be. It stands beside a finding and changes nothing about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stand(StrEnum):
    """How a second opinion stands to a finding."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    NONE = "none"
    """Asked for and not had: the model was not sure, or said nothing that counts as an answer."""


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
