"""How the local model and the rules make one verdict: a curve a clause, a gate, spans by leaving out.

Every number here comes from `analyzers/model/weights/blend.json`, fitted on writers that neither the rules nor the
model had seen (docs/decisions/0007-local-model.md). Pure apart from the model itself, which is handed in.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from analyzers.model.classifier import WEIGHTS, load_classifier
from domain.findings import Clause, Protected, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from analyzers.model.classifier import Classifier, Probabilities
    from analyzers.reading import Detection

FEATURES = ("clause", "mild", "violation", "protected", "client", "rule", "reported", "topic", "stands")
GATE_FEATURES = ("protected", "topic")
FIRST_TO_CLOSE = Clause.SEPARATION
"""Talk of pay and staffing names the practice, as speaking for it does: a faint suspicion closes the gate before it."""
SILENCED = frozenset({Clause.SEPARATION, Clause.CONDUCT, Clause.ENDORSEMENT, Clause.OPINION})
_REACH = 6.0
_LEAST = 1e-6
_HALF = 0.5


def log_odds(chance: float) -> float:
    """Probability -> log-odds, kept within 6 on either side so that no single voice decides alone."""
    inside = min(max(chance, _LEAST), 1 - _LEAST)
    return max(-_REACH, min(_REACH, math.log(inside / (1 - inside))))


def reported(detection: Detection) -> bool:
    """Whether the rules alone would show this to a reviewer."""
    return detection.score > 0 and detection.severity > Severity.S0 and bool(detection.evidence)


@dataclass(frozen=True, slots=True)
class Curve:
    """A logistic regression over named features."""

    weights: Mapping[str, float]
    offset: float

    def chance(self, features: Mapping[str, float]) -> float:
        """Probability between 0 and 1."""
        total = self.offset + math.fsum(weight * features[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@dataclass(frozen=True, slots=True)
class Blend:
    """Curves and thresholds, all chances between 0 and 1.

    `stands`: from here on a clause is heard in spite of a protected topic. `closed`: a suspicion of a protected topic
    that closes the gate before `FIRST_TO_CLOSE`; from `plain` on it is shut, and the topic's sentences are not stored.
    `withheld`: the share of true violations among the posts that the gate held back.
    """

    curves: Mapping[Clause, Curve]
    gate: Curve
    report: Mapping[Clause, float]
    stands: Mapping[Clause, float]
    withheld: Mapping[Clause, float]
    closed: float
    plain: float
    version: str

    def held(self, clause: Clause, chance: float, *, plain: bool) -> float:
        """The chance told of a clause that the gate holds back."""
        return self.withheld[clause] if plain else min(chance, self.report[clause] / 2)

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Blend:
        """From the JSON that training wrote; KeyError when it is not one."""
        return cls(
            curves={clause: _curve(content["clauses"][clause.value]) for clause in Clause},
            gate=_curve(content["gate"]),
            report={clause: float(content["report"][clause.value]) for clause in Clause},
            stands={clause: float(content["stands"][clause.value]) for clause in Clause},
            withheld={clause: float(content["withheld"][clause.value]) for clause in Clause},
            closed=float(content["closed"]),
            plain=float(content["plain"]),
            version=str(content["version"]),
        )


def _curve(content: Mapping[str, Any]) -> Curve:
    return Curve({str(name): float(weight) for name, weight in content["weights"].items()}, float(content["offset"]))


@cache
def load_blend(path: Path) -> Blend | None:
    """The fitted blend, read once; None where there is none."""
    return Blend.of(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def features_of(clause: Clause, heard: Probabilities, detection: Detection, *, topic_seen: bool) -> dict[str, float]:
    """What the curve of a clause weighs, by the names in FEATURES."""
    said = reported(detection)
    return {
        "clause": log_odds(heard.clauses[clause]),
        "mild": log_odds(heard.mild[clause]),
        "violation": log_odds(heard.violation),
        "protected": log_odds(heard.protected),
        "client": log_odds(heard.client),
        "rule": max(-5.0, min(5.0, detection.score)),
        "reported": float(said),
        "topic": float(topic_seen),
        "stands": float(said and topic_seen and detection.stands),
    }


@dataclass(frozen=True, slots=True)
class Verdict:
    """Per clause the calibrated chance of severity 2 or more; what is reported and what the gate held back.

    `topics`: the protected topics seen; their sentences are not stored.
    """

    chances: Mapping[Clause, float]
    reported: frozenset[Clause]
    withheld: frozenset[Clause]
    topics: tuple[Protected, ...]

    def loudness(self, clause: Clause) -> float:
        """The chance of a clause that is reported, 0 of one that is not."""
        return self.chances[clause] if clause in self.reported else 0.0


def verdict_of(
    blend: Blend, heard: Probabilities, found: Mapping[Clause, Detection], topics: Sequence[Protected]
) -> Verdict:
    """Weigh model and rules. A protected topic silences clauses 1, 4, 5 and 6 unless the words stand on their own.

    Where the topic is plain, the chances of what it silences are one fixed figure each, so that no side of it can move
    them. Before clause 1 the gate closes at a faint suspicion already.
    """
    seen = bool(topics)
    chances = {
        clause: blend.curves[clause].chance(features_of(clause, heard, found[clause], topic_seen=seen))
        for clause in Clause
    }
    chances |= {
        clause: max(chances[clause], blend.report[clause])
        for clause in Clause
        if chances[clause] >= blend.report[clause] * share_needed(found[clause])
    }
    protected = blend.gate.chance({"protected": log_odds(heard.protected), "topic": float(seen)})
    plain = seen or protected >= blend.plain
    closed = SILENCED if plain else SILENCED & {FIRST_TO_CLOSE} if protected >= blend.closed else frozenset[Clause]()
    over = frozenset(clause for clause in Clause if chances[clause] >= blend.report[clause])
    slight = frozenset(clause for clause in Clause if is_slight(heard, clause, found[clause]))
    silent = frozenset(clause for clause in (over | slight) & closed if chances[clause] < blend.stands[clause])
    held = closed - (over - silent)
    return Verdict(
        chances={
            clause: blend.held(clause, chance, plain=plain) if clause in held else chance
            for clause, chance in chances.items()
        },
        reported=(over | slight) - silent,
        withheld=silent,
        topics=_topics(topics, heard) if plain else (),
    )


def share_needed(detection: Detection) -> float:
    """The share of the clause's threshold that the chance must reach, by what the rules read.

    None for an answer at length to a person who asks about themselves: a matter of who speaks to whom, not of tone.
    Half for what they read as critical: a long text dilutes the model's voice, and it may clearly deny it.
    """
    if reported(detection) and detection.clause is Clause.THERAPEUTIC and detection.stands:
        return 0.0
    return _HALF if reported(detection) and detection.severity is Severity.S4 else 1.0


def is_slight(heard: Probabilities, clause: Clause, detection: Detection) -> bool:
    """A matter for a reminder: the rules see S1, and the model does not deny it."""
    return reported(detection) and detection.severity is Severity.S1 and heard.mild[clause] >= _HALF


def _topics(topics: Sequence[Protected], heard: Probabilities) -> tuple[Protected, ...]:
    """Those the rules saw and those the model is sure of; where neither names one, the model's likeliest."""
    sure = {topic for topic, chance in heard.topics.items() if chance >= _HALF}
    named = set(topics) | sure or {max(Protected, key=lambda topic: heard.topics[topic])}
    return tuple(topic for topic in Protected if topic in named)


@dataclass(frozen=True)
class Local:
    """The model with its blend: what scoring asks where weights are at hand."""

    classifier: Classifier
    blend: Blend

    @property
    def version(self) -> str:
        """Names weights and blend exactly."""
        return f"{self.classifier.version}-{self.blend.version}"


@cache
def load_local(folder: Path = WEIGHTS) -> Local | None:
    """Model and blend of a folder, loaded once; None where either is absent, and then the rules judge alone."""
    classifier, blend = load_classifier(folder), load_blend(folder / "blend.json")
    return Local(classifier, blend) if classifier and blend else None
