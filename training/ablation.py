"""What each part of scoring is worth: the whole, then without each part in turn, on the same labelled posts.

Nothing is fitted again when a part goes: a line says what happens if the part fell out, not what the rest could learn
to do without it. Prints figures only.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analyzers.model.blend import load_local
from analyzers.model.classifier import WEIGHTS
from training.corpus import read_corpus
from training.parts import (
    Parts,
    as_typed,
    judged,
    unread,
    without_circumstances,
    without_gate,
    without_parent,
    without_sides,
    written_as_typed,
)
from training.standings import Standing, cell, change

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from analyzers.model.blend import Local
    from analyzers.packets import Labelled
    from training.standings import Figure

_CHANGED = ("precision", "recall", "alarms on fine", "recall at equal alarms", "HARD+ recall", "HARD- alarms")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of this step."""
    parser.add_argument("--files", type=Path, nargs="+", required=True, help="labelled posts")
    parser.add_argument("--model", type=Path, default=WEIGHTS, help="folder of the model")


def parts_in_turn(local: Local) -> Mapping[str, Parts]:
    """Name of what is left out -> the rest."""
    whole = Parts(local)
    return {
        "the local model": Parts(None),
        "the rules' signals": replace(whole, found=unread),
        "the gate": without_gate(local),
        "circumstances (model)": replace(whole, written=without_circumstances),
        "neutral words (model)": replace(whole, written=without_sides),
        "the post answered": replace(whole, shown=without_parent),
        "undoing disguises": replace(whole, prepared=as_typed, written=written_as_typed),
    }


def main(options: argparse.Namespace) -> None:
    """Print two tables: the measures, and what changes with each part."""
    local = load_local(options.model)
    if local is None:
        raise SystemExit(f"{options.model}: no model with a blend")
    examples, left_out = read_corpus(options.files)
    posts = [example.labelled for example in examples]
    whole = _standing("the whole", posts, Parts(local))
    lesser = [_standing(name, posts, parts) for name, parts in parts_in_turn(local).items()]
    print(f"{len(posts)} posts, {len(left_out)} lines left out; scored by {local.version}\n")
    print(report(whole, lesser))


def _standing(name: str, posts: Sequence[Labelled], parts: Parts) -> Standing:
    return Standing(name, posts, [judged(labelled.packet, parts) for labelled in posts])


def report(whole: Standing, lesser: Sequence[Standing]) -> str:
    """Markdown: a line a part left out, the whole first; then the differences to the whole."""
    alarms = whole.evaluation.false_alarms.hits
    own = whole.figures(alarms)
    names = [name for name in own if not name.startswith("clause")]
    rows = [(standing.name, standing.figures(alarms)) for standing in lesser]
    lines = [_row("without", [*names, "clause F1, 1 to 6"]), _row("---", ["---"] * (len(names) + 1))]
    lines += [_measures(name, figures, names) for name, figures in (("nothing: the whole", own), *rows)]
    lines += [
        "",
        _row("change without", ["post AUC", "post F1", *_CHANGED]),
        _row("---", ["---"] * (2 + len(_CHANGED))),
    ]
    for standing, (name, figures) in zip(lesser, rows, strict=True):
        moved = change(whole, standing)
        shares = [_signed(figures[key], own[key]) for key in _CHANGED]
        lines.append(_row(name, [_plus(moved.auc), _plus(moved.f1), *shares]))
    return "\n".join(lines)


def _measures(name: str, figures: Mapping[str, Figure], names: Sequence[str]) -> str:
    clauses = (figure.value for key, figure in figures.items() if key.startswith("clause"))
    return _row(name, [*(cell(figures[key]) for key in names), " ".join(f"{value or 0:.2f}" for value in clauses)])


def _plus(figure: Figure) -> str:
    interval = f" [{figure.interval[0]:+.3f} to {figure.interval[1]:+.3f}]" if figure.interval else ""
    return "-" if figure.value is None else f"{figure.value:+.3f}{interval}"


def _signed(figure: Figure, whole: Figure) -> str:
    return "-" if figure.value is None or whole.value is None else f"{figure.value - whole.value:+.3f}"


def _row(name: str, cells: Sequence[str]) -> str:
    return "| " + " | ".join((name, *cells)) + " |"
