"""The register of people who may sign in."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from domain.access import ConflictOfInterest, Permission, Role, User
from domain.accounts import Licence, Staff
from domain.errors import Refused, Section7Error, UsageError
from store.engine import Store
from tests.fakes.clock import FakeClock

NOW = FakeClock()()
HOUR = timedelta(hours=1)


def add(store: Store, name: str = "Ada Renn", *roles: Role, **more: object) -> User:
    address = f"{name.split(maxsplit=1)[0].lower()}@larkspurbend.example"
    return store.users.add(name, address, roles or (Role.ADMINISTRATOR,), more.get("staff_id"), "command", NOW)


def hire(store: Store, name: str = "Tess Arroway") -> Staff:
    return store.staff.add(name, "counselor", Licence.COUNSELOR, f"{name[:4]}@larkspurbend.example", None, None, NOW)


def events(store: Store) -> list[str]:
    return [entry.record.event for entry in store.audit.entries()]


def test_a_new_person_is_found_by_id_and_by_address_in_any_case(store: Store) -> None:
    user = add(store, "Ada Renn", Role.ADMINISTRATOR, Role.AUDITOR)

    assert store.users.get(user.id) == user
    assert store.users.with_email(" ADA@LARKSPURBEND.example") == user
    assert store.users.find(str(user.id)) == store.users.find("ada@larkspurbend.example") == user
    assert user.may(Permission.MANAGE_PEOPLE)
    assert user.may(Permission.VERIFY)
    assert not user.may(Permission.SEE_POST)


def test_an_address_signs_in_one_person(store: Store) -> None:
    add(store)

    with pytest.raises(UsageError, match="belongs to user 1 already"):
        store.users.add("Other", "ADA@larkspurbend.example", [Role.MANAGER], None, "command", NOW)

    assert len(store.users.all()) == 1


@pytest.mark.parametrize(
    ("name", "email", "roles", "told"),
    [
        ("", "a@b.example", [Role.MANAGER], "name"),
        ("A\x00B", "a@b.example", [Role.MANAGER], "name"),
        ("A\nB", "a@b.example", [Role.MANAGER], "name"),
        ("A", "no address", [Role.MANAGER], "e-mail"),
        ("A", "a@b.example\nBcc: x@y.example", [Role.MANAGER], "e-mail"),
        ("A", "a@b.example", [], "role"),
        ("A", "a@b.example", [Role.CLINICIAN], "staff number"),
    ],
)
def test_nonsense_is_refused_by_name_and_nothing_is_kept(store: Store, name, email, roles, told) -> None:
    with pytest.raises(UsageError, match=told):
        store.users.add(name, email, roles, None, "command", NOW)

    assert store.users.all() == ()
    assert events(store) == []


def test_a_clinician_is_tied_to_somebody_on_the_staff(store: Store) -> None:
    with pytest.raises(UsageError, match="no staff member 7"):
        add(store, "Tess Arroway", Role.CLINICIAN, staff_id=7)

    staff = hire(store)
    assert add(store, "Tess Arroway", Role.CLINICIAN, staff_id=staff.id).staff_id == staff.id


def test_roles_change_at_once_and_end_every_session(store: Store) -> None:
    add(store)
    user = add(store, "Rory Quill", Role.REVIEWER)
    token, _ = store.sessions.begin(user.id, NOW, HOUR, verified=True)

    changed = store.users.change_roles(user.id, [Role.MANAGER], None, "user:1", NOW)

    assert changed.roles == {Role.MANAGER}
    assert store.sessions.find(token, NOW, HOUR) is None
    assert events(store)[-2:] == ["sessions.revoked", "user.roles-changed"]


def test_deactivation_ends_sessions_and_links_and_can_be_undone(store: Store) -> None:
    add(store)
    user = add(store, "Rory Quill", Role.REVIEWER)
    token, _ = store.sessions.begin(user.id, NOW, HOUR, verified=True)
    link = store.credentials.make_link(user.id, "invitation", "user:1", NOW, HOUR)

    assert not store.users.deactivate(user.id, "user:1", NOW).may(Permission.OWN_SESSION)
    assert store.sessions.find(token, NOW, HOUR) is None
    assert store.credentials.whose_link(link, "invitation", NOW) is None

    assert store.users.activate(user.id, "user:1", NOW).active
    assert store.sessions.find(token, NOW, HOUR) is None
    assert store.credentials.whose_link(link, "invitation", NOW) is None


def test_the_last_administrator_stays(store: Store) -> None:
    first, second = add(store), add(store, "Bea Renn")
    store.users.deactivate(second.id, "command", NOW)

    with pytest.raises(Refused, match="last administrator"):
        store.users.deactivate(first.id, "command", NOW)
    with pytest.raises(Refused, match="last administrator"):
        store.users.change_roles(first.id, [Role.MANAGER], None, "command", NOW)

    store.users.activate(second.id, "command", NOW)
    assert not store.users.deactivate(first.id, "command", NOW).active


def test_two_administrators_who_remove_each_other_at_once_do_not_both_succeed(store: Store) -> None:
    pair = (add(store), add(store, "Bea Renn"))
    ready = threading.Barrier(2)
    refused: list[Section7Error] = []

    def remove(user: User) -> None:
        ready.wait()
        try:
            store.users.deactivate(user.id, "command", NOW)
        except Section7Error as error:
            refused.append(error)

    threads = [threading.Thread(target=remove, args=(user,)) for user in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [type(error) for error in refused] == [Refused]
    assert sum(user.active for user in store.users.all()) == 1


def test_conflicts_are_named_replaced_and_ended(store: Store) -> None:
    user, staff = add(store, "Rory Quill", Role.REVIEWER), hire(store)

    store.users.add_conflict(user.id, ConflictOfInterest(staff.id, "Married."), "command", NOW)
    named = store.users.add_conflict(
        user.id, ConflictOfInterest(staff.id, "Leads her.", line_manager=True), "command", NOW
    )

    assert named.conflict_with(staff.id) == ConflictOfInterest(staff.id, "Leads her.", line_manager=True)
    assert store.users.all() == (named,)

    assert store.users.drop_conflict(user.id, staff.id, "command", NOW).conflicts == ()
    with pytest.raises(UsageError, match="No conflict"):
        store.users.drop_conflict(user.id, staff.id, "command", NOW)
    with pytest.raises(UsageError, match="why"):
        store.users.add_conflict(user.id, ConflictOfInterest(staff.id, "  "), "command", NOW)
    with pytest.raises(UsageError, match="no staff member 99"):
        store.users.add_conflict(user.id, ConflictOfInterest(99, "Married."), "command", NOW)


def test_the_log_holds_no_reason_of_a_conflict(store: Store) -> None:
    user, staff = add(store, "Rory Quill", Role.REVIEWER), hire(store)

    store.users.add_conflict(user.id, ConflictOfInterest(staff.id, "Married."), "command", NOW)

    assert "Married" not in repr(list(store.audit.entries()))


def test_training_is_recorded_with_its_end(store: Store) -> None:
    user = add(store, "Rory Quill", Role.REVIEWER)

    assert store.users.record_training(user.id, NOW + HOUR, "command", NOW).trained_until == NOW + HOUR
    assert store.users.record_training(user.id, None, "command", NOW).trained_until is None


def test_a_name_and_an_address_change_alone(store: Store) -> None:
    add(store)
    user = add(store, "Rory Quill", Role.REVIEWER)

    changed = store.users.change(user.id, "Rory Vale", "vale@larkspurbend.example", "command", NOW)

    assert (changed.name, changed.email, changed.roles) == ("Rory Vale", "vale@larkspurbend.example", {Role.REVIEWER})
    with pytest.raises(UsageError, match="belongs"):
        store.users.change(user.id, "Rory", "ada@larkspurbend.example", "command", NOW)


@pytest.mark.parametrize("act", ["deactivate", "activate"])
def test_nobody_is_told_as_nobody(store: Store, act: str) -> None:
    with pytest.raises(UsageError, match="There is no user 5"):
        getattr(store.users, act)(5, "command", NOW)
    with pytest.raises(UsageError, match="Nobody signs in"):
        store.users.find("5")
