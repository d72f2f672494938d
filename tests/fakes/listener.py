"""A local model that hears one clause wherever a word stands, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzers.model.blend import Blend, Curve, Local
from analyzers.model.classifier import Probabilities
from domain.findings import Clause, Packet, Protected

_LEAST = 0.01
_MOST = 0.99
QUIET = Probabilities(
    clauses=dict.fromkeys(Clause, 0.0),
    mild=dict.fromkeys(Clause, 0.0),
    grave=dict.fromkeys(Clause, 0.0),
    critical=0.0,
    violation=0.0,
    protected=0.0,
    topics=dict.fromkeys(Protected, 0.0),
    client=0.0,
)
"""What a model says that hears nothing at all."""


@dataclass(frozen=True)
class Listener:
    """Stands in for `analyzers.model.classifier.Classifier`."""

    clause: Clause
    word: str
    version: str = "listener"

    def probabilities(self, packets: Sequence[Packet]) -> tuple[Probabilities, ...]:
        return tuple(self._one(packet) for packet in packets)

    def _one(self, packet: Packet) -> Probabilities:
        heard = dict.fromkeys(Clause, _LEAST)
        if self.word in packet.text:
            heard[self.clause] = _MOST
        return Probabilities(heard, heard, dict.fromkeys(Clause, _LEAST), _LEAST, _LEAST, _LEAST, _topics(), _LEAST)


def _topics() -> dict[Protected, float]:
    return dict.fromkeys(Protected, _LEAST)


def listening_for(clause: Clause, word: str) -> Local:
    """The model with a blend that takes its word for everything; rules are not heard."""
    halves = dict.fromkeys(Clause, 0.5)
    blend = Blend(
        curves=dict.fromkeys(Clause, Curve({"clause": 1.0}, 0.0)),
        gate=Curve({}, -30.0),
        report=halves,
        stands=halves,
        withheld=halves,
        closed=_MOST,
        plain=_MOST,
        version="fake",
    )
    return Local(Listener(clause, word), blend)  # type: ignore[arg-type]
