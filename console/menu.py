"""The menu: what a person may open, in one order for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.access import Permission

if TYPE_CHECKING:
    from collections.abc import Collection

    from domain.access import User

_ENTRIES: tuple[tuple[str, str, Permission], ...] = (
    ("/queue", "Queue", Permission.REVIEW),
    ("/critical", "Critical", Permission.REVIEW_CRITICAL),
    ("/concerns", "Concerns", Permission.HANDLE_CONCERNS),
    ("/weeks", "Weeks", Permission.SEE_FIGURES),
    ("/accounts", "Accounts", Permission.SEE_ARCHIVE),
    ("/search", "Search", Permission.SEE_ARCHIVE),
    ("/figures", "Figures", Permission.SEE_FIGURES),
    ("/my", "My findings", Permission.OWN_PAGE),
    ("/people", "People", Permission.MANAGE_PEOPLE),
    ("/settings", "Settings", Permission.CONFIGURE),
    ("/record", "Record", Permission.VERIFY),
    ("/holds", "Holds", Permission.EXPORT),
    ("/stop", "Stop", Permission.STOP),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One link. `current` tells that the page shown is it or lies below it."""

    path: str
    label: str
    current: bool


def menu(user: User, here: str, known: Collection[str]) -> tuple[Entry, ...]:
    """The entries that this person may open and that exist (`known`: paths that answer GET)."""
    return tuple(
        Entry(path, label, here == path or here.startswith((f"{path}/", f"{path}?")))
        for path, label, needs in _ENTRIES
        if path in known and user.may(needs)
    )
