from __future__ import annotations

from datetime import date

import pytest

from domain.accounts import Licence
from domain.errors import UsageError
from tests.store.records import START, person


def test_a_person_comes_back_as_she_was_added(store):
    added = store.staff.add(
        "Maren Okafor", "therapist", Licence.MFT, "Maren@Example.org", date(2024, 1, 2), date(2026, 3, 4), START
    )
    assert store.staff.all() == (added,)
    assert (added.licence, added.employed_from, added.employed_to) == (
        Licence.MFT,
        date(2024, 1, 2),
        date(2026, 3, 4),
    )
    for query in (str(added.id), "maren@example.ORG", "Maren Okafor"):
        assert store.staff.find(query) == added


def test_an_address_belongs_to_one_person(store):
    first = person(store, email="maren@example.org")
    with pytest.raises(UsageError, match=f"staff member {first.id}"):
        person(store, "Another Person", "MAREN@example.org")


def test_namesakes_are_told_apart_by_id(store):
    one, two = person(store), person(store)
    with pytest.raises(UsageError, match=f"{one.id}, {two.id}"):
        store.staff.find("Maren Okafor")


@pytest.mark.parametrize("query", ["nobody", "99", "9" * 40, "²", "-1", "", "a\x00b"])
def test_whoever_is_not_there_is_not_found(store, query):
    person(store)
    with pytest.raises(UsageError, match="No staff member"):
        store.staff.find(query)
