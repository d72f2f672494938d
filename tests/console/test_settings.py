"""The settings page shows what it was given and nothing else."""

from dataclasses import replace

from domain.access import Role
from tests.fakes.desk import Office


def test_the_administrator_reads_the_configuration(office: Office) -> None:
    office.desk = replace(office.desk, shown_settings=(("console.listen", "127.0.0.1:8707"), ("x", "<b>")))

    page = office.signed_in(Role.ADMINISTRATOR).get("/settings").text

    assert "127.0.0.1:8707" in page
    assert "&lt;b&gt;" in page


def test_a_console_that_knows_no_setting_says_so(office: Office) -> None:
    assert "No setting is known here." in office.signed_in(Role.ADMINISTRATOR).get("/settings").text
