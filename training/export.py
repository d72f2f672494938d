"""The trained students as what ships: model.onnx (int8), tokenizer.json and model.json. No torch at run time."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file

from analyzers.model.inputs import INPUTS_VERSION
from training.encoders import WORDS
from training.graph import Panel
from training.model import CONTEXT_PIECES, TEXT_PIECES

if TYPE_CHECKING:
    import argparse

_DIGITS = 12
NAMES = ["pieces", "mask", "segments"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of this step."""
    parser.add_argument("--work", type=Path, required=True, help="folder that `prepare` wrote")
    parser.add_argument("--trained", type=Path, required=True, help="folder that `train` wrote")
    parser.add_argument("--role", default="frozen")
    parser.add_argument("--models", type=Path, required=True, help="folder with minilm/")
    parser.add_argument("--weights", type=Path, default=Path("analyzers/model/weights"))


def main(options: argparse.Namespace) -> None:
    """Write the files and say how far the int8 model is from the students."""
    names = sorted({path.name.split(".")[0] for path in options.trained.glob(f"{options.role}-all-*.weights.*.npz")})
    if not names:
        raise FileNotFoundError(f"no weights of {options.role} in {options.trained}")
    states = [_state(options, name) for name in names]
    panel = Panel(states).eval()
    options.weights.mkdir(parents=True, exist_ok=True)
    target = options.weights / "model.onnx"
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        write_graph(panel, plain)
        quantise(plain, target)
    shutil.copyfile(options.models / "minilm" / "tokenizer.json", options.weights / "tokenizer.json")
    outputs = (options.work / "outputs.txt").read_text(encoding="utf-8").split()
    write_settings(options.weights, outputs, {"students": len(states)})
    size = sum(path.stat().st_size for path in options.weights.iterdir())
    print(
        f"{len(states)} students, {size / 1e6:.1f} MB, int8 moves logits by {_distance(panel, target):.3f} on average"
    )


def write_settings(folder: Path, outputs: list[str], made_of: dict[str, Any]) -> None:
    """model.json beside model.onnx: what the run-time must know, and what the model is made of."""
    settings = {
        "outputs": outputs,
        "text_pieces": TEXT_PIECES,
        "context_pieces": CONTEXT_PIECES,
        "inputs": INPUTS_VERSION,
        "version": hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()[:_DIGITS],
    }
    (folder / "model.json").write_text(json.dumps(settings | made_of, indent=2) + "\n", encoding="utf-8")


def _state(options: argparse.Namespace, name: str) -> dict[str, torch.Tensor]:
    """A student's weights; word vectors that never travelled are taken from the encoder as it came."""
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    for path in sorted(options.trained.glob(f"{name}.weights.*.npz")):
        with np.load(path) as stored:
            arrays |= {key: stored[key] for key in stored.files}
    vocabulary = arrays.pop("vocabulary").astype(np.int64)
    state = {key: torch.from_numpy(value.astype(np.float32)) for key, value in arrays.items()}
    whole = torch.from_numpy(load_file(options.models / "minilm" / "model.safetensors")[WORDS].astype(np.float32))
    whole[torch.from_numpy(vocabulary)] = state[f"encoder.{WORDS}"]
    state[f"encoder.{WORDS}"] = whole
    return state


def write_graph(panel: torch.nn.Module, target: Path) -> None:
    """A panel of (pieces, mask, segments) as ONNX, its weights as they are."""
    sample = (torch.ones(2, 9, dtype=torch.int64),) * 3
    axes = {name: {0: "posts", 1: "pieces"} for name in NAMES}
    torch.onnx.export(
        panel,
        sample,
        str(target),
        input_names=NAMES,
        output_names=["logits"],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )


def quantise(plain: Path, target: Path) -> None:
    """The matrices of a graph as int8, a scale a column."""
    quantize_dynamic(
        plain,
        target,
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        weight_type=QuantType.QInt8,
        reduce_range=True,
    )


def _distance(panel: Panel, target: Path) -> float:
    """Mean distance of logits on random pieces; the true measure is `evaluate`."""
    options = SessionOptions()
    options.graph_optimization_level = GraphOptimizationLevel.ORT_ENABLE_ALL
    session = InferenceSession(target, options, providers=["CPUExecutionProvider"])
    pieces = torch.randint(1000, 29000, (8, 40), generator=torch.Generator().manual_seed(0))
    mask, segments = torch.ones_like(pieces), torch.zeros_like(pieces)
    mask[:4, 30:] = 0
    with torch.no_grad():
        wanted = panel(pieces, mask, segments).numpy()
    found = session.run(None, dict(zip(NAMES, (pieces.numpy(), mask.numpy(), segments.numpy()), strict=True)))[0]
    return float(np.abs(wanted - found).mean())
