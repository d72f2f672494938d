"""The small model from beginning to end: prepare, train, export, evaluate. What is done is not done again.

A run that was stopped goes on from the last epoch. `--weights` gets what ships: model.onnx, model.json, tokenizer.json
and blend.json.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from training.steps import run_step

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of this step."""
    parser.add_argument("--models", type=Path, required=True, help="folder with minilm/, mpnet/ and bert-vocab.txt")
    parser.add_argument("--public", type=Path, required=True, help="folder with public texts (JSON Lines with `text`)")
    parser.add_argument("--work", type=Path, required=True, help="folder for everything half done")
    parser.add_argument("--weights", type=Path, required=True, help="folder for the model")
    parser.add_argument("--workers", type=int, default=1, help="runs at a time; six fill a GPU of 80 GB")
    parser.add_argument("--whole-only", action="store_true", help="no folds: the model alone, for a blend that stays")
    parser.add_argument("--most", type=int, help="use only this many rows; to try things out")
    parser.add_argument("--epochs", type=float, help="instead of the recipes'; to try things out")


def main(options: argparse.Namespace) -> None:
    """Run the steps in order."""
    work, trained = str(options.work / "rows"), str(options.work / "trained")
    prepared = options.work / "prepared"
    if not prepared.exists():
        sizes = ["--folds", "5", "--ordinary", "300", "--talk", "300"]
        run_step("prepare", ["--models", str(options.models), "--public", str(options.public), "--work", work, *sizes])
        prepared.touch()
    run_step("train", ["--work", work, "--out", trained, *_recipe(options)])
    weights = ["--models", str(options.models), "--weights", str(options.weights)]
    run_step("export", ["--work", work, "--trained", trained, *weights])
    if options.most or options.whole_only:
        print("a trial is not measured and gets no blend" if options.most else "not measured: the blend stays as it is")
        return
    run_step("evaluate", ["--work", work, "--trained", trained, "--blend", str(options.weights / "blend.json")])


def _recipe(options: argparse.Namespace) -> list[str]:
    roles = ["--roles", "teacher,frozen", "--seeds", "teacher=2,frozen=2", "--workers", str(options.workers)]
    kept = ["--checkpoints", str(options.work / "checkpoints")]
    most = ["--most", str(options.most)] if options.most else []
    epochs = ["--epochs", str(options.epochs)] if options.epochs else []
    folds = ["--folds", "all"] if options.whole_only else []
    return [*roles, *kept, *most, *epochs, *folds]
