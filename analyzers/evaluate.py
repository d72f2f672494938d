"""How well the analyzers do on labelled posts: every measure of EVALUATION.md, with intervals.

Per clause: positive = label >= 2, negative = label 0, label 1 left out; flagged = a finding of severity >= 1.
Per post: positive = verdict "violation", negative = "fine", "borderline" left out; flagged = a finding of
severity >= 2.
Proportions carry 95 % Wilson intervals, F1 and AUC the middle 95 % of a seeded bootstrap over posts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analyzers.statistics import Estimate, Proportion, auc, bootstrap, f1
from domain.findings import Clause, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from analyzers.packets import Labelled
    from domain.findings import Scored

SWAP_TOLERANCE = 0.05
_GATED = frozenset({Clause.SEPARATION, Clause.CONDUCT, Clause.ENDORSEMENT, Clause.OPINION})
_CRITICAL = 4


@dataclass(frozen=True, slots=True)
class _Case:
    """One yes-or-no decision: what is true, whether it was flagged, and the probability given."""

    positive: bool
    flagged: bool
    probability: float


@dataclass(frozen=True, slots=True)
class Quality:
    """Precision, recall, F1 and ROC AUC of one decision."""

    positives: int
    negatives: int
    precision: Proportion
    recall: Proportion
    f1: Estimate
    auc: Estimate


@dataclass(frozen=True, slots=True)
class Swaps:
    """Groups of posts that differ in party, faith, cause, dialect or group alone.

    `moved` are the names of groups with a probability that differs by more than 0.05, `widest` the largest difference.
    """

    groups: int
    moved: tuple[str, ...]
    widest: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All measures over one labelled file."""

    posts: int
    not_assessed: int
    clauses: Mapping[Clause, Quality]
    post: Quality
    false_alarms: Proportion
    hard_plus_recall: Proportion
    hard_minus_alarms: Proportion
    protected_leak: Proportion
    critical_recall: Proportion
    span_overlap: Proportion
    swaps: Swaps


def evaluate(pairs: Iterable[tuple[Labelled, Scored]]) -> Evaluation:
    """Measure verdicts against annotations."""
    rows = list(pairs)
    fine = [(labelled, scored) for labelled, scored in rows if labelled.verdict == "fine"]
    bad = [(labelled, scored) for labelled, scored in rows if labelled.verdict == "violation"]
    return Evaluation(
        posts=len(rows),
        not_assessed=sum(scored.language != "en" for _, scored in rows),
        clauses={clause: _quality(_clause_cases(rows, clause)) for clause in Clause},
        post=_quality(_post_cases(fine, bad)),
        false_alarms=_share(_alarmed(scored) for _, scored in fine),
        hard_plus_recall=_share(_alarmed(scored) for labelled, scored in bad if labelled.hard == "HARD+"),
        hard_minus_alarms=_share(_alarmed(scored) for labelled, scored in fine if labelled.hard == "HARD-"),
        protected_leak=_share(_leaks(scored) for labelled, scored in fine if labelled.protected),
        critical_recall=_share(_seen_grave(labelled, scored) for labelled, scored in rows if _critical(labelled)),
        span_overlap=_share(
            _overlaps(labelled, scored) for labelled, scored in bad if labelled.span and _right(labelled, scored)
        ),
        swaps=_swaps(rows),
    )


def _share(outcomes: Iterable[bool]) -> Proportion:
    seen = list(outcomes)
    return Proportion(sum(seen), len(seen))


def _clause_cases(rows: Sequence[tuple[Labelled, Scored]], clause: Clause) -> list[_Case]:
    return [
        _Case(
            positive=labelled.labels[clause] > 1,
            flagged=any(finding.clause is clause and finding.severity >= Severity.S1 for finding in scored.findings),
            probability=scored.clauses[clause],
        )
        for labelled, scored in rows
        if labelled.labels[clause] != 1
    ]


def _post_cases(fine: Sequence[tuple[Labelled, Scored]], bad: Sequence[tuple[Labelled, Scored]]) -> list[_Case]:
    """The post's probability is that of its most probable clause."""
    return [
        _Case(positive=positive, flagged=_alarmed(scored), probability=max(scored.clauses.values()))
        for positive, rows in ((True, bad), (False, fine))
        for _, scored in rows
    ]


def _quality(cases: Sequence[_Case]) -> Quality:
    hits = sum(case.positive and case.flagged for case in cases)
    positives = sum(case.positive for case in cases)
    return Quality(
        positives=positives,
        negatives=len(cases) - positives,
        precision=Proportion(hits, sum(case.flagged for case in cases)),
        recall=Proportion(hits, positives),
        f1=bootstrap(cases, _f1),
        auc=bootstrap(cases, _auc),
    )


def _f1(cases: Sequence[_Case]) -> float | None:
    hits = sum(case.positive and case.flagged for case in cases)
    flagged, positives = sum(case.flagged for case in cases), sum(case.positive for case in cases)
    return f1(hits, flagged - hits, positives - hits)


def _auc(cases: Sequence[_Case]) -> float | None:
    return auc(
        [case.probability for case in cases if case.positive], [case.probability for case in cases if not case.positive]
    )


def _alarmed(scored: Scored) -> bool:
    return any(finding.severity >= Severity.S2 for finding in scored.findings)


def _leaks(scored: Scored) -> bool:
    return any(finding.clause in _GATED for finding in scored.findings)


def _critical(labelled: Labelled) -> bool:
    return _CRITICAL in labelled.labels.values()


def _seen_grave(labelled: Labelled, scored: Scored) -> bool:
    """Whether a clause labelled S4 was reported at S3 or more."""
    grave = {clause for clause, label in labelled.labels.items() if label == _CRITICAL}
    return any(finding.clause in grave and finding.severity >= Severity.S3 for finding in scored.findings)


def _right(labelled: Labelled, scored: Scored) -> bool:
    return any(labelled.labels[finding.clause] > 1 for finding in scored.findings)


def _overlaps(labelled: Labelled, scored: Scored) -> bool:
    """Whether a right finding quotes at least one character of the annotator's span."""
    fields = _fields(labelled)
    quoted = [span for finding in scored.findings if labelled.labels[finding.clause] > 1 for span in finding.spans]
    for span in quoted:
        start = fields.get(span.field, "").find(labelled.span)
        if start >= 0 and span.start < start + len(labelled.span) and start < span.end:
            return True
    return False


def _fields(labelled: Labelled) -> dict[str, str]:
    packet = labelled.packet
    alts = {f"media.{index}.alt": alt for index, alt in enumerate(packet.media)}
    return {"text": packet.text, "bio": packet.bio or "", **alts}


def _swaps(rows: Sequence[tuple[Labelled, Scored]]) -> Swaps:
    groups: dict[str, list[Scored]] = {}
    for labelled, scored in rows:
        if labelled.swap:
            groups.setdefault(labelled.swap, []).append(scored)
    ranges = {name: _range(members) for name, members in groups.items() if len(members) > 1}
    moved = tuple(name for name, difference in ranges.items() if difference > SWAP_TOLERANCE)
    return Swaps(len(ranges), moved, max(ranges.values(), default=0.0))


def _range(members: Sequence[Scored]) -> float:
    """The largest difference of any clause's probability within a group."""
    return max(
        max(scored.clauses[clause] for scored in members) - min(scored.clauses[clause] for scored in members)
        for clause in Clause
    )


def table(evaluation: Evaluation) -> str:
    """The measures as text, one a line, with 95 % intervals in brackets."""
    lines = [f"posts {evaluation.posts}, not assessed {evaluation.not_assessed}", ""]
    lines.append(f"{'':<8}{'n+':>5}{'n-':>6}  {'precision':<18}{'recall':<18}{'F1':<18}{'AUC':<18}".rstrip())
    rows = [
        *((f"clause {clause.value}", quality) for clause, quality in evaluation.clauses.items()),
        ("post", evaluation.post),
    ]
    for name, quality in rows:
        cells = "".join(
            f"{_cell(figure):<18}" for figure in (quality.precision, quality.recall, quality.f1, quality.auc)
        )
        lines.append(f"{name:<8}{quality.positives:>5}{quality.negatives:>6}  {cells}".rstrip())
    lines.append("")
    for name, share in _shares(evaluation).items():
        lines.append(f"{name.replace('_', ' '):<20}{share.hits:>4} of {share.total:<6}{_cell(share)}")
    swaps = evaluation.swaps
    lines.append(f"{'swap groups':<20}{len(swaps.moved):>4} of {swaps.groups:<6}moved, widest {swaps.widest:.3f}")
    return "\n".join(lines)


def _cell(figure: Proportion | Estimate) -> str:
    if figure.value is None:
        return "-"
    if figure.interval is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} [{figure.interval[0]:.2f}-{figure.interval[1]:.2f}]"


def _shares(evaluation: Evaluation) -> dict[str, Proportion]:
    return {
        "false_alarms": evaluation.false_alarms,
        "hard_plus_recall": evaluation.hard_plus_recall,
        "hard_minus_alarms": evaluation.hard_minus_alarms,
        "protected_leak": evaluation.protected_leak,
        "critical_recall": evaluation.critical_recall,
        "span_overlap": evaluation.span_overlap,
    }


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """The measures as plain data: figures with "value" and "interval", proportions also with "hits" and "total"."""
    swaps = evaluation.swaps
    return {
        "posts": evaluation.posts,
        "not_assessed": evaluation.not_assessed,
        "clauses": {clause.value: _quality_json(quality) for clause, quality in evaluation.clauses.items()},
        "post": _quality_json(evaluation.post),
        **{name: _figure_json(share) for name, share in _shares(evaluation).items()},
        "swaps": {"groups": swaps.groups, "moved": list(swaps.moved), "widest": swaps.widest},
    }


def _quality_json(quality: Quality) -> dict[str, Any]:
    return {
        "positives": quality.positives,
        "negatives": quality.negatives,
        "precision": _figure_json(quality.precision),
        "recall": _figure_json(quality.recall),
        "f1": _figure_json(quality.f1),
        "auc": _figure_json(quality.auc),
    }


def _figure_json(figure: Proportion | Estimate) -> dict[str, Any]:
    counts = {"hits": figure.hits, "total": figure.total} if isinstance(figure, Proportion) else {}
    return {"value": figure.value, "interval": list(figure.interval) if figure.interval else None, **counts}
