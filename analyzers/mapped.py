"""Text that was changed and still knows where every character came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Normalised:
    """`text` is `raw` in one spelling; character i of `text` stands for `raw[starts[i]:ends[i]]`.

    Both maps never go down. None for both: `text` is `raw`.
    """

    raw: str
    text: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in `raw` of `text[start:end]`; the range must not be empty."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `text` where `[start:end]` stands. `places` tells for each new character the old ones that it stands for."""

    start: int
    end: int
    text: str
    places: tuple[tuple[int, int], ...]

    @classmethod
    def letter_by_letter(cls, start: int, text: str) -> Edit:
        """Other letters in the same places, as many as before."""
        end = start + len(text)
        return cls(start, end, text, tuple((place, place + 1) for place in range(start, end)))

    @classmethod
    def whole(cls, start: int, end: int, text: str) -> Edit:
        """New words of which each letter stands for all of the old ones."""
        return cls(start, end, text, ((start, end),) * len(text))


class _Growing:
    """A new text and its maps while they are put together."""

    def __init__(self, old: Normalised) -> None:
        self.old = old
        self.pieces: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []

    def keep(self, start: int, end: int) -> None:
        old = self.old
        self.pieces.append(old.text[start:end])
        self.starts.extend(range(start, end) if old.starts is None else old.starts[start:end])
        self.ends.extend(range(start + 1, end + 1) if old.ends is None else old.ends[start:end])

    def put(self, edit: Edit) -> None:
        found = [self.old.original(first, last) for first, last in edit.places]
        self.pieces.append(edit.text)
        self.starts.extend(first for first, _ in found)
        self.ends.extend(last for _, last in found)


def edited(old: Normalised, edits: Iterable[Edit]) -> Normalised:
    """The text after edits that are in order and do not overlap; the same object when there are none."""
    new = _Growing(old)
    position = 0
    for edit in edits:
        new.keep(position, edit.start)
        new.put(edit)
        position = edit.end
    if not new.pieces:
        return old
    new.keep(position, len(old.text))
    return Normalised(old.raw, "".join(new.pieces), tuple(new.starts), tuple(new.ends))


def composed(first: Normalised, then: Normalised) -> Normalised:
    """Two changes as one: `then.raw` is `first.text`."""
    if then.starts is None or then.ends is None:
        return first
    if first.starts is None or first.ends is None:
        return then
    starts, ends = first.starts, first.ends
    return Normalised(
        first.raw, then.text, tuple(starts[at] for at in then.starts), tuple(ends[at - 1] for at in then.ends)
    )
