"""Whose posts in a feed are the account owner's. Pure.

A feed is an address, not a person, and the honest choice for a group blog is to enrol the author's own feed. Where
that was not done, these rules keep colleagues' posts from being put under the owner's name:

- A practice's own account: everything in its feed.
- A feed that has only ever named one author, or none: everything, be the name "admin" or a pen name.
- A feed that has named several: items by the staff member and items without an author. As long as the staff
  member's name has never been among them, items by the feed's own author instead (a pen name with a guest post).
  Nothing else, also when no name matches: a post that is missed can be found, one laid to the wrong person hurts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from collectors.feeds.posts import Item
    from domain.accounts import Account

_WORD = re.compile(r"\w+")


def sole_author(names: Iterable[str]) -> bool:
    """Whether all the names, of a feed and of all its items, are one person's; also when nobody is named."""
    return len({_words(name) for name in names if _words(name)}) < 2  # noqa: PLR2004 - one author


def names_several(items: Iterable[Item]) -> bool:
    """Whether the items name more than one author, upper and lower case and punctuation aside."""
    return len({_words(name) for item in items for name in item.authors if _words(name)}) > 1


def names_staff(items: Iterable[Item], account: Account) -> bool:
    """Whether an item names the staff member as its author."""
    return any(_is(name, account.staff.name) for item in items for name in item.authors)


def names_others(items: Iterable[Item], account: Account) -> bool:
    """Whether an item names authors of whom the staff member is none."""
    return any(item.authors and not any(_is(name, account.staff.name) for name in item.authors) for item in items)


def owned(items: Sequence[Item], owner: str, *, several: bool) -> list[Item]:
    """The items by `owner` or by nobody named; all of them unless the feed has ever named `several` authors."""
    if not several:
        return list(items)
    return [item for item in items if not item.authors or any(_is(name, owner) for name in item.authors)]


def _is(name: str, owner: str) -> bool:
    """Whether `name` holds all words of `owner`: "Dana M. Reyes, LCSW" is "Dana Reyes"."""
    wanted = _words(owner)
    return bool(wanted) and wanted <= _words(name)


def _words(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(name.casefold()))
