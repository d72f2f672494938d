"""Our scoring beside rules alone, the model alone and programs and plain learners of others: the same posts, one run.

Runs in an environment of its own (training/README.md). Prints figures only, never a word of a post.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from analyzers.model.blend import load_local
from analyzers.model.classifier import WEIGHTS
from analyzers.score import score
from training.baselines import Learner, by_embeddings
from training.corpus import learnable, read_corpus
from training.parts import judged, without_rules
from training.peers import by_presidio, by_profanity
from training.standings import Standing, table

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from analyzers.model.blend import Local
    from training.corpus import Example

SHOTS = 16
_OWN = "as shipped"
_DEFAULT = "its default"
_CHOSEN = "best F0.7 on training posts"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of this step."""
    here = Path(__file__).parent / "corpus"
    parser.add_argument("--files", type=Path, nargs="+", required=True, help="labelled posts to ask")
    parser.add_argument("--model", type=Path, default=WEIGHTS, help="folder of the model")
    parser.add_argument("--corpus", type=Path, nargs="+", default=[here, here / "parts"], help="folders to learn from")


def main(options: argparse.Namespace) -> None:
    """Print one table, and what has to be known to read it."""
    local = load_local(options.model)
    if local is None:
        raise SystemExit(f"{options.model}: no model with a blend")
    asked, left_out = read_corpus(options.files)
    examples = learnable(options.corpus, options.files, asked)
    standings: list[Standing] = []
    for standing in _standings(local, asked, examples):
        print(f"asked: {standing.name}", file=sys.stderr, flush=True)
        standings.append(standing)
    alarms = standings[0].evaluation.false_alarms
    sources = sorted({example.source for example in examples})
    print(f"{len(asked)} posts asked, {len(left_out)} lines left out; scored by {local.version}")
    print(f"learners: {len(examples)} posts of {' '.join(sources)}")
    known = sorted(
        path.stem for path in options.files if any((folder / path.name).exists() for folder in options.corpus)
    )
    if known:
        print(f"{' '.join(known)}: part of the corpus, so that a model trained on all of it has seen the answers")
    print(f"equal alarms: as many fine posts as ours flags, {alarms.hits} of {alarms.total}\n")
    print(table(standings, alarms.hits))


def _standings(local: Local, asked: Sequence[Example], examples: Sequence[Example]) -> Iterator[Standing]:
    posts = [example.labelled for example in asked]
    packets = [labelled.packet for labelled in posts]
    yield Standing("rules and model", posts, [score(packet, None, local) for packet in packets], _OWN)
    yield Standing("rules alone", posts, [score(packet) for packet in packets], _OWN)
    alone = without_rules(local)
    yield Standing("model alone", posts, [judged(packet, alone) for packet in packets], _OWN)
    yield Standing("Presidio", posts, by_presidio(packets), _DEFAULT)
    yield Standing("alt-profanity-check", posts, by_profanity(packets), _DEFAULT)
    yield Standing("n-grams", posts, Learner.of_ngrams(examples, packets).judge(), _CHOSEN)
    few, every = by_embeddings(examples, packets, (SHOTS, None))
    yield Standing(f"frozen MiniLM, {SHOTS} a clause", posts, few, _CHOSEN)
    yield Standing("frozen MiniLM, every post", posts, every, _CHOSEN)
