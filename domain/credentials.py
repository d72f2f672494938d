"""What makes a password good enough, and how guessing is slowed down.

Rules after NIST SP 800-63B-4 section 3.1.1: length counts, composition does not, common and obvious ones are refused,
nothing expires by the calendar.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

SHORTEST_PASSWORD = 12
"""Characters. NIST asks for 8 where a second factor is used; it can be switched off here."""
LONGEST_PASSWORD = 128
"""Characters (OWASP ASVS 4.0.3, 2.1.2)."""
_FEWEST_DIFFERENT = 5
_SHORTEST_REST = 6
"""What must be left of a password without the words that anybody would try first."""
_SHORTEST_WORD = 4
_COMMON = (
    "correcthorsebatterystaple",
    "correct horse battery staple",
    "therapist",
    "counseling",
    "section7",
)
"""Beside the tens of thousands that `vault.passwords.guessable` knows."""


EASY_TO_GUESS = "This one is easy to guess. Use a few unrelated words, and not your name or the practice's."


def normal(password: str) -> str:
    """The form that is hashed: NFKC, so that two keyboards give one password (RFC 8265 section 4.2)."""
    return unicodedata.normalize("NFKC", password)


def password_faults(password: str, names: Iterable[str]) -> tuple[str, ...]:
    """What is wrong with a new password, in sentences; none when it may be used.

    `names` are words about the person and the practice, which others would try first.
    """
    text = normal(password)
    if len(text) < SHORTEST_PASSWORD:
        return (f"Use {SHORTEST_PASSWORD} characters or more; a few unrelated words are easy to keep in mind.",)
    if len(text) > LONGEST_PASSWORD:
        return (f"Use at most {LONGEST_PASSWORD} characters.",)
    if any(unicodedata.category(character).startswith("C") for character in text):
        return ("Leave out characters that cannot be seen.",)
    if len(set(text.casefold())) < _FEWEST_DIFFERENT or len(_without(text, names)) < _SHORTEST_REST:
        return (EASY_TO_GUESS,)
    return ()


def _without(text: str, names: Iterable[str]) -> str:
    """What is left of a password when the obvious is taken out."""
    parts = {part for name in names for part in name.casefold().replace("@", " ").replace(".", " ").split()}
    obvious = {*_COMMON, *(part for part in parts if len(part) >= _SHORTEST_WORD)}
    left = text.casefold()
    for word in sorted(obvious, key=len, reverse=True):
        left = left.replace(word, "")
    return left.strip("0123456789!?.,-_ *#$@")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often something may be tried: `free` times at once, then after a wait that doubles, up to `longest`."""

    free: int
    first: timedelta
    longest: timedelta


ACCOUNT_FROM_NETWORK = Pace(free=5, first=timedelta(seconds=5), longest=timedelta(minutes=15))
"""One account tried from one network: the ordinary guesser, and the ordinary person who mistypes."""
ACCOUNT = Pace(free=20, first=timedelta(seconds=5), longest=timedelta(minutes=5))
"""One account tried from anywhere. Gentler, or a stranger could keep its owner out."""
NETWORK = Pace(free=50, first=timedelta(seconds=5), longest=timedelta(minutes=15))
"""Many accounts tried from one network, which an office shares."""
MEMORY = timedelta(days=1)
"""Tries are forgotten after this."""
_MOST_DOUBLINGS = 20


def wait(pace: Pace, tries: Sequence[datetime], now: datetime) -> timedelta:
    """How long the next try has to wait, after tries at these instants; zero when it may go ahead."""
    over = len(tries) - pace.free
    if over < 0:
        return timedelta(0)
    doublings: int = 2 ** min(over, _MOST_DOUBLINGS)
    pause = min(pace.first * doublings, pace.longest)
    return max(max(tries) + pause - now, timedelta(0))
