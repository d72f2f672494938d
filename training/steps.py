"""One step of training by its name. Modules are loaded by name: no step needs what another one needs."""

from __future__ import annotations

import argparse
import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

STEPS = (
    "prepare",
    "train",
    "adapt",
    "export",
    "evaluate",
    "refresh",
    "ordinary",
    "build",
    "everything",
    "rivals",
    "ablation",
)


def run_step(step: str, arguments: Sequence[str]) -> None:
    """Parse a step's own arguments and run it; SystemExit where they are wrong."""
    module = importlib.import_module(f"training.{step}")
    own = argparse.ArgumentParser(prog=f"python -m training {step}", description=module.__doc__)
    module.add_arguments(own)
    module.main(own.parse_args(arguments))
