"""Asking a platform for one post after another without letting one failure speak for the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import AccessRefused, AccountGone, CollectError, Malformed, WrongContent
from domain.posts import Presence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_OF_ONE_POST = (AccessRefused, AccountGone, Malformed, WrongContent)


def ask_each(post_ids: Iterable[str], ask: Callable[[str], Presence]) -> Mapping[str, Presence]:
    """The answer for each post id. Never raises CollectError.

    An answer that cannot be understood leaves that post UNKNOWN. A failure of the server itself (rate limit, time,
    5xx, no connection) leaves this post and all after it UNKNOWN and asks no further.
    """
    answers = dict.fromkeys(post_ids, Presence.UNKNOWN)
    for post_id in answers:
        try:
            answers[post_id] = ask(post_id)
        except _OF_ONE_POST:
            answers[post_id] = Presence.UNKNOWN
        except CollectError:
            break
    return answers
