"""How often somebody may try: every guess at a password, a code or an address is counted before it is judged."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from console import faults
from console.signing import mark
from domain.credentials import ACCOUNT, ACCOUNT_FROM_NETWORK, NETWORK

if TYPE_CHECKING:
    from console.answers import Answer
    from console.asked import Asked


def slowed(asked: Asked, what: str, who: str) -> Answer | None:
    """None when the try may go ahead, and is counted; otherwise the page that says how long to wait.

    `what` is what is guessed at, `who` whose it is as they were named.
    """
    paces = {
        _key(asked, what, who, asked.network): ACCOUNT_FROM_NETWORK,
        _key(asked, what, who): ACCOUNT,
        _key(asked, what, asked.network): NETWORK,
    }
    pause = asked.desk.store.attempts.take(paces, asked.now)
    return faults.too_often(math.ceil(pause.total_seconds())) if pause else None


def slowed_network(asked: Asked, what: str) -> Answer | None:
    """The same where nobody is named yet: tries are counted by network alone."""
    pause = asked.desk.store.attempts.take({_key(asked, what, asked.network): NETWORK}, asked.now)
    return faults.too_often(math.ceil(pause.total_seconds())) if pause else None


def forgiven_network(asked: Asked, what: str) -> None:
    """Somebody was let in, and what `slowed_network` counted is forgotten: only where nothing can be guessed."""
    asked.desk.store.attempts.forgive([_key(asked, what, asked.network)])


def forgiven(asked: Asked, what: str, who: str) -> None:
    """It was the right one: the account's tries are forgotten, the network's others are not."""
    asked.desk.store.attempts.forgive([_key(asked, what, who, asked.network), _key(asked, what, who)])


def _key(asked: Asked, *parts: str) -> str:
    return mark(asked.desk.key, "attempt", "\0".join(parts).casefold())
