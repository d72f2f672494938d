"""Text that is stored in one order and read in another: direction overrides, and letters turned upside down.

Such a stretch is quoted as a whole: every letter of it stands for all of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzers.mapped import Edit, Normalised, edited

if TYPE_CHECKING:
    from collections.abc import Iterator

_OVERRIDDEN = re.compile(r"\u202e([^\u202c\u202d\u202e\n]{1,5000})")
"""A right-to-left override until it ends (Unicode Standard Annex 9): Latin letters within are shown backwards."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]+")
_ONLY_TURNED = "ɐɔǝɟƃɓɥᴉıɾʞɯɹʇʌʍʎ"
_UPRIGHT = str.maketrans(_ONLY_TURNED + "nupdbq¿¡", "acefgghiijkmrtvwy" + "undpqb?!")
_TURNED = re.compile(rf"[{_ONLY_TURNED}]")
_STRETCH = re.compile(rf"[{_ONLY_TURNED}noupdbqlsxz0-9¿¡ ',.:;!?-]{{6,5000}}")
_LETTER = re.compile(r"[^\W\d_]")
_FEWEST_TURNED = 4


def in_reading_order(raw: str) -> Normalised:
    """The text as it is shown: overridden stretches turned round, control characters that show nothing left out."""
    shown = Normalised(raw, raw)
    if "\u202e" in raw:
        shown = edited(shown, (_backwards(*found.span(1), found.group(1)) for found in _OVERRIDDEN.finditer(raw)))
    return edited(shown, (Edit(*found.span(), "", ()) for found in _CONTROL.finditer(shown.text)))


def upright(text: Normalised) -> Normalised:
    """Stretches of upside-down letters put on their feet."""
    return edited(text, _on_their_feet(text.text)) if _TURNED.search(text.text) else text


def _on_their_feet(text: str) -> Iterator[Edit]:
    for stretch in _STRETCH.finditer(text):
        letters, turned = len(_LETTER.findall(stretch.group())), len(_TURNED.findall(stretch.group()))
        if turned >= _FEWEST_TURNED and 3 * turned >= letters:
            start = stretch.start() + len(stretch.group()) - len(stretch.group().lstrip())
            shown = stretch.group().strip()
            yield _backwards(start, start + len(shown), shown.translate(_UPRIGHT))


def _backwards(start: int, end: int, letters: str) -> Edit:
    return Edit.whole(start, end, letters[::-1])
