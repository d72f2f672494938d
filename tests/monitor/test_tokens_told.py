"""That an owner's token ends is told two weeks ahead, to everybody who reads of the week."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.digest import build, draft, weeks_without_digest
from reports.items import account_line
from store.engine import Store
from tests.fakes.practice import Practice, practice_on


@pytest.fixture
def practice(store: Store, tmp_path: Path) -> Practice:
    return practice_on(store, tmp_path)


def told(practice: Practice, *, ends: bool):
    """The digest of the first week, frozen and read again, with a permission that ends a week after it or none."""
    account = practice.authorise()
    practice.collect()
    practice.clock.forward(days=7)
    instant = practice.clock() + timedelta(days=7)
    tools = replace(practice.reporting(), ends=lambda now: {account.id: instant} if ends else {})
    period = weeks_without_digest(tools)[0]
    build(tools, period)
    return tools, practice.store.digests.get(period.week)


def test_the_mail_and_the_page_name_account_platform_and_day(practice: Practice) -> None:
    tools, digest = told(practice, ends=True)
    message = tools.renderer.digest(digest, "manager@larkspurbend.example", digest.built_at)

    assert digest.coverage[0].permission_ends_at == practice.clock() + timedelta(days=7)
    day = account_line(digest.coverage[0], digest.period.time_zone).good_until
    assert day == "21 October 2026"
    for body in (message.text, message.html):
        assert "permission ends within two weeks" in body
        assert f"good until {day}." in body
        assert "tess" in body


def test_where_none_ends_nothing_is_said_of_it(practice: Practice) -> None:
    tools, digest = told(practice, ends=False)
    message = tools.renderer.digest(digest, "manager@larkspurbend.example", digest.built_at)

    assert "permission ends" not in message.text + message.html
    assert draft(tools, digest.period).coverage[0].permission_ends_at is None
