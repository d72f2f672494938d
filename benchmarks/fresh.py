"""One process that scores, watched from its start: `python -m benchmarks.fresh [--posts N] [--rules]`.

Prints a line of JSON when the model is loaded, at the first verdict and at each power of ten posts: `posts`, `at`
(monotonic seconds), `processor` (seconds of this process), `peak` (megabytes resident at most). Posts are made one at a
time and dropped. They are harmless ones, as nearly all are in life; a finding costs more (benchmarks/scoring.py).
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from analyzers.files import score_lines
from analyzers.model.blend import load_local

if TYPE_CHECKING:
    from collections.abc import Iterator

POSTS = Path(__file__).parent.parent / "tests" / "analyzers" / "data" / "dev-posts.jsonl"
_KIBI = 1024


def main() -> None:
    """Score as many posts as asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1)
    parser.add_argument("--rules", action="store_true", help="without the local model")
    options = parser.parse_args()
    local = None if options.rules else load_local()
    print(json.dumps(state(0)), flush=True)
    marks = {1} | {10**power for power in range(3, 8)}
    for count, _ in enumerate(score_lines(stream(options.posts), local=local), start=1):
        if count in marks:
            print(json.dumps(state(count)), flush=True)


def stream(count: int) -> Iterator[str]:
    """Lines of a post file, no two with the same words."""
    rows = (json.loads(line) for line in POSTS.read_text(encoding="utf-8").splitlines())
    harmless = [row for row in rows if row["verdict"] == "fine"]
    for number, row in enumerate(islice(cycle(harmless), count)):
        yield json.dumps({**row, "id": str(number), "text": f"{row['text']} ({number})"})


def state(count: int) -> dict[str, float]:
    """Where this process stands after so many posts."""
    return {
        "posts": count,
        "at": time.monotonic(),
        "processor": time.process_time(),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIBI,
    }


if __name__ == "__main__":
    main()
