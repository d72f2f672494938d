"""Days that a post leaves open and its own time completes: "last Tuesday", "my 4 pm yesterday", "two weeks ago".

A date element of a client is an identifier (45 CFR 164.514(b)(2)(i)(C)) also where the post names no date, since every
reader sees when it was published.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from analyzers.text import Passage

_WEEK = 7
_NEAR = {
    "today": 0,
    "tonight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "earlier today": 0,
    "yesterday": -1,
    "last night": -1,
    "tomorrow": 1,
}
_NUMBERS = {
    "a": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PHRASE = re.compile(
    rf"(?<!\w)(?:(?P<near>{'|'.join(_NEAR)})(?:'s)?"
    rf"|(?P<number>{'|'.join(_NUMBERS)}|\d{{1,2}}) (?P<unit>day|week)s? ago"
    r"|(?P<before>last |this past |next |this |on )?(?P<day>mon|tues|wednes|thurs|fri|satur|sun)day(?:'s)?)(?!\w)"
)


@dataclass(frozen=True, slots=True)
class Completed:
    """A phrase at these offsets of the normalised text, and the day it means in the author's own time zone."""

    start: int
    end: int
    day: date


_EARLIEST, _LATEST = date(1900, 1, 1), date(9000, 1, 1)
"""No post is older or newer; a calendar's last day has no tomorrow."""


def completed(passage: Passage, created: datetime) -> tuple[Completed, ...]:
    """All phrases whose day follows from the time of the post, in the order of the text.

    `created` is aware, in the author's offset. A bare weekday is the latest one that is not after the post; plural
    weekdays and "every Tuesday" mean no single day and are left out.
    """
    today = min(max(created.date(), _EARLIEST), _LATEST)
    return tuple(_all(passage.lower, today))


def _all(lower: str, today: date) -> Iterator[Completed]:
    for match in _PHRASE.finditer(lower):
        if not lower[: match.start()].endswith("every "):
            yield Completed(match.start(), match.end(), today + timedelta(days=_distance(match, today)))


def _distance(match: re.Match[str], today: date) -> int:
    """Days from the post's day to the day that is meant, negative for the past."""
    if match["near"]:
        return _NEAR[match["near"]]
    if match["unit"]:
        count = _NUMBERS[match["number"]] if match["number"] in _NUMBERS else int(match["number"])
        return -count * (_WEEK if match["unit"] == "week" else 1)
    back = (today.weekday() - _DAYS.index(match["day"][:3])) % _WEEK
    if match["before"] in {"next ", "this "}:
        return (_WEEK - back) % _WEEK or (_WEEK if match["before"] == "next " else 0)
    return -(back or (_WEEK if match["before"] in {"last ", "this past "} else 0))
