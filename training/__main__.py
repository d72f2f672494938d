"""`python -m training STEP`: each step is a module with `add_arguments` and `main`.

`build` makes the strong model from what is installed; `everything` makes the small one, step by step.
"""

from __future__ import annotations

import argparse
import sys

from training.steps import STEPS, run_step


def main() -> None:
    """Run one step."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="`python -m training STEP --help` tells them")
    chosen = parser.parse_args(sys.argv[1:])
    run_step(chosen.step, chosen.arguments)


if __name__ == "__main__":
    main()
