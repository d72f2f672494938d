"""Tokenised rows on disk: all that training needs, without any text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LABELLED, SHUFFLED, PUBLIC, MEASURED = range(4)
"""A post of the corpus; its words in another's circumstances; a public text; a public text kept for measuring."""
EVERYWHERE = -1


@dataclass(frozen=True)
class Rows:
    """Row i reads `text[i]` and `context[i]` (BERT word pieces). `fold` -1: stands in every fold's training.

    `targets` and `mask` are (rows, outputs); `swap` numbers groups that must be judged alike, -1 for none.
    """

    text: Sequence[np.ndarray[Any, Any]]
    context: Sequence[np.ndarray[Any, Any]]
    kind: np.ndarray[Any, Any]
    fold: np.ndarray[Any, Any]
    swap: np.ndarray[Any, Any]
    targets: np.ndarray[Any, Any]
    mask: np.ndarray[Any, Any]

    def __len__(self) -> int:
        return len(self.kind)

    def only(self, chosen: np.ndarray[Any, Any]) -> Rows:
        """These rows alone, in this order."""
        return Rows(
            text=[self.text[index] for index in chosen],
            context=[self.context[index] for index in chosen],
            kind=self.kind[chosen],
            fold=self.fold[chosen],
            swap=self.swap[chosen],
            targets=self.targets[chosen],
            mask=self.mask[chosen],
        )

    def save(self, path: Path) -> None:
        """Write one compressed file."""
        flat, ends = _flat([*self.text, *self.context])
        np.savez_compressed(
            path,
            flat=flat,
            ends=ends,
            kind=self.kind,
            fold=self.fold,
            swap=self.swap,
            targets=self.targets.astype(np.float16),
            mask=self.mask.astype(np.float16),
        )


def load_rows(path: Path) -> Rows:
    """Read what `Rows.save` wrote."""
    with np.load(path) as stored:
        pieces = np.split(stored["flat"].astype(np.int64), stored["ends"][:-1])
        count = len(stored["kind"])
        return Rows(
            text=pieces[:count],
            context=pieces[count:],
            kind=stored["kind"],
            fold=stored["fold"],
            swap=stored["swap"],
            targets=stored["targets"].astype(np.float32),
            mask=stored["mask"].astype(np.float32),
        )


def _flat(pieces: Sequence[np.ndarray[Any, Any]]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    ends = np.cumsum([len(piece) for piece in pieces])
    return np.concatenate(pieces).astype(np.uint16), ends
