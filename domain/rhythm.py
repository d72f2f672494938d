"""How often an account is read: one rule for everybody, by how long the account itself has been silent. Pure."""

from __future__ import annotations

from datetime import timedelta

SLOWEST = 3
"""A silent account is read this many times less often at most."""
LONGEST = timedelta(days=6, hours=8)
"""No account is slowed down beyond this; with `SPREAD` on top that is less than seven days."""
SPREAD = 0.1
"""Up to this part of an interval is added by chance, so that accounts of one host do not stay due together."""
_PATIENCE = 10
"""An account is read ten times in the time that it has been silent, within the bounds above."""


def interval(every: timedelta, silent: timedelta, slowest: float = SLOWEST) -> timedelta:
    """Time between two readings of an account that has shown nothing new for `silent`."""
    most = max(every, min(every * slowest, LONGEST))
    return min(max(every, silent / _PATIENCE), most)
