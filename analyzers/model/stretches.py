"""Which parts of a very long text are read where reading all of it would take minutes."""

from __future__ import annotations

import re

_SPACE = re.compile(r"\s")
_SLACK = 100
LENGTH = 1_400
"""Characters of a stretch: about three hundred pieces of words, so that the model takes it in at once."""
MOST = 24


def stretches(text: str) -> list[tuple[int, int]]:
    """At most 24 stretches of about 1,400 characters, spread evenly from the first character to the last.

    They cover a text of up to 33,600 characters; of a longer one, parts at equal distances. Words stay whole.
    """
    if len(text) <= LENGTH:
        return [(0, len(text))]
    number = min(MOST, -(-len(text) // LENGTH))
    step = (len(text) - LENGTH) / (number - 1)
    starts = [round(step * place) for place in range(number)]
    return [(_at_a_blank(text, start) if start else 0, _at_a_blank(text, start + LENGTH)) for start in starts]


def _at_a_blank(text: str, place: int) -> int:
    """The first blank from here on, or the place itself where a word is too long to wait for its end."""
    found = _SPACE.search(text, place, place + _SLACK)
    return found.start() if found else min(place, len(text))
