from datetime import UTC, datetime, timedelta

import pytest

from demo.story import Verdict, load
from demo.world import World, open_world
from domain.accounts import Proof

TOKEN = "section7-abcdefghijklmnop"


def test_weeks_run_from_monday_to_monday_and_the_last_one_has_an_hour_more() -> None:
    weeks = open_world().weeks

    assert [week.week for week in weeks] == [f"2026-W{number}" for number in range(37, 45)]
    assert weeks[0].start == datetime(2026, 9, 7, 4, tzinfo=UTC)
    assert {week.end - week.start for week in weeks[:-1]} == {timedelta(days=7)}
    assert weeks[-1].end - weeks[-1].start == timedelta(days=7, hours=1)
    assert [week.end for week in weeks[:-1]] == [week.start for week in weeks[1:]]


def test_the_clock_goes_where_it_is_told_and_takes_aware_times_only() -> None:
    world = open_world()
    world.travel(datetime(2026, 10, 1, tzinfo=UTC))

    assert world.now == datetime(2026, 10, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="aware"):
        world.travel(datetime(2026, 10, 1))


def test_addresses_are_known_once_the_servers_run(world: World) -> None:
    urls = {account.key: account.url.removeprefix(world.address(account.story.host)) for account in world.accounts}

    assert urls == {
        "tess": "/@tess_amaro",
        "practice": "/@larkspurbend",
        "jo": "/jo",
        "marcus": "/author/marcus-bell/",
        "priya": "/",
        "sam": "/",
    }
    with pytest.raises(KeyError):
        _ = open_world().accounts


def test_expected_holds_every_version_of_a_week_in_order(world: World) -> None:
    week = world.weeks[1]
    expected = world.expected(week)
    healed = [item for item in expected if item.story_id == "field-05"]

    assert [item.at for item in expected] == sorted(item.at for item in expected)
    assert all(week.start <= item.at < week.end for item in expected)
    assert [(item.edit, item.expectation.verdict) for item in healed] == [
        (False, Verdict.VIOLATION),
        (True, Verdict.FINE),
    ]


def test_every_version_belongs_to_one_week_or_lies_outside(world: World) -> None:
    inside = [item for week in world.weeks for item in world.expected(week)]
    story = load()
    first, last = world.weeks[0].start, world.weeks[-1].end
    wanted = [version for post in story.posts for version in post.versions if first <= version.at < last]

    assert len(inside) == len(wanted) == len({(item.story_id, item.at) for item in inside})


def test_two_worlds_tell_the_same_story_at_other_ports(world: World) -> None:
    other = open_world()
    for host in other.hosts:
        other.place(host, world.address(host))

    assert [other.expected(week) for week in other.weeks] == [world.expected(week) for week in world.weeks]


def test_a_token_stands_from_the_instant_it_was_published(world: World) -> None:
    since = world.now
    world.publish_token("tess", TOKEN)

    assert world.shown_token("tess", Proof.BIO, since) == TOKEN
    assert world.shown_token("tess", Proof.WELL_KNOWN, since) == ""
    assert world.token("tess", since - timedelta(seconds=1)) is None


def test_a_signed_form_shows_no_token(world: World) -> None:
    with pytest.raises(ValueError, match="signed form"):
        world.publish_token("jo", TOKEN)

    assert [account.key for account in world.accounts if not account.needs_token] == ["jo"]


def test_what_must_never_be_stored_is_named_by_address(world: World) -> None:
    never = world.never()

    assert world.url(world.post("tess-05")) in never
    assert world.url(world.post("jo-20")) in never
    assert world.url(world.post("tess-01")) not in never


def test_faults_begin_and_end_on_the_minute(world: World) -> None:
    fault = world.faults[0]

    assert world.fault(fault.host, fault.start) == fault
    assert world.fault(fault.host, fault.until) is None
    assert world.fault("site", fault.start) is None
