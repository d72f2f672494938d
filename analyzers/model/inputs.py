"""A packet as the two texts the local model reads: the author's words, and what has to be known to judge them.

The practice's name, parties, faiths, peoples and causes are replaced by markers, words for men by words for women and
spellings of dialect by those of the schoolbook, so that none of these can move a verdict. Training and scoring use the
same function; another wording here needs another training.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzers.model.neutral import neutral
from analyzers.text import names_pattern, normalise
from domain.posts import ParentAuthor

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from domain.findings import Endorsement, Packet

INPUTS_VERSION = 2
_PRACTICE = "{practice}"
_PARENT_WORDS = 70
_IMAGE_WORDS = 60
_BIO_WORDS = 25
_MOST_ITEMS = 5
_SIGNATURE = 80
_PARENTS = {
    ParentAuthor.CLIENT_UNKNOWN: "someone who may be a client",
    ParentAuthor.OTHER: "another person",
    ParentAuthor.SELF: "own post",
}

_SPACE = re.compile(r"\s+")


def _spelled(raw: str) -> str:
    return normalise(raw).text


def segments(
    packet: Packet, spelled: Callable[[str], str] = _spelled, sides: Callable[[str], str] = neutral
) -> tuple[str, str]:
    """The post's words, and its circumstances in order of weight; both in one spelling, names and sides marked.

    Training and scoring leave `spelled` and `sides` as they are; measuring what each is worth does not.
    """
    names = names_pattern((packet.practice_name, *packet.practice_aliases))

    def plain(raw: str, most: int | None = None) -> str:
        text = _SPACE.sub(" ", sides(_unnamed(spelled(raw), names))).strip()
        return text if most is None else " ".join(text.split()[:most])

    return plain(packet.text), " ".join(
        part
        for part in (
            f"{packet.account_kind.value} account. licence {packet.licence.value}. role {plain(packet.role)}.",
            _speaker(packet),
            *(f"image: {plain(alt, _IMAGE_WORDS)}." for alt in packet.media if alt.strip()),
            f"answers {_PARENTS[packet.parent.author]}: {plain(packet.parent.text, _PARENT_WORDS)}."
            if packet.parent
            else "",
            *(_item(entry, packet.created.date(), plain(entry.item)) for entry in _entries(packet)),
            f"on {packet.platform}.",
            f"bio: {plain(packet.bio, _BIO_WORDS)}" if packet.bio else "",
        )
        if part
    )


def _unnamed(text: str, names: re.Pattern[str] | None) -> str:
    lowered = text.lower()
    if names and len(lowered) == len(text):
        return _spliced(text, [found.span() for found in names.finditer(lowered)])
    return text


def _spliced(text: str, places: list[tuple[int, int]]) -> str:
    for start, end in reversed(places):
        text = text[:start] + _PRACTICE + text[end:]
    return text


def _entries(packet: Packet) -> tuple[Endorsement, ...]:
    return packet.register.endorsements[:_MOST_ITEMS] if packet.register else ()


def _item(entry: Endorsement, day: date, name: str) -> str:
    """An authorised item and whether its dates hold on the post's day, in a word rather than in figures."""
    if entry.covers(day):
        return f"authorised today: {name}."
    ended = entry.valid_to is not None and entry.valid_to < day
    return f"authorisation {'ended' if ended else 'not begun'}: {name}."


def _speaker(packet: Packet) -> str:
    """Whether the register lets this author speak for the practice."""
    if packet.register is None or not packet.register.speakers:
        return ""
    signed = f"{packet.role}\n{packet.bio or ''}\n{packet.text[-_SIGNATURE:]}".casefold()
    return "may speak." if any(name.casefold() in signed for name in packet.register.speakers) else "others may speak."
