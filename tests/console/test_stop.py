"""The switch in the console."""

from __future__ import annotations

import pytest

from domain.access import GRANTS, Permission, Role
from tests.fakes.desk import Office, post

REASON = "The model is being measured again."
MAY = [role for role in Role if Permission.STOP in GRANTS[role]]


@pytest.mark.parametrize("role", MAY)
def test_one_person_stops_it(office: Office, role: Role) -> None:
    browser = office.signed_in(role)

    assert post(browser, "/stop", reason=REASON).status_code == 303
    page = browser.get("/stop").text
    assert "Collection is stopped" in page
    assert REASON in page
    assert office.people[role].name in page


@pytest.mark.parametrize("role", [role for role in Role if role not in MAY])
def test_others_cannot(office: Office, role: Role) -> None:
    browser = office.signed_in(role)

    assert browser.get("/stop").status_code == 403
    assert post(browser, "/stop", "/", reason=REASON).status_code == 403
    assert office.store.stops.standing() is None


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_it_needs_a_reason(office: Office, reason: str) -> None:
    answer = post(office.signed_in(Role.REVIEWER), "/stop", reason=reason)

    assert answer.status_code == 422
    assert "Say why" in answer.text
    assert office.store.stops.standing() is None


def test_two_people_let_it_go_on(office: Office) -> None:
    manager, reviewer = office.signed_in(Role.MANAGER), office.signed_in(Role.REVIEWER)
    post(manager, "/stop", reason=REASON)
    assert post(manager, "/stop/ask", "/stop").status_code == 303
    assert "Confirm that it go on" not in manager.get("/stop").text
    assert post(manager, "/stop/confirm", "/stop").status_code == 403
    assert office.store.stops.standing() is not None

    assert post(reviewer, "/stop/confirm", "/stop").status_code == 303
    assert office.store.stops.standing() is None
    assert f"{office.people[Role.MANAGER].name} asked and {office.people[Role.REVIEWER].name} confirmed" in (
        manager.get("/stop").text
    )


def test_a_request_can_be_dropped(office: Office) -> None:
    manager, reviewer = office.signed_in(Role.MANAGER), office.signed_in(Role.REVIEWER)
    post(manager, "/stop", reason=REASON)
    post(manager, "/stop/ask", "/stop")
    assert post(reviewer, "/stop/take-back", "/stop").status_code == 303
    assert post(reviewer, "/stop/confirm", "/stop").status_code == 409


def test_who_stopped_it_on_the_command_line_is_named(office: Office) -> None:
    office.store.stops.stop("command:maren", REASON, office.clock())
    assert "maren, on the command line" in office.signed_in(Role.REVIEWER).get("/stop").text
