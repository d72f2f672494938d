from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.accounts import Licence
from domain.errors import UsageError
from tests.store.records import START, person

ADDRESS = "maren@example.org"


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


def add(store, name="Maren Okafor", role="therapist", email=ADDRESS, first=None, last=None):
    return store.staff.add(name, role, Licence.NONE, email, first, last, START)


@pytest.mark.parametrize(
    ("nonsense", "named"),
    [
        ({"name": " "}, "the name is empty"),
        ({"name": "Maren\x1b[2J"}, "the name holds control"),
        ({"name": "Maren\nOkafor"}, "the name holds control"),
        ({"role": ""}, "the role is empty"),
        ({"role": "thera\x9bpist"}, "the role holds control"),
        ({"first": date(2026, 3, 4), "last": date(2026, 3, 3)}, "2026-03-03, before it begins on 2026-03-04"),
        ({"name": "", "email": "maren"}, "the name is empty; the e-mail"),
    ],
)
def test_nonsense_is_refused_and_named(store, nonsense, named):
    with pytest.raises(UsageError, match=named):
        add(store, **nonsense)
    assert store.staff.all() == ()


@pytest.mark.parametrize(
    "email",
    [
        "",
        "maren",
        "@example.org",
        "maren@",
        "maren@localhost",
        "maren@example..org",
        "maren@-example.org",
        ".maren@example.org",
        "maren@example.org, jo@example.org",
        "Maren <maren@example.org>",
        "maren@example.org\nBcc: jo@example.org",
        "maren@exämple.org",
        f"{'m' * 250}@example.org",
    ],
)
def test_an_e_mail_is_one_plain_address(store, email):
    with pytest.raises(UsageError, match="one plain address"):
        add(store, email=email)


@pytest.mark.parametrize("email", ["maren.o+work@mail.example-practice.co", "o'hara_1@xn--exmple-cua.org"])
def test_an_address_may_be_unusual(store, email):
    assert add(store, email=email).email == email


def test_one_day_of_employment_is_employment(store):
    day = date(2026, 3, 4)
    assert add(store, first=day, last=day).employed_to == day


def test_blanks_around_what_was_typed_are_dropped(store):
    added = add(store, " Maren Okafor ", " therapist ", f" {ADDRESS} ")
    assert (added.name, added.role, added.email) == ("Maren Okafor", "therapist", ADDRESS)


def test_what_is_named_changes_and_the_rest_stays(store):
    before, other = add(store), person(store)
    changed = store.staff.change(before.id, email="Okafor@example.org", employed_to=date(2026, 3, 4))
    assert changed == replace(before, email="Okafor@example.org", employed_to=date(2026, 3, 4))
    assert store.staff.all() == (changed, other)
    assert store.staff.find("okafor@EXAMPLE.org") == changed


def test_a_person_may_keep_her_own_address_and_take_nobody_elses(store):
    one, two = add(store), person(store)
    assert store.staff.change(one.id, email=ADDRESS.upper()).email == ADDRESS.upper()
    with pytest.raises(UsageError, match=f"staff member {two.id}"):
        store.staff.change(one.id, email=two.email)


def test_a_change_is_checked_together_with_what_stays(store):
    hired = add(store, first=date(2026, 3, 4))
    with pytest.raises(UsageError, match="2026-03-03, before"):
        store.staff.change(hired.id, employed_to=date(2026, 3, 3))
    assert store.staff.all() == (hired,)


def test_changing_nothing_or_nobody_is_refused(store):
    hired = add(store)
    with pytest.raises(UsageError, match="say what"):
        store.staff.change(hired.id)
    with pytest.raises(UsageError, match="no staff member 99"):
        store.staff.change(99, name="Jo Penhallow")
