"""Build the strong model from a tiny base, in a process of its own that may kill itself: OUT PARTS KILL_AT."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from training.base_weights import Base
from training.build import Materials, build

CORPUS = Path(__file__).parents[2] / "training" / "corpus"


def main(out: str, parts: str, kill_at: str) -> None:
    """KILL_AT: after this many steps of training the process kills itself; 0 for never."""

    @contextmanager
    def killing() -> Iterator[Callable[[str, int, int], None]]:
        def told(what: str, done: int, steps: int) -> None:
            print(f"{what}: {done} of {steps}", flush=True)
            if what.startswith("teacher") and done == int(kill_at):
                os.kill(os.getpid(), signal.SIGKILL)

        yield told

    base = Base(**json.loads((Path(parts) / "base.json").read_text(encoding="utf-8")))
    options = argparse.Namespace(out=Path(out), threads=1, teachers=2, most=40, epochs=3.0)
    materials = Materials(base, lambda: sorted(Path(parts).glob("*.zip.*")), (CORPUS / "D.jsonl",))
    build(options, materials, killing)


if __name__ == "__main__":
    main(*sys.argv[1:])
