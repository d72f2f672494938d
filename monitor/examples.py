"""The example files that `section7 init` starts from: the same ones that stand at the top of the source."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

CONFIG = "config.example.toml"
POLICY = "policy.example.toml"


def example(name: str) -> str:
    """The text of an example file, from the installed package or from the source tree."""
    installed = resources.files("monitor") / "data" / name
    if installed.is_file():
        return installed.read_text(encoding="utf-8")
    return (Path(__file__).parent.parent / name).read_text(encoding="utf-8")
