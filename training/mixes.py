"""Further unlabelled rows for the students: sentences of posts left out, put together anew, words exchanged.

A student learns from its teachers' word about many posts that nobody wrote, where the labels of a few thousand are not
enough (Jiao et al. 2020, TinyBERT). Everything is cut from rows, never from texts, and mixed
within one fold only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from training.rows import LABELLED, SHUFFLED, Rows

if TYPE_CHECKING:
    Pieces = np.ndarray[Any, Any]

ENDS = (999, 1012, 1029, 1025)
"""Exclamation mark, full stop, question mark, semicolon in BERT's list."""
_EXCHANGED = 0.12
_KEPT = 0.6


@dataclass(frozen=True)
class Mixer:
    """Draws mixed rows of one fold. `texts` and `contexts` are those of its labelled posts."""

    texts: list[Pieces]
    contexts: list[Pieces]
    source: np.random.Generator

    def drawn(self, number: int) -> tuple[Pieces, Pieces]:
        """A text that grew out of the post with this number, and the circumstances of it or of another."""
        kind = int(self.source.integers(3))
        other = int(self.source.integers(len(self.texts)))
        text = self.texts[number]
        if kind == 0:
            return self._exchanged(text, other), self.contexts[number]
        if kind == 1:
            return self._thinned(text), self.contexts[number]
        return self._spliced(text, self.texts[other]), self.contexts[number if self.source.random() < _KEPT else other]

    def _exchanged(self, text: Pieces, other: int) -> Pieces:
        """Some pieces taken from another post."""
        out = text.copy()
        places = np.flatnonzero(self.source.random(len(out)) < _EXCHANGED)
        if len(self.texts[other]):
            out[places] = self.source.choice(self.texts[other], len(places))
        return out

    def _thinned(self, text: Pieces) -> Pieces:
        """Some sentences left out; of a single sentence a stretch is kept."""
        parts = sentences(text)
        if len(parts) > 1:
            kept = self.source.random(len(parts)) < _KEPT
            kept[int(self.source.integers(len(parts)))] = True
            return np.concatenate([part for part, keep in zip(parts, kept, strict=True) if keep])
        size = max(1, int(len(text) * self.source.uniform(0.4, 0.9)))
        start = int(self.source.integers(max(1, len(text) - size + 1)))
        return text[start : start + size]

    def _spliced(self, text: Pieces, other: Pieces) -> Pieces:
        """Sentences of two posts, each post's in its own order."""
        first, second = sentences(text), sentences(other)
        at = int(self.source.integers(len(first) + 1))
        start = int(self.source.integers(len(second)))
        stretch = second[start : start + int(self.source.integers(1, 4))]
        return np.concatenate([*first[:at], *stretch, *first[at:]])


def sentences(text: Pieces) -> list[Pieces]:
    """The text cut behind each sign that ends a sentence; at least one part."""
    ends = np.flatnonzero(np.isin(text, ENDS)) + 1
    parts = [part for part in np.split(text, ends) if len(part)]
    return parts or [text]


def with_mixes(rows: Rows, copies: int, seed: int) -> Rows:
    """The rows and, behind them, `copies` mixed ones of each labelled post, unlabelled."""
    source = np.random.default_rng(seed)
    texts: list[Pieces] = []
    contexts: list[Pieces] = []
    folds: list[int] = []
    labelled = rows.kind == LABELLED
    for fold in sorted(set(rows.fold[labelled].tolist())):
        members = np.flatnonzero(labelled & (rows.fold == fold)).tolist()
        mixer = Mixer([rows.text[one] for one in members], [rows.context[one] for one in members], source)
        for number in list(range(len(members))) * copies:
            text, context = mixer.drawn(number)
            texts.append(text)
            contexts.append(context)
            folds.append(fold)
    empty = np.zeros((len(texts), rows.targets.shape[1]))
    return Rows(
        text=[*rows.text, *texts],
        context=[*rows.context, *contexts],
        kind=np.concatenate([rows.kind, np.full(len(texts), SHUFFLED)]).astype(rows.kind.dtype),
        fold=np.concatenate([rows.fold, folds]).astype(rows.fold.dtype),
        swap=np.concatenate([rows.swap, np.full(len(texts), -1)]).astype(rows.swap.dtype),
        targets=np.concatenate([rows.targets, empty]),
        mask=np.concatenate([rows.mask, empty]),
    )
