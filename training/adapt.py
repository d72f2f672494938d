"""Go on from trained students with a little more training: new inputs, new posts, alike answers within swap groups.

For a change that is too small for the whole plan. What the teachers of all posts said of a post is kept as it was, with
one answer for a swap group; posts they never saw are learnt from their labels alone, public texts from what the student
itself said before.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from training.encoders import WORDS, load_state
from training.loop import Recipe, further, said
from training.model import load_judge
from training.rows import LABELLED, MEASURED, PUBLIC, load_rows
from training.train import WHOLE, Run, output_weights, save_weights

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from training.model import Judge
    from training.rows import Rows

    Array = np.ndarray[Any, Any]

_RECIPE = Recipe("minilm", epochs=1.5, batch=32, rate=3e-5, head_rate=1e-4, soft=0.6, frozen_words=True)
_SURE = 4.0
"""Log-odds that stand for a label where no teacher was asked."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of this step."""
    parser.add_argument("--work", type=Path, required=True, help="folder that `prepare` wrote, with the new inputs")
    parser.add_argument("--before", type=Path, required=True, help="folder that the students were trained on")
    parser.add_argument("--trained", type=Path, required=True, help="folder with students and teachers of all posts")
    parser.add_argument("--out", type=Path, required=True, help="folder for the students that come out")
    parser.add_argument("--seeds", type=int, default=2, help="how many students")
    parser.add_argument("--epochs", type=float, help="instead of the recipe's")


def main(options: argparse.Namespace) -> None:
    """Write the weights of each student; those that are there are left alone."""
    rows = load_rows(options.work / "rows.npz")
    outputs = tuple((options.work / "outputs.txt").read_text(encoding="utf-8").split())
    recipe = replace(_RECIPE, epochs=options.epochs) if options.epochs else _RECIPE
    taught = _taught(rows, options)
    options.out.mkdir(parents=True, exist_ok=True)
    for seed in range(options.seeds):
        name = Run("frozen", WHOLE, seed).name
        if (options.out / f"{name}.npz").exists():
            continue
        model, vocabulary = load_judge(options.work, recipe.encoder, len(outputs))
        _take_over(model, options.trained, name)
        chosen = np.flatnonzero(rows.kind != MEASURED)
        own = said(model, vocabulary, rows)
        np.savez(options.out / f"{name}.before.npz", logits=own.astype(np.float16))
        wanted = np.where((rows.kind == PUBLIC)[:, None], own, taught)
        logits = further(rows, chosen, recipe, model, vocabulary, seed + 1, output_weights(outputs), wanted)
        save_weights(model, load_state(options.work, recipe.encoder)[1], options.out, name)
        np.savez(options.out / f"{name}.npz", logits=logits.astype(np.float16))
        print(f"{name}: {len(chosen)} rows", flush=True)


def _take_over(model: Judge, trained: Path, name: str) -> None:
    """Everything but the word vectors, which were never trained."""
    arrays: dict[str, Array] = {}
    for path in sorted(trained.glob(f"{name}.weights.*.npz")):
        with np.load(path) as stored:
            arrays |= {key: stored[key] for key in stored.files}
    if not arrays:
        raise FileNotFoundError(f"no weights {name} in {trained}")
    kept = {
        key: torch.from_numpy(value.astype(np.float32))
        for key, value in arrays.items()
        if key not in {"vocabulary", f"encoder.{WORDS}"}
    }
    missing, unexpected = model.load_state_dict(kept, strict=False)
    lost = [key for key in missing if WORDS not in key and "position_ids" not in key]
    if lost or unexpected:
        raise ValueError(f"{name}: weights do not fit: {lost[:3]} {unexpected[:3]}")


def _taught(rows: Rows, options: argparse.Namespace) -> Array:
    """(rows, outputs) log-odds: the teachers' where they were asked, the labels' elsewhere."""
    told = np.where(rows.mask > 0, np.where(rows.targets > 0, _SURE, -_SURE), 0.0).astype(np.float32)
    paths = sorted(options.trained.glob("teacher-all-*.npz"))
    if not paths:
        raise FileNotFoundError(f"no teacher of all posts in {options.trained}")
    mean = np.mean([np.load(path)["logits"].astype(np.float32) for path in paths], axis=0)
    before = {key: number for number, key in enumerate(_keys(options.before))}
    for number, key in enumerate(_keys(options.work)):
        if key in before:
            told[number] = mean[before[key]]
    labelled = rows.kind == LABELLED
    for group in set(rows.swap[labelled].tolist()) - {-1}:
        members = rows.swap == group
        told[members] = told[members].mean(0)
    return told


def _keys(work: Path) -> list[str]:
    lines = (work / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    entries: list[Mapping[str, str]] = [json.loads(line) for line in lines]
    return [entry["post"] for entry in entries]
