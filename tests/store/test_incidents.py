from __future__ import annotations

import pytest

from domain.access import ConflictOfInterest
from domain.errors import Conflict, Refused
from domain.findings import Clause, Severity
from domain.incidents import items_for
from tests.store.people import NOW, officer, opened, user
from tests.store.records import HOUR, finding
from tests.store.test_concurrency import at_once

CLIENT = finding(Clause.CONFIDENTIALITY, Severity.S4)


def test_a_critical_finding_has_an_incident_and_no_other_does(store):
    (review,) = opened(store, CLIENT)
    opened(store, finding(), number=2)
    odile = officer(store)
    (incident,) = store.incidents.all(odile)
    assert (incident.review_id, incident.discovered_at, incident.first_viewed_at) == (review.id, NOW, None)
    store.reviews.take(review.id, odile, NOW + HOUR)
    assert store.incidents.get(review.id, odile).first_viewed_at == NOW + HOUR


def test_who_confirmed_what_is_kept_and_told_to_the_log(store):
    (review,) = opened(store, CLIENT)
    odile, second = officer(store), officer(store, "Second Marsh")
    store.incidents.confirm(review.id, "kept", odile, "us", NOW)
    after = store.incidents.confirm(review.id, "kept", second, "us", NOW + HOUR)
    assert (after.checklist["kept"].name, after.checklist["kept"].at) == ("Odile Marsh", NOW)
    newest = store.audit.newest().record
    assert (newest.event, newest.details) == ("incident.confirmed", {"item": "kept"})
    with pytest.raises(Refused):
        store.incidents.confirm(review.id, "authority-told", odile, "us", NOW)


def test_it_closes_when_everything_is_done_and_stays_as_it_is(store):
    (review,) = opened(store, CLIENT)
    odile = officer(store)
    with pytest.raises(Refused):
        store.incidents.close(review.id, odile, "us", NOW)
    for item in items_for("us"):
        store.incidents.confirm(review.id, item.key, odile, "us", NOW)
    assert store.incidents.close(review.id, odile, "us", NOW + HOUR).closed_at == NOW + HOUR
    assert store.incidents.all(odile) == ()
    assert len(store.incidents.all(odile, closed=True)) == 1
    with pytest.raises(Refused):
        store.incidents.confirm(review.id, "kept", odile, "us", NOW)


def test_items_confirmed_at_the_same_moment_are_all_kept(store):
    (review,) = opened(store, CLIENT)
    odile, keys = officer(store), [item.key for item in items_for("us")]
    at_once(len(keys), lambda index: store.incidents.confirm(review.id, keys[index], odile, "us", NOW))
    assert set(store.incidents.get(review.id, odile).checklist) == set(keys)


def test_an_incident_is_for_a_privacy_officer_without_a_conflict(store):
    (review,) = opened(store, CLIENT)
    with pytest.raises(Refused):
        store.incidents.all(user(store))
    barred = officer(store, "Barred Marsh", against=[ConflictOfInterest(review.staff_id, "Married.")])
    assert store.incidents.get(review.id, barred) is None
    assert store.incidents.all(barred) == ()
    with pytest.raises(Refused):
        store.incidents.confirm(review.id, "kept", barred, "us", NOW)
    with pytest.raises(Conflict):
        store.incidents.confirm(4711, "kept", officer(store), "us", NOW)


def test_pages_of_incidents_follow_each_other_oldest_first(store):
    made = [opened(store, CLIENT, number=number)[0].id for number in range(1, 6)]
    odile = officer(store)
    first, after = store.incidents.page(odile, size=2)
    second, further = store.incidents.page(odile, after=after, size=2)
    last, end = store.incidents.page(odile, after=further, size=2)
    assert [one.review_id for one in (*first, *second, *last)] == made
    assert end is None


def test_a_page_has_what_is_open_or_what_is_closed(store):
    done, waiting = (opened(store, CLIENT, number=number)[0].id for number in (1, 2))
    odile = officer(store)
    for item in items_for("us"):
        store.incidents.confirm(done, item.key, odile, "us", NOW)
    store.incidents.close(done, odile, "us", NOW + HOUR)
    for closed, number in ((True, done), (False, waiting)):
        found, after = store.incidents.page(odile, closed=closed)
        assert ([one.review_id for one in found], after) == ([number], None)


def test_a_page_is_for_nobody_whom_its_items_are_not_for(store):
    (review,) = opened(store, CLIENT)
    barred = officer(store, "Barred Marsh", against=[ConflictOfInterest(review.staff_id, "Married.")])
    assert store.incidents.page(barred) == ((), None)
    with pytest.raises(Refused):
        store.incidents.page(user(store))
