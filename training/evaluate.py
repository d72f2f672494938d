"""Measure model, rules and their blend on writers that were left out, fit the blend, and write blend.json.

The blend is fitted and measured on the files named by `--untuned`: no rule was written with an eye on them. Each
fold's curves and thresholds come from the other folds, and so do the logits they read.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from analyzers.model.blend import FIRST_TO_CLOSE, SILENCED
from domain.findings import Clause
from training.fit import Thresholds, best_threshold, features, fit, fit_gate, gate_features
from training.measures import Outcome, compare, describe
from training.rows import LABELLED, MEASURED, load_rows
from training.signals import REPORTED, SEVERITY, STANDS, of_clause, topic_seen

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from training.fit import Fitted
    from training.rows import Rows

    Array = np.ndarray[Any, Any]

_GATE_AT = 0.02
_PLAIN_AT = 0.25
_MARGIN = 0.06
_ORDINARY_ALARMS = (0.0005, 0.001, 0.0005, 0.0015, 0.002, 0.001)
"""Share of ordinary public texts that each clause may point at; together they stay under 0.6 %.
Clauses 4 and 5 have the most: among strangers' posts are real insults and referral codes, right to report.
"""
_NUMBERS = range(len(Clause))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of this step."""
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--trained", type=Path, required=True)
    parser.add_argument("--role", default="frozen")
    parser.add_argument("--before", type=Path, nargs=2, metavar=("WORK", "TRAINED"), help="what `adapt` started from")
    parser.add_argument("--untuned", default="K,L,M,N,O,P,Q,R,S,U,V", help="files that no rule was tuned on")
    parser.add_argument("--beta", type=float, default=0.7, help="below 1 weighs precision more than recall")
    parser.add_argument("--blend", type=Path, help="write the fitted blend here")


@dataclass(frozen=True, slots=True)
class Adapted:
    """Where the students came from that `adapt` went on with: their rows, and their logits fold by fold."""

    work: Path
    trained: Path


def _mean(paths: Sequence[Path]) -> Array:
    if not paths:
        raise FileNotFoundError("no logits to read: train first")
    return np.asarray(np.mean([np.load(path)["logits"].astype(np.float32) for path in paths], axis=0))


class Study:
    """All that is known of the labelled posts and of the public texts kept for measuring."""

    def __init__(self, work: Path, trained: Path, role: str, untuned: Sequence[str], adapted: Adapted | None) -> None:
        self.rows: Rows = load_rows(work / "rows.npz")
        self.outputs = (work / "outputs.txt").read_text(encoding="utf-8").split()
        signals = np.load(work / "signals.npz")["signals"]
        self.labelled = np.flatnonzero(self.rows.kind == LABELLED)
        self.index = [json.loads(line) for line in (work / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
        self.signals = signals[self.labelled]
        self.fold = self.rows.fold[self.labelled]
        self.folds = sorted(set(self.fold.tolist()))
        self.untuned = np.isin([entry["source"] for entry in self.index], list(untuned))
        self.public_signals = signals[self.rows.kind == MEASURED]
        self.logits, self.public = self._heard(trained, role) if adapted is None else self._kept(trained, role, adapted)
        self.labels = np.array([entry["labels"] for entry in self.index])
        self.protected = self.rows.targets[self.labelled, self.outputs.index("protected")] > 0

    def _heard(self, trained: Path, role: str) -> tuple[Array, Array]:
        """Logits of each post by models that never saw its file; of public texts, one answer a fold."""
        logits = np.zeros((len(self.labelled), len(self.outputs)), dtype=np.float32)
        public: list[Array] = []
        for fold in self.folds:
            mean = _mean(sorted(trained.glob(f"{role}-{fold}-?.npz")))
            logits[self.fold == fold] = mean[self.labelled][self.fold == fold]
            public.append(mean[self.rows.kind == MEASURED])
        return logits, np.stack(public)

    def _kept(self, trained: Path, role: str, adapted: Adapted) -> tuple[Array, Array]:
        """Logits told of each post before the adaptation, by models that never saw its file.

        A post that no fold knew was asked of the students of all posts before they were adapted to it. Public texts
        are asked of the students that ship, which never learnt from those kept for measuring.
        """
        early = Study(adapted.work, adapted.trained, role, (), None)
        places = {entry["post"]: number for number, entry in enumerate(early.index)}
        logits = _mean(sorted(trained.glob(f"{role}-all-?.before.npz")))[self.labelled]
        for number, entry in enumerate(self.index):
            place = places.get(entry["post"])
            if place is not None:
                logits[number] = early.logits[place]
        public = _mean(sorted(trained.glob(f"{role}-all-?.npz")))[self.rows.kind == MEASURED]
        return logits, np.stack([public] * len(self.folds))

    def known(self, number: int) -> Array:
        """Posts whose label for a clause is clear: 0, or 2 and more."""
        return np.asarray(self.labels[:, number] != 1)

    def rules_reported(self) -> Array:
        """(posts, clauses): what the rules alone report, at severity 2 or more in the second array."""
        topic = topic_seen(self.signals) > 0
        out = np.zeros((len(self.labelled), len(Clause)), dtype=bool)
        for number, clause in enumerate(Clause):
            out[:, number] = of_clause(self.signals, number, REPORTED) > 0
            if clause in SILENCED:
                out[:, number] &= ~topic | (of_clause(self.signals, number, STANDS) > 0)
        return out

    def rules_graver(self) -> Array:
        """(posts, clauses): reported by the rules at severity 2 or more."""
        severe = np.stack([of_clause(self.signals, number, SEVERITY) > 1 for number in _NUMBERS], axis=1)
        return self.rules_reported() & severe


def crossed(study: Study, beta: float, *, rules: bool) -> tuple[Array, Array, Array, list[float]]:
    """Chances and reports of the untuned posts, each by curves and thresholds of the other folds.

    Also before which clauses the gate was closed, and the share of public texts with a report, fold by fold.
    """
    chances = np.zeros((len(study.labelled), len(Clause)))
    reports = np.zeros_like(chances, dtype=bool)
    closed = np.zeros_like(chances, dtype=bool)
    alarms: list[float] = []
    for place, fold in enumerate(study.folds):
        seen, asked = study.untuned & (study.fold != fold), study.fold == fold
        curves, gate, limits = fitted(study, seen, beta, rules=rules)
        chances[asked] = _chances(curves, study.logits[asked], study, study.signals[asked], rules=rules)
        closed[asked] = _closed(gate, limits, study.logits[asked], study, study.signals[asked])
        reports[asked] = limits.reported(chances[asked], closed[asked])
        public = study.public[place]
        theirs = _chances(curves, public, study, study.public_signals, rules=rules)
        shut = _closed(gate, limits, public, study, study.public_signals)
        alarms.append(float(limits.reported(theirs, shut).any(1).mean()))
    return chances, reports, closed, alarms


def _chances(curves: Sequence[Fitted], logits: Array, study: Study, signals: Array, *, rules: bool) -> Array:
    return np.stack(
        [curves[number].chance(features(logits, study.outputs, signals, number, rules=rules)) for number in _NUMBERS],
        axis=1,
    )


def _closed(gate: Fitted, limits: Thresholds, logits: Array, study: Study, signals: Array) -> Array:
    """(posts, clauses): before which clauses the gate is closed."""
    steps = [limits.closed if clause is FIRST_TO_CLOSE else limits.plain for clause in Clause]
    return np.stack([_closed_at(gate, step, logits, study, signals) for step in steps], axis=1)


def _closed_at(gate: Fitted, limit: float, logits: Array, study: Study, signals: Array) -> Array:
    heard = gate.chance(gate_features(logits, study.outputs, signals)) >= limit
    return np.asarray(heard | (topic_seen(signals) > 0))


def fitted(study: Study, seen: Array, beta: float, *, rules: bool) -> tuple[list[Fitted], Fitted, Thresholds]:
    """Curves, gate and thresholds from these posts.

    A clause is heard through a closed gate from the highest chance on that a fine post on a protected topic got.
    """
    curves: list[Fitted] = []
    for number in _NUMBERS:
        use = seen & study.known(number)
        inputs = features(study.logits[use], study.outputs, study.signals[use], number, rules=rules)
        curves.append(fit(inputs, study.labels[use, number] > 1))
    gate = fit_gate(gate_features(study.logits[seen], study.outputs, study.signals[seen]), study.protected[seen])
    chances = _chances(curves, study.logits, study, study.signals, rules=rules)
    public = study.public.reshape(-1, study.public.shape[-1])
    ordinary = _chances(curves, public, study, np.tile(study.public_signals, (len(study.public), 1)), rules=rules)
    report: dict[Clause, float] = {}
    stands: dict[Clause, float] = {}
    fine = np.array([entry["verdict"] == "fine" for entry in study.index])
    for number, clause in enumerate(Clause):
        use = seen & study.known(number)
        best = best_threshold(chances[use, number], study.labels[use, number] > 1, beta)
        report[clause] = max(best, float(np.quantile(ordinary[:, number], 1 - _ORDINARY_ALARMS[number])))
        loudest = chances[seen & fine & study.protected, number].max(initial=0.0)
        stands[clause] = min(0.999, max(report[clause], float(loudest) + _MARGIN))
    closed = _closed_at(gate, _PLAIN_AT, study.logits[seen], study, study.signals[seen])
    withheld = {
        clause: float((study.labels[seen, number] > 1)[closed & (chances[seen, number] < stands[clause])].mean())
        for number, clause in enumerate(Clause)
    }
    return curves, gate, Thresholds(report, stands, withheld, _GATE_AT, _PLAIN_AT)


def main(options: argparse.Namespace) -> None:
    """Print the tables; write blend.json where asked."""
    untuned = options.untuned.split(",")
    study = Study(
        options.work, options.trained, options.role, untuned, Adapted(*options.before) if options.before else None
    )
    chances, reports, closed, alarms = crossed(study, options.beta, rules=True)
    alone, alone_reports, _, alone_alarms = crossed(study, options.beta, rules=False)
    rules = np.stack([study.signals[:, 4 * number] for number in _NUMBERS], axis=1)
    outcomes = [
        Outcome("rules", rules, study.rules_reported(), study.rules_graver()),
        Outcome("model", alone, alone_reports, alone_reports),
        Outcome("blend", chances, reports, reports),
    ]
    print(compare(study, outcomes, study.untuned))
    print(
        f"public alarms: model {np.mean(alone_alarms):.4f}, blend {np.mean(alarms):.4f} "
        f"({len(study.public_signals)} texts)"
    )
    print(describe(study, chances, reports, closed[:, list(Clause).index(FIRST_TO_CLOSE)]))
    if options.blend:
        _write(study, options)


def _write(study: Study, options: argparse.Namespace) -> None:
    curves, gate, limits = fitted(study, study.untuned, options.beta, rules=True)
    content: dict[str, Any] = {
        "clauses": {clause.value: curve.as_json() for clause, curve in zip(Clause, curves, strict=True)},
        "gate": gate.as_json(),
        "report": {clause.value: round(limits.report[clause], 3) for clause in Clause},
        "stands": {clause.value: round(limits.stands[clause], 3) for clause in Clause},
        "withheld": {clause.value: round(limits.withheld[clause], 3) for clause in Clause},
        "closed": limits.closed,
        "plain": limits.plain,
    }
    content["version"] = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
    options.blend.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
