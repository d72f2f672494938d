"""Whether the author belonged to the practice on the day of the post: by the register's dates, else by what is said.

The register is the practice's own record: its dates, or a role that it marks as former. A profile line that gives an
end is the author's word, which asks for the register and does not replace it.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzers.reading import Reading

_ROLE_ENDED = re.compile(r"\b(?:ended|left|until|to)\b[^0-9]{0,20}(\d{4}-\d{2}-\d{2})")
_ROLE_FORMER = re.compile(r"^(?:former|formerly|ex|retired)\b")
_PROFILE_ENDED = re.compile(
    r"\b(?:formerly|former|ex-|previously|until|alum|alumni|left"
    r"|(?:19|20)\d\d ?(?:-|to|until) ?(?:[a-z]+ )?(?:19|20)\d\d)\b"
)


class Standing(StrEnum):
    """Where the day of a post lies."""

    CURRENT = "current"
    BEFORE = "before"
    """The affiliation had not begun."""
    AFTER = "after"
    """It had ended, as the practice's own record says."""
    PROFILE_ENDED = "profile_ended"
    """Only the profile line says that it ended."""


def standing(reading: Reading) -> Standing:
    """The author's standing on the day of the post; CURRENT when nothing says otherwise."""
    first, last = reading.packet.affiliation or (None, None)
    last = last or _role_end(reading.packet.role.lower())
    day = reading.packet.created.date()
    if first is not None and day < first:
        return Standing.BEFORE
    if last is not None:
        return Standing.AFTER if last < day else Standing.CURRENT
    bio = reading.bio.lower if reading.bio else ""
    return Standing.PROFILE_ENDED if "§" in bio and _PROFILE_ENDED.search(bio) else Standing.CURRENT


def _role_end(role: str) -> date | None:
    """The last day that a role names ("left the practice 2025-04-30"), or the first of all days for a former one."""
    dated = _ROLE_ENDED.search(role)
    if dated:
        return _day(dated.group(1))
    return date.min if _ROLE_FORMER.search(role) else None


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
