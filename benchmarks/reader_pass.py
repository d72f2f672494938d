"""One process of the comparison, in the environment of the feed reader library `reader`: enrol, or one pass.

Run by path, with nothing of this project: `RIVAL/bin/python benchmarks/reader_pass.py enrol|pass DATABASE …`.
"""

from __future__ import annotations

import argparse
import json
import sys

from reader import make_reader


def main() -> None:
    """Add the feeds, or update them all and print how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("enrol", "pass"))
    parser.add_argument("database")
    parser.add_argument("--ports", type=json.loads, required=True)
    parser.add_argument("--feeds", type=int, required=True)
    parser.add_argument("--workers", type=int, default=4)
    options = parser.parse_args()
    reader = make_reader(options.database)
    if options.what == "enrol":
        ports = options.ports
        for number in range(options.feeds):
            reader.add_feed(f"http://127.0.0.1:{ports[number % len(ports)]}/{number}.xml")
        return
    outcomes = {"new": 0, "read": 0, "not-modified": 0, "failed": 0}
    for result in reader.update_feeds_iter(scheduled=False, workers=options.workers):
        if isinstance(result.value, Exception):
            outcomes["failed"] += 1
        elif result.value is None:
            outcomes["not-modified"] += 1
        else:
            outcomes["read"] += 1
            outcomes["new"] += result.value.new
    sys.stdout.write(json.dumps(outcomes) + "\n")


if __name__ == "__main__":
    main()
