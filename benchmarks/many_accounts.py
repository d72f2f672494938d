"""Ten thousand accounts over two hundred hosts in one process: `python -m benchmarks.many_accounts`.

Prints, for a hundred accounts up to all of them, the processor time and the memory that each account costs, and how the
pace at the hosts was kept, as the servers saw it: never two requests to one host closer than the delay, less what the
way there may differ. Feeds on loopback, one port a host. No part of `make bench`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.feed_accounts import KEYS, NOW, enrol, gentle, leave_rules_out, one_pass
from migrations.upgrade import upgrade
from store.engine import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FEEDS = 50
"""Feeds that are served; accounts share them, under queries of their own."""
TOLERANCE = 0.005
"""Seconds by which two requests may come closer than they left."""
_KIBI = 1024
_SECOND = timedelta(seconds=1)


@dataclass
class Served:
    """The servers, and what they were asked when they have ended: instants by port."""

    ports: list[int]
    asked: dict[str, list[float]]


def main() -> None:
    """Read everything once for each number of accounts, each in a database of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--delay", type=float, default=0.02, help="seconds between two requests to one host")
    parser.add_argument("--unjudged", action="store_true", help="leave the rules out: a post costs the same anywhere")
    options = parser.parse_args()
    if options.unjudged:
        leave_rules_out()
    print(f"{options.hosts} hosts, {options.workers} workers, delay {options.delay} s; load {os.getloadavg()[0]:.1f}")
    first = 0.0
    for number in _sizes(options.accounts):
        with served(options.hosts) as servers:
            each, memory = _read(servers.ports, number, options.workers, options.delay)
        first = first or each
        closest = _closest(servers)
        asked = sum(len(instants) for instants in servers.asked.values())
        most = max(len(instants) for instants in servers.asked.values())
        print(
            f"{number} accounts: {each / first:.2f} times the processor time of the first size an account, "
            f"{memory:.0f} MB in use after it; {asked} requests, at most {most} to one host, "
            f"the closest two {closest:.4f} s apart: {'kept' if closest >= options.delay - TOLERANCE else 'NOT KEPT'}"
        )


def _sizes(most: int) -> tuple[int, ...]:
    return (*(size for size in (100, 1000, 10_000) if size < most), most)


@contextmanager
def served(hosts: int) -> Iterator[Served]:
    """Feeds on as many ports as hosts."""
    command, pipe = [sys.executable, "-m", "benchmarks.feeds_server", str(hosts), str(FEEDS)], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as server:  # noqa: S603 - our own words
        assert server.stdout is not None
        servers = Served(json.loads(server.stdout.readline()), {})
        yield servers
        told, _ = server.communicate()
        servers.asked = json.loads(told)


def _read(ports: Sequence[int], number: int, workers: int, delay: float) -> tuple[float, float]:
    """Processor seconds an account, and megabytes in use afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        upgrade(url)
        store = open_store(url, KEYS)
        # A query of its own makes each address one of its own; the server answers by what stands before it.
        enrol(store, [f"http://127.0.0.1:{ports[n % len(ports)]}/{n % FEEDS}.xml?a={n}" for n in range(number)])
        began, started = time.monotonic(), time.process_time()
        done = one_pass(store, gentle(ports, delay), lambda: NOW + (time.monotonic() - began) * _SECOND, workers)
        each = (time.process_time() - started) / number
        store.close()
    well = sum(visit.outcome in ("read", "not-modified") for visit in done.visits)
    if well != number:
        print(f"  {number - well} of {number} were not read: { ({visit.outcome for visit in done.visits}) }")
    return each, _resident()


def _closest(servers: Served) -> float:
    gaps = (later - earlier for each in servers.asked.values() for earlier, later in pairwise(sorted(each)))
    return min(gaps, default=float("inf"))


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _KIBI / _KIBI


if __name__ == "__main__":
    main()
