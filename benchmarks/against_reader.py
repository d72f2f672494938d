"""A whole pass against the feed reader library `reader`, on the same feeds: `python -m benchmarks.against_reader`.

Both read the same generated feeds from loopback with the same number of workers and no delay, cold and when nothing
has changed, each pass a process of its own, in turn. What is compared is what the system says of that process from its
start to its end: time, processor time, most memory. Ours also guards addresses, asks for robots.txt, reserves turns,
plans, judges and records; `reader` parses, stores and indexes. It gets an environment of its own, made anew from
`requirements/reader.txt` unless `--rival` names one. No part of `make bench`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HERE = Path(__file__).parent
REQUIREMENTS = HERE.parent / "requirements" / "reader.txt"
HOSTS = 20
_MEGA = 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took: seconds, seconds of processor, megabytes; and what it said."""

    wall: float
    processor: float
    memory: float
    said: Mapping[str, int]


def main() -> None:
    """Print the ratios, pass by pass."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rival", type=Path, help="an environment with `reader`, instead of a new one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, served(HOSTS, options.feeds) as ports:
        rival = options.rival or environment(Path(folder) / "rival")
        common = ["--ports", json.dumps(ports), "--feeds", str(options.feeds), "--workers", str(options.workers)]
        rounds = [
            _round(Path(folder) / str(number), rival / "bin" / "python", common) for number in range(options.rounds)
        ]
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"{options.feeds} feeds, {options.workers} workers each, {options.rounds} rounds; load {load}")
    for what in rounds[0]:
        _show(what, [each[what] for each in rounds])


def environment(folder: Path) -> Path:
    """An environment with `reader` and nothing of ours."""
    venv.create(folder, with_pip=True)
    install = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--require-hashes", "-r", REQUIREMENTS]
    subprocess.run(install, check=True)  # noqa: S603 - our own words
    return folder


@contextmanager
def served(hosts: int, feeds: int) -> Iterator[list[int]]:
    """The feeds, on as many ports as hosts."""
    command = [sys.executable, "-m", "benchmarks.feeds_server", str(hosts), str(feeds)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as server:  # noqa: S603 - our own words
        assert server.stdout is not None
        yield json.loads(server.stdout.readline())
        server.communicate()


def _round(folder: Path, rival: Path, common: Sequence[str]) -> dict[str, tuple[Cost, Cost]]:
    """Ours and theirs, each cold and again."""
    folder.mkdir()
    ours = [sys.executable, "-m", "benchmarks.feed_accounts"]
    theirs = [str(rival), str(HERE / "reader_pass.py")]
    found = {}
    for name, more in (("judged", []), ("unjudged", ["--unjudged"])):
        mine, other = str(folder / f"{name}.db"), str(folder / f"{name}-reader.db")
        cost([*ours, "enrol", mine, *common])
        cost([*theirs, "enrol", other, *common])
        for when, days in (("cold", "0"), ("not modified", "2")):
            pair = (
                cost([*ours, "pass", mine, *common, "--days", days, *more]),
                cost([*theirs, "pass", other, *common]),
            )
            found[f"{when}, {name}"] = pair
    return found


def cost(command: Sequence[str]) -> Cost:
    """Run a command to its end. Raises CalledProcessError when it fails."""
    started = time.monotonic()
    # Both start from compiled modules, as they would where they are installed.
    compiled = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=compiled) as process:  # noqa: S603 - our own words
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - started
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    outcome = json.loads(said) if said else {}
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / _MEGA, outcome)


def _show(what: str, pairs: Sequence[tuple[Cost, Cost]]) -> None:
    print(f"{what}: ours {dict(pairs[0][0].said)}, reader {dict(pairs[0][1].said)}")
    for measure in ("wall", "processor", "memory"):
        ours = [getattr(mine, measure) for mine, _ in pairs]
        theirs = [getattr(other, measure) for _, other in pairs]
        ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
        print(
            f"  {measure}: reader takes {median(ratios):.2f} times ours ({min(ratios):.2f}-{max(ratios):.2f}); "
            f"{median(ours):.1f} and {median(theirs):.1f}"
        )


if __name__ == "__main__":
    main()
