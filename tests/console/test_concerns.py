"""The handler's pages: clocks, routing, who reported, and what became of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.access import Role, User
from domain.concerns import NewConcern, Openness, Reporter
from domain.findings import Clause
from domain.routing import Routing
from tests.fakes.browsers import Browser
from tests.fakes.desk import Office, post

NEW = NewConcern(
    "https://social.example/@maren/77",
    Clause.CONDUCT,
    "Please look at this.",
    Openness.CONFIDENTIAL,
    Reporter("Odile Brandt", "555-0188"),
)


@pytest.fixture
def desk(office: Office) -> Office:
    office.desk = replace(
        office.desk, routing=Routing(office.people[Role.PRIVACY_OFFICER].email, "jonas.wray@larkspurbend.example")
    )
    return office


@pytest.fixture
def alternate(desk: Office) -> User:
    return desk.person("Jonas Wray", Role.PRIVACY_OFFICER)


@pytest.fixture
def handler(desk: Office) -> Browser:
    return desk.signed_in(Role.PRIVACY_OFFICER)


def receive(office: Office, new: NewConcern = NEW) -> str:
    return office.store.concerns.receive(new, office.desk.routing, office.clock()).code


def test_figures_count_unanswered_and_overdue_concerns_for_their_handler_alone(desk: Office) -> None:
    assert "Not answered yet</dt><dd>0." in desk.signed_in(Role.PRIVACY_OFFICER).get("/figures").text
    receive(desk)
    receive(desk)

    text = desk.signed_in(Role.PRIVACY_OFFICER).get("/figures").text
    assert "Not answered yet</dt><dd>2." in text
    assert "overdue</strong>" not in text
    desk.clock.forward(days=120)
    text = desk.signed_in(Role.PRIVACY_OFFICER).get("/figures").text
    assert "of them 2 overdue" in text
    assert NEW.text not in text
    assert "Concerns that are yours" not in desk.signed_in(Role.MANAGER).get("/figures").text


def test_both_clocks_stand_in_the_list(desk: Office, handler: Browser) -> None:
    receive(desk)
    page = handler.get("/concerns").text
    assert "14 October 2026" in page
    assert "5 January 2027" in page
    assert "overdue" not in page

    desk.clock.forward(days=8)
    desk.sign_in(handler, Role.PRIVACY_OFFICER)
    assert "overdue" in handler.get("/concerns").text


def test_a_concern_from_its_receipt_to_its_outcome(desk: Office, handler: Browser) -> None:
    code = receive(desk)

    assert post(handler, "/concerns/1/acknowledge", "/concerns/1", thanks="Thank you.").status_code == 303
    assert post(handler, "/concerns/1/look-into", "/concerns/1").status_code == 303
    done = post(handler, "/concerns/1/close", "/concerns/1", disposition="talked", outcome="We talked.")
    assert done.status_code == 303

    page = handler.get("/concerns/1").text
    assert "answered: Settled by talking with the author" in page
    concern, said = desk.store.concerns.follow(code)
    assert [one.text for one in said] == ["Thank you.", "We talked."]
    assert concern.disposition == "talked"
    assert "Close with this outcome" not in page


@pytest.mark.parametrize(
    ("step", "fields", "said"),
    [
        ("acknowledge", {"thanks": " "}, "Write something"),
        ("message", {"text": "x" * 10_001}, "Write something"),
        ("close", {"disposition": "talked", "outcome": ""}, "Write something"),
        ("close", {"disposition": "dismissal", "outcome": "Kept words."}, "Choose what became of it"),
        ("hand-over", {"to": "999"}, "Choose who"),
        ("reporter", {"reason": ""}, "Say why you need to know"),
    ],
)
def test_what_is_wrong_is_said_beside_the_words(
    desk: Office, handler: Browser, alternate: User, step: str, fields: dict[str, str], said: str
) -> None:
    receive(desk)
    answer = post(handler, f"/concerns/1/{step}", "/concerns/1", **fields)

    assert answer.status_code == 422
    assert said in answer.text
    assert "Kept words." not in fields.get("outcome", "") or "Kept words." in answer.text


def test_a_name_is_shown_for_a_reason_that_is_recorded(desk: Office, handler: Browser) -> None:
    receive(desk)
    assert "Odile" not in handler.get("/concerns/1").text

    shown = post(handler, "/concerns/1/reporter", "/concerns/1", reason="To ask back.")

    assert "Odile Brandt" in shown.text
    assert "555-0188" in shown.text
    after = handler.get("/concerns/1").text
    assert "Odile" not in after
    assert "To ask back." in after


def test_nobody_without_a_name_can_be_shown(desk: Office, handler: Browser) -> None:
    receive(desk, replace(NEW, openness=Openness.ANONYMOUS, reporter=None))
    page = handler.get("/concerns/1")

    assert "Show the name" not in page.text
    assert post(handler, "/concerns/1/reporter", "/concerns/1", reason="Curious.").status_code == 400


STEPS = ("acknowledge", "look-into", "message", "privacy", "close", "hand-over", "reporter")


def test_for_whom_it_is_not_there_is_none(desk: Office, handler: Browser, alternate: User) -> None:
    receive(desk, replace(NEW, to_alternate=True))

    assert "There are none." in handler.get("/concerns").text
    missing = handler.get("/concerns/1")
    assert (missing.status_code, missing.text) == (404, handler.get("/concerns/2").text.replace("/2", "/1"))
    for step in STEPS:
        answer = post(handler, f"/concerns/1/{step}", "/concerns/new", thanks="x", text="x", reason="x")
        assert answer.status_code == 404

    theirs = desk.browser()
    desk.sign_in_as(theirs, alternate)
    assert "Please look at this." in theirs.get("/concerns/1").text


def test_who_hands_it_over_sees_it_no_more(desk: Office, handler: Browser, alternate: User) -> None:
    receive(desk)
    assert post(handler, "/concerns/1/hand-over", "/concerns/1", to=str(alternate.id)).status_code == 303
    assert handler.get("/concerns/1").status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PRIVACY_OFFICER])
def test_no_other_role_opens_a_concern(desk: Office, role: Role) -> None:
    receive(desk)
    browser = desk.signed_in(role)

    assert browser.get("/concerns").status_code == 403
    assert browser.get("/concerns/1").status_code == 403


def test_that_it_was_opened_is_recorded(desk: Office, handler: Browser) -> None:
    receive(desk)
    handler.get("/concerns/1")

    newest = desk.store.audit.newest().record
    assert (newest.event, newest.subject) == ("concern.viewed", "concern:1")


def test_a_second_handler_who_is_too_late_is_told(desk: Office, handler: Browser) -> None:
    receive(desk)
    post(handler, "/concerns/1/acknowledge", "/concerns/1", thanks="Thank you.")

    assert post(handler, "/concerns/1/acknowledge", "/concerns/1", thanks="Again.").status_code == 409
