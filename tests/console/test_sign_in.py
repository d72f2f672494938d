"""Signing in as a browser does it: the password, the code, the session; and everything that must not let in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from console.routes.sign_in import safe_path
from domain.access import Role, User
from tests.fakes.browsers import Browser
from tests.fakes.desk import BASE, Office, post, token_of
from vault.codes import STEP_SECONDS, code_at, new_secret

PASSWORD = "maple kettle orbit 9"
COOKIE = "__Host-section7"


def ready(office: Office, role: Role = Role.REVIEWER) -> tuple[User, str]:
    """A person with a password and a telephone whose first code was used a while ago."""
    user, secret = office.people[role], new_secret()
    office.store.credentials.set_password(user.id, PASSWORD, "command", office.clock())
    assert office.store.credentials.set_code(user.id, secret, code_at(secret, office.clock()), office.clock())
    office.clock.forward(seconds=5 * STEP_SECONDS)
    return user, secret


def enter(browser: Browser, user: User, password: str = PASSWORD, **more: str):
    return post(browser, "/sign-in", email=user.email, password=password, **more)


def test_password_and_code_let_in_and_the_session_cookie_is_a_strict_one(office: Office) -> None:
    (user, secret), browser = ready(office), office.browser()

    first = enter(browser, user)
    assert first.headers["location"] == "/sign-in/code"
    assert browser.get("/").headers["location"] == "/sign-in/code"

    second = post(browser, "/sign-in/code", code=code_at(secret, office.clock()))
    assert second.headers["location"] == "/"
    cookie = next(line for line in second.headers.get_list("set-cookie") if line.startswith(f"{COOKIE}="))
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    assert browser.get("/").status_code == 200


def test_a_planted_session_is_worth_nothing_after_either_step(office: Office) -> None:
    (user, secret), browser = ready(office), office.browser()
    planted, _ = office.store.sessions.begin(
        office.people[Role.MANAGER].id, office.clock(), timedelta(hours=1), verified=True
    )
    browser.cookies.set(COOKIE, planted, domain="console.larkspurbend.example", path="/")
    page = office.browser().get("/sign-in")
    assert page.status_code == 200

    token = token_of(browser.get("/").text)
    browser.post(
        "/sign-in", data={"form-token": token, "email": user.email, "password": PASSWORD}, headers={"origin": BASE}
    )
    half = browser.cookies[COOKIE]
    assert half != planted
    assert office.store.sessions.find(planted, office.clock(), timedelta(hours=1)) is None

    post(browser, "/sign-in/code", code=code_at(secret, office.clock()))
    assert browser.cookies[COOKIE] != half
    assert office.store.sessions.find(half, office.clock(), timedelta(hours=1)) is None


def test_unknown_and_wrong_are_answered_alike(office: Office) -> None:
    user, _ = ready(office)
    known, unknown = office.browser(), office.browser()

    wrong = enter(known, user, "not the password")
    nobody = post(unknown, "/sign-in", email="nobody@larkspurbend.example", password="not the password")

    assert wrong.status_code == nobody.status_code == 422
    blank = str.maketrans("", "", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_")
    assert wrong.text.replace(token_of(wrong.text), "").replace(user.email, "") == nobody.text.replace(
        token_of(nobody.text), ""
    ).replace("nobody@larkspurbend.example", ""), wrong.text.translate(blank)


def test_somebody_deactivated_or_not_yet_in_is_answered_like_a_stranger(office: Office) -> None:
    user, _ = ready(office)
    office.store.users.deactivate(user.id, "command", office.clock())

    assert enter(office.browser(), user).status_code == 422
    assert enter(office.browser(), office.people[Role.MANAGER], "").status_code == 422


def test_guessing_is_slowed_and_time_heals_it(office: Office) -> None:
    user, _ = ready(office)
    browser = office.browser()
    statuses = [enter(browser, user, f"guess number {number}").status_code for number in range(6)]

    assert statuses == [422] * 5 + [429]
    slowed = enter(browser, user)
    assert slowed.status_code == 429
    assert "try again in 5 seconds" in slowed.text

    office.clock.forward(seconds=6)
    assert enter(browser, user).headers["location"] == "/sign-in/code"


def test_codes_cannot_be_guessed_either(office: Office) -> None:
    user, secret = ready(office)
    browser = office.browser()
    enter(browser, user)
    statuses = [post(browser, "/sign-in/code", code=f"{number:06}").status_code for number in range(6)]

    assert statuses == [422] * 5 + [429]
    assert post(browser, "/sign-in/code", code=code_at(secret, office.clock())).status_code == 429


def test_a_recovery_code_stands_in_for_the_telephone_once(office: Office) -> None:
    user, secret = ready(office)
    codes = office.store.credentials.set_code(user.id, secret, code_at(secret, office.clock()), office.clock())
    assert codes

    for expected in (303, 422):
        browser = office.browser()
        enter(browser, user)
        assert post(browser, "/sign-in/code", code=codes[3].upper()).status_code == expected


def test_the_first_sign_in_sets_up_a_telephone(office: Office) -> None:
    user = office.people[Role.MANAGER]
    office.store.credentials.set_password(user.id, PASSWORD, "command", office.clock())
    browser = office.browser()
    enter(browser, user)

    page = browser.get("/sign-in/code").text
    field = page.split('name="telephone" value="', 1)[1].split('"', 1)[0]
    secret = page.split('class="code">', 1)[1].split("<", 1)[0].replace(" ", "")
    wrong = post(browser, "/sign-in/code", telephone=field, code="000000")
    assert wrong.status_code == 422
    assert field in wrong.text
    done = post(browser, "/sign-in/code", telephone=field, code=code_at(secret, office.clock()))

    assert done.status_code == 200
    assert done.text.count('<li class="code">') == 10
    assert browser.get("/").status_code == 200
    assert "<svg" in page
    assert "style=" not in page


def test_a_telephone_of_somebody_elses_making_is_not_taken(office: Office) -> None:
    fields = []
    for role in (Role.MANAGER, Role.AUDITOR):
        office.store.credentials.set_password(office.people[role].id, PASSWORD, "command", office.clock())
        browser = office.browser()
        enter(browser, office.people[role])
        page = browser.get("/sign-in/code").text
        fields.append((page.split('name="telephone" value="', 1)[1].split('"', 1)[0], page, browser))

    theirs, page, _ = fields[0]
    secret = page.split('class="code">', 1)[1].split("<", 1)[0].replace(" ", "")
    answer = post(fields[1][2], "/sign-in/code", telephone=theirs, code=code_at(secret, office.clock()))

    assert answer.status_code == 422
    assert not office.store.credentials.has_code(office.people[Role.AUDITOR].id)


def test_the_code_has_to_come_soon(office: Office) -> None:
    (user, secret), browser = ready(office), office.browser()
    enter(browser, user)
    office.clock.forward(minutes=11)

    assert browser.get("/sign-in/code").headers["location"] == "/sign-in"
    page = browser.get("/sign-in")
    assert "came too late" in page.text
    late = browser.post(
        "/sign-in/code", data={"form-token": token_of(page.text), "code": code_at(secret, office.clock())}
    )
    assert late.headers["location"] == "/sign-in"


def test_without_a_required_code_the_password_is_enough(office: Office) -> None:
    office.with_settings(second_factor=False)
    user = office.people[Role.MANAGER]
    office.store.credentials.set_password(user.id, PASSWORD, "command", office.clock())
    browser = office.browser()

    assert enter(browser, user).headers["location"] == "/"
    assert browser.get("/").status_code == 200


def test_whoever_has_a_telephone_is_asked_for_the_code_all_the_same(office: Office) -> None:
    office.with_settings(second_factor=False)
    user, _ = ready(office)

    assert enter(office.browser(), user).headers["location"] == "/sign-in/code"


def test_one_comes_back_to_the_page_one_wanted(office: Office) -> None:
    (user, secret), browser = ready(office), office.browser()

    away = browser.get("/me/sessions?x=1").headers["location"]
    assert away == "/sign-in?next=%2Fme%2Fsessions%3Fx%3D1"
    assert enter(browser, user, next="/me/sessions?x=1").headers["location"].startswith("/sign-in/code?next=")
    done = post(browser, "/sign-in/code", code=code_at(secret, office.clock()), next="/me/sessions?x=1")

    assert done.headers["location"] == "/me/sessions?x=1"


@pytest.mark.parametrize(
    "way",
    [
        "",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "javascript:x",
        "evil",
        "/sign-out",
        "/sign-in",
        "/\nx",
        "/é",
    ],
)
def test_nobody_is_sent_elsewhere(way: str) -> None:
    assert safe_path(way) == "/"


def test_signing_out_ends_the_session_itself(office: Office) -> None:
    browser = office.signed_in(Role.AUDITOR)
    token = browser.cookies[COOKIE]

    answer = post(browser, "/sign-out", "/")

    assert answer.headers["location"] == "/sign-in"
    assert office.store.sessions.find(token, office.clock(), timedelta(hours=1)) is None
    assert "You are signed out." in browser.get("/sign-in").text
    assert "You are signed out." not in browser.get("/sign-in").text


def test_the_log_tells_of_sessions_and_holds_no_address(office: Office) -> None:
    (user, secret), browser = ready(office), office.browser()
    enter(browser, user, "wrong once")
    enter(browser, user)
    post(browser, "/sign-in/code", code=code_at(secret, office.clock()))
    post(browser, "/sign-out", "/")

    told = [entry.record.event for entry in office.store.audit.entries()][-3:]
    assert told == ["session.refused", "session.began", "session.ended"]
    assert user.email not in repr(list(office.store.audit.entries()))
