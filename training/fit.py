"""Fits the blend of model and rules: a logistic regression a clause, the gate, and the thresholds of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from analyzers.model.blend import FEATURES, GATE_FEATURES, SILENCED
from domain.findings import Clause
from training.signals import REPORTED, SCORE, STANDS, of_clause, topic_seen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Array = np.ndarray[Any, Any]

_REACH = 6.0
_RULE_REACH = 5.0
_RIDGE = 0.5


@dataclass(frozen=True)
class Fitted:
    """A logistic regression in the units of its features."""

    names: tuple[str, ...]
    weights: Array
    offset: float

    def chance(self, features: Array) -> Array:
        """(rows,) probabilities."""
        return np.asarray(1 / (1 + np.exp(-np.clip(features @ self.weights + self.offset, -30, 30))))

    def as_json(self) -> dict[str, Any]:
        """For blend.json."""
        pairs = zip(self.names, self.weights.tolist(), strict=True)
        return {"weights": {name: round(weight, 4) for name, weight in pairs}, "offset": round(self.offset, 4)}


def features(logits: Array, outputs: Sequence[str], signals: Array, number: int, *, rules: bool = True) -> Array:
    """(rows, FEATURES) of the clause with this number, the same as `analyzers.model.blend.features_of`."""
    clause = list(Clause)[number].value

    def heard(name: str) -> Array:
        return np.clip(logits[:, outputs.index(name)], -_REACH, _REACH)

    said, topic = of_clause(signals, number, REPORTED), topic_seen(signals)
    columns = {
        "clause": heard(f"clause.{clause}"),
        "mild": heard(f"mild.{clause}"),
        "violation": heard("violation"),
        "protected": heard("protected"),
        "client": heard("client"),
        "rule": np.clip(of_clause(signals, number, SCORE), -_RULE_REACH, _RULE_REACH),
        "reported": said,
        "topic": topic,
        "stands": said * topic * of_clause(signals, number, STANDS),
    }
    keep = 1.0 if rules else 0.0
    model_only = {"clause", "mild", "violation", "protected", "client"}
    return np.stack([columns[name] * (1.0 if name in model_only else keep) for name in FEATURES], axis=1)


def gate_features(logits: Array, outputs: Sequence[str], signals: Array) -> Array:
    """(rows, GATE_FEATURES)."""
    protected = np.clip(logits[:, outputs.index("protected")], -_REACH, _REACH)
    return np.stack([protected, topic_seen(signals)], axis=1)


def fit(inputs: Array, wanted: Array, names: tuple[str, ...] = FEATURES) -> Fitted:
    """Ridge logistic regression on standardised features, told in their own units."""
    mean, spread = inputs.mean(0), inputs.std(0) + 1e-6
    spread[inputs.std(0) < 1e-6] = 1e6  # noqa: PLR2004 - a feature that never moves says nothing
    model = LogisticRegression(C=_RIDGE, max_iter=1000).fit((inputs - mean) / spread, wanted)
    weights = model.coef_[0] / spread
    return Fitted(names, weights, float(model.intercept_[0] - (weights * mean).sum()))


def fit_gate(inputs: Array, wanted: Array) -> Fitted:
    """The same for the protected topics."""
    return fit(inputs, wanted, GATE_FEATURES)


def best_threshold(chances: Array, wanted: Array, beta: float = 1.0) -> float:
    """The threshold with the best F-beta."""
    grid = np.unique(np.round(chances, 3))
    scores = [_f_beta(chances >= step, wanted > 0, beta) for step in grid]
    return float(grid[int(np.argmax(scores))])


def _f_beta(flagged: Array, true: Array, beta: float) -> float:
    hits = (flagged & true).sum()
    return float((1 + beta**2) * hits / max(1.0, beta**2 * true.sum() + flagged.sum()))


@dataclass(frozen=True)
class Thresholds:
    """Where each clause is reported, where it is heard in spite of a protected topic, and where the gate closes.

    `withheld`: what is told of a clause held back on a topic that is `plain`, the share of true violations there.
    """

    report: Mapping[Clause, float]
    stands: Mapping[Clause, float]
    withheld: Mapping[Clause, float]
    closed: float
    plain: float

    def reported(self, chances: Array, closed: Array) -> Array:
        """(rows, clauses): what would reach a reviewer; `closed`, of the same shape, tells where the gate is shut."""
        over = np.stack([chances[:, number] >= self.report[clause] for number, clause in enumerate(Clause)], axis=1)
        for number, clause in enumerate(Clause):
            if clause in SILENCED:
                over[:, number] &= ~closed[:, number] | (chances[:, number] >= self.stands[clause])
        return over
