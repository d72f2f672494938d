"""Invitations and the way back in: by a signed link, once, for a while, and nobody learns who has access."""

from __future__ import annotations

import re

import pytest

from console import letters
from console.signing import sign
from domain.access import Role
from domain.errors import MailServerDown
from tests.fakes.desk import BASE, NAMES, Office, post

PASSWORD = "maple kettle orbit 9"


def link_in(office: Office) -> str:
    return re.search(rf"{BASE}(/\S+)", office.sent[-1].text).group(1)


def invited(office: Office) -> str:
    desk = office.desk
    desk.mail(letters.invitation(desk, office.people[Role.REVIEWER], "command", office.clock()))
    return link_in(office)


def test_an_invitation_lets_choose_a_password_once(office: Office) -> None:
    link, browser = invited(office), office.browser()

    assert "Rory Quill" in browser.get(link).text
    done = post(browser, link, password=PASSWORD, again=PASSWORD)

    assert done.headers["location"] == "/sign-in/code"
    user = office.people[Role.REVIEWER]
    assert office.store.credentials.check_password(user.email, PASSWORD, office.clock()) == user
    again = office.browser().get(link)
    assert again.status_code == 410
    assert "Rory" not in again.text


def test_a_link_runs_out(office: Office) -> None:
    link = invited(office)
    office.clock.forward(days=3)

    assert office.browser().get(link).status_code == 410


@pytest.mark.parametrize("made", ["", "x", "a.b", "%00", "a" * 5000])
def test_a_forged_link_is_told_like_one_that_ended(office: Office, made: str) -> None:
    invited(office)

    assert office.browser().get(f"/invitation/{made}x").status_code == 410


def test_a_token_that_was_planted_in_the_database_opens_nothing_without_the_key(office: Office) -> None:
    user = office.people[Role.REVIEWER]
    token = office.store.credentials.make_link(
        user.id, "recovery", "intruder", office.clock(), office.desk.settings.recovery_length
    )

    assert office.browser().get(f"/recovery/{token}").status_code == 410
    assert office.browser().get(f"/recovery/{sign(b'another key', 'recovery', token)}").status_code == 410
    assert office.browser().get(f"/invitation/{sign(office.desk.key, 'recovery', token)}").status_code == 410
    assert office.browser().get(f"/recovery/{sign(office.desk.key, 'recovery', token)}").status_code == 200


@pytest.mark.parametrize(
    ("password", "again", "told"),
    [
        ("short", "short", "12 characters"),
        ("password1234", "password1234", "easy to guess"),
        ("qwertyuiop12", "qwertyuiop12", "easy to guess"),
        ("manchesterunited", "manchesterunited", "easy to guess"),
        ("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "easy to guess"),
        ("rory quill 2026!", "rory quill 2026!", "easy to guess"),
        ("larkspurbend2026", "larkspurbend2026", "easy to guess"),
        ("maple kettle orbit", "maple kettle orbi", "not what you typed above"),
        ("m" + "aple kettle" * 40, "", "at most 128"),
    ],
)
def test_a_weak_password_is_told_and_the_link_stays_good(office: Office, password, again, told) -> None:
    link, browser = invited(office), office.browser()

    answer = post(browser, link, password=password, again=again)

    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{password}"' not in answer.text
    assert post(browser, link, password=PASSWORD, again=PASSWORD).status_code == 303


def test_asking_for_a_way_back_tells_nothing_of_who_has_access(office: Office) -> None:
    known = post(office.browser(), "/recovery", email="rory.quill@larkspurbend.example")
    nobody = post(office.browser(), "/recovery", email="nobody@larkspurbend.example")

    assert known.status_code == nobody.status_code == 200
    assert known.text == nobody.text
    assert [mail.recipient for mail in office.sent] == ["rory.quill@larkspurbend.example"]


def test_the_way_back_sets_a_new_password_and_still_asks_for_the_code(office: Office) -> None:
    user, browser = office.people[Role.REVIEWER], office.browser()
    signed_in = office.signed_in(Role.REVIEWER)
    post(browser, "/recovery", email=user.email)

    done = post(browser, link_in(office), password=PASSWORD, again=PASSWORD)

    assert done.headers["location"] == "/sign-in/code"
    assert signed_in.get("/").headers["location"] == "/sign-in"


def test_somebody_who_left_gets_no_mail(office: Office) -> None:
    user = office.people[Role.REVIEWER]
    office.store.users.deactivate(user.id, "command", office.clock())
    post(office.browser(), "/recovery", email=user.email)

    assert office.sent == []


def test_asking_again_and_again_is_slowed(office: Office) -> None:
    browser = office.browser()
    statuses = [post(browser, "/recovery", email="rory.quill@larkspurbend.example").status_code for _ in range(6)]

    assert statuses == [200] * 5 + [429]
    assert len(office.sent) == 5


def test_a_mail_server_that_is_down_changes_nothing_of_the_answer(office: Office) -> None:
    def refuse(message: object) -> None:
        raise MailServerDown("down")

    well = post(office.browser(), "/recovery", email="rory.quill@larkspurbend.example")
    object.__setattr__(office.desk, "mail", refuse)
    down = post(office.browser(), "/recovery", email="rory.quill@larkspurbend.example")

    assert (down.status_code, down.text) == (well.status_code, well.text)


def test_the_mail_names_nobody_else_and_carries_one_link(office: Office) -> None:
    invited(office)
    post(office.browser(), "/recovery", email="rory.quill@larkspurbend.example")

    for mail in office.sent:
        for role, name in NAMES.items():
            assert name not in mail.text + mail.html + mail.subject, role
        assert mail.text.count("https://") == 1
        assert mail.recipient == "rory.quill@larkspurbend.example"
    assert len({mail.message_id for mail in office.sent}) == 2
