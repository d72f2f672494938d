"""Word lists of `vocabulary.toml`: alternations for rules, and sets of common words."""

from __future__ import annotations

import tomllib
from pathlib import Path

_CONTENT = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
LISTS: dict[str, str] = {name: text.replace("\n", "").strip() for name, text in _CONTENT["alternations"].items()}
"""Name -> alternation without brackets, for use inside a group."""
SETS: dict[str, frozenset[str]] = {name: frozenset(text.split()) for name, text in _CONTENT["sets"].items()}
"""Name -> words in lower case."""
