"""The same rows beside what today's rules say of them, for fitting a blend again after the rules have changed.

Posts are found again in the corpus by their words. Public texts are not: what the rules said of them stays.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from training.corpus import digest_of, read_corpus
from training.rows import LABELLED, load_rows
from training.signals import rule_signals

if TYPE_CHECKING:
    import argparse

_KEPT = ("rows.npz", "rows.jsonl", "outputs.txt")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of this step."""
    here = Path(__file__).parent
    parser.add_argument("--corpus", type=Path, nargs="+", default=[here / "corpus", here / "corpus" / "parts"])
    parser.add_argument("--work", type=Path, required=True, help="folder that `prepare` wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for the same rows with fresh signals")


def main(options: argparse.Namespace) -> None:
    """Write the folder that `evaluate` reads; say how many posts were not found again."""
    examples, _ = read_corpus(path for folder in options.corpus for path in folder.glob("*.jsonl"))
    packets = {digest_of(one.labelled.packet): one.labelled.packet for one in examples}
    index = [json.loads(line) for line in (options.work / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
    labelled = np.flatnonzero(load_rows(options.work / "rows.npz").kind == LABELLED)
    keys = [entry["post"] for entry in index]
    again = [(row, packets[key]) for row, key in zip(labelled.tolist(), keys, strict=True) if key in packets]
    signals = np.load(options.work / "signals.npz")["signals"]
    signals[[row for row, _ in again]] = rule_signals(packet for _, packet in again)
    options.out.mkdir(parents=True, exist_ok=True)
    for name in _KEPT:
        shutil.copyfile(options.work / name, options.out / name)
    np.savez_compressed(options.out / "signals.npz", signals=signals)
    print(f"{len(again)} posts judged anew, {len(keys) - len(again)} no longer in the corpus")
