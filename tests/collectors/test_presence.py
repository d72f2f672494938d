from __future__ import annotations

import pytest

from collectors.presence import ask_each
from domain.errors import (
    AccessRefused,
    AccountGone,
    Malformed,
    RateLimited,
    ServerFault,
    TimedOut,
    TooLarge,
    Unreachable,
    WrongContent,
)
from domain.posts import Presence


def asking(answers):
    asked = []

    def ask(post_id):
        asked.append(post_id)
        if isinstance(answers[post_id], Exception):
            raise answers[post_id]
        return answers[post_id]

    return ask, asked


@pytest.mark.parametrize("error", [AccessRefused(), AccountGone(), Malformed(), WrongContent()])
def test_an_answer_that_cannot_be_understood_is_unknown_for_its_post_only(error):
    ask, asked = asking({"1": error, "2": Presence.ABSENT})
    assert ask_each(["1", "2"], ask) == {"1": Presence.UNKNOWN, "2": Presence.ABSENT}
    assert asked == ["1", "2"]


@pytest.mark.parametrize("error", [RateLimited(), ServerFault(), TimedOut(), TooLarge(), Unreachable()])
def test_a_failing_server_is_not_asked_any_further(error):
    ask, asked = asking({"1": Presence.PRESENT, "2": error, "3": Presence.ABSENT})
    assert ask_each(["1", "2", "3"], ask) == {"1": Presence.PRESENT, "2": Presence.UNKNOWN, "3": Presence.UNKNOWN}
    assert asked == ["1", "2"]
