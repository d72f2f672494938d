"""What the model learns: the names of its outputs, and a labelled post as targets with a mask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.findings import Clause, Protected
from domain.posts import ParentAuthor

if TYPE_CHECKING:
    from analyzers.packets import Labelled

OUTPUTS = (
    *(f"clause.{clause.value}" for clause in Clause),
    *(f"mild.{clause.value}" for clause in Clause),
    *(f"grave.{clause.value}" for clause in Clause),
    "critical",
    "violation",
    "protected",
    *(f"topic.{topic.value}" for topic in Protected),
    "client",
)
"""`clause.N`: severity 2 or more. `mild.N`: 1 or more. `grave.N`: 3 or more. `critical`: any clause at 4.
`client`: the post points to a client."""

_CLEAR, _GRAVE, _CRITICAL = 2, 3, 4


def targets_of(labelled: Labelled) -> tuple[list[float], list[float]]:
    """Targets and mask, both in the order of OUTPUTS; a mask of 0 leaves a borderline case out."""
    labels = labelled.labels
    wanted: dict[str, tuple[float, float]] = {}
    for clause in Clause:
        wanted[f"clause.{clause.value}"] = (float(labels[clause] >= _CLEAR), float(labels[clause] != 1))
        wanted[f"mild.{clause.value}"] = (float(labels[clause] >= 1), 1.0)
        wanted[f"grave.{clause.value}"] = (float(labels[clause] >= _GRAVE), 1.0)
    wanted["critical"] = (float(_CRITICAL in labels.values()), 1.0)
    wanted["violation"] = (float(labelled.verdict == "violation"), float(labelled.verdict != "borderline"))
    wanted["protected"] = (float(bool(labelled.protected)), 1.0)
    for topic in Protected:
        wanted[f"topic.{topic.value}"] = (float(topic in labelled.protected), 1.0)
    wanted["client"] = _client(labelled)
    return [wanted[name][0] for name in OUTPUTS], [wanted[name][1] for name in OUTPUTS]


def _client(labelled: Labelled) -> tuple[float, float]:
    """Known where clause 2 is touched, or where nothing could be; a fine post full of client words is left out."""
    if labelled.labels[Clause.CONFIDENTIALITY] >= 1:
        return 1.0, 1.0
    parent = labelled.packet.parent
    open_question = labelled.hard == "HARD-" or (parent is not None and parent.author is ParentAuthor.CLIENT_UNKNOWN)
    return 0.0, 0.0 if open_question else 1.0
