"""A whole post as an outsider may read it: without names, handles, numbers, dates, links and protected topics."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzers.keep import CUT, masked
from domain.findings import Clause

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.findings import Packet, Scored, Span

PRACTICE = "[practice]"
"""Stands for the practice's own name, which is nobody's secret and which two clauses turn on."""
_STAND_IN = "\ue000"
"""A private-use character, as many as the name is long, so that offsets stay right until the end."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What is left of a post's words and of its pictures' descriptions."""

    text: str
    alts: tuple[str, ...]


def for_outside(packet: Packet, scored: Scored) -> Outside:
    """Mask everything that an excerpt masks, all evidence of clause 2 as well, and cut protected topics.

    Masking by shape has limits: a name in small letters that no rule knows is not seen.
    """
    names = sorted((packet.practice_name, *packet.practice_aliases), key=len, reverse=True)
    client = [span for found in scored.findings if found.clause is Clause.CONFIDENTIALITY for span in found.spans]
    secrets = (*scored.identifiers, *client)

    def shown(field: str, words: str) -> str:
        cut = _cut(words.replace(_STAND_IN, " "), [span for span in scored.silenced if span.field == field])
        own = [span for span in secrets if span.field == field]
        return _named(masked(_stood_in(cut, names), own, ()))

    return Outside(
        shown("text", packet.text),
        tuple(shown(f"media.{index}.alt", alt) for index, alt in enumerate(packet.media)),
    )


def _cut(words: str, silenced: Sequence[Span]) -> str:
    """The same length, silenced words gone."""
    mark = f" {CUT} "
    for span in silenced:
        room = span.end - span.start
        words = words[: span.start] + (mark if len(mark) <= room else "").ljust(room) + words[span.end :]
    return words


def _stood_in(words: str, names: Sequence[str]) -> str:
    for name in names:
        pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
        words = re.sub(pattern, lambda found: _STAND_IN * len(found.group()), words, flags=re.IGNORECASE)
    return words


def _named(words: str) -> str:
    return re.sub(f"{_STAND_IN}+", PRACTICE, words)
