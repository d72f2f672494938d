"""When a host may be asked next. Pure; every keeper of turns, in memory or in a database, goes by this rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_AHEAD = timedelta(minutes=10)
"""No slot lies further ahead. A row that says otherwise was written by another clock, and counts as nothing."""
LONGEST_HOLD = timedelta(days=31)
"""The longest that a host may ask to be left alone; a row that says more counts as nothing."""
FORGOTTEN_AFTER = timedelta(days=1)
"""A host that nobody asked for so long, and that asked for nothing, is forgotten."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is remembered of one host: when its next request may start, and until when it is left alone."""

    free_at: datetime
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """The answer to who asks for a turn: `wait` is how long, or None where there is none in time.

    `held_until` is set when the host is left alone until then.
    """

    wait: timedelta | None = None
    held_until: datetime | None = None


def reserve(place: Place | None, now: datetime, rest: timedelta, patience: timedelta) -> tuple[Turn, Place | None]:
    """The next slot of a host, and what is to be remembered; None where nothing is reserved.

    A slot is an instant and no lock: who takes one and dies costs the host's other visitors one `rest`.
    """
    held = held_until(place, now)
    if held is not None:
        return Turn(held_until=held), None
    slot = now
    if place is not None and now < place.free_at <= now + MOST_AHEAD:
        slot = place.free_at
    if slot - now > min(patience, MOST_AHEAD):
        return Turn(), None
    return Turn(slot - now), Place(slot + min(rest, MOST_AHEAD), None if place is None else place.held_until)


def held_until(place: Place | None, now: datetime) -> datetime | None:
    """Until when the host is left alone, as far as that is believable; None where it is not."""
    until = None if place is None else place.held_until
    return until if until is not None and now < until <= now + LONGEST_HOLD else None
