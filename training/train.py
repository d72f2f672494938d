"""Train teachers and students, each on all folds but one and on all posts. Runs that are done are not done again.

A teacher (MPNet, several seeds) learns from the labels; a student (MiniLM) learns from the labels and from its
teachers' mean word on labelled posts, on words moved into other circumstances, and on public text. Teachers that
saw a post's file never teach the student that is measured on it.
"""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from training.encoders import load_state
from training.loop import Recipe, predict, train
from training.rows import EVERYWHERE, LABELLED, MEASURED, SHUFFLED, load_rows

if TYPE_CHECKING:
    import argparse

    import torch

    from training.rows import Rows

RECIPES = {
    "teacher": Recipe("mpnet", epochs=5, batch=16, rate=3e-5, head_rate=5e-4),
    "plain": Recipe("minilm", epochs=8, batch=16, rate=8e-5, head_rate=1e-3),
    "student": Recipe("minilm", epochs=7, batch=32, rate=1.5e-4, head_rate=1e-3, soft=0.5),
    "frozen": Recipe("minilm", epochs=7, batch=32, rate=1.5e-4, head_rate=1e-3, soft=0.7, frozen_words=True),
    "broad": Recipe(
        "minilm", epochs=6, batch=64, rate=2.5e-4, head_rate=1.5e-3, soft=0.8, frozen_words=True, alike=0.3
    ),
}
_PART_BYTES = 14_000_000
WHOLE = -1
"""The fold of the model that ships: it is trained on every post."""
_GROUP_WEIGHTS = {
    "clause": 1.0,
    "mild": 0.5,
    "grave": 0.3,
    "critical": 0.3,
    "violation": 1.0,
    "protected": 0.5,
    "topic": 0.3,
    "client": 0.3,
}


@dataclass(frozen=True, slots=True)
class Run:
    """One model to train: a recipe, the fold it never sees, its seed."""

    role: str
    fold: int
    seed: int

    @property
    def name(self) -> str:
        """The stem of its files."""
        return f"{self.role}-{'all' if self.fold == WHOLE else self.fold}-{self.seed}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run reads and writes."""

    rows: Path
    encoders: Path
    out: Path
    outputs: tuple[str, ...]
    checkpoints: Path | None
    epochs: float | None
    most: int | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of this step."""
    parser.add_argument("--work", type=Path, required=True, help="folder that `prepare` wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for predictions and weights")
    parser.add_argument("--roles", default="teacher,student", help="recipes, comma-separated, teachers first")
    parser.add_argument("--folds", default="", help="folds to leave out, such as 0,1,all; all of them by default")
    parser.add_argument("--seeds", default="teacher=3,student=2,plain=1,frozen=1")
    parser.add_argument("--workers", type=int, default=1, help="runs at a time")
    parser.add_argument("--checkpoints", type=Path, help="keep the state after each epoch here")
    parser.add_argument("--epochs", type=float, help="instead of the recipe's")
    parser.add_argument("--most", type=int, help="use only this many rows; to try things out")


def main(options: argparse.Namespace) -> None:
    """Run what is not done yet, teachers first."""
    options.out.mkdir(parents=True, exist_ok=True)
    outputs = tuple((options.work / "outputs.txt").read_text(encoding="utf-8").split())
    place = Place(
        options.work / "rows.npz", options.work, options.out, outputs, options.checkpoints, options.epochs, options.most
    )
    rows = load_rows(place.rows)
    folds = _folds(options.folds, rows)
    seeds = {role: int(count) for role, count in (pair.split("=") for pair in options.seeds.split(","))}
    for role in options.roles.split(","):
        runs = [Run(role, fold, seed) for fold in folds for seed in range(seeds[role])]
        _all([run for run in runs if not (options.out / f"{run.name}.npz").exists()], place, options.workers)


def _folds(chosen: str, rows: Rows) -> list[int]:
    if chosen:
        return [WHOLE if fold == "all" else int(fold) for fold in chosen.split(",")]
    return [WHOLE, *sorted(set(rows.fold[rows.kind == LABELLED].tolist()))]


def _all(runs: list[Run], place: Place, workers: int) -> None:
    if workers == 1:
        for run in runs:
            print(_run(run, place), flush=True)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for done in as_completed([pool.submit(_run, run, place) for run in runs]):
            print(done.result(), flush=True)


def _run(run: Run, place: Place) -> str:
    """Train one model, write its logits (float16, 0 where nobody asks); students of all posts also their weights."""
    began = time.monotonic()
    rows, recipe = load_rows(place.rows), RECIPES[run.role]
    if place.most:
        rows = rows.only(np.random.default_rng(0).permutation(len(rows))[: place.most])
    if place.epochs:
        recipe = replace(recipe, epochs=place.epochs)
    chosen = _chosen(rows, run)
    taught = _taught(rows, run, place) if recipe.soft else None
    checkpoint = place.checkpoints / f"{run.name}.pt" if place.checkpoints else None
    if place.checkpoints:
        place.checkpoints.mkdir(parents=True, exist_ok=True)
    model, batches = train(
        rows,
        chosen,
        recipe,
        encoders=place.encoders,
        seed=run.seed + 1,
        weights=output_weights(place.outputs),
        soft_targets=taught,
        checkpoint=checkpoint,
    )
    trained = time.monotonic()
    asked = _asked(rows, run)
    logits = np.zeros_like(rows.targets)
    logits[asked] = predict(model, batches, asked.tolist())
    if run.fold == WHOLE and recipe.encoder == "minilm":
        save_weights(model, load_state(place.encoders, recipe.encoder)[1], place.out, run.name)
    partial = place.out / f"{run.name}.partial"
    with partial.open("wb") as file:
        np.savez(file, logits=logits.astype(np.float16))
    partial.replace(place.out / f"{run.name}.npz")
    return f"{run.name}: {len(chosen)} rows, {trained - began:.0f} s, predicted in {time.monotonic() - trained:.0f} s"


def _chosen(rows: Rows, run: Run) -> np.ndarray[Any, Any]:
    """Teachers learn from what is labelled; students from everything but what is kept for measuring."""
    seen = (rows.fold != run.fold) | (rows.fold == EVERYWHERE)
    useful = rows.mask.sum(1) > 0 if not RECIPES[run.role].soft else np.ones(len(rows), dtype=bool)
    return np.flatnonzero(seen & useful & (rows.kind != MEASURED))


def _asked(rows: Rows, run: Run) -> np.ndarray[Any, Any]:
    """Whose logits are wanted: of teachers what their students read, of students what `evaluate` reads."""
    made_up = rows.kind == SHUFFLED
    if not RECIPES[run.role].soft:
        made_up &= rows.fold == run.fold
    return np.flatnonzero(~made_up)


def _taught(rows: Rows, run: Run, place: Place) -> np.ndarray[Any, Any]:
    """The mean logits of the teachers of the same fold; rows of a swap group get one answer."""
    fold = "all" if run.fold == WHOLE else run.fold
    paths = sorted(place.out.glob(f"teacher-{fold}-*.npz"))
    if not paths:
        raise FileNotFoundError(f"no teacher for fold {fold}: train teachers first")
    mean = np.mean([np.load(path)["logits"].astype(np.float32) for path in paths], axis=0)
    grouped = np.flatnonzero(rows.swap >= 0)
    numbers = rows.swap[grouped]
    sums = np.zeros((numbers.max(initial=0) + 1, mean.shape[1]), dtype=np.float64)
    np.add.at(sums, numbers, mean[grouped])
    mean[grouped] = sums[numbers] / np.bincount(numbers)[numbers][:, None]
    return np.asarray(mean)


def output_weights(outputs: tuple[str, ...]) -> np.ndarray[Any, Any]:
    """Weight of each output in the loss."""
    return np.array([_GROUP_WEIGHTS[name.partition(".")[0]] for name in outputs], dtype=np.float32)


def save_weights(model: torch.nn.Module, vocabulary: np.ndarray[Any, Any], out: Path, name: str) -> None:
    """Float16, in files that travel easily, with the word pieces that the word vectors stand for."""
    state: dict[str, Any] = {"vocabulary": vocabulary.astype(np.uint16)}
    state |= {key: value.detach().cpu().numpy().astype(np.float16) for key, value in model.state_dict().items()}
    parts: list[dict[str, Any]] = [{}]
    for key, value in state.items():
        if sum(array.nbytes for array in parts[-1].values()) + value.nbytes > _PART_BYTES:
            parts.append({})
        parts[-1][key] = value
    for number, part in enumerate(parts):
        np.savez(out / f"{name}.weights.{number}.npz", **part)
