"""A post that goes on from the author's own: both are read together, and only words of this post are evidence.

What stands in the parent alone was judged when the parent was: here it counts only together with something new.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analyzers.mapped import Normalised
from analyzers.patterns import Hit
from analyzers.text import Passage
from domain.posts import ParentAuthor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from analyzers.reading import Detection, Reading

_SEAM = "\n"
_REACH = 1200
"""Characters of the parent's end that are read with this post."""
_NEWS = 0.5
"""Log-odds that this post must add to a parent that is reported itself."""


def judged_in_thread(judge: Callable[[Reading], Detection], reading: Reading) -> Detection:
    """The clause's answer for this post alone or, where that says more, together with the author's own parent."""
    alone = judge(reading)
    if reading.parent is None or reading.packet.parent is None or reading.packet.parent.author is not ParentAuthor.SELF:
        return alone
    before = reading.parent.text[-_REACH:]
    said = judge(replace(reading, text=_passage(before, reading.text), alts=(), parent=None))
    together = judge(replace(reading, text=_passage(before + _SEAM + reading.text.text, reading.text), parent=None))
    seam = len(before) + len(_SEAM)
    evidence = _of_this_post(together.evidence, reading.text, seam)
    masks = (*alone.masks, *_of_this_post(together.masks, reading.text, seam))
    if not evidence or together.score <= max(alone.score, 0.0, said.score + _NEWS if said.score > 0 else 0.0):
        return replace(alone, masks=masks)
    return replace(together, evidence=evidence, masks=masks)


def _passage(words: str, own: Passage) -> Passage:
    """Words of two posts as one passage, which is quoted only through `_of_this_post`."""
    return Passage(own.field, Normalised(words, words), own.names)


def _of_this_post(hits: Iterable[Hit], own: Passage, seam: int) -> tuple[Hit, ...]:
    """Hits of the joined passage as hits of the post itself, what reaches back into the parent cut off."""
    kept: list[Hit] = []
    for hit in hits:
        if hit.passage.field != own.field:
            kept.append(hit)
        elif hit.end > seam:
            kept.append(Hit(hit.rule, own, max(hit.start - seam, 0), hit.end - seam))
    return tuple(kept)
