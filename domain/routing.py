"""Who handles a concern: never anybody it is about, and never somebody who stands in for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.access import Permission, Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.access import User
    from domain.concerns import Concern


@dataclass(frozen=True, slots=True)
class Routing:
    """The addresses of those who handle concerns, as configured; "" where nobody is named.

    `officer` is the usual handler, `alternate` whoever takes what the officer may not see, `counsel` outside help for
    what neither may see: they are told that something waits and have no account here.
    """

    officer: str = ""
    alternate: str = ""
    counsel: str = ""


@dataclass(frozen=True, slots=True)
class Handling:
    """Somebody at work on concerns, under the routing of the day."""

    user: User
    routing: Routing

    def may_see(self, concern: Concern) -> bool:
        """Whether this is its handler, or, while it has none, somebody who could become it."""
        return may_handle(self.user, concern, self.routing)


def is_kept_from_the_usual(about_staff_id: int | None, people: Iterable[User]) -> bool:
    """Whether it is about somebody who handles concerns, reviews findings or manages: then the alternate takes it."""
    return any(
        person.staff_id == about_staff_id
        and (person.may(Permission.HANDLE_CONCERNS) or person.may(Permission.REVIEW) or Role.MANAGER in person.roles)
        for person in people
        if about_staff_id is not None
    )


def handler_for(
    about_staff_id: int | None, people: Iterable[User], routing: Routing, *, to_alternate: bool
) -> User | None:
    """Who is to handle it; None when nobody may, and outside counsel must be asked."""
    able = [person for person in people if _unbiased(person, about_staff_id)]
    named = (routing.alternate,) if to_alternate and routing.alternate else (routing.officer, routing.alternate)
    for address in named:
        if (found := next((person for person in able if _same(person.email, address)), None)) is not None:
            return found
    if not to_alternate:
        return able[0] if able else None
    # Without an alternate, anybody but the usual handler.
    others = (person for person in able if not _same(person.email, routing.officer))
    return None if routing.alternate else next(others, None)


def may_handle(user: User, concern: Concern, routing: Routing) -> bool:
    """Whether this person may see the concern: its handler, or, while it has none, whoever could become it."""
    if not _unbiased(user, concern.about_staff_id):
        return False
    if concern.handler_id is not None:
        return concern.handler_id == user.id
    if not concern.to_alternate:
        return True
    return _same(user.email, routing.alternate) if routing.alternate else not _same(user.email, routing.officer)


def told_address(handler: User | None, routing: Routing, *, to_alternate: bool) -> str:
    """Whom a mail without content goes to; "" when nobody can be told."""
    if handler is not None:
        return handler.email
    return routing.counsel or (routing.alternate if to_alternate else routing.officer)


def _unbiased(user: User, about_staff_id: int | None) -> bool:
    able = user.may(Permission.HANDLE_CONCERNS)
    return able and (about_staff_id is None or user.conflict_with(about_staff_id) is None)


def _same(one: str, other: str) -> bool:
    return bool(other) and one.casefold() == other.casefold()
