"""The labelled posts: one file a writer, read whole; folds keep a writer's file and every minimal pair together."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzers.packets import read_labelled
from domain.errors import PacketError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from analyzers.packets import Labelled
    from domain.findings import Packet


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled post and the file (the writer) it comes from."""

    labelled: Labelled
    source: str


def read_corpus(paths: Iterable[Path]) -> tuple[tuple[Example, ...], tuple[str, ...]]:
    """Every post of these files in order of file name, and what was left out and why.

    Left out are malformed lines, and posts that stand in an earlier file too: a copy must not be learnt from in
    training and asked for in evaluation.
    """
    examples: list[Example] = []
    left_out: list[str] = []
    seen: dict[tuple[object, ...], str] = {}
    for path in sorted(paths, key=lambda path: path.name):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                labelled = read_labelled(line, number)
            except PacketError as error:
                left_out.append(f"{path.name}: {error}")
                continue
            packet = labelled.packet
            key = (packet.text, packet.parent, packet.media)
            if seen.setdefault(key, path.stem) == path.stem:
                examples.append(Example(labelled, path.stem))
            else:
                left_out.append(f"{path.name}: line {number}: stands in {seen[key]} too")
    return tuple(examples), tuple(left_out)


def learnable(folders: Iterable[Path], files: Iterable[Path], asked: Iterable[Example]) -> tuple[Example, ...]:
    """The posts of these folders without the files that are asked, and without any post that stands in them."""
    named = {path.name for path in files}
    paths = [path for folder in folders for path in folder.glob("*.jsonl") if path.name not in named]
    texts = {example.labelled.packet.text for example in asked}
    return tuple(one for one in read_corpus(paths)[0] if one.labelled.packet.text not in texts)


def folds_of(examples: Sequence[Example], most: int) -> dict[str, int]:
    """Source -> fold, at most `most` folds of about equal size: whole files, the largest dealt first."""
    sizes: dict[str, int] = {}
    for example in examples:
        sizes[example.source] = sizes.get(example.source, 0) + 1
    loads = [0] * min(most, len(sizes))
    folds: dict[str, int] = {}
    for source in sorted(sizes, key=lambda source: (-sizes[source], source)):
        lightest = loads.index(min(loads))
        folds[source] = lightest
        loads[lightest] += sizes[source]
    return folds


def digest_of(packet: Packet) -> str:
    """Names a post by its words, pictures and the words answered: ids change when a file is mended."""
    words = (packet.text, *packet.media, packet.parent.text if packet.parent else "", packet.created.isoformat())
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:16]
