"""The local model: six clauses, protected topics and client cues, from the words of a post and its circumstances.

Nothing leaves the machine. The weights lie in `analyzers/model/weights`; where they are absent, scoring is rule-based,
and `load_classifier` says so by returning None. How the model was trained: docs/decisions/0007-local-model.md.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from onnxruntime import InferenceSession, SessionOptions
from tokenizers import Tokenizer

from analyzers.model.inputs import INPUTS_VERSION, segments
from analyzers.model.stretches import LENGTH, MOST, stretches
from domain.findings import Clause, Protected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domain.findings import Packet

WEIGHTS = Path(__file__).parent / "weights"
_START, _END = 101, 102
_OVERLAP = 64
_WHOLE = MOST * LENGTH
"""Characters up to which a post is read whole: about 5,500 words. Rules read all of a longer one."""


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
        """Judge packets, in order. A longer text is read in overlapping windows; the highest of each output counts.

        Of a text of more than 33,600 characters, stretches at equal distances are read.
        """
        pairs = [_pairs(packet) for packet in packets]
        logits = self._loudest([pair for found in pairs for pair in found])
        starts = np.cumsum([0, *map(len, pairs)])[:-1]
        return tuple(self._named(row.tolist()) for row in np.maximum.reduceat(logits, starts)) if pairs else ()

    def of_segments(self, pairs: Sequence[tuple[str, str]]) -> tuple[Probabilities, ...]:
        """As `probabilities`, of packets already written out as `segments` writes them."""
        return tuple(self._named(row.tolist()) for row in self._loudest(pairs))

    def _loudest(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray[Any, Any]:
        """The highest of each output over a text's windows, one row a pair."""
        texts = self._pieces([text for text, _ in pairs])
        contexts = self._pieces([context for _, context in pairs])
        windows = [
            (index, [_START, *window, _END], [*context[: self.context_pieces], _END])
            for index, (text, context) in enumerate(zip(texts, contexts, strict=True))
            for window in _windows(text, self.text_pieces)
        ]
        logits = np.full((len(pairs), len(self.outputs)), -np.inf, dtype=np.float32)
        for index, *window in windows:
            logits[index] = np.maximum(logits[index], self._logits(*window))
        return logits

    def _pieces(self, texts: list[str]) -> list[list[int]]:
        return [found.ids for found in self.tokenizer.encode_batch(texts, add_special_tokens=False)]

    def _logits(self, first: Sequence[int], second: Sequence[int]) -> np.ndarray[Any, Any]:
        """One window at a time: int8 arithmetic has one scale a batch, so that neighbours would colour each other."""
        pieces = np.array([[*first, *second]], dtype=np.int64)
        kinds = np.array([[0] * len(first) + [1] * len(second)], dtype=np.int64)
        found = self.session.run(["logits"], {"pieces": pieces, "mask": np.ones_like(pieces), "segments": kinds})[0]
        return np.asarray(found).reshape(-1)

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
    return [pieces[start : start + most] for start in range(0, len(pieces) - _OVERLAP, step)]


def _pairs(packet: Packet) -> list[tuple[str, str]]:
    """What is read of a packet: all of it, or its stretches, each in the circumstances of the whole."""
    if len(packet.text) <= _WHOLE:
        return [segments(packet)]
    _, circumstances = segments(replace(packet, text=packet.text[-LENGTH:]))
    words = [segments(replace(packet, text=packet.text[start:end]))[0] for start, end in stretches(packet.text)]
    return [(text, circumstances) for text in words]


@cache
def load_classifier(folder: Path) -> Classifier | None:
    """The model in this folder, loaded once; None when no weights lie there.

    ValueError when the weights were trained on another wording of the inputs than this package writes, or are damaged.
    """
    if not (folder / "model.onnx").exists():
        return None
    settings = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    if settings["inputs"] != INPUTS_VERSION:
        raise ValueError(f"{folder}: trained on inputs {settings['inputs']}, this is {INPUTS_VERSION}")
    session, tokenizer = _loaded(folder)
    return Classifier(
        version=settings["version"],
        session=session,
        tokenizer=tokenizer,
        outputs=tuple(settings["outputs"]),
        text_pieces=settings["text_pieces"],
        context_pieces=settings["context_pieces"],
    )


def _loaded(folder: Path) -> tuple[InferenceSession, Tokenizer]:
    options = SessionOptions()
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        session = InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])
    except Exception as error:  # tokenizers raises Exception itself, and onnxruntime classes that share only that
        raise ValueError(f"{folder}: model.onnx or tokenizer.json is damaged") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return session, tokenizer
