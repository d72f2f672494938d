"""Search for answers that break a platform, led by the code they reach: `python -m tests.fuzz NAME --seconds 600`.

Needs atheris (libFuzzer for Python), which is no dependency: `pip install --require-hashes -r tests/fuzz/requirements.txt`.
Ends with status 0 when nothing was found. What breaks a platform is written to `crash-…` in the present folder.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["collectors", "domain"]):
    from tests.fuzz.harness import PLATFORMS, bounded, mutated, readings


def _mutator(data: bytes, most: int, seed: int) -> bytes:
    """Half the time by the shape of the answers, half the time by their bytes."""
    chance = Random(seed)
    if chance.random() < 0.5:
        return atheris.Mutate(data, most)
    return mutated(data, chance)[:most]


def main() -> None:
    """Fuzz one platform for the given time."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("platform", choices=sorted(PLATFORMS))
    parser.add_argument("--seconds", type=int, default=600)
    wanted = parser.parse_args()
    corpus = Path(tempfile.mkdtemp(prefix="section7-fuzz-"))
    for number, reading in enumerate(readings(wanted.platform)):
        (corpus / str(number)).write_bytes(reading)
    options = [f"-max_total_time={wanted.seconds}", "-timeout=20", "-max_len=100000", "-print_final_stats=1"]
    atheris.Setup(
        [sys.argv[0], *options, str(corpus)],
        lambda data: bounded(wanted.platform, data),
        custom_mutator=_mutator,
    )
    atheris.Fuzz()


main()
