"""A base of the strong model in small: an MPNet of two layers with random weights, in an archive cut in parts."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np

from analyzers.model.classifier import WEIGHTS
from training.base_weights import Base

WIDTH, HEADS, LAYERS, INNER = 32, 4, 2, 64
_FOLDER = "tiny-mpnet"


def bert_words() -> list[str]:
    numbers = json.loads((WEIGHTS / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    return sorted(numbers, key=numbers.__getitem__)


def tiny_members() -> dict[str, bytes]:
    """model.safetensors, vocab.txt and config.json of an encoder that knows nothing."""
    words = ["<s>", "<pad>", "</s>", "<unk>", *bert_words(), "<mask>"]
    settings = {
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": INNER,
        "max_position_embeddings": 514,
        "layer_norm_eps": 1e-05,
        "relative_attention_num_buckets": 32,
        "vocab_size": len(words),
    }
    return {
        "model.safetensors": _safetensors(_weights(len(words))),
        "vocab.txt": ("\n".join(words) + "\n").encode(),
        "config.json": json.dumps(settings).encode(),
    }


def cut_archive(members: dict[str, bytes], folder: Path, parts: int = 3) -> tuple[Base, tuple[Path, ...]]:
    """The members as an archive in parts, and what they must be."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{_FOLDER}/{name}", content)
    content, size = whole.getvalue(), -(-len(whole.getvalue()) // parts)
    folder.mkdir(parents=True)
    paths = tuple(folder / f"base.zip.{number:03}" for number in range(1, parts + 1))
    for number, path in enumerate(paths):
        path.write_bytes(content[number * size : (number + 1) * size])
    sums = tuple(_sum(path.read_bytes()) for path in paths)
    return Base(_FOLDER, sums, {name: _sum(data) for name, data in members.items()}), paths


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _weights(words: int) -> dict[str, np.ndarray]:
    source = np.random.default_rng(7)

    def drawn(*shape: int) -> np.ndarray:
        return source.normal(0, 0.2, shape).astype(np.float32)

    def linear(name: str, out: int, inside: int) -> dict[str, np.ndarray]:
        return {f"{name}.weight": drawn(out, inside), f"{name}.bias": drawn(out)}

    def norm(name: str) -> dict[str, np.ndarray]:
        return {f"{name}.weight": 1 + drawn(WIDTH), f"{name}.bias": drawn(WIDTH)}

    arrays = {
        "embeddings.word_embeddings.weight": drawn(words, WIDTH),
        "embeddings.position_embeddings.weight": drawn(514, WIDTH),
        "encoder.relative_attention_bias.weight": drawn(32, HEADS),
        **norm("embeddings.LayerNorm"),
    }
    for layer in range(LAYERS):
        start = f"encoder.layer.{layer}"
        for part in "qkvo":
            arrays |= linear(f"{start}.attention.attn.{part}", WIDTH, WIDTH)
        arrays |= norm(f"{start}.attention.LayerNorm") | norm(f"{start}.output.LayerNorm")
        arrays |= linear(f"{start}.intermediate.dense", INNER, WIDTH) | linear(f"{start}.output.dense", WIDTH, INNER)
    return arrays


def _safetensors(arrays: dict[str, np.ndarray]) -> bytes:
    """The format of safetensors: the header's length, the header, the arrays one after another."""
    header, data = {}, b""
    for name, array in arrays.items():
        header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    told = json.dumps(header).encode()
    return len(told).to_bytes(8, "little") + told + data
