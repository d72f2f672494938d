"""Words whose choice must not move a verdict, each replaced by a form that both sides share (neutral.toml)."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

_TABLES = tomllib.loads(Path(__file__).with_name("neutral.toml").read_text(encoding="utf-8"))
_MARKERS = tuple(_TABLES["markers"])
_FORMS = {**_TABLES["same"], **_TABLES["spelling"]}
_DROPPED = re.compile(r"(?<=[a-z]{2}in)['\u2019](?!\w)")
"""The g that dialect and song leave out: "talkin'"."""


def _whole(alternatives: str) -> re.Pattern[str]:
    """Whole words, and none in a handle, a tag or an address."""
    return re.compile(rf"(?<![\w@#.\-'])(?:{alternatives})(?![\w@]|\.\w|'(?!s\b)\w)", re.IGNORECASE)


_SIDES = _whole(
    "|".join(f"(?P<k{number}>{'|'.join(words)})" for number, words in enumerate(_TABLES["markers"].values()))
)
_OTHERS = _whole("|".join(re.escape(word) for word in sorted(_FORMS, key=len, reverse=True)))


def neutral(text: str) -> str:
    """The text with parties, feasts, faiths, peoples and causes as markers, men as women, and dialect spelt out.

    Whole words only; handles, tags and addresses stay. Never used for what a person reads.
    """
    text = _SIDES.sub(lambda found: f"{{{_MARKERS[int(str(found.lastgroup)[1:])]}}}", text)
    text = _DROPPED.sub("g", text)
    return _OTHERS.sub(lambda found: _FORMS[found.group().lower()], text)
