"""Turn the corpus and public texts into tokenised rows, and pack the encoders, so that training needs nothing else.

Public texts come from a folder outside the project (real people's words; never copied into it). Part of them serve as
ordinary posts to learn from, the rest are kept for measuring alarms.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tokenizers import Tokenizer

from analyzers.model.inputs import segments
from domain.findings import Clause
from training.corpus import digest_of, folds_of, read_corpus
from training.encoders import NAMES, pack
from training.mixes import with_mixes
from training.model import END, START, UNKNOWN
from training.rows import EVERYWHERE, LABELLED, MEASURED, PUBLIC, SHUFFLED, Rows
from training.signals import WIDTH, rule_signals
from training.targets import OUTPUTS, targets_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from domain.findings import Packet
    from training.corpus import Example

SEED = 11
ORDINARY = ("c1_tweettopic_personal", "c2_btc_person", "c2_wnut17_person", "c2_illness_third_party")
"""Ordinary people's posts: taken as no violation of clauses 1, 2, 3 and 6; nothing is claimed of 4 and 5."""
TALK = ("c3_advice_reddit_comment", "c3_counselchat_answers", "c3_medquad_general_info", "c2_mts_clinical_notes")
"""Advice and health information: unlabelled, for the students only."""
_CLAIMED = frozenset(f"{head}.{clause}" for head in ("clause", "mild", "grave") for clause in "1236") | {"client"}
_MOST_WORDS = 120


@dataclass(frozen=True, slots=True)
class Row:
    """A packet with its kind and fold (training/rows.py), its targets with their mask, and its swap group's name."""

    packet: Packet
    kind: int
    fold: int
    targets: tuple[list[float], list[float]]
    swap: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of this step."""
    here = Path(__file__).parent
    parser.add_argument("--corpus", type=Path, nargs="+", default=[here / "corpus", here / "corpus" / "parts"])
    parser.add_argument("--extra", type=Path, nargs="*", default=[], help="further labelled files")
    parser.add_argument("--public", type=Path, help="folder with public texts (JSON Lines with `text`)")
    parser.add_argument("--models", type=Path, required=True, help="folder with minilm/, mpnet/ and bert-vocab.txt")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=6)
    parser.add_argument("--ordinary", type=int, default=500, help="texts of each ordinary source to learn from")
    parser.add_argument("--measured", type=int, default=800, help="texts of each ordinary source kept for measuring")
    parser.add_argument("--talk", type=int, default=500, help="texts of each source of advice and information")
    parser.add_argument("--shuffles", type=int, default=1, help="copies of each post in other circumstances")
    parser.add_argument("--mixes", type=int, default=0, help="copies of each post with sentences mixed")


def main(options: argparse.Namespace) -> None:
    """Write rows.npz, rows.jsonl (which row is which post), outputs.txt and the packed encoders."""
    paths = [path for folder in options.corpus for path in folder.glob("*.jsonl")] + options.extra
    examples, left_out = read_corpus(paths)
    print("\n".join(left_out) or "every line was read")
    folds = folds_of(examples, options.folds)
    source = random.Random(SEED)  # noqa: S311 - drawing examples, not secrecy
    rows = list(labelled_rows(examples, folds))
    for copy in range(options.shuffles):
        rows.extend(_shuffled(examples, folds, source, copy))
    if options.public:
        rows.extend(_public(options, [example.labelled.packet for example in examples], source))
    options.work.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(options.models / "minilm" / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    stored = with_mixes(tokenised(rows, tokenizer), options.mixes, SEED)
    stored.save(options.work / "rows.npz")
    judged = [index for index, row in enumerate(rows) if row.kind in {LABELLED, MEASURED}]
    signals = np.zeros((len(stored), WIDTH), dtype=np.float32)
    signals[judged] = rule_signals(rows[index].packet for index in judged)
    np.savez_compressed(options.work / "signals.npz", signals=signals)
    _write_index(options.work, examples)
    vocabulary = vocabulary_of(stored)
    for name in NAMES:
        size = pack(options.models / name, options.work, name, vocabulary)
        print(f"{name}: {size / 2**20:.1f} MiB")
    kinds = np.bincount(stored.kind, minlength=4).tolist()
    print(
        f"{len(stored)} rows (labelled, shuffled, public, measured: {kinds}), {len(vocabulary)} pieces, folds {folds}"
    )


def labelled_rows(examples: Sequence[Example], folds: dict[str, int]) -> Iterator[Row]:
    """A row for each labelled post."""
    for example in examples:
        labelled = example.labelled
        name = f"{example.source}/{labelled.swap}" if labelled.swap else ""
        yield Row(labelled.packet, LABELLED, folds[example.source], targets_of(labelled), name)


def _nothing() -> tuple[list[float], list[float]]:
    return [0.0] * len(OUTPUTS), [0.0] * len(OUTPUTS)


def _shuffled(examples: Sequence[Example], folds: dict[str, int], source: random.Random, copy: int) -> Iterator[Row]:
    """A post's words in the circumstances of another post of the same file: unlabelled, for the students.

    Posts of a swap group move into the same circumstances, and stay a group.
    """
    by_source: dict[str, list[Packet]] = {}
    for example in examples:
        by_source.setdefault(example.source, []).append(example.labelled.packet)
    drawn: dict[str, tuple[Packet, bool]] = {}
    for example in examples:
        own, swap = example.labelled.packet, example.labelled.swap
        draw = (source.choice(by_source[example.source]), source.random() < 0.5)  # noqa: PLR2004 - half of the copies
        name = f"{example.source}/{swap}#{copy}" if swap else ""
        other, answers = drawn.setdefault(name, draw) if name else draw
        moved = replace(
            other,
            id=own.id,
            text=own.text,
            practice_name=own.practice_name,
            practice_aliases=own.practice_aliases,
            media=own.media,
            parent=own.parent if answers else None,
        )
        yield Row(moved, SHUFFLED, folds[example.source], _nothing(), name)


def _public(options: argparse.Namespace, packets: Sequence[Packet], source: random.Random) -> Iterator[Row]:
    """Public texts as a professional's posts, in circumstances drawn from the corpus."""
    plain = [packet for packet in packets if packet.parent is None and not packet.media]
    claimed = ([0.0] * len(OUTPUTS), [float(name in _CLAIMED) for name in OUTPUTS])
    for name in (*ORDINARY, *TALK):
        texts = _texts(options.public / f"{name}.jsonl", source)
        ordinary = name in ORDINARY
        learnt = options.ordinary if ordinary else options.talk
        for number, text in enumerate(texts[: learnt + (options.measured if ordinary else 0)]):
            packet = replace(source.choice(plain), id=f"{name}-{number}", text=text)
            kind = PUBLIC if number < learnt else MEASURED
            yield Row(packet, kind, EVERYWHERE, claimed if ordinary and kind == PUBLIC else _nothing())


def _texts(path: Path, source: random.Random) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    texts = sorted({str(json.loads(line)["text"]) for line in lines})
    source.shuffle(texts)
    return [text for text in texts if 3 <= len(text.split()) <= _MOST_WORDS]  # noqa: PLR2004 - a sentence at least


def tokenised(rows: Sequence[Row], tokenizer: Tokenizer) -> Rows:
    """The rows as the model reads them; `tokenizer` must neither cut nor pad."""
    pairs = [segments(row.packet) for row in rows]
    encoded = [
        [np.array(piece.ids, dtype=np.int64) for piece in tokenizer.encode_batch(side, add_special_tokens=False)]
        for side in ([text for text, _ in pairs], [context for _, context in pairs])
    ]
    groups = {name: number for number, name in enumerate(sorted({row.swap for row in rows if row.swap}))}
    return Rows(
        text=encoded[0],
        context=encoded[1],
        kind=np.array([row.kind for row in rows]),
        fold=np.array([row.fold for row in rows]),
        swap=np.array([groups.get(row.swap, -1) for row in rows]),
        targets=np.array([row.targets[0] for row in rows]),
        mask=np.array([row.targets[1] for row in rows]),
    )


def vocabulary_of(rows: Rows) -> np.ndarray[Any, Any]:
    """The pieces in use; the padding second, where MPNet looks for it."""
    used = np.unique(np.concatenate([*rows.text, *rows.context]))
    return np.array(
        [START, 0, END, UNKNOWN, *(piece for piece in used.tolist() if piece not in {START, 0, END, UNKNOWN})]
    )


def _write_index(work: Path, examples: Sequence[Example]) -> None:
    """Row number -> what is known of the labelled posts, which come first."""
    lines = (
        json.dumps(
            {
                "source": example.source,
                "id": example.labelled.packet.id,
                "post": digest_of(example.labelled.packet),
                "verdict": example.labelled.verdict,
                "hard": example.labelled.hard,
                "labels": [example.labelled.labels[clause] for clause in Clause],
            }
        )
        for example in examples
    )
    (work / "rows.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (work / "outputs.txt").write_text("\n".join(OUTPUTS) + "\n", encoding="utf-8")
