"""Judges of the same labelled posts side by side: the measures of `analyzers.evaluate` as a table, and differences."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from analyzers.evaluate import evaluate
from analyzers.statistics import Estimate, Proportion, auc, bootstrap, f1
from domain.findings import Clause, Finding, Scored, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analyzers.evaluate import Evaluation
    from analyzers.packets import Labelled
    from domain.findings import Packet

Figure = Proportion | Estimate


@dataclass(frozen=True)
class Standing:
    """One judge: its verdicts in the order of the posts, and where its thresholds come from."""

    name: str
    posts: Sequence[Labelled]
    verdicts: Sequence[Scored]
    thresholds: str = ""

    @cached_property
    def evaluation(self) -> Evaluation:
        """All measures."""
        return evaluate(zip(self.posts, self.verdicts, strict=True))

    def figures(self, alarms: int) -> Mapping[str, Figure]:
        """Name -> measure. `alarms`: how many fine posts may be flagged in the measure at equal alarms."""
        found = self.evaluation
        return {
            "post AUC": found.post.auc,
            "post F1": found.post.f1,
            "precision": found.post.precision,
            "recall": found.post.recall,
            "alarms on fine": found.false_alarms,
            "recall at equal alarms": self.recall_at(alarms),
            "HARD+ recall": found.hard_plus_recall,
            "HARD- alarms": found.hard_minus_alarms,
            **{f"clause {clause.value} F1": found.clauses[clause].f1 for clause in Clause},
            "protected leak": found.protected_leak,
            "swap groups moved": Proportion(len(found.swaps.moved), found.swaps.groups),
        }

    def recall_at(self, alarms: int) -> Proportion:
        """Violations ranked above all fine posts but `alarms` of them, by the most probable clause.

        The threshold is chosen on the posts asked: fair between judges, too kind to each.
        """
        loudness = [(labelled.verdict, max(scored.clauses.values())) for labelled, scored in self._pairs()]
        fine = sorted((chance for verdict, chance in loudness if verdict == "fine"), reverse=True)
        bad = [chance for verdict, chance in loudness if verdict == "violation"]
        limit = fine[alarms] if alarms < len(fine) else -1.0
        return Proportion(sum(chance > limit for chance in bad), len(bad))

    def cases(self) -> list[tuple[bool, bool, float]]:
        """Truth, flagged, chance of each post that is plainly fine or plainly not."""
        return [
            (
                labelled.verdict == "violation",
                any(finding.severity >= Severity.S2 for finding in scored.findings),
                max(scored.clauses.values()),
            )
            for labelled, scored in self._pairs()
            if labelled.verdict != "borderline"
        ]

    def _pairs(self) -> list[tuple[Labelled, Scored]]:
        return list(zip(self.posts, self.verdicts, strict=True))


def verdict(packet: Packet, chances: Mapping[Clause, float], limits: Mapping[Clause, float]) -> Scored:
    """A judge's chances as a verdict: a finding at S2 for each clause that reaches its limit; others are not judged."""
    return Scored(
        id=packet.id,
        clauses={clause: chances.get(clause, 0.0) for clause in Clause},
        findings=tuple(
            Finding(clause, Severity.S2, chance, (), "", "rival", "")
            for clause, chance in chances.items()
            if chance >= limits[clause]
        ),
    )


def table(standings: Sequence[Standing], alarms: int) -> str:
    """Markdown: a row a measure, a column a judge, 95 % intervals in brackets."""
    columns = [standing.figures(alarms) for standing in standings]
    lines = [_row(["", *(standing.name for standing in standings)]), _row(["---"] * (1 + len(standings)))]
    lines += [_row([name, *(cell(column[name]) for column in columns)]) for name in columns[0]]
    lines.append(_row(["thresholds", *(standing.thresholds for standing in standings)]))
    return "\n".join(lines)


def cell(figure: Figure) -> str:
    """A figure with its interval; of a proportion below a tenth, also how many of how many."""
    if figure.value is None:
        return "-"
    counted = f"{figure.hits}/{figure.total}, " if isinstance(figure, Proportion) and figure.value < 0.1 else ""  # noqa: PLR2004 - few
    interval = f" [{figure.interval[0]:.2f}-{figure.interval[1]:.2f}]" if figure.interval else ""
    return f"{counted}{figure.value:.3f}{interval}"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


@dataclass(frozen=True, slots=True)
class Change:
    """What is lost or won between two judges of the same posts, each post drawn together with itself."""

    auc: Estimate
    f1: Estimate


def change(whole: Standing, other: Standing) -> Change:
    """`other` minus `whole`, with paired bootstrap intervals: of AUC and F1 of posts."""
    pairs = list(zip(whole.cases(), other.cases(), strict=True))
    return Change(
        auc=bootstrap(pairs, lambda drawn: _less(_auc([b for _, b in drawn]), _auc([a for a, _ in drawn]))),
        f1=bootstrap(pairs, lambda drawn: _less(_f1([b for _, b in drawn]), _f1([a for a, _ in drawn]))),
    )


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _auc(cases: Sequence[tuple[bool, bool, float]]) -> float | None:
    return auc([chance for true, _, chance in cases if true], [chance for true, _, chance in cases if not true])


def _f1(cases: Sequence[tuple[bool, bool, float]]) -> float | None:
    hits = sum(true and flagged for true, flagged, _ in cases)
    return f1(
        hits,
        sum(flagged for _, flagged, _ in cases) - hits,
        sum(true for true, _, _ in cases) - hits,
    )
