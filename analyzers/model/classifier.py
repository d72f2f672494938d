"""The local model: six clauses, protected topics and client cues, from the words of a post and its circumstances.

Nothing leaves the machine. The weights lie in `analyzers/model/weights`; where they are absent, scoring is rule-based,
and `load_classifier` says so by returning None. How the model was trained: docs/decisions/0007-local-model.md.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from onnxruntime import InferenceSession, SessionOptions
from tokenizers import Tokenizer

from analyzers.model.inputs import INPUTS_VERSION, segments
from domain.findings import Clause, Protected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from domain.findings import Packet

WEIGHTS = Path(__file__).parent / "weights"
_START, _END = 101, 102
_OVERLAP = 64
_BATCH = 16
_MOST_WINDOWS = 40
"""About 9,000 words of one post; rules read the rest."""


@dataclass(frozen=True, slots=True)
class Probabilities:
    """What the model makes of one packet, each between 0 and 1; not calibrated, see `analyzers/model/blend.py`.

    `clauses`: severity 2 or more. `mild`: 1 or more. `grave`: 3 or more. `critical`: any clause at 4.
    `client`: the post points to a client.
    """

    clauses: Mapping[Clause, float]
    mild: Mapping[Clause, float]
    grave: Mapping[Clause, float]
    critical: float
    violation: float
    protected: float
    topics: Mapping[Protected, float]
    client: float


@dataclass(frozen=True)
class Classifier:
    """A loaded model. `version` names its weights. Safe to use from several threads."""

    version: str
    session: InferenceSession
    tokenizer: Tokenizer
    outputs: tuple[str, ...]
    text_pieces: int
    context_pieces: int

    def probabilities(self, packets: Sequence[Packet]) -> tuple[Probabilities, ...]:
        """Judge packets, in order. A longer text is read in overlapping windows; the highest of each output counts."""
        return self.of_segments([segments(packet) for packet in packets])

    def of_segments(self, pairs: Sequence[tuple[str, str]]) -> tuple[Probabilities, ...]:
        """As `probabilities`, of packets already written out as `segments` writes them."""
        texts = self._pieces([text for text, _ in pairs])
        contexts = self._pieces([context for _, context in pairs])
        windows = [
            (index, [_START, *window, _END], [*context[: self.context_pieces], _END])
            for index, (text, context) in enumerate(zip(texts, contexts, strict=True))
            for window in _windows(text, self.text_pieces)
        ]
        logits = np.full((len(pairs), len(self.outputs)), -np.inf, dtype=np.float32)
        for batch in _batches(windows):
            for (index, _, _), row in zip(batch, self._logits(batch), strict=True):
                logits[index] = np.maximum(logits[index], row)
        return tuple(self._named(row.tolist()) for row in logits)

    def _pieces(self, texts: list[str]) -> list[list[int]]:
        return [found.ids for found in self.tokenizer.encode_batch(texts, add_special_tokens=False)]

    def _logits(self, batch: Sequence[tuple[int, list[int], list[int]]]) -> np.ndarray[Any, Any]:
        longest = max(len(first) + len(second) for _, first, second in batch)
        pieces = np.zeros((len(batch), longest), dtype=np.int64)
        mask, kinds = np.zeros_like(pieces), np.zeros_like(pieces)
        for line, (_, first, second) in enumerate(batch):
            whole = len(first) + len(second)
            pieces[line, :whole] = first + second
            mask[line, :whole] = 1
            kinds[line, len(first) : whole] = 1
        found = self.session.run(["logits"], {"pieces": pieces, "mask": mask, "segments": kinds})[0]
        return np.asarray(found)

    def _named(self, logits: Sequence[float]) -> Probabilities:
        chance = {name: 1 / (1 + math.exp(-value)) for name, value in zip(self.outputs, logits, strict=True)}
        return Probabilities(
            clauses={clause: chance[f"clause.{clause.value}"] for clause in Clause},
            mild={clause: chance[f"mild.{clause.value}"] for clause in Clause},
            grave={clause: chance[f"grave.{clause.value}"] for clause in Clause},
            critical=chance["critical"],
            violation=chance["violation"],
            protected=chance["protected"],
            topics={topic: chance[f"topic.{topic.value}"] for topic in Protected},
            client=chance["client"],
        )


def _windows(pieces: list[int], most: int) -> list[list[int]]:
    if len(pieces) <= most:
        return [pieces]
    step = most - _OVERLAP
    starts = range(0, min(len(pieces) - _OVERLAP, step * _MOST_WINDOWS), step)
    return [pieces[start : start + most] for start in starts]


def _batches(windows: list[tuple[int, list[int], list[int]]]) -> Iterator[list[tuple[int, list[int], list[int]]]]:
    """Windows of like lengths together, since a batch is as long as its longest."""
    ordered = sorted(windows, key=lambda window: len(window[1]) + len(window[2]))
    for start in range(0, len(ordered), _BATCH):
        yield ordered[start : start + _BATCH]


@cache
def load_classifier(folder: Path) -> Classifier | None:
    """The model in this folder, loaded once; None when no weights lie there.

    ValueError when the weights were trained on another wording of the inputs than this package writes.
    """
    if not (folder / "model.onnx").exists():
        return None
    settings = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    if settings["inputs"] != INPUTS_VERSION:
        raise ValueError(f"{folder}: trained on inputs {settings['inputs']}, this is {INPUTS_VERSION}")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    options = SessionOptions()
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return Classifier(
        version=settings["version"],
        session=InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"]),
        tokenizer=tokenizer,
        outputs=tuple(settings["outputs"]),
        text_pieces=settings["text_pieces"],
        context_pieces=settings["context_pieces"],
    )
