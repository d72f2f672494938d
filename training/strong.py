"""The strong model: teachers (all-mpnet-base-v2) trained on every labelled post, as one ONNX graph in int8.

Each step keeps what it made in the work folder and is not done twice; training goes on from its last epoch.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from training.base_weights import write_words
from training.corpus import read_corpus
from training.encoders import WORDS as TABLE
from training.encoders import load_state, pack, places_in
from training.export import NAMES, quantise, write_graph, write_settings
from training.graph import Words
from training.graph_mpnet import WORDS, MpnetPanel
from training.loop import train
from training.model import CONTEXT_PIECES, END, START, TEXT_PIECES, Batches, load_judge
from training.prepare import labelled_rows, tokenised, vocabulary_of
from training.rows import load_rows
from training.targets import OUTPUTS
from training.train import RECIPES, output_weights

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from training.progress import Told
    from training.rows import Rows

    Array = np.ndarray[Any, Any]

_ENCODER = "mpnet"
_CHECKED = 16
FAITHFUL = 1e-3
"""How far the exported graph's logits may be from the trained model's, before int8."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to make. `most` posts and `epochs` are for trying things out; None for the measured recipe.

    `name` goes into model.json.
    """

    name: str
    corpus: tuple[Path, ...]
    tokenizer: Path
    teachers: int
    most: int | None
    epochs: float | None


def make(plan: Plan, base: Path, work: Path, out: Path, told: Told) -> float:
    """Write model.onnx, model.json and tokenizer.json to `out`; how far int8 moves logits on average.

    `base` holds model.safetensors, vocab.txt and config.json. ArithmeticError when training went astray or the graph
    does not say what the trained model says; nothing is written to `out` then.
    """
    _prepare(plan, base, work, told)
    for seed in range(plan.teachers):
        _teach(plan, seed, work, told)
    return _export(plan, base, work, out, told)


def _prepare(plan: Plan, base: Path, work: Path, told: Told) -> None:
    done = work / "prepared"
    if done.exists():
        return
    told("reading the corpus", 0, 1)
    examples, left_out = read_corpus(plan.corpus)
    if left_out:
        raise ValueError(f"the corpus is damaged: {left_out[0]}")
    tokenizer = Tokenizer.from_file(str(plan.tokenizer))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    rows = tokenised(list(labelled_rows(examples, {example.source: 0 for example in examples})), tokenizer)
    if plan.most:
        rows = rows.only(np.random.default_rng(0).permutation(len(rows))[: plan.most])
    rows.save(work / "rows.npz")
    write_words(plan.tokenizer, base.parent / "bert-vocab.txt")
    pack(base, work, _ENCODER, vocabulary_of(rows))
    done.touch()
    told("reading the corpus", 1, 1)


def _teach(plan: Plan, seed: int, work: Path, told: Told) -> None:
    """One teacher's weights, in float16; its checkpoint goes when they are there."""
    target = _weights(work, seed)
    if target.exists():
        return
    rows, recipe, name = load_rows(work / "rows.npz"), RECIPES["teacher"], f"teacher {seed + 1} of {plan.teachers}"
    checkpoint = work / f"teacher-{seed}.checkpoint"
    model, _ = train(
        rows,
        np.flatnonzero(rows.mask.sum(1) > 0),
        replace(recipe, epochs=plan.epochs) if plan.epochs else recipe,
        encoders=work,
        seed=seed + 1,
        weights=output_weights(OUTPUTS),
        checkpoint=checkpoint,
        told=lambda done, steps: told(name, done, steps),
    )
    state = {key: value.detach().cpu().half() for key, value in model.state_dict().items()}
    if not all(bool(torch.isfinite(value).all()) for value in state.values()):
        checkpoint.unlink()
        raise ArithmeticError(f"{name}: training went astray; start again, and report it if it happens twice")
    partial = target.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(target)
    checkpoint.unlink()


def _weights(work: Path, seed: int) -> Path:
    return work / f"teacher-{seed}.pt"


def _export(plan: Plan, base: Path, work: Path, out: Path, told: Told) -> float:
    told("writing the model", 0, 3)
    vocabulary = load_state(work, _ENCODER)[1]
    states = [_state(_weights(work, seed), base, vocabulary) for seed in range(plan.teachers)]
    plain, small, ready = work / "plain.onnx", work / "small.onnx", work / "ready"
    ready.mkdir(exist_ok=True)
    write_graph(MpnetPanel(states).eval(), plain)
    del states
    told("writing the model", 1, 3)
    rows = load_rows(work / "rows.npz")
    chosen = np.random.default_rng(1).permutation(len(rows))[:_CHECKED].tolist()
    wanted, found = _taught(plan, work, rows, chosen), _heard(plain, rows, chosen)
    if not np.abs(wanted - found).max() <= FAITHFUL:
        raise ArithmeticError(f"the graph is {np.abs(wanted - found).max():.4f} from the model it was written from")
    told("writing the model", 2, 3)
    quantise(plain, small)
    moved = float(np.abs(found - _heard(small, rows, chosen)).mean())
    small.replace(ready / "model.onnx")
    plain.unlink()
    made_of = {"teachers": plan.teachers, "base": base.name, "posts": len(rows), "plan": plan.name}
    write_settings(ready, list(OUTPUTS), made_of)
    shutil.copyfile(plan.tokenizer, ready / "tokenizer.json")
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted(ready.iterdir()):
        shutil.move(path, out / path.name)
    told("writing the model", 3, 3)
    return moved


def _state(path: Path, base: Path, vocabulary: Array) -> dict[str, torch.Tensor]:
    """A teacher's weights; word vectors in the order of BERT's list, those that no post holds as they came."""
    state: dict[str, torch.Tensor] = torch.load(path, weights_only=True)
    stored = load_file(base / "model.safetensors")
    table = stored[TABLE] if TABLE in stored else stored[f"{_ENCODER}.{TABLE}"]
    count = len((base.parent / "bert-vocab.txt").read_text(encoding="utf-8").splitlines())
    whole = torch.from_numpy(table[places_in(base, np.arange(count))].astype(np.float32))
    whole[torch.from_numpy(vocabulary)] = state[WORDS].float()
    return {key: value.float() for key, value in state.items()} | {WORDS: whole}


def _taught(plan: Plan, work: Path, rows: Rows, chosen: Sequence[int]) -> Array:
    """Mean logits of the trained models themselves, with their word vectors rounded as the graph has them."""
    said: list[Array] = []
    for seed in range(plan.teachers):
        model, vocabulary = load_judge(work, _ENCODER, len(OUTPUTS))
        state = {key: value.float() for key, value in torch.load(_weights(work, seed), weights_only=True).items()}
        state[WORDS] = Words(state[WORDS])(torch.arange(len(vocabulary)))
        model.load_state_dict(state)
        pieces, segments = Batches.of(rows, vocabulary, torch.device("cpu")).inputs(chosen)
        with torch.no_grad():
            said.append(model.eval()(pieces, segments).numpy())
    return np.asarray(np.mean(said, axis=0))


def _heard(path: Path, rows: Rows, chosen: Sequence[int]) -> Array:
    """Logits of an exported graph, fed as the run-time feeds it."""
    options = SessionOptions()
    options.graph_optimization_level = GraphOptimizationLevel.ORT_ENABLE_ALL
    session = InferenceSession(path, options, providers=["CPUExecutionProvider"])
    lines = [
        [START, *rows.text[index][:TEXT_PIECES].tolist(), END, *rows.context[index][:CONTEXT_PIECES].tolist(), END]
        for index in chosen
    ]
    pieces = np.zeros((len(lines), max(map(len, lines))), dtype=np.int64)
    mask = np.zeros_like(pieces)
    for place, line in enumerate(lines):
        pieces[place, : len(line)], mask[place, : len(line)] = line, 1
    inputs = dict(zip(NAMES, (pieces, mask, np.zeros_like(pieces)), strict=True))
    return np.asarray(session.run(["logits"], inputs)[0])
