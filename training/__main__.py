"""`python -m training prepare|train|adapt|export|evaluate`: each step is a module with `add_arguments` and `main`.

They are loaded by name, since the machine that trains has no need of what the others need.
"""

from __future__ import annotations

import argparse
import importlib

STEPS = ("prepare", "train", "adapt", "export", "evaluate")


def main() -> None:
    """Run one step."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("step", choices=STEPS)
    step, rest = parser.parse_known_args()
    module = importlib.import_module(f"training.{step.step}")
    own = argparse.ArgumentParser(prog=f"python -m training {step.step}", description=module.__doc__)
    module.add_arguments(own)
    module.main(own.parse_args(rest))


if __name__ == "__main__":
    main()
