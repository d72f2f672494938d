"""How well a practice's own model does as a second reader, measured on a labelled file against the detector."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analyzers.statistics import Proportion
from domain.opinions import Stand
from monitor.opinions import question_about

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from analyzers.packets import Labelled
    from domain.findings import Clause, Finding, Scored
    from opinion.ask import Asker

_BORDERLINE = 1


@dataclass(frozen=True, slots=True)
class OpinionQuality:
    """Of the findings in the uncertain band: what became of each, and who was right.

    Right: the reader called a violation what is labelled 2 or more, or fine what is labelled 0; label 1 is left out
    and counted in `borderline`. `model` and `detector` judge the very same findings, so they can be compared.
    """

    model_name: str
    prompt_version: str
    in_band: int
    unfit: int
    unasked: int
    borderline: int
    none: Mapping[str, int]
    model: Proportion
    detector: Proportion
    agreements: Proportion
    """Of the model's agreements, those that are right."""
    disagreements: Proportion
    """Of the model's disagreements, those that are right."""


@dataclass(slots=True)
class _Tally:
    in_band: int = 0
    unfit: int = 0
    unasked: int = 0
    borderline: int = 0
    none: Counter[str] = field(default_factory=Counter)
    verdicts: list[tuple[bool, bool]] = field(default_factory=list)
    """(the model agrees with the finding, it is labelled a violation)."""


def measure(
    pairs: Iterable[tuple[Labelled, Scored]], bands: Mapping[Clause, tuple[float, float]], asker: Asker
) -> OpinionQuality:
    """Put every finding in its band to the model, as the monitor would, and hold the answers against the labels."""
    tally = _Tally()
    for labelled, scored in pairs:
        for finding in _in_band(scored, bands):
            tally.in_band += 1
            _ask(tally, labelled, scored, finding, asker)
    verdicts = tally.verdicts
    return OpinionQuality(
        model_name=asker.model,
        prompt_version=asker.prompt.version,
        in_band=tally.in_band,
        unfit=tally.unfit,
        unasked=tally.unasked,
        borderline=tally.borderline,
        none=dict(tally.none),
        model=_share(agrees is violation for agrees, violation in verdicts),
        detector=_share(violation for _, violation in verdicts),
        agreements=_share(violation for agrees, violation in verdicts if agrees),
        disagreements=_share(not violation for agrees, violation in verdicts if not agrees),
    )


def _in_band(scored: Scored, bands: Mapping[Clause, tuple[float, float]]) -> Iterator[Finding]:
    for finding in scored.findings:
        low, high = bands.get(finding.clause, (1.0, 0.0))
        if low <= finding.probability <= high:
            yield finding


def _ask(tally: _Tally, labelled: Labelled, scored: Scored, finding: Finding, asker: Asker) -> None:
    question = question_about(finding.clause, labelled.packet, scored)
    if question is None:
        tally.unfit += 1
        return
    opinion = asker.ask(question)
    label = labelled.labels[finding.clause]
    if opinion is None:
        tally.unasked += 1
    elif opinion.stand is Stand.NONE:
        tally.none[opinion.problem or "unsure"] += 1
    elif label == _BORDERLINE:
        tally.borderline += 1
    else:
        tally.verdicts.append((opinion.stand is Stand.AGREES, label > _BORDERLINE))


def _share(outcomes: Iterable[bool]) -> Proportion:
    seen = list(outcomes)
    return Proportion(sum(seen), len(seen))


def _shares(quality: OpinionQuality) -> dict[str, Proportion]:
    return {
        "model right": quality.model,
        "detector right, same items": quality.detector,
        "agreements right": quality.agreements,
        "disagreements right": quality.disagreements,
    }


def opinion_table(quality: OpinionQuality) -> str:
    """The figures as text, with 95 % Wilson intervals in brackets."""
    none = ", ".join(f"{name} {count}" for name, count in sorted(quality.none.items())) or "0"
    lines = [
        f"second opinion: {quality.model_name}, prompt {quality.prompt_version}",
        f"findings in the band {quality.in_band}, may not be asked {quality.unfit}, not asked {quality.unasked}",
        f"no opinion {none}, labelled borderline {quality.borderline}",
    ]
    for name, share in _shares(quality).items():
        interval = "" if share.interval is None else f" [{share.interval[0]:.2f}-{share.interval[1]:.2f}]"
        value = "-" if share.value is None else f"{share.value:.3f}{interval}"
        lines.append(f"{name:<28}{share.hits:>4} of {share.total:<6}{value}")
    return "\n".join(lines)


def opinion_json(quality: OpinionQuality) -> dict[str, Any]:
    """The figures as plain data."""
    return {
        "model": quality.model_name,
        "prompt_version": quality.prompt_version,
        "in_band": quality.in_band,
        "unfit": quality.unfit,
        "unasked": quality.unasked,
        "borderline": quality.borderline,
        "none": dict(quality.none),
        **{
            name.replace(", ", " ").replace(" ", "_"): {
                "hits": share.hits,
                "total": share.total,
                "value": share.value,
                "interval": list(share.interval) if share.interval else None,
            }
            for name, share in _shares(quality).items()
        },
    }
