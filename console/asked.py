"""What a handler is asked: by whom, for what, when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from console.desk import Desk
    from domain.access import Session, User

_LARGEST_ID = 2**31 - 1
_LONGEST_ID = len(str(_LARGEST_ID))


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, read and checked. `path`, `query` and `form` map a name to its text; the first value counts.

    `lists` holds every value of a form's name, for boxes that are ticked. `here` is the path and query asked for.
    """

    desk: Desk
    now: datetime
    method: str
    here: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    visitor: User | None = None
    """Whose session it is, if any; until `session.verified_at` is set they may open public pages only."""
    session: Session | None = None
    """The session, also while the second factor is awaited."""
    network: str = ""
    """A keyed hash of the network it came from; the address itself is kept nowhere."""
    csrf: str = ""
    """What every form of the answer carries."""
    ended: bool = False
    """Whether it came with a session that opens nothing any more."""
    attempt: str = ""
    """The cookie of a sign-in under way at the identity provider."""

    @property
    def user(self) -> User:
        """Who is signed in. Only for handlers of pages that need a permission."""
        assert self.visitor is not None
        return self.visitor

    @property
    def actor(self) -> str:
        """The person as the audit log names them."""
        return f"user:{self.user.id}"

    def signed_in(self, session: Session, user: User) -> Asked:
        """The same request with who is signed in; `visitor` also while the second factor is awaited."""
        return replace(self, session=session, visitor=user, csrf=session.csrf)

    def number(self, name: str) -> int | None:
        """An id from the path, None when it is no number that an id can be."""
        text = self.path.get(name, "")
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID else 0
        return number if 0 < number <= _LARGEST_ID else None
