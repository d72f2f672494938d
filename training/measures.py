"""The measures of model selection, in one table: per clause and per post, with and without tell-tale words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import precision_recall_curve, roc_auc_score

from analyzers.model.blend import SILENCED
from domain.findings import Clause

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.evaluate import Study

    Array = np.ndarray[Any, Any]

_ALARMS = 0.03
_BINS = 10


@dataclass(frozen=True)
class Outcome:
    """One judge: scores (posts, clauses), reports, and reports at severity 2 or more."""

    name: str
    scores: Array
    reports: Array
    graver: Array


def best_f1(wanted: Array, scores: Array) -> float:
    """The best F1 over all thresholds: an upper bound, since the threshold is chosen on the same posts."""
    precision, recall, _ = precision_recall_curve(wanted, scores)
    return float(np.max(2 * precision * recall / np.maximum(precision + recall, 1e-9)))


def recall_at(wanted: Array, scores: Array, alarms: float = _ALARMS) -> float:
    """Recall at the threshold that flags this share of the negatives."""
    return float((scores[wanted > 0] > np.quantile(scores[wanted == 0], 1 - alarms)).mean())


def f1_of(flagged: Array, wanted: Array) -> float:
    """F1 of decisions."""
    return float(2 * (flagged & wanted).sum() / max(1, flagged.sum() + wanted.sum()))


def compare(study: Study, outcomes: Sequence[Outcome], chosen: Array) -> str:
    """A line a judge over the posts chosen: ranking first, then what its own thresholds report."""
    verdict = np.array([entry["verdict"] for entry in study.index])
    hard = np.array([entry["hard"] for entry in study.index])
    clear = chosen & (verdict != "borderline")
    wanted = (verdict == "violation")[clear]
    plus = clear & (hard == "HARD+") & (verdict == "violation")
    fine = chosen & (verdict == "fine")
    gated = [number for number, clause in enumerate(Clause) if clause in SILENCED]
    lines = [f"{clear.sum()} posts, {wanted.sum()} violations"]
    for outcome in outcomes:
        post = outcome.scores.max(1)
        at = np.quantile(post[fine], 1 - _ALARMS)
        flagged = np.asarray(outcome.graver.any(1))
        leaks = outcome.reports[fine & study.protected][:, gated].any(1)
        lines.append(
            f"{outcome.name:<7} post AUC {roc_auc_score(wanted, post[clear]):.3f}"
            f" best F1 {best_f1(wanted, post[clear]):.3f}"
            f" recall at 3 % {recall_at(wanted, post[clear]):.3f} HARD+ {(post[plus] > at).mean():.3f}"
            f" | recall {flagged[clear][wanted].mean():.3f} alarms {flagged[fine].mean():.3f}"
            f" F1 {f1_of(flagged[clear], wanted):.3f} HARD+ {flagged[plus].mean():.3f}"
            f" HARD- {flagged[fine & (hard == 'HARD-')].mean():.3f} leaks {leaks.sum()}/{len(leaks)}"
        )
        lines.append(
            "        clauses " + "  ".join(_clause(study, outcome, chosen, number) for number in range(len(Clause)))
        )
    return "\n".join(lines)


def _clause(study: Study, outcome: Outcome, chosen: Array, number: int) -> str:
    use = chosen & study.known(number)
    wanted = study.labels[use, number] > 1
    area = roc_auc_score(wanted, outcome.scores[use, number])
    return f"{number + 1}: F1 {f1_of(outcome.reports[use, number], wanted):.2f} AUC {area:.3f}"


def expected_error(chances: Array, wanted: Array) -> float:
    """Expected calibration error over ten bins of equal width."""
    places = np.minimum((chances * _BINS).astype(int), _BINS - 1)
    parts = (
        (places == number).mean() * abs(chances[places == number].mean() - wanted[places == number].mean())
        for number in range(_BINS)
        if (places == number).any()
    )
    return float(sum(parts))


def describe(study: Study, chances: Array, reports: Array, closed: Array) -> str:
    """Calibration, the gate, swaps, and each writer by itself."""
    chosen = study.untuned
    errors = [
        expected_error(chances[use, number], study.labels[use, number] > 1)
        for number in range(len(Clause))
        for use in [chosen & study.known(number)]
    ]
    lines = ["calibration error by clause " + " ".join(f"{error:.3f}" for error in errors)]
    lines.append(
        f"gate: closed on {closed[chosen & study.protected].mean():.3f} of protected posts,"
        f" {closed[chosen & ~study.protected].mean():.3f} of others"
    )
    lines.append(_swaps(study, chances, chosen))
    verdict = np.array([entry["verdict"] for entry in study.index])
    source = np.array([entry["source"] for entry in study.index])
    for name in sorted(set(source[chosen].tolist())):
        own = (source == name) & (verdict != "borderline")
        bad = verdict[own] == "violation"
        flagged = reports[own].any(1)
        lines.append(
            f"  {name}: AUC {roc_auc_score(bad, chances[own].max(1)):.3f} recall {flagged[bad].mean():.3f}"
            f" alarms {flagged[~bad].mean():.3f} F1 {f1_of(flagged, bad):.3f}"
        )
    return "\n".join(lines)


def _swaps(study: Study, chances: Array, chosen: Array) -> str:
    groups = study.rows.swap[study.labelled]
    widest = [
        float(np.ptp(chances[members], axis=0).max())
        for group in sorted(set(groups[chosen].tolist()) - {-1})
        for members in [np.flatnonzero(groups == group)]
        if len(members) > 1
    ]
    moved = sum(width > 0.05 for width in widest)  # noqa: PLR2004 - EVALUATION's tolerance
    return f"swaps: {moved} of {len(widest)} groups move by more than 0.05, median {np.median(widest):.3f}"
