"""A page: one path, one verb, the permission it needs, and who answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.answers import Answer
    from console.asked import Asked
    from domain.access import Permission


@dataclass(frozen=True, slots=True)
class Page:
    """What one module in console/routes offers. `needs` is None only for the paths that `console.registry` lists.

    `handler` is called with a signed-in person who has the permission, and, for POST, after the form's own token was
    checked; it decides and returns an `Answer`. It may raise NotHere (404), Refused (403), Conflict (409) and
    UsageError (400), whose messages are shown.
    """

    path: str
    method: Literal["GET", "HEAD", "POST"]
    needs: Permission | None
    handler: Callable[[Asked], Answer]
    name: str
