"""The two encoders as small files: int8 rows with a scale each, nearly lossless, in parts that travel easily.

MiniLM (all-MiniLM-L6-v2, Apache-2.0) is what ships; MPNet (all-mpnet-base-v2, Apache-2.0) teaches it. Only word
vectors that occur in the rows travel; `vocabulary` holds their numbers in BERT's word list.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.numpy import load_file
from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel

if TYPE_CHECKING:
    from pathlib import Path

WORDS = "embeddings.word_embeddings.weight"
NAMES = ("minilm", "mpnet")
PADDING = 1
"""MPNet counts positions from this number on, so that the vocabulary must hold the padding there."""
_PART_BYTES = 15_000_000
_UNUSED = ("pooler.", "position_ids")


def pack(folder: Path, out: Path, name: str, vocabulary: np.ndarray[Any, Any]) -> int:
    """Write an encoder's files `<name>.*` from a model folder; the word vectors cut to `vocabulary`. Bytes written."""
    state = load_file(folder / "model.safetensors")
    words = places_in(folder, vocabulary)
    arrays: dict[str, np.ndarray[Any, Any]] = {"vocabulary": vocabulary.astype(np.uint16)}
    for key, value in state.items():
        plain = key.removeprefix("mpnet.").removeprefix("bert.")
        if any(part in plain for part in _UNUSED):
            continue
        kept = value[words] if plain == WORDS else value
        arrays |= _quantised(plain, kept.astype(np.float32))
    (out / f"{name}.json").write_text((folder / "config.json").read_text(encoding="utf-8"), encoding="utf-8")
    return _write(out, name, arrays)


def places_in(folder: Path, vocabulary: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Where the words of BERT's list stand in this model's own list; its own signs for padding and the ends.

    BERT's list is `bert-vocab.txt` beside the model's folder, its own is `vocab.txt` inside.
    """
    own = {word: index for index, word in enumerate((folder / "vocab.txt").read_text(encoding="utf-8").split("\n"))}
    bert = (folder.parent / "bert-vocab.txt").read_text(encoding="utf-8").split("\n")
    same = {"[CLS]": "<s>", "[SEP]": "</s>", "[PAD]": "<pad>"} if "<s>" in own else {}
    return np.array([own[same.get(bert[index], bert[index])] for index in vocabulary.tolist()])


def _quantised(key: str, value: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
    if value.ndim != 2:  # noqa: PLR2004 - biases and norms are small and stay as they are
        return {key: value}
    scale = np.abs(value).max(axis=1, keepdims=True) / 127 + 1e-12
    return {key: np.rint(value / scale).astype(np.int8), f"{key}|scale": scale.astype(np.float32)}


def _write(out: Path, name: str, arrays: dict[str, np.ndarray[Any, Any]]) -> int:
    parts: list[dict[str, np.ndarray[Any, Any]]] = [{}]
    for key, value in arrays.items():
        if sum(array.nbytes for array in parts[-1].values()) + value.nbytes > _PART_BYTES:
            parts.append({})
        parts[-1][key] = value
    for number, part in enumerate(parts):
        np.savez(out / f"{name}.{number}.npz", allow_pickle=False, **part)
    return sum(path.stat().st_size for path in out.glob(f"{name}.*"))


def load_state(folder: Path, name: str) -> tuple[dict[str, torch.Tensor], np.ndarray[Any, Any]]:
    """Weights in float32 and the vocabulary of the word vectors."""
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    for path in sorted(folder.glob(f"{name}.*.npz")):
        with np.load(path) as stored:
            arrays |= {key: stored[key] for key in stored.files}
    vocabulary = arrays.pop("vocabulary").astype(np.int64)
    state = {
        key: torch.from_numpy(value.astype(np.float32) * arrays.get(f"{key}|scale", np.float32(1)))
        for key, value in arrays.items()
        if not key.endswith("|scale")
    }
    return state, vocabulary


def build(folder: Path, name: str) -> tuple[torch.nn.Module, np.ndarray[Any, Any], int]:
    """The encoder, the vocabulary of its word vectors, and its width."""
    settings = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    state, vocabulary = load_state(folder, name)
    settings["vocab_size"] = len(vocabulary)
    settings["pad_token_id"] = PADDING
    model: torch.nn.Module
    if name == "mpnet":
        model = MPNetModel(MPNetConfig(**settings), add_pooling_layer=False)
    else:
        model = BertModel(BertConfig(**settings), add_pooling_layer=False)
    missing, unexpected = model.load_state_dict(state, strict=False)
    lost = [key for key in missing if "position_ids" not in key]
    if lost or unexpected:
        raise ValueError(f"{name}: weights do not fit: {lost[:3]} {unexpected[:3]}")
    return model, vocabulary, int(settings["hidden_size"])
