"""Reporting a concern as a stranger, and asking after it with the code alone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.access import Role
from domain.concerns import Openness
from domain.errors import MailServerDown
from domain.routing import Routing
from tests.fakes.browsers import Browser
from tests.fakes.desk import Office, post

FORM = {
    "url": "https://social.example/@maren/77",
    "clause": "4",
    "text": "Please look at this.",
    "openness": "anonymous",
}
NAMED = FORM | {"openness": "confidential", "name": "Odile Brandt", "contact": "555-0188"}
CODE = re.compile(r'class="code receipt">([0-9A-Z]{5}(?:-[0-9A-Z]{5}){3})<')


def report(office: Office, browser: Browser | None = None, **fields: str) -> str:
    """The code on the receipt."""
    answer = post(browser or office.browser(), "/concerns/new", **FORM | fields)
    found = CODE.search(answer.text)
    assert found, answer.text
    return found[1]


def stored(office: Office) -> list:
    by_id = []
    with office.store.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT id, openness, handler_id, privacy_complaint FROM concerns").all()
        by_id.extend(rows)
    return by_id


@pytest.fixture
def routed(office: Office) -> Office:
    officer = office.people[Role.PRIVACY_OFFICER]
    office.desk = replace(office.desk, routing=Routing(officer.email, "jonas@larkspurbend.example"))
    return office


def test_the_form_tells_a_reporter_what_they_are_entitled_to(office: Office) -> None:
    text = " ".join(office.browser().get("/concerns/new").text.split())

    for channel in (
        "licensing board",
        "Office for Civil Rights",
        "National Labor Relations",
        "Equal Employment",
        "labor department",
        "lawyer",
    ):
        assert channel in text
    for promise in (
        "You do not have to use",
        "talk with colleagues",
        "retaliation",
        "friends-only",
        "7 days",
        "3 months",
        "Stored are the address",
    ):
        assert promise in text


def test_the_code_is_shown_once_and_leads_back(routed: Office) -> None:
    browser = routed.browser()
    code = report(routed, browser)

    assert code not in browser.get("/concerns/new").text
    followed = post(browser, "/concerns/follow", code=code.lower())
    assert "received, not acknowledged yet" in followed.text
    assert FORM["text"] not in followed.text


def test_a_reporter_and_the_handler_write_to_each_other(routed: Office) -> None:
    told: list[int] = []
    routed.desk = replace(routed.desk, tell_handlers=lambda: told.append(len(stored(routed))))
    browser, handler = routed.browser(), routed.signed_in(Role.PRIVACY_OFFICER)
    code = report(routed, browser)
    assert "It is still there." in post(browser, "/concerns/follow", code=code, text="It is still there.").text
    assert "the reporter wrote last" in handler.get("/concerns").text

    assert "It is still there." in handler.get("/concerns/1").text
    post(handler, "/concerns/1/message", "/concerns/1", text="Which of the two pictures?")

    assert "Which of the two pictures?" in post(browser, "/concerns/follow", code=code).text
    assert told == [1, 1]


def test_a_page_that_is_loaded_again_sends_nothing_twice(routed: Office) -> None:
    browser = routed.browser()
    code = report(routed, browser)
    for _ in range(2):
        page = post(browser, "/concerns/follow", code=code, text="It is still there.")
    assert page.text.count("It is still there.") == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"url": ""}, "Give the address"),
        ({"url": "javascript:alert(1)"}, "Give the address"),
        ({"url": "https://a.example/" + "x" * 2000}, "Give the address"),
        ({"text": " "}, "Say in a few words"),
        ({"text": "x" * 10_001}, "Shorten your words"),
        ({"clause": "7"}, "Choose a section"),
        ({"openness": ""}, "Choose whether"),
        ({"openness": "loud"}, "Choose whether"),
        ({"openness": "named"}, "Give your name"),
        ({"openness": "confidential", "name": "O."}, "Say how you can be reached"),
        ({"openness": "named", "name": "x" * 301, "contact": "555-0188"}, "Shorten this"),
        ({"name": "Odile Brandt"}, "You chose to stay without a name"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(office: Office, fields: dict[str, str], said: str) -> None:
    answer = post(office.browser(), "/concerns/new", **FORM | fields)

    assert answer.status_code == 422
    assert said in answer.text
    assert (FORM | fields)["text"].strip() in answer.text
    assert stored(office) == []


def test_a_hostile_word_stays_a_word(routed: Office) -> None:
    browser, evil = routed.browser(), '"><script>alert(1)</script>'
    report(routed, browser, text=evil)
    page = routed.signed_in(Role.PRIVACY_OFFICER).get("/concerns/1")

    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


def test_a_mail_that_cannot_go_out_loses_no_concern(routed: Office) -> None:
    def broken() -> None:
        raise MailServerDown("no connection")

    routed.desk = replace(routed.desk, tell_handlers=broken)
    assert report(routed)
    assert len(stored(routed)) == 1


@pytest.mark.parametrize("role", Role)
def test_who_is_signed_in_leaves_no_trace(routed: Office, role: Role, capsys, caplog) -> None:
    person = routed.people[role]
    browser = routed.signed_in(role)
    before = {entry.seq for entry in routed.store.audit.entries()}
    capsys.readouterr()

    report(routed, browser)

    added = [entry.record for entry in routed.store.audit.entries() if entry.seq not in before]
    assert [line.actor for line in added] == ["section7"]
    logged = capsys.readouterr()
    written = logged.out + logged.err + caplog.text
    assert "concern-form" in written
    assert f"user={person.id}" not in written
    assert person.email not in written


def test_a_name_is_stored_apart_and_sealed(routed: Office) -> None:
    post(routed.browser(), "/concerns/new", **NAMED)

    with routed.store.database.reading() as connection:
        (row,) = connection.exec_driver_sql("SELECT * FROM reporters").all()
    assert row.name.startswith("s7:")
    assert "Odile" not in str(row)


def test_client_confidentiality_is_a_complaint_about_privacy(routed: Office) -> None:
    report(routed, clause="2")
    report(routed, privacy="yes")
    report(routed)

    assert [bool(row.privacy_complaint) for row in stored(routed)] == [True, True, False]
    assert [row.openness for row in stored(routed)] == [Openness.ANONYMOUS] * 3


def test_one_network_is_slowed_down_and_nothing_of_it_is_stored(routed: Office) -> None:
    routed.with_settings(concerns_per_hour=2)
    browser = routed.browser()
    for _ in range(2):
        report(routed, browser)
    assert post(browser, "/concerns/new", **FORM).status_code == 429
    with routed.store.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM attempts").scalar() == 0
    assert len(stored(routed)) == 2

    routed.clock.forward(hours=1)
    assert report(routed, browser)


def test_guessing_codes_is_slowed_down_and_the_right_code_is_not(routed: Office) -> None:
    routed.with_settings(concerns_per_hour=3)
    browser = routed.browser()
    code = report(routed, browser)
    answers = [post(browser, "/concerns/follow", code="0" * 20).status_code for _ in range(3)]
    assert answers == [422, 422, 429]
    assert post(browser, "/concerns/follow", code=code).status_code == 200


def test_a_form_of_another_site_is_refused(office: Office) -> None:
    answer = office.browser().post("/concerns/new", data=FORM, headers={"origin": "https://elsewhere.example"})

    assert answer.status_code == 403
    assert stored(office) == []


def test_more_than_a_form_may_hold_is_refused(office: Office) -> None:
    browser = office.browser()
    assert post(browser, "/concerns/new", **FORM | {"text": "x" * 300_000}).status_code == 413
    assert stored(office) == []


def test_a_flood_from_everywhere_is_bounded(office: Office) -> None:
    flood, now = office.desk.flood, office.clock()
    let_in = sum(flood.lets_in(f"network-{number}", 1, now) for number in range(100))

    assert let_in == 20
    assert flood.lets_in("network-1", 1, now + timedelta(hours=1))
