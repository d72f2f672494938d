"""Reads TOML (toml.io, v1.0.0) so that a broken file is told in plain words, by line and column, and never repeated."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from domain.errors import ConfigError, Mistake

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_PLAIN = {
    "Unterminated string": "text without its closing quote",
    "Invalid value": "a value that is no TOML (text stands in quotes)",
    "Cannot overwrite a value": "a key that stands there twice",
    "Cannot declare": "a table that stands there twice",
    "Expected newline": "something behind a value",
    "Unclosed": "a bracket that is not closed",
    "Expected ']'": "a bracket that is not closed",
    "Expected '='": "a key without = and a value",
    "Illegal character '\\n'": "text without its closing quote",
    "Illegal character": "a character that may not stand there",
    "Unescaped '\\'": "a single backslash in text (write two)",
    "Invalid date": "a day or time that does not exist",
}
"""The beginnings of tomllib's messages, which can go on with words of the file."""


def parsed_toml(text: str, file: str) -> dict[str, Any]:
    """The content of TOML text; `file` names it. ConfigError tells what is wrong and where, without a word of it."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # Not chained: the parser's message may hold what may be a secret.
        raise ConfigError([Mistake(file, "(file)", _told(str(error)), "valid TOML")]) from None


def _told(message: str) -> str:
    plain = next((words for start, words in _PLAIN.items() if message.startswith(start)), "something that is no TOML")
    place = _PLACE.search(message)
    if place is None:
        return plain
    line, column = place.groups()
    return f"{plain}, at line {line}, column {column}" if line else f"{plain}, seen at the end of the file"
