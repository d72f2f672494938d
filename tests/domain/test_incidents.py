"""Clocks of a possible breach, and what must be done before it is closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.errors import Refused
from domain.incidents import CHECKLIST, Confirmed, Incident, check_may_close, deadlines, items_for

NEW_YORK = ZoneInfo("America/New_York")
# 22:30 on Friday 20 November in New York.
SEEN = datetime(2026, 11, 21, 3, 30, tzinfo=UTC)
INCIDENT = Incident(1, SEEN)


@pytest.mark.parametrize("profile", ["us", "california"])
def test_under_hipaa_sixty_days_of_the_practices_calendar(profile):
    people, many, few = deadlines(INCIDENT, profile, NEW_YORK)
    assert people.by == many.by == datetime(2027, 1, 19, 23, 59, 59, 999_999, NEW_YORK)
    assert (people.law, many.law) == ("45 CFR 164.404(b)", "45 CFR 164.408(b)")
    assert few.by.date().isoformat() == "2027-03-01"
    assert not people.passed(people.by)
    assert people.passed(people.by + timedelta(microseconds=1))


def test_the_yearly_list_ends_sixty_days_after_the_year_also_in_a_leap_year():
    *_, few = deadlines(replace(INCIDENT, discovered_at=SEEN.replace(year=2027)), "us", NEW_YORK)
    assert few.by.date().isoformat() == "2028-02-29"


def test_under_gdpr_seventy_two_hours_whatever_the_calendar():
    (authority,) = deadlines(INCIDENT, "eu-uk", ZoneInfo("Europe/Berlin"))
    assert authority.by - SEEN == timedelta(hours=72)


def test_the_checklist_is_that_of_the_place():
    american, european = ({item.key for item in items_for(profile)} for profile in ("us", "eu-uk"))
    assert american | european == {item.key for item in CHECKLIST}
    assert "hhs-told" in american - european
    assert "authority-told" in european - american
    assert len({item.key for item in CHECKLIST}) == len(CHECKLIST)


def test_it_is_closed_when_every_item_is_done():
    done = {item.key: Confirmed(1, "Odile", SEEN) for item in items_for("us")}
    check_may_close(replace(INCIDENT, checklist=done), "us")
    with pytest.raises(Refused, match="Counsel"):
        check_may_close(replace(INCIDENT, checklist={key: done[key] for key in done if key != "counsel"}), "us")
