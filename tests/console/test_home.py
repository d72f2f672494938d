"""The start page and what every answer carries."""

import pytest
from sqlalchemy import text

from domain.access import Role
from tests.fakes.desk import Office


@pytest.mark.parametrize("role", Role)
def test_everybody_signed_in_has_a_start_page_that_names_the_role(office: Office, role: Role) -> None:
    page = office.signed_in(role).get("/")

    assert page.status_code == 200
    assert role.replace("-", " ") in page.text


def test_a_stranger_is_asked_to_sign_in(office: Office) -> None:
    answer = office.browser().get("/")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def test_style_sheets_are_served_and_nothing_beside_them(office: Office) -> None:
    browser = office.browser()

    assert browser.get("/style/console.css").headers["content-type"] == "text/css; charset=utf-8"
    assert browser.get("/style/base.html.j2").status_code == 404
    assert browser.get("/style/..%2fbase.html.j2").status_code == 404


def test_health_is_open_and_says_no_more_than_ok(office: Office) -> None:
    assert office.browser().get("/health").text == "ok\n"


def test_health_answers_whoever_asks_without_wanting_the_body(office: Office) -> None:
    asked, told = office.browser().head("/health"), office.browser().get("/health")

    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-length"] == told.headers["content-length"] == "3"
    assert asked.headers["content-type"] == told.headers["content-type"]


def test_a_database_that_is_away_is_told_without_a_body_too(office: Office) -> None:
    with office.store.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    answer = office.browser().head("/health")

    assert (answer.status_code, answer.content) == (office.browser().get("/health").status_code, b"")
    assert answer.status_code >= 500


def test_no_other_page_answers_head(office: Office) -> None:
    answer = office.browser().head("/sign-in")

    assert (answer.status_code, answer.content) == (405, b"")


def test_an_unknown_address_is_told_on_a_designed_page(office: Office) -> None:
    answer = office.signed_in(Role.REVIEWER).get("/no/such/page")

    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_another_host_is_refused(office: Office) -> None:
    answer = office.browser().get("/health", headers={"host": "evil.example"})

    assert answer.status_code == 400
